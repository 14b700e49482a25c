// The table of roles.
#include "story/roles.h"

#include <utility>
#include <vector>

namespace cttrace {
namespace {

struct Deeds {
  const Stage* stage = nullptr;
  bool first = false, program = false, makes_other = false;
  bool maps = false, makes = false, joins = false, cgroup = false, mounts = false, switches = false, acts = false;

  bool is_inside() const { return makes || joins || mounts || switches; }
};

bool begins(const Deeds& deeds) { return deeds.first; }
bool writes_maps(const Deeds& deeds) { return deeds.maps; }
bool makes_namespaces(const Deeds& deeds) { return deeds.makes; }
bool joins_namespaces(const Deeds& deeds) { return deeds.joins; }
bool sets_cgroup(const Deeds& deeds) { return deeds.cgroup; }
bool mounts(const Deeds& deeds) { return deeds.mounts; }
bool is_first(const Deeds& deeds) {
  const auto& pids = deeds.stage->pids;
  return pids.size() > 1 && pids.back() == 1 && !deeds.program && !deeds.stage->end_ns;
}
bool is_program(const Deeds& deeds) { return deeds.program; }
bool goes_between(const Deeds& deeds) { return deeds.makes_other && !deeds.acts; }

struct Role {
  bool (*fits)(const Deeds& deeds);
  std::string_view words;
};
struct OwnWord {
  std::string_view name;
  std::string_view word;
};

#define ROLE(what, words) {what, words},
#define OWN_WORD(name, word)
constexpr Role kRoles[] = {
#include "story/roles.def"
};
#undef ROLE
#undef OWN_WORD
#define ROLE(what, words)
#define OWN_WORD(name, word) {name, word},
constexpr OwnWord kOwnWords[] = {
#include "story/roles.def"
};
#undef ROLE
#undef OWN_WORD

// Of those that lead to the program: a hook's shell makes others too. Where nobody became it, anybody may have led
// there.
void mark_makers(const SetUpStory& story, TaskId program, std::vector<Deeds>& all) {
  for (size_t i = 0; i < story.stages.size(); ++i) {
    if (program != TaskId() && story.stages[i].task != program) continue;
    size_t at = story.stages[i].made_by;
    while (at < all.size() && !all[at].makes_other) {
      all[at].makes_other = true;
      at = story.stages[at].made_by;
    }
  }
}

// Nobody became the program: who could not execute one, and did nothing any more, was to become it; not a helper of who
// stays outside.
void find_failed_hand_over(SetUpStory& story, const std::vector<Deeds>& all) {
  std::vector<bool> is_another(story.stages.size());
  for (size_t i = 0; i < all.size(); ++i) {
    const uint32_t maker = story.stages[i].made_by;
    is_another[i] = !all[i].is_inside() && (maker >= all.size() || !all[maker].is_inside());
  }
  for (size_t i = story.steps.size(); i-- > 0;) {
    Step& step = story.steps[i];
    if (!std::holds_alternative<ProgramRun>(step.facts) || !step.error) is_another[step.stage] = true;
    if (!is_another[step.stage]) step.phase = Phase::kHandOver;
  }
}

}  // namespace

void give_roles(SetUpStory& story, TaskId program) {
  std::vector<Deeds> all(story.stages.size());
  for (size_t i = 0; i < story.stages.size(); ++i) {
    all[i].stage = &story.stages[i];
    all[i].program = story.stages[i].task == program;
  }
  if (!story.steps.empty()) all[story.steps[0].stage].first = true;
  for (const Step& step : story.steps) {
    Deeds& deeds = all[step.stage];
    if (const auto* changed = std::get_if<NamespacesChanged>(&step.facts))
      (changed->made ? deeds.makes : deeds.joins) = true;
    deeds.maps = deeds.maps || std::holds_alternative<MapsWritten>(step.facts);
    deeds.cgroup = deeds.cgroup || step.phase == Phase::kCgroup;
    deeds.mounts = deeds.mounts || std::holds_alternative<MountDone>(step.facts);
    deeds.switches = deeds.switches || std::holds_alternative<RootSwitched>(step.facts);
    deeds.acts = deeds.acts || step.phase != Phase::kCreate;
  }
  mark_makers(story, program, all);
  for (size_t i = 0; i < story.stages.size(); ++i) {
    Stage& stage = story.stages[i];
    if (stage.name.empty()) stage.name = stage.program;
    for (const Role& role : kRoles)
      if (role.fits(all[i])) stage.roles.push_back(role.words);
  }
  if (program == TaskId()) find_failed_hand_over(story, all);
}

std::string own_word(std::string_view comm) {
  for (const OwnWord& each : kOwnWords)
    if (each.name == comm) return std::string(each.word);
  return {};
}

}  // namespace cttrace
