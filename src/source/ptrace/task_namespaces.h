// The namespaces of a traced task.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "cttrace/namespace.h"
#include "cttrace/wire.h"

namespace cttrace::ptrace {

struct Tracee;

struct TaskNamespaces {
  std::array<uint32_t, CT_NS_COUNT> inodes = {};  // by ct_ns; 0: none, or it may not be read

  // A program that it executes, and a task that it makes without asking for another one, is in the same.
  bool settled() const {
    return std::ranges::all_of(
        kNamespaceTypes, [&](const NamespaceType& type) { return inodes[type.own] == inodes[type.for_children]; });
  }
};

// What /proc tells of a task's user namespace.
struct UserNamespace {
  uint32_t level = 0;  // how many it is below ours
  // The bytes of a CT_CAP_ID_MAP; empty: not written yet. None: it cannot be read.
  std::optional<std::string> uid_map, gid_map;
};

// A task's, for as long as it is in them. Nobody but the task itself changes its namespaces, and by calls that are
// seen, so that they are read once. The maps of a user namespace are written once.
class KeptNamespaces {
 public:
  const TaskNamespaces& of(uint32_t tid);
  const UserNamespace& user_of(uint32_t tid);

  // It may be in others by now.
  void forget() { *this = {}; }
  // A new task has those of its creator.
  void inherit(const KeptNamespaces& creator) { *this = creator; }
  // It has other namespaces than its creator, but the same user namespace.
  void inherit_user(const KeptNamespaces& creator) { user_ = creator.user_; }

 private:
  std::shared_ptr<const TaskNamespaces> all_;  // NULL: to be read
  std::shared_ptr<const UserNamespace> user_;  // NULL: to be read
};

}  // namespace cttrace::ptrace
