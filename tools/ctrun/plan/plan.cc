// The order of things: what is set up when.
#include "plan/plan.h"

#include <sched.h>

#include <filesystem>

#include "config/names.h"
#include "plan/parts.h"

namespace cttrace::ctrun {
namespace {

constexpr std::string_view kPhases[] = {"create",  "user maps",   "namespaces", "cgroup",  "rootfs",   "mounts",
                                        "devices", "root switch", "masking",    "network", "identity", "hand-over"};
constexpr std::string_view kActors[] = {"parent", "maker", "init"};

void refuse_what_contradicts(const Request& request) {
  const Config& config = request.config;
  const auto refuse = [](const char* what, const char* why) {
    throw Failure(Error{.what = "make", .subject = what, .why = why});
  };
  const Mistake mistake = request.choices.mistake;
  if (mistake == Mistake::kUnmaskedPath && config.masked_paths.empty())
    refuse("the mistake unmasked-path", "the configuration masks nothing");
  if (mistake == Mistake::kWritablePath && config.readonly_paths.empty())
    refuse("the mistake writable-path", "the configuration has no readonlyPaths");
  if (mistake == Mistake::kSeccompTooLate && !config.seccomp)
    refuse("the mistake seccomp-too-late", "the configuration has no seccomp filter");
  if (config.joins(CLONE_NEWNS) && mistake != Mistake::kNone)
    refuse("a mistake", "a mount namespace that is there is used as it is");
}

}  // namespace

std::string_view phase_name(Phase phase) { return kPhases[static_cast<size_t>(phase)]; }
std::string_view actor_name(Actor actor) { return kActors[static_cast<size_t>(actor)]; }

void StepList::add(Phase phase, Actor actor, std::string id, std::string what, std::vector<PlannedCall> calls,
                   Action action, bool optional) {
  std::string unique = id;
  for (int number = 2; !ids_.insert(unique).second; ++number) unique = id + "#" + std::to_string(number);
  plan_.steps.push_back(
      {std::move(unique), phase, actor, std::move(what), std::move(calls), optional, std::move(action)});
}

void plan_hooks(StepList& steps, Actor actor, const std::string& kind, const std::vector<Hook>& hooks,
                const std::string& status) {
  if (hooks.empty()) return;
  std::vector<PlannedCall> calls;
  for (const Hook& hook : hooks) calls.push_back({"execve", {in_quotes(hook.path), "[...]", "[...]"}});
  const std::string what = std::to_string(hooks.size()) + (hooks.size() == 1 ? " hook" : " hooks") + " of " + kind;
  steps.add(Phase::kHandOver, actor, "hooks:" + kind, what, std::move(calls), RunHooks{kind, hooks, status});
}

std::string in_rootfs(const Config& config, const std::string& path) {
  const std::string whole =
      (std::filesystem::path(config.rootfs) /
       path.substr(path.find_first_not_of('/') == std::string::npos ? path.size() : path.find_first_not_of('/')))
          .lexically_normal()
          .string();
  return whole.size() > 1 && whole.back() == '/' ? whole.substr(0, whole.size() - 1) : whole;
}

Plan make_plan(const Request& request) {
  refuse_what_contradicts(request);
  PlanBuilder builder(request);
  const Hooks& hooks = request.config.hooks;
  const bool own_mounts = request.config.makes(CLONE_NEWNS);
  if (request.waits_for_start)
    builder.add(Phase::kCreate, Actor::kParent, "fifo", "the fifo at which init waits to be started",
                {{"mknod", {in_quotes("<state>/start.fifo"), "S_IFIFO|0600", "0"}},
                 {"mknod", {in_quotes("<state>/result.fifo"), "S_IFIFO|0600", "0"}}},
                MakeFifo{});
  plan_cgroups(builder);
  plan_processes(builder);
  plan_network_outside(builder);
  if (own_mounts) {
    plan_rootfs(builder);
    plan_mounts(builder);
    plan_devices(builder);
  }
  plan_hooks(builder, Actor::kParent, "prestart", hooks.prestart, "created");
  plan_hooks(builder, Actor::kParent, "createRuntime", hooks.create_runtime, "created");
  plan_hooks(builder, Actor::kInit, "createContainer", hooks.create_container, "created");
  if (own_mounts) {
    plan_masking(builder);
    plan_root_switch(builder);
  }
  plan_names(builder);
  plan_network_inside(builder);
  plan_device_rules(builder);
  plan_limits(builder, request.config.process);
  builder.add(Phase::kHandOver, Actor::kParent, "save-state", "what ctrun must know of the container later", {},
              SaveState{});
  const bool own_ids_only = request.config.gid_mappings.size() == 1 && request.config.gid_mappings[0].size == 1;
  plan_identity(builder, {.process = request.config.process,
                          .seccomp = request.config.seccomp.has_value(),
                          .last_capability = request.host.last_capability,
                          .may_set_groups = request.host.uid == 0 || !own_ids_only,
                          .personality = request.config.personality,
                          .mistake = request.choices.mistake,
                          .waits_for_start = request.waits_for_start,
                          .start_hooks = &hooks.start_container});
  if (!request.waits_for_start) plan_hooks(builder, Actor::kParent, "poststart", hooks.poststart, "running");
  return std::move(builder.plan());
}

}  // namespace cttrace::ctrun
