// What the steps of a plan work with while they are executed: descriptors that were opened before, pids, the container.
#pragma once

#include <linux/filter.h>
#include <sys/types.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/fd.h"
#include "plan/plan.h"
#include "state/state.h"

namespace cttrace::ctrun {

// Each process that sets up has a copy of its own: what init opens is init's.
struct Context {
  ContainerState state = {};
  const StateFolder* folder = nullptr;
  Process process = {};
  std::string config_folder = {};  // the bundle

  Fd host_root = {};  // "/" as it was, for who goes out on purpose
  Fd host_proc = {};  // the host's /proc: nothing in a container can stand in for it
  Fd rootfs = {};     // once it is a mount
  Fd old_root = {};
  Fd devtmpfs = {};
  Fd process_root = {};  // of the container's first process: for an entry
  Fd terminal = {};      // where the terminal's other end is sent to
  Fd start_fifo = {}, result_fifo = {};
  std::map<std::string, Fd> namespaces = {};  // by path
  std::vector<sock_filter> filter = {};
  unsigned filter_flags = 0;  // SECCOMP_FILTER_FLAG_*
  int preserved_fds = 0;      // from 3 on, that the program gets
  bool closes_stdin = false;

  pid_t maker = 0, init = 0;  // the host's
  std::vector<int> closed_in_children = {};
  sigset_t old_signals = {};  // what was blocked when ctrun was started
};

// What came of a step that the set-up goes on after.
struct Outcome {
  enum class Kind { kDone, kSkipped, kFailed } kind = Kind::kDone;
  int code = 0;  // kFailed: the errno, of a failure that is ignored

  static const Outcome kDone, kSkipped;  // kSkipped: what it is about is not there
  static Outcome failed(int code) { return {Kind::kFailed, code}; }
};
inline const Outcome Outcome::kDone = {};
inline const Outcome Outcome::kSkipped = {Outcome::Kind::kSkipped, 0};

// Throws a Failure that says what, on what and why.
Outcome execute_step(Context& context, const Step& step);

}  // namespace cttrace::ctrun
