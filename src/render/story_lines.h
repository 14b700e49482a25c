// The lines of a section: a heading, and a time, a phase and words in columns.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cttrace/source.h"
#include "render/line.h"
#include "render/renderer.h"

namespace cttrace {

// Everything given is escaped already. Lines are wrapped to the width of the options.
class StoryLines {
 public:
  // Times are relative to `start_ns`, unless the options want them otherwise.
  StoryLines(const RenderOptions& options, const TraceInfo& info, uint64_t start_ns)
      : options_(options), realtime_offset_ns_(info.realtime_offset_ns), start_ns_(start_ns), last_ns_(start_ns) {}

  // Items three spaces apart, on as many lines as they need; empty ones are left out.
  void heading(const std::vector<std::string>& items);
  // A line below the heading: a word and what it stands for.
  void detail(std::string_view what, const std::string& text);
  void add(uint64_t time_ns, std::string_view phase, const std::string& text, bool bad);
  // Another line below what was added last.
  void below(const std::string& text, bool bad);
  // A call of the step that was added last.
  void call(Line& line);
  void note(const std::string& text);
  // Lines that are complete.
  void raw(std::string_view lines) { text_ += lines; }

  std::string take() { return std::move(text_); }

 private:
  std::string time_text(uint64_t time_ns);
  void add_wrapped(std::string lead, size_t lead_columns, const std::string& text, bool bad);

  const RenderOptions& options_;
  int64_t realtime_offset_ns_;
  uint64_t start_ns_;
  uint64_t last_ns_;
  std::string last_phase_;
  std::string text_;
};

}  // namespace cttrace
