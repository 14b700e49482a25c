// Set-ups that have ended, as containers.
#include <sched.h>

#include <algorithm>

#include "story/call.h"
#include "story/naming.h"
#include "story/phases.h"
#include "story/work.h"

namespace cttrace {
namespace {

struct Kind {
  uint32_t type;
  ct_ns which;
};
constexpr Kind kKinds[] = {{CLONE_NEWNS, CT_NS_MNT},    {CLONE_NEWUTS, CT_NS_UTS},
                           {CLONE_NEWIPC, CT_NS_IPC},   {CLONE_NEWPID, CT_NS_PID},
                           {CLONE_NEWNET, CT_NS_NET},   {CLONE_NEWCGROUP, CT_NS_CGROUP},
                           {CLONE_NEWUSER, CT_NS_USER}, {0x80 /* CLONE_NEWTIME */, CT_NS_TIME}};

std::vector<ContainerNamespace> namespaces_of(const Origin& origin, const NamespaceInodes& now, const SetUp& set_up) {
  std::vector<ContainerNamespace> all;
  for (const auto& [type, which] : kKinds) {
    ContainerNamespace each{.type = type, .inode = now[which]};
    if (origin.namespaces[which] != now[which])
      each.how = set_up.joined.contains(type) && !set_up.made.contains(type) ? ContainerNamespace::How::kJoined
                                                                             : ContainerNamespace::How::kMade;
    all.push_back(each);
  }
  return all;
}

bool is_new(const std::vector<ContainerNamespace>& all, uint32_t type) {
  return std::ranges::any_of(all, [&](const ContainerNamespace& each) {
    return each.type == type && each.how != ContainerNamespace::How::kStarters;
  });
}

Isolation isolation_of(const std::vector<ContainerNamespace>& all) {
  const bool mounts = is_new(all, CLONE_NEWNS), pids = is_new(all, CLONE_NEWPID);
  if (mounts) return pids ? Isolation::kContainer : Isolation::kMounts;
  return pids ? Isolation::kPids : Isolation::kChroot;
}

Runtime runtime_of(const Unit& unit) {
  Runtime runtime{.name = unit.name(), .executable = unit.file.path, .version = version_in(unit.file.path)};
  runtime.argv = unit.argv;
  runtime.pid = unit.pid;
  for (const Unit* above = unit.above.get(); above && runtime.started_by.size() < 8; above = above->above.get())
    if (!above->file.path.empty()) runtime.started_by.push_back(above->name());
  return runtime;
}

std::string absolute(const std::string& path, const std::string& folder) {
  return path.empty() || path.starts_with('/') || folder.empty() ? path : folder + "/" + path;
}

// Gathers the drafts of a set-up into stages and steps.
class Gathering {
 public:
  explicit Gathering(const Roots& roots) : roots_(roots) {}

  void add(const Draft& draft) {
    call_count_ += draft.call_count();
    dropped_ += draft.dropped();
    if (draft.first && (!first_ || draft.first < first_)) {
      first_ = draft.first;
      start_ns_ = draft.start_ns;
    }
    for (const Draft::Part& part : draft.parts()) parts_.push_back(&part);
  }

  void fill(Container& container) {
    std::vector<const Draft::Part*> by_start = parts_;
    std::ranges::stable_sort(by_start, {}, [](const Draft::Part* part) { return part->stage.start_ns; });
    std::map<TaskId, uint32_t> index;
    for (const Draft::Part* part : by_start) {
      if (index.contains(part->stage.task)) continue;
      index[part->stage.task] = static_cast<uint32_t>(container.stages.size());
      container.stages.push_back(part->stage);
      Stage& stage = container.stages.back();
      stage.own_word = own_word(stage.own_word);
    }
    std::vector<std::vector<Step>> all;
    for (const Draft::Part* part : by_start) {
      std::vector<Step> steps = part->steps;
      for (Step& step : steps) {
        step.stage = index[part->stage.task];
        place(step, roots_);
      }
      all.push_back(std::move(steps));
    }
    container.steps = in_order(std::move(all));
    container.first = first_;
    container.start_ns = start_ns_;
    container.call_count = call_count_;
    container.steps_dropped = dropped_;
  }

 private:
  const Roots& roots_;
  std::vector<const Draft::Part*> parts_;
  uint64_t call_count_ = 0, dropped_ = 0;
  EventNumber first_ = 0;
  uint64_t start_ns_ = 0;
};

}  // namespace

Container Teller::Work::describe(SetUp& set_up, const Process& program) {
  Unit& unit = *set_up.unit;
  Container container;
  container.number = ++found_;
  container.runtime = runtime_of(unit);
  container.rootfs = set_up.roots.final_root();
  container.hostname = set_up.hostname;
  container.parent = unit.container;
  if (containers_.contains(unit.container)) container.parent_name = containers_[unit.container].short_name;
  Gathering gathering(set_up.roots);
  gathering.add(set_up.draft);
  if (unit.seen_to_begin && unit.set_ups_begun == 1) gathering.add(unit.draft);
  gathering.fill(container);
  if (unit.seen_to_begin && unit.set_ups_begun == 1 && unit.first && unit.first < container.first) {
    container.first = unit.first;
    container.start_ns = unit.start_ns;
  }
  container.bundle = absolute(option_value(unit.argv, {"--bundle", "-b"}), {});
  if (!container.bundle.starts_with('/')) container.bundle.clear();
  if (container.bundle.empty() && is_below(container.rootfs, unit.folder)) container.bundle = unit.folder;
  for (uint32_t i = 0; i < container.stages.size(); ++i) {
    const Person* someone = person(container.stages[i].task);
    (void)someone;
  }
  container.doubt = doubt_;
  container.program = program.leader;
  container.end_ns = time_ns_;
  container.last = number_;
  return container;
}

void Teller::Work::hand_over(Person& person, const Snapshot& snapshot) {
  const std::shared_ptr<SetUp> set_up = person.set_up;
  const std::shared_ptr<Unit> runtime = set_up->unit;
  Process& process = *person.process;
  Step step;
  if (person.exec) step = person.exec->step;
  step.phase = Phase::kHandOver;
  step.last = number_;
  step.end_ns = snapshot.time_ns;
  HandedOver facts;
  if (person.exec) facts = {.path = person.exec->path, .argv = person.exec->argv};
  step.facts = facts;
  set_up->draft.add(process.stage, std::move(step));

  Container container = describe(*set_up, process);
  container.namespaces = namespaces_of(runtime->origin, snapshot.namespaces, *set_up);
  container.isolation = isolation_of(container.namespaces);
  container.kind = kind_in_words(container.isolation, is_new(container.namespaces, CLONE_NEWUSER));
  container.pids = snapshot.pids;
  container.argv = facts.argv;
  if (snapshot.cgroup != runtime->origin.cgroup) container.cgroup = snapshot.cgroup;
  container.name = container_name({runtime->argv, container.cgroup, set_up->hostname, facts.argv});
  container.short_name = short_name(container.name);
  container.init = process.leader;
  container.init_pids = snapshot.pids;
  if (!snapshot.pids.empty() && snapshot.pids.back() != 1 && is_new(container.namespaces, CLONE_NEWPID)) {
    for (const auto& [id, other] : people_) {
      const auto& pids = other.process->stage.pids;
      if (other.set_up != set_up || pids.size() != snapshot.pids.size() || pids.back() != 1) continue;
      container.init = other.process->leader;
      container.init_pids = pids;
      container.init_program = other.process->unit->name();
    }
  }
  if (options_.keep_calls)
    for (const Step& each : container.steps)
      for (EventNumber call : each.calls)
        if (const auto kept = calls_.find(call); kept != calls_.end()) container.calls.push_back(*kept);

  Running& running = containers_[container.number];
  running.number = container.number;
  running.name = container.name;
  running.short_name = container.short_name;
  running.namespaces = snapshot.namespaces;
  running.program = process.leader;
  running.start_ns = snapshot.time_ns;
  running.runtime = runtime->file;
  set_up->handed_over = true;
  set_up->container = container.number;
  std::erase(runtime->set_ups, set_up);
  --progress_.going_on;

  for (auto& [id, other] : people_) {
    if (other.set_up != set_up || other.process->container == container.number) continue;
    if (other.process->tgid != other.process->leader.tid) continue;
    other.process->container = container.number;
    ++running.processes;
  }
  --set_up->threads;
  person.set_up.reset();
  new_unit(person, snapshot);
  process.unit->container = container.number;
  sink_(std::move(container));
}

void Teller::Work::enter(Person& person, const Snapshot& snapshot, Running* into) {
  const std::shared_ptr<SetUp> set_up = person.set_up;
  Process& process = *person.process;
  Step step;
  if (person.exec) step = person.exec->step;
  step.phase = Phase::kHandOver;
  step.last = number_;
  step.end_ns = snapshot.time_ns;
  HandedOver facts;
  if (person.exec) facts = {.path = person.exec->path, .argv = person.exec->argv};
  step.facts = facts;
  set_up->draft.add(process.stage, std::move(step));
  const uint32_t before = found_;
  Container described = describe(*set_up, process);
  found_ = before;
  EntryMade made;
  made.container.existed = into == nullptr;
  if (into) {
    made.container.number = into->number;
    made.container.name = into->name;
    made.container.short_name = into->short_name;
    made.entry.number = ++into->entries;
  } else {
    made.container.name = container_name({set_up->unit->argv, snapshot.cgroup, {}, facts.argv});
    made.container.short_name = short_name(made.container.name);
    made.entry.number = 1;
  }
  made.entry.by = described.runtime;
  made.entry.start_ns = described.start_ns;
  made.entry.end_ns = described.end_ns;
  made.entry.pids = snapshot.pids;
  made.entry.task = process.leader;
  made.entry.namespaces = namespaces_of(set_up->unit->origin, snapshot.namespaces, *set_up);
  made.entry.stages = std::move(described.stages);
  made.entry.steps = std::move(described.steps);
  made.entry.argv = facts.argv;
  made.entry.call_count = described.call_count;
  set_up->handed_over = true;
  std::erase(set_up->unit->set_ups, set_up);
  --progress_.going_on;
  --set_up->threads;
  person.set_up.reset();
  if (into) {
    ++into->processes;
    process.container = into->number;
  }
  new_unit(person, snapshot);
  sink_(std::move(made));
}

void Teller::Work::end_set_up(std::shared_ptr<SetUp> set_up) {
  if (set_up->handed_over) std::erase(set_up->unit->set_ups, set_up);
}

void Teller::Work::tell_failed(SetUp& set_up, Ending ending) {
  --progress_.going_on;
  const bool failed = set_up.failed || set_up.unit->failed;
  if (ending == Ending::kFailed && !failed) return;  // a process that confined itself, and has done what it had to
  Process nobody;
  Container container = describe(set_up, nobody);
  container.ending = ending;
  container.isolation = set_up.made.contains(CLONE_NEWPID) ? Isolation::kContainer : Isolation::kMounts;
  container.kind = kind_in_words(container.isolation, set_up.made.contains(CLONE_NEWUSER));
  container.name = container_name({set_up.unit->argv, {}, set_up.hostname, {}});
  container.short_name = short_name(container.name);
  sink_(std::move(container));
}

void Teller::Work::tell_end(Running& running, uint64_t time_ns, std::optional<uint32_t> exit_code) {
  if (std::exchange(running.told_end, true)) return;
  ContainerEnd end{.number = running.number, .name = running.short_name, .time_ns = time_ns};
  end.ran_ns = time_ns > running.start_ns ? time_ns - running.start_ns : 0;
  end.exit_code = exit_code;
  end.entries = running.entries;
  end.call_count = running.calls;
  end.failures = running.failures;
  end.failures_dropped = running.failures_dropped;
  sink_(end);
}

void Teller::Work::finish() {
  std::vector<std::shared_ptr<SetUp>> left;
  for (const auto& [id, person] : people_)
    if (person.set_up && !person.set_up->handed_over && std::ranges::find(left, person.set_up) == left.end())
      left.push_back(person.set_up);
  for (const auto& each : left) tell_failed(*each, Ending::kNotComplete);
}

}  // namespace cttrace
