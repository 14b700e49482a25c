// Which version of a program an executable is, where its file says so. The program is not run, and nothing is guessed.
#pragma once

#include <string>
#include <string_view>

#include "source/elf_sections.h"

namespace cttrace {

// Of the executable called `name` (the last part of its path). Empty: the file does not say. Asked, in this order:
// - what a Go program was linked with (.go.buildinfo): -X main.version=..., else the version of its module
// - another program's own name and version in one string ("bubblewrap 0.8.0"), as autoconf's PACKAGE_STRING is
// - what its package says (.note.package, as systemd.io/PACKAGE_METADATA_FOR_EXECUTABLE_FILES has it)
std::string program_version(const ReadAt& file, std::string_view name);

}  // namespace cttrace
