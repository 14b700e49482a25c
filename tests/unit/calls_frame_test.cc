// `calls`: what is around the arguments: outcomes, errors, comments, leaders, events that are no calls. The lines are
// those of strace 6.1 where it has them.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/sched.h>

#include <cerrno>
#include <csignal>

#include "made_events.h"
#include "render/calls.h"

namespace cttrace {
namespace {

// Not strace's: its strings are octal too, but it knows none of these facts.
TEST(CallsFrame, Outcomes) {
  Call call = failed(made_call("mount", {"a", "/nonexistent/a", "t", 0, ""}), EPERM);
  call.outcome = Outcome::kDeniedBySeccomp;
  const std::string begin = "mount(\"a\", \"/nonexistent/a\", \"t\", 0, \"\") ";
  EXPECT_EQ(line_of(call), begin + "= -1 EPERM (Operation not permitted) (denied by seccomp)");
  call.outcome = Outcome::kSigsysBySeccomp;
  EXPECT_EQ(line_of(call), begin + "= ? (denied by seccomp: SIGSYS)");
  call.outcome = Outcome::kDidNotReturn;
  EXPECT_EQ(line_of(call), begin + "= ? (did not return)");
  call.outcome = Outcome::kReturnLost;
  EXPECT_EQ(line_of(call), begin + "= ? (return lost)");
  call.outcome = Outcome::kAnsweredBySeccomp;
  call.result = 0;
  EXPECT_EQ(line_of(call), begin + "= 0 (answered by a seccomp supervisor)");
  call.outcome = Outcome::kReturned;
  call.enter_lost = call.cut = true;
  EXPECT_EQ(line_of(call), begin +
                               "= 0 /* entry lost: arguments are those at the return */ "
                               "/* arguments missing: the record was too long */");
  call.enter_lost = call.cut = false;
  call.kept = {.left_out = 0, .behind = 3};
  EXPECT_EQ(line_of(call), begin + "= 0");
  call.kept->left_out = 20;
  EXPECT_EQ(line_of(call), begin + "= 0 /* left out before it: 20 writes */");
}

TEST(CallsFrame, Errors) {
  EXPECT_EQ(line_of(failed(made_call("fork", {}), 513)),
            "fork()                                  = ? ERESTARTNOINTR "
            "(To be restarted)");
  EXPECT_EQ(line_of(failed(made_call("fsopen", {"x", 0}), 95)),
            "fsopen(\"x\", 0)                          = -1 EOPNOTSUPP (Operation not supported)");
  EXPECT_EQ(line_of(failed(made_call("fork", {}), 4000)), "fork()                                  = -1 (errno 4000)");
  // Behind the last errno it is a value.
  EXPECT_EQ(line_of(failed(made_call("fork", {}), 4096)), "fork()                                  = -4096");
}

TEST(CallsFrame, WhatAFilesystemContextSays) {
  Call call = failed(made_call("fsconfig", {3, 1, "bogus", "x", 0}), EINVAL);
  call.fs_message = "tmpfs: Unknown parameter 'bogus'";
  EXPECT_EQ(line_of(call),
            "fsconfig(3, FSCONFIG_SET_STRING, \"bogus\", \"x\", 0) = -1 EINVAL (Invalid argument) "
            "/* tmpfs: Unknown parameter 'bogus' */");
}

TEST(CallsFrame, PathsThatSayLittleAreResolved) {
  Call call = made_call("mount", {"proc", "/proc/self/fd/6", "proc", 0, null()});
  call.args[1].resolved = "/var/lib/rootfs/proc";
  EXPECT_EQ(line_of(call), "mount(\"proc\", \"/proc/self/fd/6\" /* /var/lib/rootfs/proc */, \"proc\", 0, NULL) = 0");
  call.args[1].bytes = *call.args[1].resolved = "/plain";
  EXPECT_EQ(line_of(call), "mount(\"proc\", \"/plain\", \"proc\", 0, NULL) = 0");
  call = made_call("mkdirat", {5, "a", 0755});
  call.args[1].resolved = "/base/a";
  EXPECT_EQ(line_of(call), "mkdirat(5, \"a\" /* /base/a */, 0755)     = 0");
  call = made_call("mkdir", {"a", 0755});
  call.args[0].resolved = "/cwd/a";
  EXPECT_EQ(line_of(call), "mkdir(\"a\" /* /cwd/a */, 0755)           = 0");
  // A root that is not the namespace's: only -y asks where an absolute path leads.
  call.args[0].bytes = "/a";
  call.args[0].resolved = "/jail/a";
  EXPECT_EQ(line_of(call), "mkdir(\"/a\", 0755)                       = 0");
  RenderOptions options;
  options.paths = true;
  EXPECT_EQ(line_of(call, options), "mkdir(\"/a\" /* /jail/a */, 0755)         = 0");
}

TEST(CallsFrame, WhatAnotherThreadChanged) {
  Call call = made_call("umount2", {"/before", 0});
  call.args[0].changed = "/af\nter";
  EXPECT_EQ(line_of(call), "umount2(\"/before\" /* changed during the call: \"/af\\nter\" */, 0) = 0");
}

TEST(CallsFrame, DescriptorsWithWhatTheyAre) {
  RenderOptions options;
  options.paths = true;
  Call call = made_call("fchdir", {3});
  call.args[0].file = File{.fd = 3, .path = "/tmp/a b"};
  EXPECT_EQ(line_of(call, options), "fchdir(3</tmp/a b>)                     = 0");
  call.args[0].file->deleted = true;
  call.args[0].file->path = "/a<b>\x1b";
  EXPECT_EQ(line_of(call, options), "fchdir(3</a\\74b\\76\\33>(deleted))        = 0");
  call = made_call("setns", {3, CLONE_NEWNS});
  call.args[0].file = File{.kind = FileKind::kNamespace, .fd = 3, .inode = 4026531841, .target = CLONE_NEWNS};
  EXPECT_EQ(line_of(call, options), "setns(3<mnt:[4026531841]>, CLONE_NEWNS) = 0");
  call = made_call("fsopen", {"tmpfs", 0});
  call.result = 5;
  call.returned_file = File{.fd = 5, .path = "/x"};
  EXPECT_EQ(line_of(call, options), "fsopen(\"tmpfs\", 0)                      = 5</x>");
  call = made_call("mkdirat", {AT_FDCWD, "a", 0755});
  call.args[1].base = File{.path = "/cwd"};
  EXPECT_EQ(line_of(call, options), "mkdirat(AT_FDCWD</cwd>, \"a\", 0755)      = 0");
}

TEST(CallsFrame, NothingHostileReachesTheTerminal) {
  // ESC, newline, C1 CSI, right-to-left override, and the end of a comment.
  const std::string hostile = "\x1b[2J\n\xc2\x9b\xe2\x80\xae*/ = 0\xff";
  Call call = failed(made_call("mkdirat", {5, hostile, 0755}), EPERM);
  call.args[1].resolved = "/x/" + hostile;
  call.args[1].changed = hostile;
  call.fs_message = hostile;
  call.args[0].file = File{.fd = 5, .path = hostile};
  RenderOptions options;
  options.paths = true;
  for (const Event& event :
       {Event(call), Event(CgroupAttach{.path = hostile}), Event(Snapshot{.cgroup = hostile, .comm = hostile})}) {
    options.verbose = true;
    const std::string line = line_of(event, options);
    EXPECT_FALSE(line.empty());
    for (const char c : line) EXPECT_TRUE(c >= 0x20 && c < 0x7f) << line;
  }
  const std::string line = line_of(call);
  EXPECT_NE(line.find(R"(/* /x/\x1b[2J\x0a\xc2\x9b\xe2\x80\xae*\/ = 0\xff */)"), std::string::npos) << line;
  EXPECT_NE(line.find(R"("\33[2J\n\302\233\342\200\256*/ = 0\377")"), std::string::npos) << line;
}

TEST(CallsFrame, LeadersAndTimes) {
  const Call first = made_call("fork", {});
  Call second = first;
  second.task.tid = 1234567;
  second.start_ns = 2'000'001'500;
  second.duration_ns = 1'000'002'999;
  Written written(Format::kCalls);
  written.begin().event(first).event(second);
  EXPECT_EQ(written.writes[0].substr(0, 6), "fork()");
  EXPECT_EQ(written.writes[1].substr(0, 20), "[pid 1234567] fork()");
  RenderOptions options;
  options.timestamps = Timestamps::kUnix;
  options.durations = true;
  EXPECT_EQ(line_of(second, options), "1600000002.000001 fork()                = 0 <1.000002>");
  options = {};
  options.relative = true;
  Written relative(Format::kCalls, options);
  Call later = second;
  later.start_ns += 1'500'000;
  relative.begin().event(second).event(later);
  EXPECT_EQ(relative.writes[0].substr(0, 20), "     0.000000 fork()");
  EXPECT_EQ(relative.writes[1].substr(0, 20), "     0.001500 fork()");
}

TEST(CallsFrame, EndsOfTasks) {
  EXPECT_EQ(line_of(TaskExit{.code = 3 << 8}), "+++ exited with 3 +++");
  EXPECT_EQ(line_of(TaskExit{.code = SIGKILL}), "+++ killed by SIGKILL +++");
  EXPECT_EQ(line_of(TaskExit{.code = SIGSEGV | 0x80}), "+++ killed by SIGSEGV (core dumped) +++");
}

TEST(CallsFrame, OnlyASummary) {
  RenderOptions options;
  options.summary = true;
  options.with_calls = false;
  options.quiet = true;
  Call slow = made_call("mount", {"a", "/b", "t", 0, ""});
  slow.duration_ns = 3'000'000;
  Call fast = failed(made_call("umount2", {"/b", 0}), EINVAL);
  fast.duration_ns = 1'000'000;
  Written written(Format::kCalls, options);
  written.begin().event(fast).event(slow).event(TaskExit{}).end();
  EXPECT_EQ(written.all(),
            "% time     seconds  usecs/call     calls    errors syscall\n"
            "------ ----------- ----------- --------- --------- ----------------\n"
            " 75.00    0.003000        3000         1           mount\n"
            " 25.00    0.001000        1000         1         1 umount2\n"
            "------ ----------- ----------- --------- --------- ----------------\n"
            "100.00    0.004000        2000         2         1 total\n");
}

}  // namespace
}  // namespace cttrace
