// From the places that a generator asks for to places that an actor has now: tests/oracle/README.md has the words.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace cttrace::oracle {

// What an actor sees when it is about to do an operation.
struct View {
  std::string mountinfo;
  std::string cwd;  // from its root; empty: not known
};

// "proc:@D3.1": the first directory in the third mount, by way of /proc/self/fd. Words that ask for nothing stay.
std::string resolve(const std::string& word, const View& view);

std::vector<std::string> split(std::string_view text, char separator);
// As mountinfo does it: blanks and backslashes in octal.
std::string escape(std::string_view path);
std::string unescape(std::string_view text);

}  // namespace cttrace::oracle
