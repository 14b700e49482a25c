/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Which detached mount trees the descriptors of an ending task hold. Such a tree goes with the last descriptor of it,
 * and no call tells of those that end with their table, nor of the ones that were duplicated or passed on before. */
#pragma once

#include "files.h"

#define HELD_STEP 16
#define HELD_MOST 1024 /* descriptors of a table that are looked at; a larger one is not told */

/* Captures those among the next descriptors from s->pointer on. */
__noinline int held_step(void)
{
	struct scratch *s = get_scratch();
	if (!s)
		return 0;
	struct task_struct *task = (struct task_struct *)s->task;
	struct file **array = BPF_CORE_READ(task, files, fdt, fd);
	struct file *open[HELD_STEP];
	u32 first = s->pointer;
	s->pointer = first + HELD_STEP;
	if (bpf_probe_read_kernel(open, sizeof(open), array + first))
		return 0;
	for (u32 i = 0; i < HELD_STEP; i++)
		if (open[i] && BPF_CORE_READ(open[i], f_mode) & FMODE_NEED_UNMOUNT && holds_detached_tree(task, first + i))
			capture_file(CT_ARG_HELD, CT_CAP_FILE, AT_FD, first + i);
	return 0;
}

/* 1: all that the table of s->task holds is told. 0: somebody else uses it, or it is too large. */
__noinline int capture_held(void)
{
	struct scratch *s = get_scratch();
	if (!s)
		return 0;
	struct task_struct *task = (struct task_struct *)s->task;
	struct files_struct *files = BPF_CORE_READ(task, files);
	u32 size = BPF_CORE_READ(files, fdt, max_fds);
	if (!files || BPF_CORE_READ(files, count.counter) != 1 || size > HELD_MOST)
		return 0;
	s->pointer = 0;
	for (int i = 0; i < HELD_MOST / HELD_STEP && s->pointer < size; i++)
		held_step();
	return 1;
}
