// The parent's walk, and the others'.
#include "execute/walk.h"

#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>

#include "act/acts.h"

namespace cttrace::ctrun {
namespace {

template <typename T>
bool is(const Step& step) {
  return std::holds_alternative<T>(step.action);
}

int64_t now_ns() { return std::chrono::steady_clock::now().time_since_epoch().count(); }

// Only in a child, whose parent must hear why it ends. A container that was created tells whoever starts it.
void tell(const Context& context, const Channel& channel, const Report& report) {
  if (channel.fd() >= 0) return channel.send(report);
  if (context.result_fifo && report.error)
    (void)write_all(context.result_fifo.get(), report.error->line(), "result.fifo");
}

}  // namespace

Outcome execute_step(Context& context, const Step& step) {
  return std::visit(
      [&](const auto& action) -> Outcome {
        if constexpr (std::is_same_v<std::decay_t<decltype(action)>, MakeProcess>)
          return Outcome::kDone;  // the walk's own: who goes on in the new process is its matter
        else
          return act(context, action);
      },
      step.action);
}

Walk::Walk(const Plan& plan, Context& context, int journal_fd)
    : plan_(plan), context_(context), journal_(journal_fd), channel_(make_channel()) {}

Walk::~Walk() {
  if (let_go_) return;
  for (const pid_t pid : {context_.maker, context_.init}) {
    if (pid <= 0) continue;
    kill(pid, SIGKILL);
    while (waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
    }
  }
}

size_t Walk::end_of_stretch(size_t begin) const {
  size_t end = begin;
  while (end < plan_.steps.size() && plan_.steps[end].actor == plan_.steps[begin].actor) ++end;
  return end;
}

void Walk::run() {
  const std::vector<Step>& steps = plan_.steps;
  for (size_t index = 0; index < steps.size();) {
    const size_t end = end_of_stretch(index);
    if (steps[index].actor == Actor::kParent) {
      for (; index < end; ++index) parent_step(index);
    } else {
      channel_.parents.send(Turn{context_.maker, context_.init});
      for (size_t each = index; each < end; ++each) {
        if (!is<WaitForStart>(steps[each])) continue;
        others_stretch(index, each);
        return;
      }
      others_stretch(index, end);
      index = end;
    }
  }
}

void Walk::parent_step(size_t index) {
  const Step& step = plan_.steps[index];
  const int64_t begin = now_ns();
  try {
    Outcome outcome;
    if (const auto* process = std::get_if<MakeProcess>(&step.action)) {
      const pid_t pid = make_process(*process);
      if (pid == 0) live_as(process->who, index + 1);
      (process->who == Actor::kMaker ? context_.maker : context_.init) = pid;
      channel_.childrens.close();
    } else {
      outcome = execute_step(context_, step);
    }
    journal_.done(step, {outcome, now_ns() - begin});
  } catch (const Failure& failure) {
    journal_.failed(step, failure.error());
    throw;
  }
}

// A signal that asks ctrun to end makes the set-up fail: what was made goes the way of every failure.
// Nothing is heard of a process that has ended; another one, which it has made, may have its end of the channel still.
std::optional<Report> Walk::hear(Actor from) const {
  sigset_t asked;
  sigemptyset(&asked);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT}) sigaddset(&asked, signal);
  const Fd signals(signalfd(-1, &asked, SFD_CLOEXEC));
  const pid_t pid = from == Actor::kMaker ? context_.maker : context_.init;
  const Fd process(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
  pollfd fds[3] = {{channel_.parents.fd(), POLLIN, 0}, {signals.get(), POLLIN, 0}, {process.get(), POLLIN, 0}};
  while (poll(fds, 3, -1) < 0 && errno == EINTR) {
  }
  if (fds[0].revents == 0 && fds[1].revents)
    throw Failure(Error{.code = EINTR, .what = "go on", .why = "interrupted by a signal", .exit_status = 1});
  if (fds[0].revents == 0) return std::nullopt;
  return channel_.parents.receive_report();
}

void Walk::others_stretch(size_t begin, size_t end) {
  const bool executes = is<Execute>(plan_.steps[end - 1]);
  const size_t reported = executes ? end - 1 : end;
  const std::optional<Report> report = hear(plan_.steps[begin].actor);
  if (!report) lost(plan_.steps[begin]);
  take(*report, begin, reported);
  if (!executes) return;
  // The channel ends with the execve that succeeds.
  const int64_t since = now_ns();
  if (const std::optional<Report> failed = hear(Actor::kInit)) take(*failed, reported, end);
  journal_.done(plan_.steps[end - 1], {Outcome::kDone, now_ns() - since});
}

void Walk::take(const Report& report, size_t begin, size_t end) {
  size_t index = begin;
  for (const StepResult& result : report.results)
    if (index < end) journal_.done(plan_.steps[index++], result);
  if (report.made) {
    context_.init = report.made;
    reap_maker();
  }
  if (!report.error) return;
  if (index < end) journal_.failed(plan_.steps[index], *report.error);
  throw Failure(*report.error);
}

void Walk::reap_maker() {
  while (waitpid(context_.maker, nullptr, 0) < 0 && errno == EINTR) {
  }
  context_.maker = 0;
}

void Walk::lost(const Step& step) {
  const pid_t pid = step.actor == Actor::kMaker ? context_.maker : context_.init;
  int status = 0;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  (step.actor == Actor::kMaker ? context_.maker : context_.init) = 0;
  std::string why = "its process ended";
  if (WIFSIGNALED(status)) why += ", killed by signal " + std::to_string(WTERMSIG(status));
  const Error error{.what = "set up the container in the steps from", .subject = step.id, .why = why};
  journal_.failed(step, error);
  throw Failure(error);
}

void Walk::live_as(Actor self, size_t index) {
  channel_.parents.close();
  for (const int fd : context_.closed_in_children) close(fd);
  umask(0);  // nodes and folders get the mode that was asked for
  try {
    walk_as(self, index);
  } catch (const Failure&) {
    _exit(1);  // it has been told
  } catch (...) {
    _exit(2);
  }
  _exit(0);
}

// True where this process is the one that the step has made.
bool Walk::child_step(Actor& self, const Step& step, Report& report) {
  const int64_t begin = now_ns();
  try {
    Outcome outcome;
    if (const auto* process = std::get_if<MakeProcess>(&step.action)) {
      report.made = make_process(*process);
      if (report.made == 0) {
        self = process->who;
        return true;
      }
    } else {
      outcome = execute_step(context_, step);
    }
    report.results.push_back({outcome, now_ns() - begin});
    return false;
  } catch (const Failure& failure) {
    report.error = failure.error();
    tell(context_, channel_.childrens, report);
    throw;
  }
}

void Walk::walk_as(Actor self, size_t index) {
  const std::vector<Step>& steps = plan_.steps;
  for (;;) {
    while (index < steps.size() && steps[index].actor != self) ++index;
    if (index == steps.size()) return;
    const std::optional<Turn> turn = channel_.childrens.receive_turn();
    if (!turn) _exit(1);  // the parent has gone
    context_.maker = turn->maker;
    context_.init = turn->init;
    Report report;
    bool is_new = false;
    for (const size_t end = end_of_stretch(index); index < end && !is_new; ++index) {
      const Step& step = steps[index];
      if ((is<Execute>(step) || is<WaitForStart>(step)) && channel_.childrens.fd() >= 0) {
        tell(context_, channel_.childrens, report);
        report = {};
        if (is<WaitForStart>(step)) channel_.childrens.close();
      }
      is_new = child_step(self, step, report);
    }
    if (is_new) continue;
    tell(context_, channel_.childrens, report);
    if (report.made) return;  // the maker has done its part
  }
}

}  // namespace cttrace::ctrun
