// What descriptors are, by /proc: here, our own.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/magic.h>
#include <linux/sched.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "base/fd.h"
#include "decode/captures.h"
#include "source/ptrace/capture.h"
#include "source/ptrace/files.h"

namespace cttrace::ptrace {
namespace {

class PtraceFiles : public testing::Test {
 protected:
  PtraceFiles() {
    tracee_.tid = tracee_.tgid = static_cast<uint32_t>(getpid());
    std::filesystem::create_directory(folder_);
  }
  ~PtraceFiles() override { std::filesystem::remove_all(folder_); }

  File file(int fd) {
    const std::optional<SeenFile> seen = files_.look(tracee_, Files::Where::kFd, fd);
    EXPECT_TRUE(seen);
    const std::string bytes = seen ? seen->bytes() : std::string();
    const auto decoded = decode_file(
        {.arg = 0, .kind = CT_CAP_FILE, .status = static_cast<uint8_t>(seen->status), .bytes = bytes, .version = 3});
    EXPECT_TRUE(decoded);
    return decoded ? *decoded : File();
  }
  std::string made(const std::string& name) {
    const std::string path = folder_ + "/" + name;
    std::ofstream(path) << "text";
    return path;
  }

  std::string folder_ =
      std::filesystem::canonical(testing::TempDir()).string() + "/cttrace-files-" + std::to_string(getpid());
  Tracee tracee_;
  MountViews views_;
  Files files_{views_};
};

TEST_F(PtraceFiles, AnOrdinaryOne) {
  const std::string path = made("a b");
  const Fd fd(open(path.c_str(), O_RDWR | O_CLOEXEC));
  const File seen = file(fd.get());
  struct stat status = {};
  fstat(fd.get(), &status);
  EXPECT_EQ(seen.path, path);
  EXPECT_EQ(seen.inode, status.st_ino);
  EXPECT_EQ(seen.mode, status.st_mode);
  EXPECT_EQ(seen.open_flags & O_ACCMODE, uint32_t{O_RDWR});
  EXPECT_FALSE(seen.fs_type.empty());
  EXPECT_NE(seen.sb_magic, 0u);
  EXPECT_NE(seen.mount_id, seen.mount_parent_id);
  EXPECT_NE(seen.mount_ns, 0u);
  EXPECT_FALSE(seen.deleted || seen.detached || seen.internal || seen.other_ns);
}

TEST_F(PtraceFiles, OneThatWasDeletedAndOneThatIsCalledSo) {
  const std::string path = made("x");
  const Fd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  unlink(path.c_str());
  EXPECT_TRUE(file(fd.get()).deleted);
  EXPECT_EQ(file(fd.get()).path, path);
  const std::string called = made("x (deleted)");
  const Fd other(open(called.c_str(), O_RDONLY | O_CLOEXEC));
  EXPECT_FALSE(file(other.get()).deleted);
  EXPECT_EQ(file(other.get()).path, called);
  link(called.c_str(), path.c_str());
  unlink(called.c_str());
  EXPECT_TRUE(file(other.get()).deleted);
  EXPECT_EQ(file(other.get()).path, called);
}

TEST_F(PtraceFiles, WhatNoPathLeadsTo) {
  int ends[2];
  ASSERT_EQ(pipe2(ends, O_CLOEXEC), 0);
  const Fd reading(ends[0]), writing(ends[1]), memory(memfd_create("m", MFD_CLOEXEC)), event(eventfd(0, EFD_CLOEXEC));
  EXPECT_EQ(file(reading.get()).shown(), "pipe:[" + std::to_string(file(reading.get()).inode) + "]");
  EXPECT_EQ(file(memory.get()).shown(), "/memfd:m");
  EXPECT_FALSE(file(memory.get()).deleted);
  EXPECT_EQ(file(event.get()).shown(), "anon_inode:[eventfd]");
  for (const int fd : {reading.get(), memory.get(), event.get()}) {
    EXPECT_TRUE(file(fd).internal);
    EXPECT_EQ(file(fd).mount_ns, 0u);
  }
}

TEST_F(PtraceFiles, ANamespaceAndAProcess) {
  const Fd ns(open("/proc/self/ns/uts", O_RDONLY | O_CLOEXEC));
  const File seen = file(ns.get());
  struct stat status = {};
  fstat(ns.get(), &status);
  EXPECT_EQ(seen.kind, FileKind::kNamespace);
  EXPECT_EQ(seen.target, uint32_t{CLONE_NEWUTS});
  EXPECT_EQ(seen.inode, status.st_ino);
  EXPECT_EQ(seen.sb_magic, uint64_t{NSFS_MAGIC});
  EXPECT_TRUE(seen.internal);
  const Fd process(static_cast<int>(syscall(SYS_pidfd_open, getpid(), 0)));
  if (!process) GTEST_SKIP() << "no pidfds here";
  EXPECT_EQ(file(process.get()).kind, FileKind::kPidfd);
  EXPECT_EQ(file(process.get()).target, static_cast<uint32_t>(getpid()));
}

TEST_F(PtraceFiles, NoFile) {
  EXPECT_EQ(files_.look(tracee_, Files::Where::kFd, 1'000'000)->status, CT_NO_FILE);
  EXPECT_EQ(files_.look(tracee_, Files::Where::kFd, -1)->status, CT_NO_FILE);
}

TEST_F(PtraceFiles, ControlFiles) {
  const Fd control(open("/proc/self/comm", O_WRONLY | O_CLOEXEC)), plain(open(made("f").c_str(), O_RDONLY | O_CLOEXEC));
  EXPECT_TRUE(files_.is_control_file(tracee_, control.get()));
  EXPECT_FALSE(files_.is_control_file(tracee_, plain.get()));
  EXPECT_FALSE(files_.is_control_file(tracee_, 1'000'000));
}

}  // namespace
}  // namespace cttrace::ptrace
