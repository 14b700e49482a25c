// The completeness statement.
#include "render/completeness.h"

#include <fmt/format.h>

#include <algorithm>
#include <ctime>

#include "base/escape.h"

namespace cttrace {
namespace {

constexpr size_t kMostStrangers = 3;  // that are named
constexpr size_t kMostMet = 256;

constexpr LossKind kLossKinds[CT_LOSS_COUNT] = {
    {"ring_full", "record", ": the ring buffer was full (a larger --buffer helps)", true},
    {"tasks_full", "task", " not followed: the table of tasks was full, or following would have changed what it does",
     true},
    {"scratch_busy", "record", ": the cpu was already making one", true},
    {"read_fault", "argument", " could not be read", false},
    {"truncated", "argument", " longer than what is captured", false},
    {"path_depth", "path", " deeper than what is walked", false},
    {"record_cut", "record", " too long for all captures", false},
};

void append(std::string& list, const std::string& item) {
  if (!list.empty()) list += "; ";
  list += item;
}

std::string counted(const Loss& loss, bool lost) {
  std::string list;
  for (size_t kind = 0; kind < CT_LOSS_COUNT; ++kind)
    if (loss.counts[kind] && kLossKinds[kind].lost == lost)
      append(list, plural(loss.counts[kind], kLossKinds[kind].what) + kLossKinds[kind].why);
  return list;
}

std::string disagreement_text(const Disagreement& told) {
  std::string text = fmt::format("cttrace: cttrace and the kernel disagree on process {}, {}:\n", told.pid, told.when);
  for (const Difference& each : told.differences)
    text += fmt::format("cttrace:   {}: cttrace {}; the kernel {}\n", escape_for_terminal(each.what),
                        escape_for_terminal(each.model), escape_for_terminal(each.kernel));
  if (told.more) text += fmt::format("cttrace:   and {}\n", plural(told.more, "more difference"));
  return text;
}

}  // namespace

const LossKind& loss_kind(size_t kind) { return kLossKinds[kind]; }

std::string plural(uint64_t number, std::string_view what) {
  return fmt::format("{} {}{}", number, what, number == 1 ? "" : "s");
}

std::string utc_time(uint64_t realtime_ns) {
  const auto seconds = static_cast<time_t>(realtime_ns / 1'000'000'000);
  std::tm parts{};
  if (!gmtime_r(&seconds, &parts)) return fmt::format("{} ns", realtime_ns);
  char text[64];
  const size_t length = std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts);
  return fmt::format("{}.{:06}Z", std::string_view(text, length), realtime_ns / 1000 % 1'000'000);
}

void Completeness::see_call(const Call& call) {
  ++calls;
  for (const auto& argument : call.args) {
    truncated += argument.reading == Reading::kTruncated && !(call.row->flags & CT_ROW_WORDS);
    const bool is_path =
        argument.spec->kind == ArgKind::kPath && argument.names_file && argument.reading == Reading::kOk;
    unresolved += is_path && !argument.resolved;
  }
  entries_lost += call.enter_lost;
  cut += call.cut;
  returns_lost += call.outcome == Outcome::kReturnLost;
  did_not_return += call.outcome == Outcome::kDidNotReturn;
}

void Completeness::see_stranger(const Event& event) {
  if (const auto* const snapshot = std::get_if<Snapshot>(&event)) {
    if (met.size() >= kMostMet) met.clear();
    met[snapshot->task.tid] = {snapshot->task.tgid, snapshot->comm};
  }
  // Where they are is told, too; what changes mounts counts.
  const auto* const call = std::get_if<Call>(&event);
  if (!call || !(call->row->groups & kMount)) return;
  ++calls_of_strangers;
  const auto who = met.find(call->task.tid);
  if (who == met.end()) return;
  const auto& [pid, name] = who->second;
  const auto known = std::ranges::find(strangers, pid, &std::pair<uint32_t, std::string>::first);
  if (known != strangers.end())
    known->second = name;
  else if (strangers.size() <= kMostStrangers)
    strangers.emplace_back(pid, name);
}

void Completeness::see(const Event& event) {
  if (const auto* now = std::get_if<Loss>(&event)) {
    loss = *now;
    return;
  }
  if (is_of_stranger(event)) return see_stranger(event);
  ++events;
  if (const auto* call = std::get_if<Call>(&event)) see_call(*call);
}

void Completeness::see(const Changes& changes) {
  for (const Change& change : changes) {
    const auto* const found = std::get_if<Contradicted>(&change);
    if (!found) continue;
    ++contradicted;
    if (!contradiction) contradiction = *found;
  }
}

std::string Completeness::news() {
  if (!loss) return {};
  Loss since = *loss;
  for (size_t kind = 0; kind < CT_LOSS_COUNT; ++kind) {
    since.counts[kind] -= std::min(told_[kind], since.counts[kind]);
    told_[kind] = loss->counts[kind];
  }
  return counted(since, true);
}

std::string Completeness::what_is_lost(const BadRecords& bad, bool whole) const {
  std::string lost = loss ? counted(*loss, true) : "";
  if (entries_lost) append(lost, fmt::format("the entry of {}", plural(entries_lost, "call")));
  if (returns_lost) append(lost, fmt::format("the return of {}", plural(returns_lost, "call")));
  if (bad.malformed) append(lost, fmt::format("{} made no sense", plural(bad.malformed, "record")));
  if (bad.late) append(lost, fmt::format("the order of {}, which came late", plural(bad.late, "record")));
  if (!whole) append(lost, "everything after this: the recording broke off");
  return lost;
}

std::string Completeness::text(const TraceInfo& info, const BadRecords& bad, bool whole) const {
  const auto since = utc_time(info.start_ns + static_cast<uint64_t>(info.realtime_offset_ns));
  std::string text =
      fmt::format("cttrace: {} ({}), live from {}: {}, {}", escape_for_terminal(info.backend),
                  escape_for_terminal(info.hooks), since, plural(events, "event"), plural(calls, "call"));
  if (loss && loss->still_running > 0)
    text += fmt::format(", {} process{} still running", loss->still_running, loss->still_running == 1 ? "" : "es");
  text += "\n" + strangers_text();

  const std::string lost = what_is_lost(bad, whole);
  if (!lost.empty())
    text += "cttrace: lost: " + lost + "\n";
  else if (loss && loss->final)
    text += "cttrace: nothing lost\n";
  else
    text += "cttrace: not known whether anything was lost: the trace has no closing record\n";

  std::string incomplete = loss ? counted(*loss, false) : "";
  // Where the kernel has counted these there is no need to say it twice.
  const auto counted_before = [this](ct_loss_kind kind) { return loss && loss->counts[kind] > 0; };
  if (truncated && !counted_before(CT_LOSS_TRUNCATED))
    append(incomplete, fmt::format("{} shown in part", plural(truncated, "argument")));
  if (cut && !counted_before(CT_LOSS_RECORD_CUT))
    append(incomplete, fmt::format("{} with captures missing", plural(cut, "call")));
  if (unresolved) append(incomplete, fmt::format("{} not resolved", plural(unresolved, "path")));
  if (did_not_return) append(incomplete, fmt::format("{} did not return", plural(did_not_return, "call")));
  if (!incomplete.empty()) text += "cttrace: incomplete: " + incomplete + "\n";
  return text + contradictions_text() + verification_text(true);
}

std::string Completeness::strangers_text() const {
  if (!calls_of_strangers) return {};
  std::string names;
  for (size_t i = 0; i < std::min(strangers.size(), kMostStrangers); ++i)
    names += fmt::format("{}{} {}", i ? ", " : "", escape_for_terminal(strangers[i].second), strangers[i].first);
  if (strangers.size() > kMostStrangers) names += " and others";
  return fmt::format("cttrace: mounts here were also changed by processes that are not traced, in {}: {}\n",
                     plural(calls_of_strangers, "call"), names);
}

std::string Completeness::shortcomings(const BadRecords& bad, bool whole) const {
  const std::string lost = what_is_lost(bad, whole);
  return (lost.empty() ? "" : "cttrace: lost: " + lost + "\n") + verification_text(false);
}

std::string Completeness::contradictions_text() const {
  if (!contradiction) return {};
  return fmt::format(
      "cttrace: the kernel said otherwise than the calls {}, first of {}: by the calls {}, by the kernel {}: perhaps "
      "somebody who is not traced was at work, or what a mount was on was removed in another namespace\n",
      plural(contradicted, "time"), escape_for_terminal(contradiction->what), escape_for_terminal(contradiction->model),
      escape_for_terminal(contradiction->kernel));
}

std::string Completeness::verification_text(bool all) const {
  if (!verification) return {};
  const VerificationReport& found = *verification;
  std::string text;
  if (all && found.containers)
    text +=
        fmt::format("cttrace: verified: {} {} as the kernel says, compared {}\n", plural(found.containers, "container"),
                    found.containers == 1 ? "is" : "are", plural(found.comparisons, "time"));
  if (all)
    for (const auto& [why, containers] : found.not_verified)
      text += fmt::format("cttrace: not verified: {}: {}\n", plural(containers, "container"), escape_for_terminal(why));
  for (const Disagreement& each : found.disagreements) text += disagreement_text(each);
  if (found.more_disagreements)
    text += fmt::format("cttrace: they disagree {} more\n", plural(found.more_disagreements, "time"));
  if (all && text.empty()) text = "cttrace: verified: nothing, as no container was handed over\n";
  return text;
}

}  // namespace cttrace
