// Fields of an OCI configuration: process.capabilities. What is asked for before execve is not what the program has
// after it (capabilities(7)): it is compared with what was asked of the kernel, where that was traced.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "check/evidence.h"
#include "check/oci_judging.h"
#include "render/identity_words.h"

namespace cttrace {
namespace {

using What = IdentityGiven::What;
using Names = std::vector<std::string>;

// Of those that the kernel has; in its order.
std::optional<Names> wanted_names(OciJudging& judging, const OciJson& value, const std::string& path) {
  const auto words = judging.texts(value, path);
  if (!words) return {};
  Names names;
  const Names known = capability_names(known_set());
  for (const std::string& word : *words)
    if (std::ranges::find(known, word) == known.end()) {
      judging.cannot_judge(path, "there is no capability " + word);
      return {};
    }
  for (const std::string& name : known)
    if (std::ranges::find(*words, name) != words->end()) names.push_back(name);
  return names;
}

std::string words_of(const Names& names) { return names.empty() ? "none" : joined(names); }

void compare(OciJudging& judging, const std::string& path, const Names& wanted, const Names& found,
             const std::vector<EventNumber>& events) {
  if (wanted == found) return judging.satisfied(path, words_of(wanted), events);
  Names more, less;
  std::ranges::copy_if(found, std::back_inserter(more),
                       [&](const std::string& name) { return std::ranges::find(wanted, name) == wanted.end(); });
  std::ranges::copy_if(wanted, std::back_inserter(less),
                       [&](const std::string& name) { return std::ranges::find(found, name) == found.end(); });
  std::string message = more.empty() ? "" : "too many are " + joined(more);
  if (!less.empty()) message += (message.empty() ? "missing are " : "; missing are ") + joined(less);
  judging
      .broken(path, message, words_of(wanted), words_of(found),
              more.empty() ? Consequence::kStronger : Consequence::kWeaker)
      .events = events;
}

// What the last capset asked for, in the words of its step: {permitted, effective, inheritable}; empty: none was seen.
struct Asked {
  std::string permitted = {}, effective = {}, inheritable = {};
  std::vector<EventNumber> events = {};
};

Asked last_asked(const ContainerFacts& container) {
  Asked asked;
  for (const Step& step : container.steps) {
    const auto* given = std::get_if<IdentityGiven>(&step.facts);
    if (!given || step.error) continue;
    for (const IdentityGiven::One& one : given->changes) {
      if (one.what != What::kCapabilities || one.error) continue;
      std::string text = one.value;
      asked = {.inheritable = "none", .events = step.calls};
      if (const size_t at = text.find("; inheritable "); at != text.npos) {
        asked.inheritable = text.substr(at + std::string_view("; inheritable ").size());
        text.resize(at);
      }
      const size_t effective = text.find("; effective ");
      asked.permitted = text.substr(0, effective);
      if (asked.permitted.starts_with("permitted ")) asked.permitted.erase(0, std::string_view("permitted ").size());
      asked.effective =
          effective == text.npos ? asked.permitted : text.substr(effective + std::string_view("; effective ").size());
      if (asked.inheritable == "the same") asked.inheritable = asked.permitted;
    }
  }
  return asked;
}

// As the step has it: "KILL, CHOWN", "none"; of many how many they are.
std::string as_in_steps(const Names& names) {
  constexpr size_t kMostNamed = 20;
  if (names.empty()) return "none";
  if (names.size() > kMostNamed) return std::to_string(names.size());
  Names shorter;
  for (const std::string& name : names) shorter.push_back(name.substr(std::string_view("CAP_").size()));
  return joined(shorter);
}

void judge_asked(OciJudging& judging, const std::string& path, const Names& wanted) {
  const Asked asked = last_asked(judging.container);
  if (asked.events.empty())
    return judging.cannot_judge(path, "no capset was seen, and after execve this set is not what it was");
  const std::string& found = path.ends_with("permitted")   ? asked.permitted
                             : path.ends_with("effective") ? asked.effective
                                                           : asked.inheritable;
  const std::string expected = as_in_steps(wanted);
  if (found == expected) return judging.satisfied(path, "asked for were " + found, asked.events);
  judging
      .broken(path, "capset asked for " + found, expected, found,
              found.size() > expected.size() ? Consequence::kWeaker : Consequence::kStronger)
      .events = asked.events;
}

// "KILL, CHOWN": what was done alike is one change.
void add_names(std::string_view list, std::set<std::string>& names) {
  while (!list.empty()) {
    const std::string_view name = list.substr(0, list.find(", "));
    names.insert("CAP_" + std::string(name));
    list.remove_prefix(std::min(name.size() + 2, list.size()));
  }
}

// Raising one that is not inheritable fails, and runtimes go on: what was tried counts.
void judge_ambient(OciJudging& judging, const std::string& path, const Names& wanted) {
  std::set<std::string> tried;
  for (const Step& step : judging.container.steps)
    if (const auto* given = std::get_if<IdentityGiven>(&step.facts))
      for (const IdentityGiven::One& one : given->changes)
        if (one.what == What::kAmbientRaise) add_names(one.value, tried);
  const auto& facts = judging.handed.identity.capabilities;
  if (!facts.known()) return judging.cannot_judge(path, "its capabilities are not known");
  Names found;
  for (const std::string& name : capability_names(known_set()))
    if (tried.contains(name)) found.push_back(name);
  if (tried.empty()) found = capability_names(facts.value.ambient);
  const bool none_came = tried.empty() && found.empty();
  const OciJson* const inheritable = judging.at("process.capabilities.inheritable");
  if (none_came && (!inheritable || inheritable->empty()))
    return judging.satisfied(path, "none can be raised, as none is inheritable");
  compare(judging, path, wanted, found, events_of(judging.container, What::kAmbientRaise));
}

}  // namespace

void judge_capability_set(OciJudging& judging, const OciJson& value, const std::string& path) {
  const std::optional<Names> wanted = wanted_names(judging, value, path);
  if (!wanted) return;
  if (path.ends_with("ambient")) return judge_ambient(judging, path, *wanted);
  if (!path.ends_with("bounding")) return judge_asked(judging, path, *wanted);
  const auto& facts = judging.handed.identity.capabilities;
  if (!facts.known()) return judging.cannot_judge(path, "its capabilities are not known");
  compare(judging, path, *wanted, capability_names(facts.value.bounding),
          events_of(judging.container, What::kBounding));
}

}  // namespace cttrace
