// What Teller keeps: who takes part, and which containers run.
#pragma once

#include <deque>
#include <map>
#include <memory>

#include "story/cast.h"
#include "story/teller.h"

namespace cttrace {

// A container that runs, in short.
struct Running {
  uint32_t number = 0;
  std::string name, short_name;
  NamespaceInodes namespaces = {};
  TaskId program;
  uint64_t start_ns = 0;  // of its program
  uint32_t processes = 0;
  uint32_t entries = 0;
  uint64_t calls = 0;
  std::vector<Step> failures;
  uint64_t failures_dropped = 0;
  ProgramFile runtime;
  std::vector<std::string> afterwards;
  bool told_end = false;
};

class Teller::Work {
 public:
  Work(const TellerOptions& options, Sink sink) : options_(options), sink_(std::move(sink)) {}

  void take(const Event& event, EventNumber number, const State& state);
  void finish();
  Progress progress() const;

 private:
  void on(const Call& call);
  void on(const Fork& fork);
  void on(const Snapshot& snapshot);
  void on(const TaskExit& exit);
  void on(const CgroupAttach& attach);
  void on(const Mounts&) {}
  void on(const Loss& loss);

  // tasks.cc
  Person* person(TaskId id);
  Person* person(uint32_t tid);
  Person& meet(const Task& task);
  std::shared_ptr<Process> new_process(const Task& task, std::shared_ptr<Unit> unit);
  void see_child(Person& creator, Person& child, uint64_t flags);
  void forget(TaskId id, Person& person, const TaskExit& exit);

  // What a call changes in who is who.
  void isolate(Person& person, const Call& call);
  SetUp& begin_set_up(Person& person);
  void note_roots(Person& person, const Call& call);
  void note_words(Person& person, const Call& call);
  void note_exec(Person& person, const Call& call, Step&& step);
  Draft& draft_of(Person& person);

  // programs.cc
  void executed(Person& person, const Snapshot& snapshot);
  bool is_itself(const Person& person, const Snapshot& snapshot) const;
  bool is_hand_over(const Person& person, const Snapshot& snapshot) const;
  std::shared_ptr<Unit> new_unit(Person& person, const Snapshot& snapshot);
  Running* container_of(const SetUp& set_up, const Snapshot& snapshot);
  void hand_over(Person& person, const Snapshot& snapshot);
  void enter(Person& person, const Snapshot& snapshot, Running* container);

  // sections.cc
  Container describe(SetUp& set_up, const Process& program);
  void end_set_up(std::shared_ptr<SetUp> set_up);
  void tell_failed(SetUp& set_up, Ending ending);
  void tell_end(Running& running, uint64_t time_ns, std::optional<uint32_t> exit_code);

  TellerOptions options_;
  Sink sink_;
  const State* state_ = nullptr;
  EventNumber number_ = 0;
  uint64_t time_ns_ = 0;

  std::map<TaskId, Person> people_;
  std::map<uint32_t, TaskId> running_;  // by tid
  std::map<uint32_t, Running> containers_;
  uint32_t found_ = 0;
  std::string doubt_;
  std::map<EventNumber, std::shared_ptr<const Call>> calls_;  // where they are kept
  Progress progress_;
};

}  // namespace cttrace
