// Reading a call's arguments by the kernel's names for them.
#pragma once

#include <string>
#include <string_view>

#include "cttrace/event.h"

namespace cttrace {

// nullptr: this call has no such argument.
const Argument* argument(const Call& call, std::string_view name);

// 0 where there is no such argument.
uint64_t number(const Call& call, std::string_view name);

// A field of a struct argument; 0 where it could not be read.
uint64_t field_of(const Argument& argument, std::string_view name);

// What is in memory, to the first NUL.
std::string text(const Call& call, std::string_view name);

// Where a path leads: by the kernel where it says so, whatever links there are on the way; otherwise by its words, made
// absolute where that is known.
std::string path(const Call& call, std::string_view name);

// The file behind a descriptor, or nullptr.
const File* file(const Call& call, std::string_view name);

// A positive errno; 0: it did not fail, or its result is not known. ENOSYS also where a SIGSYS came instead of a
// result.
int error_of(const Call& call);
bool succeeded(const Call& call);

// mount: the MS_* flags, without the magic number of old programs.
uint64_t mount_flags(const Call& call);

// clone, clone3, fork, vfork: the CLONE_* flags; with clone's signal in the bits below them.
uint64_t clone_flags(const Call& call);

// What the kernel shows there under this name, brought from where procfs or sysfs is mounted: "/sys/full/block" for
// "/sys/block".
bool shows_the_same(std::string_view source, std::string_view target);

}  // namespace cttrace
