// Limits, names, and what is seldom set.
#include <fmt/format.h>

#include <algorithm>

#include "base/escape.h"
#include "render/arguments.h"
#include "render/identity_words.h"
#include "render/telling.h"
#include "render/values.h"

namespace cttrace {
namespace {

using Words = std::vector<std::string>;

void add_limits(Telling& telling) {
  Words words;
  for (const auto& [resource, limit] : telling.task.identity.limits) {
    const bool none = limit.soft == ~uint64_t{0} && limit.hard == ~uint64_t{0};
    if (!none || telling.verbose) words.push_back(limit_words(resource, limit));
  }
  telling.fields.add("limits", words);
}

void add_names(Telling& telling) {
  const Namespace* const uts = telling.state.ns_of(telling.task, CT_NS_UTS);
  if (!uts) return;
  Words words;
  const auto name = [](const Fact<std::string>& fact) {
    return fact.value.empty() ? "''" : escape_for_terminal(fact.value);
  };
  if (telling.known(uts->hostname, "hostname")) words.push_back(name(uts->hostname));
  if (uts->domainname.known()) words.push_back("domain " + name(uts->domainname));
  telling.fields.add("hostname", words);
}

// What is worth a word only where somebody has set it.
void add_rest(Telling& telling) {
  Words words;
  if (telling.task.identity.oom_score_adj.known() && (telling.task.identity.oom_score_adj.value || telling.verbose))
    words.push_back(fmt::format("oom_score_adj {}", telling.task.identity.oom_score_adj.value));
  if (telling.task.identity.session_keyring.known())
    words.push_back("session keyring " + escape_for_terminal(telling.task.identity.session_keyring.value));
  const Fact<uint32_t>& personality = telling.task.identity.personality;
  if (personality.known() && (personality.value || telling.verbose)) {
    std::string text = "personality ";
    append_value(text, scalar(ArgKind::kFlags, personality.value, 4, "personality"), {});
    words.push_back(std::move(text));
  }
  if (telling.task.identity.dumpable.known() && !telling.task.identity.dumpable.value)
    words.emplace_back("not dumpable");
  // Nobody tells what it is when tracing begins: that it was set, or may have been in what was lost, is worth a word.
  const Fact<int32_t>& signal = telling.task.identity.parent_death_signal;
  const bool worth_it = signal.value != 0 || (!signal.known() && telling.state.doubtful_since);
  if (worth_it && telling.known(signal, "parent-death signal")) {
    const auto number = static_cast<uint64_t>(signal.value);
    const std::string name = signal_name(number);
    words.push_back("gets " + (name.empty() ? std::to_string(number) : name) + " when its parent ends");
  }
  const std::string& label = telling.task.identity.label;
  if (const auto profile = apparmor_profile(label))
    words.push_back("AppArmor profile " + escape_for_terminal(*profile) + " was set for the next execve");
  else if (!label.empty())
    words.push_back("LSM label " + escape_for_terminal(label));
  telling.fields.add("also", words);
  Words sysctls;
  for (const Fact<NamespaceId>& fact : telling.task.namespaces) {
    const Namespace* const ns = fact.known() ? telling.state.ns(fact.value) : nullptr;
    if (!ns) continue;
    for (const auto& [name, value] : ns->sysctls) {
      std::string text = escape_for_terminal(name) + "=" + escape_for_terminal(value);
      if (std::ranges::find(sysctls, text) == sysctls.end()) sysctls.push_back(std::move(text));
    }
  }
  telling.fields.add("sysctls", sysctls);
}

}  // namespace

void tell_limits(Telling& telling) {
  add_limits(telling);
  telling.options.hierarchies.empty() ? tell_cgroups(telling) : tell_named_cgroups(telling);
  add_names(telling);
  add_rest(telling);
}

}  // namespace cttrace
