// A plan as text and as JSON.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/escape.h"
#include "plan.h"

namespace cttrace::ctrun {

std::string PlannedCall::text() const {
  std::string joined;
  for (const std::string& arg : args) joined += (joined.empty() ? "" : ", ") + arg;
  return name + "(" + joined + ")";
}

std::string plan_text(const Plan& plan) {
  std::string text;
  std::string_view phase;
  for (const Step& step : plan.steps) {
    std::string head = phase_name(step.phase) == phase ? "" : std::string(phase_name(step.phase));
    phase = phase_name(step.phase);
    head.resize(13, ' ');
    std::string actor(actor_name(step.actor));
    actor.resize(8, ' ');
    text += head + actor + step.id + ": " + step.what + (step.optional ? " (where possible)" : "") + "\n";
    for (const PlannedCall& call : step.calls) text += std::string(25, ' ') + call.text() + "\n";
  }
  std::string safe;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = text.find('\n', begin);
    safe += escape_for_terminal(text.substr(begin, end - begin)) + "\n";
    begin = end + 1;
  }
  return safe;
}

std::string plan_json(const Plan& plan) {
  nlohmann::ordered_json steps = nlohmann::ordered_json::array();
  for (const Step& step : plan.steps) {
    nlohmann::ordered_json calls = nlohmann::ordered_json::array();
    for (const PlannedCall& call : step.calls) calls.push_back({{"name", call.name}, {"args", call.args}});
    steps.push_back({{"id", step.id},
                     {"phase", phase_name(step.phase)},
                     {"actor", actor_name(step.actor)},
                     {"what", step.what},
                     {"optional", step.optional},
                     {"calls", std::move(calls)}});
  }
  const nlohmann::ordered_json document = {{"plan", "ctrun"}, {"version", 1}, {"steps", std::move(steps)}};
  return document.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace cttrace::ctrun
