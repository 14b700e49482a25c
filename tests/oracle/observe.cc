#include "observe.h"

#include <fcntl.h>
#include <linux/limits.h>
#include <sched.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>

#include "channel.h"

namespace cttrace::oracle {
namespace {

std::string of(pid_t tid, const char* name) { return std::to_string(tid) + "/" + name; }

void enter(const Fd& ns) {
  if (setns(ns.get(), CLONE_NEWNS) != 0) give_up_errno("enter a mount namespace");
}

}  // namespace

Observer::Observer()
    : proc_(open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC)), own_(open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC)) {
  if (proc_.get() < 0 || own_.get() < 0) give_up_errno("open /proc");
}

Fd Observer::open_file(pid_t tid, const char* name) const {
  Fd file(openat(proc_.get(), of(tid, name).c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) give_up_errno("open /proc/" + of(tid, name));
  return file;
}

Fd Observer::open_place(const std::string& path) const {
  Fd place(openat(proc_.get(), path.c_str(), O_PATH | O_CLOEXEC));
  if (place.get() < 0) give_up_errno("open /proc/" + path);
  return place;
}

std::string Observer::read_all(const std::string& path) const {
  const Fd file(openat(proc_.get(), path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) give_up_errno("open /proc/" + path);
  std::string text;
  char part[16384];
  ssize_t length;
  while ((length = read(file.get(), part, sizeof(part))) > 0) text.append(part, static_cast<size_t>(length));
  if (length < 0) give_up_errno("read /proc/" + path);
  return text;
}

Spot Observer::spot(const Fd& place) const {
  const std::string info = read_all("self/fdinfo/" + std::to_string(place.get()));
  Spot spot;
  const size_t at = info.find("mnt_id:");
  if (at == std::string::npos || sscanf(info.c_str() + at, "mnt_id: %u", &spot.mount_id) != 1)
    give_up("no mnt_id: " + info);
  char path[PATH_MAX];
  const ssize_t length =
      readlinkat(proc_.get(), ("self/fd/" + std::to_string(place.get())).c_str(), path, sizeof(path));
  if (length < 0) give_up_errno("read a descriptor's link");
  spot.path.assign(path, static_cast<size_t>(length));
  return spot;
}

Observation Observer::observe(const std::vector<pid_t>& tids) const {
  Observation seen;
  std::map<uint64_t, Fd> entrances;
  for (const pid_t tid : tids) {
    Fd ns = open_file(tid, "ns/mnt");
    struct stat status;
    if (fstat(ns.get(), &status) != 0) give_up_errno("fstat a namespace");
    seen.actors[tid].mount_ns = status.st_ino;
    entrances.try_emplace(status.st_ino, std::move(ns));
  }
  for (const auto& [inode, entrance] : entrances) {
    enter(entrance);
    SeenNamespace& ns = seen.namespaces[inode];
    ns.root = spot(Fd(open("/", O_PATH | O_CLOEXEC)));
    ns.mountinfo = read_all("self/mountinfo");
    for (auto& [tid, actor] : seen.actors) {
      if (actor.mount_ns != inode) continue;
      actor.root = spot(open_place(of(tid, "root")));
      actor.cwd = spot(open_place(of(tid, "cwd")));
      if (actor.root != ns.root) actor.mountinfo = read_all(of(tid, "mountinfo"));
    }
  }
  enter(own_);
  return seen;
}

}  // namespace cttrace::oracle
