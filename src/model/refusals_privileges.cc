// security/commoncap.c, kernel/capability.c, kernel/seccomp.c
#include <linux/capability.h>
#include <linux/prctl.h>
#include <linux/seccomp.h>

#include "cttrace/syscalls.h"
#include "model/arguments.h"
#include "model/credentials.h"
#include "model/refusal_reasons.h"
#include "tables/fallbacks.h"

namespace cttrace {
namespace {

using Sets = Identity::Capabilities;

// With their locks. They say what interpreters ought to do, and everybody may set them.
constexpr uint32_t kUnprivilegedBits = SECBIT_EXEC_RESTRICT_FILE | SECBIT_EXEC_RESTRICT_FILE_LOCKED |
                                       SECBIT_EXEC_DENY_INTERACTIVE | SECBIT_EXEC_DENY_INTERACTIVE_LOCKED;
constexpr uint32_t kLocks = SECURE_ALL_LOCKS | SECBIT_EXEC_RESTRICT_FILE_LOCKED | SECBIT_EXEC_DENY_INTERACTIVE_LOCKED;

std::string lacks_setpcap(const Refused& refused) {
  return what_lacks(refused, {CAP_SETPCAP, "CAP_SETPCAP"}, refused.user_namespace(), {});
}

std::string names_of(uint64_t capabilities) {
  std::string names;
  uint64_t rest = 0;
  for (const std::string_view name : flag_names(*flag_set("capability_sets"), capabilities, rest))
    names.append(names.empty() ? "" : ", ").append(name);
  return names;
}

// What is asked for that is not in `allowed`, in words; empty: nothing.
std::string beyond(uint64_t asked, uint64_t allowed, std::string_view which) {
  const std::string names = names_of(asked & ~allowed);
  return names.empty() ? names : std::string(which) + " " + names;
}

struct Capset {
  Sets asked, held;
};

// None: that is not known.
std::optional<Capset> capset(const Refused& refused) {
  const Fact<Sets>& held = refused.task.identity.capabilities;
  const std::optional<Sets> asked = capabilities_asked(refused.context, refused.call);
  if (!held.known() || !asked) return std::nullopt;
  return Capset{*asked, held.value};
}

uint64_t bit_of(uint64_t capability) { return capability < 64 ? uint64_t{1} << capability : 0; }

bool is_option(const Refused& refused, uint32_t option) { return int_at(refused.call, 0) == option; }

// None: not one, or what is held is not known.
std::optional<Sets> held_when_raising_ambient(const Refused& refused) {
  const Fact<Sets>& held = refused.task.identity.capabilities;
  if (!is_option(refused, PR_CAP_AMBIENT) || refused.raw(1) != PR_CAP_AMBIENT_RAISE || !held.known())
    return std::nullopt;
  return held.value;
}

// None: it sets none, or what they are is not known.
std::optional<uint32_t> changed_securebits(const Refused& refused) {
  const Fact<uint32_t>& before = refused.task.identity.securebits;
  if (!is_option(refused, PR_SET_SECUREBITS) || !before.known()) return std::nullopt;
  return before.value ^ static_cast<uint32_t>(refused.raw(1));
}

}  // namespace

std::string sets_capabilities_of_another(const Refused& refused) {
  const auto header = memory_at(refused.call, 0);
  const auto pid = header ? number_in<uint32_t>(*header, sizeof(uint32_t)) : std::nullopt;
  const bool another = pid.value_or(0) && !refused.task.pids.empty() && refused.task.pids.back() != *pid;
  return another ? "a thread can set no capabilities but its own" : "";
}

// cap_capset
std::string raises_inheritable(const Refused& refused) {
  const std::optional<Capset> sets = capset(refused);
  if (!sets) return {};
  const std::string lacking = lacks_setpcap(refused);
  const uint64_t allowed = sets->held.inheritable | sets->held.permitted;
  std::string names = lacking.empty() ? lacking : beyond(sets->asked.inheritable, allowed, "inheritable");
  if (!names.empty()) return names.append(": not permitted to it, and ").append(lacking);
  names = beyond(sets->asked.inheritable, sets->held.inheritable | sets->held.bounding, "inheritable");
  return names.empty() ? names : names.append(": not in its bounding set");
}

std::string raises_permitted(const Refused& refused) {
  const std::optional<Capset> sets = capset(refused);
  if (!sets) return {};
  const std::string names = beyond(sets->asked.permitted, sets->held.permitted, "permitted");
  return names.empty() ? names : names + ": it does not have what it asks for";
}

std::string raises_effective(const Refused& refused) {
  const std::optional<Sets> asked = capabilities_asked(refused.context, refused.call);
  if (!asked) return {};
  const std::string names = beyond(asked->effective, asked->permitted, "effective");
  return names.empty() ? names : names + ": not among the permitted ones that it asks for";
}

std::string may_not_drop(const Refused& refused) {
  return is_option(refused, PR_CAPBSET_DROP) ? lacks_setpcap(refused) : "";
}

std::string is_no_capability(const Refused& refused) {
  if (!is_option(refused, PR_CAPBSET_DROP) && !is_option(refused, PR_CAP_AMBIENT)) return {};
  const uint64_t capability = refused.raw(is_option(refused, PR_CAPBSET_DROP) ? 1 : 2);
  const bool known = bit_of(capability) & all_capabilities(refused.context);
  return known ? "" : "this kernel has no such capability";
}

std::string raises_ambient(const Refused& refused) {
  const auto held = held_when_raising_ambient(refused);
  if (!held) return {};
  const uint64_t asked = bit_of(refused.raw(2));
  if (asked & ~held->permitted) return "it is not in its permitted set";
  if (asked & ~held->inheritable) return "it is not in its inheritable set";
  const Fact<uint32_t>& bits = refused.task.identity.securebits;
  return bits.known() && bits.value & SECBIT_NO_CAP_AMBIENT_RAISE ? "its securebits forbid it (NO_CAP_AMBIENT_RAISE)"
                                                                  : "";
}

std::string changes_locked_securebits(const Refused& refused) {
  const Fact<uint32_t>& bits = refused.task.identity.securebits;
  if (is_option(refused, PR_SET_KEEPCAPS))
    return bits.known() && bits.value & SECBIT_KEEP_CAPS_LOCKED ? "its securebits are locked (KEEP_CAPS_LOCKED)" : "";
  const std::optional<uint32_t> changed = changed_securebits(refused);
  if (!changed) return {};
  const uint32_t locks = bits.value & kLocks;
  return *changed & (locks | locks >> 1) ? "some of those that it changes are locked" : "";
}

std::string may_not_set_securebits(const Refused& refused) {
  const std::optional<uint32_t> changed = changed_securebits(refused);
  // Not even to what they are.
  return changed && (!*changed || *changed & ~kUnprivilegedBits) ? lacks_setpcap(refused) : "";
}

std::string may_not_filter(const Refused& refused) {
  const bool by_prctl = refused.call.row->name == "prctl";
  if (by_prctl ? int_at(refused.call, 0) != PR_SET_SECCOMP || refused.raw(1) != SECCOMP_MODE_FILTER
               : int_at(refused.call, 0) != SECCOMP_SET_MODE_FILTER)
    return {};
  const Fact<bool>& no_new_privs = refused.task.identity.no_new_privs;
  if (!no_new_privs.known() || no_new_privs.value) return {};
  const std::string lacking = what_lacks(refused, kSysAdmin, refused.user_namespace(), {});
  return lacking.empty() ? lacking : lacking + ", and no_new_privs is not set";
}

std::string has_a_listener(const Refused& refused) {
  const bool asked =
      int_at(refused.call, 0) == SECCOMP_SET_MODE_FILTER && int_at(refused.call, 1) & SECCOMP_FILTER_FLAG_NEW_LISTENER;
  return asked ? "one of its filters has a listener already" : "";
}

}  // namespace cttrace
