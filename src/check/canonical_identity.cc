// Rules for ids, capabilities, privileges and limits: as who is in the container sees them.
#include <fmt/format.h>

#include <algorithm>

#include "check/canonical_parts.h"
#include "render/identity_words.h"
#include "render/values.h"

namespace cttrace::canon {
namespace {

constexpr size_t kMostExtents = 340;  // as many as the kernel takes

std::string id_inside(const std::optional<uint32_t>& inside, uint32_t host, bool mapped) {
  if (inside) return std::to_string(*inside);
  return mapped ? "none" : std::to_string(host);
}

template <typename Inside>
CanonicalFact ids_fact(const Fact<std::array<uint32_t, 4>>& ids, bool mapped, Inside inside) {
  if (!ids.known()) return not_known();
  CanonicalFact fact = is(id_inside(inside(ids.value[0]), ids.value[0], mapped));
  static constexpr const char* kOthers[] = {"effective", "saved", "fs"};
  for (size_t i = 1; i < ids.value.size(); ++i)
    if (ids.value[i] != ids.value[0])
      fact.fields[kOthers[i - 1]] = id_inside(inside(ids.value[i]), ids.value[i], mapped);
  return fact;
}

CanonicalFact map_fact(const Fact<std::vector<IdExtent>>& map) {
  if (!map.known()) return not_known();
  if (is_identity(map.value)) return is("the host's");
  std::string text;
  size_t told = 0;
  for (const std::string& words : extent_words(map.value)) {
    if (++told > kMostExtents) break;
    text += (text.empty() ? "" : ", ") + words;
  }
  return is(text.empty() ? "none" : text);
}

template <typename T, typename Words>
void add_known(Group& group, const char* key, const Fact<T>& fact, Words words) {
  group[key] = fact.known() ? is(words(fact.value)) : not_known();
}

// What is at its usual value where nobody has set it is not worth a line.
template <typename T, typename Words>
void add_unusual(Group& group, const char* key, const Fact<T>& fact, const T& usual, Words words) {
  if (fact.known() && fact.value != usual) group[key] = is(words(fact.value));
}

std::string yes_or_no(bool yes) { return yes ? "yes" : "no"; }

}  // namespace

void add_identity(Outcome& outcome, const Source& from) {
  Group& group = outcome["identity"];
  const HandedFacts& handed = from.handed;
  group["uid map"] = map_fact(handed.uid_map);
  group["gid map"] = map_fact(handed.gid_map);
  group["uid"] =
      ids_fact(handed.identity.uids, handed.uid_map.known(), [&](uint32_t id) { return handed.uid_inside(id); });
  group["gid"] =
      ids_fact(handed.identity.gids, handed.gid_map.known(), [&](uint32_t id) { return handed.gid_inside(id); });
  if (handed.setgroups_allowed.known() && !handed.setgroups_allowed.value) group["setgroups"] = is("denied");
  if (!handed.identity.groups.known()) {
    group["groups"] = not_known();
    return;
  }
  // The kernel sorts them; a set has each but once.
  std::set<std::string> groups;
  for (const uint32_t id : handed.identity.groups.value)
    groups.insert(id_inside(handed.gid_inside(id), id, handed.gid_map.known()));
  group["groups"] = is(groups.empty() ? "none" : fmt::format("{}", fmt::join(groups, ", ")));
}

void add_capabilities(Outcome& outcome, const Source& from) {
  Group& group = outcome["capabilities"];
  const Fact<Identity::Capabilities>& sets = from.handed.identity.capabilities;
  if (!sets.known()) {
    group[kAll] = not_known();
    return;
  }
  const std::pair<const char*, uint64_t> kinds[] = {{"ambient", sets.value.ambient},
                                                    {"bounding", sets.value.bounding},
                                                    {"effective", sets.value.effective},
                                                    {"inheritable", sets.value.inheritable},
                                                    {"permitted", sets.value.permitted}};
  for (const auto& [kind, set] : kinds)
    for (const std::string& name : capability_names(set)) {
      std::string& in = group[name].fields[kIs];
      in += (in.empty() ? "" : ", ") + std::string(kind);
    }
}

void add_privileges(Outcome& outcome, const Source& from) {
  Group& group = outcome["privileges"];
  const Identity& identity = from.handed.identity;
  add_known(group, "no_new_privs", identity.no_new_privs, yes_or_no);
  add_known(group, "seccomp", identity.seccomp_mode, [&](uint32_t mode) -> std::string {
    if (mode == 0) return "none";
    if (mode == 1) return "strict";
    return identity.seccomp_filters.known() ? fmt::format("filter ({})", identity.seccomp_filters.value) : "filter";
  });
  if (!from.handed.filters.empty() && !group["seccomp"].unknown)
    group["seccomp"].fields["filters"] = fmt::format("{}", fmt::join(from.handed.filters, ", "));
  add_unusual(group, "securebits", identity.securebits, 0u, [](uint32_t bits) { return fmt::format("{:#x}", bits); });
  add_unusual(group, "personality", identity.personality, 0u, [](uint32_t bits) { return fmt::format("{:#x}", bits); });
  add_unusual(group, "oom_score_adj", identity.oom_score_adj, 0, [](int32_t value) { return std::to_string(value); });
  add_unusual(group, "parent_death_signal", identity.parent_death_signal, 0, [](int32_t number) {
    const std::string name = signal_name(static_cast<uint64_t>(number));
    return name.empty() ? std::to_string(number) : name;
  });
  if (identity.session_keyring.known()) group["session keyring"] = is("its own");
  if (!identity.label.empty()) group["label"] = is(from.names(identity.label));
}

void add_limits(Outcome& outcome, const Source& from) {
  Group& group = outcome["limits"];
  const auto bound = [](uint64_t limit) { return limit == ~uint64_t{0} ? "unlimited" : std::to_string(limit); };
  for (const auto& [resource, limit] : from.handed.identity.limits) {
    CanonicalFact& fact = group[limit_name(resource)];
    fact.fields["soft"] = bound(limit.soft);
    fact.fields["hard"] = bound(limit.hard);
  }
}

}  // namespace cttrace::canon
