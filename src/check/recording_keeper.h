// Collects what is known of a recording while it is read.
#pragma once

#include "check/facts.h"
#include "cttrace/change.h"
#include "cttrace/source.h"
#include "render/completeness.h"

namespace cttrace {

// Every event is seen; what is told is told while its state is at hand.
class RecordingKeeper {
 public:
  RecordingKeeper(std::string name, const TraceInfo& info);

  void event(const Event& event) { completeness_.see(event); }
  void changes(const Changes& changes) { completeness_.see(changes); }
  void news(const News& news);

  // `state`: the last one. `broken_off`: why it was not read to its end; empty: it was.
  RecordingFacts finish(const State& state, const BadRecords& bad, const std::string& broken_off);

 private:
  RecordingFacts facts_;
  Completeness completeness_;
};

}  // namespace cttrace
