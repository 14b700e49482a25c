// What a bundle's config.json asks for, as plain values: the part of the OCI runtime specification that ctrun does.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"

namespace cttrace::ctrun {

struct IdMapping {
  uint32_t container = 0, host = 0, size = 0;
};

struct Namespace {
  uint64_t type = 0;      // CLONE_NEW*
  std::string path = {};  // joined; empty: a new one
};

struct DeviceNode {
  std::string path = {};
  char type = 'c';  // c, b or p
  uint32_t major = 0, minor = 0;
  uint32_t mode = 0666;
  uint32_t uid = 0, gid = 0;
};

struct DeviceRule {
  bool allow = false;
  std::string rule = {};  // as the v1 controller reads it: "c 1:3 rwm"
};

struct Limit {
  std::string name = {};  // RLIMIT_NOFILE
  int resource = 0;
  uint64_t soft = 0, hard = 0;
};

struct User {
  uint32_t uid = 0, gid = 0;
  std::optional<uint32_t> umask = {};
  std::vector<uint32_t> groups = {};
};

// One bit a capability.
struct Capabilities {
  uint64_t bounding = 0, effective = 0, inheritable = 0, permitted = 0, ambient = 0;
};

struct ConsoleSize {
  uint16_t height = 0, width = 0;
};

struct Process {
  std::vector<std::string> args = {}, env = {};
  std::string cwd = "/";
  User user = {};
  bool terminal = false;
  ConsoleSize console = {};
  Capabilities capabilities = {};
  std::vector<Limit> limits = {};
  bool no_new_privs = false;
  std::optional<int> oom_score_adj = {};
  std::string apparmor = {}, selinux = {};
};

// A row of `mounts`, its options taken apart.
struct Mount {
  std::string destination = {}, type = {}, source = {};
  unsigned long flags = 0;                       // MS_*, also MS_BIND and MS_REC
  unsigned long cleared = 0;                     // MS_* that an option took away: "suid", "rw"
  std::vector<unsigned long> propagations = {};  // MS_SHARED and its like, with MS_REC
  std::vector<std::string> data = {};            // the filesystem's own options
  bool loop = false;                             // the source is an image of a filesystem
};

struct Hook {
  std::string path = {};
  std::vector<std::string> args = {}, env = {};
  std::optional<int> timeout_s = {};
};

struct Hooks {
  std::vector<Hook> prestart = {}, create_runtime = {}, create_container = {}, start_container = {}, poststart = {},
                    poststop = {};
};

struct Resources {
  std::optional<int64_t> memory_limit = {}, memory_reservation = {}, memory_swap = {}, memory_swappiness = {};
  std::optional<bool> oom_killer_disabled = {};
  std::optional<uint64_t> cpu_shares = {}, cpu_period = {};
  std::optional<int64_t> cpu_quota = {};
  std::string cpus = {}, mems = {};
  std::optional<int64_t> pids_limit = {};
  std::vector<DeviceRule> devices = {};
  std::map<std::string, std::string> unified = {};  // file name in cgroup v2: value
};

struct SeccompArgument {
  unsigned index = 0;
  uint64_t value = 0, value_two = 0;
  std::string op = {};  // SCMP_CMP_EQ
};

struct SeccompRule {
  std::vector<std::string> names = {};
  std::string action = {};  // SCMP_ACT_ERRNO
  std::optional<uint32_t> errno_ret = {};
  std::vector<SeccompArgument> args = {};
};

struct Seccomp {
  std::string default_action = {};
  std::optional<uint32_t> default_errno_ret = {};
  std::vector<std::string> architectures = {}, flags = {};
  std::vector<SeccompRule> rules = {};
};

struct Config {
  std::string version = {};
  std::string rootfs = {};  // as given: relative to the bundle
  bool readonly_root = false;
  std::string hostname = {}, domainname = {};
  Process process = {};
  std::vector<Mount> mounts = {};
  Hooks hooks = {};
  std::map<std::string, std::string> annotations = {};

  std::vector<Namespace> namespaces = {};
  std::vector<IdMapping> uid_mappings = {}, gid_mappings = {};
  std::vector<DeviceNode> devices = {};  // beside the default ones
  std::string cgroups_path = {};
  Resources resources = {};
  unsigned long rootfs_propagation = 0;  // MS_*, with MS_REC; 0: not asked for
  std::vector<std::string> masked_paths = {}, readonly_paths = {};
  std::map<std::string, std::string> sysctl = {};
  std::optional<Seccomp> seccomp = {};
  std::optional<uint64_t> personality = {};

  const Namespace* find_namespace(uint64_t type) const;
  bool makes(uint64_t type) const;  // a new one
  bool joins(uint64_t type) const;  // one that is there
};

// Throws Failure: the subject is the key, "process.user.uid".
// `name`: the file, in errors.
Config parse_config(const std::string& text, const std::string& name = "config.json");
Process parse_process(const std::string& text, const std::string& name);  // the file of `exec --process`

}  // namespace cttrace::ctrun
