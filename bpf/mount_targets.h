/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Where the paths led that name what mount, umount and move_mount change. Arguments name it by words, in which no symbolic link can
 * be seen; the kernel tells its security modules what it has found, and us with them. Where it takes no programs there
 * (fentry), nothing is told: user space loads these programs only where they can be attached. */
#pragma once

#include "files.h"

/* What was found, until the call returns. The path is walked then: from where the mount is mounted if it goes away. */
struct mount_target {
	u64 enter_ns; /* of the call */
	u64 mnt, dentry; /* where the path is walked from: struct mount *, struct dentry * */
	u64 type; /* struct file_system_type * */
	u64 magic, ino;
	u32 walked_id; /* of `mnt`: still the same mount when it is walked */
	u32 mnt_id, parent_id;
	u32 dev, mode, rdev;
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 1024); /* calls in progress at once */
	__type(key, u32); /* tid in the host's pid namespace */
	__type(value, struct mount_target);
} mount_targets SEC(".maps");

static __always_inline void note_target(struct vfsmount *vfsmount, struct dentry *dentry, int goes_away)
{
	u32 tid = current_tid();
	struct task_state *state = bpf_map_lookup_elem(&tasks, &tid);
	if (!state || !state->in_call || !state->row || !vfsmount || !dentry)
		return;
	struct mount *mnt = (void *)vfsmount - bpf_core_field_offset(struct mount, mnt);
	struct mount *parent = BPF_CORE_READ(mnt, mnt_parent);
	struct inode *inode = BPF_CORE_READ(dentry, d_inode);
	struct super_block *sb = BPF_CORE_READ(dentry, d_sb);
	struct mount_target found = {
		.enter_ns = state->enter_ns,
		.mnt = (u64)mnt,
		.dentry = (u64)dentry,
		.type = (u64)BPF_CORE_READ(sb, s_type),
		.magic = BPF_CORE_READ(sb, s_magic),
		.ino = BPF_CORE_READ(inode, i_ino),
		.mnt_id = BPF_CORE_READ(mnt, mnt_id),
		.parent_id = BPF_CORE_READ(parent, mnt_id),
		.dev = BPF_CORE_READ(sb, s_dev),
		.mode = BPF_CORE_READ(inode, i_mode),
		.rdev = BPF_CORE_READ(inode, i_rdev),
	};
	found.walked_id = found.mnt_id;
	if (goes_away && parent && parent != mnt) {
		found.mnt = (u64)parent;
		found.dentry = (u64)BPF_CORE_READ(mnt, mnt_mountpoint);
		found.walked_id = found.parent_id;
	}
	bpf_map_update_elem(&mount_targets, &tid, &found, BPF_ANY);
}

/* security_sb_mount(dev_name, path, type, flags, data): of every mount(2). */
SEC("fentry/security_sb_mount")
int mount_finds(unsigned long long *args)
{
	struct path *path = (struct path *)args[1];
	note_target(BPF_CORE_READ(path, mnt), BPF_CORE_READ(path, dentry), 0);
	return 0;
}

/* security_sb_umount(mnt, flags) */
SEC("fentry/security_sb_umount")
int umount_finds(unsigned long long *args)
{
	struct vfsmount *mnt = (struct vfsmount *)args[0];
	note_target(mnt, BPF_CORE_READ(mnt, mnt_root), 1);
	return 0;
}

/* security_move_mount(from_path, to_path) */
SEC("fentry/security_move_mount")
int move_mount_finds(unsigned long long *args)
{
	struct path *to = (struct path *)args[1];
	note_target(BPF_CORE_READ(to, mnt), BPF_CORE_READ(to, dentry), 0);
	return 0;
}

/* At the end of the call that began at `enter_ns`. */
__noinline int capture_mount_target(u64 enter_ns)
{
	struct scratch *s = get_scratch();
	u32 tid = current_tid();
	struct mount_target *found = bpf_map_lookup_elem(&mount_targets, &tid);
	if (!s || !found || found->enter_ns != enter_ns)
		return 0;
	struct mount *mnt = (struct mount *)found->mnt;
	if ((u32)BPF_CORE_READ(mnt, mnt_id) != found->walked_id || !capture_begin(s, CT_ARG_TARGET, CT_CAP_FILE))
		return 0;
	u64 at = pinned(s->offset);
	if (at > CT_RECORD_MAX) {
		s->cut = 1;
		s->offset = s->capture;
		return 0;
	}
	struct ct_file *out = (struct ct_file *)(s->data + at);
	__builtin_memset(out, 0, sizeof(*out));
	out->fd = -1;
	out->ino = found->ino;
	out->sb_magic = found->magic;
	out->dev = found->dev;
	out->rdev = found->rdev;
	out->mode = found->mode;
	out->mnt_id = found->mnt_id;
	out->mnt_parent_id = found->parent_id;
	struct file_system_type *fs_type = (struct file_system_type *)found->type;
	const char *type = BPF_CORE_READ(fs_type, name);
	bpf_probe_read_kernel_str(out->fs_type, sizeof(out->fs_type), type);
	s->dentry = found->dentry;
	s->mnt = found->mnt;
	s->offset = at + sizeof(struct ct_file);
	path_walk();
	tell_where(s, out);
	capture_end(s, s->done ? CT_OK : CT_TRUNCATED);
	return 0;
}
