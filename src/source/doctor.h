// What this host allows: every capability that tracing needs is tried, not guessed from a version. Leaves nothing.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/error.h"

namespace cttrace {

struct Capability {
  enum class Verdict : uint8_t { kWorks, kMissing, kUnknown };

  std::string name;
  Verdict verdict = Verdict::kUnknown;
  bool needed = false;  // without it the eBPF backend cannot work
  std::string found;    // what there is, or why it does not work
  std::string remedy;   // what to do about it; empty where nothing needs doing
};

struct Diagnosis {
  std::string kernel;  // release
  std::string machine;
  std::vector<Capability> capabilities;
  std::string backend;  // "ebpf", or empty: none can be used
  std::string why;      // that one and not the other
};

Diagnosis diagnose();

// Whether this process has what loading the capture programs takes. The error has the remedy.
Status check_privileges();

// Whether this process has CAP_SYS_ADMIN in its user namespace.
bool has_sys_admin();

}  // namespace cttrace
