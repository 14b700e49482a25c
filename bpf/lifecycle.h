/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Which tasks are followed, and what becomes of them: fork, exec, exit, cgroup moves; and the iterator that finds the
 * tasks that are there when tracing begins. Following happens here, in the kernel: a followed task's child is followed
 * before it can run. */
#pragma once

#include "descriptors.h"
#include "last_words.h"
#include "signals.h"
#include "snapshot.h"

/* The state of a task, from now on. NULL: the table is full, which is counted. Not inlined: a state on the stack of a
 * tracepoint's program would leave too little for what that calls. */
static __noinline struct task_state *add_task(struct task_struct *task, u32 tid, int stranger)
{
	struct task_state *state = bpf_map_lookup_elem(&tasks, &tid);
	if (state)
		return state;
	struct task_state fresh = {.task = (u64)task, .tgid = stranger ? 0 : tgid_as_seen(task), .stranger = stranger};
	if (bpf_map_update_elem(&tasks, &tid, &fresh, BPF_NOEXIST) == 0 && !stranger)
		__sync_fetch_and_add(&live_tasks, 1);
	/* Somebody else may have been faster: a fork and the iterator. */
	state = bpf_map_lookup_elem(&tasks, &tid);
	if (!state)
		count(CT_LOSS_TASKS_FULL);
	return state;
}

static __always_inline struct task_state *follow(struct task_struct *task, u32 tid) { return add_task(task, tid, 0); }

static __always_inline void unfollow(u32 tid, int stranger)
{
	if (bpf_map_delete_elem(&tasks, &tid) == 0 && !stranger)
		__sync_fetch_and_add(&live_tasks, -1);
}

/* Whether s->pointer, a task, is of a target: s->done. Otherwise goes on to the process that made its process. */
__noinline int is_target_step(void)
{
	struct scratch *s = get_scratch();
	if (!s)
		return 1;
	struct task_struct *task = (struct task_struct *)s->pointer;
	u32 tgid = tgid_as_seen(task);
	if (bpf_map_lookup_elem(&targets, &tgid)) {
		s->done = 1;
		return 1;
	}
	struct task_struct *parent = BPF_CORE_READ(task, group_leader, real_parent);
	if (!parent || parent == task || BPF_CORE_READ(task, tgid) <= 1)
		return 1;
	s->pointer = (u64)parent;
	return 0;
}

__noinline int is_target_steps(void)
{
	for (int i = 0; i < 8; i++)
		if (is_target_step())
			return 1;
	return 0;
}

/* Whether the task, or a process that it descends from, is a target. */
static __noinline int descends_from_target(struct task_struct *task)
{
	struct scratch *s = get_scratch();
	if (!s)
		return 0;
	s->pointer = (u64)task;
	s->done = 0;
	for (int i = 0; i < 16; i++)
		if (is_target_steps())
			break;
	return s->done;
}

SEC("raw_tp/sched_process_fork")
int process_fork(struct bpf_raw_tracepoint_args *ctx)
{
	struct task_struct *parent = (struct task_struct *)ctx->args[0];
	struct task_struct *child = (struct task_struct *)ctx->args[1];
	u32 tid = current_tid();
	struct task_state *maker = followed(tid);
	if (!maker) {
		if (current_tgid() == own_tgid)
			return 0;
		/* Its parent may end, and then the iterator could not tell any more what the child descends from. */
		if (!follow_all && !(searching && descends_from_target(parent)))
			return 0;
	}
	u32 child_tid = BPF_CORE_READ(child, pid);
	struct task_state *state = follow(child, child_tid);
	if (state) {
		state->told = 1;
		state->own_stdout = maker ? maker->own_stdout : 0;
	}
	struct scratch *s = begin(parent, CT_REC_FORK, sizeof(struct ct_fork), task_abi(parent));
	if (!s)
		return 0;
	struct ct_fork *out = (struct ct_fork *)s->data;
	out->child_start_ns = BPF_CORE_READ(child, start_boottime);
	out->child_tid = tid_as_seen(child);
	out->child_tgid = tgid_as_seen(child);
	__builtin_memset(out->child_pids, 0, sizeof(out->child_pids));
	out->levels = fill_pids(BPF_CORE_READ(child, thread_pid), out->child_pids);
	out->pad = 0;
	fill_namespaces(child, out->child_ns);
	note_mount_namespace(child);
	/* clone3 with CLONE_INTO_CGROUP: nobody is moved, and no event of cgroups tells of it. */
	if (BPF_CORE_READ(child, cgroups, dfl_cgrp) != BPF_CORE_READ(parent, cgroups, dfl_cgrp)) {
		s->task = (u64)child;
		capture_cgroup();
	}
	send(s, 0);
	return 0;
}

static __always_inline void capture_secureexec(struct scratch *s, struct linux_binprm *bprm)
{
	if (!capture_begin(s, CT_ARG_SECUREEXEC, CT_CAP_COUNT))
		return;
	u64 at = pinned(s->offset);
	if (at > CT_RECORD_MAX)
		return;
	*(u64 *)(s->data + at) = BPF_CORE_READ_BITFIELD_PROBED(bprm, secureexec);
	s->offset = at + 8;
	capture_end(s, CT_OK);
}

SEC("raw_tp/sched_process_exec")
int process_exec(struct bpf_raw_tracepoint_args *ctx)
{
	struct task_struct *task = (struct task_struct *)ctx->args[0];
	u32 old_tid = (u32)ctx->args[1];
	u32 tid = current_tid();
	struct task_state *state = bpf_map_lookup_elem(&tasks, &old_tid);
	if (!state)
		return 0;
	if (old_tid != tid) {
		/* A thread that was not the leader has taken the leader's tid, in mid-call. */
		struct task_state moved = *state;
		if (bpf_map_update_elem(&tasks, &tid, &moved, BPF_NOEXIST) == 0 && !moved.stranger)
			__sync_fetch_and_add(&live_tasks, 1);
		else
			bpf_map_update_elem(&tasks, &tid, &moved, BPF_EXIST);
		unfollow(old_tid, moved.stranger);
		/* Of last words nobody could tell any more whose they were. */
		bpf_map_delete_elem(&kept_words, &old_tid);
		state = bpf_map_lookup_elem(&tasks, &tid);
		if (!state)
			return 0;
	}
	tell_last_words(state);
	state->said = 0;
	state->made_node = 0;
	state->own_stdout = has_own_stdout(task);
	struct scratch *s = snapshot(task, CT_REC_EXEC);
	if (!s)
		return 0;
	struct ct_exec *out = (struct ct_exec *)s->data;
	if (old_tid != tid)
		out->old_tid = own_level ? state->enter_tid : old_tid;
	struct linux_binprm *bprm = (struct linux_binprm *)ctx->args[2];
	capture_secureexec(s, bprm);
	if (state->row && state->faulted)
		capture_executed(bprm);
	if (capture_table(CT_ARG_OPEN))
		out->record.flags |= CT_FLAG_FILES_TOLD;
	if (state->stranger)
		out->record.flags |= CT_FLAG_STRANGER;
	else
		note_mount_namespace(task);
	send(s, 0);
	return 0;
}

SEC("raw_tp/sched_process_exit")
int process_exit(struct bpf_raw_tracepoint_args *ctx)
{
	struct task_struct *task = (struct task_struct *)ctx->args[0];
	u32 tid = current_tid();
	struct task_state *state = bpf_map_lookup_elem(&tasks, &tid);
	if (!state)
		return 0;
	tell_last_words(state);
	u32 flags = (state->row && !state->keeps ? CT_FLAG_IN_CALL : 0) | (state->stranger ? CT_FLAG_STRANGER : 0);
	unfollow(tid, state->stranger);
	struct scratch *s = begin(task, CT_REC_TASK_EXIT, sizeof(struct ct_task_exit), task_abi(task));
	if (!s)
		return 0;
	struct ct_task_exit *out = (struct ct_task_exit *)s->data;
	out->code = BPF_CORE_READ(task, exit_code);
	out->killer = CT_KILLER_UNKNOWN;
	out->killer_tgid = 0;
	out->pad = 0;
	__builtin_memset(out->killer_comm, 0, sizeof(out->killer_comm));
	out->record.flags = flags;
	if (BPF_CORE_READ(task, signal, live.counter) == 0) {
		out->record.flags |= CT_FLAG_GROUP_DEAD;
		tell_killer(task, out);
	}
	if (has_own_table(task) && capture_table(CT_ARG_HELD))
		out->record.flags |= CT_FLAG_FILES_TOLD;
	send(s, live_tasks == 0 ? BPF_RB_FORCE_WAKEUP : 0);
	return 0;
}

SEC("raw_tp/cgroup_attach_task")
int cgroup_attach(struct bpf_raw_tracepoint_args *ctx)
{
	struct cgroup *group = (struct cgroup *)ctx->args[0];
	const char *path = (const char *)ctx->args[1];
	struct task_struct *moved = (struct task_struct *)ctx->args[2];
	u32 mover_tid = current_tid(), moved_tid = BPF_CORE_READ(moved, pid);
	if (!follow_all && !followed(mover_tid) && !followed(moved_tid))
		return 0;
	struct task_struct *mover = (struct task_struct *)bpf_get_current_task();
	struct scratch *s = begin(mover, CT_REC_CGROUP, sizeof(struct ct_cgroup), task_abi(mover));
	if (!s)
		return 0;
	struct ct_cgroup *out = (struct ct_cgroup *)s->data;
	out->cgroup_id = BPF_CORE_READ(group, kn, id);
	out->task_start_ns = BPF_CORE_READ(moved, start_boottime);
	out->tid = tid_as_seen(moved);
	out->tgid = tgid_as_seen(moved);
	out->hierarchy = BPF_CORE_READ(group, root, hierarchy_id);
	out->threadgroup = ctx->args[3] & 1;
	if (capture_begin(s, CT_ARG_CGROUP, CT_CAP_STRING)) {
		u64 at = pinned(s->offset);
		long length = 0;
		if (at <= CT_RECORD_MAX)
			length = bpf_probe_read_kernel_str(s->data + at, CT_PATH_MAX, path);
		if (length > 1)
			s->offset = at + ((length - 1) & (2 * CT_PATH_MAX - 1));
		capture_end(s, CT_OK);
	}
	send(s, 0);
	return 0;
}

/* Told by what the kernel's structs have: a version would be wrong wherever somebody backports. */
static __always_inline u32 find_traits(void)
{
	struct mount *mnt = 0;
	struct mnt_namespace *ns = 0;
	return (bpf_core_field_exists(ns->nr_mounts) ? CT_TRAIT_BY_ID : 0) |
	       (bpf_core_field_exists(mnt->overmount) ? CT_TRAIT_OVERMOUNT : 0);
}

/* Run by cttrace when the hooks are live, again until it finds nothing new: a task that forks meanwhile may have a
 * child whose number the iterator has passed already. The very first run, without targets, finds out who we are. */
SEC("iter/task")
int find_tasks(struct bpf_iter__task *ctx)
{
	struct task_struct *task = ctx->task;
	if (!task)
		return 0;
	if (!own_tgid) {
		struct task_struct *self = (struct task_struct *)bpf_get_current_task();
		own_level = BPF_CORE_READ(self, thread_pid, level);
		own_tgid = current_tgid();
		kernel_traits = find_traits();
	}
	u32 tid = BPF_CORE_READ(task, pid);
	struct task_state *state = bpf_map_lookup_elem(&tasks, &tid);
	if ((state && state->told) || BPF_CORE_READ(task, tgid) == (int)own_tgid)
		return 0;
	if (!follow_all && !descends_from_target(task))
		return 0;
	state = follow(task, tid);
	if (!state)
		return 0;
	if (BPF_CORE_READ(task, flags) & PF_EXITING) {
		/* Its end may have been told before it was followed. */
		unfollow(tid, 0);
		return 0;
	}
	state->told = 1;
	__sync_fetch_and_add(&new_tasks, 1);
	struct scratch *s = snapshot(task, CT_REC_SNAPSHOT);
	if (!s)
		return 0;
	note_mount_namespace(task);
	send(s, 0);
	return 0;
}
