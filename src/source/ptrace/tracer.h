// Following threads from stop to stop. All of it happens in one thread, which is their tracer.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "source/ptrace/attach.h"
#include "source/ptrace/handover.h"
#include "source/ptrace/placement.h"
#include "source/ptrace/requests.h"
#include "source/ptrace/stops.h"
#include "source/ptrace/threads.h"

namespace cttrace::ptrace {

class Tracer {
 public:
  // `child`: launched by this process, 0: none. `filtered`: it has a filter that lets calls of interest stop.
  Tracer(Capture& capture, Handover& handover, uint32_t child, bool filtered);

  // Follows the processes and all that descend from them, and tells of them. The error says why none can be.
  Status attach(const std::vector<uint32_t>& processes);

  // Waits until something happens, or a signal comes, and sees to it. False: nothing is followed any more.
  bool step();

  // Sees to what has happened, and leaves whoever is in a stop. The others are left when this thread ends, without
  // being stopped for it: a call that they wait in is not disturbed (exit_ptrace, kernel/ptrace.c).
  void let_go();

  uint32_t processes() const { return threads_.processes(); }
  uint64_t not_followed() const { return not_followed_; }

 private:
  using Happened = std::pair<pid_t, int>;  // a thread, and its status as of waitpid(2)

  void collect(std::vector<Happened>& happened) const;
  bool settle(Settling how);
  void tell_of_those_here();
  void run_beside(pid_t tid);
  void see(pid_t tid, int status);
  void see_stop(Thread& thread, const Stop& stop);
  void at_call(Thread& thread);
  void at_filter(Thread& thread);
  bool leave_to_its_privileges(Thread& thread, const CallNow& now);
  void begin_call(Thread& thread, const CallNow& now);
  void end_call(Thread& thread);
  void add_filter(Thread& thread);
  void after_special_call(Thread& thread, int64_t result);
  void created(Thread& creator, bool waits);
  void born(Thread& creator, Thread& child, uint32_t flags);
  void returns(Thread& creator, const Thread& child);
  void release(Thread& child);
  void executed(Thread& thread);
  void ending(Thread& thread, uint32_t code);
  void ended(pid_t tid, int status);
  void adopt_orphans(Thread& dying);
  void go_on(const Thread& thread, int signal = 0);
  void notice_once(const char* about, std::string line);

  Capture& capture_;
  Handover& handover_;
  Threads threads_;
  Placement placement_;
  std::vector<Happened> happened_;
  std::map<uint32_t, int> ended_early_;  // before the event of the creator: their statuses
  std::map<std::string, bool> noticed_;
  uint64_t not_followed_ = 0;
  size_t orphans_ = 0;      // threads whose creator is not known yet
  pid_t child_, last_ = 0;  // `last_`: whose turn it was last
  uint32_t turns_ = 0;      // in a row
  bool filtered_;
  bool letting_go_ = false;
};

}  // namespace cttrace::ptrace
