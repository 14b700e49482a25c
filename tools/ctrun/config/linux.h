// The `linux` part of config.json.
#pragma once

#include "config/config.h"
#include "config/json_reader.h"

namespace cttrace::ctrun {

void read_linux(Config& config, const JsonReader& json);

}  // namespace cttrace::ctrun
