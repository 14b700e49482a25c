#include "check/difference.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

namespace cttrace::canon {
namespace {

const std::string& field_of(const CanonicalFact* fact, const char* field) {
  static const std::string kNone;
  if (!fact) return kNone;
  const auto found = fact->fields.find(field);
  return found == fact->fields.end() ? kNone : found->second;
}

std::string brief(const std::string& text) {
  if (text.empty()) return "empty";
  constexpr size_t kMost = 100;  // bytes; the rest of a command line says little
  if (text.size() <= kMost) return text;
  size_t end = kMost;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  return text.substr(0, end) + "...";
}

AllTold told_of_namespace(const Changed& changed) {
  const auto rank = [](const std::string& of) { return of == "its own" ? 2 : of == "the starter's" ? 0 : 1; };
  const std::string old_offsets = changed.old_value("offsets"), offsets = changed.new_value("offsets");
  if (old_offsets != offsets && changed.old_value() == changed.new_value())
    return {{.subject = changed.key,
             .message = fmt::format("the offsets of its {} namespace are {} instead of {}", changed.key,
                                    offsets.empty() ? "none" : offsets, old_offsets.empty() ? "none" : old_offsets),
             .expected = old_offsets,
             .found = offsets}};
  const int before = rank(changed.old_value()), after = rank(changed.new_value());
  return {told_plainly(changed, "its " + changed.key + " namespace",
                       after < before   ? Consequence::kWeaker
                       : after > before ? Consequence::kStronger
                                        : Consequence::kEqual)};
}

AllTold told_of_place(const Changed& changed) {
  Told told = told_plainly(changed, "its " + changed.key);
  if (changed.added() || changed.removed()) return {told};
  const std::string before = changed.old_value(), after = changed.new_value();
  if (changed.key == "old root") {
    told.consequence = after == "gone"    ? Consequence::kStronger
                       : before == "gone" ? Consequence::kWeaker
                                          : Consequence::kEqual;
    const std::string was = before == "gone"        ? "it was gone"
                            : before == "around it" ? "it was still there, above the container's"
                                                    : "it could be reached " + before;
    if (after == "gone")
      told.message = "the starter's root is gone now: " + was;
    else if (after.starts_with("at "))
      told.message = "the starter's root, with all files of the host, can be reached " + after + ": " + was;
    else
      told.message = "the starter's root is still there, above the container's: " + was;
  } else if (changed.key == "root") {
    const bool chroot = after.ends_with("chroot");
    told.consequence = chroot ? Consequence::kWeaker : Consequence::kStronger;
    told.message = chroot ? "its root is only a chroot: calling chroot again leads out of it"
                          : "its root is now the root of its mounts: it was a chroot";
  } else if (after == "outside its root") {
    told.consequence = Consequence::kWeaker;
    told.message =
        "its working directory is outside its root: relative paths lead to the host's files (it was " + before + ")";
  } else if (before == "outside its root") {
    told.consequence = Consequence::kStronger;
    told.message = "its working directory is inside its root now: " + after;
  }
  return {told};
}

AllTold told_of_set_up(const Changed& changed) {
  // Baselines of earlier versions do not have it.
  if (changed.key == "pid 1" && (changed.added() || changed.removed())) return {};
  if (changed.key != "isolation") {
    const std::string what = changed.key == "ending" ? "how its set-up ended" : "its " + changed.key;
    return {told_plainly(changed, what)};
  }
  const auto rank = [](const std::string& words) {
    return words.starts_with("container") ? 3 : words.starts_with("mounts") ? 2 : words.starts_with("pids") ? 1 : 0;
  };
  const auto isolation = [&](const std::string& words) {
    return std::pair(rank(words), words.find("users of its own") != std::string::npos);
  };
  const auto before = isolation(changed.old_value()), after = isolation(changed.new_value());
  return {told_plainly(changed, "its isolation",
                       after < before   ? Consequence::kWeaker
                       : before < after ? Consequence::kStronger
                                        : Consequence::kEqual)};
}

AllTold told_of_failure(const Changed& changed) {
  Told told{.subject = changed.key, .expected = changed.old_value(), .found = changed.new_value()};
  if (changed.added())
    told.message = fmt::format("{} fails now: {}", changed.key, told.found);
  else if (changed.removed())
    told.message = fmt::format("{} fails no longer (it was {})", changed.key, told.expected);
  else
    told.message = fmt::format("{} fails with {} instead of {}", changed.key, told.found, told.expected);
  const std::string by = changed.new_value("by");
  if (!by.empty()) told.message += ", denied by " + by;
  return {told};
}

AllTold told_of_descriptor(const Changed& changed) {
  Told told{.subject = changed.key, .expected = changed.old_value(), .found = changed.new_value()};
  // Whatever it leads to can be used by the program, and by what it executes.
  told.consequence = changed.removed() ? Consequence::kStronger : Consequence::kWeaker;
  if (changed.added())
    told.message =
        fmt::format("a descriptor of {} is open when the program begins: it leads out of the container", changed.key);
  else if (changed.removed())
    told.message = fmt::format("no descriptor of {} is open any more when the program begins", changed.key);
  else
    told.message = fmt::format("of descriptors of {}, {} instead of {}", changed.key, told.found, told.expected);
  return {told};
}

AllTold told_of_name(const Changed& changed) {
  // Baselines of earlier versions have this for the hostname that a container is called by.
  if (changed.old_value() == "<id>" && changed.new_value() == changed.was.name) return {};
  return {told_plainly(changed, "its " + changed.key)};
}
AllTold told_of_sysctl(const Changed& changed) { return {told_plainly(changed, "the sysctl " + changed.key)}; }

struct GroupRow {
  const char* group;
  AllTold (*told)(const Changed&);
};
constexpr GroupRow kGroups[] = {
    {"set-up", told_of_set_up},        {"namespaces", told_of_namespace},
    {"root", told_of_place},           {"mounts", told_of_mount},
    {"masked", told_of_mask},          {"devices", told_of_device},
    {"identity", told_of_identity},    {"capabilities", told_of_capability},
    {"privileges", told_of_privilege}, {"limits", told_of_limit},
    {"cgroup", told_of_cgroup},        {"names", told_of_name},
    {"sysctls", told_of_sysctl},       {"descriptors", told_of_descriptor},
    {"failures", told_of_failure},
};

}  // namespace

std::string Changed::old_value(const char* field) const { return field_of(before, field); }
std::string Changed::new_value(const char* field) const { return field_of(after, field); }

std::set<std::string> words_in(const std::string& list) {
  std::set<std::string> words;
  for (size_t at = 0; at < list.size();) {
    size_t end = list.find(',', at);
    if (end == std::string::npos) end = list.size();
    std::string word = list.substr(at, end - at);
    word.erase(0, word.find_first_not_of(' '));
    if (!word.empty()) words.insert(std::move(word));
    at = end + 1;
  }
  return words;
}

std::string only_in(const std::string& list, const std::string& other) {
  const std::set<std::string> words = words_in(list), others = words_in(other);
  std::string only;
  for (const std::string& word : words)
    if (!others.contains(word)) only += (only.empty() ? "" : ", ") + word;
  return only;
}

Told told_plainly(const Changed& changed, const std::string& what, Consequence consequence) {
  Told told{.subject = changed.key, .expected = changed.old_value(), .found = changed.new_value()};
  if (changed.added()) {
    told.message = fmt::format("{} is new: {}", what, brief(told.found));
  } else if (changed.removed()) {
    told.message = fmt::format("{} is gone: it was {}", what, brief(told.expected));
  } else {
    told.consequence = consequence;
    told.message = fmt::format("{} is {} instead of {}", what, brief(told.found), brief(told.expected));
  }
  return told;
}

AllTold told_of(const Changed& changed) {
  for (const GroupRow& row : kGroups)
    if (changed.group == row.group) return row.told(changed);
  return {told_plainly(changed, changed.group + " " + changed.key)};
}

}  // namespace cttrace::canon
