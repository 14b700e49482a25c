/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a call that succeeded has made of its caller: namespaces, places, and the newest mount. The kernel's own structs
 * say it, so that nobody has to infer it from arguments. */
#pragma once

#include "mount_targets.h"
#include "snapshot.h"

#define CT_ROW_AFTER (CT_ROW_AFTER_NAMESPACES | CT_ROW_AFTER_CWD | CT_ROW_AFTER_ROOT | CT_ROW_AFTER_MOUNTS | \
		      CT_ROW_AFTER_TREE | CT_ROW_AFTER_MOVE | CT_ROW_AFTER_TARGET)
#define MNT_CURSOR 0x10000000 /* no mount, but the place of who reads /proc/PID/mounts */

/* The newest mount into s->pointer: the one with the highest mnt_id_unique. */
static __always_inline void newest_of_tree(struct scratch *s, struct mnt_namespace *ns)
{
	struct rb_node *node = 0;
	if (bpf_core_field_exists(ns->mnt_last_node)) {
		node = BPF_CORE_READ(ns, mnt_last_node);
	} else {
		struct rb_node *right = BPF_CORE_READ(ns, mounts.rb_node);
		for (int i = 0; i < 64 && right; i++) {
			node = right;
			right = BPF_CORE_READ(node, rb_right);
		}
		if (right)
			return;
	}
	if (node)
		s->pointer = (u64)((void *)node - bpf_core_field_offset(struct mount, mnt_node));
}

/* The same where mounts are kept in a list: who comes is put at its end (commit_tree, fs/namespace.c). */
static __always_inline void newest_of_list(struct scratch *s, struct mnt_namespace___list *ns)
{
	struct list_head *entry = BPF_CORE_READ(ns, list.prev);
	for (int i = 0; i < 64; i++) {
		if (!entry || entry == &ns->list)
			return;
		struct mount *mnt = (void *)entry - bpf_core_field_offset(struct mount, mnt_list);
		if (!(BPF_CORE_READ(mnt, mnt.mnt_flags) & MNT_CURSOR)) {
			s->pointer = (u64)mnt;
			return;
		}
		entry = BPF_CORE_READ(entry, prev);
	}
}

/* What the mount s->pointer shows: arguments name it by a path that may lead through symbolic links, or not at all. */
__noinline int capture_mount(void)
{
	struct scratch *s = get_scratch();
	if (!s || !s->pointer)
		return 0;
	struct mount *mnt = (struct mount *)s->pointer;
	if (capture_begin(s, CT_ARG_MOUNT_ROOT, CT_CAP_STRING)) {
		s->dentry = (u64)BPF_CORE_READ(mnt, mnt.mnt_root);
		s->mnt = 0; /* up to the root of the filesystem, whatever is mounted */
		path_walk();
		capture_end(s, s->done ? CT_OK : CT_TRUNCATED);
	}
	if (capture_begin(s, CT_ARG_MOUNT_SOURCE, CT_CAP_STRING)) {
		u64 at = pinned(s->offset);
		if (at > CT_RECORD_MAX)
			return 0;
		const char *name = BPF_CORE_READ(mnt, mnt_devname);
		long length = bpf_probe_read_kernel_str(s->data + at, CT_PATH_MAX, name);
		if (length > 0)
			s->offset = at + ((length - 1) & (2 * CT_PATH_MAX - 1));
		capture_end(s, length > 0 ? CT_OK : name ? CT_FAULT : CT_NULL);
	}
	return 0;
}

/* The same of the mount that a descriptor is in. */
__noinline int capture_mount_of(u32 fd)
{
	struct scratch *s = get_scratch();
	if (!s)
		return 0;
	struct file *file = fd_file((struct task_struct *)s->task, fd);
	struct vfsmount *vfsmount = BPF_CORE_READ(file, f_path.mnt);
	if (!vfsmount)
		return 0;
	s->pointer = (u64)((void *)vfsmount - bpf_core_field_offset(struct mount, mnt));
	return capture_mount();
}

__noinline int capture_newest_mount(void)
{
	struct scratch *s = get_scratch();
	if (!s)
		return 0;
	struct task_struct *task = (struct task_struct *)s->task;
	struct mnt_namespace *ns = BPF_CORE_READ(task, nsproxy, mnt_ns);
	s->pointer = 0;
	if (!ns)
		return 0;
	if (bpf_core_field_exists(ns->nr_mounts))
		newest_of_tree(s, ns);
	else
		newest_of_list(s, (struct mnt_namespace___list *)ns);
	if (!s->pointer)
		return 0;
	capture_file(CT_ARG_NEWEST_MOUNT, CT_CAP_FILE, AT_MOUNT, 0);
	return capture_mount();
}

__noinline int capture_mount_count(void)
{
	struct scratch *s = get_scratch();
	if (!s || !capture_begin(s, CT_ARG_MOUNT_COUNT, CT_CAP_COUNT))
		return 0;
	u64 at = pinned(s->offset);
	if (at > CT_RECORD_MAX)
		return 0;
	struct task_struct *task = (struct task_struct *)s->task;
	struct mnt_namespace *ns = BPF_CORE_READ(task, nsproxy, mnt_ns);
	struct mnt_namespace___list *old = (void *)ns;
	u32 mounts = 0;
	if (bpf_core_field_exists(ns->nr_mounts))
		mounts = BPF_CORE_READ(ns, nr_mounts);
	else
		mounts = BPF_CORE_READ(old, mounts);
	*(u64 *)(s->data + at) = mounts;
	s->offset = at + 8;
	capture_end(s, CT_OK);
	return 0;
}

__noinline int capture_namespaces(void)
{
	struct scratch *s = get_scratch();
	if (!s || !capture_begin(s, CT_ARG_NAMESPACES, CT_CAP_NAMESPACES))
		return 0;
	u64 at = pinned(s->offset);
	if (at > CT_RECORD_MAX)
		return 0;
	struct task_struct *task = (struct task_struct *)s->task;
	fill_namespaces(task, (u32 *)(s->data + at));
	if (!(((struct ct_record *)s->data)->flags & CT_FLAG_STRANGER))
		note_mount_namespace(task);
	s->offset = at + CT_NS_COUNT * sizeof(u32);
	capture_end(s, CT_OK);
	return 0;
}

/* What the row says of s->task. `first`: the call's first argument. */
__noinline int capture_aftermath(u32 flags, u32 first, u32 ret, u64 enter_ns)
{
	if (flags & CT_ROW_AFTER_NAMESPACES)
		capture_namespaces();
	if (flags & CT_ROW_AFTER_CWD)
		capture_file(CT_ARG_CWD, CT_CAP_FILE, AT_CWD, 0);
	if (flags & CT_ROW_AFTER_ROOT)
		capture_file(CT_ARG_ROOT, CT_CAP_FILE, AT_ROOT, 0);
	if (flags & CT_ROW_AFTER_MOUNTS) {
		capture_newest_mount();
		capture_mount_count();
	}
	if (flags & CT_ROW_AFTER_TREE)
		capture_mount_of(ret);
	if (flags & CT_ROW_AFTER_MOVE && (s32)first >= 0)
		capture_file(CT_ARG_MOVED, CT_CAP_FILE, AT_FD, first);
	if (flags & CT_ROW_AFTER_TARGET)
		capture_mount_target(enter_ns);
	return 0;
}
