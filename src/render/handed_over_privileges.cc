// Capabilities, seccomp and the like.
#include <fmt/format.h>

#include "render/completeness.h"
#include "render/identity_words.h"
#include "render/telling.h"

namespace cttrace {
namespace {

using Words = std::vector<std::string>;

// "40 of 41, all but CAP_SYS_RESOURCE": whichever names are fewer.
Words set_in_words(uint64_t set) {
  const uint64_t missing = known_set() & ~set;
  const bool mostly = capability_count(missing) < capability_count(set);
  Words words = capability_names(mostly ? missing : set);
  const std::string count = fmt::format("{} of {}", capability_count(set), capability_count(known_set()));
  words.insert(words.begin(), count + (words.empty() ? "" : mostly ? ", all but" : ":"));
  return words;
}

// Every set with its names; sets that are alike together.
void add_all_sets(Telling& telling, const Identity::Capabilities& sets) {
  struct Set {
    const char* name;
    uint64_t value;
  };
  std::vector<Set> left = {{"effective", sets.effective},
                           {"permitted", sets.permitted},
                           {"inheritable", sets.inheritable},
                           {"bounding", sets.bounding},
                           {"ambient", sets.ambient}};
  for (const char* label = "capabilities"; !left.empty(); label = "") {
    const uint64_t value = left.front().value;
    std::string names;
    for (const Set& set : left)
      if (set.value == value) names += (names.empty() ? "" : ", ") + std::string(set.name);
    std::erase_if(left, [&](const Set& set) { return set.value == value; });
    Words words = set_in_words(value);
    words.front() = names + ": " + words.front();
    telling.fields.add(label, words, " ");
  }
}

void add_capabilities(Telling& telling) {
  if (!telling.known(telling.task.identity.capabilities, "capabilities")) return;
  const Identity::Capabilities& sets = telling.task.identity.capabilities.value;
  if (telling.verbose) return add_all_sets(telling, sets);
  const auto count = [](uint64_t set) {
    return fmt::format("{} of {}", capability_count(set), capability_count(known_set()));
  };
  constexpr size_t kFew = 4;
  Words words;
  const uint64_t missing = known_set() & ~sets.effective;
  const bool few = capability_count(sets.effective) <= kFew, nearly_all = capability_count(missing) <= kFew;
  Words names = capability_names(few ? sets.effective : nearly_all ? missing : sets.effective & weighty_capabilities());
  std::string effective = count(sets.effective);
  if (!names.empty()) effective += few ? ":" : nearly_all ? ", all but" : ", among them";
  words.push_back(effective + (names.empty() ? "" : " " + names.front()));
  for (size_t i = 1; i < names.size(); ++i) words.push_back(names[i]);
  telling.fields.add("capabilities", words, " ");
  Words others;
  const auto other = [&](const char* name, uint64_t set) {
    if (set != sets.effective) others.push_back(fmt::format("{} {}", name, capability_count(set)));
  };
  other("permitted", sets.permitted), other("bounding", sets.bounding);
  if (sets.inheritable) others.push_back(fmt::format("inheritable {}", capability_count(sets.inheritable)));
  if (sets.ambient) others.push_back(fmt::format("ambient {}", capability_count(sets.ambient)));
  telling.fields.add("", others);
}

void add_privileges(Telling& telling) {
  Words words;
  if (telling.known(telling.task.identity.no_new_privs, "no_new_privs"))
    words.emplace_back(telling.task.identity.no_new_privs.value ? "no_new_privs" : "no_new_privs is not set");
  if (telling.known(telling.task.identity.seccomp_mode, "seccomp")) {
    const Fact<uint32_t>& filters = telling.task.identity.seccomp_filters;
    switch (telling.task.identity.seccomp_mode.value) {
      case 0: words.emplace_back("seccomp: none"); break;
      case 1: words.emplace_back("seccomp: strict"); break;
      default: words.push_back("seccomp: " + (filters.known() ? plural(filters.value, "filter") : "filters")); break;
    }
  }
  if (telling.task.identity.securebits.known() && telling.task.identity.securebits.value) {
    uint64_t rest = 0;
    std::string bits;
    for (const std::string_view name :
         flag_names(*flag_set("securebits"), telling.task.identity.securebits.value, rest))
      bits += " " + std::string(name);
    words.push_back("securebits:" + bits + (rest ? fmt::format(" {:#x}", rest) : ""));
  }
  telling.fields.add("privileges", words);
}

}  // namespace

void tell_privileges(Telling& telling) {
  add_capabilities(telling);
  add_privileges(telling);
}

}  // namespace cttrace
