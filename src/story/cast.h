// Who is who: threads, processes, the programs that they run, and the set-ups that they take part in.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "cttrace/story.h"
#include "story/draft.h"
#include "story/roots.h"

namespace cttrace {

// What a program is started with: what a set-up changes is measured against it.
struct Origin {
  bool known = false;
  NamespaceInodes namespaces = {};
  MaybeFile root = {};
  std::string folder = {};  // its working directory
  std::string cgroup = {};
};

struct ProgramFile {
  uint32_t dev_major = 0, dev_minor = 0;
  uint64_t inode = 0;
  std::string path = {};
  std::string version = {};  // as the file tells it; empty: it does not

  bool same_as(const ProgramFile& other) const {
    return inode && inode == other.inode && dev_major == other.dev_major && dev_minor == other.dev_minor;
  }
};

struct Process;
struct SetUp;

// A program and all its processes, until they execute another one. Executing itself again is no other program.
struct Unit {
  std::shared_ptr<Unit> above = {};  // who started it
  uint32_t depth = 0;                // how many are above
  ProgramFile file = {};
  std::vector<std::string> argv = {};
  uint32_t pid = 0;
  bool seen_to_begin = false;
  EventNumber first = 0;
  uint64_t start_ns = 0;
  Origin origin = {};
  uint32_t container = 0;    // that it runs in; 0: in none that is known
  bool told = false;         // it was the runtime of a container that has been told
  uint32_t serves = 0;       // the latest container in whose set-up it had a part, and went on; 0: none
  bool made = false;         // it, or what it started, was
  bool handed_over = false;  // a set-up of its own came to another program
  EventNumber busy = 0;  // since then it is among those that may yet turn out to belong to a container; 0: it is not
  Draft draft{256};      // what its processes do that are in no set-up
  std::set<std::string> memory_files = {};
  std::set<std::vector<std::string>> again = {};     // command lines that it has executed itself with
  std::vector<std::shared_ptr<SetUp>> set_ups = {};  // that are not over; dropped with the unit's last process
  uint32_t set_ups_begun = 0;
  uint32_t processes = 0;     // that run
  bool failed = false;        // one of them ended with an error
  uint32_t gave_up = 0;       // how its first one ended, if with an error: TaskExit::code
  uint64_t end_ns = 0;        // of the last one
  uint32_t found_before = 0;  // containers, when it began

  std::string name() const;
  std::string version() const;  // empty: not known
};

struct PendingExec {
  Step step = {};
  std::string path = {};  // as given
  std::vector<std::string> argv = {};
};

Runtime runtime_of(const Unit& unit);
// The unit itself, or one that it has started.
bool is_of(const Unit& unit, const Unit& other);

// A program that began where all is set up already, while its maker goes on: what the container is for, or a hook. What
// the others of the set-up do from then on tells.
struct HeldBack {
  std::shared_ptr<Process> process = {};
  std::shared_ptr<Unit> unit = {};
  Snapshot snapshot = {};
  std::optional<PendingExec> exec = {};
  std::optional<Step> search = {};  // for it, along PATH
  std::shared_ptr<const State> state = {};
  EventNumber number = 0;
  bool maker_works = false;  // who has made it had threads then: it does more than to have one program executed
};

struct Process {
  TaskId leader = {};
  uint32_t tgid = 0;
  std::shared_ptr<Unit> unit = {};
  uint32_t container = 0;
  std::string cgroup = {};  // that it was moved to, or its maker was
  bool in_unified = false;  // it itself was moved to it there
  Stage stage = {};
  TaskId made_by = {};               // the creator's process
  std::weak_ptr<SetUp> set_up = {};  // of its own program, that a thread of it was in which has ended
  // The last of its calls that failed, as a failure, where that is usual and it has set nothing up since.
  std::shared_ptr<const Step> excused = {};
};

// What threads go through that have left their starter's namespaces or root, until a program is handed over to.
struct SetUp {
  std::shared_ptr<Unit> unit = {};
  TaskId begun_by = {};  // the process
  uint64_t begun_ns = 0;
  Draft draft{1024};
  Roots roots = {};
  std::map<uint32_t, uint32_t> made = {};    // namespaces by CLONE_NEW*: their inode, 0 where it is not known
  std::map<uint32_t, TaskId> makers = {};    // the process that made the latest of them
  std::map<uint32_t, uint32_t> joined = {};  // as `made`
  std::string hostname = {};                 // that was given last, and in which namespace
  uint32_t hostname_in = 0;
  std::optional<HeldBack> held = {};
  std::optional<HeldBack> helped = {};  // was held back until the set-up went on
  // Who set it up goes on in it itself: as it was at its last step.
  std::optional<HeldBack> itself = {};
  uint32_t steps_itself = 0;      // that it has taken since
  TaskId switched_by = {};        // the process that switched its root last
  bool worker = false;            // it has executed itself again in what it has set up: it works in there
  bool asks = false;              // a program in it is there to see whether the kernel executes it
  bool hosts = false;             // a runtime works in it: it has made namespaces of its own in there
  std::set<TaskId> threads = {};  // that run, until it is over
  bool over = false;              // handed over, or told as failed
  uint32_t failed = 0;            // how the last of its processes ended that did with an error: TaskExit::code
  // Who killed the last of its processes that failed: its own program, or the one that started that.
  std::shared_ptr<Unit> dismissed_by = {};
  uint64_t end_ns = 0;                             // when the last of its threads ended
  std::shared_ptr<Unit> last = {};                 // of the last of its processes that ended
  std::string cgroup = {};                         // of the last of its processes that ended and had been moved to one
  std::vector<std::shared_ptr<Unit>> beside = {};  // that had a part in what is told, and go on

  // It came to no other program than the one that seemed to help: it was there for that, unless it failed by itself.
  bool was_for_helper() const { return !held && helped && (!failed || failed == helped->process->stage.exit_code); }
};

struct Person {
  TaskId id = {};
  std::shared_ptr<Process> process = {};
  std::shared_ptr<SetUp> set_up = {};
  std::optional<PendingExec> exec = {};  // that has succeeded, and whose snapshot has not come yet
  // A clone whose child has not been seen yet.
  uint32_t child_tid = 0;
  uint64_t child_flags = 0;
  uint32_t net = 0;  // the network namespace that it has joined; 0: it is in its program's

  bool sets_up() const { return set_up && !set_up->over; }
};

}  // namespace cttrace
