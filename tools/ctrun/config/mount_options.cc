// One row an option; what is no row belongs to the filesystem.
#include "config/mount_options.h"

#include <sys/mount.h>

#include <algorithm>
#include <array>
#include <string_view>

#ifndef MS_NOSYMFOLLOW
#define MS_NOSYMFOLLOW 256
#endif

namespace cttrace::ctrun {
namespace {

struct Row {
  std::string_view name;
  unsigned long set, clear;
};

constexpr unsigned long kAtime = MS_NOATIME | MS_RELATIME | MS_STRICTATIME;

constexpr std::array kFlags = {
    Row{"async", 0, MS_SYNCHRONOUS},
    Row{"atime", 0, MS_NOATIME},
    Row{"bind", MS_BIND, 0},
    Row{"defaults", 0, 0},
    Row{"dev", 0, MS_NODEV},
    Row{"diratime", 0, MS_NODIRATIME},
    Row{"dirsync", MS_DIRSYNC, 0},
    Row{"exec", 0, MS_NOEXEC},
    Row{"iversion", MS_I_VERSION, 0},
    Row{"lazytime", MS_LAZYTIME, 0},
    Row{"loud", 0, MS_SILENT},
    Row{"mand", MS_MANDLOCK, 0},
    Row{"noatime", MS_NOATIME, kAtime & ~static_cast<unsigned long>(MS_NOATIME)},
    Row{"nodev", MS_NODEV, 0},
    Row{"nodiratime", MS_NODIRATIME, 0},
    Row{"noexec", MS_NOEXEC, 0},
    Row{"noiversion", 0, MS_I_VERSION},
    Row{"nolazytime", 0, MS_LAZYTIME},
    Row{"nomand", 0, MS_MANDLOCK},
    Row{"norelatime", 0, MS_RELATIME},
    Row{"nostrictatime", 0, MS_STRICTATIME},
    Row{"nosuid", MS_NOSUID, 0},
    Row{"nosymfollow", MS_NOSYMFOLLOW, 0},
    Row{"rbind", MS_BIND | MS_REC, 0},
    Row{"relatime", MS_RELATIME, kAtime & ~static_cast<unsigned long>(MS_RELATIME)},
    Row{"remount", MS_REMOUNT, 0},
    Row{"ro", MS_RDONLY, 0},
    Row{"rw", 0, MS_RDONLY},
    Row{"silent", MS_SILENT, 0},
    Row{"strictatime", MS_STRICTATIME, kAtime & ~static_cast<unsigned long>(MS_STRICTATIME)},
    Row{"suid", 0, MS_NOSUID},
    Row{"symfollow", 0, MS_NOSYMFOLLOW},
    Row{"sync", MS_SYNCHRONOUS, 0},
};

constexpr std::array kPropagations = {
    Row{"private", MS_PRIVATE, 0},
    Row{"rprivate", MS_PRIVATE | MS_REC, 0},
    Row{"rshared", MS_SHARED | MS_REC, 0},
    Row{"rslave", MS_SLAVE | MS_REC, 0},
    Row{"runbindable", MS_UNBINDABLE | MS_REC, 0},
    Row{"shared", MS_SHARED, 0},
    Row{"slave", MS_SLAVE, 0},
    Row{"unbindable", MS_UNBINDABLE, 0},
};

template <typename Table>
const Row* find(const Table& table, const std::string& name) {
  const auto row = std::find_if(table.begin(), table.end(), [&](const Row& each) { return each.name == name; });
  return row == table.end() ? nullptr : &*row;
}

}  // namespace

void take_mount_options(Mount& mount, const std::vector<std::string>& options) {
  for (const std::string& option : options) {
    if (const Row* row = find(kFlags, option)) {
      mount.flags = (mount.flags | row->set) & ~row->clear;
      mount.cleared = (mount.cleared | row->clear) & ~row->set;
    } else if (const unsigned long propagation = propagation_by_name(option)) {
      mount.propagations.push_back(propagation);
    } else if (option == "loop") {
      mount.loop = true;
    } else if (!option.empty()) {
      mount.data.push_back(option);
    }
  }
}

unsigned long propagation_by_name(const std::string& name) {
  const Row* row = find(kPropagations, name);
  return row ? row->set : 0;
}

std::string propagation_name(unsigned long flags) {
  for (const Row& row : kPropagations)
    if (row.set == flags) return std::string(row.name);
  return "private";
}

}  // namespace cttrace::ctrun
