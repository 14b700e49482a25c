#include "source/ptrace/magic_path.h"

#include <climits>

#include "base/words.h"

namespace cttrace::ptrace {
namespace {

bool skip(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

// Takes a number off, of at most ten digits.
bool take_number(std::string_view& text, int& number) {
  const size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  if (digits == 0 || digits > 10 || !read_number(text.substr(0, digits), number) || number == INT_MAX) return false;
  text.remove_prefix(digits);
  return true;
}

}  // namespace

std::optional<MagicPath> parse_magic_path(std::string_view path) {
  std::string_view rest = path;
  MagicPath magic;
  int pid = 0;
  if (!skip(rest, "/proc/")) return std::nullopt;
  if (!skip(rest, "self") && !skip(rest, "thread-self")) {
    if (!take_number(rest, pid) || pid == 0) return std::nullopt;
    magic.pid = static_cast<uint32_t>(pid);
  }
  if (!skip(rest, "/fd/") || !take_number(rest, magic.fd) || (!rest.empty() && rest.front() != '/'))
    return std::nullopt;
  magic.prefix = static_cast<uint32_t>(path.size() - rest.size());
  return magic;
}

}  // namespace cttrace::ptrace
