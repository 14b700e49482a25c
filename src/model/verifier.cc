#include "model/verifier.h"

#include <algorithm>
#include <utility>

namespace cttrace {
namespace {

constexpr int kMostTries = 6;
constexpr size_t kMostDifferences = 20;  // that are told of one comparison
constexpr size_t kMostDisagreements = 20;
constexpr uint64_t kLongestEnd_ns = 1'000'000'000;  // of a task, from when it is told to when its namespaces have gone

struct Span {
  uint64_t began_ns, ended_ns;
};

Span span_of(const Event& event) {
  return std::visit(
      [](const auto& happened) -> Span {
        if constexpr (std::is_same_v<std::decay_t<decltype(happened)>, Call>) {
          // One that did not return may have had its effect at any time.
          const uint64_t end = happened.duration_ns ? happened.start_ns + *happened.duration_ns : UINT64_MAX;
          return {happened.start_ns, end};
        } else {
          return {happened.time_ns, happened.time_ns};
        }
      },
      event);
}

bool is_of_masters(const Difference& difference) {
  return difference.what.ends_with(": master") || difference.what.ends_with(": propagate_from");
}

}  // namespace

void Verifier::add(const Request& request, ProcReading reading) {
  pending_.push_back({.request = request, .reading = std::move(reading)});
}

void Verifier::not_made(const Request& request, const std::string& why, uint64_t time_ns) {
  Pending pending;
  pending.request = request;
  pending.not_made = why;
  pending.reading.began_ns = pending.reading.ended_ns = time_ns;
  pending_.push_back(std::move(pending));
}

void Verifier::failed(const Request& request, const std::string& why) {
  if (request.was_there || why != kGone) outcomes_[request.container].not_made = why;
}

// Namespaces' numbers are given again: which container it is the state says.
void Verifier::name(Request& request, const State& state) {
  const TaskState* const task = state.task(request.task);
  if (task && request.container.empty()) request.container = container_key(state, *task);
}

void Verifier::compare(Pending& pending, const Model& model) {
  name(pending.request, model.state());
  if (!pending.not_made.empty()) return;
  if (pending.matched || std::exchange(pending.compared, true)) return;
  compare(pending, model.state());
  if (!pending.matched && model.is_settling()) compare(pending, model.settled());
}

void Verifier::compare(Pending& pending, const State& state) {
  Comparison now = compare_with_proc(state, pending.request.task, pending.reading, pending.request.mounts);
  pending.matched = now.cannot.empty() && now.differences.empty();
  pending.moved = pending.moved || (pending.last && *pending.last != now);
  pending.last = std::move(now);
}

void Verifier::before(const Event& event, const Model& model) {
  if (model.is_settling()) left_ns_ = model.state().time_ns;
  if (pending_.empty()) return;
  const Span span = span_of(event);
  began_ns_ = span.began_ns, ended_ns_ = span.ended_ns;
  complete_until(span.began_ns, model);
  for (Pending& pending : pending_) {
    if (span.ended_ns >= pending.reading.began_ns) {
      compare(pending, model);
    } else {
      // What had returned by then is in what was read: it is of no earlier state.
      pending.matched = pending.compared = pending.moved = false;
      pending.last.reset();
    }
  }
}

void Verifier::after(const Changes& changes) {
  if (changes.empty()) return;
  for (Pending& pending : pending_) {
    pending.compared = false;
    pending.overlapped =
        pending.overlapped || (began_ns_ < pending.reading.began_ns && ended_ns_ >= pending.reading.began_ns);
  }
}

void Verifier::complete_until(uint64_t time_ns, const Model& model) {
  const auto is_over = [time_ns](const Pending& pending) { return pending.reading.ended_ns < time_ns; };
  for (Pending& pending : pending_)
    if (is_over(pending)) settle(pending, model);
  std::erase_if(pending_, is_over);
}

void Verifier::finish(const Model& model) {
  for (Pending& pending : pending_) {
    pending.request.tries = kMostTries;
    settle(pending, model);
  }
  pending_.clear();
}

// The kernel may be about to take away what the model has let go of.
bool Verifier::may_be_settling(const Pending& pending) const {
  return left_ns_ && pending.reading.began_ns < *left_ns_ + kLongestEnd_ns &&
         std::ranges::all_of(pending.last->differences, is_of_masters);
}

void Verifier::settle(Pending& pending, const Model& model) {
  compare(pending, model);
  if (!pending.not_made.empty()) return failed(pending.request, pending.not_made);
  const bool overlapped = pending.overlapped || may_be_settling(pending);
  const bool moved = pending.moved || (overlapped && !pending.last->differences.empty());
  if (pending.matched) {
    ++outcomes_[pending.request.container].agreed;
  } else if (moved && pending.request.tries < kMostTries) {
    again_.push_back(pending.request);
    ++again_.back().tries;
  } else if (moved) {
    failed(pending.request, "it changed faster than it could be read");
  } else if (!pending.last->differences.empty()) {
    outcomes_[pending.request.container].differed = true;
    disagree(pending);
  } else {
    failed(pending.request, pending.last->cannot);
  }
}

void Verifier::disagree(const Pending& pending) {
  Disagreement found{.pid = pending.request.task.tid, .when = pending.request.when, .differences = {}};
  std::string all = pending.request.container;
  for (const Difference& difference : pending.last->differences) {
    if (found.differences.size() < kMostDifferences)
      found.differences.push_back(difference);
    else
      ++found.more;
    all += '\n' + difference.what + '\n' + difference.model + '\n' + difference.kernel;
  }
  // The same as before is told once, and counted.
  const bool is_new = told_.insert(all).second;
  if (is_new && disagreements_.size() < kMostDisagreements)
    disagreements_.push_back(std::move(found));
  else
    ++more_disagreements_;
}

std::vector<Verifier::Request> Verifier::take_requests() { return std::exchange(again_, {}); }

VerificationReport Verifier::report() const {
  VerificationReport report;
  report.disagreements = disagreements_;
  report.more_disagreements = more_disagreements_;
  for (const auto& [container, outcome] : outcomes_) {
    const uint64_t containers = no_others_ ? outcome.expected : std::max<uint64_t>(outcome.expected, 1);
    if (outcome.differed || containers == 0) continue;
    if (outcome.agreed) {
      report.containers += containers;
      report.comparisons += outcome.agreed;
    } else {
      report.not_verified[outcome.not_made.empty() ? "never read" : outcome.not_made] += containers;
    }
  }
  return report;
}

}  // namespace cttrace
