// A mount in words.
#pragma once

#include <string>
#include <string_view>

#include "cttrace/state.h"

namespace cttrace {

// "ro,nosuid,nodev,noexec"; `all`: how access times are kept, too.
std::string attribute_words(const Mount& mount, bool all);

struct NumbersTold {
  bool peer_group = true, master = true;
};
// "private", "shared 1", "slave of 2", "shared 1, slave of 2", "unbindable"; without numbers that are not to be told.
std::string propagation_words(const Mount& mount, const NumbersTold& told = {});

// What is mounted: the source, and in brackets what of its filesystem: "/dev/vda[/srv/root]". Empty where that says no
// more than the type does. Escaped.
std::string origin_words(const Mount& mount, const Filesystem* filesystem);

// The filesystem's type; "?" where it is not known. Escaped.
std::string type_words(const Filesystem* filesystem);

// Nothing is known of it but that other mounts are on it: the root of a namespace that is seen from a root further
// down.
bool is_unseen(const State& state, FilesystemId mounted);

// The options without what the flags say.
std::string option_words(const Mount& mount, const Filesystem& filesystem);

}  // namespace cttrace
