// Device nodes, the usual links in /dev, the console.
#include <sched.h>
#include <sys/mount.h>

#include <algorithm>

#include "config/names.h"
#include "plan/parts.h"

namespace cttrace::ctrun {
namespace {

const std::vector<DeviceNode>& default_devices() {
  static const std::vector<DeviceNode> devices = {
      {.path = "/dev/null", .major = 1, .minor = 3},    {.path = "/dev/zero", .major = 1, .minor = 5},
      {.path = "/dev/full", .major = 1, .minor = 7},    {.path = "/dev/random", .major = 1, .minor = 8},
      {.path = "/dev/urandom", .major = 1, .minor = 9}, {.path = "/dev/tty", .major = 5, .minor = 0}};
  return devices;
}

std::vector<PlannedCall> device_calls(const DeviceNode& device, DevicesBy by, MountBy mounts,
                                      const std::string& target) {
  if (by == DevicesBy::kMknod) {
    const char* type = device.type == 'b' ? "S_IFBLK" : device.type == 'p' ? "S_IFIFO" : "S_IFCHR";
    const std::string numbers =
        device.type == 'p' ? "0"
                           : "makedev(" + std::to_string(device.major) + ", " + std::to_string(device.minor) + ")";
    return {{"mknodat", {"<folder>", in_quotes(target), std::string(type) + "|" + octal(device.mode), numbers}},
            {"fchownat",
             {"<folder>", in_quotes(target), std::to_string(device.uid), std::to_string(device.gid),
              "AT_SYMLINK_NOFOLLOW"}}};
  }
  if (by == DevicesBy::kBind) return bind_calls(mounts, device.path, target, MS_BIND);
  return {{"open_tree", {"<devtmpfs>", in_quotes(device.path.substr(5)), "OPEN_TREE_CLONE|OPEN_TREE_CLOEXEC"}},
          {"move_mount",
           {"<mount>", "\"\"", "<" + target + ">", "\"\"", "MOVE_MOUNT_F_EMPTY_PATH|MOVE_MOUNT_T_EMPTY_PATH"}}};
}

void add_device(PlanBuilder& builder, const DeviceNode& device, DevicesBy by) {
  const MountBy mounts = builder.request().choices.mounts;
  // devtmpfs has what the kernel knows; a fifo, or a node of a name of its own, it has not.
  if (device.type == 'p' || device.path.rfind("/dev/", 0) != 0) by = DevicesBy::kMknod;
  const std::string target = in_rootfs(builder.config(), device.path);
  const std::string numbers = std::to_string(device.major) + ":" + std::to_string(device.minor);
  builder.add(
      Phase::kDevices, Actor::kInit, "device:" + device.path,
      device.path + " " + device.type + (device.type == 'p' ? "" : " " + numbers) + ", mode " + octal(device.mode),
      device_calls(device, by, mounts, target), MakeDevice{device, by, mounts});
}

}  // namespace

void plan_devices(PlanBuilder& builder) {
  const Config& config = builder.config();
  const auto on_dev = std::find_if(config.mounts.rbegin(), config.mounts.rend(), [](const Mount& mount) {
    return mount.destination == "/dev" || mount.destination == "/dev/";
  });
  // A /dev that is somebody else's is left as it is.
  const bool somebody_elses = on_dev != config.mounts.rend() && (on_dev->flags & MS_BIND);
  if (!somebody_elses) {
    DevicesBy by = builder.request().choices.devices;
    // The kernel lets nobody make nodes, or mount a devtmpfs, in a user namespace.
    const bool in_user_namespace =
        config.find_namespace(CLONE_NEWUSER) || !builder.request().host.initial_user_namespace;
    if (in_user_namespace) by = DevicesBy::kBind;
    if (by == DevicesBy::kDevtmpfs)
      builder.add(Phase::kDevices, Actor::kInit, "devtmpfs", "a devtmpfs that is mounted nowhere, to take nodes from",
                  {{"fsopen", {in_quotes("devtmpfs"), "FSOPEN_CLOEXEC"}},
                   {"fsconfig", {"<context>", "FSCONFIG_SET_STRING", "\"source\"", "\"devtmpfs\"", "0"}},
                   {"fsconfig", {"<context>", "FSCONFIG_CMD_CREATE", "NULL", "NULL", "0"}},
                   {"fsmount", {"<context>", "FSMOUNT_CLOEXEC", "0"}}},
                  OpenDevtmpfs{});
    for (const DeviceNode& device : default_devices()) {
      const bool replaced = std::any_of(config.devices.begin(), config.devices.end(),
                                        [&](const DeviceNode& each) { return each.path == device.path; });
      if (!replaced) add_device(builder, device, by);
    }
    for (const DeviceNode& device : config.devices) add_device(builder, device, by);
    if (builder.errs(Mistake::kDiskDevice)) {
      const auto disk = builder.request().host.root_disk.value_or(std::pair{8U, 0U});
      add_device(builder, {.path = "/dev/disk", .type = 'b', .major = disk.first, .minor = disk.second},
                 DevicesBy::kMknod);
    }
    builder.add(Phase::kDevices, Actor::kInit, "device-links", "/dev/fd, stdin, stdout, stderr, ptmx", {},
                MakeLinks{{{"/dev/fd", "/proc/self/fd"},
                           {"/dev/stdin", "/proc/self/fd/0"},
                           {"/dev/stdout", "/proc/self/fd/1"},
                           {"/dev/stderr", "/proc/self/fd/2"},
                           {"/dev/ptmx", "pts/ptmx"}}});
  }
  if (config.process.terminal)
    builder.add(Phase::kDevices, Actor::kInit, "console", "a terminal of the container's devpts; /dev/console",
                somebody_elses
                    ? std::vector<PlannedCall>{}
                    : bind_calls(MountBy::kFd, "/proc/self/fd/<terminal>", in_rootfs(config, "/dev/console"), MS_BIND),
                MakeConsole{config.process.console, !somebody_elses});
  if (on_dev != config.mounts.rend() && on_dev->type == "tmpfs" && (on_dev->flags & MS_RDONLY)) {
    DoMount again{*on_dev, {}, builder.request().choices.mounts, true};
    again.mount.flags |= MS_REMOUNT | MS_BIND;
    again.mount.data.clear();
    std::vector<PlannedCall> calls = mount_calls(again, in_rootfs(config, "/dev"));
    builder.add(Phase::kMounts, Actor::kInit, "readonly:/dev", "/dev is made read-only", std::move(calls), again);
  }
}

}  // namespace cttrace::ctrun
