// What is masked, and how the root file system becomes the root.
#include <sys/mount.h>

#include "config/mount_options.h"
#include "config/names.h"
#include "plan/parts.h"

namespace cttrace::ctrun {
namespace {

void add_masked(PlanBuilder& builder, const std::string& path) {
  const MountBy by = builder.request().choices.mounts;
  const std::string target = in_rootfs(builder.config(), path);
  const bool folder = builder.request().host.masked_folders.count(path) != 0;
  std::vector<PlannedCall> calls = folder ? mount_calls({{.type = "tmpfs", .flags = MS_RDONLY}, "tmpfs", by}, target)
                                          : bind_calls(by, "/dev/null", target, MS_BIND);
  builder.add(Phase::kMasking, Actor::kInit, "mask:" + path, path + (folder ? " <- an empty tmpfs" : " <- /dev/null"),
              std::move(calls), MaskPath{path, by}, true);
}

// What the mount that a path is on has, as far as the configuration says: a remount must say it again.
unsigned long flags_over(const Config& config, const std::string& path) {
  const Mount* over = nullptr;
  for (const Mount& mount : config.mounts)
    if (path.rfind(mount.destination + "/", 0) == 0 && (!over || mount.destination.size() >= over->destination.size()))
      over = &mount;
  return over ? over->flags & (MS_NOSUID | MS_NODEV | MS_NOEXEC) : 0;
}

std::vector<PlannedCall> readonly_calls(MountBy by, const std::string& target, unsigned long flags) {
  if (by == MountBy::kNewApi)
    return {
        {"open_tree", {"<" + target + ">", "\"\"", "AT_RECURSIVE|AT_EMPTY_PATH|OPEN_TREE_CLONE|OPEN_TREE_CLOEXEC"}},
        {"mount_setattr", {"<mount>", "\"\"", "AT_EMPTY_PATH", "{attr_set=MOUNT_ATTR_RDONLY, attr_clr=0}", "<size>"}},
        {"move_mount",
         {"<mount>", "\"\"", "<" + target + ">", "\"\"", "MOVE_MOUNT_F_EMPTY_PATH|MOVE_MOUNT_T_EMPTY_PATH"}}};
  const std::string itself = in_quotes(by == MountBy::kPath ? target : "/proc/self/fd/<" + target + ">");
  return {{"mount", {itself, itself, "NULL", "MS_BIND|MS_REC", "NULL"}},
          {"mount", {"NULL", itself, "NULL", mount_flags_text(MS_RDONLY | MS_REMOUNT | MS_BIND | flags), "NULL"}}};
}

void add_readonly(PlanBuilder& builder, const std::string& path, bool mistaken) {
  const MountBy by = builder.request().choices.mounts;
  const std::string target = in_rootfs(builder.config(), path);
  std::vector<PlannedCall> calls = readonly_calls(by, target, flags_over(builder.config(), path));
  if (mistaken) {
    const std::string itself = in_quotes(by == MountBy::kPath ? target : "/proc/self/fd/<" + target + ">");
    calls = {{"mount", {itself, itself, "NULL", "MS_RDONLY|MS_BIND|MS_REC", "NULL"}}};
  }
  builder.add(Phase::kMasking, Actor::kInit, "readonly:" + path, path + " read-only", std::move(calls),
              ReadonlyPath{path, by, mistaken}, true);
}

void add_pivot(PlanBuilder& builder, RootBy by, const std::string& rootfs) {
  const bool folder = by == RootBy::kPivotFolder;
  const std::string old = folder ? kOldRoot : ".";
  std::vector<PlannedCall> switching = {{"pivot_root", {"\".\"", in_quotes(old)}}};
  if (folder) switching.push_back({"chdir", {"\"/\""}});
  builder.add(Phase::kRootSwitch, Actor::kInit, "switch-root", "pivot_root: " + rootfs + " becomes /",
              std::move(switching), SwitchRoot{by, rootfs});
  if (builder.errs(Mistake::kOldRootMounted)) return;
  // Slaves first: what is unmounted here must stay on the host.
  const std::string path = folder ? "/" + old : ".";
  std::vector<PlannedCall> calls;
  if (!folder) calls.push_back({"fchdir", {"<old root>"}});
  calls.push_back({"mount", {"NULL", in_quotes(path), "NULL", "MS_REC|MS_SLAVE", "NULL"}});
  calls.push_back({"umount2", {in_quotes(path), "MNT_DETACH"}});
  if (!folder) calls.push_back({"chdir", {"\"/\""}});
  builder.add(Phase::kRootSwitch, Actor::kInit, "detach-old-root", "the old root is detached: gone", std::move(calls),
              DetachOldRoot{by});
}

void add_move(PlanBuilder& builder, const std::string& rootfs) {
  // They would stay below the new root, where a program with CAP_SYS_ADMIN finds them: unmounted, as runc does.
  std::vector<std::string> paths;
  for (const HostMount& each : builder.request().host.mounts)
    if ((each.type == "proc" || each.type == "sysfs") && each.path.rfind(rootfs + "/", 0) != 0)
      paths.insert(paths.begin(), each.path);
  for (const std::string& path : paths)
    builder.add(Phase::kRootfs, Actor::kInit, "hide:" + path, "the host's " + path + " is detached",
                {{"umount2", {in_quotes(path), "MNT_DETACH"}}}, HideHostMount{path});
  builder.add(Phase::kRootSwitch, Actor::kInit, "switch-root", rootfs + " is moved over /, and becomes /",
              {{"mount", {"\".\"", "\"/\"", "NULL", "MS_MOVE", "NULL"}}, {"chroot", {"\".\""}}, {"chdir", {"\"/\""}}},
              SwitchRoot{RootBy::kMove, rootfs});
}

}  // namespace

void plan_masking(PlanBuilder& builder) {
  const Config& config = builder.config();
  bool first = true;
  for (const std::string& path : config.readonly_paths) {
    add_readonly(builder, path, first && builder.errs(Mistake::kWritablePath));
    first = false;
  }
  first = true;
  for (const std::string& path : config.masked_paths) {
    if (!first || !builder.errs(Mistake::kUnmaskedPath)) add_masked(builder, path);
    first = false;
  }
  for (const auto& [name, value] : config.sysctl) {
    std::string file = name;
    for (char& letter : file)
      if (letter == '.') letter = '/';
    builder.add(name.rfind("net.", 0) == 0 ? Phase::kNetwork : Phase::kIdentity, Actor::kInit, "sysctl:" + name,
                name + " = " + value, {{"write", {in_quotes("/proc/sys/" + file), in_quotes(value)}}},
                WriteSysctl{name, value});
  }
}

void plan_root_switch(PlanBuilder& builder) {
  const Config& config = builder.config();
  const std::string& rootfs = config.rootfs;
  RootBy by = builder.request().choices.root;
  if (builder.errs(Mistake::kChrootOnly)) by = RootBy::kChroot;
  if (builder.errs(Mistake::kOldRootMounted)) by = RootBy::kPivotFolder;
  builder.add(Phase::kRootSwitch, Actor::kInit, "enter-rootfs", "the working folder is the new root",
              {{"fchdir", {"<" + rootfs + ">"}}}, EnterRootfs{});
  switch (by) {
    case RootBy::kPivot:
    case RootBy::kPivotFolder: add_pivot(builder, by, rootfs); break;
    case RootBy::kMove: add_move(builder, rootfs); break;
    case RootBy::kChroot:
      builder.add(Phase::kRootSwitch, Actor::kInit, "switch-root", "chroot: " + rootfs + " becomes /",
                  {{"chroot", {"\".\""}}, {"chdir", {"\"/\""}}}, SwitchRoot{RootBy::kChroot, rootfs});
      break;
  }
  if (config.readonly_root)
    builder.add(Phase::kRootSwitch, Actor::kInit, "readonly-root", "/ is made read-only",
                {{"mount", {"NULL", "\"/\"", "NULL", "MS_RDONLY|MS_REMOUNT|MS_BIND", "NULL"}}}, ReadonlyRoot{});
  if (config.rootfs_propagation != 0)
    builder.add(Phase::kRootSwitch, Actor::kInit, "propagation",
                "/ is made " + propagation_name(config.rootfs_propagation),
                {{"mount", {"NULL", "\"/\"", "NULL", mount_flags_text(config.rootfs_propagation), "NULL"}}},
                SetPropagation{"/", config.rootfs_propagation, true});
}

}  // namespace cttrace::ctrun
