// The state with which a set-up ends.
#pragma once

#include "cttrace/story.h"
#include "render/handed_over.h"

namespace cttrace {

// It was handed over, and the state is at hand.
bool has_state(const SetUpStory& story);

// How it is told: compared with the starter's namespaces.
HandedOverOptions compared_with_starter(const std::vector<ContainerNamespace>& namespaces);
inline HandedOverOptions compared_with_starter(const SetUpStory& story) {
  return compared_with_starter(story.namespaces);
}

}  // namespace cttrace
