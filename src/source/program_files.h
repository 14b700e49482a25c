// Finds the files of programs that have just begun, and what version they say they are.
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <map>
#include <string>
#include <tuple>

#include "base/fd.h"
#include "wire/record.h"

namespace cttrace {

class ProgramFiles {
 public:
  ProgramFiles();

  // Of the executable that an EXEC or SNAPSHOT record names. Empty: it does not say; or the process has gone, and its
  // file cannot be found by its path; or reading it could wait for somebody (FUSE, a network).
  std::string version(const Record& record);

 private:
  using Identity = std::tuple<uint64_t, uint64_t, int64_t, int64_t, int64_t>;  // device, inode, size, time of change

  static Identity identity(const struct stat& status);
  Fd open(uint32_t pid, const ct_file& file, const std::string& path) const;

  uint32_t own_mount_ns_ = 0;
  std::map<Identity, std::string> known_;
};

}  // namespace cttrace
