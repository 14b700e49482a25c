// What Teller keeps: who takes part, and which containers there are.
#pragma once

#include <sched.h>

#include <deque>
#include <map>
#include <memory>
#include <set>

#include "story/cast.h"
#include "story/known.h"
#include "story/mounts_in_making.h"
#include "story/naming.h"
#include "story/teller.h"

namespace cttrace {

// Who leaves these sets up.
inline constexpr uint64_t kIsolating = CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWUSER;

// A runtime that lives on has told by then what it had to tell of a failure; and who takes no step for so long goes on.
inline constexpr uint64_t kPatience_ns = 1'000'000'000;

class Teller::Work {
 public:
  Work(const TellerOptions& options, Sink sink) : options_(options), sink_(std::move(sink)) {}

  void take(const Event& event, EventNumber number, const Changes& changes, const State& state);
  void until(uint64_t time_ns);
  void finish();
  Progress progress() const;

 private:
  void on(const Call& call);
  void on(const Fork& fork);
  void on(const Snapshot& snapshot);
  void on(const TaskExit& exit);
  void on(const CgroupAttach& attach);
  void on(const Loss& loss);
  void on(const Mounts&) {}

  // tasks.cc: threads and processes come and go
  Person* person(TaskId id);
  Person* person(uint32_t tid);
  Person& meet(const Task& task);
  std::shared_ptr<Process> new_process(const Task& task, std::shared_ptr<Unit> unit);
  uint32_t inode_of(const Person& person, ct_ns which) const;
  void see_child(Person& child, uint64_t flags, const NamespaceInodes* namespaces);
  std::shared_ptr<Unit> dismisser_of(const Process& process, const TaskExit& exit);
  void process_ended(Process& process, SetUp* set_up, const TaskExit& exit);
  void unit_ended(const std::shared_ptr<Unit>& unit);
  void busy(const std::shared_ptr<Unit>& unit);
  void not_busy(const std::shared_ptr<Unit>& unit);
  void keep_stage(const Process& process, SetUp* set_up);

  // set_ups.cc: set-ups begin and end
  SetUp& begin_set_up(Person& person);
  void begin_set_up_of_moved(Person& caller);
  bool has_made(const Process& maker, const Process& process) const;
  const Place* root_of(const Person& person) const;
  void note_made(const Person& maker, uint32_t type, uint32_t inode);
  std::shared_ptr<SetUp> making_of(uint32_t type, uint32_t inode) const;
  void end_set_up(const std::shared_ptr<SetUp>& set_up);
  void wait_for_runtime(const std::shared_ptr<SetUp>& set_up);
  bool is_cleaning_up(const Unit& runtime);
  bool may_have_failed(const SetUp& set_up) const;
  bool has_helped(const SetUp& set_up) const;
  bool is_left_to_held(const SetUp& set_up) const;
  void drop_set_up(const std::shared_ptr<SetUp>& set_up);
  void drop_helpers_of(const SetUp& latest);
  bool is_left_to_starter(const std::shared_ptr<SetUp>& set_up);

  // leaving.cc: set-ups are left by who lives on
  bool is_made_beside(const SetUp& set_up, const Process& process, uint64_t types) const;
  void step_out(Person& person, uint64_t types);
  void leave_to_runtimes(const std::shared_ptr<SetUp>& host);
  bool goes_home(const Process& process, const Step& step) const;
  void come_home(Person& person);
  void drop_visits_beside(const SetUp& latest);

  // teller.cc: what calls mean for who is who
  bool is_another_root(const Person& person) const;
  void isolate(Person& person, const Call& call, const Step& step);
  void note_roots(Person& person, const Call& call, const std::optional<std::string>& moved_to_root);
  bool is_mounted(const Call& call) const;
  void note_effects(const Call& call, Step& step);
  void note_words(Person& person, const Call& call);
  void note_said(Person& person, const Call& call);
  void note_excused(const Person& person, const Call& call, const Step& step);
  EntryEnded* entry_of(const Process& process);
  void note_inside(uint32_t container, const std::shared_ptr<Unit>& unit, const Step& step);
  void note_exec(Person& person, const Call& call, Step&& step);
  void note_where(const SetUp& set_up, Step& step) const;
  void add(Person& person, Step&& step);
  Draft& draft_of(Person& person);

  // pids.cc: pids as those call them who do something, and who is meant
  void note_pid(const Process& writer, Step& step);
  uint32_t on_host(const Process& process, uint32_t pid) const;
  void note_sources(const Process& process, Step& step) const;

  // shared_roots.cc: roots that several tasks have in common
  void begin_set_up_of_sharers(Person& caller);
  uint32_t fs_of(TaskId id) const;
  TaskId changer_of_root(const Person& caller) const;

  // programs.cc: programs begin
  void executed(Person& person, const Snapshot& snapshot);
  void program_began(Person& person, const Snapshot& snapshot, bool itself);
  bool is_itself(const Person& person, const Snapshot& snapshot) const;
  enum class Meaning : uint8_t { kHelper, kHandOver, kEither };
  bool is_for_another(const SetUp& set_up) const;
  Meaning meaning_of(const Person& person, const Snapshot& snapshot) const;
  void hold_back(Person& person, const Snapshot& snapshot);
  void new_unit(Person& person, const Snapshot& snapshot);
  Known* joined_container(const SetUp& set_up);
  void tell_command(Person& person, const Snapshot& snapshot);

  // itself.cc: runtimes that execute no other program, and go on in what they have set up
  void goes_on_itself(const Person& person, const Snapshot& snapshot);
  void keep_itself(const Person& person, const Step& step);
  void ends_itself(const Person& person);
  bool waits_to_be_started(const Unit& unit) const;
  bool has_settled(const Unit& unit) const;
  bool has_given_up(const Unit& unit, const SetUp& set_up) const;
  void tell_itself(const std::vector<std::shared_ptr<SetUp>>& all);
  void tell_settled();

  // served.cc: what programs do that set nothing up: to a container that is there, or in vain
  void tell_served(Unit& unit);
  void tell_served(Unit& unit, const Known& known);
  const Known* named_by_runtime(const Unit& unit, uint64_t time_ns) const;
  bool was_killed(const Process& process) const;
  void tell_server_end(const Process& process);
  void tell_hook(Unit& unit);
  void tell_service(Unit& unit, ContainerWentOn told, bool with_steps = true, const Stage* ended = nullptr);
  bool is_being_made_again(const Known& known) const;
  bool is_being_made(const std::string& called) const;
  bool says_why(const Unit& unit, const Stage& stage) const;
  void note_failed(const std::shared_ptr<Unit>& unit);
  void tell_failed(Unit& unit);

  // sections.cc: set-ups that have ended become stories
  void hand_over(Person& person, const Snapshot& snapshot);
  void tell_handed_over(const std::shared_ptr<SetUp>& set_up, Process& process, const Snapshot& snapshot,
                        const std::optional<PendingExec>& exec);
  void tell_container(Process& process, const Snapshot& snapshot, Container container, const std::string& called,
                      const std::shared_ptr<SetUp>& set_up);
  SetUpStory story_of(SetUp& set_up, const Named& named, const TaskId& program, Ending ending);
  void describe(Container& container, const SetUp& set_up, const SetUpStory& story) const;
  std::set<uint32_t> containers_around(uint32_t container) const;
  std::vector<std::shared_ptr<Unit>> units_beside(const std::shared_ptr<Unit>& runtime) const;
  void keep_calls_of(SetUpStory& story);

  // namespaces.cc: whose the namespaces are that somebody ends up in
  std::vector<ContainerNamespace> namespaces_of(const SetUp& set_up, TaskId program, const NamespaceInodes& now) const;
  bool was_made_elsewhere(const SetUp& set_up, TaskId program, ct_ns which) const;
  bool is_return(const SetUp& set_up) const;

  // entries.cc: entries into containers, and how their programs end
  void tell_entry(EntryMade entry, const SetUp& set_up, Known* into);
  void tell_entry_end(const Stage& program);

  // endings.cc: set-ups that end without a hand-over, and containers that end
  void end_of_work(const std::shared_ptr<SetUp>& set_up);
  void end_with_unit(const std::shared_ptr<SetUp>& set_up);
  void join_failed(const std::vector<std::shared_ptr<SetUp>>& all);
  void tell_failed_by_now();
  void tell_unfinished(const std::shared_ptr<SetUp>& whole, Ending ending);
  void tell_held_back(const std::shared_ptr<SetUp>& set_up);
  void tell_end(Known& known, const Stage& program);

  TellerOptions options_;
  Sink sink_;
  const State* state_ = nullptr;
  const Changes* changes_ = nullptr;
  EventNumber number_ = 0;
  uint64_t time_ns_ = 0;

  std::map<TaskId, Person> people_;
  std::map<uint32_t, TaskId> running_;  // by tid
  KnownContainers containers_;
  // Namespaces that set-ups have made: CLONE_NEW*, inode. Those that are over may be among them.
  std::map<std::pair<uint32_t, uint32_t>, std::weak_ptr<SetUp>> made_in_;
  // Units that run, have done something, and may yet turn out to belong to a container: by the one that they run in.
  // The latest, and since when: one that goes on after it was forgotten is there again.
  std::map<uint32_t, std::set<std::pair<EventNumber, std::shared_ptr<Unit>>>> busy_;
  std::map<TaskId, EntryEnded> entered_;    // programs of entries that run; `time_ns`: since then
  std::deque<std::shared_ptr<Unit>> gone_;  // units that have ended, and may yet turn out to belong to a container
  // Whose runtimes may yet tell more, and since when; the earliest first.
  std::deque<std::pair<uint64_t, std::weak_ptr<SetUp>>> failed_;
  // Who goes on itself in those, and may yet take another step; since when; the earliest first.
  std::deque<std::pair<uint64_t, std::weak_ptr<SetUp>>> settling_;
  // Programs that failed, may be for a container that is being set up, and when that was looked at; the earliest first.
  std::deque<std::pair<uint64_t, std::shared_ptr<Unit>>> gave_up_;
  MountsInMaking mounts_;
  uint32_t found_ = 0;
  uint64_t lost_ = 0;                                         // records, so far
  EventNumber lost_at_ = 0;                                   // when that was told last
  std::map<EventNumber, std::shared_ptr<const Call>> calls_;  // where they are kept
  Progress progress_;                                         // without `newest`
  std::shared_ptr<Process> newest_;                           // of those who set up, the latest that took a step
  Phase newest_phase_ = Phase::kCreate;
};

}  // namespace cttrace
