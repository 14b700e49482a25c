// The state of one process as /proc tells it, without any trace.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "cttrace/proc.h"
#include "cttrace/state.h"

namespace cttrace {

struct FromProc {
  State state;  // holds the process as its only task
  TaskId task;
  std::string comm;
  bool kernel_thread = false;
  bool zombie = false;
  // What /proc did not tell, and why: a positive errno; 0: it makes no sense.
  struct Unread {
    std::string what;
    int error = 0;
  };
  std::vector<Unread> unread;
  std::map<uint32_t, std::string> hierarchies = {};  // of cgroups: what they are called; none: that could not be read
  // Namespaces to compare with, by ct_ns; 0: not known.
  NamespaceInodes host = {};
  bool host_is_first = false;  // they are those of PID 1; otherwise cttrace's own
};

// Pure.
FromProc from_proc(const ProcReading& reading, const ProcSurroundings& around);

}  // namespace cttrace
