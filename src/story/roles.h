// What the processes of a set-up do, in words.
#pragma once

#include <string>
#include <string_view>

#include "cttrace/story.h"

namespace cttrace {

// Fills Stage::roles, names and made_by. `program`: who became the container's program; nobody: the phase of what was
// to be handed over to is known, too.
void give_roles(SetUpStory& story, TaskId program);

// "parent" of "runc:[0:PARENT]"; empty: no name that is known.
std::string own_word(std::string_view comm);

}  // namespace cttrace
