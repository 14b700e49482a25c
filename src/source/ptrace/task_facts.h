// What /proc tells of a task that stands still: pids, namespaces, identity, maps, cgroup; as bpf/snapshot.h tells it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/proc_text.h"
#include "cttrace/wire.h"

namespace cttrace::ptrace {

// A text of /proc/TID; empty: it cannot be read.
std::string task_text(uint32_t tid, const char* name);

std::optional<ProcStat> task_stat(uint32_t tid);
uint64_t start_ns(const ProcStat& stat);

// By pid namespace, from ours inwards. Returns how many.
uint32_t fill_pids(std::string_view status, uint32_t (&pids)[CT_NS_LEVELS]);
void fill_namespaces(uint32_t tid, uint32_t (&namespaces)[CT_NS_COUNT]);
// Ids, capabilities, seccomp; what is not there stays.
void fill_identity(std::string_view status, ct_exec& out);

// How many user namespaces the task's is below ours.
uint32_t user_namespace_level(uint32_t tid);

// The bytes of a CT_CAP_ID_MAP of uid_map or gid_map; none: it cannot be read.
std::optional<std::string> id_map(uint32_t tid, const char* name);
// The bytes of a CT_CAP_IDS.
std::string groups(std::string_view status);
// The path of its cgroup2 group.
std::optional<std::string> cgroup_path(uint32_t tid);

}  // namespace cttrace::ptrace
