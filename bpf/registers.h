/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A call's number and arguments, where the ABI puts them. */
#pragma once

#include "emit.h"

struct call { u32 nr; u32 abi; u64 args[6]; };

static __always_inline u32 call_number(struct pt_regs *regs)
{
#if defined(__TARGET_ARCH_x86)
	return (u32)BPF_PROBE_READ(regs, orig_ax);
#else
	return (u32)BPF_CORE_READ(regs, syscallno);
#endif
}

static __noinline void read_args(struct pt_regs *regs, struct call *call)
{
#if defined(__TARGET_ARCH_x86)
	struct arg_regs r = {};
	bpf_probe_read_kernel(&r, sizeof(r), &regs->args);
	if (call->abi == CT_ABI_I386) {
		call->args[0] = (u32)r.bx;
		call->args[1] = (u32)r.cx;
		call->args[2] = (u32)r.dx;
		call->args[3] = (u32)r.si;
		call->args[4] = (u32)r.di;
		call->args[5] = (u32)r.bp;
		return;
	}
	call->args[0] = r.di;
	call->args[1] = r.si;
	call->args[2] = r.dx;
	call->args[3] = r.r10;
	call->args[4] = r.r8;
	call->args[5] = r.r9;
#else
	call->args[0] = BPF_CORE_READ(regs, orig_x0); /* x0 holds the return value at exit */
	call->args[1] = BPF_CORE_READ(regs, regs[1]);
	call->args[2] = BPF_CORE_READ(regs, regs[2]);
	call->args[3] = BPF_CORE_READ(regs, regs[3]);
	call->args[4] = BPF_CORE_READ(regs, regs[4]);
	call->args[5] = BPF_CORE_READ(regs, regs[5]);
#endif
}
