// Sections.
#include "render/story.h"

#include <fmt/format.h>
#include <sys/wait.h>

#include <algorithm>
#include <map>

#include "base/escape.h"
#include "render/calls.h"
#include "render/filter.h"
#include "render/handed_over.h"
#include "render/moment.h"
#include "render/story_lines.h"
#include "render/story_remarks.h"
#include "render/story_state.h"
#include "render/story_words.h"
#include "render/trees.h"
#include "render/values.h"

namespace cttrace {
namespace {

using std::string;

string ending_of(const SetUpStory& story) {
  const string took = duration_text(story.end_ns - std::min(story.end_ns, story.start_ns));
  const string calls = plural(story.call_count, "call");
  switch (story.ending) {
    case Ending::kHandedOver: return fmt::format("set-up {}, {}", took, calls);
    case Ending::kFailed: return fmt::format("NOT STARTED: its set-up ended after {}, {}", took, calls);
    case Ending::kNotComplete: break;
  }
  return fmt::format("set-up not complete when tracing ended: {}, {}", took, calls);
}

string pids_text(const string& what, const std::vector<uint32_t>& pids) {
  if (pids.empty()) return {};
  if (pids.size() == 1) return fmt::format("{} {}", what, pids[0]);
  return fmt::format("{} {} = pid {}", what, pids[0], pids.back());
}

// Where the first process is not the program, both.
string processes_of(const Container& container) {
  const SetUpStory& story = container.set_up;
  if (!container.init_name.empty())
    return pids_text(safe(container.init_name), container.init_pids) + ", " + pids_text("program", story.pids);
  const bool is_init = story.pids.size() > 1 && story.pids.back() == 1;
  return pids_text(is_init ? "init" : "program", story.pids);
}

// What is long, and seldom worth reading: columns of it that are shown.
size_t limit_of(const RenderOptions& options) {
  constexpr size_t kShort = 120;
  return options.verbose ? 0 : options.string_limit.value_or(kShort);
}

Around around_of(const string& id, const RenderOptions& options) { return {.id = id, .limit = limit_of(options)}; }

// Who is meant where nobody is named: the one in the heading, the first process of the container or its program,
// whichever did more. Of a set-up that broke off: the one that did most.
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

bool is_wanted(const Step& step, const StatusFilter& status) {
  return step.selected && (step.error ? status.failed : status.successful);
}

void add_calls_of(StoryLines& lines, const SetUpStory& story, const Step& step, const RenderOptions& options) {
  size_t told = 0;
  for (EventNumber number : step.calls) {
    const auto found =
        std::ranges::lower_bound(story.calls, number, {}, &std::pair<EventNumber, std::shared_ptr<const Call>>::first);
    if (found == story.calls.end() || found->first != number) continue;
    Line line(options.color);
    if (found->second->task.tid != story.stages[step.stage].task.tid)
      line.add(fmt::format("[pid {}] ", found->second->task.tid));
    add_call(line, *found->second, options);
    lines.call(line);
    ++told;
  }
  if (told >= step.call_count) return;
  Line line(options.color);
  line.add(fmt::format("... {}", plural(step.call_count - told, "call") + " more"));
  lines.call(line);
}

Style style_of(const RenderOptions& options, size_t indent) {
  Style style{.width = options.width, .indent = indent, .color = options.color};
  style.verbose = options.verbose;
  return style;
}

void add_story(StoryLines& lines, const SetUpStory& story, const Around& around, TaskId init,
               const RenderOptions& options) {
  const uint32_t main = main_stage(story, init);
  if (!story.doubt.empty()) lines.note(story.doubt);
  if (story.steps_dropped)
    lines.note(plural(story.steps_dropped, "step") +
               " left out, more than are kept: programs that helped, then the oldest");
  const bool bad = story.ending != Ending::kHandedOver;
  const std::vector<Remark> remarks = remarks_on(story, around, options.verbose);
  auto remark = remarks.begin();
  for (const Step& step : story.steps) {
    string text = is_wanted(step, options.status) ? words_of(step, around) : string();
    if (text.empty()) continue;
    for (; remark != remarks.end() && remark->time_ns < step.start_ns; ++remark) add(lines, *remark, bad);
    if (step.stage != main) text = name_of(story.stages[step.stage]) + ": " + text;
    const uint64_t took_ns = step.end_ns - std::min(step.end_ns, step.start_ns);
    if (const string ran = ran_text(story, step); !ran.empty())
      text += fmt::format(" ({})", kept_together(ran));
    else if (took_ns >= kNotable_ns || options.durations)
      text += fmt::format(" ({})", kept_together(duration_text(took_ns)));
    lines.add(step.start_ns, phase_name(step.phase), text, step.error != 0);
    if (options.verbose) add_calls_of(lines, story, step, options);
    if (const std::optional<Trees> trees = trees_around(step, options.trees))
      lines.raw(draw_trees(*trees, style_of(options, 6)));
  }
  for (; remark != remarks.end(); ++remark) add(lines, *remark, bad);
  if (is_unexplained(story)) lines.note(no_call_to_blame(safe(story.runtime.name), story.normal_failures != 0));
}

// What the program was handed: the kernel's state then. Nothing, where a set-up did not get so far.
void add_handed_over(StoryLines& lines, const SetUpStory& story, const string& id, const RenderOptions& options) {
  if (!has_state(story)) return;
  HandedOverOptions handed = compared_with_starter(story);
  handed.style = style_of(options, 4);
  handed.style.id = id;
  const string text = handed_over(*story.state, story.program, handed);
  if (text.empty()) return;
  lines.raw("  handed over\n");
  lines.raw(text);
}

// With an error, or not at all.
bool ends_badly(const Container& container) { return container.set_up.ending != Ending::kHandedOver; }
bool ends_badly(const EntryMade& made) { return made.set_up.ending != Ending::kHandedOver; }
bool ends_badly(const ContainerWentOn& told) {
  return told.exit_code.value_or(0) || (told.service && told.service->ending != Ending::kHandedOver);
}
bool ends_badly(const EntryEnded& ended) { return ended.exit_code; }
bool ends_badly(const ProgramFailed&) { return true; }

bool tells_of_a_failure(const News& news) {
  return std::visit([](const auto& each) { return ends_badly(each); }, news);
}

}  // namespace

void StoryRenderer::event(const Event& event, EventNumber) {
  completeness_.see(event);
  nothing_.see(event);
  if (is_of_stranger(event)) return;
  if (const auto* call = std::get_if<Call>(&event))
    if (options_.summary && is_shown(*call, options_.status)) summary_.count(*call);
  if (const auto* snapshot = std::get_if<Snapshot>(&event)) programs_ += !snapshot->at_start;
}

void StoryRenderer::news(const News& news) {
  fails_ = fails_ || tells_of_a_failure(news);
  std::visit([&](const auto& each) { tell(each); }, news);
}

void StoryRenderer::write(std::string_view section) {
  ++sections_;
  nothing_.something_is_told();
  if (!options_.with_calls) return;
  if (written_) sink_("\n");
  sink_(section);
  written_ = true;
}

void StoryRenderer::tell(const Container& container) {
  const SetUpStory& story = container.set_up;
  Around around = around_of(container.id, options_);
  around.rootfs = container.rootfs;
  around.bundle = container.bundle;
  around.cgroup = container.cgroup;
  around.stages = &story.stages;
  StoryLines lines(options_, info_, story.start_ns);
  const string name = container.short_name.empty() ? "a container" : "container " + safe(container.short_name);
  lines.heading({fmt::format("{} ({})", name, program_name(story.runtime)),
                 container.kind == "container" ? "" : container.kind, processes_of(container),
                 container.cgroup.empty() ? "" : "cgroup " + shown(container.cgroup, around), ending_of(story)});
  if (!around.id.empty()) lines.detail("id", safe(around.id));
  if (!container.parent_name.empty()) lines.detail("in", "container " + safe(container.parent_name));
  if (!container.bundle.empty()) lines.detail("bundle", safe(container.bundle));
  const bool said = !container.bundle.empty() && container.rootfs.starts_with(container.bundle + "/");
  if (container.rootfs_inferred)
    lines.detail("rootfs",
                 shown(container.rootfs, {.bundle = container.bundle}) + " (inferred: was made ready to become /)");
  else if (!said && container.rootfs.size() > 1)
    lines.detail("rootfs", safe(container.rootfs));
  if (!story.runtime.started_by.empty()) {
    string above;
    for (const string& each : story.runtime.started_by) above += (above.empty() ? "" : ", by ") + safe(each);
    lines.detail("started by", above);
  }
  add_story(lines, story, around, container.init, options_);
  add_handed_over(lines, story, around.id, options_);
  write(lines.take());
}

void StoryRenderer::tell(const EntryMade& made) {
  const SetUpStory& story = made.set_up;
  Around around = around_of(made.id, options_);
  around.stages = &story.stages;
  StoryLines lines(options_, info_, story.start_ns);
  const bool unknown = !made.container && !made.there_before;
  string name =
      made.short_name.empty() ? (unknown ? "namespaces" : "a container") : "container " + safe(made.short_name);
  if (made.starters) name = "its starter's namespaces";
  lines.heading({fmt::format("entry into {} ({})", name, program_name(story.runtime)),
                 made.there_before ? "that was there when tracing began"
                 : made.starters   ? (made.out_of.empty() ? "" : "out of container " + safe(made.out_of))
                 : unknown         ? "made while it was traced"
                                   : "",
                 pids_text("program", story.pids), ending_of(story)});
  add_story(lines, story, around, story.program, options_);
  write(lines.take());
}

void StoryRenderer::tell(const ContainerWentOn& told) {
  StoryLines lines(options_, info_, told.time_ns - std::min(told.time_ns, told.since_ns));
  Around around = around_of(told.id, options_);
  const string kind = told.container || !told.service ? "container " : "cgroup ";
  std::vector<string> items = {told.short_name.empty() ? "a container" : kind + safe(told.short_name)};
  if (told.is_one_of_many) items[0] += fmt::format(" (program {})", told.program_pid);
  const string when = duration_text(told.since_ns);
  if (!told.command.empty()) {
    items.push_back("after " + when + " its init executes " + command_line(told.command, around));
    items.push_back(pids_text("program", told.command_pids));
  }
  if (told.service) {
    const Runtime& by = told.service->runtime;
    const string line = shortened(command_line(by.argv, around), around.limit);
    items.push_back(fmt::format("{}{} {}{}{}", told.container ? "after " + when + " " : "", safe(by.name), by.pid,
                                line.empty() ? "" : ": ", line));
  }
  if (told.exit_code)
    items.push_back(how_it_ended(*told.exit_code) + " after " + when +
                    by_whom(told.killed_by, told.program_pid, *told.exit_code, around));
  lines.heading(items);
  for (const Stage& stage : told.out_of_memory)
    lines.add(stage.end_ns, "killed",
              name_of(stage) + " " + how_it_ended(stage.exit_code) +
                  by_whom(stage.killed_by, stage.task.tid, stage.exit_code, around),
              true);
  if (told.out_of_memory_dropped)
    lines.note(fmt::format("{} more of its processes were killed so", told.out_of_memory_dropped));
  const std::vector<Stage> nobody;
  around.stages = told.service ? &told.service->stages : &nobody;
  if (told.service && !told.service->stages.empty())
    add_story(lines, *told.service, around, told.service->stages[0].task, options_);
  for (const Step& step : told.failures)
    if (is_wanted(step, options_.status)) lines.add(step.start_ns, "failed", words_of(step, around), true);
  if (told.failures_dropped) lines.note(plural(told.failures_dropped, "failure") + " more");
  if (told.exit_code.value_or(0)) add(lines, said_by("", told.said), true);
  write(lines.take());
}

void StoryRenderer::tell(const EntryEnded& ended) {
  StoryLines lines(options_, info_, ended.time_ns - std::min(ended.time_ns, ended.since_ns));
  const string where = ended.starters              ? "its starter's namespaces"
                       : !ended.short_name.empty() ? "container " + safe(ended.short_name)
                       : ended.container           ? "a container"
                       : ended.there_before        ? "a container that was there"
                                                   : "namespaces";
  lines.heading({fmt::format("entry into {} (program {})", where, ended.program.tid),
                 fmt::format("{} after {}{}", how_it_ended(ended.exit_code), duration_text(ended.since_ns),
                             by_whom(ended.killed_by, ended.program.tid, ended.exit_code, {}))});
  if (ended.exit_code) add(lines, said_by("", ended.said), true);
  write(lines.take());
}

void StoryRenderer::tell(const ProgramFailed& failed) {
  StoryLines lines(options_, info_, failed.time_ns - std::min(failed.time_ns, failed.since_ns));
  Around around = around_of({}, options_);
  around.stages = &failed.stages;
  const Runtime& program = failed.program;
  MaybeKiller killed_by;
  for (const Stage& stage : failed.stages)
    if (stage.task.tid == program.pid) killed_by = stage.killed_by;
  lines.heading({fmt::format("{} {} set up nothing", safe(program.name), program.pid),
                 shortened(command_line(program.argv, around), around.limit),
                 fmt::format("{} after {}{}", how_it_ended(failed.exit_code), duration_text(failed.since_ns),
                             by_whom(killed_by, program.pid, failed.exit_code, around))});
  const auto named = [&](const Stage& stage) { return stage.task.tid == program.pid ? string() : name_of(stage); };
  for (const Step& step : failed.failures) {
    if (!is_wanted(step, options_.status)) continue;
    const string who = named(failed.stages[step.stage]);
    lines.add(step.start_ns, phase_name(step.phase), (who.empty() ? "" : who + ": ") + words_of(step, around), true);
  }
  if (failed.steps_dropped)
    lines.note(plural(failed.steps_dropped, "step") + " more than are kept: failures may be among them");
  std::vector<const Stage*> order;
  for (const Stage& stage : failed.stages) order.push_back(&stage);
  std::ranges::stable_sort(order, {}, [](const Stage* stage) { return stage->said.time_ns; });
  for (const Stage* stage : order) add(lines, said_by(named(*stage), stage->said), true);
  write(lines.take());
  ++failed_programs_;
}

void StoryRenderer::moment(const Moment& moment) {
  sink_(moment_text(moment, info_, options_));
  written_ = true;
}

void StoryRenderer::end(const BadRecords& bad, bool whole) {
  if (sections_ == failed_programs_ && options_.with_calls)
    sink_(fmt::format("{}No container was set up: {} began, {} traced. --format calls shows them.\n{}",
                      written_ ? "\n" : "", plural(programs_, "program"), plural(completeness_.calls, "call"),
                      failed_programs_ ? string() : nothing_.text()));
  else if (const string command = fails_ ? string() : nothing_.command_text(); !command.empty() && options_.with_calls)
    sink_("\n" + command);
  if (options_.summary) sink_((written_ ? "\n" : "") + summary_.table());
  const string complete =
      options_.quiet ? completeness_.shortcomings(bad, whole) : completeness_.text(info_, bad, whole);
  if (!complete.empty()) sink_("\n" + complete);
}

}  // namespace cttrace
