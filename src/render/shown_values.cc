// Values as text, in strace's words.
#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <utility>

#include "base/append.h"
#include "base/escape.h"
#include "render/arguments.h"

namespace cttrace {
namespace {

using Limit = std::optional<size_t>;

// printf's %#03o: a leading zero, and at least three characters.
void append_octal(std::string& out, uint64_t number) {
  const size_t before = out.size();
  out += '0';
  append_number(out, number, 8);
  if (number == 0) out.pop_back();
  if (out.size() - before < 3) out.insert(before, 3 - (out.size() - before), '0');
}

// With a bar before it, unless it is the first behind `begin`.
void append_name(std::string& out, size_t begin, std::string_view name) {
  if (out.size() > begin) out += '|';
  out += name;
}

void append_names(std::string& out, size_t begin, std::span<const std::string_view> names) {
  for (const std::string_view name : names) append_name(out, begin, name);
}

void append_rest(std::string& out, uint64_t rest) {
  if (!rest) return;
  out += '|';
  append_hex(out, rest);
}

void append_unknown(std::string& out, uint64_t number, const FlagSet& set) {
  append_hex(out, number);
  const std::string prefix = common_prefix(set);
  if (!prefix.empty()) out.append(" /* ").append(prefix).append("??? */");
}

void append_capabilities(std::string& out, const Value& value) {
  const size_t begin = out.size();
  for (const auto& name : value.names) {
    append_name(out, begin, "1<<");
    out += name;
  }
  append_rest(out, value.rest);
}

// A set with a number in some of its bits: clone's signal, behind the flags; personality's, before them.
void append_masked(std::string& out, const Value& value) {
  const FlagSet& set = *value.set;
  const uint64_t number = value.number & set.mask, rest = value.rest & ~set.mask;
  std::span<const std::string_view> names = value.names;
  std::string own;
  if (std::ranges::find(set.masked, number, &NamedValue::value) != set.masked.end()) {
    own = set.masked_last ? names.back() : names.front();
    names = set.masked_last ? names.first(names.size() - 1) : names.subspan(1);
  } else if (set.masked_last) {
    if (number) append_value(own, {.kind = ValueKind::kSignal, .number = number}, {});
  } else {
    append_unknown(own, number, {.name = set.name, .enumeration = true, .values = set.masked});
  }
  const size_t begin = out.size();
  if (!set.masked_last) out += own;
  append_names(out, begin, names);
  if (rest) {
    const bool nothing_known = names.empty() && set.masked_last;
    append_name(out, begin, {});
    nothing_known ? append_unknown(out, rest, set) : append_hex(out, rest);
  }
  if (set.masked_last && !own.empty()) append_name(out, begin, own);
  if (out.size() == begin) out += '0';
}

void append_flags(std::string& out, const Value& value) {
  if (value.kind == ValueKind::kFlags && value.set->mask) return append_masked(out, value);
  if (value.names.empty() && value.number == 0 && value.kind == ValueKind::kFlags) return out.push_back('0');
  if (value.names.empty()) return append_unknown(out, value.number, *value.set);
  if (value.set->name == "capability_sets") return append_capabilities(out, value);
  append_names(out, out.size(), value.names);
  append_rest(out, value.rest);
}

void append_mode(std::string& out, const Value& value) {
  // Only where a type may be are other bits than the permissions named.
  constexpr uint64_t kType = 0170000;
  if (!value.set || (value.rest & kType)) return append_octal(out, value.number);
  const size_t begin = out.size();
  append_names(out, begin, value.names);
  if (value.rest & 04000) append_name(out, begin, "S_ISUID");
  if (value.rest & 02000) append_name(out, begin, "S_ISGID");
  if (value.rest & 01000) append_name(out, begin, "S_ISVTX");
  append_name(out, begin, {});
  append_octal(out, value.rest & ~07000ul);
}

void append_limit(std::string& out, uint64_t number, uint64_t size) {
  const bool in_kibibytes = number > 1024 && number % 1024 == 0;
  if (number == ~uint64_t{0}) {
    out += "RLIM64_INFINITY";
  } else if (size == 4 && number == 0xffffffff) {
    out += "RLIM_INFINITY";
  } else {
    append_number(out, in_kibibytes ? number / 1024 : number);
    if (in_kibibytes) out += "*1024";
  }
}

void append_bytes(std::string& out, std::string_view bytes) {
  out += '"';
  for (const char c : bytes) out += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
  out += '"';
}

void append_items(std::string& out, const Value& value, Limit string_limit) {
  bool first = true;
  for (const auto& item : value.items) {
    if (!std::exchange(first, false)) out += ", ";
    if (!item.name.empty()) out.append(item.name).append(1, '=');
    append_value(out, item, string_limit);
  }
  if (value.cut) out += first ? "..." : ", ...";
}

void append_structure(std::string& out, const Value& value, Limit string_limit) {
  out += '{';
  append_items(out, value, string_limit);
  if (value.text.find_first_not_of('\0') != std::string::npos) {
    out += fmt::format(", /* bytes {}..{} */ ", value.count, value.count + value.text.size() - 1);
    append_bytes(out, value.text);
  }
  out += '}';
}

void append_parts(std::string& out, const Value& value, Limit string_limit) {
  out += "[{iov_base=";
  append_quoted(out, value.text, value.cut, string_limit);
  out += fmt::format(", iov_len={}}}", value.text.size());
  if (value.count != 1) out += fmt::format(" /* {} parts, joined */", value.count);
  out += ']';
}

void append_variables(std::string& out, const Value& value) {
  append_hex(out, value.number);
  out += fmt::format(" /* {}{} var{} */", value.cut ? "more than " : "", value.count, value.count == 1 ? "" : "s");
}

}  // namespace

void append_quoted(std::string& out, std::string_view text, bool cut, std::optional<size_t> limit) {
  const bool limited = limit && text.size() > *limit;
  if (limited) text = text.substr(0, *limit);
  out += '"';
  append_like_strace(out, text);
  out += cut || limited ? "\"..." : "\"";
}

std::string behind_descriptor(const File& file) {
  std::string text = "<";
  for (const char c : escape_like_strace(file.shown()))
    text += c == '<' ? "\\74" : c == '>' ? "\\76" : std::string(1, c);
  return text + (file.deleted ? ">(deleted)" : ">");
}

void append_value(std::string& out, const Value& value, std::optional<size_t> string_limit) {
  switch (value.kind) {
    case ValueKind::kUnsigned: return append_number(out, value.number);
    case ValueKind::kHex: return append_hex(out, value.number);
    case ValueKind::kAddress:
      if (!value.number) return void(out += "NULL");
      return append_hex(out, value.number);
    case ValueKind::kFlags:
    case ValueKind::kEnum: return append_flags(out, value);
    case ValueKind::kSigned:
    case ValueKind::kFd:
      if (!value.names.empty()) return void(out += value.names.front());
      return append_number(out, static_cast<int64_t>(value.number));
    case ValueKind::kText: return append_quoted(out, value.text, value.cut, string_limit);
    case ValueKind::kBytes: {
      const std::string_view shown = value.text.substr(0, string_limit.value_or(std::string::npos));
      append_bytes(out, shown);
      if (value.cut || shown.size() < value.text.size()) out += "...";
      return;
    }
    case ValueKind::kTexts:
    case ValueKind::kArray:
      out += '[';
      append_items(out, value, string_limit);
      return out.push_back(']');
    case ValueKind::kParts: return append_parts(out, value, string_limit);
    case ValueKind::kVariables: return append_variables(out, value);
    case ValueKind::kStruct: return append_structure(out, value, string_limit);
    case ValueKind::kMode: return append_mode(out, value);
    case ValueKind::kDevice:
      out += "makedev(";
      append_hex(out, value.number);
      out += ", ";
      append_hex(out, value.rest);
      return out.push_back(')');
    case ValueKind::kSignal: {
      const std::string name = signal_name(value.number);
      if (name.empty()) return append_number(out, value.number);
      return void(out += name);
    }
    case ValueKind::kId:
      if (value.number == 0xffffffff) return void(out += "-1");
      return append_number(out, value.number);
    case ValueKind::kLimit: return append_limit(out, value.number, value.count);
  }
}

}  // namespace cttrace
