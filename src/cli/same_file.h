// Whether two names are of one file: writing one would destroy the other.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "base/error.h"
#include "cli/options.h"

namespace cttrace {

// Where the name leads, also to what is not there yet; none: to a descriptor of some process, by /proc.
std::optional<std::filesystem::path> place_of(const std::string& name);

// By device and inode where both are there, otherwise by where they lead. Empty and "-" are standard output.
bool is_one_file(const std::string& one, const std::string& other);

// An Error (exit_status 2) where what is written would destroy `other`, which is `what`: "the recording".
Status check_not_the_same(const std::string& written, const std::string& other, const std::string& what);

// The same for every file that the command reads.
Status check_not_read(const std::string& written, const Options& options);

}  // namespace cttrace
