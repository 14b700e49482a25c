// Remarks.
#include "render/story_remarks.h"

#include <fmt/format.h>
#include <sys/wait.h>

#include <algorithm>
#include <csignal>

#include "render/completeness.h"
#include "render/values.h"

namespace cttrace {

using std::string;

namespace {

string left_out_line(uint64_t writes) {
  return fmt::format("... ({} {} left out)", plural(writes, "write"), writes == 1 ? "was" : "were");
}

// With what is left out in its place.
string text_of(const Said& said) {
  string text = said.text;
  size_t end = text.size();
  for (auto part = said.parts.rbegin(); part != said.parts.rend(); ++part) {
    end -= std::min(end, part->size);
    if (part->left_out) text.replace(text.find("...", end), 3, left_out_line(part->left_out));
  }
  return text;
}

}  // namespace

std::vector<string> lines_of(const Said& said) {
  constexpr size_t kMost = 12;
  std::vector<string> lines;
  const string text = text_of(said);
  std::string_view rest = text;
  while (!rest.empty()) {
    std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (!line.empty()) lines.push_back(safe(line));
  }
  if (lines.empty()) return lines;
  const bool many = lines.size() > kMost;
  if (many) lines.erase(lines.begin(), lines.end() - kMost);
  if (said.cut || many) {
    const bool is_told = std::ranges::any_of(lines, [](const string& line) { return line.ends_with(" left out)"); });
    lines.insert(lines.begin(), said.left_out && !is_told ? left_out_line(said.left_out) : "...");
  }
  if (said.may_go_on())
    lines.push_back(fmt::format("... (more may have followed: a thread's first {} writes are recorded)", CT_FEW));
  return lines;
}

void add(StoryLines& lines, const Remark& remark, bool bad) {
  for (size_t i = 0; i < remark.lines.size(); ++i)
    i == 0 ? lines.add(remark.time_ns, remark.phase, remark.lines[i], bad) : lines.below(remark.lines[i], bad);
}

Remark said_by(const string& who, const Said& said) {
  Remark remark{.time_ns = said.time_ns, .phase = "says", .lines = lines_of(said)};
  if (!who.empty() && !remark.lines.empty()) remark.lines[0] = who + ": " + remark.lines[0];
  return remark;
}

namespace {

// By a signal that follows from what it did.
bool brought_it_upon_itself(const Stage& stage) {
  const int status = static_cast<int>(stage.exit_code);
  if (!stage.end_ns || !WIFSIGNALED(status) || (stage.killed_by && stage.killed_by->kind == Killer::Kind::kProcess))
    return false;
  switch (WTERMSIG(status)) {
    case SIGSYS:
    case SIGSEGV:
    case SIGBUS:
    case SIGILL:
    case SIGFPE:
    case SIGABRT: return true;
    default: return false;
  }
}

bool anybody_says(const std::vector<Stage>& stages) {
  return std::ranges::any_of(stages, [](const Stage& stage) { return !stage.said.empty(); });
}

}  // namespace

std::vector<Remark> remarks_on(const SetUpStory& story, const Around& around, bool verbose) {
  const bool handed_over = story.ending == Ending::kHandedOver;
  std::vector<Remark> remarks;
  for (const Stage& stage : story.stages) {
    if (!handed_over || verbose) remarks.push_back(said_by(name_of(stage), stage.said));
    if (handed_over || !stage.end_ns || !stage.exit_code) continue;
    remarks.push_back({.time_ns = stage.end_ns,
                       .phase = "ended",
                       .lines = {name_of(stage) + " " + how_it_ended(stage.exit_code) +
                                 by_whom(stage.killed_by, stage.task.tid, stage.exit_code, around)}});
  }
  std::ranges::stable_sort(remarks, {}, &Remark::time_ns);
  return remarks;
}

bool is_unexplained(const SetUpStory& story) {
  const bool call_failed = std::ranges::any_of(story.steps, [](const Step& step) { return step.error != 0; });
  if (story.ending != Ending::kFailed || call_failed || !story.doubt.empty() || anybody_says(story.stages))
    return false;
  // A runtime that gives up kills those that are left.
  const auto killed = [](const Stage& stage) { return WIFSIGNALED(static_cast<int>(stage.exit_code)); };
  const auto gave_up = [&](const Stage& stage) {
    return stage.end_ns && stage.exit_code && stage.task.tid == story.runtime.pid && !killed(stage);
  };
  const auto was_killed = [&](const Stage& stage) { return stage.end_ns && killed(stage); };
  if (std::ranges::any_of(story.stages, brought_it_upon_itself)) return false;
  return std::ranges::any_of(story.stages, gave_up) || std::ranges::none_of(story.stages, was_killed);
}

std::string ran_text(const SetUpStory& story, const Step& step) {
  const auto began = [](const Step& each) {
    const auto* const run = std::get_if<ProgramRun>(&each.facts);
    return run && !run->itself && !each.error;
  };
  const Stage& stage = story.stages[step.stage];
  const bool helps = stage.made_by != UINT32_MAX && stage.task != story.program;
  if (!helps || !began(step)) return {};
  const auto is_later = [&](const Step& each) {
    return each.stage == step.stage && each.start_ns > step.start_ns && began(each);
  };
  if (std::ranges::any_of(story.steps, is_later)) return {};
  if (!stage.end_ns) return story.ending == Ending::kNotComplete ? "still runs" : "";
  const uint64_t ran_ns = stage.end_ns - std::min(stage.end_ns, step.start_ns);
  return ran_ns < kLong_ns ? "" : "ran " + duration_text(ran_ns);
}

}  // namespace cttrace
