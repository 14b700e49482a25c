/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What is in a descriptor table: which detached mount trees one holds that is about to end, and what is open when a
 * program begins. Such a tree goes with the last descriptor of it, and no call tells of those that end with their table,
 * nor of the ones that were duplicated or passed on before. */
#pragma once

#include "files.h"

#define TABLE_MOST 4096 /* descriptors of a table that are looked at; a larger one is not told */
#define TOLD_MOST 48    /* descriptors that are told of one table */

/* Captures those of the next descriptors from s->pointer on that are wanted. */
__noinline int table_step(u32 arg)
{
	struct scratch *s = get_scratch();
	if (!s)
		return 0;
	struct task_struct *task = (struct task_struct *)s->task;
	struct file **array = BPF_CORE_READ(task, files, fdt, fd);
	u32 first = s->pointer;
	s->pointer = first + TABLE_STEP;
	if (bpf_probe_read_kernel(s->open, sizeof(s->open), array + first))
		return 0;
	for (u32 i = 0; i < TABLE_STEP; i++) {
		u32 fd = first + i;
		if (!s->open[i])
			continue;
		if (arg == CT_ARG_HELD ? !holds_detached_tree(fd_file(task, fd)) : fd < 3)
			continue;
		if (s->told++ < TOLD_MOST)
			capture_file(arg, CT_CAP_FILE, AT_FD, fd);
	}
	return 0;
}

/* The files of s->task's table that `arg` stands for. 0: not all of them are told. */
__noinline int capture_table(u32 arg)
{
	struct scratch *s = get_scratch();
	if (!s)
		return 0;
	struct task_struct *task = (struct task_struct *)s->task;
	struct files_struct *files = BPF_CORE_READ(task, files);
	u32 size = BPF_CORE_READ(files, fdt, max_fds);
	if (!files || size > TABLE_MOST)
		return 0;
	s->pointer = 0;
	s->told = 0;
	for (int i = 0; i < TABLE_MOST / TABLE_STEP && s->pointer < size; i++)
		table_step(arg);
	return s->told <= TOLD_MOST;
}

/* Whether nobody but s->task uses its table. */
static __always_inline int has_own_table(struct task_struct *task)
{
	return BPF_CORE_READ(task, files, count.counter) == 1;
}
