// Looking for the calls behind facts.
#include "check/evidence.h"

#include "render/values.h"

namespace cttrace {

std::vector<EventNumber> events_of(const ContainerFacts& container, IdentityGiven::What what) {
  std::vector<EventNumber> events;
  for (const Step& step : container.steps) {
    const auto* given = std::get_if<IdentityGiven>(&step.facts);
    if (given && std::ranges::find(given->changes, what, &IdentityGiven::One::what) != given->changes.end())
      events.insert(events.end(), step.calls.begin(), step.calls.end());
  }
  return events;
}

std::vector<EventNumber> events_of(const MountFacts& mount) {
  if (!mount.history.empty()) return mount.history;
  return mount.made_by ? std::vector<EventNumber>{mount.made_by} : std::vector<EventNumber>();
}

const MaskFacts* mask_of(const ContainerFacts& container, std::string_view path) {
  const auto last = std::find_if(container.masks.rbegin(), container.masks.rend(),
                                 [&](const MaskFacts& mask) { return mask.path == path; });
  return last == container.masks.rend() ? nullptr : &*last;
}

Fact<bool> is_read_only(const MountFacts& mount) {
  if (mount.evidence == Evidence::kUnknown) return {};
  if (mount.is_read_only()) return {.value = true, .evidence = mount.evidence};
  return mount.superblock_read_only;
}

std::string errno_name(int error) {
  const std::string name = error_name(error).name;
  return name.empty() ? std::to_string(error) : name;
}

std::string joined(const std::vector<std::string>& words, std::string_view separator) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : std::string(separator)) + word;
  return text;
}

}  // namespace cttrace
