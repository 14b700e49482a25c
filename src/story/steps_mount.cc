// mount, umount2, root switches and device nodes as steps.
#include <linux/mount.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include <utility>

#include "base/paths.h"
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

MountDone with(MountDone&& done, std::string source, std::string target) {
  done.mounts.push_back({.source = std::move(source), .target = {.path = std::move(target)}});
  return std::move(done);
}

bool holds(const std::string& path, std::string_view folder) { return path.find(folder) != std::string::npos; }

// Of its owner alone: what the kernel shows to everybody is not brought in this way.
bool is_closed(const MaybeFile& made) {
  return made && !made->other_ns && (made->mode & S_IFMT) && !(made->mode & 077);
}

// What is laid over something that the kernel shows, or over a file: so that it is not seen. Volumes come with all that
// is below them.
std::optional<PathsMasked::With> masks(const Call& call, const std::string& source, const std::string& target) {
  if (source == "/dev/null" && last_part(target) != "null") return PathsMasked::With::kDevNull;
  const bool of_kernel = holds(target, "/proc/") || (holds(target, "/sys/") && !holds(target, "/cgroup/"));
  // The same as is there already, or would be in another root.
  const bool the_same = target.ends_with(source) || shows_the_same(source, target);
  if (!of_kernel || the_same || holds(source, "/proc/")) return std::nullopt;
  const bool recursive = (mount_flags(call) & MS_REC) != 0;
  if (recursive && (call.after.contended || !is_closed(call.after.newest_mount))) return std::nullopt;
  return PathsMasked::With::kFile;
}

StepFacts mount_done(const Call& call) {
  // The order in which the kernel looks at the flags: path_mount() in fs/namespace.c.
  const uint64_t flags = mount_flags(call);
  std::string target = path(call, "dir_name");
  const bool recursive = (flags & MS_REC) != 0;
  if (flags & MS_REMOUNT) {
    MountDone done{.how = MountDone::How::kRemount, .options = mount_options(flags)};
    if (!(flags & MS_BIND)) done.data = text(call, "data");
    return with(std::move(done), {}, std::move(target));
  }
  if (flags & MS_BIND) {
    // Not resolved: the name that every process has for its own executable.
    if (text(call, "dev_name") == "/proc/self/exe") return SelfProtected{.path = std::move(target)};
    std::string source = path(call, "dev_name");
    if (const auto how = masks(call, source, target))
      return PathsMasked{{{.path = {target}, .with = *how, .source = *how == PathsMasked::With::kFile ? source : ""}}};
    return with({.how = MountDone::How::kBind, .recursive = recursive}, std::move(source), std::move(target));
  }
  if (const std::string kind = propagation_word(flags); !kind.empty())
    return with({.how = MountDone::How::kPropagation, .propagation = kind, .recursive = recursive}, {},
                std::move(target));
  if (flags & MS_MOVE) return with({.how = MountDone::How::kMove}, path(call, "dev_name"), std::move(target));
  MountDone done{.type = text(call, "type"), .options = mount_options(flags), .data = text(call, "data")};
  return with(std::move(done), text(call, "dev_name"), std::move(target));
}

StepFacts unmounted(const Call& call) {
  const bool lazily = (number(call, "flags") & MNT_DETACH) != 0;
  return with({.how = MountDone::How::kUnmount, .lazily = lazily}, {}, path(call, "name"));
}

StepFacts pivoted(const Call& call) {
  return RootSwitched{.how = RootSwitched::How::kPivot,
                      .new_root = text(call, "new_root"),
                      .put_old = text(call, "put_old"),
                      .new_root_path = path(call, "new_root"),
                      .put_old_path = path(call, "put_old")};
}

StepFacts root_changed(const Call& call) {
  const MaybeFile& root = call.after.root;
  return RootSwitched{.how = RootSwitched::How::kChroot,
                      .new_root = text(call, "filename"),
                      .new_root_path = path(call, "filename"),
                      .in_other_namespace = root && root->other_ns ? root->path : std::string()};
}

StepFacts node_made(const Call& call) {
  const uint64_t dev = number(call, "dev");
  DevicesMade::One node{.path = {path(call, "filename")}, .mode = static_cast<uint32_t>(number(call, "mode"))};
  if (!(node.mode & S_IFMT)) node.mode |= S_IFREG;
  // new_decode_dev() in include/linux/kdev_t.h.
  node.major = static_cast<uint32_t>((dev & 0xfff00) >> 8);
  node.minor = static_cast<uint32_t>((dev & 0xff) | ((dev >> 12) & 0xfff00));
  return DevicesMade{{std::move(node)}};
}

// Of a node that was made just before; Draft joins them, or drops this.
StepFacts node_owned(const Call& call) {
  const File* opened = file(call, "fd");
  DevicesMade::One node{.path = {opened ? opened->path : path(call, "filename")}};
  node.uid = static_cast<uint32_t>(number(call, "user"));
  node.gid = static_cast<uint32_t>(number(call, "group"));
  return DevicesMade{{std::move(node)}};
}

StepFacts went(const Call& call) { return CallMade{.name = "chdir", .about = path(call, "filename"), .quiet = true}; }
StepFacts went_to_descriptor(const Call&) { return CallMade{.name = "fchdir", .quiet = true}; }

// --- The mount API: what succeeds becomes part of a mount, what fails says what it was about.

StepFacts about(const Call& call, std::string what) {
  return CallMade{.name = std::string(call.row->name), .about = std::move(what), .quiet = true};
}

// What a descriptor is, and what lies below it.
std::string below(const Call& call, std::string_view descriptor, std::string_view name) {
  const std::string there = path(call, name);
  const File* const from = file(call, descriptor);
  return there.empty() && from ? from->shown() : there;
}

std::string shown_context(const Call& call, std::string_view descriptor) {
  const File* const context = file(call, descriptor);
  return context ? context->shown() : std::string();
}

StepFacts configured(const Call& call) {
  std::string what = shown_context(call, "fd");
  if (!what.empty()) what += ' ';
  const std::string key = text(call, "_key"), value = text(call, "_value");
  if (key.empty()) {
    uint64_t rest = 0;
    for (const std::string_view name : flag_names(*flag_set("fsconfig_commands"), number(call, "cmd"), rest))
      what += name;
  } else {
    const bool is_text = number(call, "cmd") != FSCONFIG_SET_BINARY;
    what += key + (value.empty() ? "" : is_text ? "=" + value : "=...");
  }
  return about(call, std::move(what));
}

StepFacts made_of_context(const Call& call) { return about(call, shown_context(call, "fs_fd")); }
StepFacts context_opened(const Call& call) { return about(call, text(call, "_fs_name")); }
StepFacts at_path(const Call& call) { return about(call, below(call, "dfd", "path")); }
StepFacts tree_opened(const Call& call) { return about(call, below(call, "dfd", "filename")); }
StepFacts tree_moved(const Call& call) { return about(call, below(call, "to_dfd", "to_pathname")); }

constexpr CallMeaning kMountCalls[] = {
    {"mount", mount_done},      {"umount", unmounted},           {"umount2", unmounted},    {"fsopen", context_opened},
    {"fsconfig", configured},   {"fsmount", made_of_context},    {"fspick", at_path},       {"mount_setattr", at_path},
    {"open_tree", tree_opened}, {"open_tree_attr", tree_opened}, {"move_mount", tree_moved}};
constexpr CallMeaning kRootCalls[] = {
    {"pivot_root", pivoted}, {"chroot", root_changed}, {"chdir", went}, {"fchdir", went_to_descriptor}};
constexpr CallMeaning kDeviceCalls[] = {{"mknod", node_made},   {"mknodat", node_made},   {"chown", node_owned},
                                        {"lchown", node_owned}, {"fchownat", node_owned}, {"fchown", node_owned}};

}  // namespace

std::span<const CallMeaning> mount_calls() { return kMountCalls; }
std::span<const CallMeaning> root_calls() { return kRootCalls; }
std::span<const CallMeaning> device_calls() { return kDeviceCalls; }

std::vector<std::string> mount_options(uint64_t ms_flags) { return words_of(kOptions, ms_flags); }
std::vector<std::string> attribute_options(uint64_t attributes) { return words_of(kAttributes, attributes); }

std::string propagation_word(uint64_t ms_flags) {
  for (const auto& [flag, word] : kPropagation)
    if (ms_flags & flag) return word;
  return {};
}

}  // namespace cttrace
