// Facts of a container, made by hand: a right one, of which tests change what they are about.
#pragma once

#include <linux/mount.h>

#include <string>
#include <vector>

#include "check/facts.h"

namespace cttrace {

template <typename T>
Fact<T> observed(T value) {
  return {.value = std::move(value), .evidence = Evidence::kObserved};
}

inline MountFacts made_mount(const std::string& path, const std::string& filesystem, uint64_t attributes = 0) {
  MountFacts mount;
  mount.path = path, mount.filesystem = filesystem, mount.attributes = attributes;
  mount.source_path = "/";
  mount.superblock_read_only = observed(false);
  mount.sharing = observed(MountSharing());
  mount.made_by = 40;
  mount.evidence = Evidence::kObserved;
  return mount;
}

inline MountFacts& mount_at(ContainerFacts& container, const std::string& path) {
  for (MountFacts& mount : container.handed->mounts.value)
    if (mount.path == path) return mount;
  throw std::out_of_range(path);
}

// An ordinary user's, without capabilities, hardened in every respect.
inline ContainerFacts made_container() {
  ContainerFacts container;
  container.number = 1;
  container.name = container.short_name = "web";
  container.handed.emplace();
  HandedFacts& handed = *container.handed;
  for (const char* name : {"mnt", "uts", "ipc", "net", "cgroup", "pid", "time", "user"})
    handed.namespaces.push_back({.name = name, .from = observed(NamespaceFacts::From::kMade), .made_by = 8});
  handed.root = observed(PlaceFacts{.path = "/", .inside = "/"});
  handed.cwd = observed(PlaceFacts{.path = "/tmp", .inside = "/tmp"});
  handed.old_root = observed(OldRootFacts{.gone = true});
  constexpr uint64_t kNothing = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC;
  handed.mounts = observed(std::vector<MountFacts>{
      made_mount("/", "ext4", MOUNT_ATTR_RDONLY), made_mount("/proc", "proc", kNothing), made_mount("/dev", "tmpfs"),
      made_mount("/sys", "sysfs", MOUNT_ATTR_RDONLY | kNothing), made_mount("/proc/sys", "proc", MOUNT_ATTR_RDONLY),
      made_mount("/sys/firmware", "tmpfs", MOUNT_ATTR_RDONLY)});
  handed.descriptors = observed(std::vector<DescriptorFacts>());
  handed.devices["/dev/null"] = {.path = "/dev/null", .major = 1, .minor = 3, .permissions = observed(0666u)};
  Identity& identity = handed.identity;
  identity.uids = identity.gids = observed(std::array<uint32_t, 4>{101000, 101000, 101000, 101000});
  identity.groups = observed(std::vector<uint32_t>());
  identity.capabilities = observed(Identity::Capabilities());
  identity.no_new_privs = observed(true);
  identity.seccomp_mode = observed(2u);
  handed.uid_map = handed.gid_map =
      observed(std::vector<IdExtent>{{.first = 0, .lower_first = 100000, .count = 65536}});
  handed.cgroup.controls = {{.file = "/sys/fs/cgroup/web/memory.max", .value = "1000000"},
                            {.file = "/sys/fs/cgroup/web/pids.max", .value = "64"},
                            {.file = "/sys/fs/cgroup/web/cpu.max", .value = "1000 1000"}};
  return container;
}

inline RecordingFacts made_recording(ContainerFacts container) {
  RecordingFacts facts;
  facts.name = "demo.ctt";
  facts.containers.push_back(std::move(container));
  return facts;
}

}  // namespace cttrace
