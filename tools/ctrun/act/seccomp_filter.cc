// From the specification's words to libseccomp's.
#include "act/seccomp_filter.h"

#include <fcntl.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <map>
#include <memory>

#include "base/fd.h"

namespace cttrace::ctrun {
namespace {

struct Released {
  void operator()(void* context) const { seccomp_release(context); }
};
using Filter = std::unique_ptr<void, Released>;

[[noreturn]] void wrong(const std::string& subject, const std::string& why) {
  throw Failure(Error{.what = "use the seccomp filter's", .subject = subject, .why = why});
}

uint32_t action_of(const std::string& name, std::optional<uint32_t> errno_ret) {
  const uint32_t code = errno_ret.value_or(EPERM);
  if (name == "SCMP_ACT_KILL" || name == "SCMP_ACT_KILL_THREAD") return SCMP_ACT_KILL_THREAD;
  if (name == "SCMP_ACT_KILL_PROCESS") return SCMP_ACT_KILL_PROCESS;
  if (name == "SCMP_ACT_TRAP") return SCMP_ACT_TRAP;
  if (name == "SCMP_ACT_ERRNO") return SCMP_ACT_ERRNO(code);
  if (name == "SCMP_ACT_TRACE") return SCMP_ACT_TRACE(code);
  if (name == "SCMP_ACT_ALLOW") return SCMP_ACT_ALLOW;
  if (name == "SCMP_ACT_LOG") return SCMP_ACT_LOG;
  wrong(name, "it is no action that ctrun knows");
}

scmp_compare compare_of(const std::string& name) {
  static const std::map<std::string, scmp_compare> known = {{"SCMP_CMP_NE", SCMP_CMP_NE},
                                                            {"SCMP_CMP_LT", SCMP_CMP_LT},
                                                            {"SCMP_CMP_LE", SCMP_CMP_LE},
                                                            {"SCMP_CMP_EQ", SCMP_CMP_EQ},
                                                            {"SCMP_CMP_GE", SCMP_CMP_GE},
                                                            {"SCMP_CMP_GT", SCMP_CMP_GT},
                                                            {"SCMP_CMP_MASKED_EQ", SCMP_CMP_MASKED_EQ}};
  const auto found = known.find(name);
  if (found == known.end()) wrong(name, "it is no comparison that ctrun knows");
  return found->second;
}

// "SCMP_ARCH_X86_64" as libseccomp has it: "x86_64".
void add_architectures(const Filter& filter, const std::vector<std::string>& names) {
  for (std::string name : names) {
    if (name.rfind("SCMP_ARCH_", 0) == 0) name.erase(0, 10);
    for (char& letter : name) letter = static_cast<char>(tolower(letter));
    const uint32_t arch = seccomp_arch_resolve_name(name.c_str());
    if (arch == 0) wrong(name, "it is no architecture that libseccomp knows");
    const int result = seccomp_arch_add(filter.get(), arch);
    if (result != 0 && result != -EEXIST) wrong(name, strerrordesc_np(-result));
  }
}

void add_rule(const Filter& filter, const SeccompRule& rule, uint32_t default_action) {
  const uint32_t action = action_of(rule.action, rule.errno_ret);
  if (action == default_action) return;  // libseccomp refuses what changes nothing
  for (const std::string& name : rule.names) {
    const int number = seccomp_syscall_resolve_name(name.c_str());
    if (number == __NR_SCMP_ERROR) continue;  // a profile may be newer than the library, as everywhere
    // Several conditions on one argument cannot be in one rule: then each is one of its own, as runc has it.
    std::map<unsigned, int> per_argument;
    std::vector<scmp_arg_cmp> conditions;
    bool apart = false;
    for (const SeccompArgument& arg : rule.args) {
      if (arg.index > 5) wrong(name, "a call has six arguments");
      apart = apart || ++per_argument[arg.index] > 1;
      conditions.push_back({arg.index, compare_of(arg.op), arg.value, arg.value_two});
    }
    int result = 0;
    if (!apart)
      result = seccomp_rule_add_array(filter.get(), action, number, static_cast<unsigned>(conditions.size()),
                                      conditions.data());
    else
      for (const scmp_arg_cmp& condition : conditions)
        if (result == 0) result = seccomp_rule_add_array(filter.get(), action, number, 1, &condition);
    if (result != 0) wrong("rule for " + name, strerrordesc_np(-result));
  }
}

unsigned flags_of(const std::vector<std::string>& names) {
  unsigned flags = 0;
  for (const std::string& name : names) {
    if (name == "SECCOMP_FILTER_FLAG_LOG")
      flags |= SECCOMP_FILTER_FLAG_LOG;
    else if (name == "SECCOMP_FILTER_FLAG_SPEC_ALLOW")
      flags |= SECCOMP_FILTER_FLAG_SPEC_ALLOW;
    else if (name != "SECCOMP_FILTER_FLAG_TSYNC")  // there is one thread
      wrong(name, "it is no flag that ctrun knows");
  }
  return flags;
}

// The library writes to a descriptor only; 4096 instructions of 8 bytes, the kernel's limit, fit into a pipe.
std::vector<sock_filter> exported(const Filter& filter) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) throw Failure(system_error("make", "the seccomp filter"));
  const Fd reading(ends[0]);
  Fd writing(ends[1]);
  fcntl(writing.get(), F_SETFL, O_NONBLOCK);
  const int result = seccomp_export_bpf(filter.get(), writing.get());
  // ECANCELED: a call that the library has made failed.
  if (result != 0) wrong("rules", strerrordesc_np(result == -ECANCELED ? errno : -result));
  writing.reset();
  std::vector<sock_filter> program(BPF_MAXINSNS);
  size_t length = 0;
  for (;;) {
    const ssize_t got = read(reading.get(), reinterpret_cast<char*>(program.data()) + length,
                             program.size() * sizeof(sock_filter) - length);
    if (got <= 0) break;
    length += static_cast<size_t>(got);
  }
  program.resize(length / sizeof(sock_filter));
  return program;
}

}  // namespace

SeccompFilter make_seccomp_filter(const Seccomp& seccomp) {
  const uint32_t default_action = action_of(seccomp.default_action, seccomp.default_errno_ret);
  const Filter filter(seccomp_init(default_action));
  if (!filter) wrong(seccomp.default_action, "libseccomp refuses it");
  add_architectures(filter, seccomp.architectures);
  for (const SeccompRule& rule : seccomp.rules) add_rule(filter, rule, default_action);
  return {exported(filter), flags_of(seccomp.flags)};
}

}  // namespace cttrace::ctrun
