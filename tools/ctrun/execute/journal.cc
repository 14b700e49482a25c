// A line a step.
#include "execute/journal.h"

#include <nlohmann/json.hpp>

#include "base/fd.h"

namespace cttrace::ctrun {

void Journal::write(const Step& step, const char* result, int code, int64_t took_ns) const {
  if (fd_ < 0) return;
  const nlohmann::ordered_json line = {{"step", step.id},
                                       {"phase", phase_name(step.phase)},
                                       {"actor", actor_name(step.actor)},
                                       {"result", result},
                                       {"errno", code},
                                       {"took_ns", took_ns}};
  const std::string text = line.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
  if (const Status written = write_all(fd_, text, "the journal"); !written) throw Failure(written.error());
}

void Journal::done(const Step& step, const StepResult& result) const {
  constexpr const char* kResults[] = {"done", "skipped", "failed"};
  write(step, kResults[static_cast<int>(result.outcome.kind)], result.outcome.code, result.took_ns);
}

void Journal::failed(const Step& step, const Error& error) const { write(step, "failed", error.code, 0); }

}  // namespace cttrace::ctrun
