// The containers that have been told, and what they are recognised by afterwards.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "story/cast.h"

namespace cttrace {

// A container that has been told, in short.
struct Known {
  uint32_t number = 0;
  uint32_t parent = 0;  // the container that it is in
  std::string name = {}, short_name = {}, id = {};
  std::set<std::pair<uint32_t, uint32_t>> own = {};  // namespaces that were made for it: CLONE_NEW*, inode
  TaskId program = {};
  std::vector<std::string> argv = {};
  bool command_told = false;
  uint64_t start_ns = 0;   // of its program
  uint32_t processes = 0;  // that run
  uint32_t entries = 0;
  uint64_t calls = 0;
  std::vector<std::pair<std::weak_ptr<Unit>, Step>> failures = {};
  uint64_t failures_dropped = 0;
  std::vector<Stage> out_of_memory = {};  // ContainerWentOn::out_of_memory
  uint64_t out_of_memory_dropped = 0;
  Said said = {};
  ProgramFile runtime = {};
  std::string called = {};  // what its runtime was told, or put its cgroup at the end: whoever says it means this one
  bool ended = false;       // its program
};

// By number. Of very many, those that have ended are forgotten.
class KnownContainers {
 public:
  Known& add(Known&& known);
  // nullptr: there is none, or it is forgotten.
  Known* find(uint32_t number);
  const Known* find(uint32_t number) const;
  // The latest one that the namespace was made for, as numbers are given again; 0: none.
  uint32_t owner_of(uint32_t type, uint32_t inode) const;
  // Those that go by this word, the latest last.
  std::set<uint32_t> called(const std::string& word) const;
  std::set<uint32_t> called(const std::vector<std::string>& words) const;
  // Those whose program this task is or was, the latest last: one that has executed itself into a container in the
  // container is that of both.
  std::set<uint32_t> of_program(TaskId program) const;
  // Its program has.
  void has_ended(Known& known);
  // What is told of one later: who it is.
  ContainerWentOn about(const Known& known) const;

 private:
  void forget_ended();

  std::map<uint32_t, Known> containers_;
  std::map<std::pair<uint32_t, uint32_t>, std::set<uint32_t>> owners_;
  std::map<std::string, std::set<uint32_t>> called_;
  std::map<std::string, std::set<uint32_t>> named_;  // those that have not ended
  std::map<TaskId, std::set<uint32_t>> programs_;
  size_t left_ = 0;  // by the last forgetting
};

}  // namespace cttrace
