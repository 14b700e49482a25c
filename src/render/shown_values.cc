// Values as text, in strace's words.
#include <fmt/format.h>

#include <algorithm>

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

std::string show_capabilities(const Value& value) {
  std::string text;
  for (const auto& name : value.names) text += (text.empty() ? "1<<" : "|1<<") + std::string(name);
  return text + (value.rest ? "|" + hex(value.rest) : "");
}

std::string either(std::string_view first, std::string_view second) {
  return std::string(first) + (first.empty() || second.empty() ? "" : "|") + std::string(second);
}

// A set with a number in some of its bits: clone's signal, behind the flags; personality's, before them.
std::string show_masked(const Value& value) {
  const FlagSet& set = *value.set;
  const uint64_t number = value.number & set.mask, rest = value.rest & ~set.mask;
  std::vector<std::string_view> names = value.names;
  std::string own;
  if (std::ranges::find(set.masked, number, &NamedValue::value) != set.masked.end()) {
    const auto place = set.masked_last ? names.end() - 1 : names.begin();
    own = *place;
    names.erase(place);
  } else if (set.masked_last) {
    own = number ? show({.kind = ValueKind::kSignal, .number = number}, {}) : "";
  } else {
    const FlagSet masked{.name = set.name, .enumeration = true, .values = set.masked};
    own = unknown(number, masked);
  }
  const bool nothing_known = names.empty() && set.masked_last;
  const std::string unnamed = !rest ? "" : nothing_known ? unknown(rest, set) : hex(rest);
  const std::string flags = either(joined(names), unnamed);
  const std::string text = set.masked_last ? either(flags, own) : either(own, flags);
  return text.empty() ? "0" : text;
}

std::string show_flags(const Value& value) {
  if (value.kind == ValueKind::kFlags && value.set->mask) return show_masked(value);
  if (value.names.empty() && value.number == 0 && value.kind == ValueKind::kFlags) return "0";
  if (value.names.empty()) return unknown(value.number, *value.set);
  if (value.set->name == "capability_sets") return show_capabilities(value);
  return joined(value.names) + (value.rest ? "|" + hex(value.rest) : "");
}

std::string show_mode(const Value& value) {
  // Only where a type may be are other bits than the permissions named.
  constexpr uint64_t kType = 0170000;
  if (!value.set || (value.rest & kType)) return octal(value.number);
  std::string text = joined(value.names);
  if (value.rest & 04000) text = either(text, "S_ISUID");
  if (value.rest & 02000) text = either(text, "S_ISGID");
  if (value.rest & 01000) text = either(text, "S_ISVTX");
  return either(text, octal(value.rest & ~07000ul));
}

std::string show_limit(uint64_t number, uint64_t size) {
  if (number == ~uint64_t{0}) return "RLIM64_INFINITY";
  if (size == 4 && number == 0xffffffff) return "RLIM_INFINITY";
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
    case ValueKind::kUnsigned: return std::to_string(value.number);
    case ValueKind::kHex: return hex(value.number);
    case ValueKind::kAddress: return value.number ? hex(value.number) : "NULL";
    case ValueKind::kFlags:
    case ValueKind::kEnum: return show_flags(value);
    case ValueKind::kSigned:
    case ValueKind::kFd:
      return value.names.empty() ? std::to_string(static_cast<int64_t>(value.number))
                                 : std::string(value.names.front());
    case ValueKind::kText: return quote(value.text, value.cut, options.string_limit);
    case ValueKind::kBytes: {
      const std::string_view shown =
          std::string_view(value.text).substr(0, options.string_limit.value_or(std::string::npos));
      return in_hex(shown) + (value.cut || shown.size() < value.text.size() ? "..." : "");
    }
    case ValueKind::kTexts:
    case ValueKind::kArray: return "[" + show_items(value, options) + "]";
    case ValueKind::kParts: return show_parts(value, options);
    case ValueKind::kVariables: return show_variables(value);
    case ValueKind::kStruct: return show_structure(value, options);
    case ValueKind::kMode: return show_mode(value);
    case ValueKind::kDevice: return fmt::format("makedev({}, {})", hex(value.number), hex(value.rest));
    case ValueKind::kSignal: {
      const std::string name = signal_name(value.number);
      return name.empty() ? std::to_string(value.number) : name;
    }
    case ValueKind::kId: return value.number == 0xffffffff ? "-1" : std::to_string(value.number);
    case ValueKind::kLimit: return show_limit(value.number, value.count);
  }
  return {};
}

}  // namespace cttrace
