// Paths that led elsewhere than their words say, through symbolic links or to mounts of somebody who is not traced:
// seen by what the kernel says of the mount that came of the call.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "model/propagation.h"

namespace cttrace {

// Where a mount comes to that the call, as the words of its path say, puts on `target`. `told`: the file that is its
// root now, or, where `one_of_its_copies`, that is the root of it or of a copy that propagation made in the same tree.
// What cannot be found out is doubted.
Place corrected_target(Context& context, const Place& target, const MaybeFile& told, bool one_of_its_copies);

// Where mounts come to that a call puts on `target`: there, and where propagation puts copies in the same tree.
std::vector<std::string> places_of_copies(const State& state, const Place& target);

// What a new mount shows, by the kernel.
struct Shown {
  const File& file;         // its root
  const std::string& path;  // of its root, in its filesystem
};
// The mount that shows this may be one of the copies.
bool is_among(const State& state, const LooseMounts& copies, const Shown& shown);

// What was bound, and is not what the words of the call say.
struct Bound {
  const Place& source;  // as they say
  Shown shown;
  bool recursive = false;
  // Where the first of the copies came to: the one that is shown may be any of them. None: that is the first one.
  std::vector<std::string> places = {};
  std::optional<size_t> came = {};  // how many mounts, in all these places
};
// All of a filesystem was bound that no mount of the tree shows: so somebody who is not traced has mounted it where the
// call found it. It is put there, with `told_source` as in Mount; its options, attributes and peers are not known.
// False: it is not that.
bool add_unseen(State& state, const Bound& bound, const std::string& told_source);
// What is said of that.
std::string led_to_unseen(const State& state, const Bound& bound);
// Copies of it, if it can be told where it is, or all that it may be makes the same.
std::optional<LooseMounts> corrected_copies(const State& state, const Bound& bound);
// The same where nobody knows what the words of the call say: `bound.source` is just a place that its caller sees.
std::optional<LooseMounts> copies_of_shown(const State& state, const Bound& bound);

}  // namespace cttrace
