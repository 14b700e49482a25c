/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Where a path argument begins: a descriptor, the cwd, the root, or the descriptor that it names by /proc. */
#pragma once

#include "files.h"

/* Reads the decimal number at s->data + at, up to `limit` digits; 0xffffffff when there is none. Leaves its end in
 * s->index. */
__noinline int parse_number(u32 from)
{
	u64 at = pinned(from);
	struct scratch *s = get_scratch();
	u32 number = 0, digits = 0;
	if (!s || at > CT_RECORD_MAX)
		return -1;
	for (; digits < 10; digits++) {
		char c = s->data[at + digits];
		if (c < '0' || c > '9')
			break;
		number = number * 10 + (c - '0');
	}
	s->index = at + digits;
	return digits && number < 0x7fffffff ? (int)number : -1;
}

static __always_inline int begins(struct scratch *s, u32 at, const char *with, int size)
{
	for (int i = 0; i < size; i++)
		if (s->data[at + i] != with[i])
			return 0;
	return 1;
}

/* Whether the string of the last capture begins with /proc/self/fd/N, /proc/thread-self/fd/N or /proc/PID/fd/N.
 * Sets s->magic_pid (0: the task itself), s->magic_fd and s->magic_prefix. */
__noinline int parse_magic(void)
{
	struct scratch *s = get_scratch();
	if (!s)
		return 0;
	u64 start = pinned(s->capture + 8);
	u64 at = start;
	if (start > CT_RECORD_MAX || !begins(s, at, "/proc/", 6))
		return 0;
	at += 6;
	s->magic_pid = 0;
	if (begins(s, at, "self", 4)) {
		at += 4;
	} else if (begins(s, at, "thread-self", 11)) {
		at += 11;
	} else {
		int pid = parse_number(at);
		at = pinned(s->index);
		if (pid <= 0 || at > CT_RECORD_MAX)
			return 0;
		s->magic_pid = pid;
	}
	if (!begins(s, at, "/fd/", 4))
		return 0;
	int fd = parse_number(at + 4);
	at = pinned(s->index);
	if (fd < 0 || at > CT_RECORD_MAX || (s->data[at] != 0 && s->data[at] != '/'))
		return 0;
	s->magic_fd = fd;
	s->magic_prefix = at - start;
	return 1;
}

/* The followed process with this pid, as the kernel's task; the caller's own when it is its own pid. NULL: not known.
 * In a pid namespace below ours it is not known whose numbers the /proc in question has. */
static __always_inline struct task_struct *process_by_pid(struct task_struct *current, u32 pid)
{
	struct pid *own = BPF_CORE_READ(current, group_leader, thread_pid);
	if (BPF_CORE_READ(own, level) != own_level)
		return 0;
	if (pid == pid_as_seen(own))
		return current;
	struct task_state *state = bpf_map_lookup_elem(&tasks, &pid);
	if (!state || own_level)
		return 0;
	struct task_struct *task = (struct task_struct *)state->task;
	return BPF_CORE_READ(task, pid) == (int)pid ? task : 0;
}

/* The descriptor that the path of the last capture names by /proc. 0: it names none. */
__noinline int capture_magic(u32 arg)
{
	struct scratch *s = get_scratch();
	if (!s || !parse_magic())
		return 0;
	u64 self = s->task;
	struct task_struct *task = (struct task_struct *)self;
	if (s->magic_pid)
		task = process_by_pid(task, s->magic_pid);
	if (!task)
		return 0;
	s->task = (u64)task;
	capture_file(arg, CT_CAP_MAGIC, AT_FD, s->magic_fd);
	s->task = self;
	return 1;
}

/* Where the path of the last capture begins: dirfd, cwd or root; or the descriptor that it names by /proc. */
__noinline int capture_path_places(u32 arg, u32 dirfd, u32 has_dirfd)
{
	struct scratch *s = get_scratch();
	if (!s)
		return 0;
	u64 text = pinned(s->capture + 8);
	if (text > CT_RECORD_MAX || s->status == CT_NULL)
		return 0;
	int at_cwd = !has_dirfd || (s32)dirfd == -100; /* AT_FDCWD */
	if (s->status == CT_FAULT) {
		/* Nobody knows yet whether it is absolute, and at exit these places may be others: chdir, pivot_root. */
		capture_file(arg, CT_CAP_ROOT, AT_ROOT, 0);
		capture_file(arg, CT_CAP_BASE, at_cwd ? AT_CWD : AT_FD, dirfd);
	} else if (s->data[text] != '/') {
		capture_file(arg, CT_CAP_BASE, at_cwd ? AT_CWD : AT_FD, dirfd);
	} else if (!capture_magic(arg)) {
		capture_file(arg, CT_CAP_BASE, AT_ROOT, 0);
	}
	return 0;
}
