// Arguments of calls.
#include "story/call.h"

#include <linux/sched.h>
#include <sys/mount.h>

#include <cerrno>
#include <cstring>

#include "base/paths.h"

namespace cttrace {
namespace {

// Arguments of which the kernel may say, when the call is done, where they led.
struct NamedByKernel {
  std::string_view call, argument;
  MaybeFile Aftermath::*where;
};
constexpr NamedByKernel kNamedByKernel[] = {
    {"mount", "dir_name", &Aftermath::target},     {"umount", "name", &Aftermath::target},
    {"umount2", "name", &Aftermath::target},       {"move_mount", "to_pathname", &Aftermath::target},
    {"mount_setattr", "path", &Aftermath::target}, {"chroot", "filename", &Aftermath::root},
    {"chdir", "filename", &Aftermath::cwd},
};

const File* in_namespace(const MaybeFile& there) {
  const bool has_path = there && there->path.starts_with('/') && there->mount_ns && !there->path_cut;
  return has_path && !there->detached && !there->internal && !there->other_ns ? &*there : nullptr;
}

// /proc/PID/cwd, /proc/PID/task/TID/fd/3 and the like: links of the kernel's own, so that the words say nothing of
// where the path leads.
bool is_through_process(std::string_view path) {
  if (!path.starts_with("/proc/")) return false;
  const size_t link = path.find('/', 6);
  if (link == std::string_view::npos) return false;
  path.remove_prefix(link + 1);
  if (constexpr std::string_view kThreads = "task/"; path.starts_with(kThreads)) {
    const size_t behind = path.find('/', kThreads.size());
    path.remove_prefix(behind == path.npos ? path.size() : behind + 1);
  }
  const std::string_view name = path.substr(0, path.find('/'));
  return name == "cwd" || name == "root" || name == "fd";
}

// Where such words lead is where the single mount came to be that the call made. Of words that may be true it is not
// asked: the newest mount may be a copy that propagation made.
const File* made_behind_link(const Call& call, std::string_view name) {
  const Argument* const target = call.row->name == "mount" && name == "dir_name" ? argument(call, name) : nullptr;
  if (!target || !target->resolved || !is_through_process(*target->resolved) || call.after.contended) return nullptr;
  const uint64_t flags = mount_flags(call);
  const bool others = flags & (MS_REMOUNT | MS_MOVE | MS_SHARED | MS_PRIVATE | MS_SLAVE | MS_UNBINDABLE);
  const bool several = (flags & MS_BIND) && (flags & MS_REC);
  return others || several ? nullptr : in_namespace(call.after.newest_mount);
}

// nullptr: it does not say, or nothing that has a path in the caller's mount namespace.
const File* led_to(const Call& call, std::string_view name) {
  for (const NamedByKernel& each : kNamedByKernel) {
    if (each.call != call.row->name || each.argument != name) continue;
    if (const File* const there = in_namespace(call.after.*each.where)) return there;
  }
  return made_behind_link(call, name);
}

}  // namespace

const Argument* argument(const Call& call, std::string_view name) {
  for (const Argument& each : call.args)
    if (each.spec->name == name) return &each;
  return nullptr;
}

uint64_t number(const Call& call, std::string_view name) {
  const Argument* found = argument(call, name);
  return found ? found->raw : 0;
}

uint64_t field_of(const Argument& argument, std::string_view name) {
  const Layout* known = layout(argument.spec->set);
  if (!known) return 0;
  for (const Field& field : known->fields) {
    if (field.name != name || size_t{field.offset} + field.size > argument.bytes.size()) continue;
    uint64_t value = 0;
    std::memcpy(&value, argument.bytes.data() + field.offset, field.size);
    if (field.high && size_t{field.high} + field.size <= argument.bytes.size()) {
      uint64_t upper = 0;
      std::memcpy(&upper, argument.bytes.data() + field.high, field.size);
      value |= upper << (8 * field.size);
    }
    return value;
  }
  return 0;
}

std::string text(const Call& call, std::string_view name) {
  const Argument* found = argument(call, name);
  return found ? found->bytes.substr(0, found->bytes.find('\0')) : std::string();
}

std::string path(const Call& call, std::string_view name) {
  if (const File* const there = led_to(call, name)) return there->path;
  const Argument* found = argument(call, name);
  if (found && found->resolved) return *found->resolved;
  return text(call, name);
}

const File* file(const Call& call, std::string_view name) {
  const Argument* found = argument(call, name);
  return found && found->file ? &*found->file : nullptr;
}

int error_of(const Call& call) {
  if (call.outcome == Outcome::kSigsysBySeccomp) return ENOSYS;  // has none: see Step::killed
  const bool returned = call.outcome == Outcome::kReturned || call.outcome == Outcome::kDeniedBySeccomp ||
                        call.outcome == Outcome::kAnsweredBySeccomp;
  return returned && call.result < 0 && call.result >= -4095 ? static_cast<int>(-call.result) : 0;
}

bool succeeded(const Call& call) {
  const bool returned = call.outcome == Outcome::kReturned || call.outcome == Outcome::kAnsweredBySeccomp;
  return returned && error_of(call) == 0;
}

// path_mount() in fs/namespace.c: the number would be flags otherwise.
uint64_t mount_flags(const Call& call) {
  const uint64_t flags = number(call, "flags");
  return (flags & MS_MGC_MSK) == MS_MGC_VAL ? flags & ~uint64_t{MS_MGC_MSK} : flags;
}

uint64_t clone_flags(const Call& call) {
  if (call.row->name == "clone3") {
    const Argument* args = argument(call, "uargs");
    return args ? field_of(*args, "flags") : 0;
  }
  if (call.row->name == "vfork") return CLONE_VFORK | CLONE_VM;
  // To clone this bit is one of the signal's number, which no signal has.
  return number(call, "clone_flags") & ~uint64_t{CLONE_NEWTIME};
}

bool shows_the_same(std::string_view source, std::string_view target) {
  const bool of_kernel = source.find("/proc/") != source.npos || source.find("/sys/") != source.npos;
  return of_kernel && last_part(source) == last_part(target);
}

}  // namespace cttrace
