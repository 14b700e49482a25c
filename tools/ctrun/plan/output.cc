// A plan as text and as JSON.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/escape.h"
#include "plan/plan.h"

namespace cttrace::ctrun {

std::string PlannedCall::text() const {
  std::string joined;
  for (const std::string& arg : args) joined += (joined.empty() ? "" : ", ") + arg;
  return name + "(" + joined + ")";
}

namespace {

constexpr size_t kIndent = 21, kWidth = 80, kShown = 3;

bool folds(const Step& step) {
  return std::holds_alternative<JoinCgroup>(step.action) || std::holds_alternative<WriteControl>(step.action) ||
         std::holds_alternative<MaskPath>(step.action) || std::holds_alternative<ReadonlyPath>(step.action) ||
         std::holds_alternative<MakeDevice>(step.action);
}

bool alike(const Step& a, const Step& b) {
  return folds(a) && a.action.index() == b.action.index() && a.phase == b.phase && a.actor == b.actor;
}

// Broken at spaces; what has none for a whole line stays whole.
std::string wrapped(const std::string& text) {
  std::string lines;
  size_t column = kIndent;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find(' ', begin), text.size());
    const size_t length = end - begin;
    if (column > kIndent && column + 1 + length > kWidth) {
      lines += "\n" + std::string(kIndent, ' ');
      column = kIndent;
    } else if (column > kIndent) {
      lines += ' ';
      ++column;
    }
    lines += text.substr(begin, length);
    column += length;
    begin = end + 1;
  }
  return lines;
}

std::string head_of(const Step& step, std::string_view& phase) {
  std::string head = phase_name(step.phase) == phase ? "" : std::string(phase_name(step.phase));
  phase = phase_name(step.phase);
  head.resize(13, ' ');
  head += actor_name(step.actor);
  head.resize(kIndent, ' ');
  return head;
}

std::string said(const Step& step) {
  return escape_for_terminal(step.what) + (step.optional ? " (where possible)" : "");
}

}  // namespace

std::string plan_text(const Plan& plan, bool verbose) {
  std::string text;
  std::string_view phase;
  for (size_t index = 0; index < plan.steps.size();) {
    const Step& step = plan.steps[index];
    text += head_of(step, phase);
    size_t end = index + 1;
    while (!verbose && end < plan.steps.size() && alike(step, plan.steps[end])) ++end;
    if (verbose) {
      text += escape_for_terminal(step.id) + ": " + said(step) + "\n";
      for (const PlannedCall& call : step.calls)
        text += std::string(kIndent, ' ') + escape_for_terminal(call.text()) + "\n";
    } else {
      std::string all;
      const size_t shown = end - index > kShown + 1 ? index + kShown : end;
      for (size_t each = index; each < shown; ++each) all += (all.empty() ? "" : "; ") + said(plan.steps[each]);
      if (shown < end) all += "; " + std::to_string(end - shown) + " more";
      text += wrapped(all) + "\n";
    }
    index = end;
  }
  return text;
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
