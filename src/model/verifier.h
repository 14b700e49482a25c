// Compares the model with readings of /proc that were made while it went on: at the moment, between two events, to
// which a reading belongs. Pure.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "cttrace/change.h"
#include "cttrace/event.h"
#include "cttrace/proc.h"
#include "cttrace/verification.h"
#include "model/compare.h"
#include "model/model.h"

namespace cttrace {

// A reading lasts a while, and calls take a while: what the kernel said belongs to some moment between the end of the
// last call that had returned when reading began, and the beginning of the first one that began when it had ended. So
// the reading waits until every event of that time has been applied, and agrees if it is equal to the state at any
// moment in between. Where it differs in the same way from all of them, the model and the kernel disagree; where it
// differs in several ways the order of calls that were made at once may be the reason, and another reading decides. So
// it does where a call that changed something had begun and not returned when reading began: a mount that takes long is
// in no table until it is done, whatever else begins meanwhile. A task's end is told before the kernel takes away the
// namespaces that nobody else is in (do_exit, kernel/exit.c): until then mounts elsewhere are the slaves of theirs.
class Verifier {
 public:
  struct Request {
    TaskId task;
    std::string container = {};  // empty: container_key() of the task, when it is compared
    std::string when = {};       // "at the end"
    bool mounts = true;
    bool was_there =
        true;  // otherwise the model may not know yet that it has ended: then there is nothing to say of it
    int tries = 1;
  };

  // It is there, and is told as not verified if it is never compared.
  void expect(const std::string& container) { ++outcomes_[container].expected; }
  // It is known what containers there are: somebody who is compared and is in none of them is no other one.
  void expect_no_others() { no_others_ = true; }
  // The events that the model has applied until now had all returned before the reading began.
  void add(const Request& request, ProcReading reading);
  // At this time the process was not there any more, or could not be read.
  void not_made(const Request& request, const std::string& why, uint64_t time_ns);

  // Around each event that the model applies.
  void before(const Event& event, const Model& model);
  void after(const Changes& changes);
  // Every event of an earlier time has been applied.
  void complete_until(uint64_t time_ns, const Model& model);
  // No more will come.
  void finish(const Model& model);

  // What must be read again.
  std::vector<Request> take_requests();

  VerificationReport report() const;

 private:
  struct Pending {
    Request request;
    ProcReading reading = {};
    std::string not_made = {};         // why there is none
    bool compared = false;             // with the state as it is now
    bool matched = false;              // some state that it can be of
    bool moved = false;                // it differs in several ways
    bool overlapped = false;           // a call that changed something went on when reading began
    std::optional<Comparison> last{};  // with the latest of these states
  };
  struct Outcome {
    uint64_t expected = 0;  // more than one after the other may be in the same place
    uint64_t agreed = 0;
    bool differed = false;
    std::string not_made = {};  // the latest reason
  };

  static void name(Request& request, const State& state);
  static void compare(Pending& pending, const Model& model);
  static void compare(Pending& pending, const State& state);
  bool may_be_settling(const Pending& pending) const;
  void settle(Pending& pending, const Model& model);
  void failed(const Request& request, const std::string& why);
  void disagree(const Pending& pending);

  std::vector<Pending> pending_;
  uint64_t began_ns_ = 0, ended_ns_ = 0;  // of the latest event
  std::optional<uint64_t> left_ns_;       // when a namespace lost what kept it
  std::vector<Request> again_;
  std::map<std::string, Outcome> outcomes_;  // by container
  bool no_others_ = false;
  std::set<std::string> told_;  // disagreements
  std::vector<Disagreement> disagreements_;
  uint64_t more_disagreements_ = 0;
};

}  // namespace cttrace
