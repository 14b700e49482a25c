// What /proc tells of a task that stands still: pids, identity, cgroup; as bpf/snapshot.h tells it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/proc_text.h"
#include "cttrace/wire.h"

namespace cttrace::ptrace {

// A text of /proc/TID; empty: it cannot be read.
std::string task_text(uint32_t tid, const char* name);

std::optional<ProcStat> task_stat(uint32_t tid);
uint64_t start_ns(const ProcStat& stat);

// By pid namespace, from that of our /proc inwards.
std::vector<uint32_t> pids(std::string_view status);
// As many as there is room for. Returns how many.
uint32_t fill_pids(const std::vector<uint32_t>& pids, uint32_t (&to)[CT_NS_LEVELS]);
// Ids, capabilities, seccomp; what is not there stays.
void fill_identity(std::string_view status, ct_exec& out);

// 32 bits each, as in a CT_CAP_IDS and a CT_CAP_ID_MAP.
std::string id_bytes(const std::vector<uint64_t>& values);
// The bytes of a CT_CAP_IDS.
std::string groups(std::string_view status);
// What its program found under this AT_* when it began.
std::optional<uint64_t> auxiliary_value(uint32_t tid, uint64_t type);
std::optional<uint64_t> auxiliary_value(std::string_view auxv, uint64_t type);
// The path of its cgroup2 group.
std::optional<std::string> cgroup_path(uint32_t tid);

}  // namespace cttrace::ptrace
