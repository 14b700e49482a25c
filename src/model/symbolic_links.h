// Paths that led elsewhere than their words say, through symbolic links: seen by what the kernel says of the mount that
// came of the call.
#pragma once

#include <optional>
#include <string>

#include "model/propagation.h"

namespace cttrace {

// Where a mount comes to that the call, as the words of its path say, puts on `target`. `told`: the file that is its
// root now, or, where `one_of_its_copies`, that is the root of it or of a copy that propagation made in the same tree.
// What cannot be found out is doubted.
Place corrected_target(Context& context, const Place& target, const MaybeFile& told, bool one_of_its_copies);

// What a new mount shows, by the kernel.
struct Shown {
  const File& file;         // its root
  const std::string& path;  // of its root, in its filesystem
};
// The mount that shows this may be one of the copies.
bool is_among(const State& state, const LooseMounts& copies, const Shown& shown);
// What was bound where it was not `source`: where that is, if it can be told.
std::optional<Place> corrected_source(const State& state, const Place& source, const Shown& shown);

}  // namespace cttrace
