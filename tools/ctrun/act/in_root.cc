// openat2(RESOLVE_IN_ROOT) for what is there; for what is not, one part of the path after the other.
#include "act/in_root.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <deque>
#include <vector>

namespace cttrace::ctrun {
namespace {

Fd open_in_root(int root, const std::string& path, uint64_t flags, uint64_t more_resolve = 0) {
  open_how how = {};
  how.flags = flags | O_CLOEXEC;
  how.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS | more_resolve;
  for (;;) {
    const long fd = syscall(SYS_openat2, root, path.c_str(), &how, sizeof how);
    // EAGAIN: somebody renamed something meanwhile, so that ".." could not be trusted.
    if (fd >= 0 || (errno != EAGAIN && errno != EINTR)) return Fd(static_cast<int>(fd));
  }
}

std::deque<std::string> parts_of(const std::string& path) {
  std::deque<std::string> parts;
  for (size_t begin = 0; begin < path.size();) {
    const size_t end = std::min(path.find('/', begin), path.size());
    const std::string part = path.substr(begin, end - begin);
    if (!part.empty() && part != ".") parts.push_back(part);
    begin = end + 1;
  }
  return parts;
}

std::string link_target(int folder, const std::string& name) {
  std::string target(4096, '\0');
  const ssize_t length = readlinkat(folder, name.c_str(), target.data(), target.size());
  target.resize(length > 0 ? static_cast<size_t>(length) : 0);
  return target;
}

// Walks `path` with links resolved below the root, also such as lead to nothing yet; makes the folders that are
// missing. Stops before the last part unless that is a link.
class Maker {
 public:
  Maker(const Fd& root, const std::string& path) : root_(root), path_(path), rest_(parts_of(path)) {}

  Place place() {
    for (int links = 0;;) {
      Fd folder = open_in_root(root_.get(), "/" + joined(), O_PATH | O_DIRECTORY, RESOLVE_NO_SYMLINKS);
      if (!folder) throw Failure(system_error("reach in the container", path_));
      if (rest_.empty()) return {std::move(folder), "."};
      const std::string part = rest_.front();
      rest_.pop_front();
      if (part == "..") {
        if (!done_.empty()) done_.pop_back();
        continue;
      }
      const std::string target = link_target(folder.get(), part);
      if (!target.empty()) {
        if (++links > 40) throw Failure(system_error("reach in the container", path_, ELOOP));
        const std::deque<std::string> more = parts_of(target);
        rest_.insert(rest_.begin(), more.begin(), more.end());
        if (target[0] == '/') done_.clear();
        continue;
      }
      if (rest_.empty()) return {std::move(folder), part};
      if (mkdirat(folder.get(), part.c_str(), 0755) != 0 && errno != EEXIST)
        throw Failure(system_error("make the folders above", path_));
      done_.push_back(part);
    }
  }

 private:
  std::string joined() const {
    std::string whole;
    for (const std::string& part : done_) whole += part + "/";
    return whole;
  }

  const Fd& root_;
  const std::string& path_;
  std::deque<std::string> rest_;
  std::vector<std::string> done_ = {};
};

}  // namespace

Result<Fd> find_in_root(const Fd& root, const std::string& path) {
  Fd found = open_in_root(root.get(), path, O_PATH);
  if (!found) return system_error("reach in the container", path);
  return found;
}

Place place_in_root(const Fd& root, const std::string& path) { return Maker(root, path).place(); }

Fd ensure_folder_in_root(const Fd& root, const std::string& path) {
  if (Result<Fd> there = find_in_root(root, path)) return std::move(*there);
  const Place place = place_in_root(root, path);
  if (mkdirat(place.folder.get(), place.name.c_str(), 0755) != 0 && errno != EEXIST)
    throw Failure(system_error("make the folder", path));
  Result<Fd> made = find_in_root(root, path);
  if (!made) throw Failure(made.error());
  return std::move(*made);
}

Fd ensure_file_in_root(const Fd& root, const std::string& path) {
  if (Result<Fd> there = find_in_root(root, path)) return std::move(*there);
  const Place place = place_in_root(root, path);
  const Fd file(
      openat(place.folder.get(), place.name.c_str(), O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC | O_WRONLY, 0644));
  if (!file && errno != EEXIST) throw Failure(system_error("make the file", path));
  Result<Fd> made = find_in_root(root, path);
  if (!made) throw Failure(made.error());
  return std::move(*made);
}

std::string fd_path(const Fd& fd) { return "/proc/self/fd/" + std::to_string(fd.get()); }

}  // namespace cttrace::ctrun
