#include "source/proc_folder.h"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <memory>

#include "cttrace/namespace.h"
#include "source/synthetic.h"

namespace cttrace {
namespace {

constexpr size_t kInfoMost_bytes = 4096;
constexpr size_t kAnswerMost_bytes = 1u << 20;
constexpr size_t kMostMountinfoBytes = 256u << 20;
constexpr size_t kMostDescriptors = 1024;
constexpr int kTries = 10;

constexpr const char* kTexts[] = {"stat",   "status",        "cmdline",     "uid_map",      "gid_map", "setgroups",
                                  "cgroup", "oom_score_adj", "personality", "attr/current", "limits"};

ProcAnswer failed(int error) { return {.text = {}, .error = error}; }

ProcAnswer read_all(int fd, size_t most_bytes) {
  ProcAnswer answer;
  for (;;) {
    constexpr size_t kChunk = 65536;
    const size_t before = answer.text.size();
    answer.text.resize(before + kChunk);
    const ssize_t got = ::read(fd, answer.text.data() + before, kChunk);
    answer.text.resize(before + (got > 0 ? static_cast<size_t>(got) : 0));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return failed(errno);
    if (got == 0) return answer;
    if (answer.text.size() > most_bytes) return failed(EFBIG);
  }
}

}  // namespace

Result<ProcFolder> ProcFolder::open(uint32_t pid) {
  const std::string path = "/proc/" + std::to_string(pid);
  Fd folder(::open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (folder) return ProcFolder(std::move(folder));
  if (errno != ENOENT && errno != ESRCH) return system_error("read", path);
  return Error{.code = ESRCH, .what = "inspect", .subject = std::to_string(pid), .why = "there is no such process"};
}

Result<ProcFolder> ProcFolder::self() { return open(static_cast<uint32_t>(getpid())); }

ProcAnswer ProcFolder::text(const char* name) const {
  const Fd fd(openat(folder_.get(), name, O_RDONLY | O_CLOEXEC));
  return fd ? read_all(fd.get(), kAnswerMost_bytes) : failed(errno);
}

ProcAnswer ProcFolder::link(const char* name) const {
  std::string target(4096, '\0');  // the kernel tells no more than a page
  const ssize_t length = readlinkat(folder_.get(), name, target.data(), target.size());
  if (length < 0) return failed(errno);
  target.resize(static_cast<size_t>(length));
  return {.text = std::move(target), .error = 0};
}

ProcAnswer ProcFolder::mount_id(const char* name) const {
  const Fd place(openat(folder_.get(), name, O_PATH | O_CLOEXEC));
  if (!place) return failed(errno);
  const std::string info = "/proc/self/fdinfo/" + std::to_string(place.get());
  const Fd fd(::open(info.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) return failed(errno);
  const ProcAnswer answer = read_all(fd.get(), kAnswerMost_bytes);
  const std::string key = "mnt_id:\t";
  const size_t at = answer.text.find(key);
  if (at == std::string::npos) return failed(answer.error ? answer.error : ENODATA);
  const size_t begin = at + key.size();
  return {.text = answer.text.substr(begin, answer.text.find('\n', begin) - begin), .error = 0};
}

ProcAnswer ProcFolder::mountinfo() const {
  for (int tries = 0; tries < kTries; ++tries) {
    const Fd fd(openat(folder_.get(), "mountinfo", O_RDONLY | O_CLOEXEC));
    if (!fd) return failed(errno);
    ProcAnswer answer = read_all(fd.get(), kMostMountinfoBytes);
    if (answer.error) return answer;
    // A long table is read in parts; the kernel tells whether it has changed since it was opened.
    pollfd changed = {.fd = fd.get(), .events = POLLPRI, .revents = 0};
    if (::poll(&changed, 1, 0) == 0 || !(changed.revents & (POLLERR | POLLPRI))) return answer;
  }
  return failed(EAGAIN);
}

ProcAnswer ProcFolder::descriptors(std::vector<ProcDescriptor>& open) const {
  const int folder = openat(folder_.get(), "fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const std::unique_ptr<DIR, int (*)(DIR*)> listed(folder < 0 ? nullptr : fdopendir(folder), closedir);
  if (!listed) return failed(errno);
  while (const dirent* const entry = readdir(listed.get())) {
    const std::string number = entry->d_name;
    int fd = -1;
    std::from_chars(number.data(), number.data() + number.size(), fd);
    if (fd < 3) continue;
    if (open.size() == kMostDescriptors) return failed(EMFILE);
    ProcAnswer leads = link(("fd/" + number).c_str());
    if (leads.error) continue;
    std::string info = text(("fdinfo/" + number).c_str()).text;
    // What all descriptors have comes first; of what epoll and inotify watch there is a line each.
    info.resize(std::min(info.size(), kInfoMost_bytes));
    open.push_back({fd, std::move(leads.text), std::move(info)});
  }
  return {};
}

uint64_t ProcFolder::start_ticks() const {
  constexpr int kField = 22;
  const ProcAnswer stat = text("stat");
  size_t at = stat.text.rfind(')');
  for (int field = 2; at != std::string::npos && field < kField; ++field) at = stat.text.find(' ', at + 1);
  uint64_t ticks = 0;
  if (at != std::string::npos) std::from_chars(stat.text.data() + at + 1, stat.text.data() + stat.text.size(), ticks);
  return ticks;
}

ProcReading read_proc(const ProcFolder& folder) {
  ProcReading reading;
  reading.began_ns = boottime_ns();
  ProcAnswers& answers = reading.process;
  for (const char* name : kTexts) answers[name] = folder.text(name);
  for (const NamespaceLink& link : kNamespaceLinks) answers[link.path] = folder.link(link.path);
  for (const char* name : {"root", "cwd", "exe"}) answers[name] = folder.link(name);
  for (const char* name : {"root", "cwd"}) answers[std::string(name) + "/mount_id"] = folder.mount_id(name);
  answers["mountinfo"] = folder.mountinfo();
  reading.ended_ns = boottime_ns();
  return reading;
}

Result<ProcReading> read_proc(uint32_t pid) {
  const Result<ProcFolder> folder = ProcFolder::open(pid);
  if (!folder) return folder.error();
  ProcReading reading = read_proc(*folder);
  reading.pid = pid;
  reading.process["fd"] = folder->descriptors(reading.descriptors);
  // Its folder is there until it is reaped; then everything else may have failed without it being told why.
  if (reading.process["stat"].error == ESRCH || reading.process["status"].error == ESRCH)
    return Error{.code = ESRCH, .what = "inspect", .subject = std::to_string(pid), .why = "there is no such process"};
  return reading;
}

ProcSurroundings read_surroundings() {
  ProcSurroundings around;
  if (const Result<ProcFolder> self = ProcFolder::self()) around.self = read_proc(*self).process;
  if (const Result<ProcFolder> first = ProcFolder::open(1))
    for (const NamespaceLink& link : kNamespaceLinks) around.first[link.path] = first->link(link.path);
  utsname names = {};
  uname(&names);
  around.hostname = names.nodename;
  return around;
}

}  // namespace cttrace
