// --verify: reads /proc at every execve in a container and at the end, and lets the verifier compare.
#pragma once

#include <cstddef>
#include <map>
#include <span>
#include <string>

#include "cttrace/change.h"
#include "cttrace/event.h"
#include "cttrace/state.h"
#include "cttrace/story.h"
#include "model/verifier.h"

namespace cttrace {

class LiveVerification {
 public:
  LiveVerification();

  // A record as it comes, before it is an event: what ends at once must be read at once.
  void see(std::span<const std::byte> record);

  // Around the model.
  void before(const Event& event, const Model& model) { verifier_.before(event, model); }
  void after(const Changes& changes) { verifier_.after(changes); }
  // A container that is told must have been compared, or it is said that it was not.
  void told(const News& news, const State& now);
  // Every event of an earlier time has been applied: settles what can be settled, and reads again what must be.
  void complete_until(uint64_t time_ns, const Model& model);

  // Reads every container that still runs. Call it while everything is traced.
  void read_what_runs(const State& state);
  void finish(const Model& model) { verifier_.finish(model); }

  VerificationReport report() const { return verifier_.report(); }

 private:
  // `time_ns`: when this was to be read.
  void read(const Verifier::Request& request, uint64_t time_ns);

  Verifier verifier_;
  NamespaceInodes own_ = {};
  std::map<std::pair<uint32_t, uint32_t>, int> execs_;  // that were looked at, by mount and pid namespace
};

}  // namespace cttrace
