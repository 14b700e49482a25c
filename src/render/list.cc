// A table of what was set up, and what came of it.
#include "render/list.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstring>
#include <utility>

#include "base/paths.h"
#include "render/columns.h"
#include "render/filter.h"
#include "render/line.h"
#include "render/story_remarks.h"
#include "render/story_words.h"
#include "render/values.h"

namespace cttrace {
namespace {

using std::string;

constexpr size_t kMostRows = 1u << 16;
constexpr int kLastErrno = 133;  // EHWPOISON

string last_name(const std::vector<string>& argv) { return argv.empty() ? string() : safe(last_part(argv[0])); }

bool contains(std::string_view text, std::string_view word) { return text.find(word) != text.npos; }

string in_small_letters(std::string_view text) {
  string small(text);
  std::ranges::transform(small, small.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return small;
}

// What the kernel answered is why, and what is said behind it is what became of that: runtimes say what failed from the
// inside out. A warning is of what did not matter.
bool names_an_error(const string& line) {
  static const std::vector<string> texts = [] {
    std::vector<string> found;
    for (int code = 1; code <= kLastErrno; ++code)
      if (const char* const text = strerrordesc_np(code)) found.push_back(in_small_letters(text));
    return found;
  }();
  return !contains(line, "warn") &&
         std::ranges::any_of(texts, [&](const string& text) { return contains(line, text); });
}

// The one line of all that says most; what is indented goes on with what stands before it.
string telling_line(const Said& said) {
  string last, error, panic;
  for (std::string_view rest = said.text; !rest.empty();) {
    std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    while (line.ends_with('\r') || line.ends_with(' ')) line.remove_suffix(1);
    const size_t text = line.find_first_not_of(" \t");
    if (text == line.npos || line == "...") continue;
    const string shown = safe(line.substr(text)), small = in_small_letters(line);
    if (names_an_error(small))
      error = shown;
    else if (contains(small, "fatal: "))
      error.clear();
    // Who panics says so first, and lists where it was.
    if (panic.empty() && (line.starts_with("panic: ") || line.starts_with("fatal error: "))) panic = shown;
    if (text == 0 || last.empty()) last = shown;
  }
  return !error.empty() ? error : !panic.empty() ? panic : last;
}

// Of who failed first: the others say that it has, and end for that.
string first_words(const std::vector<Stage>& stages) {
  const Stage* first = nullptr;
  const auto rank = [](const Stage& stage) {
    const bool failed = stage.end_ns && stage.exit_code;
    return std::pair(!failed, failed ? stage.end_ns : stage.said.time_ns);
  };
  for (const Stage& stage : stages)
    if (!stage.said.empty() && (!first || rank(stage) < rank(*first))) first = &stage;
  return first ? telling_line(first->said) : string();
}

// Who took it has gone on since.
bool went_on_after(const std::vector<Step>& steps, const Step& failed) {
  return std::ranges::any_of(steps, [&](const Step& step) {
    return step.stage == failed.stage && step.start_ns > failed.start_ns && !step.error;
  });
}

// What a runtime says says most; otherwise a call that failed does, and behind which nothing went well.
string what_went_wrong(const std::vector<Stage>& stages, const std::vector<Step>& steps) {
  if (string said = first_words(stages); !said.empty()) return said;
  const Around around{.stages = &stages};
  for (auto step = steps.rbegin(); step != steps.rend(); ++step)
    if (step->error && !went_on_after(steps, *step)) return words_of(*step, around);
  return {};
}

// nullptr: nobody has failed.
const Stage* first_that_failed(const std::vector<Stage>& stages) {
  const auto rank = [](const Stage& stage) {
    const bool failed = stage.end_ns && stage.exit_code;
    return std::pair(!failed, failed ? stage.end_ns : 0);
  };
  const auto first = std::ranges::min_element(stages, {}, rank);
  return first == stages.end() || !first->end_ns || !first->exit_code ? nullptr : &*first;
}

string how_one_ended(const Stage& stage, const std::vector<Stage>& stages) {
  return how_it_ended(stage.exit_code) + by_whom(stage.killed_by, stage.task.tid, stage.exit_code, {.stages = &stages});
}

// Or how the first one ended that failed.
string why(const std::vector<Stage>& stages, const std::vector<Step>& steps) {
  if (string what = what_went_wrong(stages, steps); !what.empty()) return what;
  const Stage* const first = first_that_failed(stages);
  return first ? name_of(*first) + " " + how_one_ended(*first, stages) : string();
}

string with_reason(const string& what, const string& reason) { return reason.empty() ? what : what + ": " + reason; }

// Whom it waits for, maybe: who helps, and has not ended.
string who_runs(const SetUpStory& story) {
  for (auto step = story.steps.rbegin(); step != story.steps.rend(); ++step)
    if (!story.stages[step->stage].end_ns && !ran_text(story, *step).empty())
      return name_of(story.stages[step->stage]) + " still runs";
  return {};
}

string status_of(const SetUpStory& story) {
  if (story.ending == Ending::kHandedOver) return "runs";
  if (story.ending == Ending::kNotComplete) return with_reason("not complete when tracing ended", who_runs(story));
  return with_reason("NOT STARTED", why(story.stages, story.steps));
}

}  // namespace

void ListRenderer::event(const Event& event, EventNumber) {
  completeness_.see(event);
  if (rows_.empty()) nothing_.see(event);
  if (is_of_stranger(event)) return;
  if (const auto* call = std::get_if<Call>(&event); call && options_.summary && is_shown(*call, options_.status))
    summary_.count(*call);
  if (const auto* snapshot = std::get_if<Snapshot>(&event)) programs_ += !snapshot->at_start;
}

void ListRenderer::news(const News& news) {
  std::visit([&](const auto& each) { tell(each); }, news);
}

ListRenderer::Row* ListRenderer::add(Row&& row, const SetUpStory* story) {
  if (rows_.size() >= kMostRows) return ++dropped_, nullptr;
  if (story) {
    row.start_ns = story->start_ns;
    row.runtime = program_name(story->runtime);
    row.set_up = duration_text(story->end_ns - std::min(story->end_ns, story->start_ns));
    row.calls = std::to_string(story->call_count);
    row.program = last_name(story->argv);
    row.status = status_of(*story);
    row.bad = story->ending == Ending::kFailed;
  }
  rows_.push_back(std::move(row));
  return &rows_.back();
}

void ListRenderer::tell(const Container& container) {
  string name = container.short_name.empty() ? "(no name)" : safe(container.short_name);
  if (!container.parent_name.empty()) name += " in " + safe(container.parent_name);
  if (!add({.name = std::move(name)}, &container.set_up)) return;
  if (container.set_up.ending == Ending::kHandedOver) containers_[container.number] = rows_.size() - 1;
}

void ListRenderer::tell(const EntryMade& made) {
  const bool unknown = !made.container && !made.there_before;
  string name = !made.short_name.empty() ? safe(made.short_name) : unknown ? "namespaces" : "a container";
  if (made.starters) name = "its starter's namespaces";
  if (!add({.name = "into " + name}, &made.set_up)) return;
  if (made.set_up.ending == Ending::kHandedOver) entries_[made.set_up.program] = rows_.size() - 1;
}

// What was done for it in vain when it was there: a hook, a command of its runtime; who had a part in it, and was
// killed.
void ListRenderer::tell_service(const ContainerWentOn& told) {
  const SetUpStory& service = *told.service;
  const Stage* const failed = service.ending == Ending::kFailed ? first_that_failed(service.stages) : nullptr;
  if (!failed) return;
  Row row{.start_ns = told.time_ns, .name = "for " + (told.short_name.empty() ? "a container" : safe(told.short_name))};
  row.runtime = program_name(service.runtime);
  row.status = with_reason(how_one_ended(*failed, service.stages), what_went_wrong(service.stages, service.steps));
  row.bad = true;
  add(std::move(row), nullptr);
}

void ListRenderer::tell(const ContainerWentOn& told) {
  if (told.service) return tell_service(told);
  const auto found = told.exit_code ? containers_.find(told.container) : containers_.end();
  if (found == containers_.end()) return;
  Row& row = rows_[found->second];
  row.status = how_it_ended(*told.exit_code) + " after " + duration_text(told.since_ns) +
               by_whom(told.killed_by, told.program_pid, *told.exit_code, {});
  if (!told.out_of_memory.empty() || told.out_of_memory_dropped) row.status += "; memory ran out";
  row.bad = *told.exit_code;
  if (row.bad) row.status = with_reason(row.status, telling_line(told.said));
  containers_.erase(found);
}

void ListRenderer::tell(const EntryEnded& ended) {
  const auto found = entries_.find(ended.program);
  if (found == entries_.end()) return;
  Row& row = rows_[found->second];
  row.status = how_it_ended(ended.exit_code) + " after " + duration_text(ended.since_ns) +
               by_whom(ended.killed_by, ended.program.tid, ended.exit_code, {});
  row.bad = ended.exit_code;
  if (row.bad) row.status = with_reason(row.status, telling_line(ended.said));
  entries_.erase(found);
}

void ListRenderer::tell(const ProgramFailed& failed) {
  Row row{.start_ns = failed.time_ns - std::min(failed.time_ns, failed.since_ns), .name = "(nothing set up)"};
  row.runtime = program_name(failed.program);
  row.status = with_reason(how_it_ended(failed.exit_code), why(failed.stages, failed.failures));
  row.bad = true;
  add(std::move(row), nullptr);
}

string ListRenderer::table() const {
  constexpr size_t kColumns = 6, kStart = 0, kSetUp = 3, kCalls = 4, kBetween = 2, kReadable = 40;
  constexpr size_t kMostColumns = 32;
  std::vector<const Row*> order;
  for (const Row& row : rows_) order.push_back(&row);
  std::ranges::stable_sort(order, {}, [](const Row* row) { return row->start_ns; });
  std::vector<std::array<string, kColumns>> cells = {{"AFTER", "CONTAINER", "RUNTIME", "SET-UP", "CALLS", "PROGRAM"}};
  for (const Row* row : order) {
    const uint64_t after_ns = row->start_ns - std::min(row->start_ns, info_.start_ns);
    const auto cut = [](const string& text) { return cut_to(text, kMostColumns, false); };
    cells.push_back(
        {duration_text(after_ns), cut(row->name), cut(row->runtime), row->set_up, row->calls, cut(row->program)});
  }
  std::array<size_t, kColumns> widths = {};
  for (const auto& line : cells)
    for (size_t i = 0; i < kColumns; ++i) widths[i] = std::max(widths[i], columns_of(line[i]));
  size_t before = 0;
  for (const size_t width : widths) before += width + kBetween;
  const size_t left = options_.width ? options_.width - std::min(options_.width, before) : SIZE_MAX;
  string text;
  for (size_t i = 0; i < cells.size(); ++i) {
    string line;
    for (size_t column = 0; column < kColumns; ++column) {
      const string& cell = cells[i][column];
      const bool number = column == kStart || column == kSetUp || column == kCalls;
      if (number) line.append(widths[column] - columns_of(cell), ' ');
      line += number ? cell : padded_to(cell, widths[column]);
      line.append(kBetween, ' ');
    }
    const bool bad = i > 0 && order[i - 1]->bad;
    string status = i == 0 ? "STATUS" : order[i - 1]->status;
    std::ranges::replace(status, kNoBreak, ' ');
    // What has little room beside the rest goes below it.
    const bool beside = i == 0 || columns_of(status) <= left || left >= kReadable;
    const string margin(beside ? before : widths[kStart] + kBetween, ' ');
    if (!beside) line.erase(line.find_last_not_of(' ') + 1), line += '\n' + margin;
    const size_t room = options_.width ? options_.width - std::min(options_.width, margin.size()) : 0;
    text += line;
    bool first = true;
    for (const string& part : wrapped(status, room)) {
      if (!std::exchange(first, false)) text += margin;
      append_painted(text, part, Paint::kError, options_.color && bad);
      text += '\n';
    }
  }
  if (dropped_) text += fmt::format("{} more\n", plural(dropped_, "line"));
  return text;
}

void ListRenderer::end(const BadRecords& bad, bool whole) {
  if (options_.with_calls)
    sink_(rows_.empty() ? fmt::format("No container was set up: {} began, {} traced.\n{}", plural(programs_, "program"),
                                      plural(completeness_.calls, "call"), nothing_.text())
                        : table());
  if (options_.summary) sink_((options_.with_calls ? "\n" : "") + summary_.table());
  const string complete =
      options_.quiet ? completeness_.shortcomings(bad, whole) : completeness_.text(info_, bad, whole);
  if (!complete.empty()) sink_("\n" + complete);
}

}  // namespace cttrace
