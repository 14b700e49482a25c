// Why libbpf could not do what was asked of it, in words for a user.
#pragma once

#include <string>

namespace cttrace {

// From here on libbpf prints nothing: its last line is a part of what libbpf_failed() tells.
void remember_what_libbpf_says();

// Throws Failure. `what` could not be done; `code`: errno.
[[noreturn]] void libbpf_failed(std::string what, int code);

}  // namespace cttrace
