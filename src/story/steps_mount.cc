// mount, umount2, root switches and device nodes as steps.
#include <linux/mount.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include <utility>

#include "story/call.h"
#include "story/steps.h"

namespace cttrace {
namespace {

struct Word {
  uint64_t flag;
  const char* word;
};

// As /proc/PID/mounts has them; what the C library's header may not have is MS_NOSYMFOLLOW and MS_LAZYTIME.
constexpr Word kOptions[] = {
    {MS_RDONLY, "ro"},         {MS_NOSUID, "nosuid"},           {MS_NODEV, "nodev"},
    {MS_NOEXEC, "noexec"},     {MS_SYNCHRONOUS, "sync"},        {MS_DIRSYNC, "dirsync"},
    {256, "nosymfollow"},      {MS_NOATIME, "noatime"},         {MS_NODIRATIME, "nodiratime"},
    {MS_RELATIME, "relatime"}, {MS_STRICTATIME, "strictatime"}, {1 << 25, "lazytime"},
};
constexpr Word kPropagation[] = {
    {MS_SHARED, "shared"}, {MS_PRIVATE, "private"}, {MS_SLAVE, "slave"}, {MS_UNBINDABLE, "unbindable"}};
// MOUNT_ATTR_*: include/uapi/linux/mount.h.
constexpr Word kAttributes[] = {{0x1, "ro"},          {0x2, "nosuid"},        {0x4, "nodev"},
                                {0x8, "noexec"},      {0x10, "noatime"},      {0x20, "strictatime"},
                                {0x80, "nodiratime"}, {0x100000, "idmapped"}, {0x200000, "nosymfollow"}};

template <size_t count>
std::vector<std::string> words_of(const Word (&table)[count], uint64_t flags) {
  std::vector<std::string> words;
  for (const auto& [flag, word] : table)
    if (flags & flag) words.emplace_back(word);
  return words;
}

MountDone with(MountDone done, std::string source, std::string target) {
  done.mounts.push_back({.source = std::move(source), .target = {.path = std::move(target)}});
  return done;
}

bool has_folder(const std::string& path, std::string_view name) {
  const std::string folder = "/" + std::string(name) + "/";
  return path.find(folder) != std::string::npos;
}

// What is laid over something that the kernel shows, or over a file: so that it is not seen.
std::optional<PathsMasked::With> masks(const std::string& source, const std::string& target, bool recursive) {
  if (source == "/dev/null" && last_part(target) != "null") return PathsMasked::With::kDevNull;
  const bool of_kernel = has_folder(target, "proc") || (has_folder(target, "sys") && !has_folder(target, "cgroup"));
  if (of_kernel && !recursive && source != target && !has_folder(source, "proc")) return PathsMasked::With::kFile;
  return std::nullopt;
}

StepFacts mount_done(const Call& call) {
  // The order in which the kernel looks at the flags: path_mount() in fs/namespace.c.
  const uint64_t flags = number(call, "flags");
  const std::string target = path(call, "dir_name");
  const bool recursive = (flags & MS_REC) != 0;
  if (flags & MS_REMOUNT) {
    MountDone done{.how = MountDone::How::kRemount, .options = mount_options(flags)};
    if (!(flags & MS_BIND)) done.data = text(call, "data");
    return with(std::move(done), {}, target);
  }
  if (flags & MS_BIND) {
    // Not resolved: the name that every process has for its own executable.
    if (text(call, "dev_name") == "/proc/self/exe") return SelfProtected{.path = target};
    const std::string source = path(call, "dev_name");
    if (const auto how = masks(source, target, recursive))
      return PathsMasked{{{.path = {target}, .with = *how, .source = *how == PathsMasked::With::kFile ? source : ""}}};
    return with({.how = MountDone::How::kBind, .recursive = recursive}, source, target);
  }
  if (const std::string kind = propagation_word(flags); !kind.empty())
    return with({.how = MountDone::How::kPropagation, .propagation = kind, .recursive = recursive}, {}, target);
  if (flags & MS_MOVE) return with({.how = MountDone::How::kMove}, path(call, "dev_name"), target);
  MountDone done{.type = text(call, "type"), .options = mount_options(flags), .data = text(call, "data")};
  return with(std::move(done), text(call, "dev_name"), target);
}

}  // namespace

std::vector<std::string> mount_options(uint64_t ms_flags) { return words_of(kOptions, ms_flags); }
std::vector<std::string> attribute_options(uint64_t attributes) { return words_of(kAttributes, attributes); }

std::string propagation_word(uint64_t ms_flags) {
  for (const auto& [flag, word] : kPropagation)
    if (ms_flags & flag) return word;
  return {};
}

std::optional<StepFacts> mount_facts(const Call& call) {
  const std::string_view name = call.row->name;
  if (name == "mount") return mount_done(call);
  if (name == "umount" || name == "umount2") {
    const bool lazily = (number(call, "flags") & MNT_DETACH) != 0;
    return with({.how = MountDone::How::kUnmount, .lazily = lazily}, {}, path(call, "name"));
  }
  return std::nullopt;
}

std::optional<StepFacts> root_facts(const Call& call) {
  const std::string_view name = call.row->name;
  if (name == "pivot_root") {
    return RootSwitched{.how = RootSwitched::How::kPivot,
                        .new_root = text(call, "new_root"),
                        .put_old = text(call, "put_old"),
                        .new_root_path = path(call, "new_root"),
                        .put_old_path = path(call, "put_old")};
  }
  if (name == "chroot") {
    return RootSwitched{
        .how = RootSwitched::How::kChroot, .new_root = text(call, "filename"), .new_root_path = path(call, "filename")};
  }
  if (name == "chdir") return CallMade{.name = "chdir", .about = path(call, "filename"), .quiet = true};
  if (name == "fchdir") return CallMade{.name = "fchdir", .quiet = true};
  return std::nullopt;
}

std::optional<StepFacts> device_facts(const Call& call) {
  const std::string_view name = call.row->name;
  if (name == "mknod" || name == "mknodat") {
    const uint64_t dev = number(call, "dev");
    DevicesMade::One node{.path = {path(call, "filename")}, .mode = static_cast<uint32_t>(number(call, "mode"))};
    if (!(node.mode & S_IFMT)) node.mode |= S_IFREG;
    // new_decode_dev() in include/linux/kdev_t.h.
    node.major = static_cast<uint32_t>((dev & 0xfff00) >> 8);
    node.minor = static_cast<uint32_t>((dev & 0xff) | ((dev >> 12) & 0xfff00));
    return DevicesMade{{std::move(node)}};
  }
  if (name == "chown" || name == "lchown" || name == "fchownat" || name == "fchown") {
    // Of a node that was made just before; Draft joins them, or drops this.
    const File* opened = file(call, "fd");
    DevicesMade::One node{.path = {opened ? opened->path : path(call, "filename")}};
    node.uid = static_cast<uint32_t>(number(call, "user"));
    node.gid = static_cast<uint32_t>(number(call, "group"));
    return DevicesMade{{std::move(node)}};
  }
  return std::nullopt;
}

}  // namespace cttrace
