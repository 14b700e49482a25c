/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Last words: of what a thread writes to its standard error stream behind the first CT_FEW writes, the last ones are kept
 * until its program ends, and are recorded then. What lies between costs no record. */
#pragma once

#include "arguments.h"

#define NOT_KEPT 255 /* `said` of a thread for which there was no room: nothing is recorded behind its first words */

struct kept_write {
	u64 enter_ns;
	u64 exit_ns;
	u64 args[3];
	s64 ret;
	u64 file;   /* struct file *, to compare */
	u32 at;     /* where its bytes begin, of all that ever were kept of the thread */
	u32 length; /* of them */
	u32 nr;
	u8 abi;
	u8 status;  /* enum ct_capture_status */
	u16 pad;
};

/* A ring of writes and one of bytes; a write's are never broken at the end of the ring. */
struct kept_words {
	u64 writes; /* of all behind the first CT_FEW */
	u32 stored;
	u32 head;   /* where the next bytes go */
	struct kept_write write[CT_KEPT];
	u8 bytes[2 * CT_KEPT_BYTES];
};

/* No more than it has room for: who comes later has its first words recorded, as the story says where it tells them. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, MAX_KEPT);
	__type(key, u32); /* tid in the host's pid namespace */
	__type(value, struct kept_words);
} kept_words SEC(".maps");

const volatile char no_words[sizeof(struct kept_words)] = {}; /* bytes, as user space knows no such struct */

/* Those of the thread that runs; made where there are none. */
static __always_inline struct kept_words *words_of_thread(struct task_state *state)
{
	u32 tid = current_tid();
	struct kept_words *kept = bpf_map_lookup_elem(&kept_words, &tid);
	if (kept)
		return kept;
	if (bpf_map_update_elem(&kept_words, &tid, (const void *)&no_words, BPF_NOEXIST)) {
		state->said = NOT_KEPT;
		return 0;
	}
	return bpf_map_lookup_elem(&kept_words, &tid);
}

/* Takes the bytes of argument 1 that the scratch holds. */
static __always_inline void store_bytes(struct scratch *s, struct kept_words *kept, struct kept_write *to)
{
	u64 from = pinned(s->capture);
	to->at = kept->head;
	to->status = s->status;
	to->length = 0;
	if (from > CT_RECORD_MAX)
		return;
	u64 length = pinned(((struct ct_capture *)(s->data + from))->length);
	if (length > CT_KEPT_BYTES) {
		length = CT_KEPT_BYTES;
		to->status = CT_TRUNCATED;
	}
	u64 at = pinned(kept->head % CT_KEPT_BYTES);
	if (at >= CT_KEPT_BYTES || bpf_probe_read_kernel(kept->bytes + at, length, s->data + from + sizeof(struct ct_capture)))
		return;
	to->length = length;
	kept->head += length;
}

/* What is discarded is none of them. */
static __always_inline int is_dev_null(struct file *file)
{
	struct inode *inode = BPF_CORE_READ(file, f_inode);
	return (BPF_CORE_READ(inode, i_mode) & 0170000) == 0020000 /* S_IFCHR */ && BPF_CORE_READ(inode, i_rdev) == (1 << 20 | 3);
}

/* The pending call, which has returned `ret`. Its memory is read now: the kernel has just read it. */
__noinline int keep_words(u32 row, s64 ret)
{
	u32 tid = current_tid();
	struct task_state *state = bpf_map_lookup_elem(&tasks, &tid);
	struct scratch *s = get_scratch();
	if (!state || !s)
		return 0;
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	struct file *file = fd_file(task, (u32)state->args[0]);
	if (is_dev_null(file))
		return 0;
	struct kept_words *kept = words_of_thread(state);
	if (!kept)
		return 0;
	kept->writes++;
	if (s->busy) {
		count(CT_LOSS_SCRATCH_BUSY);
		return 0;
	}
	s->busy = 1;
	u64 slot = pinned(kept->stored % CT_KEPT);
	s->task = (u64)task;
	s->offset = sizeof(struct ct_exit);
	s->ret = ret;
	load_call(s, state->abi, state->args);
	if (slot < CT_KEPT && load_row(s, row) && capture_memory(1)) {
		struct kept_write *to = &kept->write[slot];
		to->enter_ns = state->enter_ns;
		to->exit_ns = bpf_ktime_get_boot_ns();
		to->nr = state->nr;
		to->abi = state->abi;
		to->ret = state->abi == CT_ABI_I386 ? (s32)ret : ret;
		to->file = (u64)file;
		for (int i = 0; i < 3; i++)
			to->args[i] = state->args[i];
		store_bytes(s, kept, to);
		kept->stored++;
	}
	s->busy = 0;
	return 0;
}

/* Whether no later write has taken the room of the one in this slot. Of a function that is not static the verifier knows
 * no answer: it goes through a loop of them once, and not through every row of answers. */
__noinline int is_whole(u32 index)
{
	u32 tid = current_tid();
	struct kept_words *kept = bpf_map_lookup_elem(&kept_words, &tid);
	u64 slot = pinned(index);
	return kept && slot < CT_KEPT && slot < kept->stored && kept->head - kept->write[slot].at <= CT_KEPT_BYTES;
}

static __always_inline void capture_kept(struct scratch *s, struct kept_words *kept, struct kept_write *from)
{
	if (!capture_begin(s, 1, CT_CAP_BYTES))
		return;
	u64 to = pinned(s->offset), at = pinned(from->at % CT_KEPT_BYTES), length = pinned(from->length);
	if (to > CT_RECORD_MAX || at >= CT_KEPT_BYTES || length > CT_KEPT_BYTES)
		return;
	if (bpf_probe_read_kernel(s->data + to, length, kept->bytes + at))
		return;
	s->offset = to + length;
	capture_end(s, from->status);
	if (from->status == CT_FAULT && from->ret != -14 /* EFAULT */)
		count(CT_LOSS_READ_FAULT);
}

/* By then the descriptor may be another file: 1 was 2 only for a shell's echo >&2. */
static __always_inline void capture_written_file(struct scratch *s, struct task_struct *task, struct kept_write *from)
{
	u32 fd = from->args[0];
	if (from->file != (u64)fd_file(task, fd))
		fd = 2;
	if (!from->file || from->file != (u64)fd_file(task, fd))
		return;
	capture_file(0, CT_CAP_FILE, AT_FD, fd);
	((struct ct_file *)(s->data + sizeof(struct ct_exit) + sizeof(struct ct_capture)))->fd = from->args[0];
}

/* Records the write behind which so many others are kept. 1: there is none. */
__noinline int tell_kept(u32 behind, u32 left_out)
{
	u32 tid = current_tid();
	struct kept_words *kept = bpf_map_lookup_elem(&kept_words, &tid);
	if (!kept)
		return 1;
	u64 slot = pinned((kept->stored - 1 - behind) % CT_KEPT);
	if (slot >= CT_KEPT)
		return 1;
	struct kept_write *from = &kept->write[slot];
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	struct scratch *s = begin(task, CT_REC_EXIT, sizeof(struct ct_exit), from->abi);
	if (!s)
		return 0;
	struct ct_exit *out = (struct ct_exit *)s->data;
	out->record.flags = CT_FLAG_WORDS | CT_FLAG_KEPT;
	out->record.time_ns = from->exit_ns;
	out->nr = from->nr;
	out->left_out = left_out;
	for (int i = 0; i < 6; i++)
		out->args[i] = i < 3 ? from->args[i] : 0;
	out->ret = from->ret;
	out->enter_ns = from->enter_ns;
	out->enter_tid = out->record.tid;
	out->behind = behind;
	capture_written_file(s, task, from);
	capture_kept(s, kept, from);
	send(s, 0);
	return 0;
}

__noinline int tell_all_kept(void)
{
	u32 tid = current_tid();
	struct kept_words *kept = bpf_map_lookup_elem(&kept_words, &tid);
	if (!kept)
		return 0;
	u32 whole = 0;
	for (u32 i = 0; i < CT_KEPT; i++)
		whole = pinned(whole + is_whole(i)); /* else clang keeps all answers on the stack, to add them later */
	u64 left_out = kept->writes - whole;
	if (left_out > ~0u)
		left_out = ~0u;
	/* Older verifiers (5.10) take no loop that ends with a call. */
	for (u32 i = 0; i < CT_KEPT; i++) {
		if (i >= whole || tell_kept(whole - 1 - i, i ? 0 : left_out))
			break;
	}
	bpf_map_delete_elem(&kept_words, &tid);
	return 0;
}

/* Where the program of the thread that runs has ended. */
static __always_inline void tell_last_words(struct task_state *state)
{
	if (state->said == CT_FEW)
		tell_all_kept();
}
