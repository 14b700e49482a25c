#include "base/mount_options.h"

#include <cstddef>

namespace cttrace {

std::vector<std::string_view> separated_options(std::string_view options) {
  std::vector<std::string_view> words;
  bool quoted = false, escaped = false;
  size_t start = 0;
  for (size_t at = 0; at <= options.size(); ++at) {
    const char next = at < options.size() ? options[at] : ',';
    const bool between = next == ',' && !quoted && !escaped;
    if (between || at == options.size()) {
      if (at > start) words.push_back(options.substr(start, at - start));
      start = at + 1;
    }
    if (next == '"') quoted = !quoted;
    escaped = next == '\\' && !escaped;
  }
  return words;
}

}  // namespace cttrace
