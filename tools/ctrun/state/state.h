// What ctrun knows of a container between two commands: a folder a container, below --root.
#pragma once

#include <sys/types.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/fd.h"
#include "config/choices.h"

namespace cttrace::ctrun {

struct ContainerState {
  std::string id = {}, bundle = {}, rootfs = {}, created = {};  // created: RFC 3339
  pid_t pid = 0;
  uint64_t start_time = 0;  // of that process, in ticks: pids are used again
  std::vector<std::string> cgroups = {};
  std::map<std::string, std::string> annotations = {};
  bool chroot_only = false;
  std::string oci_version = "1.0.2";
};

enum class ContainerStatus { kCreating, kCreated, kRunning, kPaused, kStopped };
std::string status_name(ContainerStatus status);

// The folder of one container. Throws Failure.
class StateFolder {
 public:
  // A new one; fails where there is one of the name.
  static StateFolder create(const std::string& root, const std::string& id);
  // One that is there. `exclusive` waits for, and holds off, other commands on the same container.
  static StateFolder open(const std::string& root, const std::string& id, bool exclusive);

  const std::string& path() const { return path_; }
  std::string start_fifo() const { return path_ + "/start.fifo"; }
  std::string result_fifo() const { return path_ + "/result.fifo"; }
  std::string config_path() const { return path_ + "/config.json"; }

  void save(const ContainerState& state) const;
  // Nothing where it is only being created.
  std::optional<ContainerState> load() const;
  void write_config(const std::string& text) const;
  std::string read_config() const;
  void remove() const;
  // Held by whoever has a copy of it, also by a process that was made meanwhile.
  int lock_fd() const { return lock_.get(); }
  void lock() const;
  void unlock() const;

 private:
  StateFolder(std::string path, Fd lock) : path_(std::move(path)), lock_(std::move(lock)) {}
  std::string path_;
  Fd lock_;
};

void check_id(const std::string& id);
ContainerStatus status_of(const StateFolder& folder, const ContainerState& state);
bool is_alive(const ContainerState& state);  // the process, and not another one with its pid
uint64_t start_time_of(pid_t pid);           // 0: there is none
// The state as the specification has it, for `state` and for hooks.
std::string oci_state(const ContainerState& state, const std::string& status, pid_t pid);

}  // namespace cttrace::ctrun
