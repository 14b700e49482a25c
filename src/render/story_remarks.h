// What a story tells beside the steps: who wrote what to the standard error stream, who ended how.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cttrace/story.h"
#include "render/story_lines.h"
#include "render/story_words.h"

namespace cttrace {

// The lines that somebody wrote, escaped; the last ones of many.
std::vector<std::string> lines_of(const Said& said);

struct Remark {
  uint64_t time_ns = 0;
  std::string_view phase = {};
  std::vector<std::string> lines = {};  // escaped
};

// `who`: empty, where the heading says it. Without lines, where nothing was said.
Remark said_by(const std::string& who, const Said& said);

// In the order of their times. Of a set-up that was handed over, what was said is worth no more than what it did: only
// when `verbose`.
std::vector<Remark> remarks_on(const SetUpStory& story, const Around& around, bool verbose);

// A set-up failed, and neither a call nor anybody says why.
bool is_unexplained(const SetUpStory& story);

void add(StoryLines& lines, const Remark& remark, bool bad);

// How long a program ran that the step began, and that helped: "ran 1502.3 ms", "still runs"; empty: it was no such step,
// or took less than is worth a word.
std::string ran_text(const SetUpStory& story, const Step& step);

}  // namespace cttrace
