#include "base/mountinfo_line.h"

#include "base/words.h"

namespace cttrace {
namespace {

// One blank parts two fields: a field may be empty.
std::string_view take_field(std::string_view& line) {
  const std::string_view field = line.substr(0, line.find(' '));
  line.remove_prefix(std::min(field.size() + 1, line.size()));
  return field;
}

bool is_octal(char c) { return c >= '0' && c <= '7'; }

bool read_device(std::string_view text, MountinfoLine& row) {
  const size_t colon = text.find(':');
  return colon != std::string_view::npos && read_number(text.substr(0, colon), row.dev_major) &&
         read_number(text.substr(colon + 1), row.dev_minor);
}

}  // namespace

// The kernel writes blanks and backslashes as "\040" (mangle, fs/proc_namespace.c).
std::string mountinfo_unescaped(std::string_view text) {
  std::string plain;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool escape = text[i] == '\\' && i + 3 < text.size() && text[i + 1] <= '3' && is_octal(text[i + 1]) &&
                        is_octal(text[i + 2]) && is_octal(text[i + 3]);
    if (!escape) {
      plain += text[i];
      continue;
    }
    plain += static_cast<char>((text[i + 1] - '0') * 64 + (text[i + 2] - '0') * 8 + (text[i + 3] - '0'));
    i += 3;
  }
  return plain;
}

std::optional<MountinfoLine> parse_mountinfo_line(std::string_view line) {
  MountinfoLine row;
  if (!read_number(take_field(line), row.id) || !read_number(take_field(line), row.parent_id)) return std::nullopt;
  if (!read_device(take_field(line), row)) return std::nullopt;
  row.root = mountinfo_unescaped(take_field(line));
  row.mountpoint = mountinfo_unescaped(take_field(line));
  if (row.root.empty() || !row.mountpoint.starts_with('/')) return std::nullopt;
  row.attributes = take_field(line);
  const std::string_view optional = line;
  std::string_view field = take_field(line);
  for (; field != "-"; field = take_field(line))
    if (line.empty()) return std::nullopt;
  row.optional = optional.substr(0, static_cast<size_t>(field.data() - optional.data()));
  row.fs_type = mountinfo_unescaped(take_field(line));
  row.source = mountinfo_unescaped(take_field(line));
  row.options = take_field(line);
  if (row.fs_type.empty()) return std::nullopt;
  return row;
}

}  // namespace cttrace
