// Sections, wrapped to the width of the terminal.
#include "render/story.h"

#include <fmt/format.h>
#include <sys/wait.h>

#include "base/escape.h"
#include "render/line.h"
#include "render/story_words.h"
#include "render/values.h"

namespace cttrace {
namespace {

constexpr size_t kTimeColumn = 12, kPhaseColumn = 13;
constexpr size_t kText = kTimeColumn + kPhaseColumn;

size_t columns_of(std::string_view text) {
  size_t columns = 0;
  for (unsigned char c : text) columns += (c & 0xc0) != 0x80;
  return columns;
}

// The words of `text` in lines of at most `width` columns; a longer word has a line of its own.
std::vector<std::string> wrapped(std::string_view text, size_t width) {
  std::vector<std::string> lines;
  std::string line;
  while (!text.empty()) {
    const size_t end = std::min(text.find(' '), text.size());
    const std::string_view word = text.substr(0, end);
    if (!line.empty() && width && columns_of(line) + 1 + columns_of(word) > width)
      lines.push_back(std::exchange(line, {}));
    line += (line.empty() ? "" : " ") + std::string(word);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  if (!line.empty()) lines.push_back(line);
  return lines;
}

// "container web (runc)   init 4883 = pid 1 ...": items three spaces apart, on as many lines as are needed.
std::string heading(const std::vector<std::string>& items, const RenderOptions& options) {
  std::string text;
  size_t column = 0;
  for (const std::string& item : items) {
    if (item.empty()) continue;
    if (column && options.width && column + 3 + columns_of(item) > options.width) {
      text += "\n ";
      column = 1;
    }
    if (column) text += column == 1 ? " " : "   ";
    Line line(options.color);
    if (text.empty())
      line.add(item, Paint::kName);
    else
      line.add(item);
    std::string painted = line.take();
    painted.pop_back();
    text += painted;
    column += 3 + columns_of(item);
  }
  return text + "\n";
}

// A section's lines: time, phase, words.
class Lines {
 public:
  Lines(const RenderOptions& options, uint64_t start_ns) : options_(options), start_ns_(start_ns) {}

  void add(uint64_t time_ns, std::string_view phase, const std::string& text, bool bad) {
    const size_t width = options_.width > kText + 20 ? options_.width - kText : 0;
    const std::vector<std::string> lines = wrapped(text, width);
    for (size_t i = 0; i < lines.size(); ++i) {
      Line line(options_.color);
      if (i == 0) {
        const uint64_t passed = time_ns > start_ns_ ? time_ns - start_ns_ : 0;
        line.add(fmt::format("{:>{}}  ", "+" + duration_text(passed), kTimeColumn - 2), Paint::kComment);
        if (phase != last_) line.add(phase, Paint::kName);
        last_ = phase;
      }
      line.pad_to(kText);
      if (bad)
        line.add(lines[i], Paint::kError);
      else
        line.add(lines[i]);
      text_ += line.take();
    }
  }
  std::string take() { return std::move(text_); }

 private:
  const RenderOptions& options_;
  uint64_t start_ns_;
  std::string last_;
  std::string text_;
};

void add_steps(Lines& lines, const std::vector<Step>& steps, const std::vector<Stage>& stages, const Around& around,
               TaskId program) {
  for (const Step& step : steps) {
    std::string text = words_of(step, around);
    if (text.empty()) continue;
    const Stage& stage = stages[step.stage];
    if (stage.task != program) text = name_of(stage) + ": " + text;
    if (step.end_ns - step.start_ns >= 1'000'000)
      text += fmt::format(" ({})", duration_text(step.end_ns - step.start_ns));
    lines.add(step.start_ns, phase_name(step.phase), text, step.error != 0);
  }
}

std::string ending_of(const Container& container) {
  const std::string took = duration_text(container.end_ns - container.start_ns);
  switch (container.ending) {
    case Ending::kHandedOver: return fmt::format("set-up {}, {}", took, plural(container.call_count, "call"));
    case Ending::kFailed:
      return fmt::format("NOT STARTED: its set-up ended after {}, {}", took, plural(container.call_count, "call"));
    case Ending::kNotComplete: break;
  }
  return fmt::format("set-up not complete when tracing ended: {}, {}", took, plural(container.call_count, "call"));
}

std::string how_it_ended(uint32_t code) {
  const int status = static_cast<int>(code);
  if (!WIFSIGNALED(status)) return fmt::format("exited with {}", WEXITSTATUS(status));
  const std::string name = signal_name(static_cast<uint64_t>(WTERMSIG(status)));
  return fmt::format("killed by {}{}", name, WCOREDUMP(status) ? " (core dumped)" : "");
}

std::string safe(std::string_view text) { return escape_for_terminal(text); }

}  // namespace

void StoryRenderer::news(const News& news) {
  std::visit([&](const auto& each) { tell(each); }, news);
  told_ = true;
}

void StoryRenderer::tell(const Container& container) {
  const Around around{container.rootfs, container.bundle, &container.stages};
  std::vector<std::string> items;
  items.push_back(fmt::format("container {} ({}{}{})", safe(container.short_name), safe(container.runtime.name),
                              container.runtime.version.empty() ? "" : " ", container.runtime.version));
  if (container.kind != "container") items.push_back(container.kind);
  if (!container.init_pids.empty())
    items.push_back(fmt::format("{} {} = pid {}", container.init_pids.back() == 1 ? "init" : "program",
                                container.init_pids[0], container.init_pids.back()));
  if (!container.cgroup.empty()) items.push_back("cgroup " + safe(container.cgroup));
  if (!container.parent_name.empty()) items.push_back("in container " + safe(container.parent_name));
  items.push_back(ending_of(container));
  std::string text = told_ ? "\n" : "";
  text += heading(items, options_);
  if (!container.bundle.empty())
    text += "  bundle " + safe(container.bundle) + "\n";
  else if (!container.rootfs.empty() && container.rootfs != "/")
    text += "  rootfs " + safe(container.rootfs) + "\n";
  Lines lines(options_, container.start_ns);
  add_steps(lines, container.steps, container.stages, around, container.program);
  sink_(text + lines.take());
}

void StoryRenderer::tell(const EntryMade& made) {
  std::vector<std::string> items;
  items.push_back(
      fmt::format("entry into container {} ({})", safe(made.container.short_name), safe(made.entry.by.name)));
  Lines lines(options_, made.entry.start_ns);
  const Around around{{}, {}, &made.entry.stages};
  add_steps(lines, made.entry.steps, made.entry.stages, around, made.entry.task);
  sink_((told_ ? "\n" : "") + heading(items, options_) + lines.take());
}

void StoryRenderer::tell(const ContainerEnd& end) {
  std::vector<std::string> items;
  items.push_back(fmt::format("container {}", safe(end.name)));
  if (end.exit_code) items.push_back(how_it_ended(*end.exit_code) + " after " + duration_text(end.ran_ns));
  sink_((told_ ? "\n" : "") + heading(items, options_));
}

void StoryRenderer::end(uint64_t malformed, bool whole) {
  if (told_) sink_("\n");
  if (!options_.quiet) return sink_(completeness_.text(info_, malformed, whole));
  const std::string lost = completeness_.what_is_lost(malformed, whole);
  if (!lost.empty()) sink_("cttrace: lost: " + lost + "\n");
}

}  // namespace cttrace
