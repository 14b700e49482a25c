// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Capture: calls of followed tasks, at entry and at exit, as the rows say.
 *
 * Memory is read twice. At entry a string's page may not be resident, and at exit another thread may have changed it;
 * the exit's reading is sent only where entry's failed or where the two differ. */
#include "aftermath.h"
#include "arguments.h"
#include "last_words.h"
#include "lifecycle.h"
#include "registers.h"
#include "strangers.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

/* A process makes a node in one thread and gives it away in another: Go moves what it runs between threads. So what its
 * leader's state says is so of all of them. A leader that has ended says nothing: then it may be. */
static __always_inline int may_have_made_node(void)
{
	u32 leader = current_tgid();
	struct task_state *state = bpf_map_lookup_elem(&tasks, &leader);
	return !state || state->made_node;
}

static __always_inline void note_made_node(void)
{
	u32 leader = current_tgid();
	struct task_state *state = bpf_map_lookup_elem(&tasks, &leader);
	if (state)
		state->made_node = 1;
}

/* The row of a call that is to be captured, or 0; row indices are one higher. Sets abi, and args where there is one:
 * most calls are none of ours, and cost no more than their number. */
static __noinline u32 find_row(struct call *call, struct pt_regs *regs, struct task_struct *task, struct task_state *state)
{
	call->abi = task_abi(task);
	if (call->nr >= MAX_NUMBERS)
		return 0;
	u32 key = call->abi * MAX_NUMBERS + call->nr;
	u16 *found = bpf_map_lookup_elem(&numbers, &key);
	if (!found || !*found)
		return 0;
	read_args(regs, call);
	u32 index = *found - 1;
	struct ct_row *row = bpf_map_lookup_elem(&rows, &index);
	if (!row)
		return 0;
	if (row->flags & CT_ROW_VARIANTS) {
		struct variant_key variant = {.row = index};
		for (u32 i = 0; i < 6; i++)
			if (i == row->select)
				variant.value = (u32)call->args[i];
		u32 *other = bpf_map_lookup_elem(&variants, &variant);
		if (other) {
			index = *other;
			row = bpf_map_lookup_elem(&rows, &index);
			if (!row)
				return 0;
		}
	}
	if (row->flags & CT_ROW_OR_WORDS && is_stderr(task, state, call->args[0])) {
		index++;
		row = bpf_map_lookup_elem(&rows, &index);
		if (!row)
			return 0;
	}
	if (!(row->flags & CT_ROW_SELECTED))
		return 0;
	if (row->flags & CT_ROW_CONTROL_FD && !is_control_file(task, call->args[0]))
		return 0;
	if (row->flags & CT_ROW_MOUNT_FD && !keeps_filesystem(task, call->args[0]))
		return 0;
	if (row->flags & CT_ROW_AFTER_NODE && !may_have_made_node())
		return 0;
	if (row->flags & CT_ROW_FEW) {
		if (state->said == NOT_KEPT)
			return 0;
		if (state->said == CT_FEW)
			state->keeps = 1;
		else
			state->said++;
	}
	return index + 1;
}

/* Entry (or the only sight of a call): the bytes, the places of paths, the descriptors. Results: status in s->status,
 * fingerprint in s->hash. */
__noinline int capture_at_entry(u32 index)
{
	struct scratch *s = get_scratch();
	u64 arg = pinned(index);
	if (!s || arg > 5)
		return 0;
	u32 op = s->row.op[arg];
	s->status = CT_OK;
	s->hash = 0;
	if (op == CT_OP_FD) {
		if ((s32)s->args[arg] >= 0)
			capture_file(arg, CT_CAP_FILE, AT_FD, (u32)s->args[arg]);
		return 0;
	}
	if (op == CT_OP_NONE || s->row.when[arg] == CT_WHEN_EXIT)
		return 0;
	capture_memory(arg);
	u32 status = s->status;
	hash_capture();
	if (op == CT_OP_PATH) {
		u32 ref = s->row.ref[arg];
		capture_path_places(arg, (u32)argument(s, ref), ref < 6);
	}
	s->status = status;
	return 1;
}

SEC("raw_tp/sys_enter")
int sys_enter(struct bpf_raw_tracepoint_args *ctx)
{
	u32 tid = current_tid();
	struct task_state *state = bpf_map_lookup_elem(&tasks, &tid);
	u32 nr = ctx->args[1];
	if (!state && !follow_all && !has_number(numbers_of_strangers, nr))
		return 0;
	struct call call = {.nr = nr};
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	if (!state || state->stranger) {
		if (current_tgid() == own_tgid)
			return 0;
		if (follow_all)
			state = follow(task, tid);
		else if (meeting_strangers && changes_mounts(task, (struct pt_regs *)ctx->args[0], &call, !!state))
			state = meet_stranger(task, tid);
		else
			return state ? leave_stranger(state) : 0;
		if (!state)
			return 0;
	}
	state->in_call = 1;
	state->synced = 1;
	state->row = 0;
	state->keeps = 0;
	u32 row = find_row(&call, (struct pt_regs *)ctx->args[0], task, state);
	if (!row)
		return 0;
	state->row = row;
	state->nr = call.nr;
	state->abi = call.abi;
	state->enter_ns = bpf_ktime_get_boot_ns();
	state->captured = 0;
	state->faulted = 0;
	state->enter_lost = 1;
	state->enter_tid = tid_as_seen(task);
	for (int i = 0; i < 6; i++)
		state->args[i] = call.args[i];
	if (state->keeps)
		return 0;

	struct scratch *s = begin(task, CT_REC_ENTER, sizeof(struct ct_enter), call.abi);
	if (!s)
		return 0;
	struct ct_enter *out = (struct ct_enter *)s->data;
	state->enter_ns = out->record.time_ns;
	if (state->stranger)
		out->record.flags |= CT_FLAG_STRANGER;
	out->nr = call.nr;
	out->pad = 0;
	for (int i = 0; i < 6; i++)
		out->args[i] = call.args[i];
	s->ret = 0;
	load_call(s, call.abi, call.args);
	if (load_row(s, row)) {
		for (u32 i = 0; i < 6; i++) {
			if (s->row.op[i] == CT_OP_NONE || !capture_at_entry(i))
				continue;
			state->hash[i] = s->hash;
			if (s->status == CT_FAULT)
				state->faulted |= 1 << i;
			else
				state->captured |= 1 << i;
		}
		if (s->row.flags & CT_ROW_FS_CONTEXT)
			state->log_head = fs_log_head((u32)call.args[0]);
	}
	state->enter_lost = send(s, 0) != 0;
	return 0;
}

/* Exit: what the kernel wrote, what could not be read before, and what is no longer what it was. */
__noinline int capture_at_exit(u32 index, u32 captured, u32 hash)
{
	struct scratch *s = get_scratch();
	u64 arg = pinned(index);
	if (!s || arg > 5)
		return 0;
	u32 when = s->row.when[arg];
	u32 op = s->row.op[arg];
	if (op == CT_OP_NONE || op == CT_OP_FD || when == CT_WHEN_ENTER || (when == CT_WHEN_EXIT && s->ret < 0))
		return 0;
	u32 before = s->offset;
	u32 cut = s->cut;
	u32 truncated = s->truncated;
	if (!capture_memory(arg))
		return 0;
	u32 status = s->status;
	if (when == CT_WHEN_EXIT)
		return 0;
	hash_capture();
	if (captured && (status == CT_FAULT || s->hash == hash)) {
		/* The same, or gone by now: entry's reading stands. */
		s->offset = before;
		s->cut = cut;
		s->truncated = truncated;
		return 0;
	}
	if (status == CT_FAULT) {
		s->offset = before;
		if (s->ret != -14) /* EFAULT: the kernel could not read it either */
			count(CT_LOSS_READ_FAULT);
		return 0;
	}
	if (op == CT_OP_PATH && !captured)
		capture_magic(arg);
	return 0;
}

/* An argument at exit; `alone`: there is no record of the entry. */
__noinline int capture_at_return(u32 index, u32 alone, u32 captured, u32 hash)
{
	struct scratch *s = get_scratch();
	u64 arg = pinned(index);
	if (!s || arg > 5 || s->row.op[arg] == CT_OP_NONE)
		return 0;
	if (!alone)
		return capture_at_exit(arg, captured, hash);
	if (capture_at_entry(arg) && s->status == CT_FAULT && s->ret != -14 /* EFAULT */)
		count(CT_LOSS_READ_FAULT);
	if (s->row.when[arg] == CT_WHEN_EXIT)
		capture_at_exit(arg, 0, 0);
	return 0;
}

/* The descriptor that clone and clone3 wrote for CLONE_PIDFD: as the file of the argument that says where to. */
__noinline int capture_written_pidfd(u32 in_memory)
{
	struct scratch *s = get_scratch();
	if (!s)
		return 0;
	u64 args[2] = {s->args[0], s->args[2]}; /* clone_args: flags, pidfd */
	s32 fd = -1;
	if (in_memory && bpf_probe_read_user(args, sizeof(args), (void *)s->args[0]))
		return 0;
	if (!(args[0] & 0x1000 /* CLONE_PIDFD */) || bpf_probe_read_user(&fd, sizeof(fd), (void *)args[1]) || fd < 0)
		return 0;
	capture_file(in_memory ? 0 : 2, CT_CAP_FILE, AT_FD, fd);
	return 0;
}

static __always_inline int is_exec(u32 abi, u32 nr)
{
	if (abi == CT_ABI_X86_64)
		return nr == 59 || nr == 322;
	if (abi == CT_ABI_I386)
		return nr == 11 || nr == 358;
	return nr == 221 || nr == 281;
}

SEC("raw_tp/sys_exit")
int sys_exit(struct bpf_raw_tracepoint_args *ctx)
{
	u32 tid = current_tid();
	struct task_state *state = bpf_map_lookup_elem(&tasks, &tid);
	if (!state) {
		if (!follow_all || current_tgid() == own_tgid)
			return 0;
		state = follow((struct task_struct *)bpf_get_current_task(), tid);
		if (state)
			state->synced = 1;
		return 0;
	}
	if (state->stranger && !state->in_call)
		return 0;
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	struct call call;
	u32 row = 0, orphan = 0;
	s64 ret = ctx->args[1];
	if (state->in_call) {
		state->in_call = 0;
		row = state->row;
		state->row = 0;
		if (!row)
			return 0;
		if (state->keeps)
			return keep_words(row, ret);
		call.nr = state->nr;
		call.abi = state->abi;
		for (int i = 0; i < 6; i++)
			call.args[i] = state->args[i];
	} else if (!state->synced) {
		state->synced = 1;
		return 0;
	} else {
		struct pt_regs *regs = (struct pt_regs *)ctx->args[0];
		call.nr = call_number(regs);
		state->keeps = 0;
		row = find_row(&call, regs, task, state);
		if (!row || state->keeps)
			return 0;
		orphan = 1;
	}
	if (call.abi == CT_ABI_I386)
		ret = (s32)ret;

	struct scratch *s = begin(task, CT_REC_EXIT, sizeof(struct ct_exit), call.abi);
	if (!s)
		return 0;
	struct ct_exit *out = (struct ct_exit *)s->data;
	out->nr = call.nr;
	out->left_out = 0;
	out->ret = ret;
	out->enter_ns = orphan ? 0 : state->enter_ns;
	out->enter_tid = orphan ? out->record.tid : state->enter_tid;
	out->behind = 0;
	/* SECCOMP_RET_KILL_* and SECCOMP_RET_TRAP: what is in the register is the call's number (syscall_rollback). */
	if (orphan && BPF_CORE_READ(task, pending.signal.sig[0]) >> (31 /* SIGSYS */ - 1) & 1)
		orphan |= CT_FLAG_SIGSYS;
	out->record.flags = orphan ? CT_FLAG_ORPHAN | (orphan & CT_FLAG_SIGSYS) : state->enter_lost ? CT_FLAG_ENTER_LOST : 0;
	if (state->stranger)
		out->record.flags |= CT_FLAG_STRANGER;
	for (int i = 0; i < 6; i++)
		out->args[i] = call.args[i];
	s->ret = ret;
	load_call(s, call.abi, call.args);
	/* After execve the old memory is gone, and what is at its addresses now means nothing. */
	if (load_row(s, row) && !(ret == 0 && is_exec(call.abi, call.nr))) {
		u32 alone = orphan || state->enter_lost;
		for (u32 i = 0; i < 6; i++)
			capture_at_return(i, alone, state->captured & (1 << i), state->hash[i]);
		if (s->row.flags & CT_ROW_RETURNS_FD && ret >= 0)
			capture_file(CT_ARG_RETURN, CT_CAP_FILE, AT_FD, (u32)ret);
		if (s->row.flags & (CT_ROW_CLONE | CT_ROW_CLONE3) && ret > 0)
			capture_written_pidfd(!!(s->row.flags & CT_ROW_CLONE3));
		if (s->row.flags & CT_ROW_FS_CONTEXT && ret < 0 && !orphan)
			capture_fs_message((u32)call.args[0], state->log_head);
		if (s->row.flags & CT_ROW_MAKES_NODE && ret == 0)
			note_made_node();
		if (s->row.flags & CT_ROW_AFTER && ret >= 0)
			capture_aftermath(s->row.flags, (u32)call.args[0], (u32)ret, orphan ? 0 : state->enter_ns);
		else if (s->row.flags & CT_ROW_AFTER_TARGET && !orphan)
			capture_mount_target(state->enter_ns);
	}
	send(s, 0);
	return 0;
}
