// LOOP_CONFIGURE with autoclear.
#include "act/loop_device.h"

#include <fcntl.h>
#include <linux/loop.h>
#include <sys/ioctl.h>

#include <cerrno>
#include <cstring>

namespace cttrace::ctrun {

LoopDevice::LoopDevice(const std::string& image, bool read_only) {
  const int mode = (read_only ? O_RDONLY : O_RDWR) | O_CLOEXEC;
  const Fd file(open(image.c_str(), mode));
  if (!file) throw Failure(system_error("open the image", image));
  const Fd control(open("/dev/loop-control", O_RDWR | O_CLOEXEC));
  if (!control) throw Failure(system_error("get a loop device for", image));
  loop_config config = {};
  config.fd = static_cast<unsigned>(file.get());
  config.info.lo_flags = LO_FLAGS_AUTOCLEAR | (read_only ? static_cast<unsigned>(LO_FLAGS_READ_ONLY) : 0U);
  strncpy(reinterpret_cast<char*>(config.info.lo_file_name), image.c_str(), LO_NAME_SIZE - 1);
  // Somebody else may take the free one first.
  for (int tries = 0; tries < 64; ++tries) {
    const int number = ioctl(control.get(), LOOP_CTL_GET_FREE);
    if (number < 0) throw Failure(system_error("get a loop device for", image));
    path_ = "/dev/loop" + std::to_string(number);
    device_.reset(open(path_.c_str(), mode));
    if (!device_) throw Failure(system_error("open", path_));
    if (ioctl(device_.get(), LOOP_CONFIGURE, &config) == 0) return;
    if (errno != EBUSY) throw Failure(system_error("make a loop device of", image));
  }
  throw Failure(system_error("get a loop device for", image, EBUSY));
}

}  // namespace cttrace::ctrun
