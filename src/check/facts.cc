// From what is told of a set-up to its facts.
#include "check/facts.h"

#include "check/handed_facts.h"

namespace cttrace {
namespace {

std::string identity_word(IdentityGiven::What what) {
  using What = IdentityGiven::What;
  switch (what) {
    case What::kUid: return "uid";
    case What::kGid: return "gid";
    case What::kGroups: return "groups";
    case What::kFsUid: return "fsuid";
    case What::kFsGid: return "fsgid";
    case What::kCapabilities: return "capabilities";
    case What::kBounding: return "bounding set";
    case What::kAmbientRaise:
    case What::kAmbientLower:
    case What::kAmbientClear: return "ambient set";
    case What::kNoNewPrivs: return "no_new_privs";
    case What::kSeccomp: return "seccomp";
    case What::kSecurebits: return "securebits";
    case What::kKeyring: return "keyring";
    case What::kLimit: return "limit";
    case What::kOomScore: return "oom_score_adj";
    case What::kLabel: return "label";
    case What::kDeathSignal: return "death signal";
    case What::kPersonality: break;
  }
  return "personality";
}

using Masks = std::vector<MaskFacts>;

// What failed inside a step that as a whole did not: such failures are normal.
class InnerFailures {
 public:
  InnerFailures(const Step& step, std::vector<FailureFacts>& into) : step_(step), into_(into) {}

  void operator()(const PathsMasked& masked) {
    for (const PathsMasked::One& one : masked.paths) note(one.path.shown(), one.error);
  }
  void operator()(const IdentityGiven& given) {
    for (const IdentityGiven::One& one : given.changes)
      note(identity_word(one.what) + (one.value.empty() ? "" : " ") + one.value, one.error, one.times);
  }
  void operator()(const CgroupJoined& joined) {
    for (const CgroupJoined::One& one : joined.cgroups) note(one.file, one.error);
  }
  void operator()(const ControlsWritten& controls) {
    for (const ControlsWritten::One& one : controls.writes) note(one.file, one.error);
  }
  template <typename T>
  void operator()(const T&) {}

  uint32_t told() const { return told_; }

 private:
  void note(const std::string& what, int error, uint32_t times = 1) {
    if (!error) return;
    into_.push_back({.what = what, .error = error, .normal = !step_.error, .reason = step_.reason, .times = times});
    told_ += times;
  }

  const Step& step_;
  std::vector<FailureFacts>& into_;
  uint32_t told_ = 0;
};

std::string only_name(const Step& step) {
  return step.names.size() == 1 ? std::string(step.names.begin()->first) : std::string();
}

// What a step that failed was about.
std::string subject_of(const Step& step) {
  if (const auto* done = std::get_if<MountDone>(&step.facts); done && !done->mounts.empty())
    return done->mounts[0].target.shown();
  if (const auto* made = std::get_if<DevicesMade>(&step.facts); made && !made->nodes.empty())
    return made->nodes[0].path.shown();
  if (const auto* masked = std::get_if<PathsMasked>(&step.facts); masked && !masked->paths.empty())
    return masked->paths[0].path.shown();
  if (const auto* switched = std::get_if<RootSwitched>(&step.facts)) return switched->new_root_path;
  if (const auto* run = std::get_if<ProgramRun>(&step.facts)) return run->path;
  if (const auto* named = std::get_if<NameGiven>(&step.facts)) return named->name;
  if (const auto* given = std::get_if<IdentityGiven>(&step.facts); given && !given->changes.empty())
    return identity_word(given->changes[0].what) + (given->changes[0].value.empty() ? "" : " ") +
           given->changes[0].value;
  if (const auto* call = std::get_if<CallMade>(&step.facts)) return call->about;
  return {};
}

std::vector<FailureFacts> failures_of(const std::vector<Step>& steps) {
  std::vector<FailureFacts> all;
  for (size_t i = 0; i < steps.size(); ++i) {
    const Step& step = steps[i];
    std::vector<FailureFacts> found;
    InnerFailures inner(step, found);
    if (step.error) {
      found.push_back({.what = subject_of(step), .error = step.error, .denied = step.denied});
    } else {
      std::visit(inner, step.facts);
      if (step.normal_failures > inner.told())
        found.push_back({.normal = true, .reason = step.reason, .times = step.normal_failures - inner.told()});
    }
    for (FailureFacts& each : found) {
      each.call = only_name(step);
      each.step = i;
      each.event = step.first;
      all.push_back(std::move(each));
    }
  }
  return all;
}

Masks masks_of(const std::vector<Step>& steps) {
  Masks all;
  for (const Step& step : steps) {
    const auto* masked = std::get_if<PathsMasked>(&step.facts);
    if (!masked) continue;
    for (const PathsMasked::One& one : masked->paths) {
      MaskFacts mask{.path = one.path.shown(), .with = one.with, .source = one.source, .error = one.error};
      if (step.error) mask.error = step.error;
      mask.normal = mask.error && !step.error;
      mask.event = step.first;
      all.push_back(std::move(mask));
    }
  }
  return all;
}

std::vector<CgroupFacts::Control> controls_of(const std::vector<Step>& steps) {
  std::vector<CgroupFacts::Control> all;
  for (const Step& step : steps) {
    const auto* written = std::get_if<ControlsWritten>(&step.facts);
    if (!written) continue;
    for (const ControlsWritten::One& one : written->writes)
      all.push_back(
          {.file = one.file, .value = one.value, .error = step.error ? step.error : one.error, .event = step.first});
  }
  return all;
}

// Of each process that the program descends from, by its place among the stages: until when what it did to itself
// became the program's, too.
std::map<uint32_t, uint64_t> line_of_program(const SetUpStory& story) {
  std::map<uint32_t, uint64_t> line;
  const auto handed = std::ranges::find_if(
      story.steps, [](const Step& step) { return std::holds_alternative<HandedOver>(step.facts); });
  uint64_t until = UINT64_MAX;
  for (uint32_t at = handed == story.steps.end() ? UINT32_MAX : handed->stage; at < story.stages.size();) {
    if (!line.emplace(at, until).second) break;
    until = story.stages[at].start_ns;
    at = story.stages[at].made_by;
  }
  return line;
}

std::vector<std::string> filters_of(const SetUpStory& story) {
  const std::map<uint32_t, uint64_t> line = line_of_program(story);
  std::vector<std::string> all;
  for (const Step& step : story.steps) {
    const auto* given = std::get_if<IdentityGiven>(&step.facts);
    const auto its = line.find(step.stage);
    if (!given || step.error || its == line.end() || step.start_ns >= its->second) continue;
    for (const IdentityGiven::One& one : given->changes)
      if (one.what == IdentityGiven::What::kSeccomp && !one.error) all.push_back(one.value);
  }
  return all;
}

void take_set_up(ContainerFacts& facts, const SetUpStory& story) {
  facts.ending = story.ending;
  facts.runtime = story.runtime;
  facts.argv = story.argv;
  facts.pids = story.pids;
  facts.stages = story.stages;
  facts.steps = story.steps;
  facts.steps_dropped = story.steps_dropped;
  facts.masks = masks_of(story.steps);
  facts.failures = failures_of(story.steps);
  facts.call_count = story.call_count;
  facts.calls_by_name = story.calls_by_name;
  facts.first = story.first;
  facts.last = story.last;
  facts.start_ns = story.start_ns;
  facts.end_ns = story.end_ns;
  facts.doubt = story.doubt;
  if (story.ending != Ending::kHandedOver) return;
  facts.handed = handed_facts(story);
  if (!facts.handed) return;
  facts.handed->cgroup.controls = controls_of(story.steps);
  facts.handed->filters = filters_of(story);
}

}  // namespace

ContainerFacts facts_of(const Container& container) {
  ContainerFacts facts;
  facts.number = container.number;
  facts.name = container.name;
  facts.short_name = container.short_name;
  facts.name_is_hostname = container.name_is_hostname;
  facts.isolation = container.isolation;
  facts.isolation_words = container.kind;
  facts.bundle = container.bundle;
  facts.rootfs = container.rootfs;
  facts.cgroup = container.cgroup;
  facts.hostname = container.hostname;
  facts.parent = container.parent;
  facts.parent_name = container.parent_name;
  take_set_up(facts, container.set_up);
  return facts;
}

ContainerFacts facts_of(const EntryMade& entry) {
  ContainerFacts facts;
  facts.kind = ContainerFacts::Kind::kEntry;
  facts.number = entry.container;
  facts.entry = entry.number;
  facts.name = entry.container_name;
  facts.short_name = entry.short_name;
  take_set_up(facts, entry.set_up);
  return facts;
}

ContainerFacts facts_of(const ProgramFailed& failed) {
  ContainerFacts facts;
  facts.ending = Ending::kFailed;
  facts.runtime = failed.program;
  facts.stages = failed.stages;
  facts.steps = failed.failures;
  facts.failures = failures_of(failed.failures);
  return facts;
}

}  // namespace cttrace
