// Programs begin: which of them is what a container was made for.
#include <sched.h>

#include <algorithm>
#include <cctype>

#include "base/paths.h"
#include "cttrace/namespace.h"
#include "story/call.h"
#include "story/naming.h"
#include "story/work.h"

namespace cttrace {
namespace {

constexpr uint32_t kMostAbove = 32;
constexpr size_t kMostAgain = 32;

bool differs(const MaybeFile& one, const MaybeFile& other) {
  if (!one || !other) return false;
  return one->inode != other->inode || one->dev_major != other->dev_major || one->dev_minor != other->dev_minor;
}

bool differs(const NamespaceInodes& one, const NamespaceInodes& other, ct_ns which) {
  return one[which] && other[which] && one[which] != other[which];
}

// The words at the end of a command line are the command that it is about.
bool ends_with(const std::vector<std::string>& words, const std::vector<std::string>& end) {
  return !end.empty() && words.size() > end.size() && std::equal(end.rbegin(), end.rend(), words.rbegin());
}

// A word of the command line, or of a script that is in it.
bool mentions(const std::vector<std::string>& argv, std::string_view word) {
  const auto is_part = [](unsigned char c) { return std::isalnum(c) || c == '-' || c == '_' || c == '.'; };
  for (const std::string& text : argv) {
    for (size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) {
      const size_t end = at + word.size();
      if ((at == 0 || !is_part(text[at - 1])) && (end == text.size() || !is_part(text[end]))) return true;
    }
  }
  return false;
}

std::string second_of(const std::vector<std::string>& words) { return words.size() > 1 ? words[1] : std::string(); }

// "/proc/self/exe"
bool is_own_link(std::string_view path) { return path.starts_with("/proc/") && path.ends_with("/exe"); }

ProgramFile file_of(const Snapshot& snapshot) {
  if (!snapshot.exe) return {};
  return {snapshot.exe->dev_major, snapshot.exe->dev_minor, snapshot.exe->inode, snapshot.exe->path,
          snapshot.exe_version};
}

Origin origin_of(const Snapshot& snapshot) {
  Origin origin{.known = true, .namespaces = snapshot.namespaces, .root = snapshot.root, .cgroup = snapshot.cgroup};
  if (snapshot.cwd) origin.folder = snapshot.cwd->path;
  return origin;
}

ProgramRun run_of(const Person& person, const Snapshot& snapshot) {
  ProgramRun run;
  if (person.exec) run.argv = person.exec->argv, run.given = person.exec->path;
  if (snapshot.exe) run.path = snapshot.exe->path;
  return run;
}

// BuildKit executes a program of each architecture in a root that has nothing else: util/archutil/check_unix.go.
bool is_check(const SetUp& set_up, const Person& person) {
  const std::string runtime = set_up.unit->name();
  return (runtime == "dockerd" || runtime == "buildkitd") && set_up.made.empty() && set_up.joined.empty() &&
         person.exec && person.exec->argv == std::vector<std::string>{"/check"};
}

}  // namespace

void Teller::Work::on(const Snapshot& snapshot) {
  const uint32_t tid = snapshot.old_tid ? snapshot.old_tid : snapshot.task.tid;
  Person* known = snapshot.at_start ? nullptr : person(tid);
  if (!known) known = &meet(snapshot.task);
  if (tid != snapshot.task.tid && !snapshot.at_start) {
    // A thread that was not the leader takes the leader's number, and lives on as that.
    Person leader = *known;
    const TaskId before = std::exchange(leader.id, id_of(snapshot.task));
    if (leader.set_up) {
      leader.set_up->threads.erase(before);
      leader.set_up->threads.insert(leader.id);
    }
    people_.erase(before);
    running_.erase(tid);
    running_[leader.id.tid] = leader.id;
    known = &(people_[leader.id] = std::move(leader));
  }
  if (!snapshot.pids.empty()) known->process->stage.pids = snapshot.pids;
  if (!snapshot.at_start) return executed(*known, snapshot);
  Unit& unit = *known->process->unit;
  if (unit.origin.known) return;  // another thread
  unit.origin = origin_of(snapshot);
  unit.file = file_of(snapshot);
  known->process->stage.program = unit.name();
}

bool Teller::Work::is_itself(const Person& person, const Snapshot& snapshot) const {
  const Unit& unit = *person.process->unit;
  if (!snapshot.exe || !person.exec || ends_with(unit.argv, person.exec->argv)) return false;
  const File& file = *snapshot.exe;
  constexpr std::string_view kMemory = "/memfd:";
  // A copy of itself is given what it was given itself; another program that it has put into memory is not.
  if (file.internal && file.path.starts_with(kMemory))
    return unit.memory_files.contains(file.path.substr(kMemory.size())) &&
           (unit.argv.empty() || unit.argv == person.exec->argv || unit.again.contains(person.exec->argv) ||
            is_own_link(person.exec->path));
  if (!unit.file.same_as(file_of(snapshot))) return false;
  const std::vector<std::string>& words = person.exec->argv;
  if (words.empty()) return true;
  // Programs of many names in one file (busybox) tell themselves apart by it.
  const std::string now(last_part(words[0])),
      then(unit.argv.empty() ? last_part(unit.file.path) : last_part(unit.argv[0]));
  if (person.exec->path.empty() || person.exec->path.starts_with("/proc/"))
    return now == then || !(then != unit.name() || mentions(unit.argv, now));
  if (now != then) return false;
  // An interpreter that executes another script executes another program.
  return unit.argv.empty() || second_of(words) == second_of(unit.argv) || unit.again.contains(words);
}

void Teller::Work::new_unit(Person& person, const Snapshot& snapshot) {
  Process& process = *person.process;
  const std::shared_ptr<Unit> before = process.unit;
  auto unit = std::make_shared<Unit>();
  unit->above = before->depth < kMostAbove ? before : before->above;
  unit->depth = std::min(before->depth + 1, kMostAbove);
  unit->pid = snapshot.task.tgid;
  unit->seen_to_begin = true;
  unit->container = process.container;
  unit->origin = origin_of(snapshot);
  unit->file = file_of(snapshot);
  unit->first = number_;
  unit->start_ns = snapshot.time_ns;
  unit->found_before = found_;
  if (person.exec) {
    unit->argv = person.exec->argv;
    unit->first = person.exec->step.first;
    unit->start_ns = person.exec->step.start_ns;
  }
  unit->processes = 1;
  process.unit = unit;
  process.stage.program = unit->name();
  process.stage.name.clear();
  process.stage.said = {};
  if (--before->processes == 0) unit_ended(before);
}

void Teller::Work::executed(Person& person, const Snapshot& snapshot) {
  const bool itself = is_itself(person, snapshot);
  if (person.sets_up() && is_check(*person.set_up, person)) person.set_up->asks = true;
  const Meaning meaning = itself || !person.sets_up() ? Meaning::kHelper : meaning_of(person, snapshot);
  if (meaning == Meaning::kHandOver)
    hand_over(person, snapshot);
  else if (meaning == Meaning::kEither)
    hold_back(person, snapshot);
  else
    program_began(person, snapshot, itself);
  if (itself) goes_on_itself(person, snapshot);
  person.exec.reset();
}

void Teller::Work::hold_back(Person& person, const Snapshot& snapshot) {
  HeldBack held = {.process = person.process, .snapshot = snapshot, .exec = person.exec, .number = number_};
  held.state = std::make_shared<State>(*state_);
  held.maker_works = std::ranges::count_if(person.set_up->threads, [&](TaskId id) {
                       const Person* const other = this->person(id);
                       return other && other->process->leader == person.process->made_by;
                     }) > 1;
  Draft& draft = person.set_up->draft;
  held.search = draft.take_search(person.process->leader, run_of(person, snapshot));
  if (held.search) draft.add(person.process->stage, Step(*held.search));
  program_began(person, snapshot, false);
  held.unit = person.process->unit;
  person.set_up->held = std::move(held);
}

// A program that is not what a container was made for: the runtime, a helper, or one of a container's own.
void Teller::Work::program_began(Person& person, const Snapshot& snapshot, bool itself) {
  ProgramRun run = run_of(person, snapshot);
  run.itself = itself;
  std::optional<Step> search = draft_of(person).take_search(person.process->leader, run);
  if (!itself) {
    if (!person.sets_up()) person.set_up.reset();
    tell_command(person, snapshot);
    new_unit(person, snapshot);
  }
  Step step{.phase = Phase::kCreate, .first = number_, .start_ns = snapshot.time_ns};
  if (person.exec) step = person.exec->step;
  step.last = number_;
  step.end_ns = std::max(step.end_ns, snapshot.time_ns);
  Process& process = *person.process;
  if (itself && process.unit->again.size() < kMostAgain) process.unit->again.insert(run.argv);
  if (itself && person.sets_up()) person.set_up->worker = true;
  if (itself && run.path.starts_with("/memfd:") && person.exec) {
    step.facts = SelfProtected{.how = SelfProtected::How::kMemoryCopy, .path = run.path};
  } else {
    step.facts = std::move(run);
  }
  if (search) draft_of(person).add(process.stage, std::move(*search));
  draft_of(person).add(process.stage, std::move(step));
}

// It only joined what a set-up has made that goes on, for which it was started.
bool Teller::Work::is_for_another(const SetUp& set_up) const {
  if (!set_up.made.empty() || set_up.roots.count()) return false;
  return std::ranges::any_of(set_up.joined, [&](const auto& joined) {
    const std::shared_ptr<SetUp> making = making_of(joined.first, joined.second);
    return making && making->unit != set_up.unit && is_of(*set_up.unit, *making->unit);
  });
}

// Whether this program is what everything before was for.
Teller::Work::Meaning Teller::Work::meaning_of(const Person& person, const Snapshot& snapshot) const {
  const SetUp& set_up = *person.set_up;
  if (set_up.asks || is_for_another(set_up)) return Meaning::kHelper;
  const Origin& origin = set_up.unit->origin;
  const NamespaceInodes& now = snapshot.namespaces;
  const bool switched = differs(origin.root, snapshot.root);
  bool isolated = switched || differs(origin.namespaces, now, CT_NS_MNT) ||
                  differs(origin.namespaces, now, CT_NS_PID) || differs(origin.namespaces, now, CT_NS_PID_FOR_CHILDREN);
  for (const auto& [type, inode] : set_up.joined) isolated = isolated || containers_.owner_of(type, inode);
  if (!isolated || (set_up.held && is_of(*person.process->unit, *set_up.held->unit))) return Meaning::kHelper;
  if (person.exec && ends_with(set_up.unit->argv, person.exec->argv)) return Meaning::kHandOver;
  if (differs(origin.namespaces, now, CT_NS_PID) && !snapshot.pids.empty() && snapshot.pids.back() == 1)
    return Meaning::kHandOver;
  const bool others_go_on =
      set_up.begun_by != person.process->leader && std::ranges::any_of(set_up.threads, [&](TaskId id) {
        const auto other = people_.find(id);
        return other != people_.end() && other->second.process != person.process;
      });
  if (!others_go_on) return Meaning::kHandOver;
  const auto maker = people_.find(person.process->made_by);
  if (maker != people_.end() && maker->second.set_up == person.set_up) {
    // Who stays outside of the pid namespace has made it for what is to run in there.
    const Process& made_by = *maker->second.process;
    if (made_by.tgid == set_up.unit->pid && made_by.stage.pids.size() < snapshot.pids.size()) return Meaning::kHandOver;
  }
  // With its own file a runtime helps itself; and one that is told to make a container works in what was made for it.
  if (person.exec && makes_container(person.exec->argv) && !differs(origin.namespaces, now, CT_NS_PID))
    return Meaning::kHelper;
  if (set_up.unit->file.same_as(file_of(snapshot)) && person.exec && !person.exec->argv.empty() &&
      last_part(person.exec->argv[0]) == set_up.unit->name())
    return Meaning::kHelper;
  // The others may go on with the set-up. Of several, those that have ended when the next one begins have helped.
  return set_up.held && !set_up.held->process->stage.end_ns ? Meaning::kHelper : Meaning::kEither;
}

// The container whose namespaces were joined: by what most belongs to one alone.
Known* Teller::Work::joined_container(const SetUp& set_up) {
  for (const NamespaceType& type :
       namespace_types_from({CLONE_NEWNS, CLONE_NEWPID, CLONE_NEWNET, CLONE_NEWUSER, CLONE_NEWUTS})) {
    const auto joined = set_up.joined.find(type.flag);
    if (joined == set_up.joined.end()) continue;
    if (Known* const owner = containers_.find(containers_.owner_of(type.flag, joined->second))) return owner;
  }
  return nullptr;
}

// The first process of a container may be an init, which executes what it was given.
void Teller::Work::tell_command(Person& person, const Snapshot& snapshot) {
  Known* const known = containers_.find(person.process->container);
  if (!known || !person.exec || known->command_told || person.process->made_by != known->program) return;
  known->command_told = true;
  if (!ends_with(known->argv, person.exec->argv)) return;
  ContainerWentOn told = containers_.about(*known);
  told.time_ns = snapshot.time_ns;
  told.since_ns = snapshot.time_ns - std::min(snapshot.time_ns, known->start_ns);
  told.command = person.exec->argv;
  told.command_pids = snapshot.pids;
  sink_(std::move(told));
}

}  // namespace cttrace
