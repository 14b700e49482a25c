#include "change_json.h"

#include <type_traits>

#include "cttrace/namespace.h"

namespace cttrace {
namespace {

using Json = nlohmann::json;

Json id_json(TaskId id) { return id.tid; }

Json ns_json(const State& state, NamespaceId id) {
  const Namespace* const ns = state.ns(id);
  if (!ns) return nullptr;
  return std::string(namespace_name(ns->type)) + ":[" + std::to_string(ns->inode) + "] #" + std::to_string(id);
}

Json place_json(const Place& place) {
  return {{"tree", place.mount.tree}, {"slot", place.mount.slot}, {"path", place.path}, {"shown", place.shown}};
}

// One overload a change: what is new must be written here.
struct Writer {
  const State& state;

  Json operator()(const TaskCreated& c) const {
    return {
        {"change", "TaskCreated"}, {"task", id_json(c.task)}, {"creator", id_json(c.creator)}, {"thread", c.thread}};
  }
  Json operator()(const ProgramStarted& c) const {
    Json json = {{"change", "ProgramStarted"}, {"task", id_json(c.task)}};
    const TaskState* const task = state.task(c.task);
    if (task && !task->programs.empty()) json["path"] = task->programs.back().path;
    return json;
  }
  Json operator()(const TaskEnded& c) const { return {{"change", "TaskEnded"}, {"task", id_json(c.task)}}; }
  Json operator()(const LeaderReplaced& c) const {
    return {{"change", "LeaderReplaced"}, {"before", id_json(c.before)}, {"task", id_json(c.task)}};
  }
  Json operator()(const NamespaceMade& c) const {
    return {{"change", "NamespaceMade"},
            {"ns", ns_json(state, c.ns)},
            {"task", id_json(c.task)},
            {"for_children", c.for_children}};
  }
  Json operator()(const NamespaceEntered& c) const {
    return {{"change", "NamespaceEntered"},
            {"ns", ns_json(state, c.ns)},
            {"from", ns_json(state, c.from)},
            {"task", id_json(c.task)},
            {"for_children", c.for_children}};
  }
  Json operator()(const IdMapSet& c) const {
    Json extents = Json::array();
    const Namespace* const ns = state.ns(c.ns);
    if (ns)
      for (const IdExtent& extent : (c.gids ? ns->gid_map : ns->uid_map).value)
        extents.push_back({extent.first, extent.lower_first, extent.count});
    return {{"change", "IdMapSet"}, {"ns", ns_json(state, c.ns)}, {"gids", c.gids}, {"extents", extents}};
  }
  Json operator()(const SetgroupsSet& c) const {
    return {{"change", "SetgroupsSet"}, {"ns", ns_json(state, c.ns)}, {"allowed", c.allowed}};
  }
  Json operator()(const MountChanged& c) const {
    return {{"change", "MountChanged"}, {"what", static_cast<int>(c.what)},
            {"tree", c.mount.tree},     {"slot", c.mount.slot},
            {"path", c.path},           {"propagated", c.propagated}};
  }
  Json operator()(const TreeMade& c) const {
    return {{"change", "TreeMade"}, {"tree", c.tree}, {"how", static_cast<int>(c.how)}};
  }
  Json operator()(const TreeAttached& c) const {
    return {{"change", "TreeAttached"}, {"tree", c.tree}, {"at", c.at.tree}};
  }
  Json operator()(const TreeDissolved& c) const { return {{"change", "TreeDissolved"}, {"tree", c.tree}}; }
  Json operator()(const RootChanged& c) const {
    return {{"change", "RootChanged"},
            {"task", id_json(c.task)},
            {"before", place_json(c.before)},
            {"after", place_json(c.after)}};
  }
  Json operator()(const CwdChanged& c) const {
    return {{"change", "CwdChanged"},
            {"task", id_json(c.task)},
            {"before", place_json(c.before)},
            {"after", place_json(c.after)}};
  }
  Json device(const char* change, const Device& device) const {
    return {{"change", change},
            {"filesystem", device.filesystem},
            {"node", device.node},
            {"path", device.path},
            {"type", device.type},
            {"device", {device.major, device.minor}},
            {"permissions", device.permissions.value},
            {"uid", device.uid.value},
            {"gid", device.gid.value}};
  }
  Json operator()(const DeviceMade& c) const { return device("DeviceMade", c.device); }
  Json operator()(const DeviceOwned& c) const { return device("DeviceOwned", c.device); }
  Json operator()(const IdentityChanged& c) const {
    return {{"change", "IdentityChanged"}, {"task", id_json(c.task)}, {"fields", c.fields}};
  }
  Json operator()(const NameSet& c) const {
    const Namespace* const ns = state.ns(c.ns);
    const std::string name = !ns ? "" : c.domainname ? ns->domainname.value : ns->hostname.value;
    return {{"change", "NameSet"}, {"ns", ns_json(state, c.ns)}, {"domainname", c.domainname}, {"name", name}};
  }
  Json operator()(const SysctlSet& c) const {
    return {{"change", "SysctlSet"}, {"ns", ns_json(state, c.ns)}, {"name", c.name}, {"value", c.value}};
  }
  Json operator()(const CgroupMoved& c) const {
    return {{"change", "CgroupMoved"}, {"task", id_json(c.task)}, {"hierarchy", c.hierarchy}, {"path", c.path}};
  }
  Json operator()(const ControlWritten& c) const {
    return {{"change", "ControlWritten"}, {"path", c.path}, {"value", c.value}};
  }
  Json operator()(const BecameUnknown& c) const { return {{"change", "BecameUnknown"}, {"what", c.what}}; }
  Json operator()(const Contradicted& c) const {
    return {{"change", "Contradicted"}, {"what", c.what}, {"model", c.model}, {"kernel", c.kernel}};
  }
};

}  // namespace

Json change_json(const State& state, const Change& change) { return std::visit(Writer{state}, change); }

}  // namespace cttrace
