// What a plan depends on of the host: read once, before planning, so that planning itself reads nothing.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace cttrace::ctrun {

// A cgroup hierarchy that is mounted.
struct Hierarchy {
  std::vector<std::string> controllers = {};  // of v1: "memory", "name=systemd"
  bool unified = false;                       // v2
  std::string mount_point = {};
  std::string own = {};  // the path in it that ctrun itself is in

  bool has(const std::string& controller) const;
};

struct HostMount {
  std::string path = {}, type = {};
};

struct Host {
  uid_t uid = 0;
  gid_t gid = 0;
  bool initial_user_namespace = true;
  unsigned last_capability = 40;
  std::vector<Hierarchy> hierarchies = {};
  std::vector<std::string> unified_controllers = {};  // that the v2 hierarchy has
  std::vector<HostMount> mounts = {};
  std::string working_folder = {};
  std::optional<std::pair<unsigned, unsigned>> root_disk = {};  // major, minor of what / is on

  // Of the paths that the configuration masks, those that are folders: they get an empty one, files get /dev/null.
  std::set<std::string> masked_folders = {};

  bool hybrid() const;
};

Host read_host();

// The mount whose point is the longest beginning of `path`.
const HostMount* mount_over(const Host& host, const std::string& path);

}  // namespace cttrace::ctrun
