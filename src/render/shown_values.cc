// Values as text, in strace's words.
#include <fmt/format.h>

#include "base/escape.h"
#include "render/arguments.h"

namespace cttrace {
namespace {

std::string hex(uint64_t number) { return number ? fmt::format("{:#x}", number) : "0"; }

std::string octal(uint64_t number) {
  // printf's %#03o: a leading zero, and at least three characters.
  std::string text = fmt::format("{:o}", number);
  if (text.front() != '0') text.insert(0, "0");
  return std::string(text.size() < 3 ? 3 - text.size() : 0, '0') + text;
}

std::string joined(const std::vector<std::string_view>& names) {
  std::string text;
  for (const auto& name : names) text += (text.empty() ? "" : "|") + std::string(name);
  return text;
}

std::string unknown(uint64_t number, const FlagSet& set) {
  const std::string prefix = common_prefix(set);
  return prefix.empty() ? hex(number) : fmt::format("{} /* {}??? */", hex(number), prefix);
}

std::string show_flags(const Value& value) {
  if (value.names.empty() && value.number == 0 && value.kind == ValueKind::kFlags) return "0";
  if (value.names.empty()) return unknown(value.number, *value.set);
  return joined(value.names) + (value.rest ? "|" + hex(value.rest) : "");
}

std::string show_mode(const Value& value) {
  if (value.names.empty()) return octal(value.number);
  std::string text(value.names.front());
  if (value.rest & 04000) text += "|S_ISUID";
  if (value.rest & 02000) text += "|S_ISGID";
  if (value.rest & 01000) text += "|S_ISVTX";
  return text + "|" + octal(value.rest & 0777);
}

std::string show_limit(uint64_t number) {
  if (number == ~uint64_t{0}) return "RLIM64_INFINITY";
  if (number > 1024 && number % 1024 == 0) return fmt::format("{}*1024", number / 1024);
  return std::to_string(number);
}

std::string in_hex(std::string_view bytes) {
  std::string text = "\"";
  for (const char c : bytes) text += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
  return text + "\"";
}

std::string show_items(const Value& value, const RenderOptions& options) {
  std::string text;
  for (const auto& item : value.items) {
    if (!text.empty()) text += ", ";
    if (!item.name.empty()) text += std::string(item.name) + "=";
    text += show(item, options);
  }
  if (value.cut) text += text.empty() ? "..." : ", ...";
  return text;
}

std::string show_structure(const Value& value, const RenderOptions& options) {
  std::string text = "{" + show_items(value, options);
  if (value.text.find_first_not_of('\0') != std::string::npos)
    text +=
        fmt::format(", /* bytes {}..{} */ {}", value.count, value.count + value.text.size() - 1, in_hex(value.text));
  return text + "}";
}

std::string show_parts(const Value& value, const RenderOptions& options) {
  std::string text = fmt::format("[{{iov_base={}, iov_len={}}}", quote(value.text, value.cut, options.string_limit),
                                 value.text.size());
  if (value.count != 1) text += fmt::format(" /* {} parts, joined */", value.count);
  return text + "]";
}

std::string show_variables(const Value& value) {
  return fmt::format("{} /* {}{} var{} */", hex(value.number), value.cut ? "more than " : "", value.count,
                     value.count == 1 ? "" : "s");
}

}  // namespace

std::string quote(std::string_view text, bool cut, std::optional<size_t> limit) {
  const bool limited = limit && text.size() > *limit;
  if (limited) text = text.substr(0, *limit);
  return "\"" + escape_like_strace(text) + "\"" + (cut || limited ? "..." : "");
}

std::string behind_descriptor(const File& file) {
  std::string text = "<";
  for (const char c : escape_like_strace(file.shown()))
    text += c == '<' ? "\\74" : c == '>' ? "\\76" : std::string(1, c);
  return text + (file.deleted ? ">(deleted)" : ">");
}

std::string show(const Value& value, const RenderOptions& options) {
  switch (value.kind) {
    case ValueKind::kSigned: return std::to_string(static_cast<int64_t>(value.number));
    case ValueKind::kUnsigned: return std::to_string(value.number);
    case ValueKind::kHex: return hex(value.number);
    case ValueKind::kAddress: return value.number ? hex(value.number) : "NULL";
    case ValueKind::kFlags:
    case ValueKind::kEnum: return show_flags(value);
    case ValueKind::kFd:
      return value.names.empty() ? std::to_string(static_cast<int64_t>(value.number))
                                 : std::string(value.names.front());
    case ValueKind::kText: return quote(value.text, value.cut, options.string_limit);
    case ValueKind::kBytes: return in_hex(value.text) + (value.cut ? "..." : "");
    case ValueKind::kTexts:
    case ValueKind::kArray: return "[" + show_items(value, options) + "]";
    case ValueKind::kParts: return show_parts(value, options);
    case ValueKind::kVariables: return show_variables(value);
    case ValueKind::kStruct: return show_structure(value, options);
    case ValueKind::kMode: return show_mode(value);
    case ValueKind::kDevice: return fmt::format("makedev({:#x}, {:#x})", value.number, value.rest);
    case ValueKind::kSignal: {
      const std::string name = signal_name(value.number);
      return name.empty() ? std::to_string(value.number) : name;
    }
    case ValueKind::kId: return value.number == 0xffffffff ? "-1" : std::to_string(value.number);
    case ValueKind::kLimit: return show_limit(value.number);
  }
  return {};
}

}  // namespace cttrace
