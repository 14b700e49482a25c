// Executes a plan: every process walks the same list of steps and does its own; whose turn it is follows from the list.
#pragma once

#include "act/context.h"
#include "execute/channel.h"
#include "execute/journal.h"

namespace cttrace::ctrun {

class Walk {
 public:
  Walk(const Plan& plan, Context& context, int journal_fd);
  ~Walk();  // kills what it made, unless it was let go
  Walk(const Walk&) = delete;
  Walk& operator=(const Walk&) = delete;

  // Until the container's program runs, or waits to be started. Throws the Failure of whichever process had one.
  void run();
  // The container is its own from now on.
  void let_go() { let_go_ = true; }

 private:
  size_t end_of_stretch(size_t begin) const;  // the first step that is somebody else's
  void parent_step(size_t index);
  void others_stretch(size_t begin, size_t end);
  void take(const Report& report, size_t begin, size_t end);
  std::optional<Report> hear(Actor from) const;
  [[noreturn]] void lost(const Step& step);
  [[noreturn]] void live_as(Actor self, size_t index);
  void walk_as(Actor self, size_t index);
  bool child_step(Actor& self, const Step& step, Report& report);
  void reap_maker();

  const Plan& plan_;
  Context& context_;
  Journal journal_;
  ChannelPair channel_;
  bool let_go_ = false;
};

}  // namespace cttrace::ctrun
