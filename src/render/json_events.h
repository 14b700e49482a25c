// Events in JSON: one object each, as docs/schema/ndjson.json describes them.
#pragma once

#include "cttrace/event.h"
#include "cttrace/source.h"
#include "render/completeness.h"
#include "render/json_values.h"

namespace cttrace {

Json json_header(const TraceInfo& info);

Json json_namespaces(const NamespaceInodes& namespaces);

// Adds `killed_by`, where it is known.
void add_killer(Json& ended, const MaybeKiller& killer);

Json json_event(const Call& call, const RenderOptions& options);
Json json_event(const Fork& fork);
Json json_event(const Snapshot& snapshot);
Json json_event(const TaskExit& exit);
Json json_event(const CgroupAttach& attach);
Json json_event(const Mounts& mounts);
Json json_event(const Loss& loss);

// Without the summary.
Json json_completeness(const Completeness& completeness, const BadRecords& bad, bool whole);

}  // namespace cttrace
