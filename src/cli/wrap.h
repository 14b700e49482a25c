// Text broken into lines at spaces.
#pragma once

#include <string>
#include <string_view>

namespace cttrace {

inline constexpr size_t kScreenColumns = 80;

// `text` in lines of at most kScreenColumns, each but the first indented; the first begins at column `indent` too,
// where the caller has got to. Ends with a newline.
std::string wrap(std::string_view text, size_t indent);

// `text` and spaces up to `columns`; a text that is as long gets one space.
std::string padded(std::string_view text, size_t columns);

}  // namespace cttrace
