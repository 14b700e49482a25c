#include "check/recording_keeper.h"

#include <algorithm>

namespace cttrace {

RecordingKeeper::RecordingKeeper(std::string name, const TraceInfo& info) {
  facts_.name = std::move(name);
  facts_.backend = info.backend;
  facts_.kernel = info.kernel;
  facts_.kernel_files = info.kernel_files;
  facts_.host = info.host;
  facts_.cttrace_version = info.cttrace_version;
}

void RecordingKeeper::news(const News& news) {
  // Who gave up is asked for where nothing was set up, and then the first ones tell.
  constexpr size_t kMostGaveUp = 16;
  if (const auto* container = std::get_if<Container>(&news)) facts_.containers.push_back(facts_of(*container));
  if (const auto* entry = std::get_if<EntryMade>(&news)) facts_.containers.push_back(facts_of(*entry));
  if (!facts_.containers.empty()) facts_.gave_up.clear();
  const auto* const failed = std::get_if<ProgramFailed>(&news);
  if (failed && facts_.containers.empty() && facts_.gave_up.size() < kMostGaveUp)
    facts_.gave_up.push_back(facts_of(*failed));
  const auto* went_on = std::get_if<ContainerWentOn>(&news);
  if (!went_on || !went_on->exit_code) return;
  // The latest of that number: ends come in the order of beginnings, or nearly so.
  const auto latest = std::find_if(facts_.containers.rbegin(), facts_.containers.rend(), [&](const auto& each) {
    return each.kind == ContainerFacts::Kind::kContainer && each.number == went_on->container;
  });
  if (latest == facts_.containers.rend()) return;
  latest->end = EndFacts{.exit_code = *went_on->exit_code,
                         .entries = went_on->entries,
                         .failures = went_on->failures,
                         .failures_dropped = went_on->failures_dropped};
}

RecordingFacts RecordingKeeper::finish(const State& state, const BadRecords& bad, const std::string& broken_off) {
  if (const std::string lost = completeness_.what_is_lost(bad, true); !lost.empty())
    facts_.lost.push_back("lost: " + lost);
  if (broken_off.empty() && !(completeness_.loss && completeness_.loss->final))
    facts_.lost.emplace_back("not known whether anything was lost: the trace has no closing record");
  facts_.broken_off = broken_off;
  facts_.contradicted = completeness_.contradicted;
  if (state.doubtful_since)
    facts_.model_doubt = "since event " + std::to_string(*state.doubtful_since) + ": " + state.doubt;
  return std::move(facts_);
}

}  // namespace cttrace
