// Names that are made up anew for every run: ids, temporary folders, numbers of processes and descriptors.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "check/facts.h"

namespace cttrace::canon {

// How many bytes from `at` on are such a name; 0: none begins there.
using NameLength = size_t (*)(std::string_view text, size_t at);

// One rule, with an example: `example` becomes `canonical`.
struct NameRule {
  const char* id;
  const char* becomes;
  NameLength length;
  const char* example;
  const char* canonical;
  bool inside = false;  // also begins inside a word
};
std::span<const NameRule> name_rules();

// All rules, for what has nothing to do with a certain container. Escaped, as for a terminal.
std::string canonical_name(std::string_view text);

// A name that nobody chose: of a container that is found by its place among the others.
bool is_made_up(std::string_view name);

// With what is known of a container: its folders become <rootfs> and <bundle>, its name <id>.
class Names {
 public:
  explicit Names(const ContainerFacts& facts);
  std::string operator()(std::string_view text) const;

 private:
  struct Known {
    std::string text;
    const char* becomes;
    bool anywhere;  // also inside a word
  };
  std::vector<Known> known_;  // the longest first
};

}  // namespace cttrace::canon
