// Calls of a child that is traced, as records and decoded. Tracing one's own child needs no privilege.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <functional>

#include "decode/decoder.h"
#include "records.h"
#include "source/ptrace/capture.h"

namespace cttrace::ptrace {
namespace {

using Info = struct __ptrace_syscall_info;

// Follows one child from call to call, and decodes what is captured of it.
class Traced {
 public:
  using BetweenStops = std::function<void(pid_t, const CallAtEntry&)>;

  explicit Traced(const std::function<void()>& child, BetweenStops between = {}) : between_(std::move(between)) {
    pid_ = fork();
    if (pid_ == 0) {
      raise(SIGSTOP);
      child();
      _exit(0);
    }
    int status = 0;
    waitpid(pid_, &status, WUNTRACED);
    ::ptrace(PTRACE_SEIZE, pid_, nullptr, PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL);
    tracee_ = *capture_.adopt(static_cast<uint32_t>(pid_));
    capture_.snapshot(tracee_);
    capture_.mounts(tracee_);
    kill(pid_, SIGCONT);
    while (waitpid(pid_, &status, 0) == pid_ && WIFSTOPPED(status)) on_stop(status);
    capture_.task_exit(tracee_, static_cast<uint32_t>(status), true, in_call_);
  }

  std::vector<Event> events() {
    std::vector<Event> events;
    Decoder decoder([&](Event event) { events.push_back(std::move(event)); });
    for (const std::string& record : records_) decoder.feed(std::as_bytes(std::span(record)));
    decoder.finish();
    return events;
  }
  // The last call of this name.
  Call call(std::string_view name) {
    Call found;
    for (const Event& event : events())
      if (const auto* one = std::get_if<Call>(&event); one && one->row->name == name) found = *one;
    EXPECT_TRUE(found.row) << name;
    return found;
  }
  uint32_t tid() const { return tracee_.tid; }

 private:
  void on_stop(int status) {
    int signal = 0;
    if (WSTOPSIG(status) == (SIGTRAP | 0x80)) {
      on_call();
    } else if (status >> 16 == PTRACE_EVENT_EXEC) {
      capture_.exec(tracee_, tracee_.tid, in_call_ ? &call_ : nullptr);
    } else if (status >> 16 == 0) {
      signal = WSTOPSIG(status);
    }
    ::ptrace(PTRACE_SYSCALL, pid_, nullptr, signal);
  }
  void on_call() {
    Info info = {};
    ::ptrace(PTRACE_GET_SYSCALL_INFO, pid_, sizeof(info), &info);
    if (info.op == PTRACE_SYSCALL_INFO_ENTRY) {
      call_ = {.nr = static_cast<uint32_t>(info.entry.nr)};
      std::copy(std::begin(info.entry.args), std::end(info.entry.args), call_.args.begin());
      in_call_ = capture_.enter(tracee_, call_);
      if (between_) between_(pid_, call_);
    } else if (in_call_) {
      capture_.exit(tracee_, call_, info.exit.rval);
      in_call_ = false;
    }
  }

  BetweenStops between_;
  pid_t pid_ = 0;
  std::vector<std::string> records_;
  Capture capture_{*Selection::parse("all"), [this](std::span<const std::byte> record) {
                     records_.emplace_back(reinterpret_cast<const char*>(record.data()), record.size());
                   }};
  Tracee tracee_;
  CallAtEntry call_;
  bool in_call_ = false;
};

TEST(PtraceCapture, PathsAndWhereTheyBegin) {
  Traced traced([] {
    chdir("/proc");
    mkdir("self", 0700);
    const int fd = open("/proc/self", O_PATH);
    mkdirat(fd, "fd", 0700);
    mkdir(("/proc/self/fd/" + std::to_string(fd) + "/fdinfo").c_str(), 0700);
    chdir("/no/such/folder");
  });
  const Call changed = traced.call("chdir");
  EXPECT_EQ(changed.args[0].bytes, "/no/such/folder");
  EXPECT_EQ(changed.result, -ENOENT);
  EXPECT_EQ(changed.args[0].resolved, "/no/such/folder");
  const Call made = traced.call("mkdir");
  EXPECT_EQ(made.args[0].resolved, "/proc/" + std::to_string(traced.tid()) + "/fdinfo");
  const Call made_at = traced.call("mkdirat");
  EXPECT_EQ(made_at.args[0].file->fs_type, "proc");
  EXPECT_EQ(made_at.args[1].resolved, "/proc/" + std::to_string(traced.tid()) + "/fd");
}

TEST(PtraceCapture, WhatACallLeavesBehind) {
  Traced traced([] { chdir("/proc"); });
  const Call changed = traced.call("chdir");
  ASSERT_TRUE(changed.after.cwd);
  EXPECT_EQ(changed.after.cwd->path, "/proc");
  EXPECT_EQ(changed.args[0].base->path, "/");
}

TEST(PtraceCapture, WhatIsWrittenAndReturned) {
  Traced traced([] {
    char name[16];
    prctl(PR_SET_NAME, "given");
    prctl(PR_GET_NAME, name);
    memfd_create("memory", 0);
    const int fd = open("/proc/self/comm", O_WRONLY);
    iovec parts[2] = {{.iov_base = const_cast<char*>("one"), .iov_len = 3},
                      {.iov_base = const_cast<char*>("two"), .iov_len = 3}};
    writev(fd, parts, 2);
  });
  const Call name = traced.call("prctl");
  EXPECT_EQ(name.args[1].bytes, "given");
  EXPECT_EQ(traced.call("memfd_create").returned_file->shown(), "/memfd:memory");
  const Call written = traced.call("writev");
  EXPECT_EQ(written.args[1].bytes, "onetwo");
  EXPECT_EQ(written.result, 6);
}

TEST(PtraceCapture, WhatSomebodyChangesMeanwhile) {
  const auto change = [](pid_t pid, const CallAtEntry& call) {
    char other = 'X';
    iovec from = {.iov_base = &other, .iov_len = 1};
    iovec to = {.iov_base = reinterpret_cast<void*>(call.args[0] + 1), .iov_len = 1};
    if (call.nr == SYS_chdir) EXPECT_EQ(process_vm_writev(pid, &from, 1, &to, 1, 0), 1);
  };
  Traced traced(
      [] {
        char path[] = "/no/such/one";
        chdir(path);
      },
      change);
  const Call changed = traced.call("chdir");
  EXPECT_EQ(changed.args[0].bytes, "/no/such/one");
  EXPECT_EQ(*changed.args[0].changed, "/Xo/such/one");
}

TEST(PtraceCapture, MemoryThatCannotBeRead) {
  Traced traced([] { chdir(reinterpret_cast<const char*>(8)); });
  const Call changed = traced.call("chdir");
  EXPECT_EQ(changed.args[0].reading, Reading::kFaulted);
  EXPECT_EQ(changed.result, -EFAULT);
}

TEST(PtraceCapture, AProgram) {
  Traced traced([] { execl("/bin/true", "true", "and more", nullptr); });
  const Call executed = traced.call("execve");
  EXPECT_EQ(executed.args[0].bytes, "/bin/true");
  EXPECT_EQ(executed.args[1].strings, (std::vector<std::string>{"true", "and more"}));
  EXPECT_EQ(executed.result, 0);
  std::optional<Snapshot> at_start, after;
  for (const Event& event : traced.events())
    if (const auto* snapshot = std::get_if<Snapshot>(&event)) (snapshot->at_start ? at_start : after) = *snapshot;
  ASSERT_TRUE(at_start && after);
  EXPECT_EQ(after->comm, "true");
  EXPECT_EQ(after->uid, getuid());
  EXPECT_EQ(after->pids.front(), traced.tid());
  EXPECT_EQ(after->securebits, static_cast<uint32_t>(prctl(PR_GET_SECUREBITS)));
  EXPECT_TRUE(after->exe->path.ends_with("/true"));
  EXPECT_EQ(after->namespaces, at_start->namespaces);
  EXPECT_NE(after->namespaces[CT_NS_USER], 0u);
  EXPECT_EQ(after->parent_tgid, static_cast<uint32_t>(getpid()));
}

}  // namespace
}  // namespace cttrace::ptrace
