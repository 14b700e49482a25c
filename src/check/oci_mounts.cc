// Fields of an OCI configuration: root and mounts.
#include <fmt/format.h>
#include <linux/mount.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <span>

#include "base/paths.h"
#include "base/words.h"
#include "check/evidence.h"
#include "check/oci_judging.h"
#include "render/mount_words.h"

namespace cttrace {
namespace {

// An option that is a flag of the mount: which bits it takes, and what they are then.
struct Flag {
  std::string_view name;
  uint64_t mask, value;
};
constexpr uint64_t kAtime = MOUNT_ATTR__ATIME;
constexpr std::array<Flag, 17> kFlags = {{{"ro", MOUNT_ATTR_RDONLY, MOUNT_ATTR_RDONLY},
                                          {"rw", MOUNT_ATTR_RDONLY, 0},
                                          {"nosuid", MOUNT_ATTR_NOSUID, MOUNT_ATTR_NOSUID},
                                          {"suid", MOUNT_ATTR_NOSUID, 0},
                                          {"nodev", MOUNT_ATTR_NODEV, MOUNT_ATTR_NODEV},
                                          {"dev", MOUNT_ATTR_NODEV, 0},
                                          {"noexec", MOUNT_ATTR_NOEXEC, MOUNT_ATTR_NOEXEC},
                                          {"exec", MOUNT_ATTR_NOEXEC, 0},
                                          {"nosymfollow", MOUNT_ATTR_NOSYMFOLLOW, MOUNT_ATTR_NOSYMFOLLOW},
                                          {"symfollow", MOUNT_ATTR_NOSYMFOLLOW, 0},
                                          {"nodiratime", MOUNT_ATTR_NODIRATIME, MOUNT_ATTR_NODIRATIME},
                                          {"diratime", MOUNT_ATTR_NODIRATIME, 0},
                                          {"noatime", kAtime, MOUNT_ATTR_NOATIME},
                                          {"strictatime", kAtime, MOUNT_ATTR_STRICTATIME},
                                          {"relatime", kAtime, MOUNT_ATTR_RELATIME},
                                          {"atime", 0, 0},
                                          {"norelatime", 0, 0}}};
// Each of these alone makes a mount safer; an option that is not asked for and there.
constexpr std::array<Flag, 4> kSafer = {kFlags[0], kFlags[2], kFlags[4], kFlags[6]};

// What runtimes understand, and no mount shows afterwards.
constexpr std::array<std::string_view, 27> kNotShown = {
    "bind",   "rbind",    "defaults",   "async",        "sync",          "dirsync", "silent",      "loud",  "mand",
    "nomand", "iversion", "noiversion", "lazytime",     "nolazytime",    "remount", "tmpcopyup",   "idmap", "ridmap",
    "loop",   "acl",      "noacl",      "copy-symlink", "nostrictatime", "rro",     "newinstance", "auto",  "user"};
constexpr std::array<std::string_view, 8> kPropagations = {"private", "rprivate", "slave",      "rslave",
                                                           "shared",  "rshared",  "unbindable", "runbindable"};

template <typename Words>
bool is_among(const Words& words, std::string_view word) {
  return std::ranges::find(words, word) != std::end(words);
}

std::string normal(std::string_view path) {
  path = without_slash_at_end(path);
  return (path.starts_with('/') ? "" : "/") + std::string(path);
}

// Empty: it is no bind.
std::string source_of(const PathsMasked::One& masked) {
  switch (masked.with) {
    case PathsMasked::With::kReadOnly: return masked.path.path;  // bound on itself
    case PathsMasked::With::kDevNull: return "/dev/null";
    case PathsMasked::With::kFile: return masked.source;
    case PathsMasked::With::kEmptyFolder: break;
  }
  return {};
}

void judge_flag(OciJudging& judging, const std::string& field, const MountFacts& mount, const Flag& flag) {
  uint64_t attributes = mount.attributes;
  if (is_read_only(mount).value) attributes |= MOUNT_ATTR_RDONLY;  // its filesystem is
  if ((attributes & flag.mask) == flag.value)
    return judging.satisfied(field, fmt::format("{} is {}", mount.path, flag.name), events_of(mount));
  // Asked for one that makes it safer: without it there is less.
  const bool safer = flag.value != 0 && !(flag.mask & kAtime);
  judging
      .broken(field, fmt::format("{} is not {}", mount.path, flag.name), std::string(flag.name), "not so",
              flag.mask & kAtime ? Consequence::kEqual
              : safer            ? Consequence::kWeaker
                                 : Consequence::kStronger)
      .events = events_of(mount);
}

void judge_propagation(OciJudging& judging, const std::string& field, const MountFacts& mount,
                       std::string_view wanted) {
  std::string_view kind = wanted;
  if (!is_among(std::array<std::string_view, 4>{"private", "slave", "shared", "unbindable"}, kind))
    kind.remove_prefix(1);
  const bool holds = kind == "shared"    ? mount.peer_group != 0
                     : kind == "slave"   ? mount.peer_group == 0
                     : kind == "private" ? mount.peer_group == 0 && mount.master == 0
                                         : mount.unbindable;
  const std::string found = mount.peer_group   ? "shared"
                            : mount.master     ? "slave"
                            : mount.unbindable ? "unbindable"
                                               : "private";
  if (holds) return judging.satisfied(field, fmt::format("{} is {}", mount.path, found), events_of(mount));
  judging
      .broken(field, fmt::format("{} is {}", mount.path, found), std::string(wanted), found,
              mount.peer_group || (kind == "private" && mount.master) ? Consequence::kWeaker : Consequence::kStronger)
      .events = events_of(mount);
}

void judge_data(OciJudging& judging, const std::string& field, const MountFacts& mount, const std::string& option) {
  if (!mount.superblock_options.known())
    return judging.cannot_judge(field, "the options of its filesystem are not known");
  if (has_word(mount.superblock_options.value, option, ','))
    return judging.satisfied(field, fmt::format("{} was given {}", mount.path, option), events_of(mount));
  judging
      .broken(field, fmt::format("{} was not given {}", mount.path, option), option,
              mount.superblock_options.value.empty() ? "no options" : mount.superblock_options.value)
      .events = events_of(mount);
}

bool is_a_cgroup(std::string_view type) { return type == "cgroup" || type == "cgroup2"; }

// The flags of cgroup v1 are those of its hierarchies: the tmpfs that these are mounted on need not have them.
std::vector<const MountFacts*> with_flags(const OciJudging& judging, const MountFacts& mount, bool of_cgroups) {
  std::vector<const MountFacts*> mounts;
  if (of_cgroups && mount.filesystem == "tmpfs")
    for (const MountFacts& each : judging.handed.mounts.value)
      if (is_a_cgroup(each.filesystem) && is_below(each.path, mount.path)) mounts.push_back(&each);
  if (mounts.empty()) mounts.push_back(&mount);
  return mounts;
}

// Of options that contradict each other the last one counts.
bool is_overridden(std::string_view option, std::span<const std::string> later) {
  const auto flag = std::ranges::find(kFlags, option, &Flag::name);
  return std::ranges::any_of(later, [&](const std::string& each) {
    const auto other = std::ranges::find(kFlags, each, &Flag::name);
    if (flag != kFlags.end() && other != kFlags.end()) return flag->mask == other->mask && flag->value != other->value;
    return is_among(kPropagations, option) && is_among(kPropagations, each) && option != each;
  });
}

// What becomes read-only by another field.
bool is_read_only_path(const OciJudging& judging, const std::string& path) {
  const OciJson* const paths = judging.at("linux.readonlyPaths");
  return paths && paths->is_array() && std::ranges::find(*paths, OciJson(path)) != paths->end();
}

void judge_options(OciJudging& judging, const OciJson& entry, const std::string& field, const MountFacts& mount,
                   bool is_bind) {
  const auto options = entry.contains("options") ? judging.texts(entry["options"], field) : std::vector<std::string>();
  if (!options) return;
  const bool of_cgroups = is_a_cgroup(text_in(entry, "type"));
  for (size_t i = 0; i < options->size(); ++i) {
    const std::string& option = (*options)[i];
    const auto flag = std::ranges::find(kFlags, option, &Flag::name);
    if (is_overridden(option, std::span(*options).subspan(i + 1))) {
      judging.not_visible(field, option + ": another option behind it says otherwise");
    } else if (flag != kFlags.end()) {
      for (const MountFacts* each : with_flags(judging, mount, of_cgroups)) judge_flag(judging, field, *each, *flag);
    } else if (is_among(kPropagations, option)) {
      judge_propagation(judging, field, mount, option);
    } else if (is_among(kNotShown, option)) {
      judging.not_visible(field, option + ": no mount shows it afterwards");
    } else if (is_bind || of_cgroups) {
      judging.not_visible(field, option + ": such a mount has no options of a filesystem");
    } else {
      judge_data(judging, field, mount, option);
    }
  }
  // A bind keeps what its source has, and cannot lose it.
  if (is_bind || of_cgroups) return;
  for (const Flag& flag : kSafer) {
    const bool asked = std::ranges::any_of(*options, [&](const std::string& option) {
      const auto known = std::ranges::find(kFlags, option, &Flag::name);
      return known != kFlags.end() && known->mask == flag.mask;
    });
    if (flag.mask == MOUNT_ATTR_RDONLY && is_read_only_path(judging, mount.path)) continue;
    if (!asked && (mount.attributes & flag.mask))
      judging
          .unasked(field, fmt::format("{} is {}", mount.path, flag.name), std::string(flag.name),
                   Consequence::kStronger)
          .events = events_of(mount);
  }
}

bool is_bind(const OciJson& entry) {
  if (text_in(entry, "type") == "bind") return true;
  if (!entry.contains("options") || !entry["options"].is_array()) return false;
  return std::ranges::any_of(entry["options"], [](const OciJson& each) { return each == "bind" || each == "rbind"; });
}

// What of a step was bound there last; empty: nothing, or the step does not say what.
std::string source_in(const Step& step, const std::string& target) {
  std::string source;
  if (const auto* done = std::get_if<MountDone>(&step.facts); done && done->how == MountDone::How::kBind)
    for (const MountDone::One& one : done->mounts)
      if (one.target.inside == target) source = one.source;
  if (const auto* masked = std::get_if<PathsMasked>(&step.facts))
    for (const PathsMasked::One& one : masked->paths)
      if (one.path.inside == target && !one.error) source = source_of(one);
  return source;
}

// Where a bind mount comes from, as its step was told. What the mount shows is a path in its filesystem, which may be
// mounted anywhere: that says nothing.
std::string bound_from(const OciJudging& judging, const MountFacts& mount) {
  std::string source;
  if (judging.container.steps_dropped) return source;
  for (const Step& step : judging.container.steps)
    if (std::string its = source_in(step, mount.path); !its.empty() && !step.error) source = std::move(its);
  return source;
}

// A path of the configuration's, as the host has it; none: it is one in the bundle, which is not known.
std::optional<std::string> on_host(const OciJudging& judging, const std::string& given) {
  namespace fs = std::filesystem;
  const std::string& bundle = judging.container.bundle.empty() ? judging.folder : judging.container.bundle;
  if (!given.starts_with('/') && bundle.empty()) return {};
  return normal((fs::path(bundle) / given).lexically_normal().native());
}

void judge_source(OciJudging& judging, const OciJson& entry, const std::string& field, const MountFacts& mount) {
  const std::optional<std::string> given = judging.text(entry["source"], field);
  if (!given) return;
  const std::optional<std::string> source = on_host(judging, *given);
  if (!source) return judging.cannot_judge(field, "the bundle is not known");
  const std::string found = bound_from(judging, mount);
  if (found.empty()) return judging.cannot_judge(field, "what was bound there no step says");
  if (found == *source) return judging.satisfied(field, mount.path + " shows " + found, events_of(mount));
  judging.broken(field, fmt::format("{} shows {}, and not {}", mount.path, found, *source), *source, found).events =
      events_of(mount);
}

// Each namespace of this kind has one of its own, which a new mount shows; nullptr: there are no such namespaces.
const char* namespace_of(std::string_view filesystem) {
  if (filesystem == "proc") return "pid";
  if (filesystem == "sysfs") return "net";
  return filesystem == "mqueue" ? "ipc" : nullptr;
}

// Shows what the starter's shows, although the container has a namespace of its own for it.
bool is_the_starters(const OciJudging& judging, const MountFacts& mount) {
  const char* const kind = namespace_of(mount.filesystem);
  if (!kind || !mount.sharing.known() || !mount.sharing.value.filesystem_outside) return false;
  const auto found = std::ranges::find(judging.handed.namespaces, kind, &NamespaceFacts::name);
  return found != judging.handed.namespaces.end() && found->from.known() &&
         found->from.value == NamespaceFacts::From::kMade;
}

void judge_type(OciJudging& judging, const std::string& type, const std::string& field, const MountFacts& mount) {
  // Of version 1 there is a tmpfs with a mount for each hierarchy, or binds of them.
  const bool fits =
      mount.filesystem == type || (is_a_cgroup(type) && (is_a_cgroup(mount.filesystem) || mount.filesystem == "tmpfs"));
  if (fits && is_the_starters(judging, mount)) {
    const std::string its_own = fmt::format("that of its own {} namespace", namespace_of(mount.filesystem));
    judging
        .broken(field, fmt::format("{} shows the starter's {}, and not {}", mount.path, type, its_own), its_own,
                "the starter's", Consequence::kWeaker)
        .events = events_of(mount);
    return;
  }
  if (fits) return judging.satisfied(field, fmt::format("{} is {}", mount.path, mount.filesystem), events_of(mount));
  if (mount.filesystem.empty()) return judging.cannot_judge(field, "its filesystem is not known");
  judging.broken(field, fmt::format("{} is {}, and no {}", mount.path, mount.filesystem, type), type, mount.filesystem)
      .events = events_of(mount);
}

void judge_mount(OciJudging& judging, const OciJson& entry, const std::string& path) {
  if (!judging.is_object(entry, path)) return;
  if (!entry.contains("destination") || !entry["destination"].is_string())
    return judging.cannot_judge(path, "a mount has no destination");
  const std::string destination = normal(entry["destination"].get<std::string>());
  const std::string field = path + "[" + destination + "]";
  judging.check_keys(entry, field, {"destination", "type", "source", "options", "uidMappings", "gidMappings"});
  const MountFacts* const mount = judging.handed.mount_at(destination);
  if (!mount) {
    judging.broken(field, "nothing is mounted on " + destination,
                   (text_in(entry, "type").empty() ? "a mount" : text_in(entry, "type")), "nothing");
    return;
  }
  if (mount->evidence == Evidence::kUnknown) return judging.cannot_judge(field, "its mount is not known");
  const bool bind = is_bind(entry);
  if (bind && entry.contains("source")) {
    judge_source(judging, entry, field + ".source", *mount);
  } else if (!bind && entry.contains("type") && entry["type"].is_string()) {
    judge_type(judging, entry["type"].get<std::string>(), field + ".type", *mount);
  }
  judge_options(judging, entry, field + ".options", *mount, bind);
  const bool mapped = entry.contains("uidMappings") || entry.contains("gidMappings");
  if (!mapped) return;
  if (mount->idmapped)
    judging.satisfied(field + ".uidMappings", destination + " is mapped", events_of(*mount));
  else
    judging.broken(field + ".uidMappings", destination + " is not mapped", "mapped ids", "the host's");
}

void judge_mounts(OciJudging& judging, const OciJson& value, const std::string& path) {
  if (!judging.is_list(value, path)) return;
  if (!judging.handed.mounts.known() || !judging.handed.mounts_doubt.empty())
    return judging.cannot_judge(path, "its mounts are not known for sure");
  // Of several on one path the last one is seen.
  for (size_t i = 0; i < value.size(); ++i) {
    const bool is_covered =
        std::any_of(value.begin() + static_cast<std::ptrdiff_t>(i) + 1, value.end(), [&](const OciJson& later) {
          return later.is_object() && value[i].is_object() &&
                 later.value("destination", OciJson()) == value[i].value("destination", OciJson(0));
        });
    if (is_covered)
      judging.not_visible(fmt::format("{}[{}]", path, i), "a later one is mounted on the same path");
    else
      judge_mount(judging, value[i], path);
  }
}

void judge_root_path(OciJudging& judging, const OciJson& value, const std::string& path) {
  const std::optional<std::string> given = judging.text(value, path);
  if (!given) return;
  const std::string& rootfs = judging.container.rootfs;
  if (rootfs.empty()) return judging.cannot_judge(path, "what became the root is not known");
  const std::vector<EventNumber> events = events_of<RootSwitched>(judging.container);
  if (on_host(judging, *given) == rootfs) return judging.satisfied(path, rootfs + " became the root", events);
  // The bundle may be another one, or lie behind a symbolic link.
  if (!given->starts_with('/') && rootfs.ends_with(normal(*given)))
    return judging.cannot_judge(path, rootfs + " became the root: whether that is in this bundle is not known");
  judging.broken(path, rootfs + " became the root", *given, rootfs).events = events;
}

void judge_read_only_root(OciJudging& judging, const OciJson& value, const std::string& path) {
  const std::optional<bool> wanted = judging.flag(value, path);
  if (!wanted) return;
  const MountFacts* const root = judging.handed.mount_at("/");
  const Fact<bool> read_only = root ? is_read_only(*root) : Fact<bool>();
  if (!read_only.known()) return judging.cannot_judge(path, "whether it can be written is not known");
  if (read_only.value == *wanted)
    return judging.satisfied(path, *wanted ? "/ is read-only" : "/ can be written", events_of(*root));
  judging
      .broken(path, *wanted ? "/ can be written" : "/ is read-only", *wanted ? "read-only" : "writable",
              *wanted ? "writable" : "read-only", *wanted ? Consequence::kWeaker : Consequence::kStronger)
      .events = events_of(*root);
}

void judge_root_propagation(OciJudging& judging, const OciJson& value, const std::string& path) {
  const std::optional<std::string> wanted = judging.text(value, path);
  if (!wanted || wanted->empty()) return;
  if (!is_among(kPropagations, *wanted)) return judging.cannot_judge(path, "there is no propagation " + *wanted);
  const MountFacts* const root = judging.handed.mount_at("/");
  if (!root || root->evidence == Evidence::kUnknown) return judging.cannot_judge(path, "its root is not known");
  judge_propagation(judging, path, *root, *wanted);
}

}  // namespace

std::vector<OciField> oci_mount_fields() {
  return {
      {"root.path", "what becomes the root", judge_root_path},
      {"root.readonly", "the root cannot be written", judge_read_only_root},
      {"mounts",
       "mounts: their type or source, flags, propagation and options; a proc, sysfs or mqueue of its own namespaces",
       judge_mounts},
      {"linux.rootfsPropagation", "the propagation of the root", judge_root_propagation},
      {"linux.mountLabel", "labels of mounts are options that only SELinux shows", nullptr},
  };
}

}  // namespace cttrace
