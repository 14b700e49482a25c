// The types of namespaces, and what they are called.
#include "cttrace/namespace.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <string>

namespace cttrace {
namespace {

std::string names(const auto& types) {
  std::string text;
  for (const NamespaceType& type : types) text += (text.empty() ? "" : " ") + std::string(type.name());
  return text;
}

TEST(NamespaceTypes, LinksAreTheKernels) {
  std::set<std::string> links, kernels;
  for (const NamespaceLink& link : kNamespaceLinks) links.insert(link.path);
  for (const auto& each : std::filesystem::directory_iterator("/proc/self/ns"))
    kernels.insert("ns/" + each.path().filename().string());
  // One of an older kernel, or without some, has fewer.
  EXPECT_TRUE(std::ranges::includes(links, kernels));
  EXPECT_EQ(links.size(), kNamespaceLinks.size());
}

TEST(NamespaceTypes, WhatATaskIsInAndWhatItsChildrenGet) {
  EXPECT_STREQ(kNamespaceLinks[CT_NS_UTS].name, "uts");
  EXPECT_FALSE(is_for_children(CT_NS_UTS));
  EXPECT_STREQ(kNamespaceLinks[CT_NS_PID].name, "pid");
  EXPECT_FALSE(is_for_children(CT_NS_PID));
  EXPECT_STREQ(kNamespaceLinks[CT_NS_PID_FOR_CHILDREN].name, "pid_for_children");
  EXPECT_EQ(kNamespaceLinks[CT_NS_PID_FOR_CHILDREN].type, uint32_t{CLONE_NEWPID});
  EXPECT_EQ(kNamespaceLinks[CT_NS_PID_FOR_CHILDREN].own, CT_NS_PID);
  EXPECT_TRUE(is_for_children(CT_NS_PID_FOR_CHILDREN));
  EXPECT_TRUE(is_for_children(CT_NS_TIME_FOR_CHILDREN));
}

TEST(NamespaceTypes, OnesThatComeFirst) {
  EXPECT_EQ(names(kNamespaceTypes), "mnt pid net uts ipc cgroup user time");
  EXPECT_EQ(names(namespace_types_from({CLONE_NEWUSER})), "user mnt pid net uts ipc cgroup time");
  EXPECT_EQ(names(namespace_types_from({CLONE_NEWTIME, CLONE_NEWNS})), "time mnt pid net uts ipc cgroup user");
}

TEST(NamespaceTypes, Flags) {
  EXPECT_STREQ(namespace_name(CLONE_NEWNS), "mnt");
  EXPECT_EQ(namespace_name(CLONE_VM), nullptr);
  EXPECT_EQ(namespace_name(CLONE_NEWNS | CLONE_NEWPID), nullptr);
  EXPECT_EQ(kNamespaceFlags, uint64_t{CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWUTS | CLONE_NEWIPC |
                                      CLONE_NEWCGROUP | CLONE_NEWUSER | CLONE_NEWTIME});
}

}  // namespace
}  // namespace cttrace
