// Header, events other than calls, and completeness in JSON.
#include "render/json_events.h"

#include <sys/wait.h>

#include <nlohmann/json.hpp>

#include "cttrace/namespace.h"

namespace cttrace {
namespace {

Json begun(const char* type, const Task& task, uint64_t time_ns) {
  Json json = json_object(32);
  json["type"] = type;
  json["tid"] = task.tid;
  json["tgid"] = task.tgid;
  json["task_start_ns"] = json_unsigned(task.start_ns);
  json["time_ns"] = json_unsigned(time_ns);
  return json;
}

Json ids_of(uint32_t real, uint32_t effective, uint32_t saved, uint32_t fs) {
  Json json = json_object(4);
  add(json, "real", real);
  add(json, "effective", effective);
  add(json, "saved", saved);
  add(json, "fs", fs);
  return json;
}

Json capabilities_of(const Snapshot& snapshot) {
  Json json = json_object(5);
  add(json, "inheritable", json_hex(snapshot.cap_inheritable));
  add(json, "permitted", json_hex(snapshot.cap_permitted));
  add(json, "effective", json_hex(snapshot.cap_effective));
  add(json, "bounding", json_hex(snapshot.cap_bounding));
  add(json, "ambient", json_hex(snapshot.cap_ambient));
  return json;
}

Json map_of(const std::optional<std::vector<IdExtent>>& map) {
  if (!map) return nullptr;
  Json json = Json::array();
  for (const auto& extent : *map) {
    Json entry;
    entry["first"] = extent.first;
    entry["lower_first"] = extent.lower_first;
    entry["count"] = extent.count;
    json.push_back(std::move(entry));
  }
  return json;
}

Json counts_of(const Loss* loss, bool lost) {
  Json json;
  for (size_t kind = 0; kind < CT_LOSS_COUNT; ++kind)
    if (loss_kind(kind).lost == lost) json[loss_kind(kind).field] = loss ? json_unsigned(loss->counts[kind]) : Json();
  return json;
}

Json json_disagreement(const Disagreement& told) {
  Json json;
  json["pid"] = told.pid;
  json["when"] = told.when;
  json["differences"] = Json::array();
  for (const Difference& each : told.differences) {
    Json& entry = json["differences"].emplace_back();
    entry["what"] = json_text(each.what);
    entry["cttrace"] = json_text(each.model);
    entry["kernel"] = json_text(each.kernel);
  }
  json["more"] = json_unsigned(told.more);
  return json;
}

Json json_verification(const VerificationReport& report) {
  Json json;
  json["containers"] = json_unsigned(report.containers);
  json["comparisons"] = json_unsigned(report.comparisons);
  json["not_verified"] = Json::array();
  for (const auto& [why, containers] : report.not_verified) {
    Json& entry = json["not_verified"].emplace_back();
    entry["why"] = json_text(why);
    entry["containers"] = json_unsigned(containers);
  }
  json["disagreements"] = Json::array();
  for (const Disagreement& each : report.disagreements) json["disagreements"].push_back(json_disagreement(each));
  json["more_disagreements"] = json_unsigned(report.more_disagreements);
  return json;
}

}  // namespace

Json json_namespaces(const NamespaceInodes& namespaces) {
  Json json = json_object(CT_NS_COUNT);
  for (size_t i = 0; i < CT_NS_COUNT; ++i) add(json, kNamespaceLinks[i].name, json_number_or_null(namespaces[i]));
  return json;
}

Json json_header(const TraceInfo& info) {
  Json json;
  json["type"] = "header";
  json["version"] = 1;
  json["cttrace"] = json_text(info.cttrace_version);
  json["host"] = json_text(info.host);
  json["kernel"] = json_text(info.kernel);
  json["kernel_traits"] = Json::array();
  for (const auto& trait : info.kernel_traits) json["kernel_traits"].push_back(json_text(trait));
  json["machine"] = abi_name(info.machine);
  json["backend"] = json_text(info.backend);
  json["hooks"] = json_text(info.hooks);
  json["command"] = Json::array();
  for (const auto& word : info.command) json["command"].push_back(json_text(word));
  json["start_ns"] = json_unsigned(info.start_ns);
  json["start"] = utc_time(info.start_ns + static_cast<uint64_t>(info.realtime_offset_ns));
  json["realtime_offset_ns"] = json_signed(info.realtime_offset_ns);
  json["roots"] = info.roots;
  return json;
}

Json json_event(const Fork& fork) {
  Json json = begun("fork", fork.task, fork.time_ns);
  json["child"]["tid"] = fork.child.tid;
  json["child"]["tgid"] = fork.child.tgid;
  json["child"]["start_ns"] = json_unsigned(fork.child.start_ns);
  json["child"]["pids"] = fork.child_pids;
  json["child"]["namespaces"] = json_namespaces(fork.child_namespaces);
  if (fork.child_cgroup) json["child"]["cgroup"] = json_text(*fork.child_cgroup);
  return json;
}

Json json_event(const Snapshot& snapshot) {
  Json json = begun(snapshot.at_start ? "state" : "exec", snapshot.task, snapshot.time_ns);
  json["old_tid"] = snapshot.old_tid;
  json["parent_tgid"] = snapshot.parent_tgid;
  json["comm"] = json_text(snapshot.comm);
  json["exe"] = json_file(snapshot.exe);
  json["cwd"] = json_file(snapshot.cwd);
  json["root"] = json_file(snapshot.root);
  if (snapshot.open) json["open"] = json_files(*snapshot.open);
  json["namespaces"] = json_namespaces(snapshot.namespaces);
  json["pids"] = snapshot.pids;
  json["cgroup"] = json_text(snapshot.cgroup);
  json["uid"] = ids_of(snapshot.uid, snapshot.euid, snapshot.suid, snapshot.fsuid);
  json["gid"] = ids_of(snapshot.gid, snapshot.egid, snapshot.sgid, snapshot.fsgid);
  json["groups"] = snapshot.groups;
  json["user_ns_level"] = snapshot.user_ns_level;
  json["uid_map"] = map_of(snapshot.uid_map);
  json["gid_map"] = map_of(snapshot.gid_map);
  json["capabilities"] = capabilities_of(snapshot);
  json["securebits"] = snapshot.securebits ? Json(json_hex(*snapshot.securebits)) : Json();
  json["no_new_privs"] = snapshot.no_new_privs;
  json["seccomp"]["mode"] = snapshot.seccomp_mode;
  json["seccomp"]["filters"] = snapshot.seccomp_filters ? Json(*snapshot.seccomp_filters) : Json();
  json["oom_score_adj"] = snapshot.oom_score_adj;
  return json;
}

namespace {

const char* kind_name(Killer::Kind kind) {
  switch (kind) {
    case Killer::Kind::kProcess: return "process";
    case Killer::Kind::kParent: return "parent";
    case Killer::Kind::kPidNamespace: return "pid_namespace";
    case Killer::Kind::kKernel: return "kernel";
    case Killer::Kind::kOutOfMemory: break;
  }
  return "out_of_memory";
}

}  // namespace

void add_killer(Json& ended, const MaybeKiller& killer) {
  if (!killer) return;
  Json& json = ended["killed_by"];
  json["kind"] = kind_name(killer->kind);
  if (killer->kind == Killer::Kind::kKernel || killer->kind == Killer::Kind::kOutOfMemory) return;
  json["pid"] = json_number_or_null(killer->pid);
  json["comm"] = json_text(killer->comm);
}

Json json_event(const TaskExit& exit) {
  const int status = static_cast<int>(exit.code);
  Json json = begun("exit", exit.task, exit.time_ns);
  json["code"] = exit.code;
  json["exit_status"] = WIFEXITED(status) ? Json(WEXITSTATUS(status)) : Json();
  json["signal"] = nullptr;
  if (WIFSIGNALED(status)) {
    const auto number = static_cast<uint64_t>(WTERMSIG(status));
    json["signal"] = json_value({.kind = ValueKind::kSignal, .number = number}, {});
  }
  json["core_dumped"] = WIFSIGNALED(status) && WCOREDUMP(status);
  add_killer(json, exit.killed_by);
  json["last_of_process"] = exit.last_of_process;
  if (exit.held && !exit.held->empty()) json["held"] = json_files(*exit.held);
  return json;
}

Json json_event(const CgroupAttach& attach) {
  Json json = begun("cgroup", attach.task, attach.time_ns);
  json["moved"]["tid"] = attach.moved.tid;
  json["moved"]["tgid"] = attach.moved.tgid;
  json["moved"]["start_ns"] = json_unsigned(attach.moved.start_ns);
  json["with_threads"] = attach.with_threads;
  json["hierarchy"] = attach.hierarchy;
  json["path"] = json_text(attach.path);
  json["cgroup_id"] = json_unsigned(attach.cgroup_id);
  return json;
}

Json json_event(const Mounts& mounts) {
  Json json;
  json["type"] = "mounts";
  json["time_ns"] = json_unsigned(mounts.time_ns);
  json["mount_ns"] = mounts.mount_ns;
  json["mountinfo"] = json_text(mounts.mountinfo);
  return json;
}

Json json_event(const Loss& loss) {
  Json json;
  json["type"] = "loss";
  json["time_ns"] = json_unsigned(loss.time_ns);
  json["recorded"] = json_unsigned(loss.recorded);
  json["lost"] = counts_of(&loss, true);
  json["incomplete"] = counts_of(&loss, false);
  return json;
}

Json json_completeness(const Completeness& completeness, const BadRecords& bad, bool whole) {
  const Loss* loss = completeness.loss ? &*completeness.loss : nullptr;
  Json json;
  json["type"] = "completeness";
  json["whole"] = whole;
  json["closed"] = loss && loss->final;
  json["recorded"] = loss ? json_unsigned(loss->recorded) : Json();
  json["events"] = json_unsigned(completeness.events);
  json["calls"] = json_unsigned(completeness.calls);
  json["strangers"]["calls"] = json_unsigned(completeness.calls_of_strangers);
  json["strangers"]["some"] = Json::array();
  for (const auto& [pid, comm] : completeness.strangers)
    json["strangers"]["some"].push_back({{"tgid", pid}, {"comm", json_text(comm)}});
  json["lost"] = counts_of(loss, true);
  json["lost"]["entries"] = json_unsigned(completeness.entries_lost);
  json["lost"]["returns"] = json_unsigned(completeness.returns_lost);
  json["lost"]["malformed"] = json_unsigned(bad.malformed);
  json["lost"]["late"] = json_unsigned(bad.late);
  json["incomplete"] = counts_of(loss, false);
  json["truncated"] = json_unsigned(completeness.truncated);
  json["cut"] = json_unsigned(completeness.cut);
  json["unresolved"] = json_unsigned(completeness.unresolved);
  json["did_not_return"] = json_unsigned(completeness.did_not_return);
  json["contradicted"] = json_unsigned(completeness.contradicted);
  json["still_running"] = loss ? Json(loss->still_running) : Json();
  if (completeness.verification) json["verification"] = json_verification(*completeness.verification);
  return json;
}

}  // namespace cttrace
