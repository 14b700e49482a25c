// What every output must be like, whatever was traced.
#pragma once

#include <string_view>

namespace cttrace::fuzz {

// Says which rule is broken, and ends the program.
[[noreturn]] void broken(const char* rule, std::string_view text);

using Check = void (*)(std::string_view line);
// All of the text is whole lines.
void each_line(std::string_view text, Check check);

// Of text for people; of a line of JSON.
void check_for_people(std::string_view line);
void check_object(std::string_view line);

}  // namespace cttrace::fuzz
