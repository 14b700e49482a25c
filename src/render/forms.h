// Where strace writes a call differently from what its row says: arguments that are left out, ignored, or in another
// order.
#pragma once

#include "cttrace/event.h"
#include "render/values.h"

namespace cttrace {

// The argument is not written: openat's mode without O_CREAT, mknod's dev for what is no device.
bool is_left_out(const Call& call, size_t index);

// The kernel does not look at the argument, or not at the memory behind it: mount's type and data of a bind mount.
bool is_ignored(const Call& call, size_t index);

// Takes away the fields of a struct that have no meaning in it, and joins those that belong together.
void shape(Value& structure);

// The order in which clone's arguments are written, each with its name in strace.
struct NamedArgument {
  const char* name;
  size_t index;
};
std::vector<NamedArgument> clone_form(const Call& call);

// The argument with one of these names, or the number of arguments.
size_t argument_named(const Call& call, std::initializer_list<std::string_view> names);

}  // namespace cttrace
