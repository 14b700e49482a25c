// What namespace types are called.
#pragma once

#include <cstdint>

namespace cttrace {

// As the links in /proc/PID/ns: "mnt" for CLONE_NEWNS. nullptr: no type.
const char* namespace_name(uint32_t clone_flag);

}  // namespace cttrace
