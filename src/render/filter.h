// Which calls are shown: -e status=, -z, -Z.
#pragma once

#include "render/renderer.h"

namespace cttrace {

bool has_failed(const Call& call);
bool is_shown(const Call& call, const StatusFilter& filter);

}  // namespace cttrace
