#include "cli/canonical_file.h"

#include <fstream>

#include "cli/judge_baseline.h"
#include "cli/read_recording.h"

namespace cttrace {
namespace {

bool begins_as_baseline(const std::string& path) {
  // Standard input can be read but once: it is a recording.
  if (path == "-") return false;
  std::ifstream file(path, std::ios::binary);
  char beginning[64] = {};
  file.read(beginning, sizeof beginning);
  return canon::is_baseline({beginning, static_cast<size_t>(file.gcount())});
}

}  // namespace

canon::CanonicalForm canonical_file(const std::string& path, const std::string& container) {
  if (begins_as_baseline(path)) return load_baseline(path, container).form;
  return canon::canonical(read_recording(path, container));
}

}  // namespace cttrace
