// Bodies that are still to come.
#include "model/mounts_api.h"

#include "cttrace/mount_rows.h"

namespace cttrace {

KernelRules rules_of(const TraceInfo&) { return {}; }
TreeId begin_mounts(Context&, const Mounts&, NamespaceId) { return 0; }
TreeId unknown_mounts(Context&, NamespaceId) { return 0; }
TreeId copy_mounts(Context&, TreeId, NamespaceId, uint32_t) { return 0; }
void name_mounts(Context&, TreeId, uint32_t) {}
void drop_mounts(Context&, TreeId) {}
void enter_mounts(Context&, TaskState&, TreeId, const Call*) {}
void mounts_of_found_task(Context&, TaskState&, const Snapshot*) {}
void mounts_of_new_task(Context&, const TaskState&, TaskState&, uint64_t) {}
void unshare_mounts_of(Context&, TaskState&, uint64_t) {}
void mounts_of_new_program(Context&, TaskState&, const Snapshot&) {}
void mounts_of_ended_task(Context&, const TaskState&) {}
void see_file(Context&, const File&) {}
bool apply_mount_call(Context&, const Call&, TaskState&) { return false; }
Place place_of(const State&, const File&) { return {}; }

std::optional<std::vector<MountRow>> parse_mountinfo(std::string_view) { return std::nullopt; }
std::vector<MountRow> mount_rows(const State&, TreeId, const Place&) { return {}; }
std::vector<std::string> differences(const std::vector<MountRow>&, const std::vector<MountRow>&) { return {}; }

}  // namespace cttrace
