// The calls that make one mount, by each of the three ways.
#include <linux/mount.h>
#include <sys/mount.h>

#include <array>

#include "config/names.h"
#include "plan/parts.h"

#ifndef MS_NOSYMFOLLOW
#define MS_NOSYMFOLLOW 256
#endif

namespace cttrace::ctrun {
namespace {

struct Pair {
  unsigned long flag;
  uint64_t attribute;
};
constexpr std::array kAttributes = {
    Pair{MS_RDONLY, MOUNT_ATTR_RDONLY},         Pair{MS_NOSUID, MOUNT_ATTR_NOSUID},
    Pair{MS_NODEV, MOUNT_ATTR_NODEV},           Pair{MS_NOEXEC, MOUNT_ATTR_NOEXEC},
    Pair{MS_NOATIME, MOUNT_ATTR_NOATIME},       Pair{MS_STRICTATIME, MOUNT_ATTR_STRICTATIME},
    Pair{MS_NODIRATIME, MOUNT_ATTR_NODIRATIME}, Pair{MS_NOSYMFOLLOW, MOUNT_ATTR_NOSYMFOLLOW}};
constexpr unsigned long kAtime = MS_NOATIME | MS_NODIRATIME | MS_RELATIME | MS_STRICTATIME;

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ",") + word;
  return text;
}

std::string target_text(MountBy by, const std::string& target) {
  return by == MountBy::kPath ? in_quotes(target) : in_quotes("/proc/self/fd/<" + target + ">");
}

std::string attr_text(uint64_t set, uint64_t clear, unsigned long propagation) {
  std::string text = "{attr_set=" + mount_attributes_text(set) + ", attr_clr=" + mount_attributes_text(clear);
  if (propagation) text += ", propagation=" + mount_flags_text(propagation);
  return text + "}";
}

void add_propagations(std::vector<PlannedCall>& calls, MountBy by, const std::string& target,
                      const std::vector<unsigned long>& propagations) {
  for (const unsigned long flags : propagations) {
    if (by == MountBy::kNewApi)
      calls.push_back({"mount_setattr",
                       {"<mount>", "\"\"", flags & MS_REC ? "AT_EMPTY_PATH|AT_RECURSIVE" : "AT_EMPTY_PATH",
                        attr_text(0, 0, flags & ~static_cast<unsigned long>(MS_REC)), "<size>"}});
    else
      calls.push_back({"mount", {"NULL", target_text(by, target), "NULL", mount_flags_text(flags), "NULL"}});
  }
}

std::vector<PlannedCall> new_filesystem_calls(const DoMount& step, const std::string& target) {
  const Mount& mount = step.mount;
  std::vector<PlannedCall> calls = {{"fsopen", {in_quotes(mount.type), "FSOPEN_CLOEXEC"}}};
  if (!step.source.empty())
    calls.push_back(
        {"fsconfig", {"<context>", "FSCONFIG_SET_STRING", in_quotes("source"), in_quotes(step.source), "0"}});
  for (const std::string& flag : superblock_flags(mount.flags))
    calls.push_back({"fsconfig", {"<context>", "FSCONFIG_SET_FLAG", in_quotes(flag), "NULL", "0"}});
  for (const std::string& option : mount.data) {
    const size_t equals = option.find('=');
    if (equals == std::string::npos)
      calls.push_back({"fsconfig", {"<context>", "FSCONFIG_SET_FLAG", in_quotes(option), "NULL", "0"}});
    else
      calls.push_back({"fsconfig",
                       {"<context>", "FSCONFIG_SET_STRING", in_quotes(option.substr(0, equals)),
                        in_quotes(option.substr(equals + 1)), "0"}});
  }
  calls.push_back({"fsconfig", {"<context>", "FSCONFIG_CMD_CREATE", "NULL", "NULL", "0"}});
  calls.push_back({"fsmount", {"<context>", "FSMOUNT_CLOEXEC", mount_attributes_text(mount_attributes(mount.flags))}});
  calls.push_back({"move_mount",
                   {"<mount>", "\"\"", "<" + target + ">", "\"\"", "MOVE_MOUNT_F_EMPTY_PATH|MOVE_MOUNT_T_EMPTY_PATH"}});
  add_propagations(calls, step.by, target, mount.propagations);
  return calls;
}

}  // namespace

uint64_t mount_attributes(unsigned long flags) {
  uint64_t attributes = 0;
  for (const Pair& pair : kAttributes)
    if (flags & pair.flag) attributes |= pair.attribute;
  return attributes;
}

AttributeChange remount_attributes(unsigned long flags) {
  AttributeChange change{.set = mount_attributes(flags)};
  change.clear = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC | MOUNT_ATTR_NOSYMFOLLOW;
  change.clear &= ~change.set;
  // As path_mount() in fs/namespace.c: a remount that says nothing of atime leaves it.
  if (flags & kAtime) {
    change.clear |= MOUNT_ATTR__ATIME;
    if (!(flags & MS_NODIRATIME)) change.clear |= MOUNT_ATTR_NODIRATIME;
  }
  return change;
}

std::vector<std::string> superblock_flags(unsigned long flags) {
  std::vector<std::string> names;
  if (flags & MS_RDONLY) names.emplace_back("ro");
  if (flags & MS_SYNCHRONOUS) names.emplace_back("sync");
  if (flags & MS_DIRSYNC) names.emplace_back("dirsync");
  if (flags & MS_MANDLOCK) names.emplace_back("mand");
  if (flags & MS_LAZYTIME) names.emplace_back("lazytime");
  return names;
}

std::vector<PlannedCall> bind_calls(MountBy by, const std::string& source, const std::string& target,
                                    unsigned long flags, const std::vector<unsigned long>& propagations) {
  std::vector<PlannedCall> calls;
  const unsigned long recursive = flags & MS_REC;
  const unsigned long rest = flags & ~static_cast<unsigned long>(MS_BIND | MS_REC | MS_SILENT);
  if (by == MountBy::kNewApi) {
    calls.push_back({"open_tree",
                     {"AT_FDCWD", in_quotes(source),
                      std::string(recursive ? "AT_RECURSIVE|" : "") + "OPEN_TREE_CLONE|OPEN_TREE_CLOEXEC"}});
    if (rest) {
      const AttributeChange change = remount_attributes(rest);
      calls.push_back(
          {"mount_setattr", {"<mount>", "\"\"", "AT_EMPTY_PATH", attr_text(change.set, change.clear, 0), "<size>"}});
    }
    calls.push_back(
        {"move_mount",
         {"<mount>", "\"\"", "<" + target + ">", "\"\"", "MOVE_MOUNT_F_EMPTY_PATH|MOVE_MOUNT_T_EMPTY_PATH"}});
  } else {
    calls.push_back(
        {"mount", {in_quotes(source), target_text(by, target), "NULL", mount_flags_text(MS_BIND | recursive), "NULL"}});
    if (rest)
      calls.push_back(
          {"mount", {"NULL", target_text(by, target), "NULL", mount_flags_text(MS_REMOUNT | MS_BIND | rest), "NULL"}});
  }
  add_propagations(calls, by, target, propagations);
  return calls;
}

std::vector<PlannedCall> mount_calls(const DoMount& step, const std::string& target) {
  const Mount& mount = step.mount;
  if (mount.flags & MS_REMOUNT) {
    const std::string data = joined(mount.data);
    return {{"mount",
             {"NULL", target_text(step.by == MountBy::kPath ? MountBy::kPath : MountBy::kFd, target), "NULL",
              mount_flags_text(mount.flags), data.empty() ? "NULL" : in_quotes(data)}}};
  }
  if (mount.flags & MS_BIND) return bind_calls(step.by, step.source, target, mount.flags, mount.propagations);
  if (step.by == MountBy::kNewApi) return new_filesystem_calls(step, target);
  const std::string data = joined(mount.data);
  std::vector<PlannedCall> calls = {{"mount",
                                     {in_quotes(step.source), target_text(step.by, target), in_quotes(mount.type),
                                      mount_flags_text(mount.flags), data.empty() ? "NULL" : in_quotes(data)}}};
  add_propagations(calls, step.by, target, mount.propagations);
  return calls;
}

}  // namespace cttrace::ctrun
