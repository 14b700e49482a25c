// Ids, capabilities, privileges, limits and cgroups that differ, in words.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <iterator>

#include "check/difference.h"

namespace cttrace::canon {
namespace {

std::string or_none(const std::string& text) { return text.empty() ? "none" : text; }

Told told_as(const Changed& changed, Consequence consequence, std::string message) {
  return {.consequence = consequence,
          .subject = changed.key,
          .message = std::move(message),
          .expected = changed.old_value(),
          .found = changed.new_value()};
}

// "unlimited" is more than any number; what is no number cannot be compared.
std::optional<uint64_t> amount(const std::string& text) {
  if (text == "unlimited" || text == "max") return UINT64_MAX;
  uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

Consequence by_amount(const std::string& before, const std::string& after) {
  const std::optional<uint64_t> was = amount(before), is = amount(after);
  if (!was || !is || *was == *is) return Consequence::kEqual;
  return *is > *was ? Consequence::kWeaker : Consequence::kStronger;
}

AllTold told_of_groups(const Changed& changed) {
  const std::string gained = only_in(changed.new_value(), changed.old_value() + ", none"),
                    lost = only_in(changed.old_value(), changed.new_value() + ", none");
  std::string message;
  if (!gained.empty()) message = "it is in group " + gained + " now";
  if (!lost.empty()) message += (message.empty() ? "it is" : ", and") + std::string(" no longer in group ") + lost;
  const bool root = words_in(gained).contains("0");
  const Consequence consequence = !gained.empty() && (root || lost.empty()) ? Consequence::kWeaker
                                  : gained.empty()                          ? Consequence::kStronger
                                                                            : Consequence::kEqual;
  return {told_as(changed, consequence, message)};
}

// One that is not set is the starter's, which is not known, but is some limit.
Consequence consequence_of_limit(const Changed& changed) {
  const std::string before = changed.old_value("hard"), after = changed.new_value("hard");
  if (changed.added()) return after == "unlimited" ? Consequence::kEqual : Consequence::kStronger;
  if (changed.removed()) return before == "unlimited" ? Consequence::kEqual : Consequence::kWeaker;
  const Consequence of_hard = by_amount(before, after);
  return of_hard != Consequence::kEqual ? of_hard : by_amount(changed.old_value("soft"), changed.new_value("soft"));
}

// "c 5:1 rwm (console), c 10:200 rwm (net/tun)": what the kernel's list of device numbers calls them.
std::string with_names(const std::string& rules) {
  static constexpr std::pair<std::string_view, std::string_view> kNames[] = {
      {"a *:* ", "any"},    {"c 1:3 ", "null"},       {"c 1:5 ", "zero"},    {"c 1:7 ", "full"},
      {"c 1:8 ", "random"}, {"c 1:9 ", "urandom"},    {"c 5:0 ", "tty"},     {"c 5:1 ", "console"},
      {"c 5:2 ", "ptmx"},   {"c 10:200 ", "net/tun"}, {"c 10:229 ", "fuse"}, {"c 136:* ", "pts"}};
  std::string all;
  for (std::string rule : words_in(rules)) {
    if (rule == "a") rule = "a *:* rwm";  // which is what the kernel takes it for
    all += (all.empty() ? "" : ", ") + rule;
    for (const auto& [numbers, name] : kNames)
      if (rule.starts_with(numbers)) all += fmt::format(" ({})", name);
  }
  return all;
}

// Where the hierarchies differ: "/ in some hierarchies, /<id> in others".
std::string cgroup_words(const std::string& paths) {
  const std::set<std::string> all = words_in(paths);
  if (all.size() < 2) return or_none(paths);
  return fmt::format("{} in some hierarchies, {} in others", *all.begin(),
                     fmt::join(std::next(all.begin()), all.end(), " or "));
}

// Whether it may use only the devices that it is allowed.
bool denies_the_rest(const CanonicalContainer& container) {
  const auto cgroup = container.outcome.find("cgroup");
  if (cgroup == container.outcome.end()) return false;
  const auto denied = cgroup->second.find("devices.deny");
  if (denied == cgroup->second.end()) return false;
  const auto rules = denied->second.fields.find(kIs);
  return rules != denied->second.fields.end() && words_in(rules->second).contains("a");
}

// Whether more of it is less of a limit: not a share, and not a number of a CPU.
bool is_limit(const std::string& file) {
  return file.ends_with(".max") || file.ends_with(".high") || file.ends_with("limit_in_bytes") ||
         file.ends_with("_quota_us");
}

AllTold told_of_device_rules(const Changed& changed) {
  const bool allows = changed.key == "devices.allow";
  const std::string before = changed.old_value(), after = changed.new_value();
  const std::string more = only_in(after, before), less = only_in(before, after);
  // What is allowed counts where the rest is denied.
  const auto means = [&](const CanonicalContainer& other, Consequence consequence) {
    return allows && !denies_the_rest(other) ? Consequence::kEqual : consequence;
  };
  AllTold all;
  if (!more.empty())
    all.push_back(
        told_as(changed, means(changed.was, allows ? Consequence::kWeaker : Consequence::kStronger),
                fmt::format("its cgroup {} the device {} now", allows ? "allows" : "denies", with_names(more))));
  if (!less.empty())
    all.push_back(
        told_as(changed, means(changed.is, allows ? Consequence::kStronger : Consequence::kWeaker),
                fmt::format("its cgroup no longer {} the device {}", allows ? "allows" : "denies", with_names(less))));
  return all;
}

// Whether one of the extents, "0 = host 0" or "0-9 = host 0-9", maps the host's root.
bool maps_root(const std::string& map) {
  const std::set<std::string> extents = words_in(map);
  return map == "the host's" || std::ranges::any_of(extents, [](const std::string& extent) {
           return extent.ends_with(" = host 0") || extent.find(" = host 0-") != extent.npos;
         });
}

}  // namespace

AllTold told_of_identity(const Changed& changed) {
  const std::string before = changed.old_value(), after = changed.new_value();
  if (changed.key == "setgroups")
    return {told_as(changed, changed.added() ? Consequence::kStronger : Consequence::kWeaker,
                    changed.added() ? "setgroups is denied now" : "setgroups is no longer denied")};
  if (changed.added() || changed.removed()) return {told_plainly(changed, "its " + changed.key)};
  if (changed.key == "groups") return told_of_groups(changed);
  Consequence consequence = Consequence::kEqual;
  const bool is_map = changed.key.ends_with("map");
  const auto power = [&](const std::string& value) {
    if (is_map) return value == "the host's" ? 2 : maps_root(value) ? 1 : 0;
    return value == "0" ? 1 : 0;
  };
  if (power(before) != power(after))
    consequence = power(after) > power(before) ? Consequence::kWeaker : Consequence::kStronger;
  const auto all = [](const CanonicalFact* fact) {
    std::string text;
    if (fact)
      for (const auto& [field, value] : fact->fields)
        text += (text.empty() ? "" : ", ") + (field == kIs ? "" : field + " ") + value;
    return or_none(text);
  };
  return {told_as(changed, consequence,
                  fmt::format("its {} is {} instead of {}", changed.key, all(changed.after), all(changed.before)))};
}

AllTold told_of_capability(const Changed& changed) {
  AllTold all;
  const std::string gained = only_in(changed.new_value(), changed.old_value()),
                    lost = only_in(changed.old_value(), changed.new_value());
  const auto sets = [](const std::string& list) { return words_in(list).size() == 1 ? "set " + list : "sets " + list; };
  if (!gained.empty())
    all.push_back(told_as(
        changed, Consequence::kWeaker,
        fmt::format("it has {} {}: {}", changed.key, changed.added() ? "now" : "in more sets now", sets(gained))));
  if (!lost.empty())
    all.push_back(told_as(changed, Consequence::kStronger,
                          fmt::format("it has no {} {}: {}", changed.key,
                                      changed.removed() ? "any more" : "in some sets any more", sets(lost))));
  return all;
}

AllTold told_of_privilege(const Changed& changed) {
  const std::string before = changed.old_value(), after = changed.new_value();
  const bool one_lacks_it = changed.added() || changed.removed();
  if (one_lacks_it && (changed.key == "no_new_privs" || changed.key == "seccomp"))
    return {told_plainly(changed, "its " + changed.key)};
  if (changed.key == "no_new_privs")
    return {told_as(changed, after == "yes" ? Consequence::kStronger : Consequence::kWeaker,
                    after == "yes" ? "no_new_privs is set now"
                                   : "no_new_privs is not set any more: set-user-ID programs give privileges again")};
  if (changed.key == "seccomp" && before == after) {
    // What is in them is not recorded. Baselines of earlier versions do not have them at all.
    const std::string old_filters = changed.old_value("filters"), filters = changed.new_value("filters");
    if (old_filters.empty() || filters.empty()) return {};
    return {{.subject = changed.key,
             .message = fmt::format("its seccomp filter is another: {} instead of {}", filters, old_filters),
             .expected = old_filters,
             .found = filters}};
  }
  if (changed.key == "seccomp") {
    const Consequence consequence = after == "none"    ? Consequence::kWeaker
                                    : before == "none" ? Consequence::kStronger
                                                       : Consequence::kEqual;
    return {told_as(changed, consequence,
                    after == "none" ? "no seccomp filter is loaded any more: it was " + before
                                    : fmt::format("its seccomp is {} instead of {}", after, before))};
  }
  if (changed.key == "session keyring")
    return {told_as(changed, changed.added() ? Consequence::kStronger : Consequence::kWeaker,
                    changed.added() ? "it has a session keyring of its own now"
                                    : "it has no session keyring of its own any more: it shares its starter's")};
  if (changed.key == "oom_score_adj")
    return {told_as(changed, Consequence::kEqual,
                    fmt::format("its oom_score_adj is {} instead of {}", after.empty() ? "0" : after,
                                before.empty() ? "0" : before))};
  return {told_as(changed, Consequence::kEqual,
                  fmt::format("its {} is {} instead of {}", changed.key, or_none(after), or_none(before)))};
}

AllTold told_of_limit(const Changed& changed) {
  const auto words = [&](const CanonicalFact* fact) -> std::string {
    if (!fact) return "not set";
    const auto& fields = fact->fields;
    const auto soft = fields.find("soft"), hard = fields.find("hard");
    if (soft == fields.end() || hard == fields.end()) return "?";
    return soft->second == hard->second ? soft->second : soft->second + " (hard: " + hard->second + ")";
  };
  Told told = told_as(
      changed, consequence_of_limit(changed),
      fmt::format("its limit {} is {} instead of {}", changed.key, words(changed.after), words(changed.before)));
  told.expected = words(changed.before);
  told.found = words(changed.after);
  return {told};
}

AllTold told_of_cgroup(const Changed& changed) {
  const std::string before = changed.old_value(), after = changed.new_value();
  if (changed.key == "path" && (changed.added() || changed.removed()))
    return {told_plainly(changed, "its cgroup's path")};
  if (changed.key == "path")
    return {told_as(changed, Consequence::kEqual,
                    fmt::format("its cgroup is {} instead of {}", cgroup_words(after), cgroup_words(before)))};
  if (changed.key == "devices.allow" || changed.key == "devices.deny") return told_of_device_rules(changed);
  const bool limits = is_limit(changed.key);
  if (changed.added())
    return {told_as(changed, limits ? Consequence::kStronger : Consequence::kEqual,
                    fmt::format("its cgroup has {} now: {}", changed.key, after))};
  if (changed.removed())
    return {told_as(changed, limits ? Consequence::kWeaker : Consequence::kEqual,
                    fmt::format("its cgroup has no {} any more: it was {}", changed.key, before))};
  return {told_as(changed, limits ? by_amount(before, after) : Consequence::kEqual,
                  fmt::format("its cgroup's {} is {} instead of {}", changed.key, after, before))};
}

}  // namespace cttrace::canon
