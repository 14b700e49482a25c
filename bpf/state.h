/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the capture programs know: configuration, the rows, the followed tasks, the record in the making. */
#pragma once

#include "kernel.h"

#include "../include/cttrace/wire.h"

#define MAX_ROWS 512
#define MAX_NUMBERS 512 /* syscall numbers of an abi that the table can hold */
#define MAX_VARIANTS 512
#define MAX_TASKS 65536
#define MAX_KEPT 1024 /* threads of whose words the last ones are kept */
#define TABLE_STEP 16 /* descriptors of a table that are looked at in one go */

/* Set by user space before loading. */
const volatile __u32 wake_bytes = 0; /* wakes the reader when this much waits; it also looks by itself */
const volatile __u64 secret = 0;     /* random: no number that is told says where something is in the kernel's memory */

/* Found out by the first run of the task iterator, which cttrace makes itself: nothing here is traced. */
__u32 own_tgid = 0;
__u32 own_level = 0; /* of cttrace's pid namespace: the one in which records tell pids */
__u32 kernel_traits = 0; /* CT_TRAIT_* */

/* Set by user space when every hook is attached, so that no call is seen by half. */
__u32 follow_all = 0;

/* Set by user space, when every hook is attached, while it looks for the tasks that are there already: until it has
 * found one, its fork tells. */
__u32 searching = 0;

/* Set by user space when it has found them all: whoever is met from now on is none of them (strangers.h). */
__u32 meeting_strangers = 0;

/* Bits by number, of all abis: calls that are told of strangers (strangers.h), and of those who have been met. */
__u64 numbers_of_strangers[MAX_NUMBERS / 64] = {};
__u64 numbers_of_met_strangers[MAX_NUMBERS / 64] = {};
/* The same of each abi by itself: a number means another call in another one. */
#define NUMBER_WORDS (CT_ABI_COUNT * MAX_NUMBERS / 64)
__u64 mount_numbers[NUMBER_WORDS] = {};
__u64 join_numbers[NUMBER_WORDS] = {}; /* of those: setns */

__u64 live_tasks = 0; /* followed and not yet ended */
__u64 new_tasks = 0;  /* found by the iterator */

/* No larger than it is: a new one is made on the stack, of which older verifiers (6.1) count 512 bytes for all calls. */
struct task_state {
	u32 tgid;     /* as cttrace sees it, 0 of a stranger; first: user space reads it */
	u32 enter_tid;
	u64 enter_ns;
	u64 args[6];
	u32 hash[6];  /* of what was captured at entry */
	u32 nr;
	u16 row;      /* of the pending call, + 1; 0: none that is captured */
	u8 abi;
	u8 in_call;
	u8 synced;    /* has been seen entering or leaving a call: from here on, an exit without an entry means something */
	u8 enter_lost;
	u8 made_node : 1; /* of a leader: a thread of its process has made a node since the program began */
	u8 own_stdout : 1; /* when its program began, descriptor 1 was another file than 2 */
	u8 stranger : 1; /* strangers.h: it is not followed */
	u8 keeps : 1; /* the pending call is one of last words: it is kept (last_words.h), and not recorded */
	u8 captured;  /* bit per argument: its bytes were read at entry */
	u8 faulted;   /* bit per argument: its bytes could not be read at entry */
	u8 told;      /* its snapshot, or the fork that made it, has been recorded */
	u8 log_head;  /* of the filesystem context's log, at entry */
	u8 said;      /* calls of rows with CT_ROW_FEW that its program has made; CT_FEW: or more; NOT_KEPT */
	u64 task;     /* struct task_struct *, checked before use */
};

/* The record in the making, and the state of the loops that fill it: here, and not in registers, so that the
 * verifier sees the same state at every turn. */
struct scratch {
	u64 seq;
	u32 busy;
	u32 offset;      /* where the next capture goes */
	u32 cut;         /* captures did not fit */
	u32 truncated;   /* captures that hold the beginning only */
	u64 task;        /* whose files, root and namespaces are told */
	u64 args[6];
	u32 hash;        /* of the last capture */
	u32 status;      /* of the last capture */
	u32 capture;     /* offset of its header */
	u32 abi;
	s64 ret;
	u64 mix;         /* hash in the making */
	u64 dentry, mnt; /* path walk */
	u64 pointer;     /* vector walk */
	u64 string;      /* the rest of a long string of a vector */
	u32 index;
	u32 done;
	u32 magic_fd;
	u32 magic_pid;
	u32 magic_prefix;
	u32 word;        /* bytes of a pointer in the task's memory */
	u32 told;        /* descriptors of a table */
	struct file *open[TABLE_STEP]; /* of the table's next descriptors */
	struct ct_row row;
	char name[16];
	u8 data[CT_RECORD_MAX + CT_PATH_MAX + 64] __attribute__((aligned(8)));
};

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 8 * 1024 * 1024);
} events SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, MAX_TASKS);
	__type(key, u32); /* tid in the host's pid namespace */
	__type(value, struct task_state);
} tasks SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4096);
	__type(key, u32); /* tgid in cttrace's pid namespace */
	__type(value, u8);
} targets SEC(".maps");

/* Whom meet_strangers is to meet. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4096);
	__type(key, u32); /* tgid in cttrace's pid namespace */
	__type(value, u8);
} strangers SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, MAX_ROWS);
	__type(key, u32);
	__type(value, struct ct_row);
} rows SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, CT_ABI_COUNT * MAX_NUMBERS);
	__type(key, u32); /* abi * MAX_NUMBERS + number */
	__type(value, u16); /* row + 1; 0: not captured */
} numbers SEC(".maps");

/* Those that followed tasks have been in. Inode numbers are used again at once; ids are not. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 16384);
	__type(key, u64); /* mount_namespace_id() */
	__type(value, u8);
} mount_namespaces SEC(".maps");

struct variant_key { u32 row; u32 pad; u64 value; };

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, MAX_VARIANTS);
	__type(key, struct variant_key);
	__type(value, u32); /* row */
} variants SEC(".maps");

/* Slot 0 belongs to the tracepoints, slot 1 to the iterators, which a tracepoint may interrupt. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 2);
	__type(key, u32);
	__type(value, struct scratch);
} scratches SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, CT_LOSS_COUNT + 1); /* the last one counts what was recorded */
	__type(key, u32);
	__type(value, u64);
} counters SEC(".maps");

/* Of the program that makes a record on a CPU: the time of the record, or CT_TAKING_TIME just before it is known; 0: there
 * is none. User space reads it before it promises that nothing earlier will come. A cache line each. */
#define CT_TAKING_TIME 1

struct at_work { u64 since_ns; u64 pad[7]; };

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1); /* user space sets it to the number of possible CPUs */
	__type(key, u32);
	__type(value, struct at_work);
} at_work SEC(".maps");

/* A value in one register of its own: what the verifier has seen compared is then what is used, and not a copy that
 * clang made before. */
#define pinned(value) ({ u64 pinned_ = (value); asm volatile("" : "+r"(pinned_)); pinned_; })

static __always_inline void count_many(u32 kind, u64 number)
{
	u64 *counter = bpf_map_lookup_elem(&counters, &kind);
	if (counter)
		__sync_fetch_and_add(counter, number);
}

static __always_inline void count(u32 kind) { count_many(kind, 1); }

static __always_inline u32 current_tid(void) { return (u32)bpf_get_current_pid_tgid(); }
static __always_inline u32 current_tgid(void) { return bpf_get_current_pid_tgid() >> 32; }

/* Its state, where it is followed. */
static __always_inline struct task_state *followed(u32 tid)
{
	struct task_state *state = bpf_map_lookup_elem(&tasks, &tid);
	return state && !state->stranger ? state : 0;
}

static __always_inline u64 mount_namespace_id(struct task_struct *task)
{
	struct mnt_namespace *ns = BPF_CORE_READ(task, nsproxy, mnt_ns);
	if (bpf_core_field_exists(ns->seq))
		return BPF_CORE_READ(ns, seq);
	return bpf_core_field_exists(ns->ns.ns_id) ? BPF_CORE_READ(ns, ns.ns_id) : BPF_CORE_READ(ns, ns.inum);
}

static __always_inline void note_mount_namespace(struct task_struct *task)
{
	u64 id = mount_namespace_id(task);
	u8 yes = 1;
	if (id && !bpf_map_lookup_elem(&mount_namespaces, &id))
		bpf_map_update_elem(&mount_namespaces, &id, &yes, BPF_ANY);
}

static __always_inline struct scratch *get_scratch(void)
{
	u32 slot = current_tgid() == own_tgid;
	return bpf_map_lookup_elem(&scratches, &slot);
}
