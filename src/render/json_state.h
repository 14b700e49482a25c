// The state of a task in JSON: docs/schema/state.json says what is in it.
#pragma once

#include "cttrace/state.h"
#include "render/handed_over.h"
#include "render/json_values.h"

namespace cttrace {

// The same facts as `handed_over`, all of them. null: there is no such task.
Json json_handed_over(const State& state, TaskId task, const HandedOverOptions& options);

Json json_evidence(Evidence evidence);
Json json_id_map(const std::vector<IdExtent>& map);
Json json_place(const State& state, const Place& place);
Json json_device(const Device& device, const std::string& path);
Json json_identity(const Identity& identity);
// `path` is null.
Json json_mount(const State& state, Slot slot, const Mount& mount);

// The mounts of a tree, in tree order, with their paths from `root` (null: they are not below it).
Json json_mounts(const State& state, TreeId tree, const Place& root);

}  // namespace cttrace
