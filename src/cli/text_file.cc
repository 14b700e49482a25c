#include "cli/text_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "base/fd.h"
#include "check/json_reading.h"
#include "wire/recording.h"

namespace cttrace {

Result<std::string> read_text_file(const std::string& path, const std::string& what, const std::string& of_recording) {
  const auto failed = [&] {
    Error error = system_error("read " + what, path);
    error.exit_status = 2;
    return error;
  };
  const Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
  if (!file) return failed();
  std::string text;
  std::array<char, 1u << 16> buffer = {};
  // One byte more than what is allowed tells that there is more.
  while (text.size() <= kLargestText_bytes) {
    const ssize_t count = ::read(file.get(), buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return failed();
    if (count == 0) break;
    text.append(buffer.data(), static_cast<size_t>(count));
  }
  if (!text.starts_with(kRecordingMagic)) return text;
  return Error{
      .what = "read " + what, .subject = path, .why = "it is a recording", .remedy = of_recording, .exit_status = 2};
}

}  // namespace cttrace
