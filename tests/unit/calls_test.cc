// `calls`: the lines that strace writes for the same calls. Where the expectation is not marked otherwise, it is a line
// of strace 6.1 for this call, or what the options of the same letter do there.
#include "render/calls.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/capability.h>
#include <linux/keyctl.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>

#include <cerrno>
#include <csignal>

#include "made_events.h"

namespace cttrace {
namespace {

constexpr char kNoEntry[] = " = -1 ENOENT (No such file or directory)";

TEST(Calls, Mount) {
  EXPECT_EQ(line_of(failed(made_call("mount", {"none", "/tmp/none", "tmpfs", MS_NOSUID | MS_NODEV | 0x8000000,
                                               "mode=755,size=4k"}),
                           ENOENT)),
            std::string("mount(\"none\", \"/tmp/none\", \"tmpfs\", MS_NOSUID|MS_NODEV|MS_NOREMOTELOCK, "
                        "\"mode=755,size=4k\")") +
                kNoEntry);
  EXPECT_EQ(line_of(made_call("mount", {null(), "/nonexist", null(), MS_REC | MS_PRIVATE, null()})),
            "mount(NULL, \"/nonexist\", NULL, MS_REC|MS_PRIVATE, NULL) = 0");
  EXPECT_EQ(line_of(failed(made_call("mount", {"a", "/nonexistent/a", "t", 0, ""}), ENOENT)),
            std::string("mount(\"a\", \"/nonexistent/a\", \"t\", 0, \"\")") + kNoEntry);
  EXPECT_EQ(line_of(made_call("mount", {"a", "/nonexist", "t", 0x200, ""})),
            "mount(\"a\", \"/nonexist\", \"t\", 0x200 /* MS_??? */, \"\") = 0");
}

TEST(Calls, MountWritesNoMemoryThatTheKernelDoesNotLookAt) {
  EXPECT_EQ(line_of(made_call("mount", {"/tmp", "/nonexist", "bind", MS_BIND | MS_REC, "data"})),
            "mount(\"/tmp\", \"/nonexist\", 0x7ffe0000, MS_BIND|MS_REC, 0x7ffe0000) = 0");
  EXPECT_EQ(line_of(made_call("mount", {"a", "/nonexist", "t", 0xC0ED0000 | MS_BIND, "x"})),
            "mount(\"a\", \"/nonexist\", 0x7ffe0000, MS_MGC_VAL|MS_BIND, 0x7ffe0000) = 0");
  EXPECT_EQ(line_of(made_call("mount", {null(), "/", null(), MS_REMOUNT | MS_BIND | MS_RDONLY, "x"})),
            "mount(NULL, \"/\", NULL, MS_RDONLY|MS_REMOUNT|MS_BIND, \"x\") = 0");
}

TEST(Calls, ShortLinesHaveTheirResultInOneColumn) {
  EXPECT_EQ(line_of(failed(made_call("pivot_root", {"a", "b"}), EBUSY)),
            "pivot_root(\"a\", \"b\")                    = -1 EBUSY (Device or resource busy)");
  EXPECT_EQ(line_of(made_call("fork", {})).find('='), 40u);
  EXPECT_EQ(line_of(made_call("unshare", {CLONE_FILES | CLONE_NEWUTS})), "unshare(CLONE_FILES|CLONE_NEWUTS)       = 0");
}

TEST(Calls, UnknownBitsStayVisible) {
  EXPECT_EQ(line_of(made_call("umount2", {"/a/long/enough/path", 0xffffffff})),
            "umount2(\"/a/long/enough/path\", MNT_FORCE|MNT_DETACH|MNT_EXPIRE|UMOUNT_NOFOLLOW|0xfffffff0) = 0");
  EXPECT_EQ(line_of(made_call("unshare", {0x80000001u | CLONE_NEWNS})), "unshare(CLONE_NEWNS|0x80000001)         = 0");
  EXPECT_EQ(line_of(made_call("setns", {-1, 1})), "setns(-1, 0x1 /* CLONE_NEW??? */)       = 0");
  EXPECT_EQ(line_of(made_call("fsopen", {"tmpfs", 0x11})), "fsopen(\"tmpfs\", FSOPEN_CLOEXEC|0x10)    = 0");
  EXPECT_EQ(line_of(made_call("fsconfig", {3, 0x63, kPlace, kPlace, 7})),
            "fsconfig(3, 0x63 /* FSCONFIG_??? */, 0x7ffe0000, 0x7ffe0000, 7) = 0");
}

TEST(Calls, MountObjects) {
  EXPECT_EQ(line_of(made_call("fsconfig", {3, 1, "size", "4k", 0})),
            "fsconfig(3, FSCONFIG_SET_STRING, \"size\", \"4k\", 0) = 0");
  EXPECT_EQ(line_of(made_call("fsconfig", {3, 2, "bin", std::string("ab\0c", 4), 4})),
            "fsconfig(3, FSCONFIG_SET_BINARY, \"bin\", \"\\x61\\x62\\x00\\x63\", 4) = 0");
  EXPECT_EQ(line_of(made_call("fsconfig", {3, 3, "path", "/tmp", AT_FDCWD})),
            "fsconfig(3, FSCONFIG_SET_PATH, \"path\", \"/tmp\", AT_FDCWD) = 0");
  EXPECT_EQ(line_of(made_call("fsconfig", {3, 6, null(), null(), 0})),
            "fsconfig(3, FSCONFIG_CMD_CREATE, NULL, NULL, 0) = 0");
  EXPECT_EQ(line_of(made_call("fsmount", {3, 1, 2 | 4 | 0x80})),
            "fsmount(3, FSMOUNT_CLOEXEC, MOUNT_ATTR_NOSUID|MOUNT_ATTR_NODEV|MOUNT_ATTR_NODIRATIME) = 0");
  EXPECT_EQ(line_of(failed(made_call("close", {-1}), EBADF)),
            "close(-1)                               = -1 EBADF (Bad file descriptor)");
  EXPECT_EQ(line_of(made_call("move_mount", {4, "", AT_FDCWD, "/nonexist", 4})),
            "move_mount(4, \"\", AT_FDCWD, \"/nonexist\", MOVE_MOUNT_F_EMPTY_PATH) = 0");
  EXPECT_EQ(line_of(made_call("open_tree", {AT_FDCWD, "/tmp", 1 | O_CLOEXEC | 0x8000 | AT_EMPTY_PATH})),
            "open_tree(AT_FDCWD, \"/tmp\", OPEN_TREE_CLONE|OPEN_TREE_CLOEXEC|AT_EMPTY_PATH|AT_RECURSIVE) = 0");
}

TEST(Calls, StructsOfEverySize) {
  const uint64_t attributes[5] = {1, 2, MS_SLAVE, 7, 9};
  EXPECT_EQ(line_of(made_call("mount_setattr", {AT_FDCWD, "/a", 0x8000, memory_of(attributes, 32), 32})),
            "mount_setattr(AT_FDCWD, \"/a\", AT_RECURSIVE, {attr_set=MOUNT_ATTR_RDONLY, attr_clr=MOUNT_ATTR_NOSUID, "
            "propagation=MS_SLAVE, userns_fd=7}, 32) = 0");
  EXPECT_EQ(line_of(failed(made_call("mount_setattr", {AT_FDCWD, "/a", 0, memory_of(attributes), 40}), E2BIG)),
            "mount_setattr(AT_FDCWD, \"/a\", 0, {attr_set=MOUNT_ATTR_RDONLY, attr_clr=MOUNT_ATTR_NOSUID, "
            "propagation=MS_SLAVE, userns_fd=7, /* bytes 32..39 */ \"\\x09\\x00\\x00\\x00\\x00\\x00\\x00\\x00\"}, 40) "
            "= -1 E2BIG (Argument list too long)");

  const clone_args args = {.flags = CLONE_PIDFD | CLONE_INTO_CGROUP | CLONE_SETTLS,
                           .pidfd = 0x7fff0000,
                           .child_tid = 1,
                           .parent_tid = 2,
                           .exit_signal = SIGCHLD,
                           .stack = 6,
                           .stack_size = 7,
                           .tls = 5,
                           .set_tid = 8,
                           .set_tid_size = 1,
                           .cgroup = 9};
  const std::string beginning =
      "clone3({flags=CLONE_PIDFD|CLONE_SETTLS|CLONE_INTO_CGROUP, pidfd=0x7fff0000, exit_signal=SIGCHLD, stack=0x6, "
      "stack_size=0x7, tls=0x5";
  EXPECT_EQ(line_of(made_call("clone3", {memory_of(args, CLONE_ARGS_SIZE_VER0), 64})), beginning + "}, 64) = 0");
  EXPECT_EQ(line_of(made_call("clone3", {memory_of(args, CLONE_ARGS_SIZE_VER1), 80})),
            beginning + ", set_tid=0x8, set_tid_size=1}, 80) = 0");
  EXPECT_EQ(line_of(made_call("clone3", {memory_of(args), 88})),
            beginning + ", set_tid=0x8, set_tid_size=1, cgroup=9}, 88) = 0");
  // A newer struct, whose new fields are zero, and are not.
  EXPECT_EQ(line_of(made_call("clone3", {memory_of(args, 96), 96})),
            beginning + ", set_tid=0x8, set_tid_size=1, cgroup=9}, 96) = 0");
  Given newer = memory_of(args, 96);
  newer.bytes.back() = 5;
  EXPECT_EQ(line_of(made_call("clone3", {newer, 96})),
            beginning +
                ", set_tid=0x8, set_tid_size=1, cgroup=9, /* bytes 88..95 */ "
                "\"\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x05\"}, 96) = 0");
}

TEST(Calls, CloneHasItsArgumentsInAnOrderOfItsOwn) {
  Call call = made_call("clone", {CLONE_PIDFD | SIGCHLD, 0, std::string("\x0b\0\0\0", 4), 0, 0});
  call.result = 1502;
  EXPECT_EQ(line_of(call), "clone(child_stack=NULL, flags=CLONE_PIDFD|SIGCHLD, parent_tid=[11]) = 1502");
  call = made_call("clone", {CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID | SIGCHLD, 0, 0, kPlace, 0});
  EXPECT_EQ(line_of(call),
            "clone(child_stack=NULL, flags=CLONE_CHILD_CLEARTID|CLONE_CHILD_SETTID|SIGCHLD, "
            "child_tidptr=0x7ffe0000) = 0");
  // On i386 and aarch64 the last two arguments change places.
  call = made_call("clone", {CLONE_CHILD_SETTID | CLONE_SETTLS | SIGCHLD, 0, 0, 0x11, 0x22}, Abi::aarch64);
  EXPECT_EQ(line_of(call),
            "clone(child_stack=NULL, flags=CLONE_SETTLS|CLONE_CHILD_SETTID|SIGCHLD, tls=0x11, "
            "child_tidptr=0x22) = 0");
}

TEST(Calls, DevicesAndModes) {
  EXPECT_EQ(line_of(made_call("mknod", {"/x", S_IFCHR | 0666, 0x0103})),
            "mknod(\"/x\", S_IFCHR|0666, makedev(0x1, 0x3)) = 0");
  EXPECT_EQ(line_of(made_call("mknodat", {AT_FDCWD, "/x", S_IFBLK | 0600, 0xfff12345})),
            "mknodat(AT_FDCWD, \"/x\", S_IFBLK|0600, makedev(0x123, 0xfff45)) = 0");
  EXPECT_EQ(line_of(made_call("mknodat", {AT_FDCWD, "/x/y/z", S_IFIFO | 0600, 5})),
            "mknodat(AT_FDCWD, \"/x/y/z\", S_IFIFO|0600) = 0");
  EXPECT_EQ(line_of(made_call("mknodat", {AT_FDCWD, "/x/y/z", S_IFREG | 07644, 5})),
            "mknodat(AT_FDCWD, \"/x/y/z\", S_IFREG|S_ISUID|S_ISGID|S_ISVTX|0644) = 0");
  EXPECT_EQ(line_of(made_call("mkdir", {"/tmp/some/where/else", 04755})),
            "mkdir(\"/tmp/some/where/else\", 04755)    = 0");
  EXPECT_EQ(line_of(made_call("chmod", {"/tmp/some/where/else", 7})), "chmod(\"/tmp/some/where/else\", 007)      = 0");
}

TEST(Calls, Identity) {
  EXPECT_EQ(line_of(made_call("setresuid", {0xffffffff, 0, 0xffffffff})),
            "setresuid(-1, 0, -1)                    = 0");
  const uint32_t groups[] = {0, 5, 0xffffffff};
  EXPECT_EQ(line_of(made_call("setgroups", {3, memory_of(groups)})), "setgroups(3, [0, 5, -1])                = 0");
  EXPECT_EQ(line_of(made_call("setgroups", {0, null()})), "setgroups(0, NULL)                      = 0");
  const uint64_t limits[] = {~uint64_t{0}, 4096};
  EXPECT_EQ(line_of(made_call("prlimit64", {0, 7, memory_of(limits), null()})),
            "prlimit64(0, RLIMIT_NOFILE, {rlim_cur=RLIM64_INFINITY, rlim_max=4*1024}, NULL) = 0");
  EXPECT_EQ(line_of(made_call("prctl", {PR_SET_PDEATHSIG, SIGKILL})), "prctl(PR_SET_PDEATHSIG, SIGKILL)        = 0");
  EXPECT_EQ(line_of(made_call("prctl", {PR_CAPBSET_DROP, CAP_SYS_ADMIN})),
            "prctl(PR_CAPBSET_DROP, CAP_SYS_ADMIN)   = 0");
  EXPECT_EQ(line_of(made_call("prctl", {PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_NET_ADMIN, 0, 0})),
            "prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_NET_ADMIN, 0, 0) = 0");
  EXPECT_EQ(line_of(made_call("prctl", {PR_SET_NAME, truncated("a-name-that-is-")})),
            "prctl(PR_SET_NAME, \"a-name-that-is-\"...) = 0");
  EXPECT_EQ(line_of(made_call("prctl", {PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0})),
            "prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)  = 0");
  const uint32_t allow[] = {SECCOMP_RET_ALLOW};
  EXPECT_EQ(line_of(made_call("seccomp", {SECCOMP_GET_ACTION_AVAIL, 0, memory_of(allow)})),
            "seccomp(SECCOMP_GET_ACTION_AVAIL, 0, [SECCOMP_RET_ALLOW]) = 0");
  EXPECT_EQ(line_of(made_call("keyctl", {KEYCTL_LINK, -2, 0x12345})),
            "keyctl(KEYCTL_LINK, KEY_SPEC_PROCESS_KEYRING, 74565) = 0");
  EXPECT_EQ(line_of(made_call("keyctl", {KEYCTL_JOIN_SESSION_KEYRING, "_ses.abc"})),
            "keyctl(KEYCTL_JOIN_SESSION_KEYRING, \"_ses.abc\") = 0");
  Call call = made_call("personality", {0x0040008});
  call.result = 0x40000;
  EXPECT_EQ(line_of(call), "personality(PER_LINUX32|ADDR_NO_RANDOMIZE) = 0x40000 (PER_LINUX|ADDR_NO_RANDOMIZE)");
}

TEST(Calls, ExecutedPrograms) {
  Call call = made_call("execve", {"/bin/true", std::vector<std::string>{"true", "a b\n"}, kPlace});
  call.args[2].reading = Reading::kOk;
  call.args[2].count = 37;
  EXPECT_EQ(line_of(call), "execve(\"/bin/true\", [\"true\", \"a b\\n\"], 0x7ffe0000 /* 37 vars */) = 0");
  call.args[1].strings.clear();
  call.args[2].count = 1;
  EXPECT_EQ(line_of(call), "execve(\"/bin/true\", [], 0x7ffe0000 /* 1 var */) = 0");
  EXPECT_EQ(line_of(failed(made_call("execve", {null(), 5, 6}), EFAULT)),
            "execve(NULL, 0x5, 0x6)                  = -1 EFAULT (Bad address)");
}

TEST(Calls, MemoryThatIsNotKnownIsAnAddress) {
  EXPECT_EQ(line_of(failed(made_call("umount2", {faulted(), MNT_DETACH}), EFAULT)),
            "umount2(0x7ffe0000, MNT_DETACH)         = -1 EFAULT (Bad address)");
  EXPECT_EQ(line_of(made_call("setgroups", {3, faulted()})), "setgroups(3, 0x7ffe0000)                = 0");
  EXPECT_EQ(line_of(made_call("clone3", {faulted(), 88})), "clone3(0x7ffe0000, 88)                  = 0");
}

TEST(Calls, StringsAreCutOnlyWhereItIsAskedFor) {
  RenderOptions options;
  options.string_limit = 3;
  const Call call = made_call("mount", {"proc", "/proc", "proc", 0, "abc"});
  EXPECT_EQ(line_of(call), "mount(\"proc\", \"/proc\", \"proc\", 0, \"abc\") = 0");
  // strace cuts no paths.
  EXPECT_EQ(line_of(call, options), "mount(\"proc\", \"/proc\", \"pro\"..., 0, \"abc\") = 0");
  EXPECT_EQ(line_of(made_call("execve", {"/bin/true", std::vector<std::string>{"abcd"}, null()}), options),
            "execve(\"/bin/true\", [\"abc\"...], NULL)   = 0");
}

}  // namespace
}  // namespace cttrace
