// A file as a block device.
#pragma once

#include <string>

#include "base/fd.h"

namespace cttrace::ctrun {

// Goes with its last user: this object, or the mount that was made of it. Throws Failure.
class LoopDevice {
 public:
  LoopDevice(const std::string& image, bool read_only);
  const std::string& path() const { return path_; }

 private:
  std::string path_ = {};
  Fd device_ = {};
};

}  // namespace cttrace::ctrun
