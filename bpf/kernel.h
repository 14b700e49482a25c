/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The kernel's structs, only the fields that are read. CO-RE finds them in the running kernel's BTF, so that one
 * object runs on every kernel; a generated vmlinux.h would tie the build to a host. */
#pragma once

#include <linux/bpf.h>
#include <linux/types.h>

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;
typedef __u64 u64;
typedef __s32 s32;
typedef __s64 s64;

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct pid_namespace;

struct proc_ns_operations { int type; }; /* until 6.17 */
struct ns_common {
	const struct proc_ns_operations *ops;
	unsigned int inum;
	u32 ns_type; /* since 6.18 */
	u64 ns_id;   /* since 6.18 */
};

struct uts_namespace { struct ns_common ns; };
struct ipc_namespace { struct ns_common ns; };
struct net { struct ns_common ns; };
struct cgroup_namespace { struct ns_common ns; };
struct time_namespace { struct ns_common ns; };
struct pid_namespace { struct ns_common ns; unsigned int level; struct task_struct *child_reaper; };

struct list_head { struct list_head *next, *prev; };
struct rb_node { struct rb_node *rb_right; };
struct rb_root { struct rb_node *rb_node; };
struct mnt_namespace {
	struct ns_common ns;
	struct mount *root;
	struct rb_root mounts;         /* since 6.8, in the order in which they came */
	struct rb_node *mnt_last_node; /* since 6.15 */
	struct user_namespace *user_ns;
	u64 seq;                       /* until 6.17 */
	unsigned int nr_mounts;        /* since 6.8 */
};
struct mnt_namespace___list { struct list_head list; unsigned int mounts; }; /* until 6.7 */

struct nsproxy {
	struct uts_namespace *uts_ns;
	struct ipc_namespace *ipc_ns;
	struct mnt_namespace *mnt_ns;
	struct pid_namespace *pid_ns_for_children;
	struct net *net_ns;
	struct time_namespace *time_ns;
	struct time_namespace *time_ns_for_children;
	struct cgroup_namespace *cgroup_ns;
};

struct upid { int nr; struct pid_namespace *ns; };
struct hlist_node { struct hlist_node *next; };
struct hlist_head { struct hlist_node *first; };
struct pid { unsigned int level; struct hlist_head tasks[4]; struct upid numbers[]; };

struct uid_gid_extent { u32 first; u32 lower_first; u32 count; };
struct uid_gid_map {
	u32 nr_extents;
	union {
		struct uid_gid_extent extent[5];
		struct { struct uid_gid_extent *forward; struct uid_gid_extent *reverse; };
	};
};
struct user_namespace { struct uid_gid_map uid_map; struct uid_gid_map gid_map; int level; struct ns_common ns; };

typedef struct { u32 val; } kuid_t;
typedef struct { u32 val; } kgid_t;
typedef struct { u64 val; } kernel_cap_t; /* u32[2] until 6.2: the same eight bytes */
struct group_info { int ngroups; kgid_t gid[]; };
struct cred {
	kuid_t uid; kgid_t gid; kuid_t suid; kgid_t sgid; kuid_t euid; kgid_t egid; kuid_t fsuid; kgid_t fsgid;
	unsigned int securebits;
	kernel_cap_t cap_inheritable, cap_permitted, cap_effective, cap_bset, cap_ambient;
	struct user_namespace *user_ns;
	struct group_info *group_info;
};

struct qstr { union { struct { u32 hash; u32 len; }; u64 hash_len; }; const unsigned char *name; };
struct hlist_bl_node { struct hlist_bl_node *next, **pprev; };
struct dentry {
	struct hlist_bl_node d_hash;
	struct dentry *d_parent;
	struct qstr d_name;
	struct inode *d_inode;
	struct super_block *d_sb;
};
struct file_system_type { const char *name; };
struct super_block { u32 s_dev; struct file_system_type *s_type; unsigned long s_magic; };
struct inode {
	unsigned short i_mode;
	struct super_block *i_sb;
	unsigned long i_ino;
	u32 i_rdev;
	void *i_private;
};
struct vfsmount { struct dentry *mnt_root; struct super_block *mnt_sb; int mnt_flags; };
struct mount {
	struct mount *mnt_parent;
	struct dentry *mnt_mountpoint;
	const char *mnt_devname;
	struct vfsmount mnt;
	struct list_head mnt_list;
	struct rb_node mnt_node; /* since 6.8 */
	struct mnt_namespace *mnt_ns;
	int mnt_id;
	struct mount *overmount; /* since 6.17 */
};
struct path { struct vfsmount *mnt; struct dentry *dentry; };
typedef struct { int counter; } atomic_t;
typedef struct { long counter; } atomic_long_t;
struct file_ref { atomic_long_t refcnt; };
struct file {
	void *private_data;
	struct inode *f_inode;
	unsigned int f_flags;
	unsigned int f_mode;
	struct path f_path;
	atomic_long_t f_count; /* until 6.12 */
	struct file_ref f_ref; /* since then: 0 is one reference */
};
struct fs_struct { struct path root; struct path pwd; };
struct fdtable { unsigned int max_fds; struct file **fd; };
struct files_struct { atomic_t count; struct fdtable *fdt; };
struct mm_struct { struct file *exe_file; unsigned long arg_start, arg_end; };
struct linux_binprm { struct mm_struct *mm; const char *filename; unsigned int secureexec : 1; };

struct fc_log { u8 head; u8 tail; char *buffer[8]; };
struct p_log { const char *prefix; struct fc_log *log; };
struct fs_context { struct file_system_type *fs_type; struct dentry *root; struct p_log log; };

struct kernfs_node {
	const char *name;
	u64 id;
	struct kernfs_node *parent;   /* until 6.14 */
	struct kernfs_node *__parent; /* since then */
};
struct cgroup_root { int hierarchy_id; };
struct cgroup { struct kernfs_node *kn; struct cgroup_root *root; };
struct cgroup_subsys_state { struct cgroup *cgroup; };
struct css_set { struct cgroup *dfl_cgrp; };

struct sigset { unsigned long sig[1]; };
struct sigpending { struct sigset signal; };
struct seccomp { int mode; atomic_t filter_count; };
struct thread_info { u32 status; };        /* x86 */
struct thread_info___arm64 { unsigned long flags; };
struct signal_struct { atomic_t live; short oom_score_adj; struct mm_struct *oom_mm; };
struct kernel_siginfo { int si_code; };
struct task_struct {
	struct thread_info thread_info;
	unsigned int flags;
	struct mm_struct *mm;
	int exit_code;
	int pdeath_signal;
	unsigned long atomic_flags;
	int pid;
	int tgid;
	struct task_struct *real_parent;
	struct task_struct *group_leader;
	struct pid *thread_pid;
	u64 start_boottime;
	const struct cred *cred;
	char comm[16];
	struct fs_struct *fs;
	struct files_struct *files;
	struct nsproxy *nsproxy;
	struct signal_struct *signal;
	struct seccomp seccomp;
	struct sigpending pending;
	struct css_set *cgroups;
};

#if defined(__TARGET_ARCH_arm64)
struct user_pt_regs { u64 regs[31]; };
struct pt_regs { union { struct user_pt_regs user_regs; struct { u64 regs[31]; u64 sp; u64 pc; u64 pstate; }; }; u64 orig_x0; s32 syscallno; };
#endif

#pragma clang attribute pop

#if defined(__TARGET_ARCH_x86)
/* The same on every kernel, as ptrace(2) shows it. */
struct arg_regs { unsigned long bp, bx, r11, r10, r9, r8, ax, cx, dx, si, di; };
struct pt_regs { unsigned long r15, r14, r13, r12; struct arg_regs args; unsigned long orig_ax; };
#elif !defined(__TARGET_ARCH_arm64)
#error "no register layout for this architecture"
#endif

/* The context of a task iterator. */
struct bpf_iter__task { __u64 meta; struct task_struct *task; };

#ifndef __always_inline
#define __always_inline inline __attribute__((always_inline))
#endif
