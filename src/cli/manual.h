// --help, the introduction and the manual page, all from the rows of option_table.h.
#pragma once

#include <string>

namespace cttrace {

std::string introduction();
// About one command; empty: about all.
std::string help(const std::string& about);
// In man(7) macros.
std::string manual_page();

}  // namespace cttrace
