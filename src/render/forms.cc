// strace's forms of single calls.
#include "render/forms.h"

#include <fcntl.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>

#include <algorithm>

namespace cttrace {
namespace {

bool creates(uint64_t open_flags) { return (open_flags & O_CREAT) || (open_flags & O_TMPFILE) == O_TMPFILE; }

uint64_t raw_of(const Call& call, std::initializer_list<std::string_view> names) {
  const size_t index = argument_named(call, names);
  return index < call.args.size() ? call.args[index].raw : 0;
}

uint64_t number_of(const Value& structure, std::string_view name) {
  const Value* found = field(structure, name);
  return found ? found->number : 0;
}

// The size of the first version of a struct: with less, the kernel does not look at it.
uint64_t first_size(std::string_view layout) {
  if (layout == "clone_args") return CLONE_ARGS_SIZE_VER0;
  if (layout == "mount_attr") return MOUNT_ATTR_SIZE_VER0;
  return layout == "open_how" ? 24 : 0;  // OPEN_HOW_SIZE_VER0
}

bool is_option(const Call& call, uint32_t option) {
  return call.args.size() > 2 && static_cast<uint32_t>(call.args[0].raw) == option && call.row->name == "prctl";
}

bool is_ignored_by_mount(const ArgSpec& spec, uint64_t flags) {
  constexpr uint64_t kMagic = 0xC0ED0000, kMagicMask = 0xffff0000;
  constexpr uint64_t kNoFilesystem = MS_BIND | MS_MOVE | MS_SHARED | MS_PRIVATE | MS_SLAVE | MS_UNBINDABLE;
  if ((flags & kMagicMask) == kMagic) flags &= ~kMagicMask;
  if (spec.name == "type") return flags & (MS_REMOUNT | kNoFilesystem);
  if (spec.kind == ArgKind::kMountData) return !(flags & MS_REMOUNT) && (flags & kNoFilesystem);
  return false;
}

void remove(Value& structure, std::string_view name) {
  std::erase_if(structure.items, [&](const Value& item) { return item.name == name; });
}

void shape_clone_args(Value& args) {
  const uint64_t flags = number_of(args, "flags");
  const auto only_with = [&](std::string_view name, bool wanted) {
    if (!wanted) remove(args, name);
  };
  only_with("pidfd", flags & CLONE_PIDFD);
  only_with("child_tid", flags & (CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID));
  only_with("parent_tid", flags & CLONE_PARENT_SETTID);
  only_with("tls", flags & CLONE_SETTLS);
  const bool set_tid = number_of(args, "set_tid") || number_of(args, "set_tid_size");
  only_with("set_tid", set_tid);
  only_with("set_tid_size", set_tid);
  only_with("cgroup", (flags & CLONE_INTO_CGROUP) || number_of(args, "cgroup"));
}

}  // namespace

size_t argument_named(const Call& call, std::initializer_list<std::string_view> names) {
  for (size_t i = 0; i < call.args.size(); ++i)
    if (std::find(names.begin(), names.end(), call.args[i].spec->name) != names.end()) return i;
  return call.args.size();
}

bool is_left_out(const Call& call, size_t index) {
  const ArgSpec& spec = *call.args[index].spec;
  if (spec.kind == ArgKind::kMode && call.row->name.starts_with("open")) return !creates(raw_of(call, {"flags"}));
  if (spec.kind == ArgKind::kDev) {
    const uint64_t type = raw_of(call, {"mode"}) & S_IFMT;
    return type != S_IFCHR && type != S_IFBLK;
  }
  if (spec.kind == ArgKind::kUnsigned && spec.name == "poshi") return true;  // is written with poslo
  if (is_option(call, PR_SET_SECCOMP)) {
    const uint64_t mode = call.args[1].raw;
    return mode == SECCOMP_MODE_STRICT ? index > 1 : mode == SECCOMP_MODE_FILTER && index > 2;
  }
  return false;
}

bool is_ignored(const Call& call, size_t index) {
  const ArgSpec& spec = *call.args[index].spec;
  switch (spec.kind) {
    case ArgKind::kString:
    case ArgKind::kMountData:
      if (call.row->name == "mount") return is_ignored_by_mount(spec, raw_of(call, {"flags"}));
      break;
    case ArgKind::kBuffer:
      if (index == 0 && (call.row->name == "sethostname" || call.row->name == "setdomainname"))
        return static_cast<uint32_t>(call.args[1].raw) > 64;  // __NEW_UTS_LEN
      break;
    case ArgKind::kIds:
      if (spec.ref < call.args.size()) return static_cast<uint32_t>(call.args[spec.ref].raw) > 65536;  // NGROUPS_MAX
      break;
    case ArgKind::kStruct:
      if (spec.set == "cap_data") return call.args[0].reading != Reading::kOk;
      if (spec.ref < call.args.size()) return call.args[spec.ref].raw < first_size(spec.set);
      break;
    default: break;
  }
  if (index != 2) return false;
  const uint64_t chosen = call.args[1].raw;
  if (is_option(call, PR_SET_SECCOMP)) return chosen != SECCOMP_MODE_FILTER;
  if (is_option(call, PR_CAP_AMBIENT)) return chosen < PR_CAP_AMBIENT_IS_SET || chosen > PR_CAP_AMBIENT_LOWER;
  if (is_option(call, PR_SET_SPECULATION_CTRL)) return chosen > PR_SPEC_L1D_FLUSH;
  return false;
}

void shape(Value& structure) {
  if (structure.layout == "clone_args") shape_clone_args(structure);
  if (structure.layout == "open_how" && !creates(number_of(structure, "flags")) && !number_of(structure, "mode"))
    remove(structure, "mode");
}

std::vector<NamedArgument> clone_form(const Call& call) {
  const uint64_t flags = raw_of(call, {"clone_flags", "flags"});
  std::vector<NamedArgument> form = {{"child_stack", argument_named(call, {"newsp", "stack", "child_stack"})},
                                     {"flags", argument_named(call, {"clone_flags", "flags"})}};
  if (flags & (CLONE_PARENT_SETTID | CLONE_PIDFD))
    form.push_back({"parent_tid", argument_named(call, {"parent_tidptr", "parent_tid"})});
  if (flags & CLONE_SETTLS) form.push_back({"tls", argument_named(call, {"tls"})});
  if (flags & (CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID))
    form.push_back({"child_tidptr", argument_named(call, {"child_tidptr", "child_tid"})});
  std::erase_if(form, [&](const NamedArgument& argument) { return argument.index >= call.args.size(); });
  return form;
}

}  // namespace cttrace
