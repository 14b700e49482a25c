// One process's folder in /proc: everything that is read there, is read here.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/fd.h"
#include "cttrace/proc.h"

namespace cttrace {

// Stays with its process: when that has gone, everything fails with ESRCH, also where another one has its pid by then.
class ProcFolder {
 public:
  // A thread's id stands for the thread. The error says that there is none.
  static Result<ProcFolder> open(uint32_t pid);
  static Result<ProcFolder> self();

  ProcAnswer text(const char* name) const;
  ProcAnswer link(const char* name) const;
  // The mount, as mountinfo counts, that the file behind "root" or "cwd" is in. Nothing is asked of its filesystem.
  ProcAnswer mount_id(const char* name) const;
  // The mount table, not changed while it was read: EAGAIN where it never stood still.
  ProcAnswer mountinfo() const;
  // The descriptors above 2. EMFILE: more than anybody reads.
  ProcAnswer descriptors(std::vector<ProcDescriptor>& open) const;
  // 10 ms ticks since the boot; 0: not known.
  uint64_t start_ticks() const;

 private:
  explicit ProcFolder(Fd folder) : folder_(std::move(folder)) {}
  Fd folder_;
};

// Everything about a process but its descriptors, or what of it may be read.
ProcReading read_proc(const ProcFolder& folder);
// These, too. The error says that there is no such process.
Result<ProcReading> read_proc(uint32_t pid);

// What `read_proc` is compared with.
ProcSurroundings read_surroundings();

}  // namespace cttrace
