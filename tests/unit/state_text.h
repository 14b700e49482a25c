// All of a state as text, so that two can be compared.
#pragma once

#include <string>

#include "cttrace/state.h"

namespace cttrace {

std::string text_of(const State& state);

}  // namespace cttrace
