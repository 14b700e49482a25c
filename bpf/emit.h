/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Making a record: begin, append captures, send. Whatever does not fit or cannot be sent is counted. */
#pragma once

#include "state.h"

/* A pid as cttrace's own pid namespace has it; 0 when it is not visible there. */
static __always_inline u32 pid_as_seen(struct pid *pid)
{
	u32 nr = 0;
	u32 level = own_level;
	if (!pid || BPF_CORE_READ(pid, level) < level)
		return 0;
	bpf_probe_read_kernel(&nr, sizeof(nr), &pid->numbers[level & 31].nr);
	return nr;
}

static __always_inline u32 tid_as_seen(struct task_struct *task)
{
	return own_level ? pid_as_seen(BPF_CORE_READ(task, thread_pid)) : (u32)BPF_CORE_READ(task, pid);
}

static __always_inline u32 tgid_as_seen(struct task_struct *task)
{
	return own_level ? pid_as_seen(BPF_CORE_READ(task, group_leader, thread_pid)) : (u32)BPF_CORE_READ(task, tgid);
}

/* CT_ABI_COUNT: one that is not known, whose calls are not captured (32-bit ARM). */
static __always_inline u8 task_abi(struct task_struct *task)
{
#if defined(__TARGET_ARCH_x86)
	return BPF_CORE_READ(task, thread_info.status) & 2 /* TS_COMPAT */ ? CT_ABI_I386 : CT_ABI_X86_64;
#else
	struct thread_info___arm64 *info = (void *)&task->thread_info;
	return BPF_CORE_READ(info, flags) & (1 << 22) /* TIF_32BIT */ ? CT_ABI_COUNT : CT_ABI_AARCH64;
#endif
}

static __always_inline void mark_at_work(u32 cpu, u64 since_ns)
{
	struct at_work *mark = bpf_map_lookup_elem(&at_work, &cpu);
	if (mark)
		*(volatile u64 *)&mark->since_ns = since_ns;
}

/* Takes the scratch for one record about `task`, of now, whose captures begin behind `size` bytes: header and body. Of the
 * body only the beginning is zeroed; who makes the record sets all of it.
 * NULL: counted as lost. The record stays cheap to drop until send(). */
static __noinline struct scratch *begin(struct task_struct *task, u32 kind, u32 size, u8 abi)
{
	struct scratch *s = get_scratch();
	if (!s)
		return 0;
	u64 seq = ++s->seq;
	if (s->busy) {
		count(CT_LOSS_SCRATCH_BUSY);
		return 0;
	}
	s->busy = 1;
	u32 cpu = bpf_get_smp_processor_id();
	mark_at_work(cpu, CT_TAKING_TIME);
	u64 now = bpf_ktime_get_boot_ns();
	mark_at_work(cpu, now);
	s->cut = 0;
	s->truncated = 0;
	s->task = (u64)task;
	s->offset = size;
	struct ct_record *record = (struct ct_record *)s->data;
	__builtin_memset(s->data, 0, 64);
	record->kind = kind;
	record->version = CT_WIRE_VERSION;
	record->abi = abi < CT_ABI_COUNT ? abi : CT_ABI_AARCH64;
	record->seq = seq;
	record->time_ns = now;
	record->task_start_ns = BPF_CORE_READ(task, start_boottime);
	record->tid = tid_as_seen(task);
	record->tgid = tgid_as_seen(task);
	record->cpu = cpu | (current_tgid() == own_tgid ? CT_CPU_ITERATOR : 0);
	return s;
}

/* Sends the record and frees the scratch. Not 0: lost, and counted. */
static __always_inline long send(struct scratch *s, u64 flags)
{
	struct ct_record *record = (struct ct_record *)s->data;
	u64 length = pinned(s->offset);
	if (s->cut) {
		record->flags |= CT_FLAG_CUT;
		count(CT_LOSS_RECORD_CUT);
	}
	if (length > CT_RECORD_MAX)
		length = CT_RECORD_MAX;
	record->length = length;
	u64 wake = flags ? flags
		: bpf_ringbuf_query(&events, BPF_RB_AVAIL_DATA) >= wake_bytes ? BPF_RB_FORCE_WAKEUP : BPF_RB_NO_WAKEUP;
	long error = bpf_ringbuf_output(&events, s->data, length, wake);
	count(error ? CT_LOSS_RING_FULL : CT_LOSS_COUNT);
	/* Of words the beginning will do. */
	if (s->truncated && !error && !(record->flags & CT_FLAG_WORDS))
		count_many(CT_LOSS_TRUNCATED, s->truncated);
	mark_at_work(record->cpu & ~CT_CPU_ITERATOR, 0);
	s->busy = 0;
	return error;
}

/* Begins a capture at the end of the record. 0: no room. Payload goes to s->data + s->capture + 8. */
static __always_inline int capture_begin(struct scratch *s, u32 arg, u32 kind)
{
	u64 at = pinned(s->offset);
	if (at > CT_RECORD_MAX - sizeof(struct ct_capture)) {
		s->cut = 1;
		return 0;
	}
	struct ct_capture *capture = (struct ct_capture *)(s->data + at);
	capture->arg = arg;
	capture->kind = kind;
	capture->status = CT_OK;
	capture->pad = 0;
	capture->length = 0;
	s->capture = at;
	s->offset = at + sizeof(struct ct_capture);
	return 1;
}

/* Ends it: `s->offset` is where its bytes end. Pads with zeros; drops it when the record became too long. */
static __always_inline void capture_end(struct scratch *s, u32 status)
{
	u64 at = pinned(s->capture), end = pinned(s->offset);
	s->status = status;
	if (at > CT_RECORD_MAX - sizeof(struct ct_capture) || end < at + 8 || end > CT_RECORD_MAX - 8) {
		s->offset = at;
		s->cut = 1;
		return;
	}
	struct ct_capture *capture = (struct ct_capture *)(s->data + at);
	capture->status = status;
	capture->length = end - at - 8;
	__builtin_memset(s->data + end, 0, 8);
	s->offset = (end + 7) & ~7u;
}

/* Takes the next 128 bytes of the last capture into s->mix. 1: the end. */
__noinline int hash_step(void)
{
	struct scratch *s = get_scratch();
	if (!s)
		return 1;
	u64 hash = s->mix;
	for (u32 i = 0; i < 16; i++) {
		u64 from = pinned(s->index);
		if (from >= s->offset || from > CT_RECORD_MAX) {
			s->mix = hash;
			return 1;
		}
		hash = (hash ^ *(u64 *)(s->data + from)) * 0x9E3779B97F4A7C15ull;
		hash ^= hash >> 29;
		s->index = from + 8;
	}
	s->mix = hash;
	return 0;
}

/* A fingerprint of the last capture's bytes and length, into s->hash. */
__noinline int hash_capture(void)
{
	struct scratch *s = get_scratch();
	if (!s)
		return 0;
	s->index = s->capture + 8;
	s->mix = s->offset - s->capture;
	for (int i = 0; i < CT_STRINGS_MAX / 128 + 33; i++)
		if (hash_step())
			break;
	s->hash = (u32)(s->mix ^ (s->mix >> 32));
	return 0;
}
