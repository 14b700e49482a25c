// Namespaces, ids, capabilities and limits in words.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "cttrace/state.h"

namespace cttrace {

// Where a namespace comes from.
enum class NamespaceKin : uint8_t {
  kMade,    // by a traced call
  kJoined,  // it existed, and somebody entered it while tracing
  kHosts,   // the one that the machine booted with
  kShared,  // the one that it is compared with
  kOlder,   // it was there when tracing began
};
// `joined`: inodes of those that were made for somebody else.
NamespaceKin kin_of(const Namespace& ns, uint32_t compared_with, const std::set<uint32_t>& joined = {});

// An id of the host's as those in the user namespace have it; none: it has no id there.
std::optional<uint32_t> inside(const std::vector<IdExtent>& map, uint32_t id);
// Every id is what it is on the host.
bool is_identity(const std::vector<IdExtent>& map);
// "0-65535 = host 100000-165535".
std::vector<std::string> extent_words(const std::vector<IdExtent>& map);

// The profile that AppArmor's command in attr/exec names (apparmor_setprocattr, security/apparmor/lsm.c); nullopt: it
// is no such command, but a label.
std::optional<std::string> apparmor_profile(const std::string& label);

// "CAP_CHOWN", "0x20000000000" for what has no name.
std::vector<std::string> capability_names(uint64_t set);
size_t capability_count(uint64_t set);
// All capabilities that have a name.
uint64_t known_set();
// Those that give power over the host, or over more than what the process owns.
uint64_t weighty_capabilities();

// "nofile" for RLIMIT_NOFILE; the number where it has no name.
std::string limit_name(uint32_t resource);
// "nofile 1024", "core 0 (hard: unlimited)".
std::string limit_words(uint32_t resource, const Identity::Limit& limit);

}  // namespace cttrace
