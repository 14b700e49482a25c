/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Reading a call's arguments as its row says: strings, paths, descriptors, structs, vectors.
 *
 * Each function appends one capture to the record in the scratch. They are global functions with scalar arguments,
 * so that the verifier looks at each once and not once a call site. */
#pragma once

#include "paths.h"

/* Copies a string of the task. Returns its bytes with the NUL, at most `size`; negative: it cannot be read.
 * Some kernels give 0 for an empty string (6.1 does, in strncpy_from_user_nofault). */
static __always_inline long read_string(u8 *to, u64 size, u64 from)
{
	long length = bpf_probe_read_user_str(to, size, (void *)from);
	return length ? length : 1;
}

/* A string of at most `max` bytes with its NUL. */
__noinline int capture_string(u32 arg, u32 max, u64 pointer)
{
	struct scratch *s = get_scratch();
	if (!s || !capture_begin(s, arg, CT_CAP_STRING))
		return 0;
	u64 at = pinned(s->offset);
	if (at > CT_RECORD_MAX)
		return 0;
	u64 size = pinned(max);
	if (size < 1 || size > CT_PATH_MAX)
		size = CT_PATH_MAX;
	if (!pointer) {
		capture_end(s, CT_NULL);
		return 0;
	}
	long length = read_string(s->data + at, size, pointer);
	if (length < 1) {
		capture_end(s, CT_FAULT);
		return 0;
	}
	u32 status = CT_OK;
	if (length == (long)size) {
		/* Either it just fits, or it goes on. */
		char last = 0;
		if (bpf_probe_read_user(&last, 1, (void *)(pointer + size - 1)) == 0 && last) {
			status = CT_TRUNCATED;
			s->truncated++;
		}
	}
	s->offset = at + ((length - 1) & (2 * CT_PATH_MAX - 1));
	capture_end(s, status);
	return 0;
}

/* `length` bytes as they are. */
__noinline int capture_bytes(u32 arg, u64 length, u64 pointer)
{
	struct scratch *s = get_scratch();
	if (!s || !capture_begin(s, arg, CT_CAP_BYTES))
		return 0;
	u64 at = pinned(s->offset);
	if (at > CT_RECORD_MAX)
		return 0;
	if (!pointer) {
		capture_end(s, CT_NULL);
		return 0;
	}
	u32 status = CT_OK;
	u64 size = pinned(length);
	if (size > CT_ARRAY_MAX) {
		size = CT_ARRAY_MAX;
		status = CT_TRUNCATED;
	}
	if (size && bpf_probe_read_user(s->data + at, size, (void *)pointer)) {
		capture_end(s, CT_FAULT);
		return 0;
	}
	if (status == CT_TRUNCATED)
		s->truncated++;
	s->offset = at + size;
	capture_end(s, status);
	return 0;
}

/* The pointer at index `i` of a vector in the task's memory. Not 0: it cannot be read. */
static __always_inline long vector_entry(struct scratch *s, u64 pointer, u32 i, u64 *out)
{
	u64 entry[2] = {}; /* as large as the verifier thinks that an entry may be */
	long error = bpf_probe_read_user(entry, s->word & 15, (void *)(pointer + i * s->word));
	*out = entry[0];
	return error;
}

/* One string of a vector, or the next piece of a long one. 1: the end, with s->status. */
__noinline int strings_step(void)
{
	struct scratch *s = get_scratch();
	if (!s)
		return 1;
	u64 string = s->string;
	u64 at = pinned(s->offset);
	s->status = CT_OK;
	if (!string) {
		if (vector_entry(s, s->pointer, s->index, &string)) {
			s->status = CT_FAULT;
			return 1;
		}
		if (!string)
			return 1;
		s->index++;
	}
	if (at > CT_RECORD_MAX || at > s->capture + 8 + CT_STRINGS_MAX) {
		s->status = CT_TRUNCATED;
		return 1;
	}
	long length = read_string(s->data + at, CT_PATH_MAX, string);
	if (length < 1) {
		s->status = CT_FAULT;
		return 1;
	}
	s->string = 0;
	if (length == CT_PATH_MAX) {
		char last = 0;
		if (bpf_probe_read_user(&last, 1, (void *)(string + CT_PATH_MAX - 1)) == 0 && last) {
			s->string = string + CT_PATH_MAX - 1;
			length--;
		}
	}
	s->offset = at + (length & (2 * CT_PATH_MAX - 1));
	return 0;
}

__noinline int strings_steps(void)
{
	struct scratch *s = get_scratch();
	if (!s)
		return 1;
	for (int i = 0; i < 4; i++)
		if (strings_step())
			return 1;
	s->status = CT_TRUNCATED;
	return 0;
}

__noinline int capture_strings(u32 arg, u64 pointer)
{
	struct scratch *s = get_scratch();
	if (!s || !capture_begin(s, arg, CT_CAP_STRINGS))
		return 0;
	if (!pointer) {
		capture_end(s, CT_NULL);
		return 0;
	}
	s->pointer = pointer;
	s->string = 0;
	s->index = 0;
	s->status = CT_TRUNCATED;
	for (int i = 0; i < 128; i++)
		if (strings_steps())
			break;
	if (s->status == CT_TRUNCATED)
		s->truncated++;
	capture_end(s, s->status);
	return 0;
}

/* The next 64 entries. 1: the end, or what cannot be read, with s->status. */
__noinline int count_step(void)
{
	struct scratch *s = get_scratch();
	u64 entry = 0;
	if (!s)
		return 1;
	s->status = CT_OK;
	for (u32 i = 0; i < 64; i++) {
		long error = vector_entry(s, s->pointer, s->index, &entry);
		if (error)
			s->status = CT_FAULT;
		if (error || !entry)
			return 1;
		s->index++;
	}
	s->status = CT_TRUNCATED;
	return 0;
}

/* How many entries a vector has. */
__noinline int capture_count(u32 arg, u64 pointer)
{
	struct scratch *s = get_scratch();
	if (!s || !capture_begin(s, arg, CT_CAP_COUNT))
		return 0;
	u64 at = pinned(s->offset);
	if (at > CT_RECORD_MAX)
		return 0;
	if (!pointer) {
		capture_end(s, CT_NULL);
		return 0;
	}
	s->pointer = pointer;
	s->index = 0;
	s->status = CT_TRUNCATED;
	for (int i = 0; i < 64; i++)
		if (count_step())
			break;
	if (s->status == CT_TRUNCATED)
		s->truncated++;
	*(u64 *)(s->data + at) = s->index;
	s->offset = at + 8;
	capture_end(s, s->status);
	return 0;
}

__noinline int iovec_step(u32 i)
{
	struct scratch *s = get_scratch();
	if (!s)
		return 1;
	u64 base = 0, length = 0;
	if (vector_entry(s, s->pointer, 2 * i, &base) || vector_entry(s, s->pointer, 2 * i + 1, &length)) {
		s->status = CT_FAULT;
		return 1;
	}
	u64 at = pinned(s->offset);
	u64 room = CT_ARRAY_MAX + s->capture + 8 - at;
	if (at > CT_RECORD_MAX || room > CT_ARRAY_MAX)
		return 1;
	u64 size = length;
	if (size > room) {
		size = room;
		s->status = CT_TRUNCATED;
	}
	size = pinned(size);
	if (size > CT_ARRAY_MAX)
		return 1;
	if (size && bpf_probe_read_user(s->data + at, size, (void *)base)) {
		s->status = CT_FAULT;
		return 1;
	}
	s->offset = at + size;
	return s->status != CT_OK;
}

/* The bytes of all parts of an iovec, one after the other. */
__noinline int capture_iovec(u32 arg, u32 parts, u64 pointer)
{
	struct scratch *s = get_scratch();
	if (!s || !capture_begin(s, arg, CT_CAP_BYTES))
		return 0;
	s->pointer = pointer;
	s->status = pointer ? CT_OK : CT_NULL;
	for (u32 i = 0; i < 64; i++)
		if (i >= parts || s->status != CT_OK || iovec_step(i))
			break;
	if (parts > 64 && s->status == CT_OK)
		s->status = CT_TRUNCATED;
	if (s->status == CT_TRUNCATED)
		s->truncated++;
	if (s->status == CT_FAULT)
		s->offset = s->capture + 8;
	capture_end(s, s->status);
	return 0;
}

static __always_inline u64 argument(struct scratch *s, u32 index)
{
	u64 i = pinned(index);
	return i < 6 ? s->args[i] : 1;
}

/* The bytes of one argument, as its row says. Returns 1 when there was something to read. */
__noinline int capture_memory(u32 index)
{
	struct scratch *s = get_scratch();
	u64 arg = pinned(index);
	if (!s || arg > 5)
		return 0;
	u32 ref = s->row.ref[arg], size = s->row.size[arg];
	u64 pointer = s->args[arg];
	switch (s->row.op[arg]) {
	case CT_OP_STRING:
		capture_string(arg, size, pointer);
		return 1;
	case CT_OP_PATH:
		capture_string(arg, CT_PATH_MAX, pointer);
		return 1;
	case CT_OP_BYTES: {
		u64 times = ref < 6 ? argument(s, ref) : 1;
		if (times > CT_ARRAY_MAX + 1)
			times = CT_ARRAY_MAX + 1;
		capture_bytes(arg, times * size, pointer);
		return 1;
	}
	case CT_OP_BYTES_RET: {
		/* What returns how much there is writes no more than it may. */
		u64 times = s->ret > 0 ? s->ret : 0;
		u64 most = ref < 6 ? argument(s, ref) : times;
		if (times > most)
			times = most;
		if (times > CT_ARRAY_MAX + 1)
			times = CT_ARRAY_MAX + 1;
		capture_bytes(arg, times * size, pointer);
		return 1;
	}
	case CT_OP_STRINGS:
		capture_strings(arg, pointer);
		return 1;
	case CT_OP_COUNT:
		capture_count(arg, pointer);
		return 1;
	case CT_OP_IOVEC:
		capture_iovec(arg, (u32)argument(s, ref), pointer);
		return 1;
	}
	return 0;
}

static __always_inline int load_row(struct scratch *s, u32 row)
{
	u32 index = row - 1;
	struct ct_row *from = bpf_map_lookup_elem(&rows, &index);
	if (!from)
		return 0;
	s->row = *from;
	if (from->flags & CT_ROW_WORDS)
		((struct ct_record *)s->data)->flags |= CT_FLAG_WORDS;
	return 1;
}

static __always_inline void load_call(struct scratch *s, u32 abi, const u64 *args)
{
	s->abi = abi;
	s->word = abi == CT_ABI_I386 ? 4 : 8;
	for (int i = 0; i < 6; i++)
		s->args[i] = args[i];
}
