// Has the capture programs follow tasks, tells what was there when that began, and reads what they write.
#include "source/ebpf.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <iterator>
#include <set>

#include "base/fd.h"
#include "source/beginning.h"
#include "source/capture_programs.h"
#include "source/libbpf_errors.h"
#include "source/procfs.h"
#include "source/ring.h"
#include "source/synthetic.h"
#include "source/upstream.h"

namespace cttrace {
namespace {

constexpr uint64_t kPatience_ns = 1'000'000'000;  // for programs that are still at work when tracing ends
constexpr uint64_t kQuiet_ns = 1'000'000'000;     // after this it is told again that nothing has happened
constexpr struct {
  uint32_t bit;
  const char* name;
} kTraits[] = {{CT_TRAIT_BY_ID, "mount.by_id"}, {CT_TRAIT_OVERMOUNT, "mount.overmount"}};

}  // namespace

struct EbpfSource::State {
  struct Table {
    ct_exec viewer;  // whose mountinfo it is
    uint64_t time_ns;
    std::string mountinfo;
  };

  EbpfOptions options;
  TraceInfo info;
  CapturePrograms programs;
  std::unique_ptr<Ring> ring;
  std::vector<std::string> first;  // records of the beginning, not yet handed on
  std::set<uint32_t> upstream;     // mount namespaces, by inode number: see meet_upstream
  uint64_t ticked_ns = 0;
  uint64_t lost = 0;  // records, of which was told
  bool stopped = false;

  void find_tasks();
  void collect_first();
  std::vector<ct_exec> snapshots() const;
  std::vector<Table> read_mounts() const;
  bool meet_upstream(const std::vector<Table>& tables);
  void tell_of_losses(const RecordSink& to);
};

// Runs the task iterator until it finds no task that was not known: see find_tasks in bpf/lifecycle.h.
void EbpfSource::State::find_tasks() {
  uint64_t found = 0;
  do {
    found = programs->bss->new_tasks;
    programs.iterate(programs->progs.find_tasks);
  } while (programs->bss->new_tasks != found);
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
      const int error = bpf_map__update_elem(programs->maps.strangers, &pid, sizeof(pid), &kYes, sizeof(kYes), BPF_ANY);
      if (error == -E2BIG) break;  // the next time
      if (error) libbpf_failed("look at process " + std::to_string(pid), -error);
      met.push_back(pid);
      upstream.insert(inode);
      heard.push_back(others.at(inode));
    }
    programs.iterate(programs->progs.meet_strangers);
    collect_first();
    for (const uint32_t pid : met) bpf_map__delete_elem(programs->maps.strangers, &pid, sizeof(pid), 0);
    asked.insert(met.begin(), met.end());
  }
}

// What was lost since the last tick was lost after the time of that tick: told of then, it comes before all that may
// not be known because of it.
void EbpfSource::State::tell_of_losses(const RecordSink& to) {
  const uint64_t now = programs.counter(CT_LOSS_RING_FULL) + programs.counter(CT_LOSS_TASKS_FULL) +
                       programs.counter(CT_LOSS_SCRATCH_BUSY);
  if (std::exchange(lost, now) == now) return;
  const std::string loss = loss_record(programs.losses(false), ticked_ns);
  to(std::as_bytes(std::span(loss)));
}

EbpfSource::EbpfSource(const EbpfOptions& options, TraceInfo info) : state_(std::make_unique<State>()) {
  State& state = *state_;
  state.options = options;
  state.info = std::move(info);
  state.programs.load(options.buffer_bytes);
  state.programs.fill_rows(options.selection);
  state.ring = std::make_unique<Ring>(state.programs->maps.events, state.programs->maps.at_work);
  state.find_tasks();  // finds out who we are, and what the kernel is like: nothing is followed yet
  for (const auto& trait : kTraits)
    if (state.programs->bss->kernel_traits & trait.bit) state.info.kernel_traits.emplace_back(trait.name);
  Error missing;
  for (const uint32_t pid : options.pids) {
    const Result<uint32_t> process = process_of(pid);
    if (!process) {
      missing = process.error();
      continue;
    }
    const uint8_t yes = 1;
    if (const int error =
            bpf_map__update_elem(state.programs->maps.targets, &*process, sizeof(*process), &yes, sizeof(yes), BPF_ANY))
      libbpf_failed("follow process " + std::to_string(pid), -error);
    state.info.roots.push_back(*process);
  }
  state.programs.attach();
  state.programs->bss->follow_all = options.all;
  state.programs->bss->searching = 1;
  tell_beginning(state.info);
  state.info.backend = "ebpf";
  state.info.hooks = state.programs.hooks();
  state.find_tasks();
  state.programs->bss->searching = 0;
  state.programs->bss->meeting_strangers = 1;
  if (!options.all && state.programs->bss->new_tasks == 0) {
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
         __atomic_load_n(&state.programs->bss->live_tasks, __ATOMIC_RELAXED) > 0;
}

void EbpfSource::stop(const RecordSink& sink) {
  State& state = *state_;
  if (state.stopped) return;
  state.stopped = true;
  state.programs.detach();
  // Programs may be at work on other CPUs until now.
  const uint64_t ended_ns = boottime_ns();
  const auto more_may_come = [&state, ended_ns] {
    return state.ring->complete_until_ns() < ended_ns ||
           state.ring->delivered() < state.programs.counter(CT_LOSS_COUNT);
  };
  while ((state.ring->drain(sink).records > 0 || more_may_come()) && boottime_ns() < ended_ns + kPatience_ns)
    sched_yield();
  state.tell_of_losses(sink);
  const std::string loss = loss_record(state.programs.losses(true), boottime_ns());
  sink(std::as_bytes(std::span(loss)));
  state.ring.reset();
  state.programs = {};
}

Status probe_ebpf() {
  try {
    CapturePrograms programs;
    programs.load(EbpfOptions().buffer_bytes);
    programs.attach();
    return Ok{};
  } catch (const Failure& failure) {
    return failure.error();
  }
}

}  // namespace cttrace
