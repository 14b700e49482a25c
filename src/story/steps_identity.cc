// Ids, capabilities, limits, filters and names as steps.
#include <linux/keyctl.h>
#include <linux/prctl.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>

#include <algorithm>
#include <bit>
#include <charconv>

#include "story/call.h"
#include "story/steps.h"

namespace cttrace {
namespace {

// The name that one value of an enumeration has.
std::string name_in(const FlagSet& set, uint64_t value, std::string_view prefix) {
  const auto found = std::ranges::find(set.values, value, &NamedValue::value);
  if (found == set.values.end()) return std::to_string(value);
  std::string_view name = found->name;
  if (name.starts_with(prefix)) name.remove_prefix(prefix.size());
  return std::string(name);
}

// All that a number says, and in hexadecimal what has no name.
std::string names_in(const char* set, uint64_t value, const char* between, std::string_view prefix = "") {
  uint64_t rest = 0;
  std::string text;
  for (std::string_view name : flag_names(*flag_set(set), value, rest)) {
    if (name.starts_with(prefix)) name.remove_prefix(prefix.size());
    text.append(text.empty() ? "" : between).append(name);
  }
  if (!rest) return text;
  char digits[17] = {};
  std::to_chars(std::begin(digits), std::end(digits), rest, 16);
  return text.append(text.empty() ? "" : between).append("0x").append(digits);
}

std::string capability(uint64_t value) {
  static const FlagSet& capabilities = *flag_set("capabilities");
  return name_in(capabilities, value, "CAP_");
}

using What = IdentityGiven::What;

IdentityGiven given(What what, std::string value) {
  IdentityGiven given;
  given.changes.push_back({.what = what, .value = std::move(value)});
  return given;
}

CallMade quiet(const Call& call, std::string about = {}) {
  return {.name = std::string(call.row->name), .about = std::move(about), .quiet = true};
}

// An id argument: 16 bits wide in old calls, and all ones for "keep it".
std::string id(const Call& call, std::string_view name) {
  const Argument* found = argument(call, name);
  if (!found) return {};
  const bool narrow = found->spec->size == 2;
  const uint64_t value = narrow ? found->raw & 0xffff : found->raw & 0xffffffff;
  return value == (narrow ? 0xffff : 0xffffffff) ? std::string() : std::to_string(value);
}

// "1000" where all that are set are the same, otherwise "real 0, effective 1000".
std::string ids(const Call& call, const std::vector<std::pair<const char*, const char*>>& names) {
  std::string all, same;
  bool equal = true;
  for (const auto& [argument_name, word] : names) {
    const std::string value = id(call, argument_name);
    if (value.empty()) {
      equal = false;
      continue;
    }
    if (same.empty()) same = value;
    equal = equal && same == value;
    all += (all.empty() ? "" : ", ") + std::string(word) + " " + value;
  }
  return equal ? same : all;
}

std::string group_list(const Call& call) {
  const Argument* list = argument(call, "grouplist");
  const uint64_t count = static_cast<uint32_t>(number(call, "gidsetsize"));
  if (count == 0) return "none";
  if (!list || list->bytes.empty()) return std::to_string(count) + " groups";
  const size_t width = list->spec->size == 2 ? 2 : 4;
  std::string text;
  for (size_t at = 0; at + width <= list->bytes.size() && at / width < count; at += width) {
    uint32_t gid = 0;
    for (size_t byte = 0; byte < width; ++byte)
      gid |= static_cast<uint32_t>(static_cast<unsigned char>(list->bytes[at + byte])) << (8 * byte);
    text += (text.empty() ? "" : ", ") + std::to_string(gid);
  }
  return text;
}

std::string set_of_capabilities(uint64_t bits) {
  if (!bits) return "none";
  const size_t known = flag_set("capabilities")->values.size();
  if (std::popcount(bits) > 20) return std::to_string(std::popcount(bits)) + " of " + std::to_string(known);
  std::string text;
  for (unsigned bit = 0; bit < 64; ++bit) {
    if (!(bits >> bit & 1)) continue;
    text += text.empty() ? "" : ", ";
    text += (bit < known ? "" : "unknown ") + capability(bit);
  }
  return text;
}

StepFacts capabilities_given(const Call& call) {
  const Argument* data = argument(call, "data");
  if (!data || data->bytes.empty()) return given(What::kCapabilities, "not readable");
  const uint64_t effective = field_of(*data, "effective"), permitted = field_of(*data, "permitted");
  std::string value = set_of_capabilities(permitted);
  if (effective != permitted) value = "permitted " + value + "; effective " + set_of_capabilities(effective);
  if (const uint64_t inheritable = field_of(*data, "inheritable"))
    value += inheritable == permitted ? "; inheritable the same" : "; inheritable " + set_of_capabilities(inheritable);
  IdentityGiven sets = given(What::kCapabilities, std::move(value));
  sets.changes[0].sets = {
      .permitted = permitted, .effective = effective, .inheritable = field_of(*data, "inheritable")};
  return sets;
}

// One that is dropped, raised or lowered.
IdentityGiven capability_given(What what, uint64_t number) {
  IdentityGiven one = given(what, capability(number));
  if (number < 64) one.changes[0].capabilities = uint64_t{1} << number;
  return one;
}

// How long a filter is, is all that is captured of it. `flags`: SECCOMP_FILTER_FLAG_*.
IdentityGiven filter_given(const Call& call, std::string_view program, uint64_t flags = 0) {
  const Argument* found = argument(call, program);
  const uint64_t length = found ? field_of(*found, "len") : 0;
  std::string filter = length ? "a filter of " + std::to_string(length) + " instructions" : "a filter";
  if (flags) filter += " (" + names_in("seccomp_filter_flags", flags, "|", "SECCOMP_FILTER_FLAG_") + ")";
  return given(What::kSeccomp, std::move(filter));
}

StepFacts prctl_given(const Call& call) {
  switch (number(call, "option")) {
    case PR_SET_NO_NEW_PRIVS: return given(What::kNoNewPrivs, {});
    case PR_CAPBSET_DROP: return capability_given(What::kBounding, number(call, "cap"));
    case PR_CAP_AMBIENT:
      switch (number(call, "operation")) {
        case PR_CAP_AMBIENT_RAISE: return capability_given(What::kAmbientRaise, number(call, "cap"));
        case PR_CAP_AMBIENT_LOWER: return capability_given(What::kAmbientLower, number(call, "cap"));
        case PR_CAP_AMBIENT_CLEAR_ALL: return given(What::kAmbientClear, {});
        default: return quiet(call);
      }
    case PR_SET_SECCOMP: return filter_given(call, "args");
    case PR_SET_SECUREBITS: {
      std::string bits = names_in("securebits", number(call, "securebits"), " ");
      return given(What::kSecurebits, bits.empty() ? "none" : std::move(bits));
    }
    case PR_SET_PDEATHSIG: {
      const uint64_t signal = number(call, "sig");
      return given(What::kDeathSignal, signal ? name_in(*flag_set("signals"), signal, "") : "none");
    }
    default: return quiet(call, name_in(*flag_set("prctl_options"), number(call, "option"), ""));
  }
}

StepFacts seccomp_given(const Call& call) {
  if (number(call, "op") != SECCOMP_SET_MODE_FILTER && number(call, "op") != SECCOMP_SET_MODE_STRICT)
    return quiet(call);
  const Argument* program = argument(call, "uargs");
  // Who gives no filter wants to know whether the kernel knows the flags.
  if (error_of(call) && (!program || program->raw == 0)) return Probed{"seccomp"};
  if (number(call, "op") == SECCOMP_SET_MODE_STRICT) return given(What::kSeccomp, "strict mode");
  return filter_given(call, "uargs", number(call, "flags"));
}

StepFacts keyring_given(const Call& call) {
  if (number(call, "option") != KEYCTL_JOIN_SESSION_KEYRING) return quiet(call);
  const Argument* name = argument(call, "name");
  return given(What::kKeyring, name && name->raw ? text(call, "name") : "(new)");
}

std::string limit_text(uint64_t value) { return value == UINT64_MAX ? "unlimited" : std::to_string(value); }

StepFacts limit_given(const Call& call) {
  const bool prlimit = call.row->name == "prlimit64";
  const Argument* limit = argument(call, prlimit ? "new_rlim" : "rlim");
  if (!limit || limit->raw == 0) return quiet(call);  // only asks
  std::string what = name_in(*flag_set("resources"), number(call, "resource"), "RLIMIT_");
  const uint64_t soft = field_of(*limit, "rlim_cur"), hard = field_of(*limit, "rlim_max");
  std::string value = what + " " + limit_text(soft);
  if (soft != hard) value += " (at most " + limit_text(hard) + ")";
  IdentityGiven limits = given(What::kLimit, std::move(value));
  if (prlimit) limits.pid = static_cast<uint32_t>(number(call, "pid"));
  return limits;
}

StepFacts personality_given(const Call& call) {
  const uint64_t persona = number(call, "personality") & 0xffffffff;
  if (persona == 0xffffffff) return quiet(call);  // only asks
  return given(What::kPersonality, names_in("personality", persona, "|"));
}

constexpr CallMeaning kIdentityCalls[] = {
    {"sethostname",
     [](const Call& call) -> StepFacts { return NameGiven{.domain = false, .name = text(call, "name")}; }},
    {"setdomainname",
     [](const Call& call) -> StepFacts { return NameGiven{.domain = true, .name = text(call, "name")}; }},
    {"setuid", [](const Call& call) -> StepFacts { return given(What::kUid, id(call, "uid")); }},
    {"setgid", [](const Call& call) -> StepFacts { return given(What::kGid, id(call, "gid")); }},
    {"setreuid",
     [](const Call& call) -> StepFacts {
       return given(What::kUid, ids(call, {{"ruid", "real"}, {"euid", "effective"}}));
     }},
    {"setregid",
     [](const Call& call) -> StepFacts {
       return given(What::kGid, ids(call, {{"rgid", "real"}, {"egid", "effective"}}));
     }},
    {"setresuid",
     [](const Call& call) -> StepFacts {
       return given(What::kUid, ids(call, {{"ruid", "real"}, {"euid", "effective"}, {"suid", "saved"}}));
     }},
    {"setresgid",
     [](const Call& call) -> StepFacts {
       return given(What::kGid, ids(call, {{"rgid", "real"}, {"egid", "effective"}, {"sgid", "saved"}}));
     }},
    {"setfsuid", [](const Call& call) -> StepFacts { return given(What::kFsUid, id(call, "uid")); }},
    {"setfsgid", [](const Call& call) -> StepFacts { return given(What::kFsGid, id(call, "gid")); }},
    {"setgroups", [](const Call& call) -> StepFacts { return given(What::kGroups, group_list(call)); }},
    {"capset", capabilities_given},
    {"prctl", prctl_given},
    {"seccomp", seccomp_given},
    {"keyctl", keyring_given},
    {"prlimit64", limit_given},
    {"setrlimit", limit_given},
    {"personality", personality_given},
};

}  // namespace

std::span<const CallMeaning> identity_calls() { return kIdentityCalls; }

}  // namespace cttrace
