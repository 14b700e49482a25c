// The lines of a section: a heading, and a time, a phase and words in columns.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "render/renderer.h"

namespace cttrace {

// Everything given is escaped already. Lines are wrapped to the width of the options.
class StoryLines {
 public:
  // Times are relative to `start_ns`.
  StoryLines(const RenderOptions& options, uint64_t start_ns) : options_(options), start_ns_(start_ns) {}

  // Items three spaces apart, on as many lines as they need; empty ones are left out.
  void heading(const std::vector<std::string>& items);
  void detail(std::string_view what, const std::string& text);
  void add(uint64_t time_ns, std::string_view phase, const std::string& text, bool bad);
  void note(const std::string& text);

  std::string take() { return std::move(text_); }

 private:
  void add_wrapped(std::string lead, size_t lead_columns, const std::string& text, bool bad);

  const RenderOptions& options_;
  uint64_t start_ns_;
  std::string last_phase_;
  std::string text_;
};

}  // namespace cttrace
