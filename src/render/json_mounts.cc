// Mount trees in JSON.
#include <nlohmann/json.hpp>

#include "render/json_state.h"
#include "render/mount_lines.h"
#include "render/mount_words.h"

namespace cttrace {
namespace {

Json json_attributes(uint64_t attributes) {
  const FlagSet& set = *flag_set("mount_attributes");
  uint64_t rest = 0;
  Json json;
  json["names"] = Json::array();
  for (const std::string_view name : flag_names(set, attributes, rest)) json["names"].push_back(std::string(name));
  json["rest"] = json_hex(rest);
  return json;
}

Json json_filesystem(const Filesystem& filesystem) {
  Json json = json_object(5);
  add(json, "type", json_text(filesystem.type));
  add(json, "dev",
      filesystem.dev_major || filesystem.dev_minor ? json_device(filesystem.dev_major, filesystem.dev_minor) : Json());
  add(json, "read_only", filesystem.read_only.known() ? Json(filesystem.read_only.value) : Json());
  add(json, "options", json_text(filesystem.options.value));
  add(json, "options_as_given", filesystem.options.known());
  return json;
}

}  // namespace

Json json_mount(const State& state, Slot slot, const Mount& mount) {
  const Filesystem* const filesystem = state.filesystem(mount.filesystem);
  Json json = json_object(20);
  add(json, "id", slot);
  add(json, "parent", mount.parent == kNoSlot ? Json() : Json(mount.parent));
  add(json, "path", nullptr);
  add(json, "mountpoint", json_text(mount.mountpoint));
  add(json, "root", json_text(mount.root));
  add(json, "filesystem", is_unseen(state, mount.filesystem) ? Json() : json_filesystem(*filesystem));
  add(json, "source", json_text(mount.source));
  add(json, "attributes", json_attributes(mount.attributes));
  add(json, "peer_group", json_number_or_null(mount.peer_group));
  add(json, "master", json_number_or_null(mount.master));
  add(json, "unbindable", mount.unbindable);
  add(json, "idmapped", mount.idmapped);
  add(json, "locked", mount.locked);
  add(json, "kernel_id", json_number_or_null(mount.kernel_id));
  add(json, "made_by", json_number_or_null(mount.made_by));
  add(json, "evidence", json_evidence(mount.evidence));
  return json;
}

Json json_evidence(Evidence evidence) {
  switch (evidence) {
    case Evidence::kObserved: return "observed";
    case Evidence::kInferred: return "inferred";
    case Evidence::kUnknown: break;
  }
  return "unknown";
}

Json json_mounts(const State& state, TreeId id, const Place& root) {
  const MountTree& tree = *state.tree(id);
  std::map<Slot, MountLine> seen;
  if (root.mount.tree == id && tree.contains(root.mount.slot))
    for (MountLine& line : mount_lines(state, tree, root, {.fold = false}).lines) seen[line.slots.front()] = line;
  Json json = Json::array();
  for (const Slot slot : tree.in_tree_order()) {
    Json mount = json_mount(state, slot, tree.at(slot));
    if (const auto line = seen.find(slot); line != seen.end()) {
      mount["path"] = json_text(line->second.bytes);
      if (line->second.hidden) mount["hidden"] = true;
      if (line->second.hidden_by != kNoSlot) mount["hidden_by"] = line->second.hidden_by;
    }
    json.push_back(std::move(mount));
  }
  return json;
}

}  // namespace cttrace
