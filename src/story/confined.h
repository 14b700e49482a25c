// Set-ups that come to no container: who shuts itself in does so for nobody.
#pragma once

#include "story/cast.h"

namespace cttrace {

// Nobody is in it any more, and it was for nobody but them.
bool is_for_nobody(const SetUp& set_up);

// A worker that goes on in its maker's mounts: all that was done took something away, a seccomp filter came last, and
// nobody executed anything: who is to execute a program has little to do, and hardly waits, behind that. Also of one
// that goes on.
bool works_confined(const SetUp& set_up);

// Whoever was in it did nothing else that is told.
bool has_only_made_namespaces(const SetUp& set_up);

// Nobody did more than to go into another root, and to take privileges away.
bool has_only_looked(const SetUp& set_up);

}  // namespace cttrace
