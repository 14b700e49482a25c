// Finds containers in events, and tells each when its set-up is complete.
#pragma once

#include <functional>
#include <memory>

#include "cttrace/change.h"
#include "cttrace/story.h"

namespace cttrace {

struct TellerOptions {
  bool keep_calls = false;  // for SetUpStory::calls
  // For Step::selected; none: all calls.
  std::function<bool(const SyscallRow&)> selects = {};
};

// Pure. Events come in the order of the decoder, each with what the model made of it.
class Teller {
 public:
  using Sink = std::function<void(News&&)>;

  Teller(const TellerOptions& options, Sink sink);
  ~Teller();

  // `state`: after the event.
  void event(const Event& event, EventNumber number, const Changes& changes, const State& state);
  // Events until then have been told, if there were any.
  void until(uint64_t time_ns);
  // No more will come: what is not complete is told as far as it is.
  void finish();

  Progress progress() const;

 private:
  class Work;
  std::unique_ptr<Work> work_;
};

}  // namespace cttrace
