// Events in; the state that they lead to, and what each of them changed, out.
#pragma once

#include "cttrace/change.h"
#include "cttrace/event.h"
#include "cttrace/source.h"
#include "cttrace/state.h"
#include "model/bookkeeping.h"
#include "model/mounts_api.h"

namespace cttrace {

// Pure and deterministic: no clock, no I/O, nothing that depends on addresses or hashing. Events come in the order in
// which the decoder yields them. A value: a copy goes on from where it was made, and costs as much as one of its state.
class Model {
 public:
  // `info` says which kernel was watched: its rules are followed where kernels differ.
  explicit Model(const TraceInfo& info);

  // A call that failed or did not return changes nothing. Valid until the next call.
  const Changes& apply(const Event& event);

  // A task or namespace that ended with the last event is still in it.
  const State& state() const { return state_; }

  // A namespace has lost what kept it with the last event, and goes with the next one.
  bool is_settling() const { return !books_.abandoned.empty(); }
  // The state without such namespaces.
  State settled() const;

  // Why this call, were it made now, could not succeed; empty: it may. Of one that then does, the rules of refusals.def
  // are wrong, or the state is.
  std::string why_impossible(const Call& call) const;

  // How far the kernel's own answers agreed with what had been inferred.
  const Agreements& agreements() const { return books_.agreements; }

 private:
  KernelRules rules_;
  State state_;
  Bookkeeping books_;
  Changes changes_;
};

}  // namespace cttrace
