// What a check found, as data: made by diff, baseline, policies and the OCI config; told by report_*.h.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cttrace/facts.h"

namespace cttrace {

enum class Verdict : uint8_t {
  kHolds,        // judged, and as it should be
  kNoted,        // worth knowing; decides nothing
  kNotVisible,   // nothing that a tracer sees could tell, now or ever; decides nothing
  kCannotJudge,  // this recording does not tell: never "holds"
  kBroken,       // judged, and not as it should be; of a diff: differs
};
std::string_view verdict_name(Verdict verdict);  // "cannot-judge"; stable: reports have it

// What a difference means for who runs the container.
enum class Consequence : uint8_t {
  kNone,    // holds, or not known
  kWeaker,  // isolation is weaker than it should be, or was
  kStronger,
  kEqual,     // something else, neither weaker nor stronger
  kOnlyHow,   // the same container, made differently
  kOnlyCost,  // the same container, at another price
};
std::string_view consequence_name(Consequence consequence);   // "weaker"; stable: reports have it
std::string_view consequence_words(Consequence consequence);  // "isolation is weaker"

// Strings may hold anything that a traced process or a file said: reports escape them.
struct Finding {
  std::string rule = {};  // stable and documented: "proc-own"
  Verdict verdict = Verdict::kHolds;
  Consequence consequence = Consequence::kNone;
  std::string container = {};             // its name as its story has it; empty: of the whole recording
  std::string subject = {};               // what it is about: "/sys", "CAP_SYS_ADMIN", "process.capabilities.bounding"
  std::string message = {};               // one sentence without a full stop: "/sys is writable: ..."
  std::string expected = {}, found = {};  // in words; empty: the message says it
  std::vector<EventNumber> events = {};   // evidence: the calls of the steps, oldest first
};

// A rule that findings name.
struct RuleWords {
  std::string id = {};
  std::string title = {};  // "/proc is the container's own"
  std::string help = {};   // why it matters, and what to do; may be empty
  std::string why = {};    // why it is asked for, where a policy says so itself
};

// What one judge says of one recording.
struct Report {
  std::string judge = {};         // "policy", "oci", "baseline", "diff"
  std::string judged = {};        // the recording's file, as it was named
  std::string against = {};       // "policy hardened", or the file's name
  std::string against_file = {};  // the file's name, where it is one
  std::vector<RuleWords> rules = {};
  std::vector<std::string> containers = {};  // that were judged
  std::vector<Finding> findings = {};        // in the order of containers; also what holds
  // Why nothing may be concluded from this recording as a whole: loss, a recording that breaks off, other rules.
  std::vector<std::string> cannot_judge = {};
  bool forgiven = false;       // what differs was meant to: it decides nothing of several reports
  bool other_runtime = false;  // of a diff: containers that correspond were made by different runtimes
  bool tells_how = false;      // of a diff: the way and the cost were asked for
};

// The worst of it: kHolds, kCannotJudge or kBroken. Where the recording as a whole cannot be judged, nothing that is
// found in it is sure; otherwise what is broken is broken, whatever else could not be judged.
Verdict verdict_of(const Report& report);
// 0: holds, or the same. 1: broken, or differs. 2: cannot judge.
int exit_status(Verdict verdict);
size_t count_of(const Report& report, Verdict verdict);

}  // namespace cttrace
