#include "check/canonical.h"

#include <fmt/format.h>
#include <sys/wait.h>

#include <algorithm>

#include "check/canonical_parts.h"
#include "check/evidence.h"
#include "render/story_remarks.h"
#include "render/story_words.h"
#include "render/values.h"

namespace cttrace::canon {
namespace {

const char* ending_word(Ending ending) {
  switch (ending) {
    case Ending::kHandedOver: return kHandedOver;
    case Ending::kFailed: return "failed";
    case Ending::kNotComplete: break;
  }
  return "not complete";
}

// The calls whose failure is not normal may be to blame. `numbered`: its steps are those that a story shows.
std::string what_went_wrong(const ContainerFacts& facts, const Names& names, bool numbered) {
  constexpr size_t kMost = 3;
  std::vector<std::string> failed;
  size_t more = 0;
  for (const FailureFacts& failure : facts.failures) {
    if (failure.normal) continue;
    if (failed.size() == kMost)
      ++more;
    else
      failed.push_back(fmt::format("{} failed with {}{}", failed_call(failure, names), error_word(failure),
                                   numbered ? fmt::format(" (step {})", failure.step + 1) : std::string()));
  }
  if (more) failed.push_back(fmt::format("{} more failed", more));
  for (const Stage& stage : facts.stages)
    if (stage.end_ns && WIFSIGNALED(static_cast<int>(stage.exit_code)))
      failed.push_back(fmt::format("{} was {}", names(stage.name.empty() ? stage.program : stage.name),
                                   how_it_ended(stage.exit_code)));
  const auto said_last =
      std::ranges::max_element(facts.stages, {}, [](const Stage& stage) { return stage.said.time_ns; });
  Said said = said_last == facts.stages.end() ? Said() : said_last->said;
  said.writes = 0;  // that more may have followed is none of its words
  const std::vector<std::string> words = lines_of(said);
  if (failed.empty() && !words.empty())
    failed.push_back(fmt::format("{} says: {}", names(said_last->program), names(words.back())));
  if (failed.empty()) failed.push_back(no_call_to_blame(names(facts.runtime.name), !facts.failures.empty()));
  return fmt::format("{}", fmt::join(failed, ", "));
}

std::string why_no_container(const std::vector<ContainerFacts>& gave_up) {
  constexpr size_t kMost = 3;
  std::vector<std::string> reasons;
  for (size_t i = 0; i < std::min(gave_up.size(), kMost); ++i) {
    const Names names(gave_up[i]);
    reasons.push_back(fmt::format("{} set up nothing: {}", names(gave_up[i].runtime.name),
                                  what_went_wrong(gave_up[i], names, false)));
  }
  if (gave_up.size() > kMost) reasons.push_back(fmt::format("{} more set up nothing", gave_up.size() - kMost));
  return fmt::format("{}", fmt::join(reasons, "; "));
}

void add_outcome(CanonicalContainer& into, const ContainerFacts& facts, const Names& names) {
  Group& set_up = into.outcome["set-up"];
  set_up["ending"] = is(ending_word(facts.ending));
  if (facts.kind == ContainerFacts::Kind::kContainer) set_up["isolation"] = is(facts.isolation_words);
  add_failures(into.outcome, facts, names);
  if (!facts.handed) return;
  std::string program;
  for (const std::string& word : facts.argv) program += (program.empty() ? "" : " ") + names(word);
  set_up["program"] = is(program);
  // Whoever it is reaps what is orphaned, and takes all others with it when it ends.
  const bool own_pids = facts.isolation == Isolation::kContainer || facts.isolation == Isolation::kPids;
  if (facts.kind == ContainerFacts::Kind::kContainer && own_pids && !facts.pids.empty())
    set_up["pid 1"] = is(facts.pids.back() == 1 ? "the program" : "another process");
  const Source from{.facts = facts, .handed = *facts.handed, .names = names};
  add_namespaces(into.outcome, from);
  add_places(into.outcome, from);
  add_names(into.outcome, from);
  add_cgroup(into.outcome, from);
  add_mounts(into.outcome, from);
  add_devices(into.outcome, from);
  add_identity(into.outcome, from);
  add_capabilities(into.outcome, from);
  add_privileges(into.outcome, from);
  add_limits(into.outcome, from);
  add_descriptors(into.outcome, from);
}

}  // namespace

std::string why_it_failed(const ContainerFacts& facts) { return what_went_wrong(facts, Names(facts), true); }

CanonicalContainer canonical(const ContainerFacts& facts) {
  const Names names(facts);
  CanonicalContainer form;
  form.name = is_made_up(facts.name) ? "<id>" : facts.name;
  form.kind = facts.kind == ContainerFacts::Kind::kEntry ? "entry" : "container";
  form.runtime = facts.runtime.name;
  form.handed_over = facts.ending == Ending::kHandedOver && facts.handed;
  add_outcome(form, facts, names);
  form.how = canonical_steps(facts, names);
  form.cost = canonical_cost(facts);
  if (!facts.doubt.empty()) form.doubts.push_back(facts.doubt);
  // Nothing else of the outcome relies on what steps list.
  const std::string left_out = what_is_left_out<PathsMasked, ControlsWritten>(facts);
  if (!left_out.empty()) form.doubts.push_back(left_out);
  if (facts.ending == Ending::kFailed)
    form.doubts.push_back("its set-up failed: no program was handed over to; " + why_it_failed(facts));
  if (facts.ending == Ending::kNotComplete) form.doubts.emplace_back("its set-up was going on when tracing ended");
  if (facts.ending == Ending::kHandedOver && !facts.handed)
    form.doubts.emplace_back("what its program was handed is not known");
  if (facts.handed && !facts.handed->mounts_doubt.empty())
    form.doubts.push_back("its mounts: " + facts.handed->mounts_doubt);
  return form;
}

CanonicalForm canonical(const RecordingFacts& facts) {
  CanonicalForm form{.name = facts.name};
  for (const ContainerFacts& each : facts.containers) form.containers.push_back(canonical(each));
  if (form.containers.empty()) form.why_none = why_no_container(facts.gave_up);
  form.cannot_judge = facts.lost;
  if (!facts.broken_off.empty()) form.cannot_judge.push_back("it is read only in part: " + facts.broken_off);
  if (!facts.model_doubt.empty()) form.cannot_judge.push_back("the state is doubtful " + facts.model_doubt);
  return form;
}

}  // namespace cttrace::canon
