// Sections, wrapped to the width of the terminal.
#include "render/story.h"

#include <fmt/format.h>
#include <sys/wait.h>

#include "base/escape.h"
#include "render/columns.h"
#include "render/line.h"
#include "render/story_lines.h"
#include "render/story_words.h"
#include "render/values.h"

namespace cttrace {
namespace {

std::string safe(std::string_view text) { return escape_for_terminal(text); }

std::string ending_of(const SetUpStory& story) {
  const std::string took = duration_text(story.end_ns - std::min(story.end_ns, story.start_ns));
  const std::string calls = plural(story.call_count, "call");
  switch (story.ending) {
    case Ending::kHandedOver: return fmt::format("set-up {}, {}", took, calls);
    case Ending::kFailed: return fmt::format("NOT STARTED: its set-up ended after {}, {}", took, calls);
    case Ending::kNotComplete: break;
  }
  return fmt::format("set-up not complete when tracing ended: {}, {}", took, calls);
}

std::string pids_text(const char* what, const std::vector<uint32_t>& pids) {
  if (pids.empty()) return {};
  if (pids.size() == 1) return fmt::format("{} {}", what, pids[0]);
  return fmt::format("{} {} = pid {}", what, pids[0], pids.back());
}

std::string how_it_ended(uint32_t code) {
  const int status = static_cast<int>(code);
  if (!WIFSIGNALED(status)) return fmt::format("exited with {}", WEXITSTATUS(status));
  std::string name = signal_name(static_cast<uint64_t>(WTERMSIG(status)));
  if (name.empty()) name = std::to_string(WTERMSIG(status));
  return fmt::format("killed by {}{}", name, WCOREDUMP(status) ? " (core dumped)" : "");
}

std::string program_name(const Runtime& runtime) {
  return safe(runtime.name) + (runtime.version.empty() ? "" : " " + safe(runtime.version));
}

// "runc 4872 of containerd-shim-runc-v2, containerd".
std::string started_by(const Runtime& runtime) {
  std::string text;
  for (const std::string& each : runtime.started_by) text += (text.empty() ? "" : " < ") + safe(each);
  return text;
}

// Who ended how, where nothing was handed over.
void add_endings(StoryLines& lines, const SetUpStory& story) {
  std::vector<const Stage*> ended;
  for (const Stage& stage : story.stages)
    if (stage.end_ns && stage.exit_code != 0) ended.push_back(&stage);
  std::ranges::stable_sort(ended, {}, &Stage::end_ns);
  for (const Stage* stage : ended)
    lines.add(stage->end_ns, "ended", name_of(*stage) + " " + how_it_ended(stage->exit_code), true);
}

// Who is meant where nobody is named: the first process of the container or its program, whichever did more.
uint32_t main_stage(const SetUpStory& story, TaskId init) {
  std::vector<size_t> steps(story.stages.size());
  for (const Step& step : story.steps) ++steps[step.stage];
  uint32_t main = UINT32_MAX;
  for (uint32_t i = 0; i < story.stages.size(); ++i) {
    const TaskId task = story.stages[i].task;
    const bool fits = task == init || task == story.program || story.ending != Ending::kHandedOver;
    if (fits && (main == UINT32_MAX || steps[i] > steps[main])) main = i;
  }
  return main;
}

void add_story(StoryLines& lines, const SetUpStory& story, const Around& around, TaskId init) {
  const uint32_t main = main_stage(story, init);
  for (const Step& step : story.steps) {
    std::string text = words_of(step, around);
    if (text.empty()) continue;
    const Stage& stage = story.stages[step.stage];
    if (step.stage != main) text = name_of(stage) + ": " + text;
    const uint64_t took_ns = step.end_ns - std::min(step.end_ns, step.start_ns);
    if (took_ns >= 1'000'000) text += fmt::format(" ({})", duration_text(took_ns));
    lines.add(step.start_ns, phase_name(step.phase), text, step.error != 0);
  }
  if (story.ending != Ending::kHandedOver) add_endings(lines, story);
  if (story.steps_dropped) lines.note(plural(story.steps_dropped, "step") + " more than are kept");
  if (!story.doubt.empty()) lines.note(story.doubt);
}

// What is long, and seldom worth reading.
size_t limit_of(const RenderOptions& options) {
  constexpr size_t kShort = 120;
  return options.verbose ? 0 : options.string_limit.value_or(kShort);
}

Around around_of(const Container& container, const RenderOptions& options) {
  Around around{.rootfs = container.rootfs, .bundle = container.bundle, .stages = &container.set_up.stages};
  if (container.short_name != container.name) around.id = container.name;
  around.limit = limit_of(options);
  return around;
}

}  // namespace

void StoryRenderer::news(const News& news) {
  if (told_) sink_("\n");
  told_ = true;
  std::visit([&](const auto& each) { tell(each); }, news);
}

void StoryRenderer::tell(const Container& container) {
  const SetUpStory& story = container.set_up;
  const Around around = around_of(container, options_);
  StoryLines lines(options_, story.start_ns);
  lines.heading({fmt::format("container {} ({})", safe(container.short_name), program_name(story.runtime)),
                 container.isolation == Isolation::kContainer && container.kind == "container" ? "" : container.kind,
                 container.init_name.empty()
                     ? pids_text(story.pids.empty() || story.pids.back() == 1 ? "init" : "program", container.init_pids)
                     : pids_text(safe(container.init_name).c_str(), container.init_pids) + ", " +
                           pids_text("program", story.pids),
                 container.cgroup.empty() ? "" : "cgroup " + shown(container.cgroup, around), ending_of(story)});
  if (container.short_name != container.name) lines.detail("id", safe(container.name));
  if (!container.parent_name.empty()) lines.detail("in", "container " + safe(container.parent_name));
  if (!container.bundle.empty()) lines.detail("bundle", safe(container.bundle));
  const bool said = !container.bundle.empty() && container.rootfs.starts_with(container.bundle + "/");
  if (!said && container.rootfs.size() > 1) lines.detail("rootfs", safe(container.rootfs));
  if (!story.runtime.started_by.empty()) lines.detail("started by", started_by(story.runtime));
  add_story(lines, story, around, container.init);
  sink_(lines.take());
}

void StoryRenderer::tell(const EntryMade& made) {
  const SetUpStory& story = made.set_up;
  StoryLines lines(options_, story.start_ns);
  const std::string name = made.short_name.empty() ? "a container" : "container " + safe(made.short_name);
  lines.heading({fmt::format("entry into {} ({})", name, program_name(story.runtime)),
                 made.container ? "" : "that was there when tracing began", pids_text("program", story.pids),
                 ending_of(story)});
  Around around{.stages = &story.stages, .limit = limit_of(options_)};
  if (made.short_name != made.container_name) around.id = made.container_name;
  add_story(lines, story, around, story.program);
  sink_(lines.take());
}

void StoryRenderer::tell(const ContainerWentOn& told) {
  StoryLines lines(options_, told.time_ns - std::min(told.time_ns, told.since_ns));
  std::vector<std::string> items = {"container " + safe(told.short_name)};
  Around around;
  if (told.short_name != told.name) around.id = told.name;
  const std::string when = duration_text(told.since_ns);
  if (!told.command.empty()) {
    items.push_back("its init executes " + command_line(told.command, {}));
    items.push_back(pids_text("program", told.command_pids));
    items.push_back("after " + when);
  }
  if (!told.by.name.empty()) {
    items.push_back(fmt::format("after {}: {} {}: {}", when, safe(told.by.name), told.by.pid,
                                shortened(command_line(told.by.argv, around), limit_of(options_))));
  }
  if (told.exit_code) {
    items.push_back(how_it_ended(*told.exit_code) + " after " + when);
  }
  lines.heading(items);
  const std::vector<Stage> nobody;
  for (const Step& step : told.failures) lines.add(step.start_ns, "failed", words_of(step, {.stages = &nobody}), true);
  if (told.failures_dropped) lines.note(plural(told.failures_dropped, "failure") + " more");
  sink_(lines.take());
}

void StoryRenderer::end(uint64_t malformed, bool whole) {
  if (told_) sink_("\n");
  if (!options_.quiet) return sink_(completeness_.text(info_, malformed, whole));
  const std::string lost = completeness_.what_is_lost(malformed, whole);
  if (!lost.empty()) sink_("cttrace: lost: " + lost + "\n");
}

}  // namespace cttrace
