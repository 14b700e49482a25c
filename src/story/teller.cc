// Events to steps, and steps to whom they belong.
#include "story/teller.h"

#include <sched.h>

#include <algorithm>

#include "story/call.h"
#include "story/steps.h"
#include "story/work.h"

namespace cttrace {
namespace {

constexpr uint64_t kIsolating = CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWUSER;
constexpr size_t kMostFailures = 16;
constexpr size_t kMostCallsKept = 65536;

uint64_t time_of(const Event& event) {
  return std::visit(
      [](const auto& happened) {
        if constexpr (std::is_same_v<std::decay_t<decltype(happened)>, Call>)
          return happened.start_ns;
        else
          return happened.time_ns;
      },
      event);
}

}  // namespace

Teller::Teller(const TellerOptions& options, Sink sink) : work_(std::make_unique<Work>(options, std::move(sink))) {}
Teller::~Teller() = default;

void Teller::event(const Event& event, EventNumber number, const Changes&, const State& state) {
  work_->take(event, number, state);
}

void Teller::finish() { work_->finish(); }

Progress Teller::progress() const { return work_->progress(); }

void Teller::Work::take(const Event& event, EventNumber number, const State& state) {
  state_ = &state;
  number_ = number;
  time_ns_ = std::max(time_ns_, time_of(event));
  ++progress_.events;
  std::visit([&](const auto& happened) { on(happened); }, event);
}

Progress Teller::Work::progress() const {
  Progress now = progress_;
  now.told = found_;
  return now;
}

Draft& Teller::Work::draft_of(Person& person) {
  return person.set_up ? person.set_up->draft : person.process->unit->draft;
}

void Teller::Work::on(const Call& call) {
  ++progress_.calls;
  Person& person = meet(call.task);
  Process& process = *person.process;
  if (options_.keep_calls && calls_.size() < kMostCallsKept) calls_[number_] = std::make_shared<Call>(call);
  Step step = step_of(call, number_);
  if (std::holds_alternative<ProgramRun>(step.facts)) return note_exec(person, call, std::move(step));
  const bool set_up = person.set_up && !person.set_up->handed_over;
  if (process.container && !set_up) {
    if (Running* running = containers_.contains(process.container) ? &containers_[process.container] : nullptr) {
      ++running->calls;
      if (step.error && running->failures.size() < kMostFailures)
        running->failures.push_back(step);
      else
        running->failures_dropped += step.error != 0;
    }
  }
  if (succeeded(call)) isolate(person, call);
  Draft& draft = draft_of(person);
  note_words(person, call);
  step.epoch = static_cast<uint32_t>(person.set_up ? person.set_up->roots.count() : 0);
  draft.add(process.stage, std::move(step));
  if (succeeded(call)) note_roots(person, call);
}

// The runtime's own word for a process, where it gives it one; where it goes to; the name of what it makes.
void Teller::Work::note_words(Person& person, const Call& call) {
  Process& process = *person.process;
  if (call.row->name == "prctl" && argument(call, "name")) {
    process.stage.own_word = text(call, "name");
    if (Draft::Part* part = draft_of(person).find(process.stage.task)) part->stage.own_word = process.stage.own_word;
  }
  if (!succeeded(call)) return;
  if (call.row->name == "chdir" && process.unit->folder.empty()) process.unit->folder = path(call, "filename");
  if (call.row->name == "sethostname" && person.set_up) person.set_up->hostname = text(call, "name");
  if (call.row->name == "memfd_create") process.unit->memory_files.insert(text(call, "uname"));
}

SetUp& Teller::Work::begin_set_up(Person& person) {
  if (person.set_up && !person.set_up->handed_over) return *person.set_up;
  if (person.set_up) --person.set_up->threads;
  auto made = std::make_shared<SetUp>();
  made->unit = person.process->unit;
  made->threads = 1;
  ++made->unit->set_ups_begun;
  made->unit->set_ups.push_back(made);
  person.set_up = made;
  ++progress_.going_on;
  return *made;
}

// Leaving the namespaces or the root of its starter makes a set-up of what a thread does.
void Teller::Work::isolate(Person& person, const Call& call) {
  const std::string_view name = call.row->name;
  if (name == "clone" || name == "clone3" || name == "fork" || name == "vfork") {
    const uint64_t flags = clone_flags(call);
    if (flags & CLONE_THREAD) return;
    Person* const child = this->person(call.created_tid);
    if (child && child->process->made_by == person.process->leader && !child->process->stage.clone_flags)
      return see_child(person, *child, flags);
    person.child_tid = call.created_tid;
    person.child_flags = flags;
    return;
  }
  if (name == "unshare" && (number(call, "unshare_flags") & kIsolating)) begin_set_up(person);
  if (name == "chroot" || name == "pivot_root") begin_set_up(person);
  const File* target = name == "setns" ? file(call, "fd") : nullptr;
  if (target) {
    const uint64_t types = target->kind == FileKind::kNamespace ? target->target : number(call, "flags");
    if (types & kIsolating) begin_set_up(person);
  }
  if (!person.set_up || (name != "unshare" && name != "setns")) return;
  const Step step = step_of(call, number_);
  if (const auto* changed = std::get_if<NamespacesChanged>(&step.facts)) {
    auto& into = changed->made ? person.set_up->made : person.set_up->joined;
    for (const auto& each : changed->namespaces) into[each.type] = each.inode;
  }
}

void Teller::Work::note_roots(Person& person, const Call& call) {
  if (!person.set_up) return;
  Roots& roots = person.set_up->roots;
  if (call.row->name == "pivot_root") roots.became(path(call, "new_root"));
  if (call.row->name == "chroot") roots.narrowed(path(call, "filename"));
  const Step step = step_of(call, number_);
  const auto* done = std::get_if<MountDone>(&step.facts);
  if (done && done->how == MountDone::How::kMove && done->mounts[0].target.path == "/")
    roots.became(done->mounts[0].source);
}

void Teller::Work::note_exec(Person& person, const Call& call, Step&& step) {
  if (!succeeded(call)) {
    draft_of(person).add(person.process->stage, std::move(step));
    return;
  }
  auto& run = std::get<ProgramRun>(step.facts);
  PendingExec exec{.path = text(call, "filename"), .argv = run.argv};
  exec.by_descriptor = exec.path.empty() || exec.path.starts_with("/proc/");
  exec.step = std::move(step);
  person.exec = std::move(exec);
}

void Teller::Work::on(const CgroupAttach& attach) {
  if (Person* mover = person(id_of(attach.task))) draft_of(*mover).moved(mover->process->stage.task, attach);
}

void Teller::Work::on(const Loss& loss) {
  const uint64_t lost =
      loss.counts[CT_LOSS_RING_FULL] + loss.counts[CT_LOSS_TASKS_FULL] + loss.counts[CT_LOSS_SCRATCH_BUSY];
  if (lost) doubt_ = "events were lost: steps may be missing";
}

}  // namespace cttrace
