// strace's forms of single calls.
#include "render/forms.h"

#include <fcntl.h>
#include <linux/sched.h>
#include <sys/mount.h>
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
  return false;
}

bool is_ignored(const Call& call, size_t index) {
  if (call.row->name != "mount") return false;
  const ArgSpec& spec = *call.args[index].spec;
  uint64_t flags = raw_of(call, {"flags"});
  constexpr uint64_t kMagic = 0xC0ED0000, kMagicMask = 0xffff0000;
  if ((flags & kMagicMask) == kMagic) flags &= ~kMagicMask;
  if (spec.name == "type") return flags & (MS_REMOUNT | MS_BIND | MS_MOVE);
  if (spec.kind == ArgKind::kMountData) return !(flags & MS_REMOUNT) && (flags & (MS_BIND | MS_MOVE));
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
