// Events in, text out: the one interface of every output format.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "cttrace/change.h"
#include "cttrace/event.h"
#include "cttrace/moment.h"
#include "cttrace/source.h"
#include "cttrace/story.h"
#include "cttrace/tree_change.h"
#include "cttrace/verification.h"

namespace cttrace {

using TextSink = std::function<void(std::string_view)>;

enum class Format : uint8_t { kStory, kList, kCalls, kJson, kNdjson };

inline bool is_json(Format format) { return format == Format::kJson || format == Format::kNdjson; }

// As strace's options of the same letters.
enum class Timestamps : uint8_t { kNone, kSeconds, kMicroseconds, kUnix };  // -t -tt -ttt

// Which outcomes are shown: -e status=, -z, -Z.
struct StatusFilter {
  bool successful = true;
  bool failed = true;
  bool unfinished = true;   // the call did not return
  bool unavailable = true;  // the return value is not known: its record was lost
};

struct RenderOptions {
  Timestamps timestamps = Timestamps::kNone;
  bool relative = false;               // -r
  bool durations = false;              // -T
  std::optional<size_t> string_limit;  // -s: bytes shown of a string; none: all of it
  bool paths = false;                  // -y: descriptors with what they are
  bool verbose = false;                // -v: nothing abbreviated (envp stays a count)
  bool color = false;
  size_t width = 0;                    // columns that story wraps to; 0: lines may be as long as they are
  bool quiet = false;                  // -q: no completeness statement in calls
  bool with_calls = true;              // false: -c, only the summary
  bool summary = false;                // -c, -C
  const TreeChanges* trees = nullptr;  // --trees: around the calls of steps; grows while the story is told
  bool cgroup_moves = true;            // lines between the calls: a task was moved to another cgroup
  StatusFilter status;
};

// Pure. Everything goes to the sink, in whole lines.
class Renderer {
 public:
  virtual ~Renderer() = default;
  virtual void begin(const TraceInfo& info) = 0;
  // `number`: of the event in its trace; 0: not told.
  virtual void event(const Event& event, EventNumber number = 0) = 0;
  // What the event before has changed, and the state that it has led to. `chosen`: the event was given to event().
  virtual void changes(const State& state, const Changes& changes, EventNumber number, bool chosen) = 0;
  // What the story has come to; after the event that completed it.
  virtual void news(const News&) {}
  // The state that --at asks for; before the end.
  virtual void moment(const Moment&) {}
  // What --verify found; before the end.
  virtual void verified(const VerificationReport&) = 0;
  // The completeness statement, or what a format has for it.
  // `whole` is false where the recording broke off.
  virtual void end(const BadRecords& bad, bool whole) = 0;
};

std::unique_ptr<Renderer> make_renderer(Format format, const RenderOptions& options, TextSink sink);

}  // namespace cttrace
