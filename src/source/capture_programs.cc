#include "source/capture_programs.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/types.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <iterator>
#include <numeric>
#include <random>
#include <set>

#include "base/fd.h"
#include "source/libbpf_errors.h"

namespace cttrace {
namespace {

constexpr uint32_t kNumbers = 512;  // MAX_NUMBERS of bpf/state.h
constexpr const char* kHooks =
    "raw tracepoints sys_enter, sys_exit, sched_process_fork, sched_process_exec, sched_process_exit, "
    "cgroup_attach_task";

constexpr const char* kSignalHook = "signal_generate";
constexpr const char* kTargetHooks = "fentry security_sb_mount, security_sb_umount, security_move_mount";

// What a kernel need not take: without them paths are told by their words only.
std::array<bpf_program*, 3> target_programs(const capture& skeleton) {
  return {skeleton.progs.mount_finds, skeleton.progs.umount_finds, skeleton.progs.move_mount_finds};
}

// Some kernels take no programs of the kind, whatever they are to be attached to: known without looking through BTF.
bool refuses_fentry() {
  constexpr bpf_insn kAnyProgram[] = {
      {.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .src_reg = 0, .off = 0, .imm = 0},
      {.code = BPF_JMP | BPF_EXIT, .dst_reg = 0, .src_reg = 0, .off = 0, .imm = 0}};
  bpf_prog_load_opts load = {};
  load.sz = sizeof(load);
  load.expected_attach_type = BPF_TRACE_FENTRY;
  load.attach_btf_id = 1;  // no function: EINVAL
  const int loaded = bpf_prog_load(BPF_PROG_TYPE_TRACING, "cttrace_probe", "Dual BSD/GPL", kAnyProgram, 2, &load);
  return !Fd(loaded) && loaded == -EPERM;
}

// Such calls are told of everybody (bpf/strangers.h). chroot changes its caller alone.
bool joins_others(const SyscallRow& row) { return row.name == "setns"; }
bool is_told_of_strangers(const SyscallRow& row) {
  return joins_others(row) || ((row.groups & kMount) && row.name != "chroot");
}

uint32_t ring_size(size_t bytes) {
  const size_t page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  size_t size = page;
  while (size < bytes && size < (size_t{1} << 30)) size *= 2;
  return static_cast<uint32_t>(size);
}

}  // namespace

void CapturePrograms::Destroy::operator()(capture* owned) const { capture__destroy(owned); }
void CapturePrograms::Destroy::operator()(bpf_link* owned) const { bpf_link__destroy(owned); }

void CapturePrograms::load(size_t buffer_bytes) {
  libbpf_set_strict_mode(LIBBPF_STRICT_ALL);  // also raises RLIMIT_MEMLOCK where the kernel still charges maps to it
  remember_what_libbpf_says();
  int error = refuses_fentry() ? load(buffer_bytes, false) : load(buffer_bytes, true);
  if (error && has_target_hooks_) error = load(buffer_bytes, false);
  if (error) libbpf_failed("load the capture programs into the kernel", -error);
}

// Returns a negative errno.
int CapturePrograms::load(size_t buffer_bytes, bool with_target_hooks) {
  skeleton_.reset(capture__open());
  if (!skeleton_) libbpf_failed("open the capture programs", errno);
  const uint32_t bytes = ring_size(buffer_bytes);
  bpf_map__set_max_entries(skeleton_->maps.events, bytes);
  bpf_map__set_max_entries(skeleton_->maps.at_work, static_cast<uint32_t>(libbpf_num_possible_cpus()));
  skeleton_->rodata->wake_bytes = bytes / 4;
  std::random_device random;
  skeleton_->rodata->secret = uint64_t{random()} << 32 | random();
  has_target_hooks_ = with_target_hooks;
  for (bpf_program* program : target_programs(*skeleton_)) bpf_program__set_autoload(program, with_target_hooks);
  return capture__load(skeleton_.get());
}

// Loads the selected rows, and the numbers and argument values that lead to them.
void CapturePrograms::fill_rows(const Selection& selection) {
  const auto rows = syscall_rows();
  const auto put = [](bpf_map* map, const auto& key, const auto& value) {
    if (const int error = bpf_map__update_elem(map, &key, sizeof(key), &value, sizeof(value), BPF_ANY))
      libbpf_failed("fill the table of calls", -error);
  };
  auto& strangers = skeleton_->bss->numbers_of_strangers;
  auto& met_strangers = skeleton_->bss->numbers_of_met_strangers;
  for (const SyscallRow& row : rows) {
    const auto index = static_cast<uint32_t>(row.index);
    put(skeleton_->maps.rows, index, selected_row(row, selection));
    for (size_t abi = 0; abi < kAbiCount; abi++) {
      if (row.numbers[abi] == kNoNumber) continue;
      const auto number = static_cast<uint32_t>(row.numbers[abi]);
      const SyscallRow* base = find_row(static_cast<Abi>(abi), number);
      // A number that leads to nothing selected costs a call nothing but the look at it.
      if (selection.includes(row)) {
        put(skeleton_->maps.numbers, static_cast<uint32_t>(abi) * kNumbers + number,
            static_cast<uint16_t>(base->index + 1));
      }
      if (selection.includes(row) && is_told_of_strangers(row)) {
        const uint64_t bit = uint64_t{1} << number % 64;
        (row.flags & CT_ROW_MOUNT_FD ? met_strangers : strangers)[number / 64] |= bit;
        skeleton_->bss->mount_numbers[(abi * kNumbers + number) / 64] |= bit;
        if (joins_others(row)) skeleton_->bss->join_numbers[(abi * kNumbers + number) / 64] |= bit;
      }
      for (const uint64_t value : row.select_values) {
        const struct {
          uint32_t row, pad;
          uint64_t value;
        } key = {static_cast<uint32_t>(base->index), 0, value & 0xffffffffu};
        put(skeleton_->maps.variants, key, index);
      }
    }
  }
}

void CapturePrograms::attach() {
  bpf_program* const programs[] = {skeleton_->progs.process_fork, skeleton_->progs.process_exec,
                                   skeleton_->progs.process_exit, skeleton_->progs.cgroup_attach,
                                   skeleton_->progs.sys_enter,    skeleton_->progs.sys_exit};
  for (bpf_program* program : programs) {
    Link link(bpf_program__attach(program));
    if (!link) libbpf_failed(std::string("attach to the tracepoint of ") + bpf_program__name(program), errno);
    links_.push_back(std::move(link));
  }
  // What a kernel need not have: without it nobody is told who sent a signal.
  if (Link link(bpf_program__attach(skeleton_->progs.signal_sent)); link) {
    has_signal_hook_ = true;
    links_.push_back(std::move(link));
  }
  std::vector<Link> targets;
  for (bpf_program* program : target_programs(*skeleton_)) {
    Link link(has_target_hooks_ ? bpf_program__attach(program) : nullptr);
    if (link) targets.push_back(std::move(link));
  }
  has_target_hooks_ = targets.size() == target_programs(*skeleton_).size();
  if (has_target_hooks_) std::ranges::move(targets, std::back_inserter(links_));
}

void CapturePrograms::iterate(bpf_program* program) const {
  const Link link(bpf_program__attach_iter(program, nullptr));
  if (!link) libbpf_failed("attach the task iterator", errno);
  const Fd iterator(bpf_iter_create(bpf_link__fd(link.get())));
  if (!iterator) libbpf_failed("run the task iterator", errno);
  char ignored[64];
  ssize_t got = 0;
  while ((got = read(iterator.get(), ignored, sizeof(ignored))) > 0 || (got < 0 && (errno == EINTR || errno == EAGAIN)))
    continue;
  if (got < 0) libbpf_failed("run the task iterator", errno);
}

uint64_t CapturePrograms::counter(uint32_t kind) const {
  std::vector<uint64_t> values(static_cast<size_t>(libbpf_num_possible_cpus()));
  if (const int error = bpf_map__lookup_elem(skeleton_->maps.counters, &kind, sizeof(kind), values.data(),
                                             values.size() * sizeof(uint64_t), 0))
    libbpf_failed("read what every CPU has counted", -error);
  return std::accumulate(values.begin(), values.end(), uint64_t{0});
}

uint32_t CapturePrograms::running_processes() const {
  std::set<uint32_t> processes;
  std::vector<char> state(bpf_map__value_size(skeleton_->maps.tasks));
  uint32_t key = 0;
  const uint32_t* previous = nullptr;
  while (bpf_map__get_next_key(skeleton_->maps.tasks, previous, &key, sizeof(key)) == 0) {
    // struct task_state of bpf/state.h begins with the process.
    if (bpf_map__lookup_elem(skeleton_->maps.tasks, &key, sizeof(key), state.data(), state.size(), 0) == 0) {
      uint32_t process = 0;
      std::memcpy(&process, state.data(), sizeof(process));
      if (process) processes.insert(process);
    }
    previous = &key;
  }
  return static_cast<uint32_t>(processes.size());
}

ct_loss CapturePrograms::losses(bool final) const {
  ct_loss loss = {};
  for (uint32_t kind = 0; kind < CT_LOSS_COUNT; kind++) loss.counts[kind] = counter(kind);
  loss.recorded = counter(CT_LOSS_COUNT);
  loss.final = final;
  loss.still_running = running_processes();
  return loss;
}

std::string CapturePrograms::hooks() const {
  std::string text = kHooks;
  if (has_signal_hook_) text += std::string(", ") + kSignalHook;
  if (has_target_hooks_) text += std::string(", ") + kTargetHooks;
  return text;
}

}  // namespace cttrace
