/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Who sent the signal that ends a process. It is noted when the signal is sent, and told at the process's end if that
 * is what ended it. Where the tracepoint cannot be attached, nothing is noted, and only what the OOM killer chose is
 * told: user space attaches it only where it can be. */
#pragma once

#include "emit.h"

#define PF_EXITING 4

#define SIGKILL 9

/* By number: those that end nobody by default (sig_kernel_ignore, sig_kernel_stop of the kernel, SIGCONT). Go sends
 * SIGURG all the time. */
#define ENDS_NOBODY (1u << 17 | 1u << 18 | 1u << 19 | 1u << 20 | 1u << 21 | 1u << 22 | 1u << 23 | 1u << 28)

/* Of siginfo's pointer, and of si_code. */
#define SEND_SIG_NOINFO 0
#define SEND_SIG_PRIV 1
#define SI_KERNEL 0x80
#define SI_USER 0
#define SI_QUEUE (-1)
#define SI_TKILL (-6)

/* Of enum trace_signal result: the process gets it. Otherwise it is ignored, or the same one waits already: with
 * SIGKILL, somebody else was faster. */
#define TRACE_SIGNAL_DELIVERED 0
#define TRACE_SIGNAL_LOSE_INFO 4

struct sender {
	u64 start_ns; /* of the process that it was sent to */
	u32 signal;
	u32 killer; /* enum ct_killer */
	u32 tgid;
	u32 pad;
	char comm[16];
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4096); /* processes that run on with a signal */
	__type(key, u32); /* tgid in the host's pid namespace */
	__type(value, struct sender);
} senders SEC(".maps");

/* Whether the first process of a pid namespace is ending: zap_pid_ns_processes kills the others. */
static __always_inline int ends_pid_namespace(struct task_struct *task)
{
	struct pid *pid = BPF_CORE_READ(task, thread_pid);
	struct pid_namespace *ns = 0;
	u32 level = BPF_CORE_READ(pid, level);
	bpf_probe_read_kernel(&ns, sizeof(ns), &pid->numbers[level & 31].ns);
	return BPF_CORE_READ(ns, child_reaper) == task;
}

/* What `self`, who runs while `signal` is sent to `to`, has to do with it. An interrupt's is nobody's that runs. */
static __always_inline u32 find_killer(u32 signal, u64 info, struct task_struct *self, struct task_struct *to)
{
	int ending = BPF_CORE_READ(self, flags) & PF_EXITING;
	int own = BPF_CORE_READ(self, signal) == BPF_CORE_READ(to, signal);
	if (info == SEND_SIG_PRIV)
		return ending && signal == SIGKILL && ends_pid_namespace(self) ? CT_KILLER_PID_NAMESPACE : CT_KILLER_KERNEL;
	if (info == SEND_SIG_NOINFO) {
		/* forget_original_parent; a write into a pipe that nobody reads sends SIGPIPE like this, in its writer's name */
		if (ending && BPF_CORE_READ(to, pdeath_signal) == (int)signal)
			return CT_KILLER_PARENT;
		return own && signal != SIGKILL ? CT_KILLER_UNKNOWN : CT_KILLER_PROCESS;
	}
	struct kernel_siginfo *told = (struct kernel_siginfo *)info;
	s32 code = BPF_CORE_READ(told, si_code);
	if (code == SI_USER || code == SI_QUEUE || code == SI_TKILL)
		return CT_KILLER_PROCESS;
	/* A process may say SI_KERNEL to itself; and what an instruction of its own has done, the kernel has not. */
	return code == SI_KERNEL && !own ? CT_KILLER_KERNEL : CT_KILLER_UNKNOWN;
}

/* signal_generate(sig, info, task, group, result) */
SEC("raw_tp/signal_generate")
int signal_sent(struct bpf_raw_tracepoint_args *ctx)
{
	u32 signal = ctx->args[0], result = ctx->args[4];
	if (signal < 32 && ENDS_NOBODY >> signal & 1)
		return 0;
	if (result != TRACE_SIGNAL_DELIVERED && result != TRACE_SIGNAL_LOSE_INFO)
		return 0;
	struct task_struct *to = (struct task_struct *)ctx->args[2];
	u32 tid = BPF_CORE_READ(to, pid), tgid = BPF_CORE_READ(to, tgid);
	if (!followed(tid))
		return 0;
	struct task_struct *self = (struct task_struct *)bpf_get_current_task();
	struct sender sender = {
		.start_ns = BPF_CORE_READ(to, group_leader, start_boottime),
		.signal = signal,
		.killer = find_killer(signal, ctx->args[1], self, to),
	};
	if (sender.killer != CT_KILLER_UNKNOWN && sender.killer != CT_KILLER_KERNEL) {
		struct task_struct *leader = BPF_CORE_READ(self, group_leader);
		sender.tgid = tgid_as_seen(self);
		bpf_probe_read_kernel(sender.comm, sizeof(sender.comm), leader->comm);
	}
	bpf_map_update_elem(&senders, &tgid, &sender, BPF_ANY);
	return 0;
}

static __always_inline int chosen_by_oom_killer(struct task_struct *task)
{
	struct signal_struct *signal = BPF_CORE_READ(task, signal);
	return bpf_core_field_exists(signal->oom_mm) && BPF_CORE_READ(signal, oom_mm);
}

/* At the end of the last thread of a process. */
static __always_inline void tell_killer(struct task_struct *task, struct ct_task_exit *out)
{
	u32 tgid = BPF_CORE_READ(task, tgid), signal = out->code & 0x7f;
	struct sender *sender = bpf_map_lookup_elem(&senders, &tgid);
	if (sender && signal && sender->signal == signal &&
	    sender->start_ns == BPF_CORE_READ(task, group_leader, start_boottime)) {
		out->killer = sender->killer;
		out->killer_tgid = sender->tgid;
		__builtin_memcpy(out->killer_comm, sender->comm, sizeof(out->killer_comm));
	}
	/* One that is ending already may be chosen as well (task_will_free_mem): whoever had it end was somebody else. */
	if (signal == SIGKILL && (out->killer == CT_KILLER_KERNEL || out->killer == CT_KILLER_UNKNOWN) &&
	    chosen_by_oom_killer(task))
		out->killer = CT_KILLER_OOM;
	if (sender)
		bpf_map_delete_elem(&senders, &tgid);
}
