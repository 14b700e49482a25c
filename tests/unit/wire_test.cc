// The layout of records, which recordings depend on: whoever changes it here must change CT_WIRE_VERSION, too.
#include "cttrace/wire.h"

#include <gtest/gtest.h>

#include <cstddef>

#include "wire/recording.h"

namespace cttrace {
namespace {

constexpr int kThisVersion = 8;
static_assert(CT_WIRE_VERSION == kThisVersion, "write down the new layout, and then the new version");
// One number says whether a recording can be read: a new version of the records makes a new one of recordings.
static_assert(kRecordingVersion == CT_WIRE_VERSION + 1);

#define FIELD(type, field, at, bytes)                                            \
  static_assert(offsetof(type, field) == (at) && sizeof(type::field) == (bytes), \
                #type "." #field " moved: CT_WIRE_VERSION must change")
#define SIZE(type, bytes) static_assert(sizeof(type) == (bytes), #type " grew or shrank: CT_WIRE_VERSION must change")
#define VALUE(name, value) static_assert((name) == (value), #name " changed: CT_WIRE_VERSION must change")

FIELD(ct_record, kind, 0, 2);
FIELD(ct_record, version, 2, 1);
FIELD(ct_record, abi, 3, 1);
FIELD(ct_record, length, 4, 4);
FIELD(ct_record, seq, 8, 8);
FIELD(ct_record, time_ns, 16, 8);
FIELD(ct_record, task_start_ns, 24, 8);
FIELD(ct_record, tid, 32, 4);
FIELD(ct_record, tgid, 36, 4);
FIELD(ct_record, cpu, 40, 4);
FIELD(ct_record, flags, 44, 4);
SIZE(ct_record, 48);

FIELD(ct_enter, record, 0, 48);
FIELD(ct_enter, nr, 48, 4);
FIELD(ct_enter, args, 56, 48);
SIZE(ct_enter, 104);

FIELD(ct_exit, record, 0, 48);
FIELD(ct_exit, nr, 48, 4);
FIELD(ct_exit, left_out, 52, 4);
FIELD(ct_exit, args, 56, 48);
FIELD(ct_exit, ret, 104, 8);
FIELD(ct_exit, enter_ns, 112, 8);
FIELD(ct_exit, enter_tid, 120, 4);
FIELD(ct_exit, behind, 124, 4);
SIZE(ct_exit, 128);

FIELD(ct_fork, record, 0, 48);
FIELD(ct_fork, child_start_ns, 48, 8);
FIELD(ct_fork, child_tid, 56, 4);
FIELD(ct_fork, child_tgid, 60, 4);
FIELD(ct_fork, levels, 64, 4);
FIELD(ct_fork, child_pids, 68, 32);
FIELD(ct_fork, child_ns, 104, 40);
SIZE(ct_fork, 144);
static_assert(CT_FORK_SIZE_1 == offsetof(ct_fork, child_ns));

FIELD(ct_task_exit, record, 0, 48);
FIELD(ct_task_exit, code, 48, 4);
FIELD(ct_task_exit, killer, 52, 4);
FIELD(ct_task_exit, killer_tgid, 56, 4);
FIELD(ct_task_exit, killer_comm, 64, 16);
SIZE(ct_task_exit, 80);
static_assert(CT_TASK_EXIT_SIZE_5 == offsetof(ct_task_exit, killer_tgid));

FIELD(ct_cgroup, record, 0, 48);
FIELD(ct_cgroup, cgroup_id, 48, 8);
FIELD(ct_cgroup, task_start_ns, 56, 8);
FIELD(ct_cgroup, tid, 64, 4);
FIELD(ct_cgroup, tgid, 68, 4);
FIELD(ct_cgroup, hierarchy, 72, 4);
FIELD(ct_cgroup, threadgroup, 76, 4);
SIZE(ct_cgroup, 80);

FIELD(ct_exec, record, 0, 48);
FIELD(ct_exec, old_tid, 48, 4);
FIELD(ct_exec, parent_tgid, 52, 4);
FIELD(ct_exec, ns, 56, 40);
FIELD(ct_exec, levels, 96, 4);
FIELD(ct_exec, pids, 100, 32);
FIELD(ct_exec, uid, 132, 4);
FIELD(ct_exec, gid, 136, 4);
FIELD(ct_exec, suid, 140, 4);
FIELD(ct_exec, sgid, 144, 4);
FIELD(ct_exec, euid, 148, 4);
FIELD(ct_exec, egid, 152, 4);
FIELD(ct_exec, fsuid, 156, 4);
FIELD(ct_exec, fsgid, 160, 4);
FIELD(ct_exec, securebits, 164, 4);
FIELD(ct_exec, no_new_privs, 168, 4);
FIELD(ct_exec, seccomp_mode, 172, 4);
FIELD(ct_exec, seccomp_filters, 176, 4);
FIELD(ct_exec, user_ns_level, 180, 4);
FIELD(ct_exec, oom_score_adj, 184, 4);
FIELD(ct_exec, cap_inheritable, 192, 8);
FIELD(ct_exec, cap_permitted, 200, 8);
FIELD(ct_exec, cap_effective, 208, 8);
FIELD(ct_exec, cap_bounding, 216, 8);
FIELD(ct_exec, cap_ambient, 224, 8);
FIELD(ct_exec, comm, 232, 16);
FIELD(ct_exec, start_boottime_ns, 248, 8);
SIZE(ct_exec, 256);

FIELD(ct_mounts, record, 0, 48);
FIELD(ct_mounts, mnt_ns, 48, 4);
FIELD(ct_mounts, part, 52, 4);
FIELD(ct_mounts, last, 56, 4);
SIZE(ct_mounts, 64);

FIELD(ct_loss, record, 0, 48);
FIELD(ct_loss, recorded, 48, 8);
FIELD(ct_loss, counts, 56, 56);
FIELD(ct_loss, final, 112, 4);
FIELD(ct_loss, still_running, 116, 4);
SIZE(ct_loss, 120);

FIELD(ct_capture, arg, 0, 1);
FIELD(ct_capture, kind, 1, 1);
FIELD(ct_capture, status, 2, 1);
FIELD(ct_capture, length, 4, 4);
SIZE(ct_capture, 8);

FIELD(ct_file, kind, 0, 4);
FIELD(ct_file, fd, 4, 4);
FIELD(ct_file, ino, 8, 8);
FIELD(ct_file, sb_magic, 16, 8);
FIELD(ct_file, dev, 24, 4);
FIELD(ct_file, rdev, 28, 4);
FIELD(ct_file, mode, 32, 4);
FIELD(ct_file, mnt_id, 36, 4);
FIELD(ct_file, mnt_ns, 40, 4);
FIELD(ct_file, target, 44, 4);
FIELD(ct_file, flags, 48, 4);
FIELD(ct_file, open_flags, 52, 4);
FIELD(ct_file, fs_type, 56, 24);
FIELD(ct_file, mnt_parent_id, 80, 4);
FIELD(ct_file, references, 84, 4);
SIZE(ct_file, 88);
static_assert(CT_FILE_SIZE_1 == offsetof(ct_file, mnt_parent_id));

FIELD(ct_magic, prefix, 0, 4);
FIELD(ct_magic, file, 8, 88);
SIZE(ct_magic, 96);

FIELD(ct_id_extent, first, 0, 4);
FIELD(ct_id_extent, lower_first, 4, 4);
FIELD(ct_id_extent, count, 8, 4);
SIZE(ct_id_extent, 12);

FIELD(recording_end, kind, 0, 2);
FIELD(recording_end, version, 2, 1);
FIELD(recording_end, length, 4, 4);
FIELD(recording_end, records, 8, 8);
FIELD(recording_end, crc, 16, 4);
SIZE(recording_end, 24);

VALUE(CT_REC_ENTER, 1);
VALUE(CT_REC_EXIT, 2);
VALUE(CT_REC_FORK, 3);
VALUE(CT_REC_EXEC, 4);
VALUE(CT_REC_TASK_EXIT, 5);
VALUE(CT_REC_CGROUP, 6);
VALUE(CT_REC_SNAPSHOT, 7);
VALUE(CT_REC_MOUNTS, 8);
VALUE(CT_REC_TICK, 9);
VALUE(CT_REC_LOSS, 10);

VALUE(CT_KILLER_UNKNOWN, 0);
VALUE(CT_KILLER_PROCESS, 1);
VALUE(CT_KILLER_PARENT, 2);
VALUE(CT_KILLER_PID_NAMESPACE, 3);
VALUE(CT_KILLER_KERNEL, 4);
VALUE(CT_KILLER_OOM, 5);

VALUE(CT_ABI_X86_64, 0);
VALUE(CT_ABI_I386, 1);
VALUE(CT_ABI_AARCH64, 2);
VALUE(CT_ABI_COUNT, 3);

VALUE(CT_CPU_ITERATOR, 0x80000000);
VALUE(CT_CPU_USER, 0x40000000);
VALUE(CT_FLAG_ORPHAN, 1);
VALUE(CT_FLAG_ENTER_LOST, 2);
VALUE(CT_FLAG_CUT, 4);
VALUE(CT_FLAG_GROUP_DEAD, 8);
VALUE(CT_FLAG_SYNTHETIC, 16);
VALUE(CT_FLAG_IN_CALL, 32);
VALUE(CT_FLAG_SIGSYS, 64);
VALUE(CT_FLAG_FILES_TOLD, 128);
VALUE(CT_FLAG_WORDS, 256);
VALUE(CT_FLAG_STRANGER, 512);
VALUE(CT_FLAG_KEPT, 1024);

VALUE(CT_NS_MNT, 0);
VALUE(CT_NS_UTS, 1);
VALUE(CT_NS_IPC, 2);
VALUE(CT_NS_NET, 3);
VALUE(CT_NS_CGROUP, 4);
VALUE(CT_NS_PID, 5);
VALUE(CT_NS_PID_FOR_CHILDREN, 6);
VALUE(CT_NS_TIME, 7);
VALUE(CT_NS_TIME_FOR_CHILDREN, 8);
VALUE(CT_NS_USER, 9);
VALUE(CT_NS_COUNT, 10);
VALUE(CT_NS_LEVELS, 8);

VALUE(CT_LOSS_RING_FULL, 0);
VALUE(CT_LOSS_TASKS_FULL, 1);
VALUE(CT_LOSS_SCRATCH_BUSY, 2);
VALUE(CT_LOSS_READ_FAULT, 3);
VALUE(CT_LOSS_TRUNCATED, 4);
VALUE(CT_LOSS_PATH_DEPTH, 5);
VALUE(CT_LOSS_RECORD_CUT, 6);
VALUE(CT_LOSS_COUNT, 7);

VALUE(CT_CAP_STRING, 1);
VALUE(CT_CAP_BYTES, 2);
VALUE(CT_CAP_STRINGS, 3);
VALUE(CT_CAP_COUNT, 4);
VALUE(CT_CAP_FILE, 5);
VALUE(CT_CAP_BASE, 6);
VALUE(CT_CAP_MAGIC, 7);
VALUE(CT_CAP_FS_MESSAGE, 8);
VALUE(CT_CAP_ID_MAP, 9);
VALUE(CT_CAP_IDS, 10);
VALUE(CT_CAP_ROOT, 11);
VALUE(CT_CAP_NAMESPACES, 12);

VALUE(CT_OK, 0);
VALUE(CT_FAULT, 1);
VALUE(CT_TRUNCATED, 2);
VALUE(CT_NULL, 3);
VALUE(CT_NO_FILE, 4);

VALUE(CT_ARG_RETURN, 0x10);
VALUE(CT_ARG_CWD, 0x20);
VALUE(CT_ARG_ROOT, 0x21);
VALUE(CT_ARG_EXE, 0x22);
VALUE(CT_ARG_CGROUP, 0x23);
VALUE(CT_ARG_UID_MAP, 0x24);
VALUE(CT_ARG_GID_MAP, 0x25);
VALUE(CT_ARG_GROUPS, 0x26);
VALUE(CT_ARG_MOUNTS, 0x27);
VALUE(CT_ARG_FILENAME, 0x28);
VALUE(CT_ARG_ARGV, 0x29);
VALUE(CT_ARG_NAMESPACES, 0x2a);
VALUE(CT_ARG_NEWEST_MOUNT, 0x2b);
VALUE(CT_ARG_MOUNT_COUNT, 0x2c);
VALUE(CT_ARG_MOUNT_ROOT, 0x2d);
VALUE(CT_ARG_MOUNT_SOURCE, 0x2e);
VALUE(CT_ARG_MOVED, 0x2f);
VALUE(CT_ARG_TARGET, 0x33);
VALUE(CT_ARG_HELD, 0x30);
VALUE(CT_ARG_OPEN, 0x31);
VALUE(CT_ARG_EXE_VERSION, 0x32);
VALUE(CT_ARG_SECUREEXEC, 0x34);

VALUE(CT_FILE_PLAIN, 0);
VALUE(CT_FILE_NSFS, 1);
VALUE(CT_FILE_PIDFD, 2);
VALUE(CT_FILE_FS_CONTEXT, 3);
VALUE(CT_FILE_DELETED, 1);
VALUE(CT_FILE_PATH_CUT, 2);
VALUE(CT_FILE_OTHER_NS, 4);
VALUE(CT_FILE_DETACHED, 8);
VALUE(CT_FILE_CHROOT, 16);
VALUE(CT_FILE_INTERNAL, 32);
VALUE(CT_FILE_SHARED, 64);

// What is above is checked when this is compiled. What is not: that a recording says which version it is.
TEST(Wire, ARecordSaysItsVersionInItsThirdByte) {
  ct_record record = {};
  record.version = CT_WIRE_VERSION;
  EXPECT_EQ(reinterpret_cast<const unsigned char*>(&record)[2], kThisVersion);
}

}  // namespace
}  // namespace cttrace
