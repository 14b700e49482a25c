// The frame of a trace in JSON, and which events are in it.
#include "render/json.h"

#include <nlohmann/json.hpp>

#include "render/filter.h"
#include "render/json_changes.h"
#include "render/json_events.h"
#include "render/json_story.h"
#include "render/moment.h"

namespace cttrace {
namespace {

// ASCII alone: a terminal acts on nothing that a traced process says.
std::string text_of(const Json& json) { return json.dump(-1, ' ', true, Json::error_handler_t::replace); }

Json json_summary(const Summary& summary) {
  Json json = Json::array();
  for (const auto& [name, counts] : summary.by_name()) {
    Json entry;
    entry["name"] = name;
    entry["calls"] = json_unsigned(counts.calls);
    entry["errors"] = json_unsigned(counts.errors);
    entry["time_ns"] = json_unsigned(counts.time_ns);
    json.push_back(std::move(entry));
  }
  return json;
}

}  // namespace

void JsonRenderer::begin(const TraceInfo& info) {
  info_ = info;
  std::string header = text_of(json_header(info));
  if (!stream_) header = R"({"type":"trace","version":1,"header":)" + header + R"(,"events":[)";
  sink_(header + "\n");
}

void JsonRenderer::write(std::string object) {
  if (!stream_ && !first_) object.insert(0, ",");
  first_ = false;
  object += '\n';
  sink_(object);
}

void JsonRenderer::write(Json&& object, EventNumber number) {
  if (number) object["event"] = json_unsigned(number);
  write(text_of(object));
}

void JsonRenderer::news(const News& news) {
  if (options_.with_calls) write(text_of(json_news(news, options_.trees)));
}

// Of what was not asked for, only where the model is not sure of itself.
void JsonRenderer::changes(const State& state, const Changes& changes, EventNumber number, bool chosen) {
  completeness_.see(changes);
  if (!options_.with_calls) return;
  Json json = json_changes(state, changes, !chosen || !shown_);
  if (!json["changes"].empty()) write(std::move(json), number);
}

void JsonRenderer::moment(const Moment& moment) { write(text_of(json_moment(moment, info_))); }

void JsonRenderer::event(const Event& event, EventNumber number) {
  completeness_.see(event);
  // What strangers have changed is told, though not that they did; that they come and go is not.
  shown_ = !is_of_stranger(event) || std::holds_alternative<Call>(event);
  if (is_of_stranger(event)) return;
  if (const auto* call = std::get_if<Call>(&event)) {
    shown_ = is_shown(*call, options_.status);
    if (!shown_) return;
    if (options_.summary) summary_.count(*call);
    if (options_.with_calls) write(json_event(*call, options_), number);
    return;
  }
  if (!options_.with_calls) return;
  std::visit(
      [&](const auto& happened) {
        using T = std::decay_t<decltype(happened)>;
        if constexpr (std::is_same_v<T, Loss>) {
          if (happened.final) return;  // the completeness says it
        }
        if constexpr (!std::is_same_v<T, Call>) write(json_event(happened), number);
      },
      event);
}

void JsonRenderer::end(const BadRecords& bad, bool whole) {
  Json json = json_completeness(completeness_, bad, whole);
  if (options_.summary) json["summary"] = json_summary(summary_);
  const std::string object = text_of(json);
  sink_(stream_ ? object + "\n" : R"(],"completeness":)" + object + "}\n");
}

}  // namespace cttrace
