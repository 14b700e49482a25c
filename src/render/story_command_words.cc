// Command lines, and what was written to files, each in one line.
#include <algorithm>

#include "render/columns.h"
#include "render/place_words.h"
#include "render/story_words.h"

namespace cttrace {
namespace {

using std::string;

// The spaces between the words of a command line: none of those that are in quotes.
std::vector<size_t> gaps_in(std::string_view line) {
  std::vector<size_t> gaps;
  bool quoted = false, escapes = false;
  for (size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '\'') {
      quoted = !quoted;
      escapes = quoted && i && line[i - 1] == '$';
    } else if (escapes && line[i] == '\\') {
      ++i;
    } else if (line[i] == ' ' && !quoted) {
      gaps.push_back(i);
    }
  }
  return gaps;
}

}  // namespace

string command_line(const std::vector<string>& argv, Around around) {
  // What was typed as /tmp need not be meant as the root.
  if (around.rootfs.find('/', 1) == string::npos) around.rootfs.clear();
  string line;
  for (const string& word : argv) {
    const string typed = shell_word(word);
    line += (line.empty() ? "" : " ") + (typed == word ? shown(word, around) : typed);
  }
  return line;
}

string shortened(string line, size_t limit) {
  if (!limit || columns_of(line) <= limit) return line;
  const std::vector<size_t> gaps = gaps_in(line);
  const auto head = std::ranges::lower_bound(gaps, limit / 3);
  const auto with_head = [&](size_t end) { return line.substr(0, end) + " ..."; };
  const string begin = with_head(head == gaps.end() ? line.size() : *head);
  for (auto tail = head; tail != gaps.end(); ++tail)
    if (columns_of(begin) + columns_of(line.substr(*tail)) <= limit) return begin + line.substr(*tail);
  // No end is short enough: as much of the beginning as there is room for, where that is more than a word or two.
  for (auto end = gaps.end(); end != head; --end)
    if (const string beginning = with_head(end[-1]); columns_of(beginning) <= limit) return beginning;
  return cut_to(line, limit, false);
}

string control_value(std::string_view file, std::string_view value) {
  const bool of_clocks = file.ends_with("/timens_offsets");
  std::vector<string> lines;
  while (!value.empty()) {
    const size_t end = std::min(value.find('\n'), value.size());
    string line(value.substr(0, end));
    value.remove_prefix(std::min(end + 1, value.size()));
    // CLOCK_MONOTONIC and CLOCK_BOOTTIME, which may be written as numbers: proc_timens_set_offset(), kernel/time.
    if (of_clocks && line.starts_with("1 ")) line.replace(0, 1, "monotonic");
    if (of_clocks && line.starts_with("7 ")) line.replace(0, 1, "boottime");
    if (!line.empty()) lines.push_back(std::move(line));
  }
  return listed(lines);
}

}  // namespace cttrace
