// Wire records for tests, made so that they read like what happened:
//
//   enters("chdir", {kPointer}).at(100).by(7).string(0, "/tmp")
//   returns("chdir", {kPointer}, -ENOENT).at(150).by(7).entered_at(100)
#pragma once

#include <array>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "cttrace/event.h"
#include "cttrace/wire.h"

namespace cttrace::test {

using Args = std::array<uint64_t, 6>;

// Any address in user space: what is there is said by captures.
inline constexpr uint64_t kPointer = 0x7ffd00001000;

// A file as a capture describes it. `rest` has what is not named here.
struct WireFile {
  std::string path = "/";
  std::string fs_type = "ext4";
  uint32_t kind = CT_FILE_PLAIN;
  int32_t fd = -1;
  uint64_t inode = 0;
  uint32_t mount_id = 0;
  uint32_t mount_parent_id = 0;
  uint32_t target = 0;
  uint32_t flags = 0;
  ct_file rest = {};

  std::string bytes() const;
};

// "/a/b" as the capture programs write it: "b", "a", each with a NUL.
std::string components(std::string_view path);

template <typename T>
std::string bytes_of(const T& value) {
  return {reinterpret_cast<const char*>(&value), sizeof(value)};
}

// A record: its body, which tests may change as they like, and its captures.
template <typename Body>
class WireRecord {
 public:
  explicit WireRecord(ct_record_kind kind) {
    header().kind = kind;
    header().version = CT_WIRE_VERSION;
    by(1);
  }

  Body body = {};
  ct_record& header() {
    if constexpr (std::is_same_v<Body, ct_record>)
      return body;
    else
      return body.record;
  }

  WireRecord& at(uint64_t time_ns) { return header().time_ns = time_ns, *this; }
  // The only thread of its process, unless `tgid` says otherwise. All threads here were created at `start_ns`.
  WireRecord& by(uint32_t tid, uint32_t tgid = 0, uint64_t start_ns = 1) {
    header().tid = tid;
    header().tgid = tgid ? tgid : tid;
    header().task_start_ns = start_ns;
    if constexpr (std::is_same_v<Body, ct_exit>) body.enter_tid = tid;
    if constexpr (std::is_same_v<Body, ct_exec>) body.old_tid = tid;
    return *this;
  }
  WireRecord& flagged(uint32_t flags) { return header().flags |= flags, *this; }
  // Of a return: when the call was entered, and by which thread when it has another id now.
  WireRecord& entered_at(uint64_t time_ns, uint32_t tid = 0) {
    body.enter_ns = time_ns;
    if (tid) body.enter_tid = tid;
    return *this;
  }

  WireRecord& capture(uint8_t arg, uint8_t kind, uint8_t status, std::string_view bytes) {
    const ct_capture raw = {
        .arg = arg, .kind = kind, .status = status, .pad = 0, .length = static_cast<uint32_t>(bytes.size())};
    captures_ += bytes_of(raw);
    captures_ += bytes;
    captures_.resize((captures_.size() + 7) & ~size_t{7});
    return *this;
  }
  WireRecord& string(uint8_t arg, std::string_view text) { return capture(arg, CT_CAP_STRING, CT_OK, text); }
  WireRecord& bytes(uint8_t arg, std::string_view raw) { return capture(arg, CT_CAP_BYTES, CT_OK, raw); }
  WireRecord& null(uint8_t arg) { return capture(arg, CT_CAP_STRING, CT_NULL, {}); }
  WireRecord& fault(uint8_t arg) { return capture(arg, CT_CAP_STRING, CT_FAULT, {}); }
  WireRecord& strings(uint8_t arg, const std::vector<std::string>& all) {
    std::string joined;
    for (const std::string& one : all) joined += one + '\0';
    return capture(arg, CT_CAP_STRINGS, CT_OK, joined);
  }
  WireRecord& count(uint8_t arg, uint64_t entries) { return capture(arg, CT_CAP_COUNT, CT_OK, bytes_of(entries)); }
  // What a descriptor is; where a path begins; where it begins if it is absolute.
  WireRecord& file(uint8_t arg, const WireFile& file) { return capture(arg, CT_CAP_FILE, CT_OK, file.bytes()); }
  WireRecord& base(uint8_t arg, const WireFile& file) { return capture(arg, CT_CAP_BASE, CT_OK, file.bytes()); }
  WireRecord& root(uint8_t arg, const WireFile& file) { return capture(arg, CT_CAP_ROOT, CT_OK, file.bytes()); }
  // What the kernel's own structures say of the caller at the end.
  WireRecord& namespaces(const NamespaceInodes& inodes) {
    return capture(CT_ARG_NAMESPACES, CT_CAP_NAMESPACES, CT_OK, bytes_of(inodes));
  }
  WireRecord& newest_mount(const WireFile& root) { return file(CT_ARG_NEWEST_MOUNT, root); }
  WireRecord& mount_told(std::string_view root, std::string_view source) {
    return capture(CT_ARG_MOUNT_ROOT, CT_CAP_STRING, CT_OK, root)
        .capture(CT_ARG_MOUNT_SOURCE, CT_CAP_STRING, CT_OK, source);
  }
  WireRecord& mount_count(uint64_t mounts) { return count(CT_ARG_MOUNT_COUNT, mounts); }
  // What the descriptor is that the first `prefix` bytes of a path name.
  WireRecord& magic(uint8_t arg, uint32_t prefix, const WireFile& file) {
    return capture(arg, CT_CAP_MAGIC, CT_OK, std::string{bytes_of(prefix) + std::string(4, '\0') + file.bytes()});
  }

  // The whole record.
  operator std::string() const {
    Body whole = body;
    const auto length = static_cast<uint32_t>(sizeof(Body) + captures_.size());
    std::memcpy(reinterpret_cast<char*>(&whole) + offsetof(ct_record, length), &length, sizeof(length));
    return bytes_of(whole) + captures_;
  }

 private:
  std::string captures_;
};

WireRecord<ct_enter> enters(std::string_view call, const Args& args, Abi abi = Abi::x86_64);
WireRecord<ct_exit> returns(std::string_view call, const Args& args, int64_t result, Abi abi = Abi::x86_64);
// A call that was never entered: seccomp denied or answered it.
WireRecord<ct_exit> never_entered(std::string_view call, const Args& args, int64_t result);
WireRecord<ct_fork> forks(uint32_t child_tid, uint32_t child_tgid = 0);
WireRecord<ct_exec> executes();
WireRecord<ct_exec> was_there();
WireRecord<ct_task_exit> ends(uint32_t code);
WireRecord<ct_cgroup> moves(uint32_t tid, std::string_view cgroup);
WireRecord<ct_mounts> mounts(uint32_t mount_ns, uint32_t part, bool last, std::string_view text);
WireRecord<ct_record> tick(uint64_t time_ns);
WireRecord<ct_loss> loses(ct_loss_kind kind, uint64_t count);

using Records = std::vector<std::string>;

// What the decoder makes of them, in its order.
struct Decoded {
  std::vector<Event> events;
  BadRecords bad;

  std::vector<Call> calls() const;
  // The only one, or a failure.
  Call call() const;
};
Decoded decode(const Records& records);

}  // namespace cttrace::test
