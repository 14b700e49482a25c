// The root file system and what is mounted in it.
#include <sched.h>
#include <sys/mount.h>

#include <algorithm>
#include <filesystem>

#include "config/mount_options.h"
#include "config/names.h"
#include "plan/parts.h"

namespace cttrace::ctrun {
namespace {

bool in_user_namespace(const PlanBuilder& builder) {
  return builder.config().find_namespace(CLONE_NEWUSER) || !builder.request().host.initial_user_namespace;
}

std::string flags_words(const Mount& mount) {
  std::string text;
  if (mount.flags & MS_RDONLY) text += " ro";
  if (mount.flags & MS_NOSUID) text += " nosuid";
  if (mount.flags & MS_NODEV) text += " nodev";
  if (mount.flags & MS_NOEXEC) text += " noexec";
  return text.empty() ? "" : "," + text;
}

// fsconfig takes strings of less than 256 bytes: the kernel's vfs_fsconfig.
bool fits_fsconfig(const Mount& mount) {
  return std::all_of(mount.data.begin(), mount.data.end(), [](const std::string& each) { return each.size() < 256; });
}

void add_mount(PlanBuilder& builder, const Mount& mount, bool optional = false) {
  DoMount step{mount, mount.source, builder.request().choices.mounts, in_user_namespace(builder)};
  const bool bind = mount.flags & MS_BIND;
  const bool image = mount.loop && !mount.source.empty() && mount.source[0] != '/';
  if ((bind || image) && !(mount.flags & MS_REMOUNT) && !mount.source.empty() && mount.source[0] != '/')
    step.source = (std::filesystem::path(builder.request().bundle) / mount.source).lexically_normal().string();
  if (!bind && step.by == MountBy::kNewApi && !fits_fsconfig(mount)) step.by = MountBy::kFd;
  std::string what = bind ? step.source : mount.type;
  if (mount.flags & MS_REMOUNT) what = "again";
  what += " on " + mount.destination + flags_words(mount);
  const std::string target = in_rootfs(builder.config(), mount.destination);
  std::vector<PlannedCall> calls = mount_calls(step, target);
  builder.add(Phase::kMounts, Actor::kInit, "mount:" + mount.destination, what, std::move(calls), std::move(step),
              optional);
}

// What of the cgroups the container sees. v1: a tmpfs with a folder for each hierarchy, as the host has it.
void add_cgroup_mounts(PlanBuilder& builder, const Mount& asked) {
  const Host& host = builder.request().host;
  const std::vector<std::string>& folders = builder.plan().cgroups;
  const bool own_namespace = builder.config().makes(CLONE_NEWCGROUP);
  if (!host.hybrid()) {
    Mount mount = asked;
    if (own_namespace) {
      mount.type = mount.source = "cgroup2";
    } else {
      mount.type.clear();
      mount.source = folders.empty() ? "/sys/fs/cgroup" : folders[0];
      mount.flags |= MS_BIND;
    }
    mount.data.clear();
    add_mount(builder, mount);
    return;
  }
  Mount top = asked;
  top.type = top.source = "tmpfs";
  top.flags &= ~static_cast<unsigned long>(MS_RDONLY);
  top.data = {"mode=755"};
  top.propagations.clear();
  add_mount(builder, top);
  std::vector<std::pair<std::string, std::string>> links;
  for (size_t i = 0; i < host.hierarchies.size(); ++i) {
    const Hierarchy& hierarchy = host.hierarchies[i];
    if (hierarchy.unified) continue;
    const std::string name = hierarchy.mount_point.substr(hierarchy.mount_point.rfind('/') + 1);
    Mount mount = asked;
    mount.destination = asked.destination + "/" + name;
    if (own_namespace || folders.empty()) {
      mount.type = mount.source = "cgroup";
      mount.data = hierarchy.controllers;
    } else {
      mount.type.clear();
      mount.source = folders[i];
      mount.flags |= MS_BIND | MS_REC;
      mount.data.clear();
    }
    add_mount(builder, mount);
    if (name.find(',') != std::string::npos)
      for (const std::string& controller : hierarchy.controllers)
        links.emplace_back(asked.destination + "/" + controller, name);
  }
  if (!links.empty())
    builder.add(Phase::kMounts, Actor::kInit, "cgroup-links", "names for controllers that are mounted together", {},
                MakeLinks{links});
  if (asked.flags & MS_RDONLY) {
    Mount again = top;
    again.flags |= MS_REMOUNT | MS_BIND | MS_RDONLY;
    again.data.clear();
    add_mount(builder, again);
  }
}

Mount with_mistakes(const PlanBuilder& builder, Mount mount) {
  if (mount.type == "proc" && builder.errs(Mistake::kHostProc))
    return {.destination = mount.destination, .source = "/proc", .flags = MS_BIND | MS_REC};
  if (mount.type == "sysfs" && builder.errs(Mistake::kWritableSys))
    mount.flags &= ~static_cast<unsigned long>(MS_RDONLY);
  return mount;
}

}  // namespace

void plan_rootfs(PlanBuilder& builder) {
  const Config& config = builder.config();
  const std::string& rootfs = config.rootfs;
  const auto propagate = [&](const std::string& id, const std::string& path, unsigned long flags) {
    builder.add(Phase::kRootfs, Actor::kInit, id, path + " is made " + propagation_name(flags),
                {{"mount", {"NULL", in_quotes(path), "NULL", mount_flags_text(flags), "NULL"}}},
                SetPropagation{path, flags});
  };
  const HostMount* parent = mount_over(builder.request().host, rootfs);
  const std::string parent_path = parent ? parent->path : "/";
  // pivot_root and MS_MOVE want a new root whose parent is not shared, and nothing that we mount may reach the host.
  if (builder.errs(Mistake::kSharedPropagation)) {
    propagate("parent-private", parent_path, MS_PRIVATE);
  } else if (config.rootfs_propagation != 0 && !(config.rootfs_propagation & MS_SLAVE)) {
    propagate("root-propagation", "/", config.rootfs_propagation);
    propagate("parent-private", parent_path, MS_PRIVATE);
  } else {
    propagate("root-slave", "/", MS_SLAVE | MS_REC);
  }
  builder.add(Phase::kRootfs, Actor::kInit, "rootfs", rootfs + " bound on itself, that it is a mount",
              {{"mount", {in_quotes(rootfs), in_quotes(rootfs), "NULL", "MS_BIND|MS_REC", "NULL"}}},
              BindRootfs{rootfs});
  if (config.rootfs_propagation & (MS_SHARED | MS_UNBINDABLE) || builder.errs(Mistake::kSharedPropagation))
    propagate("rootfs-private", rootfs, MS_PRIVATE);
}

void plan_mounts(PlanBuilder& builder) {
  for (const Mount& asked : builder.config().mounts) {
    if (asked.type == "cgroup" || asked.type == "cgroup2") {
      add_cgroup_mounts(builder, asked);
      continue;
    }
    Mount mount = with_mistakes(builder, asked);
    // Its devices are still to be made: it becomes read-only after them (plan_devices.cc).
    if (mount.destination == "/dev" && mount.type == "tmpfs") mount.flags &= ~static_cast<unsigned long>(MS_RDONLY);
    add_mount(builder, mount);
  }
}

}  // namespace cttrace::ctrun
