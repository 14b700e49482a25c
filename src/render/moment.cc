#include "render/moment.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/escape.h"
#include "render/completeness.h"
#include "render/json_state.h"
#include "render/story_lines.h"
#include "render/story_state.h"

namespace cttrace {
namespace {

std::string time_text(const Moment& moment, const TraceInfo& info) {
  const uint64_t since_ns = moment.time_ns - std::min(moment.time_ns, info.start_ns);
  return fmt::format("+{}.{:06} ms", since_ns / 1'000'000, since_ns % 1'000'000);
}

std::string iso_text(const Moment& moment, const TraceInfo& info) {
  return utc_time(moment.time_ns + static_cast<uint64_t>(info.realtime_offset_ns));
}

std::string name_of(const ContainerThen& container) {
  std::string name = "container";
  if (!container.short_name.empty()) name += " " + escape_for_terminal(container.short_name);
  if (container.runtime.name.empty()) return name;
  name += " (" + escape_for_terminal(container.runtime.name);
  if (!container.runtime.version.empty()) name += " " + escape_for_terminal(container.runtime.version);
  return name + ")";
}

std::string stage_of(const ContainerThen& container) {
  switch (container.stage) {
    case ContainerThen::Stage::kOlder: return "was there when tracing began";
    case ContainerThen::Stage::kSettingUp:
      return fmt::format("being set up, as process {} sees it", container.task.tid);
    case ContainerThen::Stage::kRuns: break;
  }
  return fmt::format("runs as process {}", container.task.tid);
}

const char* stage_name(ContainerThen::Stage stage) {
  switch (stage) {
    case ContainerThen::Stage::kOlder: return "older";
    case ContainerThen::Stage::kSettingUp: return "setting_up";
    case ContainerThen::Stage::kRuns: break;
  }
  return "runs";
}

HandedOverOptions options_for(const ContainerThen& container) {
  HandedOverOptions handed = compared_with_starter(container.namespaces);
  if (container.stage != ContainerThen::Stage::kRuns) handed.older = "there when tracing began";
  return handed;
}

}  // namespace

std::string moment_text(const Moment& moment, const TraceInfo& info, const RenderOptions& options) {
  StoryLines lines(options, info, moment.time_ns);
  lines.heading({fmt::format("event {}", moment.event), time_text(moment, info) + " after tracing began",
                 iso_text(moment, info),
                 moment.containers.empty() ? "no container" : plural(moment.containers.size(), "container")});
  for (const ContainerThen& container : moment.containers) {
    lines.raw("\n");
    lines.heading({name_of(container), container.kind == "container" ? "" : container.kind, stage_of(container)});
    const std::string id = container.name == container.short_name ? "" : escape_for_terminal(container.name);
    if (!id.empty()) lines.detail("id", id);
    HandedOverOptions handed = options_for(container);
    handed.style = {
        .width = options.width, .indent = 4, .color = options.color, .unicode = false, .verbose = options.verbose};
    handed.style.id = id;
    lines.raw("  state\n" + handed_over(moment.state, container.task, handed));
  }
  return lines.take();
}

Json json_moment(const Moment& moment, const TraceInfo& info) {
  Json json;
  json["type"] = "moment";
  json["event"] = json_unsigned(moment.event);
  json["time_ns"] = json_unsigned(moment.time_ns);
  json["since_start_ns"] = json_unsigned(moment.time_ns - std::min(moment.time_ns, info.start_ns));
  json["time"] = iso_text(moment, info);
  json["containers"] = Json::array();
  for (const ContainerThen& container : moment.containers) {
    Json& entry = json["containers"].emplace_back();
    entry["number"] = container.number ? Json(container.number) : Json();
    entry["name"] = container.name.empty() ? Json() : json_text(container.name);
    entry["short_name"] = container.short_name.empty() ? Json() : json_text(container.short_name);
    entry["kind"] = container.kind.empty() ? Json() : Json(container.kind);
    entry["runtime"] = container.runtime.name.empty() ? Json() : json_text(container.runtime.name);
    entry["stage"] = stage_name(container.stage);
    entry["state"] = json_handed_over(moment.state, container.task, options_for(container));
  }
  return json;
}

}  // namespace cttrace
