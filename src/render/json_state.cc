#include "render/json_state.h"

#include <sys/stat.h>

#include <nlohmann/json.hpp>
#include <set>

#include "cttrace/namespace.h"
#include "render/identity_words.h"
#include "render/place_words.h"
#include "render/telling.h"

namespace cttrace {
namespace {

// The value where it is known, else null.
template <typename T, typename Make>
Json known(const Fact<T>& fact, Make make) {
  return fact.known() ? make(fact.value) : Json();
}

Json unsigned_or_null(uint64_t number) { return number ? json_unsigned(number) : Json(); }

Json number(uint32_t value) { return value; }
Json boolean(bool value) { return value; }
Json text(const std::string& value) { return json_text(value); }

Json json_program(const TaskState& task) {
  if (task.programs.empty()) return {};
  const Program& program = task.programs.back();
  Json json;
  json["path"] = json_text(program.path);
  json["argv"] = Json::array();
  for (const std::string& word : program.argv) json["argv"].push_back(json_text(word));
  json["exe"] = program.exe ? json_text(program.exe->shown()) : Json();
  if (program.exe && program.exe->deleted) json["exe_deleted"] = true;
  if (program.descriptors) json["descriptors"] = json_files(*program.descriptors);
  json["event"] = unsigned_or_null(program.event);
  json["time_ns"] = unsigned_or_null(program.time_ns);
  return json;
}

const char* origin_of(NamespaceKin kin) {
  switch (kin) {
    case NamespaceKin::kMade: return "made";
    case NamespaceKin::kJoined: return "joined";
    case NamespaceKin::kHosts: return "host";
    case NamespaceKin::kShared: return "shared";
    case NamespaceKin::kOlder: break;
  }
  return "older";
}

Json json_namespaces(const State& state, const TaskState& task, const HandedOverOptions& options) {
  Json json;
  for (size_t i = 0; i < CT_NS_COUNT; ++i) {
    const Fact<NamespaceId>& fact = task.namespaces[i];
    const Namespace* const ns = fact.known() ? state.ns(fact.value) : nullptr;
    Json& entry = json[kNamespaceLinks[i].name];
    if (!ns) continue;
    entry["inode"] = unsigned_or_null(ns->inode);
    const bool nameless = !ns->inode && ns->origin == Namespace::Origin::kInitial;
    entry["origin"] = nameless ? Json() : Json(origin_of(kin_of(*ns, options.compared_with[i], options.joined)));
    entry["made_by"] = unsigned_or_null(ns->made_by);
    entry["evidence"] = json_evidence(fact.evidence);
  }
  return json;
}

Json json_ids(const std::array<uint32_t, 4>& ids) {
  Json json = json_object(4);
  add(json, "real", ids[0]);
  add(json, "effective", ids[1]);
  add(json, "saved", ids[2]);
  add(json, "fs", ids[3]);
  return json;
}

Json json_capabilities(const Identity::Capabilities& sets) {
  Json json = json_object(5);
  add(json, "inheritable", json_hex(sets.inheritable));
  add(json, "permitted", json_hex(sets.permitted));
  add(json, "effective", json_hex(sets.effective));
  add(json, "bounding", json_hex(sets.bounding));
  add(json, "ambient", json_hex(sets.ambient));
  return json;
}

Json json_limits(const std::map<uint32_t, Identity::Limit>& limits) {
  const auto bound = [](uint64_t limit) { return limit == ~uint64_t{0} ? Json("unlimited") : json_unsigned(limit); };
  Json json = Json::object();
  for (const auto& [resource, limit] : limits) {
    Json& entry = json[limit_name(resource)];
    entry["soft"] = bound(limit.soft);
    entry["hard"] = bound(limit.hard);
  }
  return json;
}

void add_identity(Json& json, const Identity& identity) {
  json["uid"] = known(identity.uids, json_ids);
  json["gid"] = known(identity.gids, json_ids);
  json["groups"] = known(identity.groups, [](const std::vector<uint32_t>& groups) { return Json(groups); });
  json["capabilities"] = known(identity.capabilities, json_capabilities);
  json["securebits"] = known(identity.securebits, [](uint32_t bits) { return Json(json_hex(bits)); });
  json["no_new_privs"] = known(identity.no_new_privs, boolean);
  json["seccomp"]["mode"] = known(identity.seccomp_mode, number);
  json["seccomp"]["filters"] = known(identity.seccomp_filters, number);
  json["oom_score_adj"] = known(identity.oom_score_adj, [](int32_t value) { return Json(value); });
  json["session_keyring"] = known(identity.session_keyring, text);
  json["personality"] = known(identity.personality, [](uint32_t value) { return Json(json_hex(value)); });
  json["dumpable"] = known(identity.dumpable, boolean);
  json["parent_death_signal"] = known(identity.parent_death_signal, [](int32_t value) { return Json(value); });
  json["label"] = identity.label.empty() ? Json() : json_text(identity.label);
  json["limits"] = json_limits(identity.limits);
}

void add_user_namespace(Json& json, const Namespace* user) {
  json["uid_map"] = user ? known(user->uid_map, json_id_map) : Json();
  json["gid_map"] = user ? known(user->gid_map, json_id_map) : Json();
  json["setgroups_allowed"] = user ? known(user->setgroups_allowed, boolean) : Json();
}

Json json_sysctls(const State& state, const TaskState& task) {
  Json json = Json::array();
  std::set<NamespaceId> seen;
  for (const Fact<NamespaceId>& fact : task.namespaces) {
    const Namespace* const ns = fact.known() && seen.insert(fact.value).second ? state.ns(fact.value) : nullptr;
    if (!ns) continue;
    for (const auto& [name, value] : ns->sysctls) {
      Json& entry = json.emplace_back();
      entry["name"] = json_text(name);
      entry["value"] = json_text(value);
    }
  }
  return json;
}

Json words(const std::vector<std::string>& list) {
  Json json = Json::array();
  for (const std::string& word : list) json.push_back(word);
  return json;
}

void add_places(Json& json, const State& state, const TaskState& task) {
  const FsStruct* const fs = state.fs_of(task);
  const TreeId tree = tree_seen_by(state, task);
  json["root"] = fs ? json_place(state, fs->root) : Json();
  json["cwd"] = fs ? json_place(state, fs->cwd) : Json();
  // Slots are a tree's own.
  if (fs && fs->cwd.mount.tree != tree) json["cwd"]["mount"] = nullptr;
  json["mounts"] = fs && tree ? json_mounts(state, tree, fs->root) : Json();
  json["devices"] = Json::array();
  if (!fs) return;
  for (const auto& [path, device] : devices_below(state, fs->root))
    json["devices"].push_back(json_device(*device, path));
}

}  // namespace

Json json_id_map(const std::vector<IdExtent>& map) {
  Json json = Json::array();
  for (const IdExtent& extent : map) {
    Json& entry = json.emplace_back();
    entry["first"] = extent.first;
    entry["lower_first"] = extent.lower_first;
    entry["count"] = extent.count;
  }
  return json;
}

Json json_place(const State& state, const Place& place) {
  const std::optional<std::string> path = path_in_tree(state, place);
  Json json = json_object(6);
  add(json, "path", path ? json_text(*path) : Json());
  add(json, "mount", path ? Json(place.mount.slot) : Json());
  add(json, "in_filesystem", path ? json_text(place.path) : Json());
  if (!path) add(json, "shown", json_text(place.shown));
  if (place.detached) add(json, "detached", true);
  add(json, "evidence", json_evidence(place.evidence));
  return json;
}

Json json_device(const Device& device, const std::string& path) {
  Json json = json_object(8);
  add(json, "path", json_text(path));
  add(json, "type", device.type == S_IFBLK ? "block" : "char");
  add(json, "major", device.major);
  add(json, "minor", device.minor);
  add(json, "permissions", known(device.permissions, number));
  add(json, "uid", known(device.uid, number));
  add(json, "gid", known(device.gid, number));
  add(json, "made_by", unsigned_or_null(device.made_by));
  return json;
}

Json json_identity(const Identity& identity) {
  Json json = json_object(16);
  add_identity(json, identity);
  return json;
}

Json json_handed_over(const State& state, TaskId id, const HandedOverOptions& options) {
  const TaskState* const task = state.task(id);
  if (!task) return {};
  Json json = json_object(48);
  json["type"] = "handed_over";
  json["event"] = unsigned_or_null(state.event);
  json["time_ns"] = json_unsigned(state.time_ns);
  json["tid"] = id.tid;
  json["tgid"] = task->tgid;
  json["task_start_ns"] = json_unsigned(id.start_ns);
  json["pids"] = task->pids;
  json["program"] = json_program(*task);
  json["namespaces"] = json_namespaces(state, *task, options);
  add_places(json, state, *task);
  const Namespace* const user = state.ns_of(*task, CT_NS_USER);
  const Namespace* const uts = state.ns_of(*task, CT_NS_UTS);
  add_identity(json, task->identity);
  add_user_namespace(json, user);
  json["cgroups"] = Json::object();
  for (const auto& [hierarchy, path] : task->cgroups) json["cgroups"][std::to_string(hierarchy)] = known(path, text);
  json["hostname"] = uts ? known(uts->hostname, text) : Json();
  json["domainname"] = uts ? known(uts->domainname, text) : Json();
  json["sysctls"] = json_sysctls(state, *task);
  const HowKnown how = how_known(state, *task, options);
  json["unknown"] = words(how.unknown);
  json["inferred"] = words(how.inferred);
  json["doubtful_since"] = state.doubtful_since ? json_unsigned(*state.doubtful_since) : Json();
  json["doubt"] = state.doubtful_since ? json_text(state.doubt) : Json();
  return json;
}

}  // namespace cttrace
