// What happened, as a story: containers, and how each was set up. Made by src/story; told by src/render.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "cttrace/said.h"
#include "cttrace/step.h"

namespace cttrace {

// A process that took part.
struct Stage {
  TaskId task = {};
  std::vector<uint32_t> pids = {};  // by pid namespace, the host's first
  std::string name = {};            // what its runtime calls it, where that is known; otherwise its program's name
  std::string program = {};         // the last part of its executable's name
  std::vector<std::string_view> roles = {};  // what it does, in words: "makes the namespaces"
  TaskId maker = {};                         // the process that made it
  uint32_t made_by = UINT32_MAX;             // its place in the same list; UINT32_MAX: it is not there
  uint64_t clone_flags = 0;                  // CLONE_*
  std::string cgroup = {};                   // that it was made into; empty: into its maker's
  uint64_t start_ns = 0;
  uint64_t end_ns = 0;  // 0: ran when this was told
  uint32_t exit_code = 0;
  MaybeKiller killed_by = {};
  Said said = {};  // by the program that it ran last
};

struct Runtime {
  std::string name = {};        // the last part of its executable's name
  std::string executable = {};  // its path
  std::string version = {};     // where its file says it, or else its path; empty: neither does
  std::vector<std::string> argv = {};
  uint32_t pid = 0;
  std::vector<std::string> started_by = {};  // the programs above it, nearest first, as far as they are traced
};

enum class Isolation : uint8_t {
  kChroot,     // another root, and all namespaces the starter's
  kMounts,     // a mount namespace, and the starter's pids
  kPids,       // a pid namespace, and the starter's mounts
  kContainer,  // mount and pid namespaces
};

struct ContainerNamespace {
  uint32_t type = 0;   // CLONE_NEW*
  uint32_t inode = 0;  // 0: not known
  enum class How : uint8_t { kStarters, kMade, kJoined } how = How::kStarters;
  std::string of = {};  // kJoined: the container that it was made for, where that is known
};

enum class Ending : uint8_t {
  kHandedOver,   // the program runs
  kFailed,       // everybody who could have executed it has ended
  kNotComplete,  // tracing ended before
};

// A set-up: of a container, or of a program in one that is there.
struct SetUpStory {
  Ending ending = Ending::kHandedOver;
  Runtime runtime = {};
  EventNumber first = 0, last = 0;
  uint64_t start_ns = 0, end_ns = 0;
  uint64_t call_count = 0;
  CallCounts calls_by_name = {};   // all of them, also those that are in no step
  std::vector<Stage> stages = {};  // in the order of their start
  std::vector<Step> steps = {};    // in the order of their start
  uint64_t steps_dropped = 0;      // more than what is kept
  uint32_t normal_failures = 0;
  uint64_t quiet_calls = 0;  // in no step: usual, and without effect on the container
  std::string doubt = {};    // why something may be missing; empty: nothing is

  TaskId program = {};  // what was handed over to
  std::vector<uint32_t> pids = {};
  std::vector<std::string> argv = {};
  std::vector<ContainerNamespace> namespaces = {};
  // When it was told. Only while it is told; a copy is cheap.
  const State* state = nullptr;

  // Where calls were asked for: those of the steps, by number.
  std::vector<std::pair<EventNumber, std::shared_ptr<const Call>>> calls = {};
};

struct Container {
  uint32_t number = 0;  // from 1, in the order in which they were found; 0: was there when tracing began
  std::string name = {}, short_name = {};
  std::string id = {};  // a long hexadecimal one: its name, or what its cgroup is called by; empty: it has none
  bool name_is_hostname = false;  // nothing else calls it so
  Isolation isolation = Isolation::kContainer;
  std::string kind = {};         // that in words: "chroot only: not isolated by namespaces"
  std::string bundle = {};       // its folder, where that was told
  std::string rootfs = {};       // what became its root, as its starter sees it
  bool rootfs_inferred = false;  // it broke off before: what was made ready to become it
  std::string cgroup = {};       // empty: the starter's
  std::string hostname = {};     // empty: none was given
  uint32_t parent = 0;           // the container that it is in; 0: none that is known
  std::string parent_name = {};
  TaskId init = {};  // pid 1 of its pid namespace, otherwise the program
  std::vector<uint32_t> init_pids = {};
  std::string init_name = {};  // where it is not the program: what it is
  SetUpStory set_up = {};
};

// Somebody entered a container, and executed a program there.
struct EntryMade {
  uint32_t container = 0;     // Container::number; 0: none that is known
  bool there_before = false;  // of one that is not known: its namespaces were there when tracing began
  bool starters = false;      // of none: out of the container that it came from, into those of who started all this
  std::string out_of = {};    // that container's short name
  std::string container_name = {}, short_name = {};
  std::string id = {};  // Container::id
  uint32_t number = 0;  // of the entries into it, from 1
  SetUpStory set_up = {};
};

// What happened to a container after it had been set up.
struct ContainerWentOn {
  uint32_t container = 0;  // 0: none that is known; `name` is a cgroup's
  std::string name = {}, short_name = {};
  std::string id = {};          // Container::id
  uint32_t program_pid = 0;     // the host's, of what it was made for
  bool is_one_of_many = false;  // others that live go by the name, too
  uint64_t time_ns = 0;
  uint64_t since_ns = 0;  // after the hand-over

  // Its first process executed the program that it was given: an init.
  std::vector<std::string> command = {};
  std::vector<uint32_t> command_pids = {};

  // A runtime did something to it: limited it otherwise, deleted it. Without `state`, `program` and what belongs to it.
  std::optional<SetUpStory> service = {};

  // Its program ended.
  std::optional<uint32_t> exit_code = {};  // as wait(2) reports it
  MaybeKiller killed_by = {};
  std::vector<Stage> out_of_memory = {};  // others of its processes that the kernel killed for that
  uint64_t out_of_memory_dropped = 0;     // more of those
  Said said = {};                         // by all its processes
  uint32_t entries = 0;
  uint64_t calls_inside = 0;  // traced calls of its programs
  std::vector<Step> failures = {};
  uint64_t failures_dropped = 0;
};

// The program of an entry ended.
struct EntryEnded {
  uint32_t container = 0, number = 0;  // as in EntryMade
  bool starters = false, there_before = false;
  std::string name = {}, short_name = {};
  std::string id = {};  // Container::id
  TaskId program = {};
  uint64_t time_ns = 0;
  uint64_t since_ns = 0;   // after the hand-over
  uint32_t exit_code = 0;  // as wait(2) reports it
  MaybeKiller killed_by = {};
  Said said = {};
};

// A program gave up that has set nothing up, and in no container that is known: calls that it needed have failed, or it
// was to make a container, and one of its stages has said why not, or it was killed before.
struct ProgramFailed {
  Runtime program = {};
  uint64_t time_ns = 0;    // of its end
  uint64_t since_ns = 0;   // after its beginning
  uint32_t exit_code = 0;  // as wait(2) reports it
  std::vector<Stage> stages = {};
  std::vector<Step> failures = {};
  uint64_t steps_dropped = 0;  // more than what is kept; failures may be among them
};

// What is told as soon as it is complete.
using News = std::variant<Container, EntryMade, ContainerWentOn, EntryEnded, ProgramFailed>;

// How far a story is that goes on.
struct Progress {
  uint32_t containers = 0;  // that were told
  uint32_t going_on = 0;    // set-ups
  uint32_t processes = 0;   // that run
  uint64_t calls = 0;
  std::string newest = {};  // the latest of the set-ups: "runc 4872: mounts"
};

}  // namespace cttrace
