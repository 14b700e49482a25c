/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a descriptor, a cwd or a root is, from the kernel's own structs: path, mount, superblock, and what hides
 * behind nsfs, pidfd and filesystem context descriptors. */
#pragma once

#include "emit.h"

#define ANON_INODE_MAGIC 0x09041934
#define NSFS_MAGIC 0x6e736673
#define PIDFS_MAGIC 0x50494446
#define PROC_MAGIC 0x9fa0
#define SYSFS_MAGIC 0x62656572
#define CGROUP_MAGIC 0x27e0eb
#define CGROUP2_MAGIC 0x63677270
#define MNT_NS_ANON_INUM 0xEFFFFFF7u /* since 6.18; 0 before */

enum where { AT_FD = 0, AT_CWD = 1, AT_ROOT = 2, AT_EXE = 3, AT_MOUNT = 4 };

static __always_inline struct file *fd_file(struct task_struct *task, u32 fd)
{
	struct fdtable *table = BPF_CORE_READ(task, files, fdt);
	if (!table || fd >= BPF_CORE_READ(table, max_fds))
		return 0;
	struct file **array = BPF_CORE_READ(table, fd);
	struct file *file = 0;
	bpf_probe_read_kernel(&file, sizeof(file), array + fd);
	return file;
}

/* One component, or one step over a mount point. */
static __always_inline int path_component(struct scratch *s)
{
	struct dentry *dentry = (struct dentry *)s->dentry;
	struct mount *mnt = (struct mount *)s->mnt;
	if (dentry == BPF_CORE_READ(mnt, mnt.mnt_root)) {
		struct mount *parent = BPF_CORE_READ(mnt, mnt_parent);
		/* The root of everything, or of a detached mount: what is above it in its filesystem is not in the mount. */
		if (parent == mnt || !parent)
			return 1;
		s->dentry = (u64)BPF_CORE_READ(mnt, mnt_mountpoint);
		s->mnt = (u64)parent;
		return 0;
	}
	struct dentry *parent = BPF_CORE_READ(dentry, d_parent);
	u32 length = BPF_CORE_READ(dentry, d_name.len);
	const unsigned char *name = BPF_CORE_READ(dentry, d_name.name);
	u64 at = pinned(s->offset);
	if (at > CT_RECORD_MAX) {
		s->cut = 1;
		return 1;
	}
	if (length > 255)
		length = 255;
	s->data[at] = 0;
	if (bpf_probe_read_kernel(s->data + at, length & 0xff, name) == 0 && length && s->data[at] != '/') {
		at += length & 0xff;
		s->data[at] = 0;
		s->offset = at + 1;
	}
	if (parent == dentry || !parent)
		return 1;
	s->dentry = (u64)parent;
	return 0;
}

__noinline int path_step(void)
{
	struct scratch *s = get_scratch();
	if (!s)
		return 1;
	for (int i = 0; i < 8; i++) {
		if (path_component(s)) {
			s->done = 1;
			return 1;
		}
	}
	return 0;
}

/* Appends the components from s->dentry on s->mnt up to the root of the mount tree, leaf first. */
__noinline int path_walk(void)
{
	struct scratch *s = get_scratch();
	if (!s)
		return 0;
	s->done = 0;
	for (int i = 0; i < 256; i++)
		if (path_step())
			break;
	if (!s->done)
		count(CT_LOSS_PATH_DEPTH);
	return 0;
}

static __always_inline u32 ns_type(struct ns_common *ns)
{
	if (bpf_core_field_exists(ns->ns_type))
		return BPF_CORE_READ(ns, ns_type);
	return BPF_CORE_READ(ns, ops, type);
}

/* Without a branch for each letter, all of which the verifier would follow. */
static __always_inline int same_name(const char *name, const char *expected, int size)
{
	u32 differ = 0;
	for (int i = 0; i < size; i++)
		differ |= name[i] ^ expected[i];
	return !differ;
}

/* A number for what is there, which nothing else has at the same time (but for one chance in 2^32); never 0. */
static __always_inline u32 number_of(const void *object)
{
	u64 mixed = (u64)object ^ secret;
	mixed = (mixed ^ mixed >> 33) * 0xff51afd7ed558ccdull;
	mixed = (mixed ^ mixed >> 33) * 0xc4ceb9fe1a85ec53ull;
	return (u32)(mixed >> 32) | 1;
}

#define FMODE_NEED_UNMOUNT 0x10000000 /* what fsmount and open_tree return: closing it unmounts what it holds */

static __always_inline void count_references(struct ct_file *out, struct file *file)
{
	if (bpf_core_field_exists(file->f_ref))
		out->references = BPF_CORE_READ(file, f_ref.refcnt.counter) + 1;
	else
		out->references = BPF_CORE_READ(file, f_count.counter);
	if (out->references > 1)
		out->flags |= CT_FILE_SHARED;
}

/* Fills what is special about a file that is no ordinary one. `opened` may be NULL (cwd, root). */
static __always_inline void fill_special(struct scratch *s, struct ct_file *out, struct file *opened,
					 struct inode *inode, struct dentry *dentry)
{
	struct pid *pid = 0;
	if (out->sb_magic == NSFS_MAGIC) {
		out->kind = CT_FILE_NSFS;
		out->target = ns_type(BPF_CORE_READ(inode, i_private));
	} else if (out->sb_magic == PIDFS_MAGIC) {
		pid = BPF_CORE_READ(inode, i_private);
		out->kind = CT_FILE_PIDFD;
	} else if (out->sb_magic == ANON_INODE_MAGIC && opened) {
		const unsigned char *name = BPF_CORE_READ(dentry, d_name.name);
		__builtin_memset(s->name, 0, sizeof(s->name));
		bpf_probe_read_kernel_str(s->name, sizeof(s->name), name);
		if (same_name(s->name, "[pidfd]", 8)) {
			pid = BPF_CORE_READ(opened, private_data);
			out->kind = CT_FILE_PIDFD;
		} else if (same_name(s->name, "[fscontext]", 12)) {
			struct fs_context *context = BPF_CORE_READ(opened, private_data);
			const char *type = BPF_CORE_READ(context, fs_type, name);
			out->kind = CT_FILE_FS_CONTEXT;
			out->target = BPF_CORE_READ(context, root, d_sb, s_dev);
			out->rdev = number_of(context);
			count_references(out, opened);
			bpf_probe_read_kernel_str(out->fs_type, sizeof(out->fs_type), type);
		}
	}
	/* PIDTYPE_PID (a thread's pidfd), PIDTYPE_TGID; neither once it has been reaped. */
	if (pid && (BPF_CORE_READ(pid, tasks[0].first) || BPF_CORE_READ(pid, tasks[1].first)))
		out->target = pid_as_seen(pid);
}

/* What the end of a path_walk() tells: the mount namespace, and whether the path is whole. */
static __always_inline void tell_where(struct scratch *s, struct ct_file *out)
{
	if (!s->done)
		out->flags |= CT_FILE_PATH_CUT;
	struct task_struct *task = (struct task_struct *)s->task;
	struct mount *top = (struct mount *)s->mnt;
	struct mnt_namespace *ns = BPF_CORE_READ(top, mnt_ns);
	int internal = (long)ns == -22; /* MNT_NS_INTERNAL: ERR_PTR(-EINVAL) */
	out->mnt_ns = ns && !internal ? BPF_CORE_READ(ns, ns.inum) : 0;
	if (internal) {
		out->flags |= CT_FILE_INTERNAL;
	} else if (!out->mnt_ns || out->mnt_ns == MNT_NS_ANON_INUM) {
		out->mnt_ns = 0;
		out->flags |= CT_FILE_DETACHED;
	} else if (ns != BPF_CORE_READ(task, nsproxy, mnt_ns)) {
		out->flags |= CT_FILE_OTHER_NS;
	}
}

/* Captures one file of s->task. `where`: AT_FD with `fd`, or a place; AT_MOUNT: the root of the mount s->pointer. For
 * CT_CAP_MAGIC, s->magic_prefix is told. */
__noinline int capture_file(u32 arg, u32 kind, u32 where, u32 fd)
{
	struct scratch *s = get_scratch();
	if (!s)
		return 0;
	struct task_struct *task = (struct task_struct *)s->task;
	struct file *opened = 0;
	struct vfsmount *vfsmount = 0;
	struct dentry *dentry = 0;
	if (where == AT_FD || where == AT_EXE) {
		opened = where == AT_FD ? fd_file(task, fd) : BPF_CORE_READ(task, mm, exe_file);
		vfsmount = BPF_CORE_READ(opened, f_path.mnt);
		dentry = BPF_CORE_READ(opened, f_path.dentry);
	} else if (where == AT_MOUNT) {
		struct mount *of = (struct mount *)s->pointer;
		vfsmount = of ? &of->mnt : 0;
		dentry = BPF_CORE_READ(of, mnt.mnt_root);
	} else {
		struct fs_struct *fs = BPF_CORE_READ(task, fs);
		vfsmount = where == AT_CWD ? BPF_CORE_READ(fs, pwd.mnt) : BPF_CORE_READ(fs, root.mnt);
		dentry = where == AT_CWD ? BPF_CORE_READ(fs, pwd.dentry) : BPF_CORE_READ(fs, root.dentry);
	}
	if (!capture_begin(s, arg, kind))
		return 0;
	if (!dentry || !vfsmount) {
		capture_end(s, CT_NO_FILE);
		return 0;
	}
	u64 at = pinned(s->offset);
	u32 extra = 0;
	if (at > CT_RECORD_MAX) {
		s->cut = 1;
		s->offset = s->capture;
		return 0;
	}
	if (kind == CT_CAP_MAGIC) {
		__u32 *magic = (__u32 *)(s->data + at);
		magic[0] = s->magic_prefix;
		magic[1] = 0;
		extra = 8;
		at += 8;
	}
	struct ct_file *out = (struct ct_file *)(s->data + at);
	__builtin_memset(out, 0, sizeof(*out));
	struct mount *mnt = (void *)vfsmount - bpf_core_field_offset(struct mount, mnt);
	struct inode *inode = opened ? BPF_CORE_READ(opened, f_inode) : BPF_CORE_READ(dentry, d_inode);
	struct super_block *sb = BPF_CORE_READ(dentry, d_sb);
	const char *type = BPF_CORE_READ(sb, s_type, name);
	out->fd = where == AT_FD ? (s32)fd : -1;
	out->ino = BPF_CORE_READ(inode, i_ino);
	out->mode = BPF_CORE_READ(inode, i_mode);
	out->rdev = BPF_CORE_READ(inode, i_rdev);
	out->sb_magic = BPF_CORE_READ(sb, s_magic);
	out->dev = BPF_CORE_READ(sb, s_dev);
	out->mnt_id = BPF_CORE_READ(mnt, mnt_id);
	out->mnt_parent_id = BPF_CORE_READ(mnt, mnt_parent, mnt_id);
	out->open_flags = opened ? BPF_CORE_READ(opened, f_flags) : 0;
	if (opened && BPF_CORE_READ(opened, f_mode) & FMODE_NEED_UNMOUNT)
		count_references(out, opened);
	bpf_probe_read_kernel_str(out->fs_type, sizeof(out->fs_type), type);
	fill_special(s, out, opened, inode, dentry);
	if (BPF_CORE_READ(dentry, d_parent) != dentry && !BPF_CORE_READ(dentry, d_hash.pprev))
		out->flags |= CT_FILE_DELETED;
	s->dentry = (u64)dentry;
	s->mnt = (u64)mnt;
	s->index = extra + sizeof(struct ct_file);
	s->offset = at + sizeof(struct ct_file);
	path_walk();
	if (where == AT_ROOT && s->offset != at + sizeof(struct ct_file))
		out->flags |= CT_FILE_CHROOT;
	tell_where(s, out);
	capture_end(s, s->done ? CT_OK : CT_TRUNCATED);
	return 0;
}

static __always_inline int is_control_file(struct task_struct *task, u32 fd)
{
	struct file *file = fd_file(task, fd);
	if (!file)
		return 0;
	u64 magic = BPF_CORE_READ(file, f_inode, i_sb, s_magic);
	return magic == PROC_MAGIC || magic == CGROUP_MAGIC || magic == CGROUP2_MAGIC || magic == SYSFS_MAGIC;
}

/* Whether descriptor `fd` is the standard error stream: 2, and 1 where that has been made the same, as a shell does for
 * echo >&2. */
static __always_inline int is_stderr(struct task_struct *task, struct task_state *state, u32 fd)
{
	if (fd != 2 && (fd != 1 || !state->own_stdout || fd_file(task, 1) != fd_file(task, 2)))
		return 0;
	return !is_control_file(task, fd);
}

/* Whether descriptors 1 and 2 are different files. */
static __always_inline int has_own_stdout(struct task_struct *task)
{
	struct file *out = fd_file(task, 1), *err = fd_file(task, 2);
	return out && err && BPF_CORE_READ(out, f_inode) != BPF_CORE_READ(err, f_inode);
}

/* Whether it holds a mount tree that is attached nowhere, and would be dissolved with its last holder. */
static __always_inline int holds_detached_tree(struct file *file)
{
	if (!file || !(BPF_CORE_READ(file, f_mode) & FMODE_NEED_UNMOUNT))
		return 0;
	void *vfsmount = BPF_CORE_READ(file, f_path.mnt);
	struct mount *mnt = vfsmount - bpf_core_field_offset(struct mount, mnt);
	struct mnt_namespace *ns = BPF_CORE_READ(mnt, mnt_ns);
	u32 inum = BPF_CORE_READ(ns, ns.inum);
	return ns && (!inum || inum == MNT_NS_ANON_INUM);
}

static __always_inline int is_fs_context(struct file *file)
{
	char name[12] = {};
	if (!file || BPF_CORE_READ(file, f_inode, i_sb, s_magic) != ANON_INODE_MAGIC)
		return 0;
	bpf_probe_read_kernel_str(name, sizeof(name), BPF_CORE_READ(file, f_path.dentry, d_name.name));
	return same_name(name, "[fscontext]", sizeof(name));
}

/* Whether a filesystem, and what is mounted of it, may go with `fd`. */
static __always_inline int keeps_filesystem(struct task_struct *task, u32 fd)
{
	struct file *file = fd_file(task, fd);
	return holds_detached_tree(file) || is_fs_context(file);
}

/* The log of the filesystem context that `fd` is; NULL: it is none. */
static __noinline struct fc_log *fs_context_log(struct scratch *s, u32 fd)
{
	struct file *file = fd_file((struct task_struct *)s->task, fd);
	if (!is_fs_context(file))
		return 0;
	struct fs_context *context = BPF_CORE_READ(file, private_data);
	return BPF_CORE_READ(context, log.log);
}

/* The number of the next message in that log, from which its slot follows. */
__noinline int fs_log_head(u32 fd)
{
	struct scratch *s = get_scratch();
	if (!s)
		return 0;
	struct fc_log *log = fs_context_log(s, fd);
	return log ? BPF_CORE_READ(log, head) : 0;
}

/* The newest message in the log of the filesystem context that `fd` is, when it is newer than `before`: an older one,
 * which nobody has read yet, is about another call. Reading the descriptor would consume it. */
__noinline int capture_fs_message(u32 fd, u32 before)
{
	struct scratch *s = get_scratch();
	if (!s)
		return 0;
	struct fc_log *log = fs_context_log(s, fd);
	u8 head = BPF_CORE_READ(log, head), tail = BPF_CORE_READ(log, tail);
	if (!log || head == tail || head == (u8)before)
		return 0;
	char *text = 0;
	u32 slot = (head - 1) & 7;
	bpf_probe_read_kernel(&text, sizeof(text), &log->buffer[slot]);
	if (!text || !capture_begin(s, 0, CT_CAP_FS_MESSAGE))
		return 0;
	u64 at = pinned(s->offset);
	if (at > CT_RECORD_MAX)
		return 0;
	long length = bpf_probe_read_kernel_str(s->data + at, 1024, text);
	if (length > 1)
		s->offset = at + ((length - 1) & 0x7ff);
	capture_end(s, CT_OK);
	return 0;
}
