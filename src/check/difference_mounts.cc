// Mounts, masks and device nodes that differ, in words.
#include <fmt/format.h>

#include <algorithm>

#include "base/paths.h"
#include "check/difference.h"
#include "check/masks.h"

namespace cttrace::canon {
namespace {

struct FlagRow {
  const char* flag;
  const char* lost;
  const char* gained;
};
// Each of them takes something away: without it isolation is weaker.
constexpr FlagRow kFlags[] = {
    {"nosuid", "honours set-user-ID programs now: nosuid is missing",
     "is nosuid now: set-user-ID programs have no effect"},
    {"nodev", "honours device nodes now: nodev is missing", "is nodev now: device nodes have no effect"},
    {"noexec", "lets programs be executed now: noexec is missing", "is noexec now: programs cannot be executed"},
    {"nosymfollow", "follows symbolic links now: nosymfollow is missing",
     "is nosymfollow now: symbolic links are not followed"},
};

// Steps on this path that the other one does not have.
std::string own_steps(const CanonicalContainer& container, const std::string& path, const CanonicalContainer& against) {
  std::vector<std::string> own;
  for (const CanonicalStep& step : container.how) {
    if (step.object != path) continue;
    const bool common =
        std::ranges::any_of(against.how, [&](const CanonicalStep& each) { return each.what == step.what; });
    if (common) continue;
    const std::string at = step.step ? fmt::format(" (step {})", step.step) : std::string();
    own.push_back("\"" + step.what + "\"" + at);
  }
  constexpr size_t kMost = 3;
  if (own.size() > kMost) own.resize(kMost);
  return fmt::format("{}", fmt::join(own, ", "));
}

// ": "proc on /proc (ro)" (step 31) is missing", where steps say why; otherwise empty.
std::string why(const Changed& changed, const std::string& path) {
  const std::string missing = own_steps(changed.was, path, changed.is),
                    instead = own_steps(changed.is, path, changed.was);
  if (missing.empty() && instead.empty()) return {};
  if (missing.empty()) return ": by " + instead;
  if (instead.empty()) return ": " + missing + " is missing";
  return ": by " + instead + " instead of " + missing;
}

bool is_read_only(const CanonicalFact* fact) {
  if (!fact) return false;
  const auto flags = fact->fields.find("flags"), filesystem = fact->fields.find("filesystem");
  return (flags != fact->fields.end() && words_in(flags->second).contains("ro")) ||
         (filesystem != fact->fields.end() && filesystem->second == "ro");
}

std::string in_words(const CanonicalFact& fact) {
  std::string text;
  const auto value = [&](const char* field) {
    const auto found = fact.fields.find(field);
    return found == fact.fields.end() ? std::string() : found->second;
  };
  text = value("type");
  if (const std::string shows = value("shows"); !shows.empty()) text += "[" + shows + "]";
  text += is_read_only(&fact) ? ", read-only" : ", writable";
  for (const char* field : {"flags", "propagation", "options"})
    if (const std::string words = field == std::string("flags") ? only_in(value("flags"), "ro") : value(field);
        !words.empty())
      text += ", " + words;
  if (!value("whose").empty()) text += ", " + value("whose");
  return text;
}

// What of the host can be seen by it.
bool shows_the_host(const CanonicalFact& fact) {
  if (fact.fields.contains("whose")) return true;
  const auto shows = fact.fields.find("shows");
  const auto type = fact.fields.find("type");
  const bool kernels = type != fact.fields.end() &&
                       (type->second == "sysfs" || type->second == "devtmpfs" || type->second == "debugfs" ||
                        type->second == "securityfs" || type->second == "bpf" || type->second == "tracefs");
  // Any other tmpfs than the host's was made for it, with all that is in there.
  if (type != fact.fields.end() && type->second == "tmpfs") return false;
  return kernels || (shows != fact.fields.end() && shows->second != "<rootfs>");
}

bool is_outside(const std::string& propagation) { return propagation.find("outside") != std::string::npos; }

// nullptr: there is none.
const CanonicalFact* fact_in(const CanonicalContainer& container, const char* group, const std::string& key) {
  const auto found = container.outcome.find(group);
  if (found == container.outcome.end()) return nullptr;
  const auto fact = found->second.find(key);
  return fact == found->second.end() ? nullptr : &fact->second;
}

bool has(const CanonicalContainer& container, const char* group, const std::string& key) {
  return fact_in(container, group, key);
}

std::string field_of(const CanonicalFact& fact, const char* field) {
  const auto found = fact.fields.find(field);
  return found == fact.fields.end() ? std::string() : found->second;
}

void compare_flags(const Changed& changed, AllTold& all) {
  const std::set<std::string> before = words_in(changed.old_value("flags")),
                              after = words_in(changed.new_value("flags"));
  for (const FlagRow& row : kFlags) {
    const bool was = before.contains(row.flag), is = after.contains(row.flag);
    if (was == is) continue;
    all.push_back({.consequence = is ? Consequence::kStronger : Consequence::kWeaker,
                   .subject = changed.key,
                   .message = changed.key + " " + (is ? row.gained : row.lost)});
  }
  if (before.contains("idmapped") != after.contains("idmapped"))
    all.push_back(
        {.subject = changed.key,
         .message = changed.key + (after.contains("idmapped") ? " is idmapped now" : " is no longer idmapped")});
}

void compare_read_only(const Changed& changed, AllTold& all) {
  const bool was = is_read_only(changed.before), is = is_read_only(changed.after);
  if (was != is) {
    all.push_back(
        {.consequence = is ? Consequence::kStronger : Consequence::kWeaker,
         .subject = changed.key,
         .message = changed.key + (is ? " is now read-only" : " is now writable") + why(changed, changed.key)});
    return;
  }
  const auto how = [](const std::string& flags, const std::string& filesystem) {
    return (words_in(flags).contains("ro") ? "the mount" : "") +
           std::string(filesystem == "ro" ? " the filesystem" : "");
  };
  const std::string before = how(changed.old_value("flags"), changed.old_value("filesystem")),
                    after = how(changed.new_value("flags"), changed.new_value("filesystem"));
  if (before != after)
    all.push_back({.subject = changed.key,
                   .message = fmt::format("{} is read-only by {} instead of {}", changed.key,
                                          after.starts_with(' ') ? after.substr(1) : after,
                                          before.starts_with(' ') ? before.substr(1) : before)});
}

void compare_field(const Changed& changed, const char* field, const char* words, AllTold& all) {
  const std::string before = changed.old_value(field), after = changed.new_value(field);
  if (before == after) return;
  const auto or_none = [](const std::string& text) { return text.empty() ? std::string("none") : text; };
  all.push_back(
      {.subject = changed.key,
       .message = fmt::format("{} has {} {} instead of {}", changed.key, words, or_none(after), or_none(before)),
       .expected = before,
       .found = after});
}

void compare_propagation(const Changed& changed, AllTold& all) {
  const std::string before = changed.old_value("propagation"), after = changed.new_value("propagation");
  if (before == after) return;
  const auto or_private = [](const std::string& words) { return words.empty() ? std::string("private") : words; };
  Told told{.subject = changed.key, .expected = or_private(before), .found = or_private(after)};
  if (after.find("shared with outside") != std::string::npos &&
      before.find("shared with outside") == std::string::npos) {
    told.consequence = Consequence::kWeaker;
    told.message =
        changed.key +
        " is now a peer of mounts of the host: what is mounted there appears on the host, and the other way round";
  } else if (is_outside(after) && !is_outside(before)) {
    told.consequence = Consequence::kWeaker;
    told.message = changed.key + " is now a slave of the host's mounts: what is mounted on the host appears there";
  } else {
    told.consequence = is_outside(before) && !is_outside(after) ? Consequence::kStronger : Consequence::kEqual;
    told.message = fmt::format("{} is {} instead of {}", changed.key, told.found, told.expected);
  }
  told.message += why(changed, changed.key);
  all.push_back(std::move(told));
}

AllTold added_mount(const Changed& changed) {
  // It was a mask: told there.
  if (has(changed.was, "masked", changed.key)) return {};
  const bool host = shows_the_host(*changed.after), outside = is_outside(changed.new_value("propagation"));
  Told told{.consequence = host || outside ? Consequence::kWeaker : Consequence::kEqual, .subject = changed.key};
  told.found = in_words(*changed.after);
  told.message = fmt::format("{} is now mounted ({})", changed.key, told.found);
  if (host) told.message += ", which shows something of the host";
  return {told};
}

AllTold removed_mount(const Changed& changed) {
  if (has(changed.is, "masked", changed.key)) return {};
  Told told{.subject = changed.key, .expected = in_words(*changed.before)};
  told.message = fmt::format("{} is no longer mounted (it was {})", changed.key, told.expected);
  return {told};
}

}  // namespace

AllTold told_of_mount(const Changed& changed) {
  if (changed.added()) return added_mount(changed);
  if (changed.removed()) return removed_mount(changed);
  AllTold all;
  const std::string whose_before = changed.old_value("whose"), whose_after = changed.new_value("whose");
  if (whose_before != whose_after) {
    const std::string type = changed.new_value("type");
    all.push_back(
        {.consequence = whose_after.empty() ? Consequence::kStronger : Consequence::kWeaker,
         .subject = changed.key,
         .message = whose_after.empty()
                        ? fmt::format("{} is now a {} of its own: it was {}", changed.key, type, whose_before)
                        : fmt::format("{} is now {} {} instead of one of its own", changed.key, whose_after, type) +
                              why(changed, changed.key)});
  }
  compare_read_only(changed, all);
  compare_flags(changed, all);
  compare_propagation(changed, all);
  compare_field(changed, "type", "type", all);
  if (changed.old_value("shows") != changed.new_value("shows")) {
    const auto or_all = [](const std::string& path) { return path.empty() ? std::string("/") : path; };
    all.push_back({.subject = changed.key,
                   .message = fmt::format("{} shows {} instead of {}", changed.key, or_all(changed.new_value("shows")),
                                          or_all(changed.old_value("shows")))});
  }
  compare_field(changed, "options", "the options", all);
  compare_field(changed, "access times", "access times", all);
  return all;
}

// Where the old root is still there, mounts that the set-up did not touch are not listed.
bool lists_all_mounts(const CanonicalContainer& container) {
  const CanonicalFact* const old_root = fact_in(container, "root", "old root");
  return old_root && field_of(*old_root, kIs) == "gone";
}

// Why a path on which no mask is cannot be read, or `only_written`, all the same: "/sys is not mounted"; empty: it can,
// or that is not known.
std::string why_needless(const CanonicalContainer& container, const std::string& path, bool only_written) {
  const bool all_listed = lists_all_mounts(container);
  for (std::string at = path;;) {
    if (const CanonicalFact* const mask = fact_in(container, "masked", at); mask && at != path) {
      const std::string with = field_of(*mask, kIs);
      if (with == "read-only") return only_written ? at + " is read-only" : std::string();
      return with.find("writable") == with.npos ? at + " is masked" : std::string();
    }
    if (const CanonicalFact* const mount = fact_in(container, "mounts", at); mount && !mount->unknown) {
      std::string absent = why_not_there(path, at, field_of(*mount, "type"), field_of(*mount, "options"));
      if (at == "/" && !all_listed) return {};
      if (!absent.empty() || !only_written || !all_listed || !is_read_only(mount)) return absent;
      return (at == path ? "it" : at) + " is read-only";
    }
    const size_t above = folder_of(at).size();
    if (at == "/" || !above) return {};
    at.resize(above);
  }
}

AllTold told_of_mask(const Changed& changed) {
  const std::string before = changed.old_value(), after = changed.new_value();
  Told told{.consequence = Consequence::kEqual, .subject = changed.key, .expected = before, .found = after};
  const bool keeps_read_only = before == "read-only" || after == "read-only";
  // Of the side that does not have it, where one does not.
  const CanonicalContainer* const bare = changed.removed() ? &changed.is : changed.added() ? &changed.was : nullptr;
  const CanonicalFact* const bound = bare ? fact_in(*bare, "mounts", changed.key) : nullptr;
  const bool hid_nothing = bound && !bound->unknown && !keeps_read_only && !shows_the_host(*bound);
  const std::string needless = hid_nothing ? fmt::format("it is a mount of its own ({})", in_words(*bound))
                               : bare      ? why_needless(*bare, changed.key, keeps_read_only)
                                           : std::string();
  // What else the path is in may be read-only by itself.
  const bool is_told = bound ? !bound->unknown : bare && lists_all_mounts(*bare);
  const bool in_doubt = bare && keeps_read_only && needless.empty() && !is_told;
  if (in_doubt) {
    told.message =
        changed.key + (changed.removed() ? " is no longer made read-only: whether it can be written is not known"
                                         : " is made read-only now; whether it could be written before that "
                                           "is not known");
    told.message += changed.removed() ? why(changed, changed.key) : "";
  } else if (changed.removed() && !needless.empty()) {
    told.message =
        fmt::format("{} is no longer {}: {}", changed.key, keeps_read_only ? "made read-only" : "masked", needless);
  } else if (changed.removed()) {
    told.consequence = Consequence::kWeaker;
    told.message = changed.key + (keeps_read_only ? " can be written now" : " can be read now");
    if (bound && keeps_read_only)
      told.message += ": it is bound on itself, but not made read-only";
    else
      told.message += keeps_read_only ? ": it is not made read-only" : ": it is not masked";
    told.message += why(changed, changed.key);
  } else if (changed.added()) {
    told.consequence = needless.empty() ? Consequence::kStronger : Consequence::kEqual;
    told.message = changed.key + (keeps_read_only ? " is made read-only now" : " is masked now, with " + after);
    if (hid_nothing)
      told.message += fmt::format("; before that it was a mount of its own ({})", in_words(*bound));
    else if (!needless.empty())
      told.message +=
          fmt::format("; before that it could not be {} either: {}", keeps_read_only ? "written" : "read", needless);
  } else if (after.find("writable") != std::string::npos || (after == "read-only" && before != "writable")) {
    told.consequence = Consequence::kWeaker;
    told.message = after == "read-only"
                       ? changed.key + " can be read now: it is made read-only, and no longer masked with " + before
                       : changed.key + " is " + after + " now: it was " + before;
  } else if (before.find("writable") != std::string::npos || before == "read-only") {
    told.consequence = Consequence::kStronger;
    told.message =
        changed.key + (after == "read-only" ? " is " : " is masked with ") + after + " now: it was " + before;
  } else {
    told.message = fmt::format("{} is masked with {} instead of {}", changed.key, after, before);
  }
  return {told};
}

AllTold told_of_device(const Changed& changed) {
  // Nodes that every container may have: nothing of the machine can be reached by them.
  static constexpr const char* kHarmless[] = {"c 1:3", "c 1:5", "c 1:7", "c 1:8", "c 1:9", "c 5:0", "c 5:1", "c 5:2"};
  const auto harmless = [](const std::string& node) {
    return std::ranges::find(kHarmless, node) != std::end(kHarmless) || node.starts_with("c 136:");
  };
  std::vector<const char*> told_fields = {"node", "mode", "uid", "gid", "flags"};
  // What one was asked to have says something only beside another.
  if (changed.before && changed.after) told_fields.insert(told_fields.begin() + 2, kModeAskedFor);
  const auto words = [&](const CanonicalFact& fact) {
    std::string text;
    for (const char* const field : told_fields)
      if (const auto found = fact.fields.find(field); found != fact.fields.end())
        text += (text.empty() ? "" : ", ") +
                (field == std::string("node") || field == std::string("flags") ? "" : std::string(field) + " ") +
                found->second;
    return text;
  };
  Told told{.subject = changed.key};
  if (changed.before) told.expected = words(*changed.before);
  if (changed.after) told.found = words(*changed.after);
  const std::string before = changed.old_value("node"), after = changed.new_value("node");
  if (changed.added()) {
    told.consequence = harmless(after) ? Consequence::kEqual : Consequence::kWeaker;
    told.message = fmt::format("there is one more device node: {} ({})", changed.key, told.found);
    if (after.starts_with('b')) told.message += ", by which a disk of the host can be read and written";
    return {told};
  }
  if (changed.removed()) {
    told.consequence = harmless(before) ? Consequence::kEqual : Consequence::kStronger;
    told.message = fmt::format("the device node {} is missing ({})", changed.key, told.expected);
    return {told};
  }
  // Its mode is not known where the umask of who made it is not. Earlier versions have not kept what was asked for.
  for (const char* field : {"mode", kModeAskedFor}) {
    if (changed.old_value(field).empty() == changed.new_value(field).empty()) continue;
    CanonicalFact was = *changed.before, is = *changed.after;
    was.fields.erase(field), is.fields.erase(field);
    if (was == is) return {};
    return told_of_device({changed.group, changed.key, &was, &is, changed.was, changed.is});
  }
  told.message = fmt::format("the device node {} is {} instead of {}", changed.key, told.found, told.expected);
  if (before != after && !harmless(after)) told.consequence = Consequence::kWeaker;
  const auto bits = [](const std::string& mode) { return std::strtoul(mode.c_str(), nullptr, 8); };
  const char* const mode = changed.old_value("mode").empty() ? kModeAskedFor : "mode";
  const unsigned long was = bits(changed.old_value(mode)), is = bits(changed.new_value(mode));
  if (before == after && was != is) told.consequence = (is & ~was) ? Consequence::kWeaker : Consequence::kStronger;
  return {told};
}

}  // namespace cttrace::canon
