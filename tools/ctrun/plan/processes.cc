// From ctrun to init: cgroups, the process, its ids and its namespaces.
#include <sched.h>
#include <signal.h>

#include <algorithm>
#include <set>

#include "config/names.h"
#include "plan/parts.h"

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x80
#endif

namespace cttrace::ctrun {
namespace {

std::string pid_word(Actor actor) { return "<" + std::string(actor_name(actor)) + ">"; }

std::string mapping_text(const std::vector<IdMapping>& mappings) {
  std::string text;
  for (const IdMapping& each : mappings)
    text += std::to_string(each.container) + " " + std::to_string(each.host) + " " + std::to_string(each.size) + "\n";
  return text;
}

std::string namespaces_text(uint64_t flags) {
  std::string text;
  for (const NamespaceKind& kind : namespace_kinds())
    if (flags & kind.flag) text += (text.empty() ? "" : ", ") + std::string(kind.proc);
  return text;
}

void plan_maps(PlanBuilder& builder, Actor whose) {
  const Config& config = builder.config();
  const bool helper = builder.request().host.uid != 0;
  WriteMaps maps{whose, config.uid_mappings, config.gid_mappings, helper, false};
  const bool only_self = config.uid_mappings.size() == 1 && config.uid_mappings[0].size == 1 &&
                         config.gid_mappings.size() == 1 && config.gid_mappings[0].size == 1;
  if (helper && only_self) {
    maps.by_helper = false;
    maps.deny_setgroups = true;
  }
  std::vector<PlannedCall> calls;
  const std::string folder = "/proc/" + pid_word(whose) + "/";
  if (maps.by_helper) {
    calls = {{"execve", {in_quotes("newuidmap"), "[...]", "[...]"}},
             {"execve", {in_quotes("newgidmap"), "[...]", "[...]"}}};
  } else {
    if (maps.deny_setgroups) calls.push_back({"write", {in_quotes(folder + "setgroups"), in_quotes("deny")}});
    calls.push_back({"write", {in_quotes(folder + "uid_map"), in_quotes(mapping_text(maps.uids))}});
    calls.push_back({"write", {in_quotes(folder + "gid_map"), in_quotes(mapping_text(maps.gids))}});
  }
  builder.add(Phase::kUserMaps, Actor::kParent, "user-maps", "the ids of the user namespace are mapped to the host's",
              std::move(calls), std::move(maps));
}

void plan_become_root(PlanBuilder& builder, Actor who) {
  builder.add(Phase::kIdentity, who, "become-root", "root of the user namespace",
              {{"setresgid", {"0", "0", "0"}}, {"setresuid", {"0", "0", "0"}}}, BecomeRoot{});
}

void plan_process(PlanBuilder& builder, Actor maker, Actor made, uint64_t flags, const std::string& into_cgroup) {
  const CreateBy by = builder.request().choices.create;
  const std::string role = made == Actor::kMaker ? "the maker of init, which joins and makes namespaces first"
                                                 : "init, which becomes the container's program";
  MakeProcess process{made, by, flags, by == CreateBy::kClone3 ? into_cgroup : ""};
  if (by == CreateBy::kUnshare || made == Actor::kMaker) process.by = CreateBy::kClone;
  std::string what = role;
  if (const std::string made_namespaces = namespaces_text(flags); !made_namespaces.empty())
    what += "; new " + made_namespaces;
  PlannedCall call{"clone", {"child_stack=NULL", "flags=" + clone_flags_text(flags | SIGCHLD)}};
  if (process.by == CreateBy::kClone3) {
    const uint64_t all = flags | (process.into_cgroup.empty() ? 0 : 0x200000000ULL);
    std::string args = "{flags=" + clone_flags_text(all);
    if (!(flags & CLONE_PARENT)) args += ", exit_signal=SIGCHLD";
    if (!process.into_cgroup.empty()) args += ", cgroup=<" + process.into_cgroup + ">";
    call = {"clone3", {args + "}", "<size>"}};
  }
  const std::string id = made == Actor::kMaker ? "make-maker" : "make-init";
  builder.add(Phase::kCreate, maker, id, what, {call}, std::move(process));
}

uint64_t made_namespaces(const Config& config) {
  uint64_t flags = 0;
  for (const Namespace& each : config.namespaces)
    if (each.path.empty()) flags |= each.type;
  return flags;
}

void plan_joins(PlanBuilder& builder) {
  const Config& config = builder.config();
  for (const NamespaceKind& kind : namespace_kinds()) {
    const Namespace* joined = config.find_namespace(kind.flag);
    if (!joined || joined->path.empty()) continue;
    builder.add(Phase::kNamespaces, Actor::kMaker, "join:" + std::string(kind.proc),
                "the " + std::string(kind.proc) + " namespace of " + joined->path,
                {{"setns", {"<" + joined->path + ">", clone_flags_text(kind.flag)}}},
                JoinNamespace{kind.flag, joined->path});
    if (kind.flag == CLONE_NEWUSER) plan_become_root(builder, Actor::kMaker);
  }
}

void plan_unshare(PlanBuilder& builder, Actor actor, uint64_t flags) {
  if (flags == 0) return;
  builder.add(Phase::kNamespaces, actor, "unshare", "new " + namespaces_text(flags),
              {{"unshare", {clone_flags_text(flags)}}}, Unshare{flags});
}

using Writes = std::vector<std::pair<std::string, std::string>>;

Writes writes_of(PlanBuilder& builder) {
  Resources resources = builder.request().config.resources;
  if (builder.errs(Mistake::kDiskDevice)) resources.devices.clear();
  return resource_writes(builder.request().host, resources, builder.plan().cgroups);
}

void add_writes(PlanBuilder& builder, const Writes& writes, bool of_devices) {
  for (const auto& [file, value] : writes) {
    const std::string name = file.substr(file.rfind('/') + 1);
    if ((name.rfind("devices.", 0) == 0) != of_devices) continue;
    builder.add(Phase::kCgroup, Actor::kParent, "limit:" + name, name + " = " + value,
                {{"write", {in_quotes(file), in_quotes(value)}}}, WriteControl{file, value});
  }
}

// A folder of v2 has the files of a controller once the folder above has enabled it for those below, all the way down.
void plan_controllers(PlanBuilder& builder, const Writes& writes) {
  const auto& hierarchies = builder.request().host.hierarchies;
  const Plan& plan = builder.plan();
  for (size_t i = 0; i < plan.cgroups.size(); ++i) {
    if (!hierarchies[i].unified) continue;
    const std::string folder = plan.cgroups[i] + "/";
    std::set<std::string> needed;
    for (const auto& [file, value] : writes)
      if (file.rfind(folder, 0) == 0)
        needed.insert(file.substr(folder.size(), file.find('.', folder.size()) - folder.size()));
    needed.erase("cgroup");  // cgroup.freeze and the like are everybody's
    if (needed.empty()) continue;
    std::string words;
    for (const std::string& each : needed) words += (words.empty() ? "+" : " +") + each;
    const std::string& top = hierarchies[i].mount_point;
    for (size_t end = top.size(); end != std::string::npos && end < plan.cgroups[i].size();
         end = plan.cgroups[i].find('/', end + 1)) {
      const std::string above = plan.cgroups[i].substr(0, end);
      builder.add(Phase::kCgroup, Actor::kParent, "controllers:" + above, words + " for what is below " + above,
                  {{"write", {in_quotes(above + "/cgroup.subtree_control"), in_quotes(words)}}},
                  EnableControllers{above, {needed.begin(), needed.end()}}, true);
    }
  }
}

std::string unified_folder(const PlanBuilder& builder, const Plan& plan) {
  const auto& hierarchies = builder.request().host.hierarchies;
  for (size_t i = 0; i < hierarchies.size() && i < plan.cgroups.size(); ++i)
    if (hierarchies[i].unified) return plan.cgroups[i];
  return {};
}

}  // namespace

void plan_cgroups(PlanBuilder& builder) {
  const Request& request = builder.request();
  // An ordinary user's cgroups are not ours to change.
  if (request.host.uid != 0 || request.host.hierarchies.empty()) return;
  Plan& plan = builder.plan();
  plan.cgroups = cgroup_folders(request.host, request.config.cgroups_path, request.id);
  std::vector<PlannedCall> calls;
  for (const std::string& folder : plan.cgroups) calls.push_back({"mkdir", {in_quotes(folder), "0755"}});
  builder.add(Phase::kCgroup, Actor::kParent, "cgroups", "a cgroup in each hierarchy", std::move(calls),
              MakeCgroups{plan.cgroups});
  const auto writes = writes_of(builder);
  plan_controllers(builder, writes);
  for (size_t i = 0; i < plan.cgroups.size(); ++i)
    if (request.host.hierarchies[i].has("cpuset"))
      builder.add(Phase::kCgroup, Actor::kParent, "cpuset", "the cpus and memory nodes of the cgroup above",
                  {{"write", {in_quotes(plan.cgroups[i] + "/cpuset.cpus"), "<of the cgroup above>"}},
                   {"write", {in_quotes(plan.cgroups[i] + "/cpuset.mems"), "<of the cgroup above>"}}},
                  CopyCpuset{plan.cgroups[i]});
  add_writes(builder, writes, false);
}

void plan_device_rules(PlanBuilder& builder) {
  if (!builder.plan().cgroups.empty()) add_writes(builder, writes_of(builder), true);
}

void plan_processes(PlanBuilder& builder) {
  const Config& config = builder.config();
  const CreateBy by = builder.request().choices.create;
  const uint64_t made = made_namespaces(config);
  // A cgroup namespace's root is the cgroup that init is in then. The mqueue of an ipc namespace belongs to who makes
  // it: that must be root of the user namespace already.
  uint64_t late = made & CLONE_NEWCGROUP;
  if ((made & CLONE_NEWUSER) && by != CreateBy::kUnshare) late |= made & CLONE_NEWIPC;
  const bool joins = std::any_of(config.namespaces.begin(), config.namespaces.end(),
                                 [](const Namespace& each) { return !each.path.empty(); });
  // clone(2) has no room for CLONE_NEWTIME: its bit is the exit signal's.
  const uint64_t by_maker = by == CreateBy::kClone ? made & CLONE_NEWTIME : 0;
  const bool needs_maker = joins || by == CreateBy::kUnshare || by_maker != 0;
  const std::string unified = unified_folder(builder, builder.plan());
  const bool into_cgroup = by == CreateBy::kClone3 && !unified.empty();

  bool has_maps = false;
  if (needs_maker) {
    plan_process(builder, Actor::kParent, Actor::kMaker, 0, "");
    plan_name(builder, Actor::kMaker);
    plan_joins(builder);
    uint64_t rest = made & ~late;
    if (by == CreateBy::kUnshare && (made & CLONE_NEWUSER)) {
      plan_unshare(builder, Actor::kMaker, CLONE_NEWUSER);
      plan_maps(builder, Actor::kMaker);
      plan_become_root(builder, Actor::kMaker);
      rest &= ~static_cast<uint64_t>(CLONE_NEWUSER);
      has_maps = true;
    }
    if (by == CreateBy::kUnshare) {
      plan_unshare(builder, Actor::kMaker, rest);
      rest = 0;
    } else if (by_maker) {
      plan_unshare(builder, Actor::kMaker, by_maker);
      rest &= ~by_maker;
    }
    plan_process(builder, Actor::kMaker, Actor::kInit, rest | CLONE_PARENT, unified);
  } else {
    plan_process(builder, Actor::kParent, Actor::kInit, made & ~late, unified);
  }
  const std::vector<std::string> folders = builder.plan().cgroups;
  for (const std::string& folder : folders) {
    if (into_cgroup && folder == unified) continue;
    builder.add(Phase::kCgroup, Actor::kParent, "join-cgroup:" + folder, "init into " + folder,
                {{"write", {in_quotes(folder + "/cgroup.procs"), in_quotes(pid_word(Actor::kInit))}}},
                JoinCgroup{folder});
  }
  if (config.process.oom_score_adj)
    builder.add(Phase::kIdentity, Actor::kParent, "oom-score",
                "oom_score_adj " + std::to_string(*config.process.oom_score_adj),
                {{"write",
                  {in_quotes("/proc/" + pid_word(Actor::kInit) + "/oom_score_adj"),
                   in_quotes(std::to_string(*config.process.oom_score_adj))}}},
                OomScore{*config.process.oom_score_adj});
  const bool init_is_mapped = (made & CLONE_NEWUSER) && !has_maps;
  if (init_is_mapped) plan_maps(builder, Actor::kInit);
  plan_name(builder, Actor::kInit);
  if (init_is_mapped) plan_become_root(builder, Actor::kInit);
  plan_unshare(builder, Actor::kInit, late);
}

}  // namespace cttrace::ctrun
