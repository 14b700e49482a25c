// The facts of steps in JSON.
#include <nlohmann/json.hpp>

#include "render/json_story.h"

namespace cttrace {
namespace {

const char* word_of(MountDone::How how) {
  switch (how) {
    case MountDone::How::kNew: return "new";
    case MountDone::How::kBind: return "bind";
    case MountDone::How::kRemount: return "remount";
    case MountDone::How::kMove: return "move";
    case MountDone::How::kPropagation: return "propagation";
    case MountDone::How::kUnmount: return "unmount";
    case MountDone::How::kReconfigure: return "reconfigure";
    case MountDone::How::kSharingGroup: break;
  }
  return "sharing_group";
}

const char* word_of(PathsMasked::With with) {
  switch (with) {
    case PathsMasked::With::kReadOnly: return "read_only";
    case PathsMasked::With::kDevNull: return "dev_null";
    case PathsMasked::With::kEmptyFolder: return "empty_folder";
    case PathsMasked::With::kFile: break;
  }
  return "file";
}

const char* word_of(IdentityGiven::What what) {
  switch (what) {
    case IdentityGiven::What::kUid: return "uid";
    case IdentityGiven::What::kGid: return "gid";
    case IdentityGiven::What::kGroups: return "groups";
    case IdentityGiven::What::kFsUid: return "fsuid";
    case IdentityGiven::What::kFsGid: return "fsgid";
    case IdentityGiven::What::kCapabilities: return "capabilities";
    case IdentityGiven::What::kBounding: return "bounding_set_drop";
    case IdentityGiven::What::kAmbientRaise: return "ambient_raise";
    case IdentityGiven::What::kAmbientLower: return "ambient_lower";
    case IdentityGiven::What::kAmbientClear: return "ambient_clear";
    case IdentityGiven::What::kNoNewPrivs: return "no_new_privs";
    case IdentityGiven::What::kSeccomp: return "seccomp";
    case IdentityGiven::What::kSecurebits: return "securebits";
    case IdentityGiven::What::kKeyring: return "session_keyring";
    case IdentityGiven::What::kLimit: return "limit";
    case IdentityGiven::What::kOomScore: return "oom_score_adj";
    case IdentityGiven::What::kLabel: return "label";
    case IdentityGiven::What::kDeathSignal: return "death_signal";
    case IdentityGiven::What::kPersonality: break;
  }
  return "personality";
}

Json json_seen(const Seen& seen) {
  Json json;
  json["path"] = json_text(seen.path);
  json["inside"] = seen.inside.empty() ? Json() : json_text(seen.inside);
  return json;
}

Json json_one(const NamespacesChanged::One& one) {
  Json json;
  json["type"] = json_namespace_type(one.type);
  json["inode"] = one.inode ? Json(one.inode) : Json();
  return json;
}

Json json_one(const CgroupJoined::One& one) {
  Json json;
  json["file"] = json_text(one.file);
  json["hierarchy"] = json_text_or_null(one.hierarchy);
  json["cgroup"] = json_text_or_null(one.cgroup);
  return json;
}

Json json_one(const ControlsWritten::One& one) {
  Json json;
  json["file"] = json_text(one.file);
  json["value"] = json_text(one.value);
  return json;
}

Json json_one(const MountDone::One& one) {
  Json json;
  json["source"] = json_text(one.source);
  json["target"] = json_seen(one.target);
  return json;
}

Json json_one(const DevicesMade::One& one) {
  Json json;
  json["path"] = json_seen(one.path);
  json["mode"] = json_value(scalar(ArgKind::kMode, one.mode, 4, "file_mode"), {});
  json["dev"] = json_device(one.major, one.minor);
  json["uid"] = one.uid ? Json(*one.uid) : Json();
  json["gid"] = one.gid ? Json(*one.gid) : Json();
  return json;
}

Json json_one(const PathsMasked::One& one) {
  Json json;
  json["path"] = json_seen(one.path);
  json["with"] = word_of(one.with);
  json["source"] = json_text_or_null(one.source);
  json["error"] = json_errno(one.error);
  return json;
}

Json json_one(const IdentityGiven::One& one) {
  Json json;
  json["what"] = word_of(one.what);
  json["value"] = json_text(one.value);
  json["times"] = one.times;
  json["error"] = json_errno(one.error);
  return json;
}

template <typename T>
Json json_all(const std::vector<T>& all) {
  Json json = Json::array();
  for (const T& each : all) json.push_back(json_one(each));
  return json;
}

Json pid_or_null(uint32_t pid) { return pid ? Json(pid) : Json(); }

// Writes the fields of each kind.
struct Facts {
  Json& json;

  void operator()(const ProgramRun& run) const {
    json["kind"] = "program";
    json["path"] = json_text(run.path);
    json["given"] = run.given ? json_text(*run.given) : Json();
    json["argv"] = json_words(run.argv);
    json["itself"] = run.itself;
  }
  void operator()(const ProcessMade& made) const {
    json["kind"] = "process";
    json["pid"] = pid_or_null(made.tid);
    json["flags"] = json_value(scalar(ArgKind::kFlags, made.flags, 8, "process_flags"), {});
  }
  void operator()(const SelfProtected& self) const {
    json["kind"] = "self_protection";
    json["how"] = self.how == SelfProtected::How::kReadOnlyBind ? "read_only_bind" : "memory_copy";
    json["path"] = json_text(self.path);
  }
  void operator()(const MapsWritten& maps) const {
    json["kind"] = "user_maps";
    json["pid"] = pid_or_null(maps.pid);
    json["uid_map"] = json_text_or_null(maps.uids);
    json["gid_map"] = json_text_or_null(maps.gids);
    json["setgroups"] = json_text_or_null(maps.setgroups);
  }
  void operator()(const NamespacesChanged& changed) const {
    json["kind"] = changed.made ? "namespaces_made" : "namespaces_joined";
    json["namespaces"] = json_all(changed.namespaces);
    if (!changed.by.empty()) json["by"] = json_text(changed.by);
  }
  void operator()(const CgroupJoined& joined) const {
    json["kind"] = "cgroup_joined";
    json["pid"] = pid_or_null(joined.pid);
    json["cgroups"] = json_all(joined.cgroups);
  }
  void operator()(const ControlsWritten& controls) const {
    json["kind"] = "controls_written";
    json["writes"] = json_all(controls.writes);
  }
  void operator()(const MountDone& done) const {
    json["kind"] = "mount";
    json["how"] = word_of(done.how);
    json["fs_type"] = json_text_or_null(done.type);
    json["mounts"] = json_all(done.mounts);
    json["options"] = json_words(done.options);
    json["data"] = json_text_or_null(done.data);
    json["propagation"] = json_text_or_null(done.propagation);
    json["recursive"] = done.recursive;
    json["only_named"] = done.only_named;
    json["beneath"] = done.beneath;
    json["lazily"] = done.lazily;
    json["propagated_to"] = done.propagated;
  }
  void operator()(const DevicesMade& made) const {
    json["kind"] = "nodes_made";
    json["nodes"] = json_all(made.nodes);
  }
  void operator()(const RootSwitched& switched) const {
    json["kind"] = switched.how == RootSwitched::How::kPivot ? "pivot_root" : "chroot";
    json["new_root"] = json_text(switched.new_root);
    json["new_root_path"] = json_text(switched.new_root_path);
    json["in_other_namespace"] = json_text_or_null(switched.in_other_namespace);
    json["put_old"] = json_text_or_null(switched.put_old);
    json["put_old_path"] = json_text_or_null(switched.put_old_path);
    json["old_root_made"] = json_text_or_null(switched.old_root_made);
    json["old_root_detached_after_ns"] =
        switched.old_root_detached ? json_unsigned(switched.detached_after_ns) : Json();
  }
  void operator()(const PathsMasked& masked) const {
    json["kind"] = "paths_masked";
    json["paths"] = json_all(masked.paths);
  }
  void operator()(const NameGiven& given) const {
    json["kind"] = given.domain ? "domainname" : "hostname";
    json["name"] = json_text(given.name);
  }
  void operator()(const IdentityGiven& given) const {
    json["kind"] = "identity";
    json["pid"] = pid_or_null(given.pid);
    json["changes"] = json_all(given.changes);
  }
  void operator()(const Probed& probed) const {
    json["kind"] = "probes";
    json["what"] = json_text(probed.what);
  }
  void operator()(const HandedOver& handed) const {
    json["kind"] = "hand_over";
    json["itself"] = handed.itself;
    json["path"] = json_text(handed.path);
    json["argv"] = json_words(handed.argv);
    json["uid"] = handed.uid;
    json["gid"] = handed.gid;
    json["host_uid"] = handed.host_uid;
    json["host_gid"] = handed.host_gid;
    json["capabilities"] = json_hex(handed.capabilities);
    json["no_new_privs"] = handed.no_new_privs;
    json["seccomp"]["mode"] = handed.seccomp_mode;
    json["seccomp"]["filters"] = handed.seccomp_filters ? Json(*handed.seccomp_filters) : Json();
  }
  void operator()(const CallMade& call) const {
    json["kind"] = "call";
    json["name"] = call.name;
    json["about"] = json_text_or_null(call.about);
    if (!call.what.empty()) json["what"] = json_text(call.what);
  }
};

}  // namespace

void add_facts(Json& json, const StepFacts& facts) { std::visit(Facts{json}, facts); }

}  // namespace cttrace
