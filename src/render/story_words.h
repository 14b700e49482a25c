// Steps in words.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cttrace/story.h"

namespace cttrace {

// What the traced gave, for a terminal.
std::string safe(std::string_view text);

// A space at which no line is broken; StoryLines makes a space of it.
inline constexpr char kNoBreak = '\x01';
std::string kept_together(std::string text);

// What words need to know of the container around a step.
struct Around {
  std::string id = {}, rootfs = {}, bundle = {};  // shown as <id>, <rootfs>, <bundle>; empty: none
  std::string cgroup = {};                        // the container's own; empty: not known
  const std::vector<Stage>* stages = nullptr;
  size_t limit = 0;  // columns of a command line or of a filesystem's options; 0: all
};

// One true sentence, escaped, without its time. Empty: the step says nothing that is not said elsewhere.
std::string words_of(const Step& step, const Around& around);

std::string words_of(const MountDone& done, const Around& around);
std::string words_of(const PathsMasked& masked, const Around& around);
std::string words_of(const IdentityGiven& given, const Around& around);

// What was written to a control file, in one line, not escaped. Clocks have their names.
std::string control_value(std::string_view file, std::string_view value);

// Of a set-up that failed, and no call of it that says why.
std::string no_call_to_blame(const std::string& runtime, bool usual_ones_failed);

// "runc 1.1.5"
std::string program_name(const Runtime& runtime);

// "runc 4872", "init 4883".
std::string name_of(const Stage& stage);
// Of a process by the host's pid.
std::string name_of(uint32_t pid, const Around& around);

// What is added to "killed by SIGKILL" of the process `pid`: ", by runc 3521", ", by the kernel: out of memory". Empty:
// not known. `code`: as wait(2) reports it.
std::string by_whom(const MaybeKiller& killer, uint32_t pid, uint32_t code, const Around& around);

// A command line as it would be typed, escaped.
std::string command_line(const std::vector<std::string>& argv, Around around);

// A long command line without its middle: what is run is at its beginning, on what at its end.
std::string shortened(std::string line, size_t limit);

// A path, escaped; with <bundle>, <rootfs> or <id> for what is long and always the same.
std::string shown(const std::string& path, const Around& around);
std::string shown(const Seen& seen, const Around& around);

// "12.3 ms".
std::string duration_text(uint64_t ns);
// What took less is not worth a word: a step, and a program, which takes a little in any case.
inline constexpr uint64_t kNotable_ns = 1'000'000, kLong_ns = 10'000'000;

// " (a; b)" of what is not empty; nothing where all is.
std::string in_parentheses(std::vector<std::string> parts);
std::string listed(const std::vector<std::string>& words, std::string_view separator = ", ");

}  // namespace cttrace
