// Mount namespaces whose mounts come into others: their peers and their masters (mount_namespaces(7)).
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace cttrace {

// Of the mount tables (mountinfo) of other namespaces, by inode number: the namespaces from which mounts come into
// those of the tables `own`, also by way of each other.
std::set<uint32_t> upstream_of(const std::vector<std::string>& own, const std::map<uint32_t, std::string>& others);

}  // namespace cttrace
