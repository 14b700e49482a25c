// What a file is called.
#include <gtest/gtest.h>
#include <linux/sched.h>

#include "cttrace/event.h"

namespace cttrace {
namespace {

File at(std::string path, std::string fs_type = "ext4") {
  File file;
  file.path = std::move(path);
  file.fs_type = std::move(fs_type);
  return file;
}

TEST(File, PlainOnesByTheirPath) {
  EXPECT_EQ(at("/").shown(), "/");
  EXPECT_EQ(at("/a/b").shown(), "/a/b");
}

TEST(File, PathThatIsNotWhole) {
  File file = at("/deep/down");
  file.path_cut = true;
  EXPECT_EQ(file.shown(), ".../deep/down");
}

TEST(File, DetachedMounts) {
  File file = at("/", "tmpfs");
  file.detached = true;
  EXPECT_EQ(file.shown(), "(detached tmpfs)");
  file.path = "/b";
  EXPECT_EQ(file.shown(), "(detached tmpfs)/b");
}

TEST(File, NamespacesAsTheirLinksInProc) {
  const std::pair<uint32_t, const char*> types[] = {{CLONE_NEWNS, "mnt:[1]"},
                                                    {CLONE_NEWUTS, "uts:[1]"},
                                                    {CLONE_NEWIPC, "ipc:[1]"},
                                                    {CLONE_NEWNET, "net:[1]"},
                                                    {CLONE_NEWPID, "pid:[1]"},
                                                    {CLONE_NEWUSER, "user:[1]"},
                                                    {CLONE_NEWCGROUP, "cgroup:[1]"},
                                                    {CLONE_NEWTIME, "time:[1]"},
                                                    {0, "namespace:[1]"},
                                                    {CLONE_NEWNS | CLONE_NEWPID, "namespace:[1]"}};
  for (const auto& [type, name] : types) {
    File file = at("/mnt:[1]", "nsfs");
    file.kind = FileKind::kNamespace;
    file.inode = 1;
    file.target = type;
    EXPECT_EQ(file.shown(), name);
  }
}

TEST(File, Processes) {
  File file = at("/", "anon_inodefs");
  file.kind = FileKind::kPidfd;
  file.target = 812;
  EXPECT_EQ(file.shown(), "pidfd:[812]");
  file.target = 0;  // it has gone
  EXPECT_EQ(file.shown(), "anon_inode:[pidfd]");
}

TEST(File, FilesystemContexts) {
  File file = at("/[fscontext]", "overlay");
  file.kind = FileKind::kFsContext;
  EXPECT_EQ(file.shown(), "fscontext:[overlay]");
}

TEST(File, TheKernelsOwn) {
  const auto internal = [](std::string path, std::string fs_type) {
    File file = at(std::move(path), std::move(fs_type));
    file.internal = true;
    file.inode = 77;
    return file.shown();
  };
  EXPECT_EQ(internal("/", "pipefs"), "pipe:[77]");
  EXPECT_EQ(internal("/", "sockfs"), "socket:[77]");
  EXPECT_EQ(internal("/[eventpoll]", "anon_inodefs"), "anon_inode:[eventpoll]");
  EXPECT_EQ(internal("/memfd:runc", "tmpfs"), "/memfd:runc");
}

}  // namespace
}  // namespace cttrace
