// What one call means for a set-up.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cttrace/step.h"
#include "story/callers.h"

namespace cttrace {

// What decides whether a failure need worry anybody, beside the call.
struct Circumstances {
  std::string_view started_in = {};  // the folder in which the caller's program was started
  bool is_mounted = false;           // of umount: something is mounted there, as far as is known
  Caller caller = {};                // the program that calls
};

// The step that the call alone would be, in the phase that is usual for its kind.
Step step_of(const Call& call, EventNumber number, const Circumstances& around = {});

// The same, but a failure is one even where it is usual.
Step unexcused_step_of(const Call& call, EventNumber number);

// What the calls of a name do.
struct CallMeaning {
  std::string_view call;
  StepFacts (*facts)(const Call& call);
};
// --- By subject. Each call is in one of them at most.
std::span<const CallMeaning> mount_calls();
std::span<const CallMeaning> root_calls();
std::span<const CallMeaning> device_calls();
std::span<const CallMeaning> process_calls();
std::span<const CallMeaning> identity_calls();
std::span<const CallMeaning> control_calls();

Phase usual_phase(const StepFacts& facts);

// "ro", "nosuid"... of MS_* and MOUNT_ATTR_*.
std::vector<std::string> mount_options(uint64_t ms_flags);
std::vector<std::string> attribute_options(uint64_t attributes);
// "slave" of MS_SLAVE; empty: of none.
std::string propagation_word(uint64_t ms_flags);

bool is_quiet(const Step& step);

}  // namespace cttrace
