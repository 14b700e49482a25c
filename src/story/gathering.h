// From drafts to a story.
#pragma once

#include <map>
#include <vector>

#include "cttrace/story.h"
#include "story/draft.h"
#include "story/related.h"
#include "story/roots.h"

namespace cttrace {

// How somebody wants to die whose set-up has not begun does not concern a container.
bool is_how_to_die(const Step& step);

class Gathering {
 public:
  // `inside`: of who was in the set-up itself.
  void take(Draft& draft, bool inside);
  // Only the steps that concern the subject, `is_its`: the others stay. False: there are none.
  using IsIts = bool (*)(const Step& step, const Subject& subject);
  bool take_from(Draft& draft, const Subject& subject, IsIts is_its = concerns);

  // Stages, steps and counts.
  void fill(SetUpStory& story, const Roots& roots, TaskId program);

 private:
  using StepsByStage = std::map<uint32_t, std::vector<Step>>;

  void drop_idle(TaskId program);
  // Takes the steps out of the parts.
  StepsByStage fill_stages(SetUpStory& story);

  std::vector<Draft::Part> parts_;
  uint64_t dropped_ = 0;
};

}  // namespace cttrace
