// --help, the introduction and the manual page, all from the rows of option_table.h.
#pragma once

#include <string>

namespace cttrace {

std::string introduction();
std::string help();
// In man(7) macros.
std::string manual_page();

}  // namespace cttrace
