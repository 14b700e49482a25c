// The magic numbers of filesystems.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace cttrace::ptrace {

// Known by its name, or else asked of the file at `path`, but not of a filesystem that would have to ask somebody else.
// 0: not known.
uint64_t filesystem_magic(std::string_view fs_type, const std::string& path);

// Whether a file's attributes, or what a name in it stands for, may have to be asked of a process or another machine.
bool asks_somebody(std::string_view fs_type);

// Whether a new mount of it shows all of it, whatever it is told and whoever makes it.
bool is_mounted_whole(std::string_view fs_type);

}  // namespace cttrace::ptrace
