// Shell completions, from the rows of option_table.h and of the call table.
#pragma once

#include <string>

namespace cttrace {

std::string bash_completion();
std::string zsh_completion();
std::string fish_completion();

}  // namespace cttrace
