// mount, umount2 and root switches as steps.
#include <sys/mount.h>

#include <array>

#include "story/call.h"
#include "story/steps.h"

namespace cttrace {
namespace {

struct Word {
  uint64_t flag;
  const char* word;
};

// As /proc/PID/mounts has them.
constexpr Word kOptions[] = {
    {MS_RDONLY, "ro"},         {MS_NOSUID, "nosuid"},           {MS_NODEV, "nodev"},
    {MS_NOEXEC, "noexec"},     {MS_SYNCHRONOUS, "sync"},        {MS_DIRSYNC, "dirsync"},
    {1u << 8, "nosymfollow"},  {MS_NOATIME, "noatime"},         {MS_NODIRATIME, "nodiratime"},
    {MS_RELATIME, "relatime"}, {MS_STRICTATIME, "strictatime"}, {1u << 25, "lazytime"},
};
constexpr Word kPropagation[] = {
    {MS_SHARED, "shared"}, {MS_PRIVATE, "private"}, {MS_SLAVE, "slave"}, {MS_UNBINDABLE, "unbindable"}};

std::vector<std::string> options_of(uint64_t flags) {
  std::vector<std::string> words;
  for (const auto& [flag, word] : kOptions)
    if (flags & flag) words.emplace_back(word);
  return words;
}

std::string propagation_of(uint64_t flags) {
  for (const auto& [flag, word] : kPropagation)
    if (flags & flag) return word;
  return {};
}

MountDone with_target(MountDone done, std::string source, std::string target) {
  done.mounts.push_back({.source = std::move(source), .target = {.path = std::move(target)}});
  return done;
}

// /dev/null laid over a file that is not /dev/null.
bool masks(const std::string& source, const std::string& target) {
  return source == "/dev/null" && last_part(target) != "null";
}

StepFacts mount_done(const Call& call) {
  // The order in which the kernel looks at the flags: path_mount() in fs/namespace.c.
  const uint64_t flags = number(call, "flags");
  const std::string target = path(call, "dir_name");
  MountDone done{.recursive = (flags & MS_REC) != 0};
  if (flags & MS_REMOUNT) {
    done.how = MountDone::How::kRemount;
    done.options = options_of(flags);
    if (!(flags & MS_BIND)) done.data = text(call, "data");
    done.recursive = false;
    return with_target(std::move(done), {}, target);
  }
  if (flags & MS_BIND) {
    const std::string source = path(call, "dev_name");
    if (text(call, "dev_name") == "/proc/self/exe") return SelfProtected{.path = target};
    if (masks(source, target)) return PathsMasked{.paths = {{{.path = target}, PathsMasked::With::kDevNull}}};
    done.how = MountDone::How::kBind;
    return with_target(std::move(done), source, target);
  }
  if (const std::string kind = propagation_of(flags); !kind.empty()) {
    done.how = MountDone::How::kPropagation;
    done.propagation = kind;
    return with_target(std::move(done), {}, target);
  }
  done.recursive = false;
  if (flags & MS_MOVE) {
    done.how = MountDone::How::kMove;
    return with_target(std::move(done), path(call, "dev_name"), target);
  }
  done.type = text(call, "type");
  done.options = options_of(flags);
  done.data = text(call, "data");
  return with_target(std::move(done), text(call, "dev_name"), target);
}

}  // namespace

std::optional<StepFacts> mount_facts(const Call& call) {
  const std::string_view name = call.row->name;
  if (name == "mount") return mount_done(call);
  if (name == "umount" || name == "umount2") {
    MountDone done{.how = MountDone::How::kUnmount, .lazily = (number(call, "flags") & MNT_DETACH) != 0};
    return with_target(std::move(done), {}, path(call, "name"));
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
  if (name == "chdir" || name == "fchdir") return CallsMade{.name = std::string(name), .quiet = succeeded(call)};
  return std::nullopt;
}

std::optional<StepFacts> device_facts(const Call& call) {
  const std::string_view name = call.row->name;
  if (name == "mknod" || name == "mknodat") {
    const uint64_t dev = number(call, "dev");
    DevicesMade::One node{.path = {.path = path(call, "filename")},
                          .mode = static_cast<uint32_t>(number(call, "mode"))};
    // mknod takes the new encoding: new_decode_dev() in include/linux/kdev_t.h.
    node.major = static_cast<uint32_t>((dev & 0xfff00) >> 8);
    node.minor = static_cast<uint32_t>((dev & 0xff) | ((dev >> 12) & 0xfff00));
    return DevicesMade{.nodes = {std::move(node)}};
  }
  if (name == "chown" || name == "lchown" || name == "fchownat" || name == "fchown") {
    const File* opened = file(call, "fd");
    DevicesMade::One node{.path = {.path = opened ? opened->path : path(call, "filename")}};
    node.uid = static_cast<uint32_t>(number(call, "user"));
    node.gid = static_cast<uint32_t>(number(call, "group"));
    return DevicesMade{.nodes = {std::move(node)}};
  }
  return std::nullopt;
}

}  // namespace cttrace
