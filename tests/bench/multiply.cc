// Makes a long recording of a short one: the same containers again and again, each time with tasks, namespaces and
// mounts of their own, later. What scaling is measured with: tests/bench/run.
#include <algorithm>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "cttrace/syscalls.h"
#include "wire/record.h"
#include "wire/recording.h"

namespace cttrace {
namespace {

using Bytes = std::vector<std::byte>;

// Far above what a host has, so that a shifted number is nobody else's.
constexpr uint32_t kTidStride = 1000;
constexpr uint32_t kTidsFrom = 100'000'000;
constexpr uint32_t kInodeStride = 100;
constexpr uint32_t kMountStride = 2000;
constexpr uint64_t kGapNs = 1'000'000;

// What was there before the containers, and stays as it is in every copy; and what is theirs, by order of appearance.
class Numbers {
 public:
  void keep(uint32_t number) { kept_.insert(number); }
  void learn(uint32_t number) {
    if (number && !kept_.contains(number)) own_.try_emplace(number, static_cast<uint32_t>(own_.size()));
  }
  uint32_t in_copy(uint32_t number, uint32_t from, uint32_t stride, uint32_t copy) const {
    const auto found = own_.find(number);
    return found == own_.end() ? number : from + copy * stride + found->second;
  }
  bool owns(uint32_t number) const { return own_.contains(number); }
  size_t size() const { return own_.size(); }

 private:
  std::set<uint32_t> kept_;
  std::map<uint32_t, uint32_t> own_;
};

struct Recorded {
  TraceInfo info;
  std::vector<Bytes> records;
};

[[noreturn]] void fail(const std::string& why) {
  std::fprintf(stderr, "multiply: %s\n", why.c_str());
  std::exit(2);
}

Recorded read(const std::string& path) {
  Result<RecordingReader> reader = RecordingReader::open(path);
  if (!reader) fail(reader.error().line());
  Recorded recorded{.info = reader->info(), .records = {}};
  for (;;) {
    const auto record = reader->next();
    if (!record) fail(record.error().line());
    if (record->empty()) return recorded;
    recorded.records.emplace_back(record->begin(), record->end());
  }
}

ct_record& header_of(Bytes& record) { return *reinterpret_cast<ct_record*>(record.data()); }

template <typename Body>
Body& body_of(Bytes& record) {
  return *reinterpret_cast<Body*>(record.data());
}

// Every ct_file in the record's captures, in place.
template <typename Visit>
void for_each_file(Bytes& bytes, Visit visit) {
  const std::optional<Record> record = Record::parse(bytes);
  if (!record) fail("a record makes no sense");
  for (const Capture& capture : record->captures()) {
    const bool plain = capture.kind == CT_CAP_FILE || capture.kind == CT_CAP_BASE || capture.kind == CT_CAP_ROOT;
    const size_t skip = capture.kind == CT_CAP_MAGIC ? offsetof(ct_magic, file) : 0;
    if ((!plain && !skip) || capture.bytes.size() < skip + sizeof(ct_file)) continue;
    const size_t at = static_cast<size_t>(capture.bytes.data() - reinterpret_cast<const char*>(bytes.data())) + skip;
    ct_file file;
    std::memcpy(&file, bytes.data() + at, sizeof(file));
    visit(file);
    std::memcpy(bytes.data() + at, &file, sizeof(file));
  }
}

// Every array of namespaces in the record, in place.
template <typename Visit>
void for_each_namespaces(Bytes& bytes, Visit visit) {
  const uint16_t kind = header_of(bytes).kind;
  if (kind == CT_REC_EXEC || kind == CT_REC_SNAPSHOT) visit(body_of<ct_exec>(bytes).ns);
  if (kind == CT_REC_FORK) visit(body_of<ct_fork>(bytes).child_ns);
  const std::optional<Record> record = Record::parse(bytes);
  for (const Capture& capture : record->captures()) {
    if (capture.kind != CT_CAP_NAMESPACES || capture.bytes.size() != sizeof(__u32) * CT_NS_COUNT) continue;
    const size_t at = static_cast<size_t>(capture.bytes.data() - reinterpret_cast<const char*>(bytes.data()));
    __u32 inodes[CT_NS_COUNT];
    std::memcpy(inodes, bytes.data() + at, sizeof(inodes));
    visit(inodes);
    std::memcpy(bytes.data() + at, inodes, sizeof(inodes));
  }
}

bool makes_task(const ct_exit& body) {
  const SyscallRow* const row = find_row(static_cast<Abi>(body.record.abi), body.nr);
  return row && row->returns == ReturnKind::kPid;
}

class Multiplier {
 public:
  explicit Multiplier(Recorded recorded) : recorded_(std::move(recorded)) {
    for (Bytes& record : recorded_.records) keep_what_was_there(record);
    for (Bytes& record : recorded_.records) learn(record);
    if (tids_.size() > kTidStride || inodes_.size() > kInodeStride || mounts_.size() > kMountStride) {
      fail("the recording has too much in it: one of a single container is meant");
    }
  }

  const TraceInfo& info() const { return recorded_.info; }

  // `all_live`: nobody ends.
  void write(RecordingWriter& writer, uint32_t copies, bool all_live) {
    for (uint32_t copy = 0; copy < copies; ++copy)
      for (const Bytes& record : recorded_.records) {
        const uint16_t kind = reinterpret_cast<const ct_record*>(record.data())->kind;
        if (kind == CT_REC_LOSS && copy + 1 < copies) continue;
        if (kind == CT_REC_MOUNTS && copy > 0) continue;
        if (kind == CT_REC_TASK_EXIT && all_live) continue;
        writer.write(shifted(record, copy));
      }
  }

 private:
  void keep_what_was_there(Bytes& record) {
    const uint16_t kind = header_of(record).kind;
    if (kind == CT_REC_SNAPSHOT)
      for_each_namespaces(record,
                          [&](__u32* ns) { std::for_each(ns, ns + CT_NS_COUNT, [&](auto i) { inodes_.keep(i); }); });
    if (kind != CT_REC_MOUNTS) return;
    const std::optional<Record> parsed = Record::parse(record);
    for (const Capture& capture : parsed->captures()) table_ += capture.bytes;
    if (!body_of<ct_mounts>(record).last) return;
    std::istringstream lines(std::exchange(table_, {}));
    for (std::string line; std::getline(lines, line);) {
      uint32_t id = 0;
      std::from_chars(line.data(), line.data() + line.size(), id);
      mounts_.keep(id);
    }
  }

  void learn(Bytes& record) {
    const ct_record& header = header_of(record);
    if (header.kind != CT_REC_MOUNTS && header.kind != CT_REC_TICK && header.kind != CT_REC_LOSS) {
      tids_.learn(header.tid);
      tids_.learn(header.tgid);
      first_ns_ = std::min<uint64_t>(first_ns_, header.task_start_ns);
    }
    last_ns_ = std::max<uint64_t>(last_ns_, header.time_ns);
    last_seq_[header.cpu] = std::max<uint64_t>(last_seq_[header.cpu], header.seq);
    if (header.kind == CT_REC_FORK) tids_.learn(body_of<ct_fork>(record).child_tid);
    for_each_namespaces(record,
                        [&](__u32* ns) { std::for_each(ns, ns + CT_NS_COUNT, [&](auto i) { inodes_.learn(i); }); });
    for_each_file(record, [&](ct_file& file) {
      mounts_.learn(file.mnt_id);
      inodes_.learn(file.mnt_ns);
    });
  }

  void move_tid(__u32& tid, uint32_t copy) const { tid = tids_.in_copy(tid, kTidsFrom, kTidStride, copy); }
  void move_inode(__u32& inode, uint32_t copy) const {
    inode = inodes_.in_copy(inode, 0x80000000u, kInodeStride, copy);
  }
  void move_time(__u64& time_ns, uint32_t copy) const {
    if (time_ns) time_ns += copy * (last_ns_ - first_ns_ + kGapNs);
  }

  Bytes shifted(Bytes record, uint32_t copy) const {
    if (copy == 0) return record;
    ct_record& header = header_of(record);
    move_time(header.time_ns, copy);
    if (header.seq) header.seq += copy * last_seq_.at(header.cpu);
    if (header.kind == CT_REC_TICK || header.kind == CT_REC_LOSS) return record;
    move_time(header.task_start_ns, copy);
    move_tid(header.tid, copy);
    move_tid(header.tgid, copy);
    move_body(record, copy);
    for_each_namespaces(record, [&](__u32* ns) {
      for (int i = 0; i < CT_NS_COUNT; ++i) move_inode(ns[i], copy);
    });
    for_each_file(record, [&](ct_file& file) {
      file.mnt_id = mounts_.in_copy(file.mnt_id, 0x10000000u, kMountStride, copy);
      file.mnt_parent_id = mounts_.in_copy(file.mnt_parent_id, 0x10000000u, kMountStride, copy);
      move_inode(file.mnt_ns, copy);
      auto inode = static_cast<__u32>(file.ino);
      move_inode(inode, copy);
      if (file.kind == CT_FILE_NSFS) file.ino = inode;
      if (file.kind == CT_FILE_PIDFD) move_tid(file.target, copy);
    });
    return record;
  }

  void move_body(Bytes& record, uint32_t copy) const {
    switch (header_of(record).kind) {
      case CT_REC_EXIT: {
        auto& body = body_of<ct_exit>(record);
        move_time(body.enter_ns, copy);
        move_tid(body.enter_tid, copy);
        auto made = static_cast<__u32>(body.ret);
        move_tid(made, copy);
        if (body.ret > 0 && makes_task(body)) body.ret = made;
        break;
      }
      case CT_REC_FORK: {
        auto& body = body_of<ct_fork>(record);
        move_time(body.child_start_ns, copy);
        move_tid(body.child_tid, copy);
        move_tid(body.child_tgid, copy);
        move_tid(body.child_pids[0], copy);
        break;
      }
      case CT_REC_EXEC:
      case CT_REC_SNAPSHOT: {
        auto& body = body_of<ct_exec>(record);
        move_time(body.start_boottime_ns, copy);
        move_tid(body.old_tid, copy);
        move_tid(body.parent_tgid, copy);
        move_tid(body.pids[0], copy);
        break;
      }
      case CT_REC_CGROUP: {
        auto& body = body_of<ct_cgroup>(record);
        move_time(body.task_start_ns, copy);
        move_tid(body.tid, copy);
        move_tid(body.tgid, copy);
        body.cgroup_id += copy;
        break;
      }
      default: break;
    }
  }

  Recorded recorded_;
  std::string table_;
  Numbers tids_, inodes_, mounts_;
  std::map<uint32_t, uint64_t> last_seq_;  // by cpu
  uint64_t first_ns_ = UINT64_MAX;
  uint64_t last_ns_ = 0;
};

}  // namespace
}  // namespace cttrace

int main(int argc, char** argv) {
  uint32_t copies = 0;
  const bool all_live = argc == 5 && std::string_view(argv[4]) == "live";
  if (argc == 4 || all_live) std::from_chars(argv[3], argv[3] + std::strlen(argv[3]), copies);
  if (copies == 0 || copies > 1'000'000) cttrace::fail("usage: multiply RECORDING OUTPUT TIMES (1 to 1000000) [live]");
  cttrace::Multiplier multiplier(cttrace::read(argv[1]));
  auto writer = cttrace::RecordingWriter::create(argv[2], multiplier.info());
  if (!writer) cttrace::fail(writer.error().line());
  multiplier.write(*writer, copies, all_live);
  const cttrace::Status closed = writer->close();
  if (!closed) cttrace::fail(closed.error().line());
  return 0;
}
