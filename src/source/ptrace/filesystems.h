// The magic numbers of filesystems.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace cttrace::ptrace {

// Known by its name, or else asked of the file at `path`, but not of a filesystem that would have to ask somebody else.
// 0: not known.
uint64_t filesystem_magic(std::string_view fs_type, const std::string& path);

}  // namespace cttrace::ptrace
