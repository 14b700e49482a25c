/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Strangers: tasks that are not followed, and change mounts in a mount namespace that followed ones have been in: docker's
 * daemon for containerd, kubelet for all runtimes. These calls of theirs are recorded, each behind a snapshot of its caller,
 * as nobody sees what else they do. Without them nobody could tell what followed tasks find mounted. */
#pragma once

#include "lifecycle.h"
#include "registers.h"

/* A descriptor that a stranger closes, which may hold a mount. */
static __noinline int closes_mount(struct task_struct *task, struct pt_regs *regs, struct call *call)
{
	read_args(regs, call);
	return keeps_filesystem(task, call->args[0]);
}

/* Whether the call is to be recorded; `met`: one of its caller's was before. What nobody asked of a number is all that it
 * costs other calls. Sets abi. */
static __always_inline int changes_mounts(struct task_struct *task, struct pt_regs *regs, struct call *call, int met)
{
	if (!meeting_strangers || call->nr >= MAX_NUMBERS)
		return 0;
	call->abi = task_abi(task);
	if (call->abi >= CT_ABI_COUNT)
		return 0;
	u32 key = call->abi * MAX_NUMBERS + call->nr;
	u16 *found = bpf_map_lookup_elem(&numbers, &key);
	if (!found || !(*found & (CT_NUMBER_OF_STRANGERS | CT_NUMBER_OF_MET_STRANGERS)))
		return 0;
	if (!(*found & CT_NUMBER_OF_STRANGERS) && !(met && closes_mount(task, regs, call)))
		return 0;
	u32 inum = BPF_CORE_READ(task, nsproxy, mnt_ns, ns.inum);
	return bpf_map_lookup_elem(&mount_namespaces, &inum) != 0;
}

/* Another call: its return is none of ours. */
static __always_inline int leave_stranger(struct task_state *state)
{
	state->in_call = 0;
	return 0;
}

/* Tells of the caller of such a call. NULL: it cannot be told. */
static __noinline struct task_state *meet_stranger(struct task_struct *task, u32 tid)
{
	struct task_state *state = add_task(task, tid, 1);
	if (!state)
		return 0;
	struct scratch *s = snapshot(task, CT_REC_SNAPSHOT);
	if (!s)
		return state;
	((struct ct_record *)s->data)->flags |= CT_FLAG_STRANGER;
	send(s, 0);
	return state;
}
