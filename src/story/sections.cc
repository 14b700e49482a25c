// Set-ups that have ended become stories.
#include <sched.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <set>

#include "base/paths.h"
#include "story/call.h"
#include "story/gathering.h"
#include "story/naming.h"
#include "story/work.h"

namespace cttrace {
namespace {

constexpr uint32_t kOverflowId = 65534;  // DEFAULT_OVERFLOWUID, DEFAULT_OVERFLOWGID: include/linux/highuid.h

using Namespaces = std::vector<ContainerNamespace>;

bool is_new(const Namespaces& all, uint32_t type) {
  return std::ranges::any_of(all, [&](const ContainerNamespace& each) {
    return each.type == type && each.how != ContainerNamespace::How::kStarters;
  });
}

// What the option said; without one, the folder that a runtime was started in, where the root is in it. Whatever is no
// runtime's run or create means something else by -b, and has no bundle that it does not name.
std::string bundle_of(const Unit& unit, const std::vector<std::string>& program, const std::string& rootfs) {
  const std::vector<std::string> own = own_words(unit.argv, program);
  const bool makes = makes_container(own);
  std::string bundle = option_value(own, {"--bundle"});
  if (bundle.empty() && makes) bundle = option_value(own, {"-b"});
  if (bundle.empty())
    return makes && folder_of(rootfs) == unit.origin.folder && rootfs != "/" ? unit.origin.folder : std::string();
  bundle.resize(without_slash_at_end(bundle).size());
  if (bundle.starts_with('/')) return bundle;
  return unit.origin.folder.empty() ? std::string() : unit.origin.folder + "/" + bundle;
}

HandedOver handed_over(const Snapshot& snapshot, const std::optional<PendingExec>& exec) {
  HandedOver facts;
  if (exec) facts = {.path = exec->path, .argv = exec->argv};
  // Of a map that could not be read nothing is said: the completeness statement has that.
  const auto inside = [](const std::optional<std::vector<IdExtent>>& map, uint32_t id) -> std::optional<uint32_t> {
    if (!map) return id;
    for (const IdExtent& extent : *map)
      if (id >= extent.lower_first && id - extent.lower_first < extent.count)
        return extent.first + (id - extent.lower_first);
    return std::nullopt;
  };
  const std::optional<uint32_t> uid = inside(snapshot.uid_map, snapshot.euid);
  const std::optional<uint32_t> gid = inside(snapshot.gid_map, snapshot.egid);
  facts.host_uid = snapshot.euid;
  facts.host_gid = snapshot.egid;
  facts.uid_is_mapped = uid.has_value();
  facts.gid_is_mapped = gid.has_value();
  facts.uid = uid.value_or(kOverflowId);
  facts.gid = gid.value_or(kOverflowId);
  facts.capabilities = snapshot.cap_permitted;
  facts.no_new_privs = snapshot.no_new_privs;
  facts.seccomp_mode = snapshot.seccomp_mode;
  facts.seccomp_filters = snapshot.seccomp_filters;
  return facts;
}

}  // namespace

// 0, where nothing is set up, is around all of them.
std::set<uint32_t> Teller::Work::containers_around(uint32_t container) const {
  std::set<uint32_t> around;
  while (container) {
    const Known* const known = containers_.find(container);
    container = known ? known->parent : 0;
    if (!around.insert(container).second) break;
  }
  return around;
}

std::vector<std::shared_ptr<Unit>> Teller::Work::units_beside(const std::shared_ptr<Unit>& runtime) const {
  std::vector<std::shared_ptr<Unit>> all;
  std::ranges::copy_if(gone_, std::back_inserter(all), [](const auto& unit) { return !unit->told; });
  std::set<uint32_t> where = containers_around(runtime->container);
  where.insert(runtime->container);
  for (const uint32_t container : where)
    if (const auto busy = busy_.find(container); busy != busy_.end())
      for (const auto& [since, unit] : busy->second) all.push_back(unit);
  all.push_back(runtime);
  std::ranges::sort(all, {}, [](const auto& unit) { return std::tuple(unit->first, unit->pid, unit->start_ns); });
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

namespace {

// The program's process, and those that have made it.
std::set<TaskId> line_of(const Draft& draft, TaskId program) {
  std::map<TaskId, TaskId> makers;
  for (const Draft::Part& part : draft.parts()) makers[part.stage.task] = part.stage.maker;
  std::set<TaskId> line;
  for (TaskId at = program; at != TaskId{} && line.insert(at).second;) {
    const auto maker = makers.find(at);
    at = maker == makers.end() ? TaskId{} : maker->second;
  }
  return line;
}

// It was mounted in a mount namespace of its own: what others see by that path is something else (/tmp, of gVisor).
bool is_mounted_inside(const SetUp& set_up, const std::string& rootfs) {
  return set_up.made.contains(CLONE_NEWNS) && std::ranges::any_of(set_up.draft.parts(), [&](const Draft::Part& part) {
           return std::ranges::any_of(part.steps, [&](const Step& step) {
             const auto* const done = std::get_if<MountDone>(&step.facts);
             return done && !step.error && done->how == MountDone::How::kNew && done->mounts[0].target.path == rootfs;
           });
         });
}

}  // namespace

SetUpStory Teller::Work::story_of(SetUp& set_up, const Named& named, const TaskId& program, Ending ending) {
  SetUpStory story{.ending = ending};
  story.runtime = runtime_of(*set_up.unit);
  if (program != TaskId{}) set_up.roots.only_of(line_of(set_up.draft, program));
  Subject subject{.set_up = &set_up, .name = named.name, .called = named.called};
  if (std::string rootfs = set_up.roots.final_root(); !is_mounted_inside(set_up, rootfs))
    subject.rootfs = std::move(rootfs);
  for (const auto& [type, inode] : set_up.made)
    if (inode) subject.inodes.insert(inode);
  for (const Draft::Part& part : set_up.draft.parts()) subject.pids.insert(part.stage.task.tid);
  Gathering gathering;
  gathering.take(set_up.draft, true);
  subject.around = containers_around(set_up.unit->container);
  for (const std::shared_ptr<Unit>& unit : units_beside(set_up.unit)) {
    if (set_up.itself && unit->first > number_) continue;  // begun since then
    bool has_part = unit == set_up.unit;
    switch (relation_of(*unit, subject)) {
      case Relation::kNone: break;
      case Relation::kMounts: has_part = gathering.take_from(unit->draft, subject, is_below_root) || has_part; break;
      case Relation::kSteps: has_part = gathering.take_from(unit->draft, subject) || has_part; break;
      case Relation::kWhole:
        gathering.take(unit->draft, false);
        unit->told = has_part = true;
        not_busy(unit);
        break;
    }
    if (has_part && unit->processes) set_up.beside.push_back(unit);
  }
  set_up.unit->told = true;
  for (Unit* each = set_up.unit.get(); each; each = each->above.get()) each->made = true;
  gathering.fill(story, set_up.roots, program);
  story.end_ns = time_ns_;
  story.last = number_;
  story.state = state_;
  if (lost_at_ > story.first) story.doubt = "events were lost while it was set up: steps may be missing";
  keep_calls_of(story);
  return story;
}

void Teller::Work::keep_calls_of(SetUpStory& story) {
  if (!options_.keep_calls) return;
  for (const Step& step : story.steps)
    for (EventNumber call : step.calls)
      if (const auto kept = calls_.find(call); kept != calls_.end()) story.calls.push_back(*kept);
}

void Teller::Work::describe(Container& container, const SetUp& set_up, const SetUpStory& story) const {
  container.short_name = short_name(container.name);
  container.id = long_id(container.name, container.cgroup);
  container.rootfs = set_up.roots.final_root();
  container.bundle = bundle_of(*set_up.unit, story.argv, container.rootfs);
  container.hostname = set_up.hostname;
  container.parent = set_up.unit->container;
  if (const Known* const parent = containers_.find(container.parent)) container.parent_name = parent->short_name;
  const bool begun_before = !set_up.unit->seen_to_begin && story.pids.size() > 1;
  container.kind = kind_in_words(container.isolation, is_new(story.namespaces, CLONE_NEWUSER), container.parent != 0,
                                 begun_before, set_up.roots.count() > 0);
}

void Teller::Work::hand_over(Person& person, const Snapshot& snapshot) {
  person.set_up->itself.reset();
  tell_handed_over(person.set_up, *person.process, snapshot, person.exec);
  person.set_up.reset();
  new_unit(person, snapshot);
}

void Teller::Work::tell_handed_over(const std::shared_ptr<SetUp>& set_up, Process& process, const Snapshot& snapshot,
                                    const std::optional<PendingExec>& exec) {
  set_up->held.reset();
  Step step{.first = number_, .start_ns = snapshot.time_ns};
  if (exec) step = exec->step;
  step.phase = Phase::kHandOver;
  step.last = number_;
  step.end_ns = std::max(step.end_ns, snapshot.time_ns);
  step.switches = static_cast<uint32_t>(set_up->roots.count());
  HandedOver facts = handed_over(snapshot, exec);
  facts.itself = set_up->itself.has_value();
  set_up->unit->handed_over = set_up->unit->handed_over || !facts.itself;
  step.facts = std::move(facts);
  set_up->draft.add(process.stage, std::move(step));

  Known* const into = joined_container(*set_up);
  const bool made = set_up->made.contains(CLONE_NEWNS) || set_up->made.contains(CLONE_NEWPID);
  const bool is_entry =
      !made && (into || set_up->joined.contains(CLONE_NEWNS) || set_up->joined.contains(CLONE_NEWPID));
  const std::vector<std::string> argv = exec ? exec->argv : std::vector<std::string>();
  const uint32_t own_names = snapshot.namespaces[CT_NS_UTS];
  if (own_names && set_up->hostname_in && own_names != set_up->hostname_in) set_up->hostname.clear();
  const bool moved = snapshot.cgroup != set_up->unit->origin.cgroup;
  const std::string cgroup = moved ? snapshot.cgroup : process.cgroup;
  Named named = named_by({set_up->unit->argv, cgroup, set_up->hostname, argv});
  // What it is told to make is not what it has entered.
  const std::string entered = makes_container(set_up->unit->argv) ? std::string() : named.called;
  if (is_entry) named.name = into ? into->name : entered;
  drop_visits_beside(*set_up);
  SetUpStory story = story_of(*set_up, named, process.leader, Ending::kHandedOver);
  story.program = process.leader;
  story.pids = snapshot.pids;
  story.argv = argv;
  story.namespaces = namespaces_of(*set_up, process.leader, snapshot.namespaces);
  set_up->over = true;
  --progress_.going_on;
  std::erase(set_up->unit->set_ups, set_up);
  drop_helpers_of(*set_up);
  if (into)
    for (const auto& unit : std::exchange(set_up->beside, {})) unit->serves = into->number;
  if (is_entry) {
    if (into && !process.stage.end_ns) ++into->processes;
    process.container = into ? into->number : 0;
    EntryMade entry{.container_name = named.name};
    entry.set_up = std::move(story);
    tell_entry(std::move(entry), *set_up, into);
  } else {
    Container container{.name = named.name, .name_is_hostname = named.by_hostname, .cgroup = cgroup};
    container.set_up = std::move(story);
    tell_container(process, snapshot, std::move(container), named.called, set_up);
  }
}

void Teller::Work::tell_container(Process& process, const Snapshot& snapshot, Container container,
                                  const std::string& called, const std::shared_ptr<SetUp>& set_up) {
  SetUpStory& story = container.set_up;
  container.number = ++found_;
  for (const auto& unit : std::exchange(set_up->beside, {})) unit->serves = container.number;
  container.isolation = isolation_of(is_new(story.namespaces, CLONE_NEWNS), is_new(story.namespaces, CLONE_NEWPID));
  describe(container, *set_up, story);
  container.init = process.leader;
  container.init_pids = snapshot.pids;

  Known known{.number = container.number, .parent = container.parent};
  known.name = container.name;
  known.short_name = container.short_name;
  known.id = container.id;
  for (const ContainerNamespace& each : story.namespaces)
    if (each.how == ContainerNamespace::How::kMade) known.own.emplace(each.type, each.inode);
  known.program = process.leader;
  known.argv = story.argv;
  known.start_ns = snapshot.time_ns;
  known.runtime = set_up->unit->file;
  known.called = called;

  const bool own_pids = is_new(story.namespaces, CLONE_NEWPID);
  for (const TaskId id : set_up->threads) {
    const Person* const other = person(id);
    if (!other || other->set_up != set_up || id != other->process->leader) continue;
    const std::vector<uint32_t>& pids = other->process->stage.pids;
    if (own_pids && pids.size() != snapshot.pids.size()) continue;  // stays outside
    if (!own_pids && other->process.get() != &process) continue;
    other->process->container = container.number;
    ++known.processes;
    // A program that began before this was told.
    const std::shared_ptr<Unit>& unit = other->process->unit;
    if (unit != set_up->unit && unit->container != container.number) {
      not_busy(unit);
      unit->container = container.number;
      busy(unit);
    }
  }
  containers_.add(std::move(known));
  process.container = container.number;  // also where it has ended already
  for (const Stage& stage : story.stages) {
    const bool is_first = own_pids && stage.pids.size() == snapshot.pids.size() && stage.pids.back() == 1;
    if (!is_first || stage.task == process.leader) continue;
    container.init = stage.task;
    container.init_pids = stage.pids;
    container.init_name = stage.name;
  }
  sink_(std::move(container));
}

}  // namespace cttrace
