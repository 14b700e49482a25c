// An OCI configuration against what happened: docs/oci.md says what is judged of every field.
#pragma once

#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "check/facts.h"
#include "check/finding.h"

namespace cttrace {

struct OciConfig {
  std::string name = {};    // of the file, as it was named
  std::string folder = {};  // the bundle, as an absolute path; empty: not known
  std::shared_ptr<const nlohmann::ordered_json> json = {};
};

// Errors have exit_status 2. Fields of another type than they should have are no error here: they cannot be judged.
Result<OciConfig> parse_oci_config(std::string_view text, const std::string& name, const std::string& folder);

// Judged are the containers of this bundle; where none is known to be of it, all containers.
Report judge(const OciConfig& config, const RecordingFacts& facts);

// The fields that are judged, as their paths in the configuration: "process.capabilities.bounding", "mounts".
std::vector<RuleWords> oci_fields();

}  // namespace cttrace
