// When the story of a container in a recording begins.
#pragma once

#include <cstdint>
#include <string>

namespace cttrace {

// Of its first event. `container` is its name, long or short; a Failure where not exactly one has it.
uint64_t story_begin(const std::string& recording, const std::string& container);

}  // namespace cttrace
