// The objects of a story.
#include "render/json_story.h"

#include <sys/wait.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "cttrace/namespace.h"
#include "render/json_events.h"
#include "render/json_state.h"
#include "render/story_state.h"
#include "render/trees.h"

namespace cttrace {
namespace {

Json json_task(TaskId task, const std::vector<uint32_t>& pids) {
  if (task.tid == 0) return nullptr;
  Json json;
  json["tid"] = task.tid;
  json["start_ns"] = json_unsigned(task.start_ns);
  json["pids"] = pids;
  return json;
}

Json json_flags(uint64_t flags) { return json_value(scalar(ArgKind::kFlags, flags, 8, "process_flags"), {}); }

void add_ending(Json& json, uint32_t code, const MaybeKiller& killer) {
  const int status = static_cast<int>(code);
  json["exit_status"] = WIFEXITED(status) ? Json(WEXITSTATUS(status)) : Json();
  json["signal"] = nullptr;
  if (WIFSIGNALED(status))
    json["signal"] = json_value({.kind = ValueKind::kSignal, .number = static_cast<uint64_t>(WTERMSIG(status))}, {});
  add_killer(json, killer);
}

void add_said(Json& json, const Said& said) {
  if (said.empty()) return;
  Json& into = json["stderr"];
  into["text"] = json_text(said.text);
  if (said.cut) into["cut"] = true;
  if (said.left_out) into["left_out"] = json_unsigned(said.left_out);
  if (said.may_go_on()) into["may_go_on"] = true;
  into["time_ns"] = json_unsigned(said.time_ns);
}

Json json_stage(const Stage& stage) {
  Json json;
  json["name"] = json_text(stage.name);
  json["program"] = json_text(stage.program);
  json["task"] = json_task(stage.task, stage.pids);
  json["roles"] = Json::array();
  for (std::string_view role : stage.roles) json["roles"].push_back(role);
  json["made_by"] = stage.made_by == UINT32_MAX ? Json() : Json(stage.made_by);
  json["clone_flags"] = json_flags(stage.clone_flags);
  if (!stage.cgroup.empty()) json["cgroup"] = json_text(stage.cgroup);
  json["start_ns"] = json_unsigned(stage.start_ns);
  json["end_ns"] = stage.end_ns ? json_unsigned(stage.end_ns) : Json();
  json["exit_status"] = nullptr;
  json["signal"] = nullptr;
  if (stage.end_ns) add_ending(json, stage.exit_code, stage.killed_by);
  add_said(json, stage.said);
  return json;
}

Json json_stages(const std::vector<Stage>& stages) {
  Json json = Json::array();
  for (const Stage& stage : stages) json.push_back(json_stage(stage));
  return json;
}

Json json_step(const Step& step, const TreeChanges* changes) {
  Json json;
  add_facts(json, step.facts);
  json["stage"] = step.stage;
  json["start_ns"] = json_unsigned(step.start_ns);
  json["duration_ns"] = json_unsigned(step.end_ns - std::min(step.end_ns, step.start_ns));
  json["first_event"] = json_unsigned(step.first);
  json["last_event"] = json_unsigned(step.last);
  json["calls"] = Json::array();
  for (EventNumber call : step.calls) json["calls"].push_back(json_unsigned(call));
  json["call_count"] = step.call_count;
  if (step.left_out) json["left_out"] = step.left_out;
  json["error"] = json_errno(step.killed ? 0 : step.error);
  if (step.denied) json["denied_by_seccomp"] = true;
  if (step.killed) json["killed_by_seccomp"] = true;
  if (!step.message.empty()) json["fs_message"] = json_text(step.message);
  json["normal_failures"] = step.normal_failures;
  if (!step.reason.empty()) json["reason"] = step.reason;
  if (step.error && !step.cause.empty()) json["cause"] = json_text(step.cause);
  if (const std::optional<Trees> trees = trees_around(step, changes)) json["trees"] = json_trees(*trees);
  return json;
}

// Steps in a row that are of the same phase.
Json json_phases(const std::vector<Step>& steps, const TreeChanges* changes) {
  Json phases = Json::array();
  for (const Step& step : steps) {
    if (!step.selected) continue;
    const std::string name(phase_name(step.phase));
    if (phases.empty() || phases.back()["phase"] != name) {
      Json phase;
      phase["phase"] = name;
      phase["steps"] = Json::array();
      phases.push_back(std::move(phase));
    }
    phases.back()["steps"].push_back(json_step(step, changes));
  }
  return phases;
}

Json json_steps(const std::vector<Step>& steps) {
  Json json = Json::array();
  for (const Step& step : steps)
    if (step.selected) json.push_back(json_step(step, nullptr));
  return json;
}

Json json_runtime(const Runtime& runtime) {
  Json json;
  json["name"] = json_text(runtime.name);
  json["executable"] = json_text_or_null(runtime.executable);
  json["version"] = json_text_or_null(runtime.version);
  json["argv"] = json_words(runtime.argv);
  json["pid"] = runtime.pid;
  json["started_by"] = json_words(runtime.started_by);
  return json;
}

const char* ending_name(Ending ending) {
  switch (ending) {
    case Ending::kHandedOver: return "handed_over";
    case Ending::kFailed: return "failed";
    case Ending::kNotComplete: break;
  }
  return "not_complete";
}

const char* word_of(ContainerNamespace::How how) {
  switch (how) {
    case ContainerNamespace::How::kStarters: return "inherited";
    case ContainerNamespace::How::kMade: return "made";
    case ContainerNamespace::How::kJoined: break;
  }
  return "joined";
}

Json json_namespaces(const std::vector<ContainerNamespace>& namespaces) {
  Json json = Json::array();
  for (const ContainerNamespace& each : namespaces) {
    Json entry;
    entry["type"] = json_namespace_type(each.type);
    entry["inode"] = each.inode ? Json(each.inode) : Json();
    entry["how"] = word_of(each.how);
    entry["of"] = json_text_or_null(each.of);
    json.push_back(std::move(entry));
  }
  return json;
}

Json json_set_up(const SetUpStory& story, const TreeChanges* changes) {
  Json json;
  json["ending"] = ending_name(story.ending);
  json["runtime"] = json_runtime(story.runtime);
  json["start_ns"] = json_unsigned(story.start_ns);
  json["duration_ns"] = json_unsigned(story.end_ns - std::min(story.end_ns, story.start_ns));
  json["first_event"] = json_unsigned(story.first);
  json["last_event"] = json_unsigned(story.last);
  json["calls"] = json_unsigned(story.call_count);
  json["quiet_calls"] = json_unsigned(story.quiet_calls);
  json["normal_failures"] = story.normal_failures;
  json["steps_dropped"] = json_unsigned(story.steps_dropped);
  json["doubt"] = json_text_or_null(story.doubt);
  json["program"] = json_task(story.program, story.pids);
  json["argv"] = json_words(story.argv);
  json["namespaces"] = json_namespaces(story.namespaces);
  json["stages"] = json_stages(story.stages);
  json["phases"] = json_phases(story.steps, changes);
  json["handed_over"] = nullptr;
  if (has_state(story))
    json["handed_over"] = json_handed_over(*story.state, story.program, compared_with_starter(story));
  return json;
}

const char* isolation_name(Isolation isolation) {
  switch (isolation) {
    case Isolation::kChroot: return "chroot";
    case Isolation::kMounts: return "mounts";
    case Isolation::kPids: return "pids";
    case Isolation::kContainer: break;
  }
  return "container";
}

Json json_of(const Container& container, const TreeChanges* changes) {
  Json json;
  json["type"] = "container";
  json["number"] = container.number;
  json["name"] = json_text(container.name);
  json["short_name"] = json_text(container.short_name);
  json["isolation"] = isolation_name(container.isolation);
  json["kind"] = container.kind;
  json["bundle"] = json_text_or_null(container.bundle);
  json["rootfs"] = json_text_or_null(container.rootfs);
  if (container.rootfs_inferred) json["rootfs_inferred"] = true;
  json["cgroup"] = json_text_or_null(container.cgroup);
  json["hostname"] = json_text_or_null(container.hostname);
  json["parent"] = container.parent ? Json(container.parent) : Json();
  json["init"] = json_task(container.init, container.init_pids);
  json["init_name"] = json_text_or_null(container.init_name);
  json["set_up"] = json_set_up(container.set_up, changes);
  return json;
}

Json json_of(const EntryMade& made, const TreeChanges* changes) {
  Json json;
  json["type"] = "entry";
  json["container"] = made.container ? Json(made.container) : Json();
  json["there_before"] = made.there_before;
  if (made.starters) json["starters"] = true;
  if (!made.out_of.empty()) json["out_of"] = json_text(made.out_of);
  json["name"] = json_text_or_null(made.container_name);
  json["short_name"] = json_text_or_null(made.short_name);
  json["number"] = made.number ? Json(made.number) : Json();
  json["set_up"] = json_set_up(made.set_up, changes);
  return json;
}

Json json_of(const ContainerWentOn& told, const TreeChanges* changes) {
  Json json;
  json["type"] = told.exit_code ? "container_end" : told.command.empty() ? "container_served" : "container_command";
  json["container"] = told.container ? Json(told.container) : Json();
  json["name"] = json_text(told.name);
  json["short_name"] = json_text(told.short_name);
  json["time_ns"] = json_unsigned(told.time_ns);
  json["since_ns"] = json_unsigned(told.since_ns);
  if (!told.command.empty()) {
    json["argv"] = json_words(told.command);
    json["pids"] = told.command_pids;
  }
  if (told.service) {
    json["by"] = json_runtime(told.service->runtime);
    json["calls"] = json_unsigned(told.service->call_count);
    json["stages"] = json_stages(told.service->stages);
    json["phases"] = json_phases(told.service->steps, changes);
  }
  if (!told.exit_code) return json;
  add_ending(json, *told.exit_code, told.killed_by);
  add_said(json, told.said);
  if (!told.out_of_memory.empty()) json["out_of_memory"] = json_stages(told.out_of_memory);
  if (told.out_of_memory_dropped) json["out_of_memory_dropped"] = json_unsigned(told.out_of_memory_dropped);
  json["entries"] = told.entries;
  json["calls"] = json_unsigned(told.calls_inside);
  json["failures"] = json_steps(told.failures);
  json["failures_dropped"] = json_unsigned(told.failures_dropped);
  return json;
}

Json json_of(const EntryEnded& ended, const TreeChanges*) {
  Json json;
  json["type"] = "entry_end";
  json["container"] = ended.container ? Json(ended.container) : Json();
  json["name"] = json_text_or_null(ended.name);
  json["short_name"] = json_text_or_null(ended.short_name);
  json["number"] = ended.number ? Json(ended.number) : Json();
  json["program"] = ended.program.tid;
  json["time_ns"] = json_unsigned(ended.time_ns);
  json["since_ns"] = json_unsigned(ended.since_ns);
  add_ending(json, ended.exit_code, ended.killed_by);
  add_said(json, ended.said);
  return json;
}

Json json_of(const ProgramFailed& failed, const TreeChanges*) {
  Json json;
  json["type"] = "program_failed";
  json["program"] = json_runtime(failed.program);
  json["time_ns"] = json_unsigned(failed.time_ns);
  json["since_ns"] = json_unsigned(failed.since_ns);
  add_ending(json, failed.exit_code, {});
  json["stages"] = json_stages(failed.stages);
  json["failures"] = json_steps(failed.failures);
  json["steps_dropped"] = json_unsigned(failed.steps_dropped);
  return json;
}

}  // namespace

Json json_errno(int error) {
  if (!error) return nullptr;
  const ErrorName name = error_name(error);
  Json json;
  json["code"] = error;
  json["name"] = name.name.empty() ? Json() : Json(name.name);
  json["text"] = name.name.empty() ? Json() : Json(name.text);
  return json;
}

Json json_namespace_type(uint32_t type) {
  const char* const name = namespace_name(type);
  return name ? Json(name) : Json();
}

Json json_words(const std::vector<std::string>& words) {
  Json json = Json::array();
  for (const std::string& word : words) json.push_back(json_text(word));
  return json;
}

Json json_news(const News& news, const TreeChanges* changes) {
  return std::visit([changes](const auto& each) { return json_of(each, changes); }, news);
}

}  // namespace cttrace
