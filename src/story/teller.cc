// Events to steps, and steps to whom they belong.
#include "story/teller.h"

#include <sched.h>

#include <algorithm>

#include "model/file_places.h"
#include "story/blame.h"
#include "story/call.h"
#include "story/effects.h"
#include "story/roles.h"
#include "story/steps.h"
#include "story/work.h"

namespace cttrace {
namespace {

constexpr size_t kMostFailures = 16;
constexpr size_t kMostMemoryFiles = 64;
constexpr size_t kMostCallsKept = 1u << 16;

bool makes_a_process(std::string_view name) {
  return name == "clone" || name == "clone3" || name == "fork" || name == "vfork";
}

// The path of a mount that was moved onto /.
std::optional<std::string> what_became_the_root(const Step& step) {
  const auto* done = std::get_if<MountDone>(&step.facts);
  if (!done || done->how != MountDone::How::kMove || done->mounts[0].target.path != "/") return std::nullopt;
  return done->mounts[0].source;
}

std::string cause_in(const Changes& changes) {
  for (const Change& change : changes)
    if (const auto* const refused = std::get_if<CallRefused>(&change)) return refused->why;
  return {};
}

}  // namespace

Teller::Teller(const TellerOptions& options, Sink sink) : work_(std::make_unique<Work>(options, std::move(sink))) {}
Teller::~Teller() = default;

void Teller::event(const Event& event, EventNumber number, const Changes& changes, const State& state) {
  work_->take(event, number, changes, state);
}

void Teller::until(uint64_t time_ns) { work_->until(time_ns); }

void Teller::finish() { work_->finish(); }

Progress Teller::progress() const { return work_->progress(); }

void Teller::Work::take(const Event& event, EventNumber number, const Changes& changes, const State& state) {
  state_ = &state;
  changes_ = &changes;
  number_ = number;
  time_ns_ = std::max(time_ns_, start_of(event));
  tell_failed_by_now();
  if (is_of_stranger(event)) return;
  std::visit([&](const auto& happened) { on(happened); }, event);
}

void Teller::Work::until(uint64_t time_ns) {
  time_ns_ = std::max(time_ns_, time_ns);
  tell_failed_by_now();
}

Progress Teller::Work::progress() const {
  Progress now = progress_;
  now.containers = found_;
  if (newest_) {
    now.newest = newest_->unit->name() + " " + std::to_string(newest_->tgid) + ": ";
    now.newest += phase_name(newest_phase_);
  }
  return now;
}

Draft& Teller::Work::draft_of(Person& person) {
  if (person.sets_up()) return person.set_up->draft;
  busy(person.process->unit);
  return person.process->unit->draft;
}

// In whose root it is done.
void Teller::Work::note_where(const SetUp& set_up, Step& step) const {
  step.switches = static_cast<uint32_t>(set_up.roots.count());
  const auto joined = set_up.joined.find(CLONE_NEWNS);
  if (joined == set_up.joined.end()) return;
  step.entered = joined->second;
  const std::shared_ptr<SetUp> making = making_of(CLONE_NEWNS, step.entered);
  if (making && making.get() != &set_up) step.switches = static_cast<uint32_t>(making->roots.of_namespace());
}

void Teller::Work::add(Person& person, Step&& step) {
  const Process& process = *person.process;
  if (person.sets_up()) {
    // Who goes on setting up has had a hook executed. Beside one that runs still only its makers can: they wait for it.
    std::optional<HeldBack>& held = person.set_up->held;
    const bool goes_on =
        !is_quiet(step) && !std::holds_alternative<ProcessMade>(step.facts) && !goes_home(process, step);
    if (held && goes_on && !is_of(*process.unit, *held->unit) &&
        (held->process->stage.end_ns || has_made(process, *held->process)))
      person.set_up->helped = *std::exchange(held, {});
    if (goes_on) keep_itself(person, step);
    note_where(*person.set_up, step);
    newest_ = person.process;
    newest_phase_ = step.phase;
  } else {
    step.entered = person.net;
    if (process.container) note_inside(process.container, process.unit, step);
  }
  draft_of(person).add(process.stage, std::move(step));
}

// What the programs of a container do is not told, but what failed. `unit`: none, where it set nothing up itself.
void Teller::Work::note_inside(uint32_t container, const std::shared_ptr<Unit>& unit, const Step& step) {
  Known* const known = containers_.find(container);
  if (!known) return;
  known->calls += step.call_count;
  if (!step.error || std::holds_alternative<ProgramRun>(step.facts)) return;
  if (known->failures.size() < kMostFailures)
    known->failures.emplace_back(unit, step);
  else
    ++known->failures_dropped;
}

void Teller::Work::on(const Call& call) {
  ++progress_.calls;
  Person& person = meet(call.task);
  if (writes_to_stderr(call)) return note_said(person, call);
  if (options_.keep_calls) {
    if (calls_.size() >= kMostCallsKept) calls_.erase(calls_.begin());
    calls_[number_] = std::make_shared<Call>(call);
  }
  const Unit& unit = *person.process->unit;
  Circumstances around = {.started_in = unit.origin.folder, .is_mounted = is_mounted(call)};
  std::string name, version;
  if (error_of(call)) around.caller = {.name = name = unit.name(), .version = version = unit.version()};
  Step step = step_of(call, number_, around);
  if (step.error) step.cause = cause_in(*changes_);
  step.selected = !options_.selects || options_.selects(*call.row);
  note_excused(person, call, step);
  if (std::holds_alternative<ProgramRun>(step.facts)) return note_exec(person, call, std::move(step));
  const bool done = succeeded(call);
  if (done) note_effects(call, step);
  if (done) isolate(person, call, step);
  note_words(person, call);
  note_pid(*person.process, step);
  bool taken = false;
  if (std::optional<Step> mount = mounts_.take(*state_, call, step, taken); mount)
    step = std::move(*mount);
  else if (taken)
    return;
  note_sources(*person.process, step);
  const std::optional<std::string> moved_to_root = done ? what_became_the_root(step) : std::nullopt;
  add(person, std::move(step));
  if (done) note_roots(person, call, moved_to_root);
}

// What a call wanted to unmount, and could not, is a mount in the model.
bool Teller::Work::is_mounted(const Call& call) const {
  if ((call.row->name != "umount2" && call.row->name != "umount") || !error_of(call)) return false;
  const TaskState* const task = state_->task(id_of(call.task));
  const MountTree* const tree = task ? state_->mounts_of(*task) : nullptr;
  if (!tree) return false;
  const std::string target = path(call, "name");
  return std::ranges::any_of(on_the_way(*tree, target), [&](const OnTheWay& mount) { return mount.at == target; });
}

void Teller::Work::note_effects(const Call& call, Step& step) {
  const TaskId task = id_of(call.task);
  if (auto* mount = std::get_if<MountDone>(&step.facts)) {
    mount->propagated = propagated_to(task, *changes_, *state_);
    if (made_root_read_only(*mount, *changes_)) {
      mount->how = MountDone::How::kReconfigure;
      mount->options = {"ro"};
    }
  }
  if (is_without_effect(step.facts, task, *changes_, *state_))
    step.facts = CallMade{.name = std::string(call.row->name), .quiet = true};
}

// The name that a process gives itself, and those of what it makes.
void Teller::Work::note_words(Person& person, const Call& call) {
  Process& process = *person.process;
  if (!succeeded(call)) return;
  if (call.row->name == "prctl" && argument(call, "name")) {
    process.stage.name = own_word(text(call, "name"));
    keep_stage(process, person.set_up.get());
  }
  if (call.row->name == "sethostname" && person.sets_up()) {
    person.set_up->hostname = text(call, "name");
    person.set_up->hostname_in = inode_of(person, CT_NS_UTS);
  }
  if (call.row->name == "memfd_create" && process.unit->memory_files.size() < kMostMemoryFiles)
    process.unit->memory_files.insert(text(call, "uname"));
}

// What fails as is usual may be why its process ends with an error, if it does no more.
void Teller::Work::note_excused(const Person& person, const Call& call, const Step& step) {
  std::shared_ptr<const Step>& excused = person.process->excused;
  if (!step.normal_failures) {
    if (excused && (step.error || goes_past(*excused, step))) excused.reset();
    return;
  }
  Step failed = unexcused_step_of(call, number_);
  if (!may_end(failed)) return;
  failed.cause = cause_in(*changes_);
  failed.selected = step.selected;
  note_pid(*person.process, failed);
  if (person.sets_up()) note_where(*person.set_up, failed);
  excused = std::make_shared<Step>(std::move(failed));
}

// The entry whose program it is, or that has made it; nullptr: it is of none.
EntryEnded* Teller::Work::entry_of(const Process& process) {
  constexpr int kMostAbove = 32;  // who made whom may be a circle in what a recording says
  const Process* at = &process;
  for (int above = 0; at && above < kMostAbove; ++above) {
    const auto entry = entered_.find(at->leader);
    if (entry != entered_.end()) return &entry->second;
    const Person* const maker = person(at->made_by);
    at = maker ? maker->process.get() : nullptr;
  }
  return nullptr;
}

// Of a container's programs it may be any that says why it ends; those of an entry say it of that.
void Teller::Work::note_said(Person& person, const Call& call) {
  Process& process = *person.process;
  process.stage.said.add(call);
  keep_stage(process, person.set_up.get());
  if (person.sets_up()) return;
  if (EntryEnded* const entry = entry_of(process))
    entry->said.add(call);
  else if (Known* const known = containers_.find(process.container))
    known->said.add(call);
}

// As far as the model knows.
bool Teller::Work::is_another_root(const Person& person) const {
  const TaskId leader = person.process->leader;
  return std::ranges::none_of(*changes_, [&](const Change& change) {
    const auto* const root = std::get_if<RootChanged>(&change);
    return root && root->task.tid == leader.tid && root->before.mount.tree && root->before.mount == root->after.mount &&
           root->before.path == root->after.path;
  });
}

// Leaving the namespaces or the root of its starter makes a set-up of what a thread does.
void Teller::Work::isolate(Person& person, const Call& call, const Step& step) {
  const std::string_view name = call.row->name;
  if (makes_a_process(name)) {
    const uint64_t flags = clone_flags(call);
    if (flags & CLONE_THREAD) return;
    Person* const child = this->person(call.created_tid);
    if (child && child->process->made_by == person.process->leader && !child->process->stage.clone_flags)
      return see_child(*child, flags, nullptr);
    person.child_tid = call.created_tid;
    person.child_flags = flags;
    return;
  }
  if (name == "chroot" && is_another_root(person)) begin_set_up_of_sharers(person);
  if (name == "pivot_root") begin_set_up_of_moved(person);
  const auto* changed = std::get_if<NamespacesChanged>(&step.facts);
  if (!changed) return;
  for (const auto& each : changed->namespaces) {
    const bool elsewhere = !changed->made && each.inode != person.process->unit->origin.namespaces[CT_NS_NET];
    if (each.type == CLONE_NEWNET) person.net = elsewhere ? each.inode : 0;
    const std::shared_ptr<SetUp> making = making_of(each.type, each.inode);
    const bool of_sibling = making && making != person.set_up && making->unit == person.process->unit;
    const bool of_container = !changed->made && (of_sibling || containers_.owner_of(each.type, each.inode));
    if (changed->made && (each.type & kIsolating)) step_out(person, each.type);
    if ((each.type & kIsolating) || of_container) begin_set_up(person);
  }
  if (!person.sets_up()) return;
  for (const auto& each : changed->namespaces) {
    if (changed->made)
      note_made(person, each.type, each.inode);
    else
      person.set_up->joined[each.type] = each.inode;
  }
  const bool at_home =
      !changed->made && call.after.namespaces && *call.after.namespaces == person.process->unit->origin.namespaces;
  if (at_home) come_home(person);
}

void Teller::Work::note_roots(Person& person, const Call& call, const std::optional<std::string>& moved_to_root) {
  if (!person.sets_up()) return;
  Roots& roots = person.set_up->roots;
  if (call.row->name == "pivot_root") roots.became(path(call, "new_root"));
  if (call.row->name == "chroot") roots.narrowed(path(call, "filename"), changer_of_root(person));
  if (moved_to_root) roots.became(*moved_to_root);
  const bool switched = call.row->name == "pivot_root" || call.row->name == "chroot" || moved_to_root;
  if (switched) person.set_up->switched_by = person.process->leader;
}

void Teller::Work::note_exec(Person& person, const Call& call, Step&& step) {
  if (!succeeded(call)) return add(person, std::move(step));
  PendingExec exec{.path = text(call, "filename"), .argv = std::get<ProgramRun>(step.facts).argv};
  exec.step = std::move(step);
  person.exec = std::move(exec);
}

void Teller::Work::on(const CgroupAttach& attach) {
  if (Person* moved = person(id_of(attach.moved))) {
    Process& process = *moved->process;
    // The unified hierarchy's says most.
    if (attach.hierarchy == 0 || !process.in_unified) process.cgroup = attach.path;
    process.in_unified = process.in_unified || attach.hierarchy == 0;
  }
  if (Person* mover = person(id_of(attach.task))) draft_of(*mover).moved(mover->process->stage.task, attach);
}

void Teller::Work::on(const Loss& loss) {
  const uint64_t lost =
      loss.counts[CT_LOSS_RING_FULL] + loss.counts[CT_LOSS_TASKS_FULL] + loss.counts[CT_LOSS_SCRATCH_BUSY];
  if (lost > lost_) lost_at_ = number_;
  lost_ = lost;
}

}  // namespace cttrace
