// Fields of an OCI configuration: process.capabilities. What is asked for before execve is not what the program has
// after it (capabilities(7)): it is compared with what was asked of the kernel, where that was traced.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "check/evidence.h"
#include "check/oci_judging.h"
#include "render/identity_words.h"

namespace cttrace {
namespace {

using What = IdentityGiven::What;
using Sets = IdentityGiven::CapabilitySets;

// Of those that the kernel has.
std::optional<uint64_t> wanted_set(OciJudging& judging, const OciJson& value, const std::string& path) {
  const auto words = judging.texts(value, path);
  if (!words) return {};
  uint64_t wanted = 0;
  for (const std::string& word : *words) {
    uint64_t set = 0;
    for (uint64_t rest = known_set(); rest && !set; rest &= rest - 1)
      if (const uint64_t one = rest & -rest; capability_names(one).front() == word) set = one;
    if (!set) {
      judging.cannot_judge(path, "there is no capability " + word);
      return {};
    }
    wanted |= set;
  }
  return wanted;
}

std::string words_of(uint64_t set) { return set ? joined(capability_names(set)) : "none"; }

void compare(OciJudging& judging, const std::string& path, uint64_t wanted, uint64_t found,
             const std::vector<EventNumber>& events) {
  if (wanted == found) return judging.satisfied(path, words_of(found), events);
  const uint64_t more = found & ~wanted, less = wanted & ~found;
  std::string message = more ? "too many are " + words_of(more) : "";
  if (less) message += (more ? "; missing are " : "missing are ") + words_of(less);
  judging.broken(path, message, words_of(wanted), words_of(found), more ? Consequence::kWeaker : Consequence::kStronger)
      .events = events;
}

// What the last capset asked for.
struct Asked {
  std::optional<Sets> sets = {};  // none: not readable
  std::vector<EventNumber> events = {};
};

// None: none was seen that changed anything.
std::optional<Asked> last_asked(const ContainerFacts& container) {
  std::optional<Asked> asked;
  for (const Step& step : container.steps) {
    const auto* given = std::get_if<IdentityGiven>(&step.facts);
    if (!given || step.error) continue;
    for (const IdentityGiven::One& one : given->changes)
      if (one.what == What::kCapabilities && !one.error) asked = {.sets = one.sets, .events = step.calls};
  }
  return asked;
}

uint64_t set_of(const std::string& path, uint64_t permitted, uint64_t effective, uint64_t inheritable) {
  if (path.ends_with("permitted")) return permitted;
  return path.ends_with("effective") ? effective : inheritable;
}

// A capset that asks for what is there already is no step: such a set is judged where the program has it all the same,
// or execve leaves it as it was.
void judge_without_capset(OciJudging& judging, const std::string& path, uint64_t wanted) {
  const auto& facts = judging.handed.identity.capabilities;
  const Identity::Capabilities& now = facts.value;
  const uint64_t found = set_of(path, now.permitted, now.effective, now.inheritable);
  if (facts.known() && (found == wanted || path.ends_with("inheritable")))
    return compare(judging, path, wanted, found, {});
  judging.cannot_judge(path, "no capset was seen that changed anything, and execve may have changed this set");
}

void judge_asked(OciJudging& judging, const std::string& path, uint64_t wanted) {
  if (const std::string more = what_is_left_out<IdentityGiven>(judging.container); !more.empty())
    return judging.cannot_judge(path, more + ": another capset may be among them");
  const std::optional<Asked> asked = last_asked(judging.container);
  if (!asked) return judge_without_capset(judging, path, wanted);
  if (!asked->sets) return judging.cannot_judge(path, "what capset asked for could not be read");
  const Sets& sets = *asked->sets;
  compare(judging, path, wanted, set_of(path, sets.permitted, sets.effective, sets.inheritable), asked->events);
}

// Raising one that is not inheritable fails, and runtimes go on: what was tried counts.
void judge_ambient(OciJudging& judging, const std::string& path, uint64_t wanted) {
  if (const std::string more = what_is_left_out<IdentityGiven>(judging.container); !more.empty())
    return judging.cannot_judge(path, more + ": what was tried may be among them");
  uint64_t tried = 0;
  for (const Step& step : judging.container.steps)
    if (const auto* given = std::get_if<IdentityGiven>(&step.facts))
      for (const IdentityGiven::One& one : given->changes)
        if (one.what == What::kAmbientRaise) tried |= one.capabilities;
  const auto& facts = judging.handed.identity.capabilities;
  if (!facts.known()) return judging.cannot_judge(path, "its capabilities are not known");
  const uint64_t found = tried ? tried : facts.value.ambient;
  const OciJson* const inheritable = judging.at("process.capabilities.inheritable");
  if (!found && (!inheritable || inheritable->empty()))
    return judging.satisfied(path, "none can be raised, as none is inheritable");
  compare(judging, path, wanted, found, events_of(judging.container, What::kAmbientRaise));
}

}  // namespace

void judge_capability_set(OciJudging& judging, const OciJson& value, const std::string& path) {
  const std::optional<uint64_t> wanted = wanted_set(judging, value, path);
  if (!wanted) return;
  if (path.ends_with("ambient")) return judge_ambient(judging, path, *wanted);
  if (!path.ends_with("bounding")) return judge_asked(judging, path, *wanted);
  const auto& facts = judging.handed.identity.capabilities;
  if (!facts.known()) return judging.cannot_judge(path, "its capabilities are not known");
  compare(judging, path, *wanted, facts.value.bounding, events_of(judging.container, What::kBounding));
}

}  // namespace cttrace
