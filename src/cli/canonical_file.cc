#include "cli/canonical_file.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <fstream>

#include "base/fd.h"
#include "cli/judge_baseline.h"
#include "cli/read_recording.h"

namespace cttrace {
namespace {

// Of a pipe that somebody has open, and not of one with a name: who opens that, and closes it, stops its writer.
bool is_open_pipe(const std::string& path) {
  const Fd file(::open(path.c_str(), O_PATH | O_CLOEXEC));
  struct statfs filesystem = {};
  return file && ::fstatfs(file.get(), &filesystem) == 0 && filesystem.f_type == PIPEFS_MAGIC;
}

// Its first byte, which stays in there (tee(2)) for who reads it. Empty: nothing comes.
std::string beginning_of_pipe(const std::string& path) {
  const Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  std::array<int, 2> ends = {};
  if (!file || ::pipe2(ends.data(), O_CLOEXEC) != 0) return {};
  const Fd copy(ends[0]), into(ends[1]);
  ssize_t count = 0;
  do count = ::tee(file.get(), into.get(), 1, 0);
  while (count < 0 && errno == EINTR);
  char first = 0;
  return count == 1 && ::read(copy.get(), &first, 1) == 1 ? std::string(1, first) : std::string();
}

std::string beginning_of_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  char beginning[64] = {};
  file.read(beginning, sizeof beginning);
  return {beginning, static_cast<size_t>(file.gcount())};
}

// What can be read but once is not read to see what it is: it is a recording.
bool begins_as_baseline(const std::string& path) {
  if (path == "-") return false;
  std::error_code unreadable;
  if (!std::filesystem::is_other(path, unreadable)) return canon::is_baseline(beginning_of_file(path));
  return is_open_pipe(path) && canon::is_baseline(beginning_of_pipe(path));
}

}  // namespace

canon::CanonicalForm canonical_file(const std::string& path, const std::string& container) {
  if (begins_as_baseline(path)) return load_baseline(path, container).form;
  return canon::canonical(read_recording(path, container));
}

}  // namespace cttrace
