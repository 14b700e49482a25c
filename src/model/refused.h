// A call that the kernel refused, and what decides of that.
#pragma once

#include <linux/capability.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "cttrace/event.h"
#include "cttrace/state.h"
#include "model/context.h"
#include "model/user_namespaces.h"

namespace cttrace {

struct Refused {
  ModelContext& context;
  const Call& call;
  const TaskState& task;

  const State& state() const { return context.state; }
  // 0: the call has no such argument.
  uint64_t raw(size_t index) const { return index < call.args.size() ? call.args[index].raw : 0; }
  std::string_view text(size_t index) const;
  // Where a path leads; none: the model cannot say, or is not sure of the mounts there. `target`: it names what the
  // call changes.
  std::optional<Place> place(size_t path, std::optional<size_t> dirfd = {}) const;
  std::optional<Place> target(size_t path, std::optional<size_t> dirfd = {}) const;
  std::optional<Place> root() const;
  // Of the caller's mount namespace.
  const MountTree* mounts() const;
  NamespaceId user_namespace() const;       // its own; 0: not known
  NamespaceId owner_of(ct_ns which) const;  // the user namespace that its namespace belongs to; 0: not known
  bool in_initial_user_namespace() const;   // false: not, or not known

 private:
  std::optional<Place> sure(std::optional<Place> place) const;
};

struct Capability {
  int number;
  std::string_view name;
};

inline constexpr Capability kSysAdmin = {CAP_SYS_ADMIN, "CAP_SYS_ADMIN"};

enum class Privilege : uint8_t {
  kUnknown,
  kHeld,
  kNotHeld,   // in its own user namespace, which is the one that counts
  kElsewhere  // another user namespace counts, and its own is not above that
};
// Over what belongs to the user namespace `owner` (0: not known): cap_capable, security/commoncap.c.
Privilege privilege(const Refused& refused, Capability capability, NamespaceId owner);
// ... to the initial user namespace.
Privilege privilege_over_host(const Refused& refused, Capability capability);

// The user namespace has no such id, by a map that is written: one that is not may be written by somebody who is not
// traced.
bool is_unmapped(const Refused& refused, NamespaceId user_namespace, uint32_t id, IdKind kind);

// In words, what of that is missing; empty: nothing, or that is not known. `whose`: "its mount namespace".
std::string what_lacks(const Refused& refused, Capability capability, NamespaceId owner, std::string_view whose);

}  // namespace cttrace
