#include "model/user_namespaces.h"

#include <algorithm>
#include <charconv>
#include <compare>
#include <optional>
#include <tuple>
#include <vector>

#include "model/contradictions.h"
#include "model/namespaces.h"

namespace cttrace {
namespace {

using Extents = std::vector<IdExtent>;

const Fact<Extents>& map_of(const Namespace& ns, IdKind kind) { return kind == IdKind::kUid ? ns.uid_map : ns.gid_map; }
Fact<Extents>& map_of(Namespace& ns, IdKind kind) { return kind == IdKind::kUid ? ns.uid_map : ns.gid_map; }

// The first of `count` ids, all of which must lie in one extent: map_id_range_down, kernel/user_namespace.c.
uint32_t map_down(const Extents& extents, uint32_t id, uint32_t count) {
  for (const IdExtent& extent : extents) {
    const bool inside = id >= extent.first && id - extent.first < extent.count;
    if (inside && count <= extent.count - (id - extent.first)) return extent.lower_first + (id - extent.first);
  }
  return kNoId;
}

bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

std::string_view without_spaces_before(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  return text;
}

std::optional<uint32_t> take_number(std::string_view& text) {
  text = without_spaces_before(text);
  uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) return std::nullopt;
  text.remove_prefix(static_cast<size_t>(end - text.data()));
  return number;
}

// Long maps are sorted by the kernel (sort_idmaps), short ones stay as they were written.
bool same(Extents a, Extents b) {
  const auto key = [](const IdExtent& extent) { return std::tie(extent.first, extent.lower_first, extent.count); };
  const auto before = [&](const IdExtent& x, const IdExtent& y) { return key(x) < key(y); };
  std::ranges::sort(a, before);
  std::ranges::sort(b, before);
  return std::ranges::equal(a, b, [&](const IdExtent& x, const IdExtent& y) { return key(x) == key(y); });
}

std::string shown(const Extents& extents) {
  std::string text;
  for (const IdExtent& extent : extents)
    text += (text.empty() ? "" : ", ") + std::to_string(extent.first) + " " + std::to_string(extent.lower_first) + " " +
            std::to_string(extent.count);
  return text.empty() ? "none" : text;
}

void observe(ModelContext& context, NamespaceId id, IdKind kind, const Extents& said) {
  const Fact<Extents>& believed = map_of(*context.state.ns(id), kind);
  const bool differs = !same(believed.value, said), was_known = believed.known();
  // A map is written once. One that is not written yet may be written by somebody who is not traced.
  const char* const what = kind == IdKind::kUid ? "uid map" : "gid map";
  if (!was_known || (differs && believed.value.empty()))
    learn(context, what);
  else if (!differs)
    confirm(context, what);
  else
    contradict(context, what, " of user namespace " + std::to_string(context.state.ns(id)->inode),
               shown(believed.value), shown(said));
  map_of(edit_namespace(context, id), kind) = {said, Evidence::kObserved};
  if (differs && was_known) context.changed(IdMapSet{.ns = id, .gids = kind == IdKind::kGid});
}

}  // namespace

// Up to a NUL, where there is one.
std::optional<std::vector<IdExtent>> id_map_in(std::string_view text) {
  Extents extents;
  text = text.substr(0, text.find('\0'));
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const auto first = take_number(line), lower = take_number(line), count = take_number(line);
    if (!first || !lower || !count || !without_spaces_before(line).empty()) return std::nullopt;
    extents.push_back({.first = *first, .lower_first = *lower, .count = *count});
  }
  return extents;
}

Fact<uint32_t> to_host(const State& state, NamespaceId user_namespace, uint32_t id, IdKind kind) {
  const Namespace* const ns = state.ns(user_namespace);
  if (!ns || !map_of(*ns, kind).known()) return {};
  return {map_down(map_of(*ns, kind).value, id, 1), Evidence::kInferred};
}

void write_id_map(ModelContext& context, NamespaceId user_namespace, IdKind kind,
                  std::optional<std::string_view> text) {
  const Namespace* const ns = context.state.ns(user_namespace);
  if (!ns) return;
  std::optional<Extents> extents = text ? id_map_in(*text) : std::nullopt;
  const Namespace* const parent = context.state.ns(ns->owner);
  const bool known = extents && parent && map_of(*parent, kind).known();
  if (known)
    for (IdExtent& extent : *extents)
      extent.lower_first = map_down(map_of(*parent, kind).value, extent.lower_first, extent.count);
  Fact<Extents>& map = map_of(edit_namespace(context, user_namespace), kind);
  map = known ? Fact<Extents>{std::move(*extents), Evidence::kInferred} : Fact<Extents>{};
  context.changed(IdMapSet{.ns = user_namespace, .gids = kind == IdKind::kGid});
}

void write_setgroups(ModelContext& context, NamespaceId user_namespace, std::string_view text) {
  if (!context.state.ns(user_namespace)) return;
  const bool allowed = text.starts_with("allow");
  edit_namespace(context, user_namespace).setgroups_allowed = {allowed, Evidence::kInferred};
  context.changed(SetgroupsSet{.ns = user_namespace, .allowed = allowed});
}

void observe_id_maps(ModelContext& context, NamespaceId user_namespace, const Snapshot& snapshot) {
  if (!context.state.ns(user_namespace)) return;
  if (snapshot.uid_map) observe(context, user_namespace, IdKind::kUid, *snapshot.uid_map);
  if (snapshot.gid_map) observe(context, user_namespace, IdKind::kGid, *snapshot.gid_map);
  // In the host's own one nothing forbids it.
  if (snapshot.user_ns_level == 0 && !context.state.ns(user_namespace)->setgroups_allowed.known())
    edit_namespace(context, user_namespace).setgroups_allowed = {true, Evidence::kInferred};
}

}  // namespace cttrace
