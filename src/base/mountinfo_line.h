// A line of /proc/PID/mountinfo, field by field.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cttrace {

// Views are into the line, with the kernel's escapes where a comment says so.
struct MountinfoLine {
  uint32_t id = 0, parent_id = 0;
  uint32_t dev_major = 0, dev_minor = 0;
  std::string root, mountpoint;
  std::string_view attributes;  // "rw,relatime"
  std::string_view optional;    // "shared:1 master:2", escaped
  std::string fs_type, source;
  std::string_view options;  // of the filesystem, escaped
};

// None: it makes no sense.
std::optional<MountinfoLine> parse_mountinfo_line(std::string_view line);

// The text without the kernel's escapes.
std::string mountinfo_unescaped(std::string_view text);

}  // namespace cttrace
