// Loads and attaches the capture programs, and reads what they write.
#include "source/ebpf.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <capture.skel.h>
#include <linux/types.h>
#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <iterator>
#include <numeric>
#include <random>
#include <set>

#include "base/fd.h"
#include "source/beginning.h"
#include "source/libbpf_errors.h"
#include "source/procfs.h"
#include "source/ring.h"
#include "source/synthetic.h"
#include "source/upstream.h"

namespace cttrace {
namespace {

constexpr uint32_t kNumbers = 512;                // MAX_NUMBERS of bpf/state.h
constexpr uint64_t kPatience_ns = 1'000'000'000;  // for programs that are still at work when tracing ends
constexpr uint64_t kQuiet_ns = 1'000'000'000;     // after this it is told again that nothing has happened
constexpr const char* kHooks =
    "raw tracepoints sys_enter, sys_exit, sched_process_fork, sched_process_exec, sched_process_exit, "
    "cgroup_attach_task";

constexpr const char* kSignalHook = "signal_generate";
constexpr const char* kTargetHooks = "fentry security_sb_mount, security_sb_umount, security_move_mount";

constexpr struct {
  uint32_t bit;
  const char* name;
} kTraits[] = {{CT_TRAIT_BY_ID, "mount.by_id"}, {CT_TRAIT_OVERMOUNT, "mount.overmount"}};

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

struct EbpfSource::State {
  struct Destroy {
    void operator()(capture* owned) const { capture__destroy(owned); }
    void operator()(bpf_link* owned) const { bpf_link__destroy(owned); }
  };
  using Link = std::unique_ptr<bpf_link, Destroy>;
  struct Table {
    ct_exec viewer;  // whose mountinfo it is
    uint64_t time_ns;
    std::string mountinfo;
  };

  EbpfOptions options;
  TraceInfo info;
  std::unique_ptr<capture, Destroy> skeleton;
  std::unique_ptr<Ring> ring;
  std::vector<Link> links;
  std::vector<std::string> first;  // records of the beginning, not yet handed on
  std::set<uint32_t> upstream;     // mount namespaces, by inode number: see meet_upstream
  uint64_t ticked_ns = 0;
  uint64_t lost = 0;  // records, of which was told
  bool has_signal_hook = false;
  bool has_target_hooks = false;
  bool stopped = false;

  void load();
  int load(bool with_target_hooks);
  void fill_rows();
  void attach();
  void iterate(bpf_program* program);
  void find_tasks();
  void collect_first();
  std::vector<ct_exec> snapshots() const;
  std::vector<Table> read_mounts() const;
  bool meet_upstream(const std::vector<Table>& tables);
  uint64_t counter(uint32_t kind) const;
  uint32_t running_processes() const;
  ct_loss losses(bool final) const;
  void tell_of_losses(const RecordSink& to);
};

void EbpfSource::State::load() {
  libbpf_set_strict_mode(LIBBPF_STRICT_ALL);  // also raises RLIMIT_MEMLOCK where the kernel still charges maps to it
  remember_what_libbpf_says();
  int error = refuses_fentry() ? load(false) : load(true);
  if (error && has_target_hooks) error = load(false);
  if (error) libbpf_failed("load the capture programs into the kernel", -error);
  ring = std::make_unique<Ring>(skeleton->maps.events, skeleton->maps.at_work);
}

// Returns a negative errno.
int EbpfSource::State::load(bool with_target_hooks) {
  skeleton.reset(capture__open());
  if (!skeleton) libbpf_failed("open the capture programs", errno);
  const uint32_t bytes = ring_size(options.buffer_bytes);
  bpf_map__set_max_entries(skeleton->maps.events, bytes);
  bpf_map__set_max_entries(skeleton->maps.at_work, static_cast<uint32_t>(libbpf_num_possible_cpus()));
  skeleton->rodata->wake_bytes = bytes / 4;
  std::random_device random;
  skeleton->rodata->secret = uint64_t{random()} << 32 | random();
  has_target_hooks = with_target_hooks;
  for (bpf_program* program : target_programs(*skeleton)) bpf_program__set_autoload(program, with_target_hooks);
  return capture__load(skeleton.get());
}

// Loads the selected rows, and the numbers and argument values that lead to them.
void EbpfSource::State::fill_rows() {
  const auto rows = syscall_rows();
  const auto put = [](bpf_map* map, const auto& key, const auto& value) {
    if (const int error = bpf_map__update_elem(map, &key, sizeof(key), &value, sizeof(value), BPF_ANY))
      libbpf_failed("fill the table of calls", -error);
  };
  auto& strangers = skeleton->bss->numbers_of_strangers;
  auto& met_strangers = skeleton->bss->numbers_of_met_strangers;
  for (const SyscallRow& row : rows) {
    const auto index = static_cast<uint32_t>(row.index);
    put(skeleton->maps.rows, index, selected_row(row, options.selection));
    for (size_t abi = 0; abi < kAbiCount; abi++) {
      if (row.numbers[abi] == kNoNumber) continue;
      const auto number = static_cast<uint32_t>(row.numbers[abi]);
      const SyscallRow* base = find_row(static_cast<Abi>(abi), number);
      // A number that leads to nothing selected costs a call nothing but the look at it.
      if (options.selection.includes(row)) {
        put(skeleton->maps.numbers, static_cast<uint32_t>(abi) * kNumbers + number,
            static_cast<uint16_t>(base->index + 1));
      }
      if (options.selection.includes(row) && is_told_of_strangers(row)) {
        const uint64_t bit = uint64_t{1} << number % 64;
        (row.flags & CT_ROW_MOUNT_FD ? met_strangers : strangers)[number / 64] |= bit;
        skeleton->bss->mount_numbers[(abi * kNumbers + number) / 64] |= bit;
        if (joins_others(row)) skeleton->bss->join_numbers[(abi * kNumbers + number) / 64] |= bit;
      }
      for (const uint64_t value : row.select_values) {
        const struct {
          uint32_t row, pad;
          uint64_t value;
        } key = {static_cast<uint32_t>(base->index), 0, value & 0xffffffffu};
        put(skeleton->maps.variants, key, index);
      }
    }
  }
}

void EbpfSource::State::attach() {
  bpf_program* const programs[] = {skeleton->progs.process_fork, skeleton->progs.process_exec,
                                   skeleton->progs.process_exit, skeleton->progs.cgroup_attach,
                                   skeleton->progs.sys_enter,    skeleton->progs.sys_exit};
  for (bpf_program* program : programs) {
    Link link(bpf_program__attach(program));
    if (!link) libbpf_failed(std::string("attach to the tracepoint of ") + bpf_program__name(program), errno);
    links.push_back(std::move(link));
  }
  // What a kernel need not have: without it nobody is told who sent a signal.
  if (Link link(bpf_program__attach(skeleton->progs.signal_sent)); link) {
    has_signal_hook = true;
    links.push_back(std::move(link));
  }
  std::vector<Link> targets;
  for (bpf_program* program : target_programs(*skeleton)) {
    Link link(has_target_hooks ? bpf_program__attach(program) : nullptr);
    if (link) targets.push_back(std::move(link));
  }
  has_target_hooks = targets.size() == target_programs(*skeleton).size();
  if (has_target_hooks) std::ranges::move(targets, std::back_inserter(links));
  skeleton->bss->follow_all = options.all;
}

void EbpfSource::State::iterate(bpf_program* program) {
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

// Runs the task iterator until it finds no task that was not known: see find_tasks in bpf/lifecycle.h.
void EbpfSource::State::find_tasks() {
  uint64_t found = 0;
  do {
    found = skeleton->bss->new_tasks;
    iterate(skeleton->progs.find_tasks);
  } while (skeleton->bss->new_tasks != found);
}

void EbpfSource::State::collect_first() {
  ring->drain([this](std::span<const std::byte> record) {
    first.emplace_back(reinterpret_cast<const char*>(record.data()), record.size());
  });
}

// Those of `first`.
std::vector<ct_exec> EbpfSource::State::snapshots() const {
  std::vector<ct_exec> found;
  for (const std::string& record : first) {
    ct_exec snapshot = {};
    if (record.size() < sizeof(snapshot)) continue;
    std::memcpy(&snapshot, record.data(), sizeof(snapshot));
    if (snapshot.record.kind == CT_REC_SNAPSHOT) found.push_back(snapshot);
  }
  return found;
}

// The mount table of every mount namespace that a task is in that was found; those first from which mounts come into
// others: what happens there while the others are read is told.
std::vector<EbpfSource::State::Table> EbpfSource::State::read_mounts() const {
  std::vector<ct_exec> viewers = snapshots();
  const auto is_upstream = [this](const ct_exec& each) { return upstream.contains(each.ns[CT_NS_MNT]); };
  std::stable_partition(viewers.begin(), viewers.end(), is_upstream);
  std::set<uint32_t> told;
  std::vector<Table> tables;
  for (const ct_exec& viewer : viewers) {
    if (told.contains(viewer.ns[CT_NS_MNT])) continue;
    const uint64_t time_ns = boottime_ns();
    Result<std::string> text = mountinfo(viewer.record.tid);
    if (!text || text->empty()) continue;  // it has ended; another one may be in the same namespace
    told.insert(viewer.ns[CT_NS_MNT]);
    tables.push_back({.viewer = viewer, .time_ns = time_ns, .mountinfo = *std::move(text)});
  }
  return tables;
}

// Where nobody is followed, but from where mounts come into those tables, is told of, too, from now on
// (bpf/strangers.h). False: there is no such mount namespace.
bool EbpfSource::State::meet_upstream(const std::vector<Table>& tables) {
  std::vector<std::string> heard;
  for (const Table& table : tables) heard.push_back(table.mountinfo);
  std::set<uint32_t> asked = {static_cast<uint32_t>(getpid())};
  // Who is asked may just end: until somebody was met in each of them, or nobody is left.
  for (;;) {
    std::set<uint32_t> known;
    for (const ct_exec& each : snapshots()) known.insert(each.ns[CT_NS_MNT]);
    const std::map<uint32_t, uint32_t> candidates = mount_namespaces(known, asked);
    std::map<uint32_t, std::string> others;
    for (const auto& [inode, pid] : candidates)
      if (Result<std::string> text = mountinfo(pid)) others.emplace(inode, *std::move(text));
    const std::set<uint32_t> found = upstream_of(heard, others);
    if (found.empty()) return !upstream.empty();
    std::vector<uint32_t> met;
    for (const uint32_t inode : found) {
      const uint32_t pid = candidates.at(inode);
      constexpr uint8_t kYes = 1;
      const int error = bpf_map__update_elem(skeleton->maps.strangers, &pid, sizeof(pid), &kYes, sizeof(kYes), BPF_ANY);
      if (error == -E2BIG) break;  // the next time
      if (error) libbpf_failed("look at process " + std::to_string(pid), -error);
      met.push_back(pid);
      upstream.insert(inode);
      heard.push_back(others.at(inode));
    }
    iterate(skeleton->progs.meet_strangers);
    collect_first();
    for (const uint32_t pid : met) bpf_map__delete_elem(skeleton->maps.strangers, &pid, sizeof(pid), 0);
    asked.insert(met.begin(), met.end());
  }
}

uint64_t EbpfSource::State::counter(uint32_t kind) const {
  std::vector<uint64_t> values(static_cast<size_t>(libbpf_num_possible_cpus()));
  if (const int error = bpf_map__lookup_elem(skeleton->maps.counters, &kind, sizeof(kind), values.data(),
                                             values.size() * sizeof(uint64_t), 0))
    libbpf_failed("read what every CPU has counted", -error);
  return std::accumulate(values.begin(), values.end(), uint64_t{0});
}

uint32_t EbpfSource::State::running_processes() const {
  std::set<uint32_t> processes;
  std::vector<char> state(bpf_map__value_size(skeleton->maps.tasks));
  uint32_t key = 0;
  const uint32_t* previous = nullptr;
  while (bpf_map__get_next_key(skeleton->maps.tasks, previous, &key, sizeof(key)) == 0) {
    // struct task_state of bpf/state.h begins with the process.
    if (bpf_map__lookup_elem(skeleton->maps.tasks, &key, sizeof(key), state.data(), state.size(), 0) == 0) {
      uint32_t process = 0;
      std::memcpy(&process, state.data(), sizeof(process));
      if (process) processes.insert(process);
    }
    previous = &key;
  }
  return static_cast<uint32_t>(processes.size());
}

ct_loss EbpfSource::State::losses(bool final) const {
  ct_loss loss = {};
  for (uint32_t kind = 0; kind < CT_LOSS_COUNT; kind++) loss.counts[kind] = counter(kind);
  loss.recorded = counter(CT_LOSS_COUNT);
  loss.final = final;
  loss.still_running = running_processes();
  return loss;
}

// What was lost since the last tick was lost after the time of that tick: told of then, it comes before all that may
// not be known because of it.
void EbpfSource::State::tell_of_losses(const RecordSink& to) {
  const uint64_t now = counter(CT_LOSS_RING_FULL) + counter(CT_LOSS_TASKS_FULL) + counter(CT_LOSS_SCRATCH_BUSY);
  if (std::exchange(lost, now) == now) return;
  const std::string loss = loss_record(losses(false), ticked_ns);
  to(std::as_bytes(std::span(loss)));
}

EbpfSource::EbpfSource(const EbpfOptions& options, TraceInfo info) : state_(std::make_unique<State>()) {
  State& state = *state_;
  state.options = options;
  state.info = std::move(info);
  state.load();
  state.fill_rows();
  state.find_tasks();  // finds out who we are, and what the kernel is like: nothing is followed yet
  for (const auto& trait : kTraits)
    if (state.skeleton->bss->kernel_traits & trait.bit) state.info.kernel_traits.emplace_back(trait.name);
  Error missing;
  for (const uint32_t pid : options.pids) {
    const Result<uint32_t> process = process_of(pid);
    if (!process) {
      missing = process.error();
      continue;
    }
    const uint8_t yes = 1;
    if (const int error =
            bpf_map__update_elem(state.skeleton->maps.targets, &*process, sizeof(*process), &yes, sizeof(yes), BPF_ANY))
      libbpf_failed("follow process " + std::to_string(pid), -error);
    state.info.roots.push_back(*process);
  }
  state.attach();
  state.skeleton->bss->searching = 1;
  tell_beginning(state.info);
  state.info.backend = "ebpf";
  state.info.hooks = kHooks;
  if (state.has_signal_hook) state.info.hooks += std::string(", ") + kSignalHook;
  if (state.has_target_hooks) state.info.hooks += std::string(", ") + kTargetHooks;
  state.find_tasks();
  state.skeleton->bss->searching = 0;
  state.skeleton->bss->meeting_strangers = 1;
  if (!options.all && state.skeleton->bss->new_tasks == 0) {
    if (missing.what.empty())
      missing = Error{.code = ESRCH,
                      .what = "follow process",
                      .subject = options.pids.empty() ? "" : std::to_string(options.pids.front()),
                      .why = "it has ended"};
    throw Failure(missing);
  }
  state.collect_first();
  std::vector<State::Table> tables = state.read_mounts();
  if (!options.all && state.meet_upstream(tables)) tables = state.read_mounts();
  for (const State::Table& table : tables)
    std::ranges::move(mounts_records(table.viewer, table.time_ns, table.mountinfo), std::back_inserter(state.first));
}

EbpfSource::~EbpfSource() = default;

const TraceInfo& EbpfSource::info() const { return state_->info; }

bool EbpfSource::poll(std::chrono::milliseconds timeout, const RecordSink& sink) {
  State& state = *state_;
  if (state.stopped) return false;
  const std::vector<std::string> first = std::move(state.first);
  state.first.clear();
  for (const std::string& record : first) sink(std::as_bytes(std::span(record)));
  if (first.empty()) state.ring->wait(static_cast<int>(timeout.count()));
  const uint64_t complete_until_ns = state.ring->complete_until_ns();
  const Ring::Drained drained = state.ring->drain(sink);
  state.tell_of_losses(sink);
  const bool is_news = drained.records > 0 || state.ring->newest_ns() >= state.ticked_ns;
  if (drained.all && (is_news || complete_until_ns >= state.ticked_ns + kQuiet_ns)) {
    state.ticked_ns = std::max(state.ticked_ns, complete_until_ns);
    const std::string tick = tick_record(state.ticked_ns);
    sink(std::as_bytes(std::span(tick)));
  }
  return drained.records > 0 || !first.empty() || state.options.all ||
         __atomic_load_n(&state.skeleton->bss->live_tasks, __ATOMIC_RELAXED) > 0;
}

void EbpfSource::stop(const RecordSink& sink) {
  State& state = *state_;
  if (state.stopped) return;
  state.stopped = true;
  state.links.clear();
  // Programs may be at work on other CPUs until now.
  const uint64_t ended_ns = boottime_ns();
  const auto more_may_come = [&state, ended_ns] {
    return state.ring->complete_until_ns() < ended_ns || state.ring->delivered() < state.counter(CT_LOSS_COUNT);
  };
  while ((state.ring->drain(sink).records > 0 || more_may_come()) && boottime_ns() < ended_ns + kPatience_ns)
    sched_yield();
  state.tell_of_losses(sink);
  const std::string loss = loss_record(state.losses(true), boottime_ns());
  sink(std::as_bytes(std::span(loss)));
  state.ring.reset();
  state.skeleton.reset();
}

Status probe_ebpf() {
  try {
    EbpfSource::State state;
    state.load();
    state.attach();
    return Ok{};
  } catch (const Failure& failure) {
    return failure.error();
  }
}

}  // namespace cttrace
