// The parts of a plan, each made by one function; and what they share.
#pragma once

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "plan/plan.h"

namespace cttrace::ctrun {

// Steps in their order, with unique ids.
class StepList {
 public:
  // Ids are made unique by a number.
  void add(Phase phase, Actor actor, std::string id, std::string what, std::vector<PlannedCall> calls, Action action,
           bool optional = false);
  Plan& plan() { return plan_; }

 private:
  Plan plan_ = {};
  std::set<std::string> ids_ = {};
};

// Of a container in the making.
class PlanBuilder : public StepList {
 public:
  explicit PlanBuilder(const Request& request) : request_(request) {}

  const Request& request() const { return request_; }
  const Config& config() const { return request_.config; }
  bool errs(Mistake mistake) const { return request_.choices.mistake == mistake; }

 private:
  const Request& request_;
};

// Who a program shall be, in a new container or in one that is there.
struct IdentityAsked {
  const Process& process;
  bool seccomp = false;
  unsigned last_capability = 0;
  bool may_set_groups = true;
  std::optional<uint64_t> personality = {};
  Mistake mistake = Mistake::kNone;
  bool waits_for_start = false;
  const std::vector<Hook>* start_hooks = nullptr;
};

// processes.cc
void plan_cgroups(PlanBuilder& builder);    // made and filled with limits
void plan_processes(PlanBuilder& builder);  // init, in its namespaces and cgroups, with its ids
// Once init has mounted what it must: images of filesystems want devices that the program shall not have.
void plan_device_rules(PlanBuilder& builder);
// mounts.cc
void plan_rootfs(PlanBuilder& builder);
void plan_mounts(PlanBuilder& builder);
// devices.cc
void plan_devices(PlanBuilder& builder);
// root.cc
void plan_masking(PlanBuilder& builder);
void plan_root_switch(PlanBuilder& builder);
// identity.cc
void plan_names(PlanBuilder& builder);  // hostname, keyring
// Ids, capabilities, filters, and the execve.
void plan_identity(StepList& steps, const IdentityAsked& asked);
// By which ps and cttrace know it, until it becomes the program.
void plan_name(StepList& steps, Actor actor);
// Limits, which only the parent may raise.
void plan_limits(StepList& steps, const Process& process);
void plan_hooks(StepList& steps, Actor actor, const std::string& kind, const std::vector<Hook>& hooks,
                const std::string& status);
// network.cc
void plan_network_outside(PlanBuilder& builder);
void plan_network_inside(PlanBuilder& builder);

// The cgroup files of v1 or v2 that say what the resources ask for: resources.cc
std::vector<std::pair<std::string, std::string>> resource_writes(const Host& host, const Resources& resources,
                                                                 const std::vector<std::string>& folders);
// The folder of each of the host's hierarchies, in their order.
std::vector<std::string> cgroup_folders(const Host& host, const std::string& path, const std::string& id);

// What a step's calls are for one mount: mount_calls.cc
std::vector<PlannedCall> mount_calls(const DoMount& step, const std::string& target);
std::vector<PlannedCall> bind_calls(MountBy by, const std::string& source, const std::string& target,
                                    unsigned long flags, const std::vector<unsigned long>& propagations = {});
// MS_* as MOUNT_ATTR_*.
uint64_t mount_attributes(unsigned long flags);
// What mount_setattr sets and clears to do as a remount of a bind with these flags does.
struct AttributeChange {
  uint64_t set = 0, clear = 0;
};
AttributeChange remount_attributes(unsigned long flags);
// The names of flags that belong to the filesystem and not to the mount: "ro", "sync".
std::vector<std::string> superblock_flags(unsigned long flags);

// A path in the container, as the host has it.
std::string in_rootfs(const Config& config, const std::string& path);

}  // namespace cttrace::ctrun
