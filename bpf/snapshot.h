/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The kernel's own answer about a task: namespaces, pids, identity, capabilities, maps, cgroup, places. */
#pragma once

#include "files.h"

static __always_inline u64 capabilities(const void *set)
{
	u64 value = 0;
	bpf_probe_read_kernel(&value, sizeof(value), set);
	return value;
}

static __always_inline u32 fill_pids(struct pid *pid, u32 *pids)
{
	u32 level = BPF_CORE_READ(pid, level);
	u32 from = own_level, told = 0;
	for (u32 i = 0; i < CT_NS_LEVELS; i++) {
		u32 nr = 0;
		if (from + i > level)
			break;
		bpf_probe_read_kernel(&nr, sizeof(nr), &pid->numbers[(from + i) & 31].nr);
		pids[i] = nr;
		told = i + 1;
	}
	return told;
}

static __always_inline void fill_namespaces(struct task_struct *task, u32 *ns)
{
	struct nsproxy *proxy = BPF_CORE_READ(task, nsproxy);
	struct pid *pid = BPF_CORE_READ(task, thread_pid);
	u32 level = BPF_CORE_READ(pid, level);
	struct pid_namespace *pid_ns = 0;
	bpf_probe_read_kernel(&pid_ns, sizeof(pid_ns), &pid->numbers[level & 31].ns);
	ns[CT_NS_MNT] = BPF_CORE_READ(proxy, mnt_ns, ns.inum);
	ns[CT_NS_UTS] = BPF_CORE_READ(proxy, uts_ns, ns.inum);
	ns[CT_NS_IPC] = BPF_CORE_READ(proxy, ipc_ns, ns.inum);
	ns[CT_NS_NET] = BPF_CORE_READ(proxy, net_ns, ns.inum);
	ns[CT_NS_CGROUP] = BPF_CORE_READ(proxy, cgroup_ns, ns.inum);
	ns[CT_NS_PID] = BPF_CORE_READ(pid_ns, ns.inum);
	ns[CT_NS_PID_FOR_CHILDREN] = BPF_CORE_READ(proxy, pid_ns_for_children, ns.inum);
	ns[CT_NS_TIME] = BPF_CORE_READ(proxy, time_ns, ns.inum);
	ns[CT_NS_TIME_FOR_CHILDREN] = BPF_CORE_READ(proxy, time_ns_for_children, ns.inum);
	ns[CT_NS_USER] = BPF_CORE_READ(task, cred, user_ns, ns.inum);
}

static __always_inline void fill_identity(struct task_struct *task, struct ct_exec *out)
{
	const struct cred *cred = BPF_CORE_READ(task, cred);
	out->uid = BPF_CORE_READ(cred, uid.val);
	out->gid = BPF_CORE_READ(cred, gid.val);
	out->suid = BPF_CORE_READ(cred, suid.val);
	out->sgid = BPF_CORE_READ(cred, sgid.val);
	out->euid = BPF_CORE_READ(cred, euid.val);
	out->egid = BPF_CORE_READ(cred, egid.val);
	out->fsuid = BPF_CORE_READ(cred, fsuid.val);
	out->fsgid = BPF_CORE_READ(cred, fsgid.val);
	out->securebits = BPF_CORE_READ(cred, securebits);
	out->cap_inheritable = capabilities(&cred->cap_inheritable);
	out->cap_permitted = capabilities(&cred->cap_permitted);
	out->cap_effective = capabilities(&cred->cap_effective);
	out->cap_bounding = capabilities(&cred->cap_bset);
	out->cap_ambient = capabilities(&cred->cap_ambient);
	out->user_ns_level = BPF_CORE_READ(cred, user_ns, level);
	out->no_new_privs = BPF_CORE_READ(task, atomic_flags) & 1; /* PFA_NO_NEW_PRIVS */
	out->seccomp_mode = BPF_CORE_READ(task, seccomp.mode);
	out->seccomp_filters = ~0u;
	if (bpf_core_field_exists(task->seccomp.filter_count))
		out->seccomp_filters = BPF_CORE_READ(task, seccomp.filter_count.counter);
	out->oom_score_adj = (u32)(s32)BPF_CORE_READ(task, signal, oom_score_adj);
}

/* A uid or gid map: at most 340 extents, the first five of which lie in the struct itself. */
__noinline int capture_id_map(u32 arg)
{
	struct scratch *s = get_scratch();
	if (!s || !capture_begin(s, arg, CT_CAP_ID_MAP))
		return 0;
	u64 at = pinned(s->offset);
	if (at > CT_RECORD_MAX)
		return 0;
	struct task_struct *task = (struct task_struct *)s->task;
	struct user_namespace *ns = BPF_CORE_READ(task, cred, user_ns);
	struct uid_gid_map *map = arg == CT_ARG_UID_MAP ? &ns->uid_map : &ns->gid_map;
	u32 extents = BPF_CORE_READ(map, nr_extents);
	u32 size = (extents > 340 ? 340 : extents) * sizeof(struct ct_id_extent);
	const void *from = extents > 5 ? (const void *)BPF_CORE_READ(map, forward) : (const void *)&map->extent;
	u32 status = CT_OK;
	if (size && bpf_probe_read_kernel(s->data + at, size & 0xfff, from)) {
		status = CT_FAULT;
		count(CT_LOSS_READ_FAULT);
	} else {
		s->offset = at + (size & 0xfff);
	}
	capture_end(s, status);
	return 0;
}

__noinline int capture_groups(void)
{
	struct scratch *s = get_scratch();
	if (!s || !capture_begin(s, CT_ARG_GROUPS, CT_CAP_IDS))
		return 0;
	u64 at = pinned(s->offset);
	if (at > CT_RECORD_MAX)
		return 0;
	struct task_struct *task = (struct task_struct *)s->task;
	struct group_info *groups = BPF_CORE_READ(task, cred, group_info);
	u32 number = BPF_CORE_READ(groups, ngroups);
	u32 status = CT_OK;
	if (number > CT_ARRAY_MAX / 4) {
		number = CT_ARRAY_MAX / 4;
		status = CT_TRUNCATED;
		s->truncated++;
	}
	u32 size = number * 4;
	if (size && bpf_probe_read_kernel(s->data + at, size & (2 * CT_ARRAY_MAX - 1), &groups->gid)) {
		status = CT_FAULT;
		count(CT_LOSS_READ_FAULT);
	} else {
		s->offset = at + (size & (2 * CT_ARRAY_MAX - 1));
	}
	capture_end(s, status);
	return 0;
}

__noinline int cgroup_step(void)
{
	struct scratch *s = get_scratch();
	if (!s)
		return 1;
	struct kernfs_node *node = (struct kernfs_node *)s->dentry;
	struct kernfs_node *parent = 0;
	if (bpf_core_field_exists(node->__parent))
		parent = BPF_CORE_READ(node, __parent);
	else
		parent = BPF_CORE_READ(node, parent);
	u64 at = pinned(s->offset);
	if (!parent || at > CT_RECORD_MAX)
		return 1;
	const char *name = BPF_CORE_READ(node, name);
	long length = bpf_probe_read_kernel_str(s->data + at, 256, name);
	if (length > 0)
		s->offset = at + (length & 0x1ff);
	s->dentry = (u64)parent;
	return 0;
}

/* The path of the task's cgroup2 group, leaf first like a file's. */
__noinline int capture_cgroup(void)
{
	struct scratch *s = get_scratch();
	if (!s || !capture_begin(s, CT_ARG_CGROUP, CT_CAP_STRING))
		return 0;
	struct task_struct *task = (struct task_struct *)s->task;
	s->dentry = (u64)BPF_CORE_READ(task, cgroups, dfl_cgrp, kn);
	int i = 0;
	for (; i < 64; i++)
		if (cgroup_step())
			break;
	if (i == 64)
		count(CT_LOSS_PATH_DEPTH);
	capture_end(s, i == 64 ? CT_TRUNCATED : CT_OK);
	return 0;
}

/* What was executed and its arguments, from the kernel and from the new program's memory: execve's own strings are gone
 * with the old one's. */
__noinline int capture_executed_strings(u64 filename, u64 from, u64 to)
{
	struct scratch *s = get_scratch();
	if (!s)
		return 0;
	if (capture_begin(s, CT_ARG_FILENAME, CT_CAP_STRING)) {
		u64 at = pinned(s->offset);
		if (at > CT_RECORD_MAX)
			return 0;
		long length = bpf_probe_read_kernel_str(s->data + at, CT_PATH_MAX, (void *)filename);
		if (length > 0)
			s->offset = at + ((length - 1) & (2 * CT_PATH_MAX - 1));
		capture_end(s, length > 0 ? CT_OK : CT_FAULT);
	}
	if (capture_begin(s, CT_ARG_ARGV, CT_CAP_STRINGS)) {
		u64 at = pinned(s->offset);
		u64 size = to - from;
		u32 status = CT_OK;
		if (at > CT_RECORD_MAX)
			return 0;
		if (size > CT_PATH_MAX) {
			size = CT_PATH_MAX;
			status = CT_TRUNCATED;
			s->truncated++;
		}
		size = pinned(size);
		if (size > CT_PATH_MAX || bpf_probe_read_user(s->data + at, size, (void *)from))
			status = CT_FAULT;
		else
			s->offset = at + size;
		capture_end(s, status);
	}
	return 0;
}

static __always_inline void capture_executed(struct linux_binprm *bprm)
{
	struct mm_struct *mm = BPF_CORE_READ(bprm, mm);
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	if (!mm)
		mm = BPF_CORE_READ(task, mm);
	capture_executed_strings((u64)BPF_CORE_READ(bprm, filename), BPF_CORE_READ(mm, arg_start), BPF_CORE_READ(mm, arg_end));
}

/* Begins a record with a snapshot of `task`. NULL: counted as lost. */
static __always_inline struct scratch *snapshot(struct task_struct *task, u32 kind)
{
	struct scratch *s = begin(task, kind, sizeof(struct ct_exec), task_abi(task));
	if (!s)
		return 0;
	struct ct_exec *out = (struct ct_exec *)s->data;
	out->old_tid = out->record.tid;
	out->parent_tgid = tgid_as_seen(BPF_CORE_READ(task, real_parent));
	out->pad = 0;
	out->start_boottime_ns = BPF_CORE_READ(task, start_boottime);
	__builtin_memset(out->pids, 0, sizeof(out->pids));
	out->levels = fill_pids(BPF_CORE_READ(task, thread_pid), out->pids);
	fill_namespaces(task, out->ns);
	fill_identity(task, out);
	BPF_CORE_READ_STR_INTO(&out->comm, task, comm);
	capture_file(CT_ARG_CWD, CT_CAP_FILE, AT_CWD, 0);
	capture_file(CT_ARG_ROOT, CT_CAP_FILE, AT_ROOT, 0);
	capture_file(CT_ARG_EXE, CT_CAP_FILE, AT_EXE, 0);
	capture_cgroup();
	capture_id_map(CT_ARG_UID_MAP);
	capture_id_map(CT_ARG_GID_MAP);
	capture_groups();
	return s;
}
