// Reading the values of options.
#include "cli/values.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/nearest.h"

namespace cttrace {
namespace {

constexpr int kUsage = 2;

std::vector<std::string_view> split(std::string_view text, std::string_view separators) {
  std::vector<std::string_view> parts;
  while (!text.empty()) {
    const size_t end = std::min(text.find_first_of(separators), text.size());
    if (end > 0) parts.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parts;
}

}  // namespace

Error usage_error(std::string what, std::string subject, std::string why, std::string hint) {
  return Error{.what = std::move(what),
               .subject = std::move(subject),
               .why = std::move(why),
               .remedy = hint.empty() ? "see cttrace --help" : std::move(hint),
               .exit_status = kUsage};
}

Result<uint64_t> parse_number(std::string_view option, std::string_view text, uint64_t least, uint64_t most) {
  uint64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, problem] = std::from_chars(text.data(), end, number);
  if (problem == std::errc() && stop == end && number >= least && number <= most) return number;
  return usage_error("use " + std::string(option), std::string(text),
                     "a number from " + std::to_string(least) + " to " + std::to_string(most) + " is expected");
}

Result<size_t> parse_size(std::string_view option, std::string_view text) {
  constexpr uint64_t kMost = 1u << 30;  // what a ring buffer may have, and an int holds
  unsigned shift = 0;
  std::string_view digits = text;
  if (!text.empty()) {
    const size_t unit = std::string_view("KMG").find(static_cast<char>(text.back() & ~0x20));
    if (unit != std::string_view::npos) shift = 10 * (static_cast<unsigned>(unit) + 1), digits.remove_suffix(1);
  }
  const Result<uint64_t> number = parse_number(option, digits, 1, kMost >> shift);
  if (number) return static_cast<size_t>(*number << shift);
  return usage_error("use " + std::string(option), std::string(text), "a size up to 1G is expected, such as 64K or 8M");
}

Result<std::chrono::milliseconds> parse_seconds(std::string_view option, std::string_view text) {
  constexpr double kMost = 1e9;
  double seconds = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, problem] = std::from_chars(text.data(), end, seconds, std::chars_format::fixed);
  if (problem == std::errc() && stop == end && std::isfinite(seconds) && seconds >= 0.001 && seconds <= kMost) {
    return std::chrono::milliseconds(static_cast<int64_t>(seconds * 1000));
  }
  return usage_error("use " + std::string(option), std::string(text), "seconds are expected, such as 10 or 2.5");
}

Result<std::vector<uint32_t>> parse_pids(std::string_view what, std::string_view text) {
  constexpr uint64_t kPidMax = INT32_MAX;  // of pid_t: what the kernel allows at most is its own affair
  std::vector<uint32_t> pids;
  for (std::string_view part : split(text, ", \t\n")) {
    const Result<uint64_t> pid = parse_number("-p", part, 1, kPidMax);
    if (!pid) return usage_error(std::string(what), std::string(part), "that is not a process id");
    pids.push_back(static_cast<uint32_t>(*pid));
  }
  if (pids.empty()) return usage_error(std::string(what), "''", "no process id is given", "did pgrep find nothing?");
  return pids;
}

Result<StatusFilter> parse_status(std::string_view text) {
  const bool inverted = text.starts_with('!');
  if (inverted) text.remove_prefix(1);
  StatusFilter filter{.successful = false, .failed = false, .unfinished = false, .unavailable = false};
  for (std::string_view word : split(text, ",")) {
    const bool all = word == "all";
    if (all || word == "successful") filter.successful = true;
    if (all || word == "failed") filter.failed = true;
    if (all || word == "unfinished" || word == "detached") filter.unfinished = true;
    if (all || word == "unavailable") filter.unavailable = true;
    const std::vector<std::string_view> words = {"successful", "failed", "unfinished", "unavailable",
                                                 "detached",   "all",    "none"};
    if (std::find(words.begin(), words.end(), word) != words.end()) continue;
    const std::string meant = did_you_mean(word, words);
    return usage_error("use -e", "status=" + std::string(word), "there is no such status",
                       meant.empty() ? "successful, failed, unfinished, unavailable, detached, all, none" : meant);
  }
  if (text.empty()) return usage_error("use -e", "status=", "no status is given");
  if (!inverted) return filter;
  return StatusFilter{.successful = !filter.successful,
                      .failed = !filter.failed,
                      .unfinished = !filter.unfinished,
                      .unavailable = !filter.unavailable};
}

}  // namespace cttrace
