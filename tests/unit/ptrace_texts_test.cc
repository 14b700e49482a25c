// The texts of /proc that the ptrace source reads, and the paths that it takes apart.
#include <elf.h>
#include <gtest/gtest.h>

#include "source/ptrace/magic_path.h"
#include "source/ptrace/mount_views.h"
#include "source/ptrace/task_facts.h"
#include "source/ptrace/task_files.h"

namespace cttrace::ptrace {
namespace {

using namespace std::string_literals;

TEST(PtraceTexts, AMountViewHasWhatFilesAreToldBy) {
  const MountView view = parse_mount_view(
      "22 1 259:3 /a\\040b / rw,relatime shared:1 - ext4 /dev/root rw\n"
      "30 22 0:25 /gone//deleted /mnt rw master:2 propagate_from:1 - fuse.sshfs  ro,user_id=0\n"
      "31 22 0:26 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu,cpuacct\n");
  ASSERT_EQ(view.mounts.size(), 3u);
  const SeenMount& root = view.mounts[0];
  EXPECT_EQ(root.id, 22u);
  EXPECT_EQ(root.parent_id, 1u);
  EXPECT_EQ(root.dev, 259u << 20 | 3);
  EXPECT_EQ(root.root, "/a b");
  EXPECT_EQ(root.mountpoint, "/");
  EXPECT_EQ(root.source, "/dev/root");
  const SeenMount& second = view.mounts[1];
  EXPECT_EQ(second.root, "/gone");
  EXPECT_EQ(second.fs_type, "fuse");
  EXPECT_EQ(second.source, "");
  EXPECT_EQ(view.mounts[2].options, "rw,cpu,cpuacct");
  ASSERT_TRUE(view.with_id(30));
  EXPECT_EQ(view.with_id(30)->mountpoint, "/mnt");
  EXPECT_FALSE(view.with_id(1));
}

TEST(PtraceTexts, LinesThatMakeNoSenseAreLeftOut) {
  for (const char* line : {"", "x", "22 1 259:3 / relative rw - ext4 a rw", "22 1 259 / / rw - ext4 a rw",
                           "22 1 259:3 / / rw shared:1", "22 1 259:3 / / rw -", "99999999999 1 0:1 / / rw - a b c"})
    EXPECT_TRUE(parse_mount_view(line).mounts.empty()) << line;
  EXPECT_EQ(parse_mount_view("nonsense\n22 1 259:3 / / rw - ext4 a rw").mounts.size(), 1u);
}

TEST(PtraceTexts, NobodyIsAskedOnTheWayToWhatAServerHas) {
  const MountView view = parse_mount_view(
      "22 1 259:3 / / rw - ext4 a rw\n23 22 0:9 / /mnt/x rw - fuse.sshfs b rw\n24 22 0:8 / /con rw - fusectl b rw\n");
  EXPECT_TRUE(view.answers("/"));
  EXPECT_TRUE(view.answers("/mnt"));
  EXPECT_TRUE(view.answers("/mnt/xy"));
  EXPECT_TRUE(view.answers("/con/1"));
  EXPECT_FALSE(view.answers("/mnt/x"));
  EXPECT_FALSE(view.answers("/mnt/x/y"));
}

TEST(PtraceTexts, AnAuxiliaryVectorIsInWordsOfItsProgram) {
  const auto text = [](auto... words) {
    std::string bytes;
    (bytes.append(reinterpret_cast<const char*>(&words), sizeof(words)), ...);
    return bytes;
  };
  const uint64_t page = AT_PAGESZ, secure = AT_SECURE, size = 4096, yes = 1, end = 0;
  const std::string wide = text(page, size, secure, yes, end, end);
  EXPECT_EQ(auxiliary_value(wide, AT_SECURE), 1u);
  EXPECT_EQ(auxiliary_value(wide, AT_EXECFN), std::nullopt);
  const auto half = [](uint64_t word) { return static_cast<uint32_t>(word); };
  EXPECT_EQ(auxiliary_value(text(half(page), half(size), half(secure), half(yes), half(end), half(end)), AT_SECURE),
            1u);
  EXPECT_EQ(auxiliary_value(std::string_view(), AT_SECURE), std::nullopt);
}

TEST(PtraceTexts, ComponentsAreLeafFirst) {
  EXPECT_EQ(components_of("/"), "");
  EXPECT_EQ(components_of("/a"), "a\0"s);
  EXPECT_EQ(components_of("/a/b c"), "b c\0a\0"s);
  EXPECT_EQ(components_of("[eventpoll]"), "[eventpoll]\0"s);
}

TEST(PtraceTexts, WhatFdinfoSays) {
  const DescriptorInfo plain = parse_descriptor_info("pos:\t0\nflags:\t02100000\nmnt_id:\t17\nino:\t1038\n");
  EXPECT_EQ(plain.open_flags, 0100000u);  // close-on-exec is the descriptor's
  EXPECT_EQ(plain.mount_id, 17u);
  EXPECT_EQ(plain.inode, 1038u);
  EXPECT_EQ(plain.pid, 0);
  const DescriptorInfo pidfd = parse_descriptor_info("flags:\t02\nmnt_id:\t4\nPid:\t-1\nNSpid:\t-1\n");
  EXPECT_EQ(pidfd.pid, -1);
  EXPECT_FALSE(pidfd.inode);
  const DescriptorInfo watched = parse_descriptor_info("mnt_id:\t4\nino:\t5\ninotify wd:1\nino:\t6\n");
  EXPECT_EQ(watched.inode, 5u);
  EXPECT_FALSE(parse_descriptor_info("mnt_id:\tx\nflags:\t9\n").mount_id);
}

TEST(PtraceTexts, PathsThatNameADescriptor) {
  const auto own = parse_magic_path("/proc/self/fd/6");
  ASSERT_TRUE(own);
  EXPECT_EQ(own->pid, 0u);
  EXPECT_EQ(own->fd, 6);
  EXPECT_EQ(own->prefix, 15u);
  const auto thread = parse_magic_path("/proc/thread-self/fd/12/a/b");
  ASSERT_TRUE(thread);
  EXPECT_EQ(thread->fd, 12);
  EXPECT_EQ(thread->prefix, std::string("/proc/thread-self/fd/12").size());
  const auto other = parse_magic_path("/proc/812/fd/3");
  ASSERT_TRUE(other);
  EXPECT_EQ(other->pid, 812u);
  for (const char* path :
       {"", "/proc/self/fd/", "/proc/self/fd/6x", "/proc/self/fdinfo/6", "/proc/0/fd/6", "/proc//fd/6",
        "/proc/self/fd/99999999999", "/proc/self/fd/2147483647", "proc/self/fd/6", "/proc/812x/fd/1"})
    EXPECT_FALSE(parse_magic_path(path)) << path;
}

}  // namespace
}  // namespace cttrace::ptrace
