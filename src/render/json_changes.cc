#include "render/json_changes.h"

#include <nlohmann/json.hpp>

#include "cttrace/namespace.h"
#include "render/json_state.h"

namespace cttrace {
namespace {

Json json_task(TaskId id) {
  Json json = json_object(2);
  add(json, "tid", id.tid);
  add(json, "task_start_ns", json_unsigned(id.start_ns));
  return json;
}

Json json_namespace(const State& state, NamespaceId id) {
  const Namespace* const ns = state.ns(id);
  if (!ns) return {};
  Json json = json_object(3);
  add(json, "type", namespace_name(ns->type));
  add(json, "inode", json_number_or_null(ns->inode));
  add(json, "number", id);
  return json;
}

const char* word(MountChanged::What what) {
  switch (what) {
    case MountChanged::What::kMounted: return "mounted";
    case MountChanged::What::kBound: return "bound";
    case MountChanged::What::kMoved: return "moved";
    case MountChanged::What::kAttached: return "attached";
    case MountChanged::What::kUnmounted: return "unmounted";
    case MountChanged::What::kDetached: return "detached";
    case MountChanged::What::kAttributes: return "attributes";
    case MountChanged::What::kPropagation: return "propagation";
    case MountChanged::What::kReconfigured: break;
  }
  return "reconfigured";
}

const char* word(TreeMade::How how) {
  switch (how) {
    case TreeMade::How::kCopiedNamespace: return "copied_namespace";
    case TreeMade::How::kOpenTree: return "open_tree";
    case TreeMade::How::kFsmount: break;
  }
  return "fsmount";
}

// The mount namespace whose table the tree is; null: it is detached, or its namespace was not seen.
Json mount_namespace(const State& state, TreeId tree) {
  const auto found = state.mount_objects->trees.find(tree);
  return found == state.mount_objects->trees.end() ? Json() : json_number_or_null(found->second.inode);
}

// What two objects of the same keys have in common goes without saying.
void drop_equal(Json& before, Json& after) {
  for (auto field = before.begin(); field != before.end();) {
    if (field.value() != after.at(field.key())) {
      ++field;
      continue;
    }
    after.erase(field.key());
    field = before.erase(field);
  }
}

// One overload a change: what is new must be written here.
struct Writer {
  const State& state;

  static Json named(const char* name) {
    Json json = json_object(10);
    json["change"] = name;
    return json;
  }
  static Json of_task(const char* name, TaskId task) {
    Json json = named(name);
    json["task"] = json_task(task);
    return json;
  }
  Json of_namespace(const char* name, NamespaceId ns) const {
    Json json = named(name);
    json["namespace"] = json_namespace(state, ns);
    return json;
  }
  Json of_tree(const char* name, TreeId tree) const {
    Json json = named(name);
    json["tree"] = tree;
    json["mount_ns"] = mount_namespace(state, tree);
    return json;
  }
  Json of_place(const char* name, TaskId task, const Place& before, const Place& after) const {
    Json json = of_task(name, task);
    json["before"] = json_place(state, before);
    json["after"] = json_place(state, after);
    return json;
  }
  Json of_device(const char* name, const Device& device) const {
    Json json = named(name);
    json["device"] = json_device(device, device.path);
    return json;
  }

  Json operator()(const TaskCreated& created) const {
    Json json = of_task("task_created", created.task);
    json["creator"] = json_task(created.creator);
    json["thread"] = created.thread;
    return json;
  }
  Json operator()(const ProgramStarted& started) const {
    const TaskState* const task = state.task(started.task);
    Json json = of_task("program_started", started.task);
    json["path"] = task && !task->programs.empty() ? json_text(task->programs.back().path) : Json();
    return json;
  }
  Json operator()(const TaskEnded& ended) const { return of_task("task_ended", ended.task); }
  Json operator()(const LeaderReplaced& replaced) const {
    Json json = of_task("leader_replaced", replaced.task);
    json["before"] = json_task(replaced.before);
    return json;
  }
  Json operator()(const NamespaceMade& made) const {
    Json json = of_namespace("namespace_made", made.ns);
    json["task"] = json_task(made.task);
    json["for_children"] = made.for_children;
    return json;
  }
  Json operator()(const NamespaceEntered& entered) const {
    Json json = of_namespace("namespace_entered", entered.ns);
    json["from"] = json_namespace(state, entered.from);
    json["task"] = json_task(entered.task);
    json["for_children"] = entered.for_children;
    return json;
  }
  Json operator()(const IdMapSet& set) const {
    const Namespace* const ns = state.ns(set.ns);
    Json json = of_namespace(set.gids ? "gid_map_set" : "uid_map_set", set.ns);
    json["map"] = ns ? json_id_map((set.gids ? ns->gid_map : ns->uid_map).value) : Json();
    return json;
  }
  Json operator()(const SetgroupsSet& set) const {
    Json json = of_namespace("setgroups_set", set.ns);
    json["allowed"] = set.allowed;
    return json;
  }
  Json operator()(const MountChanged& changed) const {
    Json json = of_tree("mount", changed.mount.tree);
    json["what"] = word(changed.what);
    json["path"] = json_text(changed.path);
    json["mount"] = json_mount(state, changed.mount.slot, changed.mounted);
    json["before"] = changed.before ? json_mount(state, changed.mount.slot, *changed.before) : Json();
    if (!changed.before_path.empty()) json["before_path"] = json_text(changed.before_path);
    json["propagated"] = changed.propagated;
    json["below"] = changed.below;
    return json;
  }
  Json operator()(const TreeMade& made) const {
    Json json = of_tree("tree_made", made.tree);
    json["how"] = word(made.how);
    return json;
  }
  Json operator()(const TreeAttached& attached) const {
    Json json = of_tree("tree_attached", attached.at.tree);
    json["detached_tree"] = attached.tree;
    json["mount"] = attached.at.slot;
    return json;
  }
  Json operator()(const TreeDissolved& dissolved) const { return of_tree("tree_dissolved", dissolved.tree); }
  Json operator()(const RootChanged& changed) const {
    Json json = of_place("root", changed.task, changed.before, changed.after);
    json["pivoted"] = changed.pivoted;
    json["old_root"] = changed.old_root.empty() ? Json() : json_text(changed.old_root);
    return json;
  }
  Json operator()(const CwdChanged& changed) const {
    return of_place("cwd", changed.task, changed.before, changed.after);
  }
  Json operator()(const DeviceMade& made) const { return of_device("device_made", made.device); }
  Json operator()(const DeviceOwned& owned) const { return of_device("device_owned", owned.device); }
  Json operator()(const IdentityChanged& changed) const {
    const TaskState* const task = state.task(changed.task);
    Json json = of_task("identity", changed.task);
    json["fields"] = changed.fields;
    json["before"] = json_identity(changed.before);
    json["after"] = task ? json_identity(task->identity) : Json();
    if (task) drop_equal(json["before"], json["after"]);
    return json;
  }
  Json operator()(const NameSet& set) const {
    const Namespace* const ns = state.ns(set.ns);
    Json json = of_namespace(set.domainname ? "domainname" : "hostname", set.ns);
    json["name"] = ns ? json_text((set.domainname ? ns->domainname : ns->hostname).value) : Json();
    return json;
  }
  Json operator()(const SysctlSet& set) const {
    Json json = of_namespace("sysctl", set.ns);
    json["name"] = json_text(set.name);
    json["value"] = json_text(set.value);
    return json;
  }
  Json operator()(const CgroupMoved& moved) const {
    Json json = of_task("cgroup", moved.task);
    json["hierarchy"] = moved.hierarchy;
    json["path"] = json_text(moved.path);
    return json;
  }
  Json operator()(const ControlWritten& written) const {
    Json json = named("control_written");
    json["path"] = json_text(written.path);
    json["value"] = json_text(written.value);
    return json;
  }
  Json operator()(const CallRefused& refused) const {
    Json json = named("refused");
    json["why"] = json_text(refused.why);
    return json;
  }
  Json operator()(const BecameUnknown& unknown) const {
    Json json = named("became_unknown");
    json["what"] = json_text(unknown.what);
    return json;
  }
  Json operator()(const Contradicted& contradicted) const {
    Json json = named("contradicted");
    json["what"] = json_text(contradicted.what);
    json["cttrace"] = json_text(contradicted.model);
    json["kernel"] = json_text(contradicted.kernel);
    return json;
  }
};

}  // namespace

Json json_change(const State& state, const Change& change) { return std::visit(Writer{state}, change); }

Json json_changes(const State& state, const Changes& changes, bool doubts_only) {
  Json json;
  json["type"] = "changes";
  json["time_ns"] = json_unsigned(state.time_ns);
  json["changes"] = Json::array();
  for (const Change& change : changes) {
    const bool is_doubt = std::holds_alternative<BecameUnknown>(change) || std::holds_alternative<Contradicted>(change);
    if (is_doubt || !doubts_only) json["changes"].push_back(json_change(state, change));
  }
  return json;
}

}  // namespace cttrace
