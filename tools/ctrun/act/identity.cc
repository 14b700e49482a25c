// Who the program will be.
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/keyctl.h>
#include <linux/seccomp.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

#include "act/acts.h"
#include "config/names.h"

namespace cttrace::ctrun {
namespace {

uint32_t low(uint64_t bits) { return static_cast<uint32_t>(bits); }
uint32_t high(uint64_t bits) { return static_cast<uint32_t>(bits >> 32); }

// Not by the C library: a program of one thread needs no news of it to all threads.
Outcome checked(long result, bool failure_ignored, const std::string& what, const std::string& subject) {
  if (result == 0) return Outcome::kDone;
  if (failure_ignored) return Outcome::failed(errno);
  throw Failure(system_error(what, subject));
}

}  // namespace

Outcome act(Context&, const SetHostname& step) {
  return checked(sethostname(step.name.c_str(), step.name.size()), false, "set the hostname", step.name);
}

Outcome act(Context&, const SetDomainname& step) {
  return checked(setdomainname(step.name.c_str(), step.name.size()), false, "set the domainname", step.name);
}

Outcome act(Context&, const NewKeyring& step) {
  if (syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, step.name.c_str()) >= 0) return Outcome::kDone;
  // No keyrings here, or no more for this user: as runc, the container keeps the one it has.
  if (errno == ENOSYS || errno == EDQUOT || errno == EPERM) return Outcome::failed(errno);
  throw Failure(system_error("make the session keyring", step.name));
}

Outcome act(Context& context, const SetLabel& step) {
  const std::string file = "self/attr/" + step.file;
  const Fd fd(openat(context.host_proc.get(), file.c_str(), O_WRONLY | O_CLOEXEC));
  if (!fd) throw Failure(system_error("set the label " + step.value + " by", "/proc/" + file));
  if (const Status written = write_all(fd.get(), step.value, "/proc/" + file); !written) throw Failure(written.error());
  return Outcome::kDone;
}

Outcome act(Context&, const SetPersonality& step) {
  return checked(personality(step.value) < 0 ? -1 : 0, false, "set the personality", std::to_string(step.value));
}

Outcome act(Context&, const SetNoNewPrivs&) {
  return checked(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), false, "set", "no_new_privs");
}

Outcome act(Context& context, const LoadSeccomp& step) {
  sock_fprog program = {static_cast<unsigned short>(context.filter.size()), context.filter.data()};
  return checked(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, context.filter_flags, &program), step.failure_ignored,
                 "load", "the seccomp filter");
}

Outcome act(Context&, const DropBounding& step) {
  for (const unsigned capability : step.capabilities)
    checked(prctl(PR_CAPBSET_DROP, capability, 0, 0, 0), false, "drop from the bounding set",
            capabilities_text(1ULL << capability));
  return Outcome::kDone;
}

Outcome act(Context&, const KeepCapabilities& step) {
  return checked(prctl(PR_SET_KEEPCAPS, step.keep ? 1 : 0, 0, 0, 0), false, "keep", "the capabilities");
}

Outcome act(Context&, const SetGroups& step) {
  return checked(syscall(SYS_setgroups, step.groups.size(), step.groups.data()), step.failure_ignored, "set",
                 "the additional groups");
}

Outcome act(Context&, const SetGid& step) {
  return checked(syscall(SYS_setresgid, step.gid, step.gid, step.gid), step.failure_ignored, "become group",
                 std::to_string(step.gid));
}

Outcome act(Context&, const SetUid& step) {
  return checked(syscall(SYS_setresuid, step.uid, step.uid, step.uid), false, "become user", std::to_string(step.uid));
}

Outcome act(Context&, const SetCapabilities& step) {
  __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  const Capabilities& sets = step.sets;
  const __user_cap_data_struct data[2] = {{low(sets.effective), low(sets.permitted), low(sets.inheritable)},
                                          {high(sets.effective), high(sets.permitted), high(sets.inheritable)}};
  return checked(syscall(SYS_capset, &header, data), step.failure_ignored, "set the capabilities",
                 capabilities_text(sets.effective));
}

Outcome act(Context&, const RaiseAmbient& step) {
  for (const unsigned capability : step.capabilities)
    checked(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability, 0, 0), false, "raise the ambient capability",
            capabilities_text(1ULL << capability));
  return Outcome::kDone;
}

Outcome act(Context&, const SetUmask& step) {
  umask(step.mask);
  return Outcome::kDone;
}

}  // namespace cttrace::ctrun
