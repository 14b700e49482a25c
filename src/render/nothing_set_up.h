// Why no container may have come to be: told where none has.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "cttrace/event.h"
#include "cttrace/said.h"

namespace cttrace {

class NothingSetUp {
 public:
  // Of strangers (Task::stranger), too.
  void see(const Event& event);
  // Something has been told: from now on only how COMMAND ends is of interest.
  void something_is_told() { told_ = true; }

  // How the last program ended that did with an error, COMMAND before all others, and what was said; or else which call
  // failed last, and what who runs on has said. In whole lines, escaped; empty: nothing of that happened.
  std::string text() const;
  // How COMMAND ended, if with an error, and what it said: a whole line at least; empty: it did not.
  std::string command_text() const;

 private:
  struct Running {
    std::string name;  // escaped
    Said said = {};
    bool made = false;  // by another one that is traced
  };

  std::string named(uint32_t process) const;
  void see(const Call& call);
  void see(const Fork& fork);
  void see(const Snapshot& snapshot);
  void see(const TaskExit& exit);

  std::map<uint32_t, Running> running_;  // by process
  std::string ended_;                    // "dash 812 exited with 3"
  std::string last_words_;               // lines, of the last of those that said something
  std::string spoken_;                   // who that was: "dash 813 (exited with 3)"
  std::string speaker_;                  // the same; empty: who ended last
  bool gave_up_ = false;                 // it was not killed
  bool ended_all_ = false;               // nobody had made it: with it ends what was traced
  // The last call that failed, as the format calls has it, and whose.
  std::string call_, caller_;
  uint32_t caller_pid_ = 0;
  bool told_ = false;
  bool executes_ = false;  // that call
  bool by_stranger_ = false;
};

}  // namespace cttrace
