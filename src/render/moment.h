// The state at one moment, for --at.
#pragma once

#include <string>

#include "cttrace/moment.h"
#include "cttrace/source.h"
#include "render/json_values.h"
#include "render/renderer.h"

namespace cttrace {

// A heading, and for each container a section as in a story's end.
std::string moment_text(const Moment& moment, const TraceInfo& info, const RenderOptions& options);

// The same facts: docs/schema/story.json says what is in it.
Json json_moment(const Moment& moment, const TraceInfo& info);

}  // namespace cttrace
