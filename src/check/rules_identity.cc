// Rules on what the program is: ids, capabilities, no_new_privs, filters.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "check/evidence.h"
#include "check/rule_kinds.h"
#include "render/identity_words.h"

namespace cttrace {
namespace {

using Type = ParameterRow::Type;
using What = IdentityGiven::What;

void judge_no_new_privs(Judging& judging) {
  const bool* const value = judging.known(judging.handed.identity.no_new_privs, "no_new_privs");
  if (!value) return;
  const std::vector<EventNumber> events = events_of(judging.container, What::kNoNewPrivs);
  if (!*value) {
    Finding& finding = judging.broken(
        "no_new_privs", "no_new_privs is not set at execve: setuid programs in the container give privileges");
    finding.expected = "set before execve", finding.found = "not set";
    finding.events = events;
  }
  judging.holds("no_new_privs is set", events);
}

struct NamedSet {
  std::string_view name;
  uint64_t Identity::Capabilities::*set;
};
constexpr std::array<NamedSet, 5> kSets = {{{"bounding", &Identity::Capabilities::bounding},
                                            {"permitted", &Identity::Capabilities::permitted},
                                            {"effective", &Identity::Capabilities::effective},
                                            {"inheritable", &Identity::Capabilities::inheritable},
                                            {"ambient", &Identity::Capabilities::ambient}}};

constexpr size_t kFew = 6;

// All of a few; of many how many they are, and the one that is nearly all.
std::string few_of(const std::vector<std::string>& names) {
  if (names.size() <= kFew) return joined(names);
  const auto most = std::ranges::find(names, "CAP_SYS_ADMIN");
  return fmt::format("{} capabilities that it may not have, {} among them", names.size(),
                     most == names.end() ? names.front() : *most);
}

bool is_in_own_user_namespace(const Judging& judging) {
  return std::ranges::any_of(judging.handed.namespaces, [](const NamespaceFacts& ns) {
    return ns.name == "user" && ns.from.known() && ns.from.value != NamespaceFacts::From::kStarters;
  });
}

void judge_capabilities(Judging& judging) {
  const bool spares = judging.parameters.flag("spare_user_namespaces", false);
  if (spares && is_in_own_user_namespace(judging))
    return judging.holds("its capabilities are of its own user namespace only");
  const auto* const capabilities = judging.known(judging.handed.identity.capabilities, "capabilities");
  if (!capabilities) return;
  const std::vector<std::string>& within = judging.parameters.list("within");
  // Which sets a capability is in, and all that are in the same ones.
  std::map<std::string, std::vector<std::string>> sets_with;
  for (const NamedSet& named : kSets) {
    if (judging.parameters.lists.contains("sets") && !judging.parameters.lists_has("sets", named.name)) continue;
    for (const std::string& capability : capability_names(capabilities->*named.set))
      if (!judging.parameters.lists_has("within", capability)) sets_with[capability].emplace_back(named.name);
  }
  std::map<std::string, std::vector<std::string>> alike;
  for (const auto& [capability, sets] : sets_with) alike[joined(sets)].push_back(capability);
  const std::vector<EventNumber> events = events_of(judging.container, What::kCapabilities);
  for (const auto& [sets, names] : alike) {
    const std::string what = few_of(names);
    Finding& finding = judging.broken(
        joined(names), sets == "bounding" ? "the program can still get " + what : "the program has " + what);
    finding.expected = within.empty()          ? "none"
                       : within.size() <= kFew ? "none but " + joined(within)
                                               : fmt::format("none but the {} that it may have", within.size());
    finding.found = sets + ": " + joined(names);
    finding.events = events;
  }
  judging.holds(fmt::format("its {} capabilities are within the set", capability_count(capabilities->permitted)),
                events);
}

void judge_seccomp(Judging& judging) {
  const uint32_t* const mode = judging.known(judging.handed.identity.seccomp_mode, "seccomp");
  if (!mode) return;
  const std::vector<EventNumber> events = events_of(judging.container, What::kSeccomp);
  if (*mode != 2) {
    const bool tried = std::ranges::any_of(judging.container.failures, [](const FailureFacts& failure) {
      return failure.call == "seccomp" && !failure.normal;
    });
    Finding& finding =
        judging.broken("seccomp", tried ? "there is no seccomp filter: loading it failed, and the set-up went on"
                                        : "there is no seccomp filter: every call of the kernel can be made");
    finding.expected = "a filter", finding.found = *mode == 0 ? "none" : "strict mode";
    finding.events = events;
  }
  judging.holds("there is a seccomp filter", events);
}

void judge_user(Judging& judging) {
  const auto* const uids = judging.known(judging.handed.identity.uids, "uids");
  if (!uids) return;
  if (!judging.handed.uid_map.known()) return judging.cannot_judge("uid map", "the uid map is not known");
  const std::optional<uint32_t> uid = judging.handed.uid_inside((*uids)[1]);
  if (uid == 0u) {
    Finding& finding = judging.broken("uid", "the program is root");
    finding.expected = "another user", finding.found = "uid 0";
    finding.events = events_of(judging.container, What::kUid);
  }
  judging.holds(uid ? fmt::format("the program is user {}", *uid) : "the program is nobody that its namespace knows");
}

// What is still there of what could not be given up.
std::string what_stays(const Judging& judging, What what) {
  const Identity& identity = judging.handed.identity;
  switch (what) {
    case What::kUid:
      return identity.uids.known() ? fmt::format("the program is still user {} of the host", identity.uids.value[1])
                                   : "";
    case What::kGid:
      return identity.gids.known() ? fmt::format("the program is still group {} of the host", identity.gids.value[1])
                                   : "";
    case What::kGroups: {
      if (!identity.groups.known()) return {};
      std::vector<std::string> groups;
      for (uint32_t group : identity.groups.value) groups.push_back(std::to_string(group));
      return groups.empty() ? "the program has no other groups" : "the program still has groups " + joined(groups);
    }
    case What::kSeccomp: return "its filter is missing";
    case What::kNoNewPrivs: return "setuid programs still give privileges";
    default: return {};
  }
}

// What leaves the program with more than it should have where it is not done.
bool is_weighty(const IdentityGiven& given) {
  return std::ranges::any_of(given.changes, [](const IdentityGiven::One& one) {
    switch (one.what) {
      case What::kAmbientRaise:
      case What::kKeyring:
      case What::kLimit:
      case What::kOomScore:
      case What::kDeathSignal:
      case What::kPersonality: return false;
      default: return true;
    }
  });
}

void judge_identity_given(Judging& judging) {
  if (judging.container.steps_dropped)
    judging.cannot_judge("steps", "more steps than what is kept were made: what failed in them is not known");
  for (const FailureFacts& failure : judging.container.failures) {
    if (failure.normal || failure.step >= judging.container.steps.size()) continue;
    const auto* given = std::get_if<IdentityGiven>(&judging.container.steps[failure.step].facts);
    if (!given || !is_weighty(*given)) continue;
    std::string stays;
    for (const IdentityGiven::One& one : given->changes)
      if (one.error && stays.empty()) stays = what_stays(judging, one.what);
    if (stays.empty() && !given->changes.empty()) stays = what_stays(judging, given->changes.front().what);
    const std::string error = errno_name(failure.error);
    Finding& finding = judging.broken(failure.call, fmt::format("{} failed with {}, and the set-up went on{}{}",
                                                                failure.call, error, stays.empty() ? "" : ": ", stays));
    finding.expected = "done", finding.found = error;
    finding.events = {failure.event};
  }
  judging.holds("all that it was to be given or to lose was done");
}

}  // namespace

std::vector<RuleKind> identity_rules() {
  return {
      {"no-new-privs",
       "no_new_privs is set before execve",
       "With it no execve gives privileges: setuid programs and file capabilities are without effect.",
       {},
       judge_no_new_privs},
      {"capabilities",
       "Capabilities are within a set",
       "Every capability that the program has, or can get, is power over the host, unless it has a user namespace of "
       "its "
       "own.",
       {{Type::kList,
         "within",
         true,
         "capabilities that it may have: \"CAP_CHOWN\"; [] is none",
         {},
         WordForm::kCapability},
        {Type::kList, "sets", false, "which sets are looked at (default: all)",
         "bounding|permitted|effective|inheritable|ambient"},
        {Type::kFlag, "spare_user_namespaces", false,
         "true: where it has a user namespace of its own it may have all (default: false)"}},
       judge_capabilities},
      {"seccomp",
       "There is a seccomp filter",
       "Without one every call of the kernel is there to be attacked.",
       {},
       judge_seccomp},
      {"not-root",
       "The program is not root",
       "As root in its user namespace it can do what its capabilities say.",
       {},
       judge_user},
      {"identity-given",
       "What it was to be given, or to lose, was done",
       "A set-up that goes on after setgroups, setgid, setuid, capset, prctl or seccomp has failed hands over more "
       "than "
       "it should. Failures that are normal (docs/normal-failures.md) do not count.",
       {},
       judge_identity_given},
  };
}

}  // namespace cttrace
