// What a thread writes to its standard error stream behind the first writes: the last ones are kept until its program
// ends, as bpf/last_words.h does it.
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "source/ptrace/capture_state.h"
#include "source/synthetic.h"

namespace cttrace::ptrace {
namespace {

bool is_too_much(const std::deque<KeptWrite>& kept) {
  size_t bytes = 0;
  for (const KeptWrite& write : kept) bytes += write.bytes;
  return kept.size() > CT_KEPT || bytes > CT_KEPT_BYTES;
}

// What is discarded is none of them.
bool is_dev_null(const ct_file& file) { return S_ISCHR(file.mode) && file.rdev == (1u << 20 | 3); }

}  // namespace

void Capture::State::keep_words(Tracee& tracee, const CallAtEntry& call, int64_t ret) {
  const std::optional<SeenFile> file = files.look(tracee, Files::Where::kFd, static_cast<int>(call.args[0]));
  if (file && is_dev_null(file->file)) return;
  auto& out = maker.begin<ct_exit>(tracee, CT_REC_EXIT, boottime_ns());
  out.record.flags = CT_FLAG_WORDS | CT_FLAG_KEPT;
  out.nr = call.nr;
  std::copy(call.args.begin(), call.args.end(), out.args);
  out.ret = ret;
  out.enter_ns = call.enter_ns;
  out.enter_tid = call.enter_tid;
  if (file) maker.capture(0, CT_CAP_FILE, file->status, file->bytes());
  const ArgumentsOf arguments{
      .row = *call.row, .args = call.args, .word = call.abi == Abi::i386 ? size_t{4} : size_t{8}, .ret = ret};
  read_argument(memories.of(tracee.tid), arguments, 1, reading);
  if (reading.bytes.size() > CT_KEPT_BYTES) {
    reading.bytes.resize(CT_KEPT_BYTES);
    reading.status = CT_TRUNCATED;
  }
  maker.capture(1, reading.kind, reading.status, reading.bytes);
  std::deque<KeptWrite>& kept = tracee.last_words.kept;
  ++tracee.last_words.writes;
  kept.push_back(
      {.record = maker.take(), .bytes = reading.bytes.size(), .faulted = reading.status == CT_FAULT && ret != -EFAULT});
  while (is_too_much(kept)) kept.pop_front();
}

// Where the thread's program has ended.
void Capture::State::tell_last_words(Tracee& tracee) {
  LastWords words = std::exchange(tracee.last_words, {});
  uint64_t left_out = words.writes - words.kept.size();
  auto behind = static_cast<uint32_t>(words.kept.size());
  for (KeptWrite& write : words.kept) {
    ct_exit body;
    std::memcpy(&body, write.record.data(), sizeof(body));
    body.left_out = static_cast<uint32_t>(std::min<uint64_t>(std::exchange(left_out, 0), UINT32_MAX));
    body.behind = --behind;
    std::memcpy(write.record.data(), &body, sizeof(body));
    if (write.faulted) maker.count(CT_LOSS_READ_FAULT);
    maker.send(std::move(write.record));
  }
}

}  // namespace cttrace::ptrace
