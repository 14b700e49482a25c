// Where paths lead, and what descriptors are.
#include <gtest/gtest.h>
#include <linux/mount.h>
#include <linux/sched.h>

#include <cerrno>

#include "decode/captures.h"
#include "records.h"

namespace cttrace::test {
namespace {

// chdir's path, with what the entry and the exit said of it.
Argument path_of(WireRecord<ct_enter> entry, WireRecord<ct_exit> exit) {
  return decode({entry.at(100), exit.at(150).entered_at(100)}).call().args[0];
}
WireRecord<ct_enter> entry() { return enters("chdir", {kPointer}); }
WireRecord<ct_exit> leaves() { return returns("chdir", {kPointer}, 0); }

std::string resolved(const WireRecord<ct_enter>& entry) {
  return path_of(entry, leaves()).resolved.value_or("nowhere");
}

TEST(DecoderPaths, ComponentsComeLeafFirst) {
  EXPECT_EQ(path_of_components(std::string_view("c\0b\0a\0", 6)), "/a/b/c");
  EXPECT_EQ(path_of_components(""), "/");
  EXPECT_EQ(path_of_components("a"), "/a");
  for (const char* path : {"/", "/a", "/a/bc/d"}) EXPECT_EQ(path_of_components(components(path)), path);
}

TEST(DecoderPaths, RelativeOnesBeginAtTheirBase) {
  EXPECT_EQ(resolved(entry().string(0, "b/c").base(0, {.path = "/a"})), "/a/b/c");
  EXPECT_EQ(resolved(entry().string(0, "b").base(0, {.path = "/"})), "/b");
  EXPECT_EQ(resolved(entry().string(0, "./b//c/.").base(0, {.path = "/a"})), "/a/b/c");
  EXPECT_EQ(resolved(entry().string(0, "..").base(0, {.path = "/a"})), "/a/..");
  EXPECT_EQ(resolved(entry().string(0, "").base(0, {.path = "/a"})), "/a");
  EXPECT_EQ(resolved(entry().string(0, "b")), "nowhere");
}

TEST(DecoderPaths, EmptyOnesLeadNowhereUnlessTheKernelTakesThem) {
  const auto empty = entry().string(0, "").base(0, {.path = "/a"});
  const Argument refused = path_of(empty, returns("chdir", {kPointer}, -ENOENT));
  EXPECT_EQ(refused.resolved, std::nullopt);
  EXPECT_FALSE(refused.names_file);
  EXPECT_EQ(path_of(empty, returns("chdir", {kPointer}, -EACCES)).resolved, "/a");
}

TEST(DecoderPaths, AbsoluteOnesBeginAtTheRoot) {
  EXPECT_EQ(resolved(entry().string(0, "/proc").base(0, {.path = "/rootfs"})), "/rootfs/proc");
  EXPECT_EQ(resolved(entry().string(0, "/proc").base(0, {.path = "/"})), "/proc");
}

TEST(DecoderPaths, TheMountIsThatOfTheBase) {
  const Argument path = path_of(entry().string(0, "b").base(0, {.path = "/a", .mount_id = 42}), leaves());
  EXPECT_EQ(path.resolved_mount_id, 42u);
  ASSERT_TRUE(path.base);
  EXPECT_EQ(path.base->path, "/a");
}

TEST(DecoderPaths, DescriptorsNamedByProcMeanTheirFile) {
  const WireFile file = {.path = "/rootfs/proc"};
  EXPECT_EQ(resolved(entry().string(0, "/proc/self/fd/6").magic(0, 15, file)), "/rootfs/proc");
  EXPECT_EQ(resolved(entry().string(0, "/proc/thread-self/fd/6/net").magic(0, 22, file)), "/rootfs/proc/net");
  const WireFile detached = {.path = "/", .fs_type = "tmpfs", .flags = CT_FILE_DETACHED};
  EXPECT_EQ(resolved(entry().string(0, "/proc/self/fd/6/b").magic(0, 15, detached)), "(detached tmpfs)/b");
}

TEST(DecoderPaths, APrefixThatIsLongerThanThePathMeansNothing) {
  EXPECT_EQ(resolved(entry().string(0, "/a").magic(0, 3, {.path = "/x"}).base(0, {.path = "/"})), "/a");
}

TEST(DecoderPaths, OneThatIsKnownAtExitOnlyBeginsWhereItDidAtEntry) {
  const auto unread = entry().fault(0).root(0, {.path = "/rootfs"}).base(0, {.path = "/cwd"});
  EXPECT_EQ(path_of(unread, leaves().string(0, "/a")).resolved, "/rootfs/a");
  EXPECT_EQ(path_of(unread, leaves().string(0, "a")).resolved, "/cwd/a");
  EXPECT_EQ(path_of(unread, leaves().string(0, "/proc/self/fd/6").magic(0, 15, {.path = "/f"})).resolved, "/f");
  EXPECT_EQ(path_of(unread, leaves()).resolved, std::nullopt);
}

TEST(DecoderPaths, OneThatChangedIsResolvedAsItWasAtEntry) {
  const Argument path = path_of(entry().string(0, "a").base(0, {.path = "/cwd"}), leaves().string(0, "b"));
  EXPECT_EQ(path.resolved, "/cwd/a");
  EXPECT_EQ(*path.changed, "b");
}

TEST(DecoderPaths, APartOfAPathLeadsNowhere) {
  EXPECT_EQ(resolved(entry().capture(0, CT_CAP_STRING, CT_TRUNCATED, "/a").base(0, {.path = "/"})), "nowhere");
}

TEST(DecoderPaths, WhatMountCallsADeviceIsAPathOnlyWhereItIsLookedUp) {
  const auto source = [](std::string_view text, uint64_t flags) {
    const Args args = {kPointer, kPointer, kPointer, flags, 0};
    return decode({enters("mount", args).at(1).string(0, text).base(0, {.path = "/cwd"}),
                   returns("mount", args, 0).at(2).entered_at(1)})
        .call()
        .args[0];
  };
  EXPECT_FALSE(source("proc", 0).names_file);
  EXPECT_EQ(source("proc", 0).resolved, std::nullopt);
  EXPECT_EQ(source("proc", MS_BIND).resolved, "/cwd/proc");
  EXPECT_EQ(source("proc", MS_MOVE).resolved, "/cwd/proc");
  EXPECT_EQ(source("./sda1", 0).resolved, "/cwd/sda1");
  EXPECT_FALSE(source("/x", MS_BIND | MS_REMOUNT).names_file);
}

TEST(DecoderFiles, EveryField) {
  ct_file raw = {};
  raw.sb_magic = 2;
  raw.dev = 8 << 20 | 17;
  raw.rdev = 136 << 20 | 0xfffff;
  raw.mode = 0100644;
  raw.mnt_ns = 4;
  raw.open_flags = 02000000;
  const Call call = decode({returns("fchdir", {6}, 0)
                                .file(0, {.path = "/a/b",
                                          .fs_type = "ext4",
                                          .fd = 6,
                                          .inode = 1,
                                          .mount_id = 3,
                                          .target = 5,
                                          .flags = CT_FILE_DELETED | CT_FILE_OTHER_NS,
                                          .rest = raw})})
                        .call();
  ASSERT_TRUE(call.args[0].file);
  const File& file = *call.args[0].file;
  EXPECT_EQ(file.kind, FileKind::kPlain);
  EXPECT_EQ(file.fd, 6);
  EXPECT_EQ(file.path, "/a/b");
  EXPECT_EQ(file.fs_type, "ext4");
  EXPECT_EQ(file.inode, 1u);
  EXPECT_EQ(file.sb_magic, 2u);
  EXPECT_EQ(file.dev_major, 8u);
  EXPECT_EQ(file.dev_minor, 17u);
  EXPECT_EQ(file.rdev_major, 136u);
  EXPECT_EQ(file.rdev_minor, 0xfffffu);
  EXPECT_EQ(file.mode, 0100644u);
  EXPECT_EQ(file.mount_id, 3u);
  EXPECT_EQ(file.mount_ns, 4u);
  EXPECT_EQ(file.target, 5u);
  EXPECT_EQ(file.open_flags, 02000000u);
  EXPECT_TRUE(file.deleted && file.other_ns);
  EXPECT_FALSE(file.path_cut || file.chroot || file.detached || file.internal);
}

TEST(DecoderFiles, WhatIsNotOpenIsNoFile) {
  const Call call = decode({returns("fchdir", {6}, -9).capture(0, CT_CAP_FILE, CT_NO_FILE, "")}).call();
  EXPECT_FALSE(call.args[0].file);
}

TEST(DecoderFiles, AKindThatIsNotKnownIsPlain) {
  const Call call = decode({returns("fchdir", {6}, 0).file(0, {.path = "/a", .kind = 77})}).call();
  EXPECT_EQ(call.args[0].file->kind, FileKind::kPlain);
  EXPECT_EQ(call.args[0].file->shown(), "/a");
}

TEST(DecoderFiles, AFilesystemTypeWithoutItsNulIsTheWholeField) {
  ct_file raw = {};
  std::memset(raw.fs_type, 'x', sizeof(raw.fs_type));
  const Call call = decode({returns("fchdir", {6}, 0).file(0, {.path = "/a", .fs_type = "", .rest = raw})}).call();
  EXPECT_EQ(call.args[0].file->fs_type, std::string(CT_FS_TYPE_LENGTH, 'x'));
}

}  // namespace
}  // namespace cttrace::test
