// What the model remembers beside the state: where to find things in it quickly, and what is to come of them.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cttrace/facts.h"
#include "cttrace/state.h"
#include "model/contended.h"

namespace cttrace {

// An execve that has succeeded, of which the snapshot is still to come.
struct PendingProgram {
  std::string path;
  std::vector<std::string> argv;
};

// How often the kernel said of a kind of fact what the model had inferred.
struct Agreement {
  uint64_t confirmed = 0;
  uint64_t unknown = 0;  // the model had not claimed to know
  uint64_t contradicted = 0;
};

// By kind: "uids", "mnt namespace"... A few words, each of which stays where it is; in the order in which they were
// met.
class Agreements {
 public:
  // Valid until another kind is met.
  Agreement& operator[](std::string_view kind) {
    for (auto& [known, agreement] : all_)
      if (known.data() == kind.data() || known == kind) return agreement;
    return all_.emplace_back(kind, Agreement{}).second;
  }
  auto begin() const { return all_.begin(); }
  auto end() const { return all_.end(); }

 private:
  std::vector<std::pair<std::string_view, Agreement>> all_;
};

// A mount namespace that nothing has kept which is known, as it was then.
struct BuriedNamespace {
  Namespace ns = {};
  TreeInfo info = {};
  MountTree mounts = {};
  std::map<FilesystemId, Filesystem> filesystems = {};  // that are mounted there
};

struct Bookkeeping {
  NamespaceId last_namespace = 0;
  // {type, inode}: of those that exist. Of several the last one has the number; the others are about to go.
  std::map<std::pair<uint32_t, uint32_t>, std::vector<NamespaceId>> by_inode;
  // What keeps each namespace: every place in a task that names it, and namespaces that it owns or is the parent of.
  std::map<NamespaceId, uint32_t> holders;
  std::set<NamespaceId> abandoned;      // nothing keeps them: they go with the next event, but for those that are bound
  std::set<NamespaceId> bound;          // kept by nothing but mounts of their files
  std::vector<BuriedNamespace> buried;  // the latest

  // Who writes to a file that moves tasks, and in which filesystem that is: the next move is by it.
  std::map<TaskId, FilesystemId> moving;

  std::map<uint32_t, std::set<TaskId>> processes;  // by tgid: the threads that run
  std::vector<TaskId> ended;                       // with the last event: they go with the next
  std::map<TaskId, PendingProgram> executing;
  std::map<TaskId, TaskId> borrowing;  // processes in the memory of their creator (vfork), and in whose
  std::map<TaskId, TaskId> replaced;   // threads that have taken over who their leader was

  // Which pid namespace's processes each procfs shows: by device number.
  std::map<std::pair<uint32_t, uint32_t>, NamespaceId> proc_instances;
  // In which pid namespace the tasks are that were in a mount namespace, by its inode, when tracing began; 0: in
  // several.
  std::map<uint32_t, NamespaceId> pid_namespace_of;

  std::vector<Suspicion> suspicions;  // answers that other calls may still explain
  size_t device_filesystems = 0;      // that had devices when it was looked last for those that have gone

  Agreements agreements;
  uint64_t lost = 0;           // records, as far as a loss has been told
  EventNumber doubted_at = 0;  // when everything was doubted last

  // Of seccomp filters that were there before it, who traces by ptrace may not know what they deny: such a call looks
  // like one that the kernel refused.
  bool denials_may_hide = false;

  uint64_t capabilities = (uint64_t{1} << 41) - 1;  // what the kernel has: 41 since 5.9, more where more are seen
};

}  // namespace cttrace
