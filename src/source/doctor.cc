// Trying what tracing needs: tiny programs are loaded, attached and dropped again.
#include "source/doctor.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/capability.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>

#include "base/fd.h"
#include "source/ebpf.h"

namespace cttrace {
namespace {

constexpr const char* kPtrace = "ptrace";
constexpr const char* kSeePrivileges = "see privileges";
constexpr size_t kRing_bytes = 8u << 20;  // the default of --buffer

std::string reason(int code) { return strerrordesc_np(code) ? strerrordesc_np(code) : "errno " + std::to_string(code); }

Capability works(std::string name, bool needed, std::string found) {
  return {.name = std::move(name),
          .verdict = Capability::Verdict::kWorks,
          .needed = needed,
          .found = std::move(found),
          .remedy = {}};
}

Capability missing(std::string name, bool needed, std::string found, std::string remedy) {
  return {.name = std::move(name),
          .verdict = Capability::Verdict::kMissing,
          .needed = needed,
          .found = std::move(found),
          .remedy = std::move(remedy)};
}

Capability unknown(std::string name, bool needed, std::string found) {
  return {.name = std::move(name),
          .verdict = Capability::Verdict::kUnknown,
          .needed = needed,
          .found = std::move(found),
          .remedy = {}};
}

// A file's first line, or nothing.
std::string first_line(const char* path) {
  const Result<std::string> text = read_file(path, 1u << 16);
  return text ? text->substr(0, text->find('\n')) : std::string();
}

bool has_capability(unsigned capability) {
  __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
  __user_cap_data_struct data[2] = {};
  if (syscall(SYS_capget, &header, data) != 0) return false;
  return (data[capability / 32].effective >> (capability % 32)) & 1;
}

// `return 0;`
constexpr bpf_insn kReturnZero[] = {
    {.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .src_reg = 0, .off = 0, .imm = 0},
    {.code = BPF_JMP | BPF_EXIT, .dst_reg = 0, .src_reg = 0, .off = 0, .imm = 0},
};

// Loads the program that does nothing; on failure errno says why.
Fd load_nothing(bpf_prog_type type, bpf_attach_type attach, int btf_id) {
  bpf_prog_load_opts options = {};
  options.sz = sizeof(options);
  options.expected_attach_type = attach;
  options.attach_btf_id = static_cast<__u32>(btf_id);
  const int fd = bpf_prog_load(type, "cttrace_doctor", "Dual BSD/GPL", kReturnZero, 2, &options);
  if (fd < 0) errno = -fd;
  return Fd(fd);
}

Capability try_privileges() {
  const std::string name = "privileges";
  const Status allowed = check_privileges();
  if (!allowed) return missing(name, true, allowed.error().why, allowed.error().remedy);
  return works(name, true,
               has_capability(CAP_SYS_ADMIN) ? "CAP_SYS_ADMIN, which includes CAP_BPF and CAP_PERFMON"
                                             : "CAP_BPF and CAP_PERFMON");
}

Capability try_lockdown() {
  const std::string mode = first_line("/sys/kernel/security/lockdown");
  if (mode.empty()) return unknown("lockdown", false, "not told here (securityfs is not mounted, or there is none)");
  if (mode.find("[confidentiality]") == std::string::npos) return works("lockdown", false, mode);
  return missing("lockdown", false, mode + ": no program may read kernel memory",
                 "boot with lockdown=integrity or without lockdown");
}

Capability try_btf() {
  constexpr const char* kPath = "/sys/kernel/btf/vmlinux";
  const Result<std::string> bytes = read_file(kPath, 1u << 28);
  if (!bytes || !bytes->starts_with("\x9f\xeb")) {
    return missing("BTF", true, std::string(kPath) + ": " + (bytes ? "not BTF" : bytes.error().why),
                   "boot a kernel with CONFIG_DEBUG_INFO_BTF=y, as distributions' kernels are");
  }
  return works("BTF", true, std::string(kPath) + ", " + std::to_string(bytes->size() >> 10) + " KiB");
}

Capability try_ring_buffer() {
  const Fd map(bpf_map_create(BPF_MAP_TYPE_RINGBUF, "cttrace_doctor", 0, 0, kRing_bytes, nullptr));
  if (map) return works("ring buffer", true, "8 MiB can be had");
  const int code = errno;
  if (code == EINVAL) return missing("ring buffer", true, "this kernel has none", "a kernel from 5.8 on is needed");
  // Before 5.11 maps are charged to RLIMIT_MEMLOCK; libbpf has tried to raise it.
  if (code == EPERM) {
    return missing("ring buffer", true, "locked memory is limited and the limit may not be raised",
                   "ulimit -l unlimited, CAP_SYS_RESOURCE, or a smaller --buffer");
  }
  return missing("ring buffer", true, reason(code), kSeePrivileges);
}

Capability try_kernel_reads() {
  const std::string name = "kernel memory reads";
  const int found = libbpf_probe_bpf_helper(BPF_PROG_TYPE_RAW_TRACEPOINT, BPF_FUNC_probe_read_kernel, nullptr);
  if (found > 0) return works(name, true, "bpf_probe_read_kernel");
  return missing(name, true, found == 0 ? "bpf_probe_read_kernel is refused" : reason(-found),
                 "a kernel from 5.5 on, without lockdown=confidentiality, is needed");
}

Capability try_tracepoints() {
  const std::string name = "raw tracepoints";
  const Fd program = load_nothing(BPF_PROG_TYPE_RAW_TRACEPOINT, bpf_attach_type(0), 0);
  if (!program) return missing(name, true, "no program can be loaded: " + reason(errno), kSeePrivileges);
  std::string attached, refused;
  for (const char* point : {"sys_enter", "sys_exit", "sched_process_fork", "sched_process_exec", "sched_process_exit",
                            "cgroup_attach_task"}) {
    const Fd link(bpf_raw_tracepoint_open(point, program.get()));
    std::string& list = link ? attached : refused;
    list += (list.empty() ? "" : ", ") + std::string(point);
    if (!link) list += " (" + reason(errno) + ")";
  }
  if (refused.empty()) return works(name, true, attached);
  return missing(name, true, refused, "a kernel with CONFIG_FTRACE_SYSCALLS=y and CONFIG_CGROUPS=y is needed");
}

Capability try_task_iterator() {
  const std::string name = "task iterator";
  const int id = libbpf_find_vmlinux_btf_id("task", BPF_TRACE_ITER);
  if (id <= 0) return missing(name, true, "this kernel has none", "a kernel from 5.8 on, with BTF, is needed");
  const Fd program = load_nothing(BPF_PROG_TYPE_TRACING, BPF_TRACE_ITER, id);
  if (!program) return missing(name, true, reason(errno), kSeePrivileges);
  const Fd link(bpf_link_create(program.get(), 0, BPF_TRACE_ITER, nullptr));
  if (!link) return missing(name, true, reason(errno), kSeePrivileges);
  return works(name, true, "finds the tasks that -p and -a begin with");
}

// Not needed: without them paths of mount and umount are told by their words only (docs/backends.md).
Capability try_fentry() {
  constexpr const char* kFunction = "security_sb_mount";
  const std::string without = "; where symbolic links lead is not told";
  const std::string remedy = "none is needed: such paths are shown by their words";
  const std::string name = "fentry programs";
  const int id = libbpf_find_vmlinux_btf_id(kFunction, BPF_TRACE_FENTRY);
  if (id <= 0) return missing(name, false, std::string("BTF lacks ") + kFunction + without, remedy);
  const Fd program = load_nothing(BPF_PROG_TYPE_TRACING, BPF_TRACE_FENTRY, id);
  if (!program) return missing(name, false, "refused: " + reason(errno) + without, remedy);
  const Fd link(bpf_raw_tracepoint_open(nullptr, program.get()));
  if (!link) return missing(name, false, "refused: " + reason(errno) + without, remedy);
  return works(name, false, std::string("can be attached to ") + kFunction);
}

// Not needed: without it nobody is told who sent a signal.
Capability try_signals() {
  const std::string name = "signals' senders";
  const Fd program = load_nothing(BPF_PROG_TYPE_RAW_TRACEPOINT, bpf_attach_type(0), 0);
  const Fd link(program ? bpf_raw_tracepoint_open("signal_generate", program.get()) : -1);
  if (link) return works(name, false, "signal_generate");
  return missing(name, false, "signal_generate (" + reason(errno) + "); who killed whom is not told",
                 "none is needed: ends are told without who sent the signal");
}

// A child that does nothing until it is ended, as something to trace.
class IdleChild {
 public:
  IdleChild() : pid_(fork()) {
    if (pid_ != 0) return;
    for (;;) pause();
  }
  ~IdleChild() {
    if (pid_ <= 0) return;
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  IdleChild(const IdleChild&) = delete;
  IdleChild& operator=(const IdleChild&) = delete;
  pid_t pid() const { return pid_; }

 private:
  pid_t pid_;
};

// The real programs, once: what the verifier of this kernel makes of them cannot be told from anything smaller.
Capability try_capture() {
  const std::string name = "capture programs";
  const auto before = std::chrono::steady_clock::now();
  const Status loaded = probe_ebpf();
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - before);
  if (loaded) return works(name, true, "loaded and attached in " + std::to_string(took.count()) + " ms");
  return missing(name, true, loaded.error().what + ": " + loaded.error().why, loaded.error().remedy);
}

Capability try_ptrace() {
  const std::string scope = first_line("/proc/sys/kernel/yama/ptrace_scope");
  const std::string yama = scope.empty() ? "" : ", yama.ptrace_scope=" + scope;
  const IdleChild child;
  if (ptrace(PTRACE_SEIZE, child.pid(), 0, 0) != 0) {
    return missing(kPtrace, false, reason(errno) + yama,
                   scope == "3" ? "ptrace is off until the next boot" : "only for the ptrace backend");
  }
  ptrace(PTRACE_DETACH, child.pid(), 0, 0);
  return works(kPtrace, false, "allowed on children" + yama);
}

Capability try_seccomp() {
  uint32_t action = SECCOMP_RET_TRACE;
  if (syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) == 0) {
    return works("seccomp filters", false, "SECCOMP_RET_TRACE is available");
  }
  return missing("seccomp filters", false, reason(errno), "a kernel with CONFIG_SECCOMP_FILTER=y is needed");
}

void conclude(Diagnosis& diagnosis) {
  std::string lacking;
  for (const Capability& capability : diagnosis.capabilities) {
    if (!capability.needed || capability.verdict != Capability::Verdict::kMissing) continue;
    lacking += (lacking.empty() ? "" : ", ") + capability.name;
  }
  if (lacking.empty()) {
    diagnosis.backend = "ebpf";
    diagnosis.why = "everything that it needs is here";
    return;
  }
  diagnosis.why = "the eBPF backend lacks: " + lacking;
  for (const Capability& capability : diagnosis.capabilities) {
    if (capability.name != kPtrace) continue;
    if (capability.verdict == Capability::Verdict::kWorks) diagnosis.backend = "ptrace";
    diagnosis.why += capability.verdict == Capability::Verdict::kWorks ? "; ptrace needs none of that, and is slower"
                                                                       : "; ptrace is refused, too";
  }
}

int print_nothing(libbpf_print_level, const char*, va_list) { return 0; }

}  // namespace

bool has_sys_admin() { return has_capability(CAP_SYS_ADMIN); }

Status check_privileges() {
  std::string lacking;
  const bool admin = has_capability(CAP_SYS_ADMIN);
  if (!admin && !has_capability(CAP_BPF)) lacking = "CAP_BPF";
  if (!admin && !has_capability(CAP_PERFMON)) lacking += lacking.empty() ? "CAP_PERFMON" : " and CAP_PERFMON";
  if (lacking.empty()) return Ok{};
  const bool root = geteuid() == 0;
  return Error{.code = EPERM,
               .what = "trace",
               .why = "this " + std::string(root ? "root" : "user") + " lacks " + lacking,
               .remedy = root ? "in a container, give it that, or run cttrace on the host"
                              : "run as root, or: setcap cap_bpf,cap_perfmon,cap_sys_ptrace=ep cttrace"};
}

Diagnosis diagnose() {
  Diagnosis diagnosis;
  utsname names = {};
  uname(&names);
  diagnosis.kernel = names.release;
  diagnosis.machine = names.machine;
  libbpf_set_print(print_nothing);

  std::vector<Capability>& found = diagnosis.capabilities;
  found.push_back(try_privileges());
  const bool allowed = found.back().verdict == Capability::Verdict::kWorks;
  found.push_back(try_lockdown());
  found.push_back(try_btf());
  const auto attempt = [&](const char* name, bool needed, Capability (*try_it)()) {
    found.push_back(allowed ? try_it() : unknown(name, needed, "not tried: see privileges"));
  };
  attempt("ring buffer", true, try_ring_buffer);
  attempt("kernel memory reads", true, try_kernel_reads);
  attempt("raw tracepoints", true, try_tracepoints);
  attempt("task iterator", true, try_task_iterator);
  attempt("capture programs", true, try_capture);
  attempt("fentry programs", false, try_fentry);
  attempt("signals' senders", false, try_signals);
  found.push_back(try_ptrace());
  found.push_back(try_seccomp());
  conclude(diagnosis);
  return diagnosis;
}

}  // namespace cttrace
