// What a container, its runtime and its stages are called.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cttrace/story.h"

namespace cttrace {

struct Told {
  std::vector<std::string> argv;  // of the runtime
  std::string cgroup;             // empty: the starter's
  std::string hostname;           // given to it
  std::vector<std::string> program;
};

// From what the runtime was told: an option that names, the argument of run or create, the leaf of the cgroup, the
// hostname; otherwise from the program.
std::string container_name(const Told& told);

// The first twelve digits of a long hexadecimal id.
std::string short_name(const std::string& name);

// The value of an option: "--bundle B" or "--bundle=B"; empty: it is not given.
std::string option_value(const std::vector<std::string>& argv, std::initializer_list<std::string_view> names);

// "1.1.15" where a part of the path says it: "/opt/runc-1.1.15/bin/runc".
std::string version_in(std::string_view path);

std::string kind_in_words(Isolation isolation, bool user_namespace);

// "parent" of "runc:[0:PARENT]"; empty: it says nothing.
std::string own_word(std::string_view comm);

}  // namespace cttrace
