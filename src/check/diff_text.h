// What a diff found, for people: by what it means.
#pragma once

#include <string>

#include "check/finding.h"
#include "render/columns.h"

namespace cttrace::canon {

// `style.verbose`: also each difference of the way and of the cost where only the outcome was asked for, and the
// events. Escaped.
std::string diff_text(const Report& report, const Style& style);

}  // namespace cttrace::canon
