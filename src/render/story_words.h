// Steps in words.
#pragma once

#include <string>

#include "cttrace/story.h"

namespace cttrace {

// What words need to know of the container around a step.
struct Around {
  std::string rootfs, bundle;
  const std::vector<Stage>* stages = nullptr;
};

// One true sentence, escaped, without its time. Empty: the step says nothing that is not said elsewhere.
std::string words_of(const Step& step, const Around& around);

// "runc 4872", "init 4883".
std::string name_of(const Stage& stage);

// A command line as it would be typed, escaped.
std::string command_line(const std::vector<std::string>& argv);

// A path, with <bundle> or <rootfs> for what stands for a long one.
std::string short_path(const std::string& path, const Around& around);

// "+12.3 ms".
std::string duration_text(uint64_t ns);

}  // namespace cttrace
