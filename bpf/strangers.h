/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Strangers: tasks that are not followed, and change mounts in a mount namespace that followed ones have been in: docker's
 * daemon for containerd, kubelet for all runtimes; or in one from which mounts came into those when tracing began. These calls of theirs are recorded, each behind a snapshot of its caller,
 * as nobody sees what else they do. Without them nobody could tell what followed tasks find mounted. Who goes from there into
 * another one is told, too: a mount namespace is there as long as somebody is in it. Who has no pid where cttrace is cannot
 * be told from others: nothing is told of him. */
#pragma once

#include "lifecycle.h"
#include "registers.h"

static __always_inline int has_number(const __u64 *numbers, u32 nr)
{
	return nr < MAX_NUMBERS && numbers[pinned(nr / 64) % (MAX_NUMBERS / 64)] >> nr % 64 & 1;
}

/* A descriptor that may hold a mount is closed. */
static __noinline int closes_mount(struct task_struct *task, struct pt_regs *regs, struct call *call)
{
	read_args(regs, call);
	return keeps_filesystem(task, call->args[0]);
}

/* setns: into a mount namespace, as far as its arguments say. */
static __noinline int joins_mounts(struct pt_regs *regs, struct call *call)
{
	read_args(regs, call);
	u32 type = call->args[1];
	return !type || type & 0x00020000 /* CLONE_NEWNS */;
}

/* may_mount() of fs/namespace.c: nobody else changes anything. */
static __noinline int may_mount(struct task_struct *task)
{
	const struct cred *cred = BPF_CORE_READ(task, cred);
	int level = BPF_CORE_READ(cred, user_ns, level);
	return capabilities(&cred->cap_effective) >> 21 /* CAP_SYS_ADMIN */ & 1 &&
	       level <= BPF_CORE_READ(task, nsproxy, mnt_ns, user_ns, level);
}

/* Whether the call is to be recorded; `met`: one of its caller's was before. Of nearly all calls of everybody it costs no
 * more than the look at a bit. */
static __always_inline int changes_mounts(struct task_struct *task, struct pt_regs *regs, struct call *call, int met)
{
	if (!has_number(numbers_of_strangers, call->nr) && !(met && has_number(numbers_of_met_strangers, call->nr)))
		return 0;
	call->abi = task_abi(task);
	u64 word = pinned(call->abi * (MAX_NUMBERS / 64) + call->nr / 64);
	if (word >= NUMBER_WORDS || !(mount_numbers[word] >> call->nr % 64 & 1))
		return 0;
	if (join_numbers[word] >> call->nr % 64 & 1 && !joins_mounts(regs, call))
		return 0;
	if (!has_number(numbers_of_strangers, call->nr) &&
	    !(met && has_number(numbers_of_met_strangers, call->nr) && closes_mount(task, regs, call)))
		return 0;
	u64 id = mount_namespace_id(task);
	return bpf_map_lookup_elem(&mount_namespaces, &id) && may_mount(task);
}

/* Another call: its return is none of ours. */
static __always_inline int leave_stranger(struct task_state *state)
{
	state->in_call = 0;
	return 0;
}

static __always_inline void tell_stranger(struct task_struct *task)
{
	struct scratch *s = snapshot(task, CT_REC_SNAPSHOT);
	if (!s)
		return;
	((struct ct_record *)s->data)->flags |= CT_FLAG_STRANGER;
	send(s, 0);
}

/* Tells of the caller of such a call. NULL: it cannot be told. */
static __noinline struct task_state *meet_stranger(struct task_struct *task, u32 tid)
{
	if (!tid_as_seen(task))
		return 0;
	struct task_state *state = add_task(task, tid, 1);
	if (state)
		tell_stranger(task);
	return state;
}

/* Run by cttrace: tells of those in `strangers`, and of whoever changes mounts where they are from now on. */
SEC("iter/task")
int meet_strangers(struct bpf_iter__task *ctx)
{
	struct task_struct *task = ctx->task;
	if (!task)
		return 0;
	u32 tgid = tgid_as_seen(task), tid = BPF_CORE_READ(task, pid);
	if (!bpf_map_lookup_elem(&strangers, &tgid) || tid != (u32)BPF_CORE_READ(task, tgid))
		return 0;
	note_mount_namespace(task);
	if (!add_task(task, tid, 1))
		return 0;
	if (BPF_CORE_READ(task, flags) & PF_EXITING)
		unfollow(tid, 1); /* its end may have been told before */
	else
		tell_stranger(task);
	return 0;
}
