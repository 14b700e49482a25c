/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only OR BSD-2-Clause */
/* The records: what every source yields, what a recording holds, and what the capture programs write.
 *
 * A record is a ct_record header, a body by kind, and captures: each a ct_capture header and its bytes, padded
 * to 8. All numbers are in the byte order of the traced machine (little-endian on all that are supported).
 * Any change of layout or meaning changes CT_WIRE_VERSION; tests/unit/wire_test.cc holds the layout in place.
 * Plain C: this header is compiled for BPF too.
 */
#pragma once

#ifndef __bpf__
#include <linux/types.h>
#endif

#define CT_WIRE_VERSION 8
/* Of the versions that are still read. 1 has the sizes that CT_*_SIZE_1 name; 2 has no CT_ARG_MOUNT_ROOT, _SOURCE and
 * CT_ARG_MOVED; until 3 there are no CT_FLAG_FILES_TOLD, CT_ARG_HELD and CT_ARG_OPEN, and `references` is 0; until 4 it
 * is 0 of filesystem contexts, and so is their `rdev`; until 5 a ct_task_exit has the size that CT_TASK_EXIT_SIZE_5
 * names, and no killer; until 6 there is no CT_FLAG_STRANGER; until 7 no CT_FLAG_KEPT. */
#define CT_WIRE_OLDEST 1

#define CT_PATH_MAX 4096    /* bytes of a string or of mount data, with its NUL */
#define CT_RECORD_MAX 24576 /* bytes of the longest record */
#define CT_ARRAY_MAX 4096   /* bytes of the longest struct, array or buffer that is captured */
#define CT_STRINGS_MAX 8192 /* bytes of all strings of an argv that are captured */
#define CT_FS_TYPE_LENGTH 24
#define CT_NS_LEVELS 8 /* pid namespaces deep that a pid is told for */

enum ct_record_kind {
  CT_REC_ENTER = 1,     /* ct_enter: a call began */
  CT_REC_EXIT = 2,      /* ct_exit: a call returned */
  CT_REC_FORK = 3,      /* ct_fork: a task was created; header: the creator */
  CT_REC_EXEC = 4,      /* ct_exec: a new program; captures: CT_CAP_SNAPSHOT... */
  CT_REC_TASK_EXIT = 5, /* ct_task_exit: a thread ended */
  CT_REC_CGROUP = 6,    /* ct_cgroup: a task was moved; header: the mover; capture: CT_CAP_STRING, the path */
  CT_REC_SNAPSHOT = 7,  /* ct_exec: state of a task that was there when tracing began */
  CT_REC_MOUNTS = 8,    /* ct_mounts: mountinfo of a mount namespace when tracing began; CT_CAP_STRING... */
  CT_REC_TICK = 9,      /* header only: no record with an earlier time will follow, but with CT_FLAG_KEPT */
  CT_REC_LOSS = 10,     /* ct_loss: what could not be recorded so far; the last one closes a trace */
};

enum ct_abi { CT_ABI_X86_64 = 0, CT_ABI_I386 = 1, CT_ABI_AARCH64 = 2, CT_ABI_COUNT = 3 };

/* Times are CLOCK_BOOTTIME, in nanoseconds. tid and tgid are as seen in cttrace's own pid namespace. */
struct ct_record {
  __u16 kind;   /* enum ct_record_kind */
  __u8 version; /* CT_WIRE_VERSION */
  __u8 abi;     /* enum ct_abi of the call; of the task otherwise */
  __u32 length; /* bytes of the whole record with this header; a multiple of 8 */
  __u64 seq;    /* counts records of this cpu from 1, lost ones too: a gap is a loss */
  __u64 time_ns;
  __u64 task_start_ns; /* when the task was created; with tid, its identity */
  __u32 tid;
  __u32 tgid;
  __u32 cpu;   /* with CT_CPU_ITERATOR: of an iterator, which counts its records by itself */
  __u32 flags; /* CT_FLAG_* */
};

#define CT_CPU_ITERATOR 0x80000000u
#define CT_CPU_USER 0x40000000u /* made by cttrace itself: MOUNTS, TICK, LOSS; seq is 0 */

#define CT_FLAG_ORPHAN 1u     /* EXIT: the call was never entered: seccomp denied it */
#define CT_FLAG_ENTER_LOST 2u /* EXIT: the ENTER record could not be recorded */
#define CT_FLAG_CUT 4u        /* captures are missing: the record would have been longer than CT_RECORD_MAX */
#define CT_FLAG_GROUP_DEAD 8u /* TASK_EXIT: this was the last thread of its process */
#define CT_FLAG_SYNTHETIC 16u /* SNAPSHOT, FORK: made up from /proc or an iterator, not from an event */
#define CT_FLAG_IN_CALL 32u   /* TASK_EXIT: the thread ended inside the call that it entered last */
#define CT_FLAG_SIGSYS 64u    /* EXIT, with ORPHAN: seccomp sent SIGSYS; there is no result */
#define CT_FLAG_FILES_TOLD \
  128u /* EXEC: CT_ARG_OPEN are all; TASK_EXIT: its descriptor table ends with it, CT_ARG_HELD are all */
#define CT_FLAG_WORDS 256u /* ENTER, EXIT: of a row with CT_ROW_WORDS */
/* Of a task that is not followed, but changes mounts where followed ones are: those calls are told, each behind a
 * SNAPSHOT, and its EXECs and TASK_EXIT from then on. */
#define CT_FLAG_STRANGER 512u
/* EXIT: one of the last writes of words of a thread in a program, of those behind the first CT_FEW. It is recorded when
 * that has ended, before its EXEC or TASK_EXIT, and has the time at which it returned. There is no ENTER of it, and
 * nothing of it is lost by that. */
#define CT_FLAG_KEPT 1024u

struct ct_enter {
  struct ct_record record;
  __u32 nr; /* the call's number in its abi */
  __u32 pad;
  __u64 args[6];
};

struct ct_exit {
  struct ct_record record;
  __u32 nr;
  __u32 left_out; /* KEPT: such calls between this one and the one of the thread that was recorded before; else 0 */
  __u64 args[6];   /* as at entry */
  __s64 ret;       /* negative errno on failure */
  __u64 enter_ns;  /* time of entry; 0 when it was not seen */
  __u32 enter_tid; /* tid at entry: differs after execve by a thread that was not the leader */
  __u32 behind;    /* KEPT: how many of them follow; else 0 */
};

enum ct_ns {
  CT_NS_MNT,
  CT_NS_UTS,
  CT_NS_IPC,
  CT_NS_NET,
  CT_NS_CGROUP,
  CT_NS_PID,
  CT_NS_PID_FOR_CHILDREN,
  CT_NS_TIME,
  CT_NS_TIME_FOR_CHILDREN,
  CT_NS_USER,
  CT_NS_COUNT
};

struct ct_fork {
  struct ct_record record;
  __u64 child_start_ns;
  __u32 child_tid;
  __u32 child_tgid;
  __u32 levels;                   /* entries of child_pids that are set */
  __u32 child_pids[CT_NS_LEVELS]; /* the child's tid by pid namespace, outermost (the host's) first */
  __u32 pad;
  __u32 child_ns[CT_NS_COUNT]; /* inode numbers of the child's namespaces; 0: unknown */
};

/* Capture of a fork whose child is in another cgroup than its creator: CT_CAP_STRING CT_ARG_CGROUP, as in ct_exec. */

#define CT_FORK_SIZE_1 104 /* without child_ns */

/* Who sent the signal that ended a process. */
enum ct_killer {
  CT_KILLER_UNKNOWN = 0,
  CT_KILLER_PROCESS = 1,       /* a process that meant to: kill(2) and its like, cgroup.kill */
  CT_KILLER_PARENT = 2,        /* the kernel, as the thread ended that made it: PR_SET_PDEATHSIG */
  CT_KILLER_PID_NAMESPACE = 3, /* the kernel, as the first process of a pid namespace ended that it was in */
  CT_KILLER_KERNEL = 4,        /* the kernel, for another reason */
  CT_KILLER_OOM = 5,           /* the kernel, as memory ran out: its OOM killer chose this process */
};

struct ct_task_exit {
  struct ct_record record;
  __u32 code;   /* as wait(2) reports it: status << 8 | signal, 0x80 for a core dump */
  __u32 killer; /* enum ct_killer; of the last thread of a process */
  /* PROCESS: who; PARENT, PID_NAMESPACE: whose end it was. In cttrace's pid namespace; 0: not visible there. */
  __u32 killer_tgid;
  __u32 pad;
  char killer_comm[16]; /* of that process: NUL-padded, without NUL where it is as long as that */
};

#define CT_TASK_EXIT_SIZE_5 56 /* without killer_tgid; `killer` is 0 */

struct ct_cgroup {
  struct ct_record record;
  __u64 cgroup_id;
  __u64 task_start_ns; /* the moved task */
  __u32 tid;
  __u32 tgid;
  __u32 hierarchy;   /* as in /proc/cgroups; 0 is cgroup2 */
  __u32 threadgroup; /* 1: with all its threads */
};

/* The kernel's own answer about a task. EXEC captures: CT_CAP_FILE cwd, root and exe (arg CT_ARG_*), CT_CAP_STRING
 * cgroup path (CT_ARG_CGROUP: components leaf first, each with a NUL), CT_CAP_ID_MAP uid, gid map, CT_CAP_IDS
 * supplementary groups (CT_ARG_GROUPS). Where execve's own strings could not be read at its entry, and only then:
 * CT_CAP_STRING what was executed (CT_ARG_FILENAME), CT_CAP_STRINGS its argv (CT_ARG_ARGV), as the kernel has them. */
struct ct_exec {
  struct ct_record record;
  __u32 old_tid;         /* tid before execve by a thread that was not the leader, else tid */
  __u32 parent_tgid;     /* real_parent */
  __u32 ns[CT_NS_COUNT]; /* inode numbers; 0: unknown */
  __u32 levels;
  __u32 pids[CT_NS_LEVELS];                             /* tid by pid namespace, outermost (the host's) first */
  __u32 uid, gid, suid, sgid, euid, egid, fsuid, fsgid; /* in the host's user namespace */
  __u32 securebits;                                     /* ~0: unknown */
  __u32 no_new_privs;
  __u32 seccomp_mode;    /* 0 none, 1 strict, 2 filter */
  __u32 seccomp_filters; /* number of filters; ~0: unknown */
  __u32 user_ns_level;
  __u32 oom_score_adj; /* two's complement */
  __u32 pad;
  __u64 cap_inheritable, cap_permitted, cap_effective, cap_bounding, cap_ambient;
  char comm[16];
  __u64 start_boottime_ns;
};

struct ct_mounts {
  struct ct_record record;
  __u32 mnt_ns; /* inode number */
  __u32 part;   /* a long table comes in several records: 0, 1, ... */
  __u32 last;   /* 1: the last part */
  __u32 pad;
};

/* What could not be recorded, by kind: counted where it happens, in the kernel. */
enum ct_loss_kind {
  CT_LOSS_RING_FULL,    /* records that found no room in the ring buffer */
  CT_LOSS_TASKS_FULL,   /* tasks that could not be followed: the table of tasks was full */
  CT_LOSS_SCRATCH_BUSY, /* records dropped: the cpu was already making one (PREEMPT_RT) */
  CT_LOSS_READ_FAULT,   /* arguments that the kernel could read and cttrace could not */
  CT_LOSS_TRUNCATED,    /* arguments longer than what is captured */
  CT_LOSS_PATH_DEPTH,   /* paths with more components than are walked */
  CT_LOSS_RECORD_CUT,   /* records that did not hold all captures */
  CT_LOSS_COUNT
};

struct ct_loss {
  struct ct_record record;
  __u64 recorded;              /* records put into the ring buffer */
  __u64 counts[CT_LOSS_COUNT]; /* by enum ct_loss_kind */
  __u32 final;                 /* 1: the trace ended here in good order */
  __u32 still_running;         /* followed processes that had not ended then */
};

enum ct_capture_kind {
  CT_CAP_STRING = 1,      /* a NUL-terminated string, without its NUL */
  CT_CAP_BYTES = 2,       /* a struct, array or buffer, as in memory */
  CT_CAP_STRINGS = 3,     /* argv: strings, each with its NUL */
  CT_CAP_COUNT = 4,       /* a __u64: how many entries a vector has (envp) */
  CT_CAP_FILE = 5,        /* ct_file and its path: what an fd is */
  CT_CAP_BASE = 6,        /* ct_file and its path: where a path begins (dirfd, cwd or root) */
  CT_CAP_MAGIC = 7,       /* ct_magic, ct_file and its path: the fd that a path's /proc/.../fd/N prefix means */
  CT_CAP_FS_MESSAGE = 8,  /* the newest message in a filesystem context's log, as the kernel keeps it: "e text\n" */
  CT_CAP_ID_MAP = 9,      /* ct_id_extent[]: as in uid_map, parent ids in the host's user namespace */
  CT_CAP_IDS = 10,        /* __u32[]: ids in the host's user namespace */
  CT_CAP_ROOT = 11,       /* like BASE, where the path could not be read at entry: where it begins if it is absolute */
  CT_CAP_NAMESPACES = 12, /* __u32[CT_NS_COUNT]: inode numbers of the caller's namespaces; 0: unknown */
};

enum ct_capture_status {
  CT_OK = 0,
  CT_FAULT = 1,     /* the memory could not be read; no bytes */
  CT_TRUNCATED = 2, /* longer than what is captured; the bytes are the beginning */
  CT_NULL = 3,      /* the pointer is NULL; no bytes */
  CT_NO_FILE = 4,   /* no such descriptor is open; no bytes */
};

/* `arg` of captures that belong to no argument. */
#define CT_ARG_RETURN 0x10 /* the returned descriptor */
#define CT_ARG_CWD 0x20
#define CT_ARG_ROOT 0x21
#define CT_ARG_EXE 0x22
#define CT_ARG_CGROUP 0x23
#define CT_ARG_UID_MAP 0x24
#define CT_ARG_GID_MAP 0x25
#define CT_ARG_GROUPS 0x26
#define CT_ARG_MOUNTS 0x27
#define CT_ARG_FILENAME 0x28
#define CT_ARG_ARGV 0x29
#define CT_ARG_NAMESPACES 0x2a   /* EXIT, where it succeeded: CT_CAP_NAMESPACES; CT_ARG_CWD, CT_ARG_ROOT: CT_CAP_FILE */
#define CT_ARG_NEWEST_MOUNT 0x2b /* EXIT: CT_CAP_FILE: root of the mount that came last into the mount namespace */
#define CT_ARG_MOUNT_COUNT 0x2c  /* EXIT: CT_CAP_COUNT: mounts in the caller's mount namespace */
/* EXIT: of the newest mount (fsmount, open_tree: of the one that the returned descriptor is in), CT_CAP_STRING: which
 * directory or file of its filesystem it shows (components leaf first, each with a NUL); what it was told to show. */
#define CT_ARG_MOUNT_ROOT 0x2d
#define CT_ARG_MOUNT_SOURCE 0x2e
#define CT_ARG_MOVED 0x2f /* EXIT: CT_CAP_FILE: what the descriptor in argument 0 is now */
#define CT_ARG_HELD 0x30  /* TASK_EXIT: CT_CAP_FILE: a descriptor that holds a detached mount tree */
#define CT_ARG_OPEN 0x31  /* EXEC: CT_CAP_FILE: a descriptor above 2 that is open when the program begins */
/* EXEC, SNAPSHOT: CT_CAP_STRING: the program's version, where its file tells it; added by cttrace itself. Readers that
 * do not know it pass over it, as over all captures that they do not know: it is no reason for a new version. */
#define CT_ARG_EXE_VERSION 0x32
/* EXIT: CT_CAP_FILE: where the path led by which the call names what it changes, as it was then.
 * Only where the kernel can be asked; passed over by readers that do not know it. */
#define CT_ARG_TARGET 0x33
/* EXEC: CT_CAP_COUNT: bprm->secureexec, which the program has as AT_SECURE: 1 where to execute it gave privileges, or
 * might have. Passed over by readers that do not know it. */
#define CT_ARG_SECUREEXEC 0x34

struct ct_capture {
  __u8 arg;    /* index of the argument, or CT_ARG_* */
  __u8 kind;   /* enum ct_capture_kind */
  __u8 status; /* enum ct_capture_status */
  __u8 pad;
  __u32 length; /* bytes that follow, before padding to 8 */
};

enum ct_file_kind {
  CT_FILE_PLAIN = 0,
  CT_FILE_NSFS = 1,       /* target: CLONE_NEW* type; ino: the namespace */
  CT_FILE_PIDFD = 2,      /* target: pid in cttrace's pid namespace, 0 when it has gone */
  CT_FILE_FS_CONTEXT = 3, /* fs_type: what it configures; target: the superblock, as dev; 0: none yet, or not known */
};

#define CT_FILE_DELETED 1u   /* unlinked */
#define CT_FILE_PATH_CUT 2u  /* deeper than is walked: the leading components are missing */
#define CT_FILE_OTHER_NS 4u  /* in a mount namespace that is not the task's */
#define CT_FILE_DETACHED 8u  /* in a mount that is in no namespace: not yet attached, or lazily unmounted */
#define CT_FILE_CHROOT 16u   /* root: the task's root is not the root of its mount namespace */
#define CT_FILE_INTERNAL 32u /* in a mount of the kernel's own: pipes, sockets, memfds, anonymous inodes */
#define CT_FILE_SHARED 64u   /* of what has `references`: other descriptors or calls in progress hold it, too */

/* Followed by the path: its components, leaf first, each with a NUL; none for "/". Absolute in the mount namespace. */
struct ct_file {
  __u32 kind; /* enum ct_file_kind */
  __s32 fd;   /* -1 when it is no descriptor: cwd, root */
  __u64 ino;
  __u64 sb_magic;
  __u32 dev;  /* of the superblock, as in the kernel: major << 20 | minor */
  __u32 rdev; /* of a device node, as in the kernel; of a filesystem context a number that no other has while it is there,
               * 0: not known */
  __u32 mode; /* i_mode */
  __u32 mnt_id;
  __u32 mnt_ns;                    /* the mount namespace it is in; 0: none */
  __u32 target;                    /* by kind */
  __u32 flags;                     /* CT_FILE_* */
  __u32 open_flags;                /* f_flags */
  char fs_type[CT_FS_TYPE_LENGTH]; /* NUL-terminated */
  __u32 mnt_parent_id;             /* of the mount that mnt_id is mounted on; mnt_id: on none */
  /* Of what holds a detached mount tree, or is a filesystem context: how many hold the open file, descriptors and calls
   * in progress; 0: not known */
  __u32 references;
};

#define CT_FILE_SIZE_1 80 /* without mnt_parent_id */

struct ct_magic {
  __u32 prefix; /* bytes of the string that name the descriptor */
  __u32 pad;
  struct ct_file file;
};

struct ct_id_extent {
  __u32 first, lower_first, count;
};

/* A row as the capture programs need it; filled from src/tables. */
enum ct_op {
  CT_OP_NONE = 0,
  CT_OP_STRING = 1, /* at most `size` bytes with its NUL */
  CT_OP_PATH = 2,   /* ref: index of the dirfd argument, or CT_REF_CWD */
  CT_OP_FD = 3,
  CT_OP_BYTES = 4,    /* size bytes each; ref: index of the argument that counts them, or CT_REF_ONE */
  CT_OP_STRINGS = 5,  /* argv */
  CT_OP_COUNT = 6,    /* envp */
  CT_OP_IOVEC = 7,    /* ref: index of the argument that counts the parts */
  CT_OP_BYTES_RET = 8 /* like BYTES, at exit; the return value counts them, if argument `ref` is not less */
};

#define CT_REF_CWD 7
#define CT_REF_ONE 7

enum ct_when { CT_WHEN_BOTH = 0, CT_WHEN_ENTER = 1, CT_WHEN_EXIT = 2 };

#define CT_ROW_SELECTED 1u   /* asked for with -e trace= */
#define CT_ROW_CONTROL_FD 2u /* only when the fd in argument 0 is on procfs, cgroupfs or sysfs */
#define CT_ROW_RETURNS_FD 4u
#define CT_ROW_FS_CONTEXT 8u  /* argument 0 is a filesystem context: on failure take its message */
#define CT_ROW_VARIANTS 16u   /* argument `select` chooses a variant row */
#define CT_ROW_AFTER_NODE 32u /* only in a process that has made a node since its last execve */
#define CT_ROW_MAKES_NODE 64u /* makes device nodes */
#define CT_ROW_CLONE 128u     /* clone: with CLONE_PIDFD, argument 2 gets a descriptor */
#define CT_ROW_CLONE3 256u    /* clone3: the same, as struct clone_args in argument 0 says */
/* What is told of the caller when the call has succeeded. */
#define CT_ROW_AFTER_NAMESPACES 512u /* CT_CAP_NAMESPACES */
#define CT_ROW_AFTER_CWD 1024u       /* CT_ARG_CWD */
#define CT_ROW_AFTER_ROOT 2048u      /* CT_ARG_ROOT */
#define CT_ROW_AFTER_MOUNTS 4096u    /* CT_ARG_NEWEST_MOUNT, its CT_ARG_MOUNT_ROOT and _SOURCE, CT_ARG_MOUNT_COUNT */
#define CT_ROW_MOUNT_FD 8192u    /* only when the fd in argument 0 holds a detached tree, or is a filesystem context */
#define CT_ROW_AFTER_TREE 16384u /* CT_ARG_MOUNT_ROOT and _SOURCE of what the returned descriptor is in */
#define CT_ROW_AFTER_MOVE 32768u /* CT_ARG_MOVED */
#define CT_ROW_AFTER_TARGET 65536u /* CT_ARG_TARGET */
#define CT_ROW_OR_WORDS 131072u    /* of what goes to the standard error stream: the next row */
#define CT_ROW_WORDS 262144u       /* that row; that its bytes are cut is no loss */
#define CT_ROW_FEW 524288u         /* only the first CT_FEW calls of such rows of a thread in a program, and its last */
#define CT_FEW 64
/* Of the last ones, without those to /dev/null: so many, of so many bytes altogether. */
#define CT_KEPT 16
#define CT_KEPT_BYTES 1024

struct ct_row {
  __u8 op[6];
  __u8 ref[6];
  __u8 when[6];
  __u8 select;
  __u8 pad;
  __u16 size[6];
  __u16 nargs;
  __u16 pad2;
  __u32 flags;
  __u32 id; /* of the row: index in the table */
};

/* How the running kernel differs from others: found by the capture programs, told in a recording's header by name. */
#define CT_TRAIT_BY_ID 1u     /* mount.by_id */
#define CT_TRAIT_OVERMOUNT 2u /* mount.overmount */
