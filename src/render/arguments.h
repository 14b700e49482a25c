// Arguments as strace writes them.
#pragma once

#include <string>

#include "render/line.h"
#include "render/renderer.h"
#include "render/values.h"

namespace cttrace {

// A value alone.
std::string show(const Value& value, const RenderOptions& options);

// "text" in quotes, `...` behind it when it is cut by `limit` or goes on.
std::string quote(std::string_view text, bool cut, std::optional<size_t> limit);

// What is behind a descriptor's number with -y: "</path>", "<pipe:[1]>(deleted)".
std::string behind_descriptor(const File& file);

// All arguments of a call, without the parentheses.
void add_arguments(Line& line, const Call& call, const RenderOptions& options);

}  // namespace cttrace
