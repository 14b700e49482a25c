// Which calls are the evidence of what is found.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "check/facts.h"

namespace cttrace {

// The calls of all steps of a kind that succeeded.
template <typename Facts>
std::vector<EventNumber> events_of(const ContainerFacts& container) {
  std::vector<EventNumber> events;
  for (const Step& step : container.steps)
    if (std::holds_alternative<Facts>(step.facts) && !step.error)
      events.insert(events.end(), step.calls.begin(), step.calls.end());
  return events;
}

// Why not all is known that was done by steps of these kinds: "300 steps more than are kept"; empty: it is.
template <typename... Kinds>
std::string what_is_left_out(const ContainerFacts& container) {
  if (container.steps_dropped) return std::to_string(container.steps_dropped) + " steps more than are kept";
  for (const Step& step : container.steps)
    if (step.left_out && (std::holds_alternative<Kinds>(step.facts) || ...))
      return std::to_string(step.left_out) + " more were done in one step than it lists";
  return {};
}

// The calls of the steps that gave, or tried to give, something to the identity.
std::vector<EventNumber> events_of(const ContainerFacts& container, IdentityGiven::What what);
// The calls that made the mount what it is.
std::vector<EventNumber> events_of(const MountFacts& mount);

// What the set-up did to this path so that it cannot be seen or changed; nullptr: nothing. The last of several.
const MaskFacts* mask_of(const ContainerFacts& container, std::string_view path);

// Neither through the mount nor its filesystem. Not known: nothing says so, and of the filesystem nothing is known.
Fact<bool> is_read_only(const MountFacts& mount);

// "EPERM"; the number where it has no name.
std::string errno_name(int error);

std::string joined(const std::vector<std::string>& words, std::string_view separator = ", ");

}  // namespace cttrace
