// What is kept of a task, and where the thread that traces runs.
#include <gtest/gtest.h>
#include <linux/sched.h>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>

#include "source/ptrace/placement.h"
#include "source/ptrace/special_calls.h"
#include "source/ptrace/task_files.h"
#include "source/ptrace/task_namespaces.h"

namespace cttrace::ptrace {
namespace {

// A process that takes one step whenever it is asked to, until there is none.
class Stepping {
 public:
  explicit Stepping(std::initializer_list<int (*)()> steps) {
    pid_ = fork();
    if (pid_ == 0) {
      for (int (*const step)() : steps) {
        raise(SIGSTOP);
        if (step() != 0) _exit(1);
      }
      raise(SIGSTOP);
      _exit(0);
    }
    wait();
  }
  ~Stepping() {
    kill(pid_, SIGKILL);
    wait();
  }

  // False: the step cannot be taken here.
  bool step() {
    kill(pid_, SIGCONT);
    wait();
    return WIFSTOPPED(status_);
  }
  uint32_t pid() const { return static_cast<uint32_t>(pid_); }

 private:
  void wait() { waitpid(pid_, &status_, WUNTRACED); }

  pid_t pid_ = 0;
  int status_ = 0;
};

TEST(PtraceTasks, NamespacesAreReadAgainOnceForgotten) {
  Stepping process{[] { return unshare(CLONE_NEWUTS); }};
  KeptNamespaces kept;
  const uint32_t before = kept.of(process.pid()).inodes[CT_NS_UTS];
  EXPECT_EQ(before, namespace_inode(process.pid(), "ns/uts"));
  if (!process.step()) GTEST_SKIP() << "unshare is not permitted here";
  const uint32_t now = namespace_inode(process.pid(), "ns/uts");
  ASSERT_NE(now, before);
  EXPECT_EQ(kept.of(process.pid()).inodes[CT_NS_UTS], before);
  KeptNamespaces of_child;
  of_child.inherit(kept);
  kept.forget();
  EXPECT_EQ(kept.of(process.pid()).inodes[CT_NS_UTS], now);
  EXPECT_EQ(of_child.of(process.pid()).inodes[CT_NS_UTS], before);
}

TEST(PtraceTasks, NamespacesOfNobodyAreNotKept) {
  KeptNamespaces kept;
  EXPECT_EQ(kept.of(0).inodes[CT_NS_MNT], 0u);
  EXPECT_EQ(kept.of(static_cast<uint32_t>(getpid())).inodes[CT_NS_MNT],
            namespace_inode(static_cast<uint32_t>(getpid()), "ns/mnt"));
}

TEST(PtraceTasks, IdMapsAreReadUntilTheyAreWritten) {
  Stepping process{[] { return unshare(CLONE_NEWUSER); },
                   [] { return (std::ofstream("/proc/self/uid_map") << "5 0 1" << std::flush) ? 0 : 1; }};
  if (!process.step()) GTEST_SKIP() << "user namespaces are not permitted here";
  KeptNamespaces kept;
  EXPECT_EQ(kept.user_of(process.pid()).level, 1u);
  EXPECT_EQ(kept.user_of(process.pid()).uid_map, std::string());
  if (!process.step()) GTEST_SKIP() << "the map may not be written here";
  EXPECT_EQ(kept.user_of(process.pid()).uid_map, std::string("\5\0\0\0\0\0\0\0\1\0\0\0", 12));
}

TEST(PtraceTasks, WhatWillBeTheChildrensIsNotSettled) {
  TaskNamespaces namespaces;
  EXPECT_TRUE(namespaces.settled());
  namespaces.inodes[CT_NS_PID_FOR_CHILDREN] = 1;
  EXPECT_FALSE(namespaces.settled());
  namespaces = {};
  namespaces.inodes[CT_NS_TIME_FOR_CHILDREN] = 1;
  EXPECT_FALSE(namespaces.settled());
}

TEST(PtraceTasks, WhatIsInheritedIsSureByTheCall) {
  const auto by = [](uint32_t nr, uint64_t first) {
    CallNow call;
    call.nr = nr;
    call.args[0] = first;
    return inherited(call);
  };
  constexpr uint32_t kClone = 56, kFork = 57, kVfork = 58, kClone3 = 435, kExecve = 59;  // of x86_64
  EXPECT_TRUE(by(kFork, 0).namespaces && by(kFork, 0).cgroup);
  EXPECT_TRUE(by(kVfork, CLONE_NEWNS).namespaces);
  EXPECT_TRUE(by(kClone, SIGCHLD | CLONE_VM).namespaces && by(kClone, SIGCHLD).cgroup);
  for (const uint64_t flag :
       {CLONE_NEWNS, CLONE_NEWCGROUP, CLONE_NEWUTS, CLONE_NEWIPC, CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNET}) {
    EXPECT_FALSE(by(kClone, SIGCHLD | flag).namespaces) << flag;
    EXPECT_TRUE(by(kClone, SIGCHLD | flag).cgroup) << flag;
  }
  EXPECT_FALSE(by(kClone3, 0).namespaces || by(kClone3, 0).cgroup);
  EXPECT_FALSE(by(kExecve, 0).namespaces || by(kExecve, 0).cgroup);
}

class PtracePlacement : public testing::Test {
 protected:
  void SetUp() override { ASSERT_EQ(sched_getaffinity(0, sizeof(before_), &before_), 0); }
  void TearDown() override { sched_setaffinity(0, sizeof(before_), &before_); }
  cpu_set_t now() const {
    cpu_set_t set;
    EXPECT_EQ(sched_getaffinity(0, sizeof(set), &set), 0);
    return set;
  }
  uint32_t first() const {
    uint32_t cpu = 0;
    while (!CPU_ISSET(cpu, &before_)) ++cpu;
    return cpu;
  }

  cpu_set_t before_ = {};
};

TEST_F(PtracePlacement, RunsThereUntilItLeaves) {
  Placement placement;
  placement.follow(first());
  cpu_set_t there = now();
  EXPECT_EQ(CPU_COUNT(&there), 1);
  EXPECT_TRUE(CPU_ISSET(first(), &there));
  EXPECT_EQ(sched_getcpu(), static_cast<int>(first()));
  placement.leave();
  there = now();
  EXPECT_TRUE(CPU_EQUAL(&there, &before_));
}

TEST_F(PtracePlacement, DoesNotGoWhereItMayNot) {
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(first(), &one);
  ASSERT_EQ(sched_setaffinity(0, sizeof(one), &one), 0);
  Placement placement;
  for (const uint32_t cpu : {first() + 1, uint32_t{CPU_SETSIZE}, ~0u}) {
    placement.follow(cpu);
    const cpu_set_t there = now();
    EXPECT_TRUE(CPU_EQUAL(&there, &one)) << cpu;
  }
}

}  // namespace
}  // namespace cttrace::ptrace
