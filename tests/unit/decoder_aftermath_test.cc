// What the kernel's own structures said of the caller when a call had succeeded, and of a child when it was made.
#include <gtest/gtest.h>

#include <cerrno>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "records.h"

namespace cttrace::test {
namespace {

const Args kCall = {kPointer, kPointer};

Call returned(const WireRecord<ct_exit>& exit) {
  const Decoded decoded = decode({enters("mount", kCall).at(100).by(7).string(1, "/mnt"), exit});
  EXPECT_EQ(decoded.bad.malformed, 0u);
  return decoded.call();
}

WireRecord<ct_exit> success() { return returns("mount", kCall, 0).at(150).by(7).entered_at(100); }

TEST(DecoderAftermath, Namespaces) {
  const NamespaceInodes inodes = {1, 2, 3, 4, 5, 6, 7, 8, 9, 4294967295};
  EXPECT_EQ(returned(success().namespaces(inodes)).after.namespaces, inodes);
  EXPECT_EQ(returned(success()).after.namespaces, std::nullopt);
  const std::string bytes = bytes_of(inodes);
  const auto as = [&](uint8_t status, std::string_view raw) {
    return returned(success().capture(CT_ARG_NAMESPACES, CT_CAP_NAMESPACES, status, raw)).after.namespaces;
  };
  EXPECT_EQ(as(CT_FAULT, {}), std::nullopt);
  EXPECT_EQ(as(CT_OK, std::string_view(bytes).substr(0, 39)), std::nullopt);
  EXPECT_EQ(as(CT_OK, bytes), inodes);
}

TEST(DecoderAftermath, Places) {
  const WireFile tree = {.path = "/b", .mount_id = 30, .mount_parent_id = 29};
  const Call call = returned(success().file(CT_ARG_CWD, {.path = "/a/b"}).file(CT_ARG_ROOT, tree));
  ASSERT_TRUE(call.after.cwd && call.after.root);
  EXPECT_EQ(call.after.cwd->path, "/a/b");
  EXPECT_EQ(call.after.root->path, "/b");
  EXPECT_EQ(call.after.root->mount_id, 30u);
  EXPECT_EQ(call.after.root->mount_parent_id, 29u);
  EXPECT_EQ(call.after.newest_mount.has_value() || call.returned_file.has_value(), false);
  const Call nowhere = returned(success().capture(CT_ARG_CWD, CT_CAP_FILE, CT_NO_FILE, {}));
  EXPECT_EQ(nowhere.after.cwd.has_value(), false);
}

TEST(DecoderAftermath, Mounts) {
  const Call call = returned(success().newest_mount({.path = "/mnt", .mount_id = 31}).mount_count(24));
  ASSERT_TRUE(call.after.newest_mount);
  EXPECT_EQ(call.after.newest_mount->path, "/mnt");
  EXPECT_EQ(call.after.newest_mount->mount_id, 31u);
  EXPECT_EQ(call.after.mounts, 24u);
  EXPECT_EQ(call.after.cwd.has_value() || call.after.root.has_value(), false);
  // The same captures under other names are something else.
  EXPECT_EQ(returned(success().count(CT_ARG_MOUNTS, 24)).after.mounts, std::nullopt);
  EXPECT_EQ(returned(success().mount_count(uint64_t{1} << 32)).after.mounts, std::nullopt);
}

// Of two threads: when entries and exits came, as "1 2 /1 /2". Which calls were contended then, by their start.
std::vector<bool> contended(const std::string& order, std::string_view second = "umount2") {
  Records records;
  std::istringstream words(order);
  uint64_t now = 1000;
  std::map<uint32_t, uint64_t> began;
  for (std::string word; words >> word; now += 10) {
    const auto tid = static_cast<uint32_t>(word.back() - '0');
    const std::string_view name = tid == 2 ? second : "mount";
    if (word.front() != '/') began[tid] = now;
    if (word.front() == '/')
      records.push_back(returns(name, kCall, 0).at(now).by(tid).entered_at(began[tid]).mount_count(3));
    else
      records.push_back(enters(name, kCall).at(now).by(tid));
  }
  std::vector<bool> found;
  for (const Call& call : decode(records).calls()) found.push_back(call.after.contended);
  return found;
}

TEST(DecoderAftermath, AnotherCallAtTheSameTimeMayHaveMadeIt) {
  using Found = std::vector<bool>;
  EXPECT_EQ(contended("1 /1 2 /2"), (Found{false, false}));
  EXPECT_EQ(contended("1 2 /1 /2"), (Found{true, true}));
  EXPECT_EQ(contended("1 2 /2 /1"), (Found{true, true}));
  EXPECT_EQ(contended("1 2 /2 3 /3 /1"), (Found{true, true, true}));
  EXPECT_EQ(contended("1 2 /1 3 /2 /3 1 /1"), (Found{true, true, true, false}));
  // A call that changes no mounts is none, nor is one whose end is not known any more.
  EXPECT_EQ(contended("1 2 /1 /2", "chdir"), (Found{false, false}));
  EXPECT_EQ(contended("1 2 2 /2 3 /3 1 /1"), (Found{true, true, true, true, false}));
  // An exit whose entry was lost was there all the time.
  EXPECT_EQ(contended("1 /2 /1"), (Found{true, true}));
  EXPECT_EQ(contended("/1 2 /2"), (Found{true, false}));
}

TEST(DecoderAftermath, WhatTheMountShows) {
  const Call call =
      returned(success().mount_told(std::string_view("b\0a\0", 4), "/dev/x").file(CT_ARG_MOVED, {.path = "/m"}));
  EXPECT_EQ(call.after.mount_root, "/a/b");
  EXPECT_EQ(call.after.mount_source, "/dev/x");
  ASSERT_TRUE(call.after.moved);
  EXPECT_EQ(call.after.moved->path, "/m");
  EXPECT_EQ(returned(success().mount_told({}, {})).after.mount_root, "/");
  const Call untold = returned(success()
                                   .capture(CT_ARG_MOUNT_ROOT, CT_CAP_STRING, CT_TRUNCATED, std::string_view("b\0", 2))
                                   .capture(CT_ARG_MOUNT_SOURCE, CT_CAP_STRING, CT_NULL, {}));
  EXPECT_EQ(untold.after.mount_root.has_value() || untold.after.mount_source.has_value(), false);
}

TEST(DecoderAftermath, WhereThePathLed) {
  const Call call = returned(success().file(CT_ARG_TARGET, {.path = "/run/netns", .mount_id = 31}));
  ASSERT_TRUE(call.after.target);
  EXPECT_EQ(call.after.target->path, "/run/netns");
  EXPECT_EQ(call.after.target->mount_id, 31u);
}

TEST(DecoderAftermath, IsNoArgument) {
  const Call call = returned(success().newest_mount({.path = "/x"}).mount_count(2).namespaces({}));
  EXPECT_EQ(call.args[1].bytes, "/mnt");
  for (const Argument& argument : call.args) {
    EXPECT_EQ(argument.file.has_value() || argument.base.has_value() || argument.count.has_value(), false);
    EXPECT_FALSE(argument.changed);
  }
}

// The older version of a record: `shorter` bytes less behind its body.
template <typename Body>
std::string of_version_1(const WireRecord<Body>& record, size_t body, size_t shorter) {
  std::string bytes = record;
  bytes.erase(body - shorter, shorter);
  bytes[offsetof(ct_record, version)] = 1;
  const auto length = static_cast<uint32_t>(bytes.size());
  std::memcpy(bytes.data() + offsetof(ct_record, length), &length, sizeof(length));
  return bytes;
}

TEST(DecoderAftermath, Forks) {
  auto record = forks(50).at(100);
  for (uint32_t i = 0; i < CT_NS_COUNT; ++i) record.body.child_ns[i] = 4026531835u + i;
  record.body.levels = 1;
  record.body.child_pids[0] = 50;
  const Decoded now = decode({record});
  ASSERT_EQ(now.events.size(), 1u);
  const auto& fork = std::get<Fork>(now.events[0]);
  for (uint32_t i = 0; i < CT_NS_COUNT; ++i) EXPECT_EQ(fork.child_namespaces[i], 4026531835u + i);

  const Decoded before = decode({of_version_1(record, sizeof(ct_fork), sizeof(record.body.child_ns))});
  ASSERT_EQ(before.events.size(), 1u);
  EXPECT_EQ(before.bad.malformed, 0u);
  const auto& old = std::get<Fork>(before.events[0]);
  EXPECT_EQ(old.child_namespaces, NamespaceInodes{});
  EXPECT_EQ(old.child_pids, std::vector<uint32_t>{50});
  EXPECT_EQ(old.child.tid, 50u);
}

TEST(DecoderAftermath, FilesOfVersion1) {
  const WireFile file = {.path = "/a/b", .fs_type = "tmpfs", .fd = 5, .mount_id = 30, .mount_parent_id = 29};
  std::string shorter = file.bytes();
  shorter.erase(CT_FILE_SIZE_1, sizeof(ct_file) - CT_FILE_SIZE_1);
  const std::string magic = std::string("\15\0\0\0\0\0\0\0", 8) + shorter;
  const auto enter = enters("fchdir", {5}).at(100).capture(0, CT_CAP_FILE, CT_OK, shorter);
  const Call by_fd = decode({of_version_1(enter, sizeof(ct_enter), 0)}).call();
  ASSERT_TRUE(by_fd.args[0].file);
  EXPECT_EQ(by_fd.args[0].file->path, "/a/b");
  EXPECT_EQ(by_fd.args[0].file->fs_type, "tmpfs");
  EXPECT_EQ(by_fd.args[0].file->mount_id, 30u);
  EXPECT_EQ(by_fd.args[0].file->mount_parent_id, 0u);
  const auto by_path =
      enters("chdir", {kPointer}).at(100).string(0, "/proc/self/fd/5/c").capture(0, CT_CAP_MAGIC, CT_OK, magic);
  const Call magical = decode({of_version_1(by_path, sizeof(ct_enter), 0)}).call();
  ASSERT_TRUE(magical.args[0].base);
  EXPECT_EQ(magical.args[0].base->path, "/a/b");
  // The same bytes are too short for a file of this version.
  EXPECT_EQ(decode({enters("fchdir", {5}).capture(0, CT_CAP_FILE, CT_OK, file.bytes().substr(0, CT_FILE_SIZE_1))})
                .call()
                .args[0]
                .file.has_value(),
            false);
}

}  // namespace
}  // namespace cttrace::test
