// The types of namespaces: a row a type. Where a record has a place for it (enum ct_ns), that is all that a new one
// takes.
#pragma once

#include <linux/sched.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "cttrace/wire.h"

namespace cttrace {

struct NamespaceType {
  uint32_t flag;         // CLONE_NEW*
  const char* oci;       // as the OCI runtime specification calls it
  uint32_t first_inode;  // the kernel's fixed number of the one that it boots with
  ct_ns own;             // what a task is in
  const char* link;      // to that, in /proc/PID
  // What its children will be in, and unshare makes. Of most types that is no other one.
  ct_ns for_children = own;
  const char* children_link = link;

  // "mnt": as it is called everywhere but in the OCI runtime specification.
  constexpr const char* name() const { return link + sizeof("ns/") - 1; }
};

// In the order in which a container's are told. The numbers are those of include/linux/proc_ns.h; mnt's and net's are
// fixed since 6.17.
inline constexpr std::array kNamespaceTypes = std::to_array<NamespaceType>({
    {CLONE_NEWNS, "mount", 0xEFFFFFF8, CT_NS_MNT, "ns/mnt"},
    {CLONE_NEWPID, "pid", 0xEFFFFFFC, CT_NS_PID, "ns/pid", CT_NS_PID_FOR_CHILDREN, "ns/pid_for_children"},
    {CLONE_NEWNET, "network", 0xEFFFFFF9, CT_NS_NET, "ns/net"},
    {CLONE_NEWUTS, "uts", 0xEFFFFFFE, CT_NS_UTS, "ns/uts"},
    {CLONE_NEWIPC, "ipc", 0xEFFFFFFF, CT_NS_IPC, "ns/ipc"},
    {CLONE_NEWCGROUP, "cgroup", 0xEFFFFFFB, CT_NS_CGROUP, "ns/cgroup"},
    {CLONE_NEWUSER, "user", 0xEFFFFFFD, CT_NS_USER, "ns/user"},
    {CLONE_NEWTIME, "time", 0xEFFFFFFA, CT_NS_TIME, "ns/time", CT_NS_TIME_FOR_CHILDREN, "ns/time_for_children"},
});

// All types, those of `first` before the others.
template <size_t kCount>
consteval auto namespace_types_from(const uint32_t (&first)[kCount]) {
  auto types = kNamespaceTypes;
  auto place = types.begin();
  for (const uint32_t flag : first) {
    const auto found = std::ranges::find(place, types.end(), flag, &NamespaceType::flag);
    std::rotate(place++, found, found + 1);
  }
  return types;
}

// The CLONE_NEW* of all of them.
inline constexpr uint64_t kNamespaceFlags = [] {
  uint64_t flags = 0;
  for (const NamespaceType& type : kNamespaceTypes) flags |= type.flag;
  return flags;
}();

// nullptr: no type.
constexpr const NamespaceType* find_namespace_type(uint64_t flag) {
  for (const NamespaceType& type : kNamespaceTypes)
    if (type.flag == flag) return &type;
  return nullptr;
}

// "mnt" for CLONE_NEWNS. nullptr: no type.
constexpr const char* namespace_name(uint64_t flag) {
  const NamespaceType* const type = find_namespace_type(flag);
  return type ? type->name() : nullptr;
}

// One of the links in /proc/PID/ns.
struct NamespaceLink {
  const char* path = nullptr;  // in /proc/PID
  const char* name = nullptr;  // "mnt", "pid_for_children"
  uint32_t type = 0;           // CLONE_NEW*
  ct_ns own = CT_NS_COUNT;     // what the task is in that has this for its children
};

// By ct_ns.
inline constexpr std::array<NamespaceLink, CT_NS_COUNT> kNamespaceLinks = [] {
  std::array<NamespaceLink, CT_NS_COUNT> links;
  constexpr size_t kFolder = sizeof("ns/") - 1;
  for (const NamespaceType& type : kNamespaceTypes) {
    links[type.for_children] = {type.children_link, type.children_link + kFolder, type.flag, type.own};
    links[type.own] = {type.link, type.link + kFolder, type.flag, type.own};
  }
  return links;
}();
static_assert(std::ranges::none_of(kNamespaceLinks, [](const NamespaceLink& link) { return !link.path; }));

// What a task's children get; the task is not in it itself.
constexpr bool is_for_children(size_t which) { return kNamespaceLinks[which].own != which; }

}  // namespace cttrace
