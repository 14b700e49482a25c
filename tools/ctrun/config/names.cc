// Tables of names; values are the kernel headers' own.
#include "config/names.h"

#include <linux/mount.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/mount.h>
#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "base/escape.h"

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x80
#endif
#ifndef MS_NOSYMFOLLOW
#define MS_NOSYMFOLLOW 256
#endif

namespace cttrace::ctrun {
namespace {

struct Named {
  uint64_t value;
  std::string_view name;
};

#define NAMED(name) \
  Named { name, #name }
constexpr std::array kCloneFlags = {NAMED(CLONE_NEWNS),
                                    NAMED(CLONE_NEWCGROUP),
                                    NAMED(CLONE_NEWUTS),
                                    NAMED(CLONE_NEWIPC),
                                    NAMED(CLONE_NEWUSER),
                                    NAMED(CLONE_NEWPID),
                                    NAMED(CLONE_NEWNET),
                                    NAMED(CLONE_NEWTIME),
                                    NAMED(CLONE_PARENT),
                                    NAMED(CLONE_PIDFD),
                                    Named{0x200000000ULL, "CLONE_INTO_CGROUP"}};
constexpr std::array kMountFlags = {Named{MS_RDONLY, "MS_RDONLY"},
                                    Named{MS_NOSUID, "MS_NOSUID"},
                                    Named{MS_NODEV, "MS_NODEV"},
                                    Named{MS_NOEXEC, "MS_NOEXEC"},
                                    Named{MS_SYNCHRONOUS, "MS_SYNCHRONOUS"},
                                    Named{MS_REMOUNT, "MS_REMOUNT"},
                                    Named{MS_MANDLOCK, "MS_MANDLOCK"},
                                    Named{MS_DIRSYNC, "MS_DIRSYNC"},
                                    Named{MS_NOSYMFOLLOW, "MS_NOSYMFOLLOW"},
                                    Named{MS_NOATIME, "MS_NOATIME"},
                                    Named{MS_NODIRATIME, "MS_NODIRATIME"},
                                    Named{MS_BIND, "MS_BIND"},
                                    Named{MS_MOVE, "MS_MOVE"},
                                    Named{MS_REC, "MS_REC"},
                                    Named{MS_SILENT, "MS_SILENT"},
                                    Named{MS_UNBINDABLE, "MS_UNBINDABLE"},
                                    Named{MS_PRIVATE, "MS_PRIVATE"},
                                    Named{MS_SLAVE, "MS_SLAVE"},
                                    Named{MS_SHARED, "MS_SHARED"},
                                    Named{MS_RELATIME, "MS_RELATIME"},
                                    Named{MS_I_VERSION, "MS_I_VERSION"},
                                    Named{MS_STRICTATIME, "MS_STRICTATIME"},
                                    Named{MS_LAZYTIME, "MS_LAZYTIME"}};
constexpr std::array kAttributes = {
    NAMED(MOUNT_ATTR_RDONLY),      NAMED(MOUNT_ATTR_NOSUID),     NAMED(MOUNT_ATTR_NODEV),
    NAMED(MOUNT_ATTR_NOEXEC),      NAMED(MOUNT_ATTR__ATIME),     NAMED(MOUNT_ATTR_NOATIME),
    NAMED(MOUNT_ATTR_STRICTATIME), NAMED(MOUNT_ATTR_NODIRATIME), NAMED(MOUNT_ATTR_NOSYMFOLLOW)};
constexpr std::array kLimits = {
    NAMED(RLIMIT_AS),     NAMED(RLIMIT_CORE),   NAMED(RLIMIT_CPU),        NAMED(RLIMIT_DATA),
    NAMED(RLIMIT_FSIZE),  NAMED(RLIMIT_LOCKS),  NAMED(RLIMIT_MEMLOCK),    NAMED(RLIMIT_MSGQUEUE),
    NAMED(RLIMIT_NICE),   NAMED(RLIMIT_NOFILE), NAMED(RLIMIT_NPROC),      NAMED(RLIMIT_RSS),
    NAMED(RLIMIT_RTPRIO), NAMED(RLIMIT_RTTIME), NAMED(RLIMIT_SIGPENDING), NAMED(RLIMIT_STACK)};
#undef NAMED

template <typename Table>
std::string flags_text(const Table& table, uint64_t flags) {
  std::string text;
  for (const Named& each : table) {
    if ((flags & each.value) == 0 || (flags & each.value) != each.value) continue;
    text += (text.empty() ? "" : "|") + std::string(each.name);
    flags &= ~each.value;
  }
  if (flags != 0) {
    std::array<char, 20> digits = {};
    const char* end = std::to_chars(digits.data(), digits.data() + digits.size(), flags, 16).ptr;
    text += (text.empty() ? "0x" : "|0x") + std::string(digits.data(), static_cast<size_t>(end - digits.data()));
  }
  return text.empty() ? "0" : text;
}

}  // namespace

std::string clone_flags_text(uint64_t flags) {
  const uint64_t signal = flags & 0x7f;
  std::string text = flags_text(kCloneFlags, flags & ~0x7fULL);
  if (signal == SIGCHLD) text = text == "0" ? "SIGCHLD" : text + "|SIGCHLD";
  return text;
}

std::string mount_flags_text(unsigned long flags) { return flags_text(kMountFlags, flags); }

std::string mount_attributes_text(uint64_t attributes) { return flags_text(kAttributes, attributes); }

std::string in_quotes(std::string_view text) { return '"' + escape_like_strace(text) + '"'; }

std::string octal(uint32_t mode) {
  std::string digits;
  for (; mode; mode >>= 3) digits.insert(digits.begin(), static_cast<char>('0' + (mode & 7)));
  return "0" + digits;
}

const std::vector<NamespaceKind>& namespace_kinds() {
  static const std::vector<NamespaceKind> kinds = {
      {CLONE_NEWUSER, "user", "user"}, {CLONE_NEWCGROUP, "cgroup", "cgroup"}, {CLONE_NEWIPC, "ipc", "ipc"},
      {CLONE_NEWUTS, "uts", "uts"},    {CLONE_NEWNET, "network", "net"},      {CLONE_NEWPID, "pid", "pid"},
      {CLONE_NEWTIME, "time", "time"}, {CLONE_NEWNS, "mount", "mnt"}};
  return kinds;
}

const NamespaceKind& namespace_kind(uint64_t flag) {
  return *std::find_if(namespace_kinds().begin(), namespace_kinds().end(),
                       [&](const NamespaceKind& kind) { return kind.flag == flag; });
}

std::optional<int> limit_by_name(std::string_view name) {
  for (const Named& each : kLimits)
    if (each.name == name) return static_cast<int>(each.value);
  return std::nullopt;
}

std::string capabilities_text(uint64_t bits) {
  std::string text;
  for (int cap = 0; cap < 64; ++cap) {
    if (((bits >> cap) & 1) == 0) continue;
    char* name = cap_to_name(cap);
    std::string upper = name ? name : std::to_string(cap);
    cap_free(name);
    for (char& letter : upper) letter = static_cast<char>(toupper(letter));
    text += (text.empty() ? "" : ", ") + upper;
  }
  return text.empty() ? "none" : text;
}

std::optional<uint64_t> capability_by_name(const std::string& name) {
  std::string full = name;
  for (char& letter : full) letter = static_cast<char>(tolower(letter));
  if (full.rfind("cap_", 0) != 0) full = "cap_" + full;
  cap_value_t value = 0;
  if (cap_from_name(full.c_str(), &value) != 0 || value > 63) return std::nullopt;
  return 1ULL << value;
}

std::optional<int> signal_by_name(std::string name) {
  int number = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
  if (error == std::errc() && end == name.data() + name.size())
    return number >= 0 && number <= SIGRTMAX ? std::optional(number) : std::nullopt;
  for (char& letter : name) letter = static_cast<char>(toupper(letter));
  if (name.rfind("SIG", 0) == 0) name.erase(0, 3);
  for (number = 1; number < NSIG; ++number) {
    const char* known = sigabbrev_np(number);
    if (known && name == known) return number;
  }
  return std::nullopt;
}

}  // namespace cttrace::ctrun
