#include "source/ptrace/call_places.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/paths.h"
#include "source/ptrace/capture.h"
#include "source/ptrace/magic_path.h"

namespace cttrace::ptrace {
namespace {

// With that place for the root of everything.
Fd opened_in(const std::string& place, const std::string& path, bool follow) {
  const Fd root(::open(place.c_str(), O_PATH | O_CLOEXEC));
  open_how how = {};
  how.flags = O_PATH | O_CLOEXEC | (follow ? 0u : O_NOFOLLOW);
  how.resolve = RESOLVE_IN_ROOT;
  return Fd(root ? static_cast<int>(::syscall(SYS_openat2, root.get(), path.c_str(), &how, sizeof(how))) : -1);
}

std::optional<FileStatus> status_of(const Fd& fd) {
  return fd ? file_status("/proc/self/fd/" + std::to_string(fd.get())) : std::nullopt;
}

// The path from the tracee's root. None: no path leads from there to where it begins.
std::optional<std::string> absolute(Tracee& tracee, const PathGiven& given) {
  const std::optional<MagicPath> magic = parse_magic_path(given.path);
  if (!magic && given.path.starts_with('/')) return std::string(given.path);
  if (magic && magic->pid && magic->pid != tracee.tgid) return std::nullopt;
  const int fd = magic ? magic->fd : given.dirfd;
  const std::string place = fd == AT_FDCWD ? task_path(tracee.tid, "cwd") : task_path(tracee.tid, "fd", fd);
  const std::optional<std::string> link = read_link(place);
  if (!link || !link->starts_with('/')) return std::nullopt;
  // It may be hidden, as the old root is behind pivot_root(".", "."), or in a mount that was taken away.
  const std::optional<FileStatus> begins = file_status(place);
  const std::optional<FileStatus> led_to = status_of(opened_in(task_path(tracee.tid, "root"), *link, true));
  if (!begins || !led_to || led_to->inode != begins->inode || led_to->mount_id != begins->mount_id) return std::nullopt;
  const std::string_view rest = magic ? given.path.substr(magic->prefix) : given.path;
  return rest.empty() ? *link : *link + "/" + std::string(rest);
}

struct Place {
  std::string path;
  uint32_t mount_id;
};

// Where the descriptor of our own leads, if that is what the copy shows.
std::optional<Place> place_of_copied(const Fd& fd, const std::string& copy) {
  const std::string own = "/proc/self/fd/" + std::to_string(fd.get());
  const std::optional<FileStatus> there = fd ? file_status(own) : std::nullopt, copied = file_status(copy);
  const std::optional<std::string> link = there ? read_link(own) : std::nullopt;
  if (!link || !copied || there->inode != copied->inode || there->dev != copied->dev) return std::nullopt;
  return Place{.path = *link, .mount_id = there->mount_id};
}

}  // namespace

Fd opened_at(MountViews& views, Tracee& tracee, const PathGiven& given) {
  const MountView& view = views.of(tracee);
  const std::optional<std::string> path = absolute(tracee, given);
  // A link may lead anywhere.
  if (!view.whole || !path || view.asks_somebody()) return Fd();
  return opened_in(task_path(tracee.tid, "root"), *path, given.follow);
}

std::optional<FileStatus> status_at(MountViews& views, Tracee& tracee, const PathGiven& given) {
  return status_of(opened_at(views, tracee, given));
}

std::optional<Shown> cloned_place(MountViews& views, Tracee& tracee, const PathGiven& given, const std::string& copy) {
  const MountView& view = views.of(tracee);
  const std::optional<Place> place = place_of_copied(opened_at(views, tracee, given), copy);
  const SeenMount* const mount = place ? view.with_id(place->mount_id) : nullptr;
  if (!mount || !is_below(place->path, mount->mountpoint)) return std::nullopt;
  return Shown{.root = joined(mount->root, below(place->path, mount->mountpoint)), .source = mount->source};
}

std::optional<Shown> cloned_place_below(const Shown& tree, const Tracee& tracee, const PathGiven& given,
                                        const std::string& copy) {
  if (given.path.starts_with('/')) return std::nullopt;
  const std::string base = task_path(tracee.tid, "fd", given.dirfd);
  const std::optional<FileStatus> root = file_status(base);
  const std::optional<Place> place = place_of_copied(opened_in(base, std::string(given.path), given.follow), copy);
  if (!place || !root || place->mount_id != root->mount_id) return std::nullopt;
  return Shown{.root = joined(tree.root, place->path), .source = tree.source};
}

}  // namespace cttrace::ptrace
