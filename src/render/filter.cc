// The status of a call.
#include "render/filter.h"

namespace cttrace {

bool has_failed(const Call& call) {
  if (call.outcome == Outcome::kDeniedBySeccomp || call.outcome == Outcome::kSigsysBySeccomp) return true;
  // IS_ERR_VALUE of the kernel: large results of calls that return addresses or ids are no errors.
  return call.outcome == Outcome::kReturned && call.result < 0 && call.result >= -4095;
}

bool is_shown(const Call& call, const StatusFilter& filter) {
  switch (call.outcome) {
    case Outcome::kDidNotReturn: return filter.unfinished;
    case Outcome::kReturnLost: return filter.unavailable;
    default: return has_failed(call) ? filter.failed : filter.successful;
  }
}

}  // namespace cttrace
