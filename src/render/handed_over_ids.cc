// Ids, groups and how they are mapped.
#include <fmt/format.h>

#include <algorithm>

#include "render/identity_words.h"
#include "render/telling.h"

namespace cttrace {
namespace {

using Words = std::vector<std::string>;

std::string id_words(const Telling& telling, uint32_t id, bool gid) {
  if (!telling.user) return std::to_string(id);
  const Fact<std::vector<IdExtent>>& map = gid ? telling.user->gid_map : telling.user->uid_map;
  if (!map.known() || is_identity(map.value)) return std::to_string(id);
  const std::optional<uint32_t> own = inside(map.value, id);
  if (!own) return fmt::format("none (host {})", id);
  return *own == id ? std::to_string(id) : fmt::format("{} (host {})", *own, id);
}

// "uid 0", or what it is if the four differ.
std::string ids_words(const Telling& telling, std::string_view what, const Fact<std::array<uint32_t, 4>>& ids,
                      bool gid) {
  std::string words = fmt::format("{} {}", what, id_words(telling, ids.value[0], gid));
  static constexpr const char* kOthers[] = {"effective", "saved", "fs"};
  for (size_t i = 1; i < ids.value.size(); ++i)
    if (ids.value[i] != ids.value[0])
      words += fmt::format(", {} {}", kOthers[i - 1], id_words(telling, ids.value[i], gid));
  return words;
}

void add_ids(Telling& telling) {
  Words words;
  if (telling.known(telling.task.identity.uids, "uids"))
    words.push_back(ids_words(telling, "uid", telling.task.identity.uids, false));
  if (telling.known(telling.task.identity.gids, "gids"))
    words.push_back(ids_words(telling, "gid", telling.task.identity.gids, true));
  if (telling.known(telling.task.identity.groups, "groups")) {
    const std::vector<uint32_t>& groups = telling.task.identity.groups.value;
    const size_t most = telling.verbose ? groups.size() : std::min<size_t>(groups.size(), 16);
    std::string list = groups.empty() ? "no other groups" : "groups";
    for (size_t i = 0; i < most; ++i) list += " " + id_words(telling, groups[i], true);
    if (most < groups.size()) list += fmt::format(" and {} more", groups.size() - most);
    words.push_back(list);
  }
  telling.fields.add("user", words);
}

void add_id_maps(Telling& telling) {
  if (!telling.user) return;
  const bool uids = telling.known(telling.user->uid_map, "uid_map"),
             gids = telling.known(telling.user->gid_map, "gid_map");
  const auto words_of = [](const std::vector<IdExtent>& map) {
    if (is_identity(map)) return Words{"the host's"};
    return map.empty() ? Words{"none"} : extent_words(map);
  };
  const Words uid_words = uids ? words_of(telling.user->uid_map.value) : Words();
  const Words gid_words = gids ? words_of(telling.user->gid_map.value) : Words();
  if (uids && gids && uid_words == gid_words) {
    if (!is_identity(telling.user->uid_map.value) || telling.verbose) telling.fields.add("uid, gid map", uid_words);
  } else {
    telling.fields.add("uid map", uid_words);
    telling.fields.add("gid map", gid_words);
  }
  if (telling.user->setgroups_allowed.known() && !telling.user->setgroups_allowed.value)
    telling.fields.add_text("setgroups", "denied");
}

}  // namespace

void tell_ids(Telling& telling) {
  add_ids(telling);
  add_id_maps(telling);
}

}  // namespace cttrace
