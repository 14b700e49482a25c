// Rules on mounts: what is shared with the host, what can be written, what can be read.
#include <fmt/format.h>
#include <linux/mount.h>

#include <array>

#include "base/paths.h"
#include "check/evidence.h"
#include "check/masks.h"
#include "check/rule_kinds.h"
#include "render/mount_words.h"

namespace cttrace {
namespace {

using Type = ParameterRow::Type;

constexpr ParameterRow kPaths = {Type::kList, "paths", true, "paths from the container's root", {}, WordForm::kPath};
constexpr ParameterRow kIfPresent = {
    Type::kList, "if_present",
    false,       "more of them, which not every kernel has: that nothing was done about one need not mean anything",
    {},          WordForm::kPath};
constexpr ParameterRow kExcept = {Type::kList, "except",       false, "mount points that are left alone, from its root",
                                  {},          WordForm::kPath};

bool is_except(const Judging& judging, const MountFacts& mount) {
  const std::vector<std::string>& except = judging.parameters.list("except");
  return std::ranges::find(except, mount.path) != except.end();
}

void judge_shared(Judging& judging) {
  const std::vector<MountFacts>* const mounts = judging.mounts();
  if (!mounts) return;
  const bool refuses_slaves = judging.parameters.flag("refuse_slaves", false);
  for (const MountFacts& mount : *mounts) {
    if (is_except(judging, mount)) continue;
    if (!mount.sharing.known()) {
      judging.cannot_judge(mount.path, "it is not known with whom " + mount.path + " is shared");
    } else if (mount.sharing.value.peers_outside) {
      Finding& finding = judging.broken(
          mount.path, mount.path +
                          " is shared with another mount namespace: what is mounted below it in the container "
                          "appears there, and the other way round");
      finding.expected = "private or slave", finding.found = "shared";
      finding.events = events_of(mount);
    } else if (refuses_slaves && mount.sharing.value.master_outside) {
      Finding& finding = judging.broken(mount.path, mount.path +
                                                        " is a slave of a mount in another mount namespace: what is "
                                                        "mounted there appears in the container");
      finding.expected = "private", finding.found = "slave";
      finding.events = events_of(mount);
    }
  }
  judging.holds(fmt::format("none of the {} mounts is shared with another mount namespace", mounts->size()));
}

// Made for it, or joined.
bool has_its_own(const Judging& judging, std::string_view kind) {
  return std::ranges::any_of(judging.handed.namespaces, [&](const NamespaceFacts& ns) {
    return ns.name == kind && ns.from.known() && ns.from.value != NamespaceFacts::From::kStarters;
  });
}

void say_whose_proc(Judging& judging, const MountFacts& proc, const char* found) {
  Finding& finding =
      judging.broken(proc.path, proc.path + " shows the processes of who started the container, not its own");
  finding.expected = "a proc filesystem of its own pid namespace";
  finding.found = found;
  finding.events = events_of(proc);
}

// Wherever they are mounted: what a bind on another path shows is the same.
void judge_proc(Judging& judging) {
  const std::vector<MountFacts>* const mounts = judging.mounts();
  if (!mounts) return;
  const bool own_pids = has_its_own(judging, "pid");
  const MountFacts* told = nullptr;  // the last one that was: what is bound below it is the same once more
  std::vector<EventNumber> events;
  bool is_there = false;
  for (const MountFacts& mount : *mounts) {
    if (mount.filesystem != "proc" || mount.hidden || (told && is_below(mount.path, told->path))) continue;
    is_there = true;
    if (mount.evidence == Evidence::kUnknown || !mount.sharing.known()) {
      judging.cannot_judge(mount.path, "whose processes " + mount.path + " shows is not known");
    } else if (mount.sharing.value.filesystem_outside || !own_pids) {
      say_whose_proc(judging, mount,
                     mount.sharing.value.filesystem_outside ? "the starter's" : "no pid namespace of its own");
      told = &mount;
    } else if (events.empty()) {
      events = events_of(mount);
    }
  }
  // Without one nothing is seen of other processes.
  judging.holds(is_there ? "no proc filesystem is mounted but its own" : "no proc filesystem is mounted", events);
}

// A path that this kernel may not have, and about which nothing was done: nobody can tell from here.
bool may_be_absent(Judging& judging, const std::string& path, const MountFacts& mount) {
  const std::vector<std::string>& optional = judging.parameters.list("if_present");
  const bool is_touched = mount.path == path || mask_of(judging.container, path);
  if (is_touched || std::ranges::find(optional, path) == optional.end()) return false;
  if (is_there(judging.kernel_files, path, mount)) return false;
  judging.not_visible(path, "whether there is a " + path + " is not recorded: nothing was done about it");
  return true;
}

std::vector<std::string> all_paths(const Judging& judging) {
  std::vector<std::string> paths = judging.parameters.list("paths");
  const std::vector<std::string>& more = judging.parameters.list("if_present");
  paths.insert(paths.end(), more.begin(), more.end());
  return paths;
}

// Found so by the set-up, or because of what is mounted there, or the kernel has no such file.
bool is_not_there(const Judging& judging, const std::string& path, const MountFacts& mount, const MaskFacts* mask) {
  return (mask && mask->error == ENOENT) || !why_not_there(path, mount).empty() ||
         !is_there(judging.kernel_files, path, mount).value_or(true);
}

// Whether the set-up has found that it is not there may be in what is not kept; then that has been said.
bool is_left_out(Judging& judging, const std::string& path) {
  const std::string more = what_is_left_out<PathsMasked>(judging.container);
  if (!more.empty()) judging.cannot_judge(path, more + ": what was done about " + path + " may be among them");
  return !more.empty();
}

void judge_read_only(Judging& judging) {
  if (!judging.mounts()) return;
  size_t judged = 0;
  for (const std::string& path : all_paths(judging)) {
    const MountFacts* const mount = judging.handed.mount_of(path);
    if (!mount) {
      judging.cannot_judge(path, "which mount " + path + " is in is not known");
      continue;
    }
    const MaskFacts* const mask = mask_of(judging.container, path);
    const Fact<bool> read_only = is_read_only(*mount);
    if (read_only.known() && read_only.value) {
      ++judged;
    } else if (is_not_there(judging, path, *mount, mask) || may_be_absent(judging, path, *mount)) {
      continue;
    } else if (!read_only.known()) {
      judging.cannot_judge(path, "whether " + path + " can be written is not known");
    } else if (!mask && is_left_out(judging, path)) {
      continue;
    } else {
      const bool tried = mount->path == path && mask && !mask->error;
      Finding& finding =
          judging.broken(path, tried ? path + " is writable: it was mounted on itself, but not made read-only"
                                     : path + " is writable");
      finding.expected = "read-only", finding.found = "writable, by the mount on " + mount->path;
      finding.events = events_of(*mount);
    }
  }
  judging.holds(fmt::format("{} paths are read-only", judged));
}

void judge_masked(Judging& judging) {
  if (!judging.mounts()) return;
  size_t judged = 0;
  for (const std::string& path : all_paths(judging)) {
    const MountFacts* const mount = judging.handed.mount_of(path);
    const MaskFacts* const mask = mask_of(judging.container, path);
    if (!mount || mount->evidence == Evidence::kUnknown) {
      judging.cannot_judge(path, "what is mounted on " + path + " is not known");
    } else if (is_a_mask(judging.container, *mount)) {
      ++judged;
    } else if (is_not_there(judging, path, *mount, mask) || may_be_absent(judging, path, *mount) ||
               (!mask && is_left_out(judging, path))) {
      continue;
    } else {
      // Nothing was done about it: nobody has looked whether it is there.
      const bool is_sure = mount->path == path || mask || is_below(path, "/proc") || is_below(path, "/sys");
      Finding& finding = judging.broken(path, path + " is not masked: " + (is_sure ? "it" : "where it is there, it") +
                                                  " can be read, and what is in it used");
      finding.expected = "masked by /dev/null or an empty folder";
      finding.found = "nothing is mounted on it";
      if (mask && mask->error) finding.found = "masking it failed: " + errno_name(mask->error);
      if (mask && !mask->error) finding.found = "it is only read-only";
      if (mask) finding.events = {mask->event};
    }
  }
  judging.holds(fmt::format("{} paths are masked", judged));
}

struct NamedAttribute {
  std::string_view name;
  uint64_t bit;
};
constexpr std::array<NamedAttribute, 4> kAttributes = {{{"ro", MOUNT_ATTR_RDONLY},
                                                        {"nosuid", MOUNT_ATTR_NOSUID},
                                                        {"nodev", MOUNT_ATTR_NODEV},
                                                        {"noexec", MOUNT_ATTR_NOEXEC}}};

void judge_flags(Judging& judging) {
  if (!judging.mounts()) return;
  for (const std::string& path : judging.parameters.list("paths")) {
    const MountFacts* const mount = judging.handed.mount_at(path);
    if (!mount) continue;  // what is not there has no flags
    if (mount->evidence == Evidence::kUnknown) {
      judging.cannot_judge(path, "the flags of " + path + " are not known");
      continue;
    }
    for (const NamedAttribute& attribute : kAttributes) {
      if (!judging.parameters.lists_has("flags", attribute.name) || mount->attributes & attribute.bit) continue;
      Finding& finding = judging.broken(path, fmt::format("{} is mounted without {}", path, attribute.name));
      finding.expected = attribute.name, finding.found = "without";
      finding.events = events_of(*mount);
    }
  }
  judging.holds("the mounts have " + joined(judging.parameters.list("flags")));
}

// What the kernel shows is no file of the starter's. Of proc and devtmpfs other rules judge whose they are; a sysfs, or
// message queues, that the starter has as well are its own where the container has a namespace of its own for them.
bool is_the_kernels(const Judging& judging, const MountFacts& mount) {
  constexpr std::array<std::string_view, 8> kKernels = {"proc",  "cgroup",   "cgroup2",    "devpts",
                                                        "tmpfs", "devtmpfs", "securityfs", "ramfs"};
  if (mount.filesystem == "sysfs") return !has_its_own(judging, "net");
  if (mount.filesystem == "mqueue") return !has_its_own(judging, "ipc");
  return std::ranges::find(kKernels, mount.filesystem) != kKernels.end();
}

void judge_host_files(Judging& judging) {
  const std::vector<MountFacts>* const mounts = judging.mounts();
  if (!mounts) return;
  for (const MountFacts& mount : *mounts) {
    if (mount.path == "/" || mount.hidden || is_the_kernels(judging, mount) || is_except(judging, mount)) continue;
    if (!mount.sharing.known()) {
      judging.cannot_judge(mount.path, "whose files " + mount.path + " shows is not known");
    } else if (mount.sharing.value.filesystem_outside) {
      Finding& finding = judging.broken(mount.path, mount.path + " shows files of who started the container");
      finding.expected = "no file of the starter's";
      finding.found = mount.source_path + " of " + mount.filesystem;
      finding.events = events_of(mount);
    }
  }
  judging.holds("no mount but the root shows the starter's files");
}

}  // namespace

std::vector<RuleKind> mount_rules() {
  return {
      {"mounts-not-shared",
       "No mount is shared with another mount namespace",
       "Through a shared mount, mounting in the container changes what the host sees.",
       {kExcept,
        {Type::kFlag, "refuse_slaves", false, "slaves are refused, too: through these the host's mounts come in"}},
       judge_shared},
      {"proc-own",
       "Every proc filesystem is the container's own",
       "A proc filesystem of another pid namespace, wherever it is mounted, shows all processes there, and their files "
       "by PID/root.",
       {},
       judge_proc},
      {"masked",
       "What is to be masked cannot be read",
       "Masked is what has /dev/null or an empty read-only folder mounted on it. A path that does not exist is masked "
       "well enough.",
       {kPaths, kIfPresent},
       judge_masked},
      {"read-only",
       "What is to be read-only cannot be written",
       "A path is read-only where the mount that it is in, or that mount's filesystem, is. A bind mount by one call "
       "with MS_RDONLY is not: the kernel ignores that flag there.",
       {kPaths, kIfPresent},
       judge_read_only},
      {"mount-flags",
       "Mounts have their flags",
       "Of mounts that are there: nosuid, nodev and noexec take away what a program could do with files that it makes.",
       {kPaths, {Type::kList, "flags", true, "flags that each of them must have", "ro|nosuid|nodev|noexec"}},
       judge_flags},
      {"no-host-files",
       "No files of the starter's are mounted",
       "A volume is a way between container and host, as is the starter's sysfs. Those that are wanted are named by "
       "`except`. Of proc `proc-own` judges whose it is, of devtmpfs `devices`.",
       {kExcept},
       judge_host_files},
  };
}

}  // namespace cttrace
