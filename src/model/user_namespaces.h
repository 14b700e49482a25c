// User namespaces: which ids in them are which of the host's.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "cttrace/state.h"
#include "model/context.h"

namespace cttrace {

inline constexpr uint32_t kNoId = UINT32_MAX;  // what the kernel calls an invalid uid: mapped nowhere

enum class IdKind : uint8_t { kUid, kGid };

// The host's number of an id as somebody in the user namespace calls it; kNoId: it is mapped nowhere.
Fact<uint32_t> to_host(const State& state, NamespaceId user_namespace, uint32_t id, IdKind kind);

// What is written to uid_map or gid_map, as map_write (kernel/user_namespace.c) reads it; none: not three numbers a
// line.
std::optional<std::vector<IdExtent>> id_map_in(std::string_view text);

// Text that was written, successfully, to uid_map or gid_map, or to setgroups, of a task in this namespace. None: not
// known which.
void write_id_map(ModelContext& context, NamespaceId user_namespace, IdKind kind, std::optional<std::string_view> text);
void write_setgroups(ModelContext& context, NamespaceId user_namespace, std::string_view text);

// The kernel's own answer.
void observe_id_maps(ModelContext& context, NamespaceId user_namespace, const Snapshot& snapshot);

}  // namespace cttrace
