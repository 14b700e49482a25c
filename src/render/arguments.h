// Arguments as strace writes them.
#pragma once

#include <string>

#include "render/line.h"
#include "render/renderer.h"
#include "render/values.h"

namespace cttrace {

// A value alone; of a string at most `string_limit` bytes.
void append_value(std::string& out, const Value& value, std::optional<size_t> string_limit);

// "text" in quotes, `...` behind it when it is cut by `limit` or goes on.
void append_quoted(std::string& out, std::string_view text, bool cut, std::optional<size_t> limit);

// What is behind a descriptor's number with -y: "</path>", "<pipe:[1]>(deleted)".
std::string behind_descriptor(const File& file);

// All arguments of a call, without the parentheses.
void add_arguments(Line& line, const Call& call, const RenderOptions& options);

}  // namespace cttrace
