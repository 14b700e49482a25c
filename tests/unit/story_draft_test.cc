// Steps are kept by who took them, and of too many those that say least are forgotten first.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "story/draft.h"

namespace cttrace {
namespace {

constexpr TaskId kInit = {.tid = 51, .start_ns = 1}, kOther = {.tid = 52, .start_ns = 1};

Step gives(const std::string& name) { return {.facts = NameGiven{.name = name}}; }
Step runs(const std::string& path) { return {.facts = ProgramRun{.path = path}}; }
Step fails_to_run(const std::string& path) { return {.facts = ProgramRun{.path = path}, .error = ENOENT}; }
Step runs_itself(const std::string& path) { return {.facts = ProgramRun{.path = path, .itself = true}}; }

Draft::Part part_of(TaskId process, std::vector<Step> steps) {
  return {.stage = {.task = process}, .steps = std::move(steps)};
}
std::vector<std::string> words_of(const Draft::Part* part) {
  std::vector<std::string> words;
  for (const Step& step : part ? part->steps : std::vector<Step>()) {
    const auto* const run = std::get_if<ProgramRun>(&step.facts);
    words.push_back(run ? run->path : std::get<NameGiven>(step.facts).name);
  }
  return words;
}

using Words = std::vector<std::string>;

// What is left of six steps where six are too many.
Words left_of(std::vector<Step> steps, uint64_t dropped) {
  Draft draft(6);
  draft.add(part_of(kInit, std::move(steps)));
  EXPECT_EQ(draft.dropped(), dropped);
  return words_of(draft.find(kInit));
}

TEST(Draft, OfTooManyStepsHelpersGoFirst) {
  EXPECT_EQ(left_of({gives("a"), runs("1"), runs("2"), gives("b"), runs("3"), gives("c")}, 3), (Words{"a", "b", "c"}));
  // No more of them than there is need.
  EXPECT_EQ(left_of({gives("a"), runs("1"), runs("2"), runs("3"), runs("4"), runs("5")}, 3), (Words{"a", "4", "5"}));
}

TEST(Draft, WithoutHelpersTheOldestGo) {
  EXPECT_EQ(left_of({gives("a"), gives("b"), gives("c"), gives("d"), gives("e"), gives("f")}, 3),
            (Words{"d", "e", "f"}));
}

TEST(Draft, WhatFailedAndWhoRunsItselfAreNoHelpers) {
  EXPECT_EQ(left_of({fails_to_run("1"), fails_to_run("2"), fails_to_run("3"), runs("4"), runs("5"), runs("6")}, 3),
            (Words{"1", "2", "3"}));
  EXPECT_EQ(left_of({runs_itself("1"), runs_itself("2"), runs_itself("3"), runs("4"), runs("5"), runs("6")}, 3),
            (Words{"1", "2", "3"}));
}

TEST(Draft, WhatIsTakenMakesRoom) {
  Draft draft(6);
  draft.add(part_of(kInit, {gives("a"), gives("b"), gives("c")}));
  EXPECT_FALSE(draft.take_part(kOther));
  const std::optional<Draft::Part> taken = draft.take_part(kInit);
  ASSERT_TRUE(taken);
  EXPECT_EQ(words_of(&*taken), (Words{"a", "b", "c"}));
  EXPECT_EQ(draft.find(kInit), nullptr);
  draft.add(part_of(kOther, {gives("d"), gives("e"), gives("f")}));
  EXPECT_EQ(draft.dropped(), 0u);
  EXPECT_EQ(words_of(draft.find(kOther)), (Words{"d", "e", "f"}));
}

// It may have been looked for before; what anybody else did at that time goes on.
TEST(Draft, WhoExecutesAProgramTakesItsSearchAlong) {
  constexpr uint64_t kBegun = 10;
  const auto from_to = [](Step step, uint64_t start_ns, uint64_t end_ns) {
    step.start_ns = start_ns;
    step.end_ns = end_ns;
    return step;
  };
  Draft draft(99);
  draft.add(
      part_of(kInit, {from_to(runs("done"), 1, 2), from_to(gives("name"), 3, 15), from_to(runs("looked"), 4, 12)}));
  draft.add(part_of(kOther, {from_to(runs("beside"), 5, 20), from_to(gives("later"), 11, 12)}));
  const std::vector<Draft::Part> taken = draft.end_at(kBegun, kInit);
  ASSERT_EQ(taken.size(), 2u);
  EXPECT_EQ(words_of(&taken[0]), Words{"looked"});
  EXPECT_EQ(words_of(&taken[1]), Words{"later"});
  EXPECT_EQ(words_of(draft.find(kInit)), (Words{"done", "name"}));
  EXPECT_EQ(words_of(draft.find(kOther)), Words{"beside"});
}

}  // namespace
}  // namespace cttrace
