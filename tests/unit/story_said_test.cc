// What programs write to their standard error stream: whose it is, and where it is told.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "cttrace/said.h"
#include "render/json.h"
#include "render/story.h"
#include "render/story_remarks.h"
#include "story_world.h"

namespace cttrace {
namespace {

using Words = StoryWorld::Words;

Call a_write(const std::string& text, int64_t result) {
  Call call = made_call("write", {2, text, text.size()});
  call.row = &row_for_stderr(*call.row);
  call.result = result;
  return call;
}
Call a_write(const std::string& text) { return a_write(text, static_cast<int64_t>(text.size())); }

TEST(Said, IsTheEndOfIt) {
  Said said;
  EXPECT_TRUE(said.empty());
  said.add(a_write("runc: "));
  said.add(a_write("no such file\n"));
  EXPECT_EQ(said.text, "runc: no such file\n");
  EXPECT_FALSE(said.cut);
  const std::string line(Said::kMost - 5, 'x');
  said.add(a_write(line + "\n"));
  EXPECT_EQ(said.text, line + "\n");
  EXPECT_TRUE(said.cut);
  // Of a long message the beginning says what it is about, and the end why.
  Said message;
  message.add(a_write("before\n"));
  message.add(a_write("runc: " + std::string(3000, 'y') + ": no space\n"));
  EXPECT_EQ(message.text.size(), Said::kMost);
  EXPECT_TRUE(message.text.starts_with("runc: yy")) << message.text;
  EXPECT_NE(message.text.find("yy\n...\nyy"), std::string::npos) << message.text;
  EXPECT_TRUE(message.text.ends_with("yy: no space\n")) << message.text;
  // One that has just room is kept whole.
  Said exact;
  const std::string most = std::string(Said::kMost - 1, 'z') + "\n";
  exact.add(a_write(most));
  EXPECT_EQ(exact.text, most);
}

TEST(Said, WhatWasWrittenCounts) {
  Said said;
  said.add(a_write("the first half", 9));
  EXPECT_EQ(said.text, "the first");
  said.add(a_write(", and nobody listens", -EPIPE));
  EXPECT_EQ(said.text, "the first, and nobody listens");
  Call unread = a_write("unknown");
  unread.args[1].reading = Reading::kFaulted;
  said.add(unread);
  EXPECT_EQ(said.text, "the first, and nobody listens");
  Call beginning = a_write("more");
  beginning.args[1].reading = Reading::kTruncated;
  said.add(beginning);
  EXPECT_EQ(said.text, "the first, and nobody listensmore\n...\n");
  // What is recorded of it ends somewhere.
  Said part;
  Call long_one = a_write("runc: " + std::string(3000, 'y'));
  long_one.args[1].reading = Reading::kTruncated;
  part.add(long_one);
  EXPECT_EQ(part.text, ("runc: " + std::string(3000, 'y')).substr(0, Said::kMost - 5) + "\n...\n");
}

TEST(Said, WhatIsDiscardedCountsWhereNothingElseIsSaid) {
  Call discarded = a_write("to nobody\n");
  discarded.args[0].file = File{.rdev_major = 1, .rdev_minor = 3, .mode = S_IFCHR | 0666};
  Said said;
  said.add(discarded);
  EXPECT_EQ(said.text, "to nobody\n");
  said.add(a_write("to somebody\n"));
  EXPECT_EQ(said.text, "to somebody\n");
  said.add(discarded);
  EXPECT_EQ(said.text, "to somebody\n");
  // Other devices are none.
  discarded.args[0].file = File{.rdev_major = 5, .rdev_minor = 3, .mode = S_IFCHR | 0666};
  said.add(discarded);
  discarded.args[0].file = File{.rdev_major = 1, .rdev_minor = 11, .mode = S_IFCHR | 0666};
  said.add(discarded);
  EXPECT_EQ(said.text, "to somebody\nto nobody\nto nobody\n");
}

TEST(Said, WhatWasSaidSinceThen) {
  Said said;
  const auto says_at = [&](uint64_t time_ns, const std::string& text) {
    Call call = a_write(text);
    call.start_ns = time_ns;
    said.add(call);
  };
  says_at(10, std::string(Said::kMost, 'x') + "\nabout another one\n");
  says_at(20, "this one\n");
  says_at(30, "and why\n");
  EXPECT_TRUE(said.cut);
  EXPECT_EQ(said.since(10).text, said.text);
  const Said later = said.since(20);
  EXPECT_EQ(later.text, "this one\nand why\n");
  EXPECT_FALSE(later.cut);
  EXPECT_EQ(said.since(25).text, "and why\n");
  EXPECT_TRUE(said.since(31).empty());
}

TEST(Said, WhatMayHaveFollowedIsNotSilentlyMissing) {
  Said said;
  for (int i = 1; i < CT_FEW; ++i) said.add(a_write("x\n"));
  EXPECT_FALSE(said.may_go_on());
  said.add(a_write("last\n"));
  EXPECT_TRUE(said.may_go_on());
  const std::vector<std::string> lines = lines_of(said);
  EXPECT_EQ(lines[lines.size() - 2], "last");
  EXPECT_EQ(lines.back(), "... (more may have followed: a thread's first 64 writes are recorded)");
}

Call a_kept_write(const std::string& text, uint64_t start_ns, Kept kept) {
  Call call = a_write(text);
  call.start_ns = start_ns;
  call.kept = kept;
  return call;
}

Said of_many_writes() {
  Said said;
  for (int i = 0; i < CT_FEW; ++i) {
    Call call = a_write("line " + std::to_string(i) + "\n");
    call.start_ns = static_cast<uint64_t>(i);
    said.add(call);
  }
  return said;
}

TEST(Said, LastWordsEndIt) {
  Said said = of_many_writes();
  said.add(a_kept_write("line 99\n", 100, {.left_out = 35, .behind = 1}));
  EXPECT_TRUE(said.may_go_on());
  said.add(a_kept_write("FATAL: no data\n", 101, {.left_out = 0, .behind = 0}));
  EXPECT_FALSE(said.may_go_on());
  EXPECT_TRUE(said.text.ends_with("line 63\n...\nline 99\nFATAL: no data\n")) << said.text;
  EXPECT_EQ(said.left_out, 35u);
  EXPECT_EQ(said.time_ns, 101u);
  const std::vector<std::string> lines = lines_of(said);
  ASSERT_EQ(lines.size(), 13u);
  EXPECT_EQ(lines[0], "...");
  EXPECT_EQ(std::vector(lines.end() - 4, lines.end()),
            (std::vector<std::string>{"line 63", "... (35 writes were left out)", "line 99", "FATAL: no data"}));
}

TEST(Said, WhatIsLeftOutIsSaidWhereItsPlaceIsNotTold) {
  Said said = of_many_writes();
  for (uint32_t i = 0; i < CT_KEPT; ++i)
    said.add(a_kept_write("last " + std::to_string(i) + "\n", 100 + i,
                          {.left_out = i == 0 ? 1u : 0u, .behind = CT_KEPT - 1 - i}));
  std::vector<std::string> lines = lines_of(said);
  ASSERT_EQ(lines.size(), 13u);
  EXPECT_EQ(lines.front(), "... (1 write was left out)");
  EXPECT_EQ(lines.back(), "last 15");
  // Nor where no room is left for it.
  said.add(a_kept_write(std::string(Said::kMost - 5, 'x'), 200, {}));
  lines = lines_of(said);
  EXPECT_EQ(lines.front(), "... (1 write was left out)");
  EXPECT_EQ(lines.size(), 2u);
}

TEST(Said, WithoutAGapNothingIsLeftOut) {
  Said said = of_many_writes();
  said.add(a_kept_write("the last one\n", 100, {}));
  EXPECT_TRUE(said.text.ends_with("line 63\nthe last one\n")) << said.text;
  EXPECT_EQ(said.left_out, 0u);
  EXPECT_EQ(lines_of(said).front(), "...");
}

// Two processes of a container: what the first one wrote last is recorded when it ends.
TEST(Said, WhatIsRecordedLateHasItsPlaceByItsTime) {
  Said said = of_many_writes();
  Call other = a_write("of another one\n");
  other.start_ns = 150;
  said.add(other);
  said.add(a_kept_write("unended", 100, {.left_out = 9, .behind = 1}));
  said.add(a_kept_write(" line\n", 101, {}));
  EXPECT_TRUE(said.text.ends_with("line 63\n...\nunended line\nof another one\n")) << said.text;
  EXPECT_EQ(said.time_ns, 150u);
  EXPECT_EQ(said.since(100).text, "...\nunended line\nof another one\n");
  EXPECT_EQ(said.since(100).left_out, 9u);
  EXPECT_EQ(said.since(101).text, " line\nof another one\n");
  EXPECT_EQ(said.since(101).left_out, 0u);
  EXPECT_EQ(lines_of(said.since(101)), (std::vector<std::string>{" line", "of another one"}));
  // Where later words have taken all the room, there is none.
  Call much = a_write(std::string(Said::kMost, 'x'));
  much.start_ns = 300;
  said.add(much);
  said.add(a_kept_write("too early\n", 200, {}));
  EXPECT_EQ(said.text, std::string(Said::kMost, 'x'));
}

TEST(Said, LastWordsToNobodyAreNone) {
  Call discarded = a_kept_write("to nobody\n", 100, {.left_out = 9, .behind = 0});
  discarded.args[0].file = File{.rdev_major = 1, .rdev_minor = 3, .mode = S_IFCHR | 0666};
  Said said = of_many_writes();
  said.add(discarded);
  EXPECT_TRUE(said.text.ends_with("line 63\n")) << said.text;
  EXPECT_EQ(said.left_out, 0u);
  EXPECT_FALSE(said.may_go_on());
}

TEST(Said, LastWordsThatCouldNotBeReadEndItToo) {
  Said said = of_many_writes();
  Call unread = a_kept_write("unknown", 100, {.left_out = 9, .behind = 0});
  unread.args[1].reading = Reading::kFaulted;
  said.add(unread);
  EXPECT_FALSE(said.may_go_on());
  EXPECT_EQ(said.left_out, 9u);
}

TEST(Said, WhatWasDiscardedWasWrittenToo) {
  Call discarded = a_write("to nobody\n");
  discarded.args[0].file = File{.rdev_major = 1, .rdev_minor = 3, .mode = S_IFCHR | 0666};
  Said said;
  for (int i = 1; i < CT_FEW; ++i) said.add(discarded);
  said.add(a_write("to somebody\n"));
  EXPECT_EQ(said.text, "to somebody\n");
  EXPECT_TRUE(said.may_go_on());
}

TEST(Said, WhatIsEmptyIsNotSaid) {
  Said said;
  for (int i = 0; i < CT_FEW; ++i) said.add(a_write(""));
  EXPECT_TRUE(lines_of(said).empty());
}

TEST(Said, HasTheTimeOfTheLastWrite) {
  Said said;
  for (const uint64_t time_ns : {7, 9}) {
    Call call = a_write("x\n");
    call.start_ns = time_ns;
    said.add(call);
    EXPECT_EQ(said.time_ns, time_ns);
  }
}

TEST(Said, LinesAreEscapedAndBounded) {
  EXPECT_TRUE(lines_of({}).empty());
  EXPECT_EQ(lines_of({.text = "one\r\n\n\x1b[31mtwo"}), (std::vector<std::string>{"one", "\\x1b[31mtwo"}));
  EXPECT_EQ(lines_of({.text = "rest\n", .cut = true}), (std::vector<std::string>{"...", "rest"}));
  std::string many;
  for (int i = 0; i < 30; ++i) many += std::to_string(i) + "\n";
  const std::vector<std::string> lines = lines_of({.text = many});
  ASSERT_EQ(lines.size(), 13u);
  EXPECT_EQ(lines.front(), "...");
  EXPECT_EQ(lines.back(), "29");
}

// Its words about other containers are no reason why this one failed.
TEST(StorySaidByDaemons, WhatWasSaidBeforeIsNotTold) {
  StoryWorld world;
  const auto says = [&](const Task& task, const std::string& text) {
    world.calls(task, "write", {2, text, text.size()}, [&](Call& call) {
      call.row = &row_for_stderr(*call.row);
      call.result = static_cast<int64_t>(text.size());
    });
  };
  const Task daemon = world.found(50);
  says(daemon, "another one has ended\n");
  const Task init = world.clones(daemon, 51, kMountsAndPids, {51, 1}, kInside);
  world.calls(init, "mount", {"tmpfs", "/mnt", "tmpfs", 0, null()});
  world.calls(daemon, "write", {3, "51", 2}, [](Call& call) {
    call.args[0].file = File{.path = "/sys/fs/cgroup/web/cgroup.procs", .fs_type = "cgroup2"};
  });
  says(daemon, "this one has not begun\n");
  world.ends(init, 1 << 8);
  world.passes(2'000'000'000);
  world.goes_on(daemon);
  const std::vector<Stage> stages = world.container().set_up.stages;
  const auto said = std::ranges::find(stages, 50u, [](const Stage& stage) { return stage.task.tid; });
  ASSERT_NE(said, stages.end());
  EXPECT_EQ(said->said.text, "this one has not begun\n");
}

Container told_of(Ending ending) {
  Container container;
  SetUpStory& story = container.set_up;
  story.ending = ending;
  story.runtime = {.name = "runc", .pid = 7};
  story.stages = {{.task = {.tid = 7}, .pids = {7}, .program = "runc", .end_ns = 9, .exit_code = 1 << 8},
                  {.task = {.tid = 8}, .pids = {8}, .name = "init", .program = "runc", .end_ns = 8}};
  story.stages[0].said = {.text = "first\n", .time_ns = 5};
  story.stages[1].said = {.text = "second\n", .time_ns = 7};
  story.steps = {{.start_ns = 6, .end_ns = 6, .facts = NameGiven{.name = "web"}}};
  return container;
}
std::string story_of(const News& news, bool verbose = false) {
  std::string text;
  StoryRenderer({.verbose = verbose, .quiet = true}, [&](std::string_view part) { text += part; }).news(news);
  std::ranges::replace(text, kNoBreak, ' ');
  return text;
}
// Those of the words that are in the text, if they are there in this order.
std::vector<std::string> in_order(const std::string& text, const std::vector<std::string>& words) {
  std::vector<std::string> found;
  size_t at = 0;
  for (const std::string& each : words) {
    const size_t next = text.find(each, at);
    if (next == std::string::npos) continue;
    found.push_back(each);
    at = next + each.size();
  }
  return found;
}

TEST(Remarks, AreAmongTheStepsInTheOrderOfTheirTimes) {
  const std::string text = story_of(told_of(Ending::kFailed));
  const std::vector<std::string> words = {"says         runc 7: first\n", "hostname web", "init 8: second\n",
                                          "runc 7 exited with 1\n"};
  EXPECT_EQ(in_order(text, words), words) << text;
  // Who ended well is not to blame.
  EXPECT_EQ(text.find("init 8 exited"), std::string::npos) << text;
}

TEST(Remarks, OnWhatWasHandedOverAreForWhoWantsAll) {
  const std::string text = story_of(told_of(Ending::kHandedOver));
  for (const char* words : {"says", "first", "second", "exited"})
    EXPECT_EQ(text.find(words), std::string::npos) << text;
  const std::string all = story_of(told_of(Ending::kHandedOver), true);
  const std::vector<std::string> words = {"runc 7: first\n", "hostname web", "init 8: second\n"};
  EXPECT_EQ(in_order(all, words), words) << all;
  EXPECT_EQ(all.find("runc 7 exited"), std::string::npos) << all;
}

TEST(Remarks, OnAProgramThatSetNothingUpAreInTheOrderOfTheirTimes) {
  ProgramFailed failed{.program = {.name = "runc", .pid = 7}, .exit_code = 1 << 8};
  failed.stages = told_of(Ending::kFailed).set_up.stages;
  std::swap(failed.stages[0].said, failed.stages[1].said);
  const std::vector<std::string> words = {"says         init 8: first\n", " second\n"};
  const std::string text = story_of(failed);
  EXPECT_EQ(in_order(text, words), words) << text;
  // The heading says it.
  EXPECT_EQ(text.find("runc 7: "), std::string::npos) << text;
}

TEST(Remarks, OnAnEntryAreOnOneThatFailed) {
  EntryEnded ended{.said = {.text = "cannot go on\n"}};
  EXPECT_EQ(story_of(ended).find("cannot go on"), std::string::npos);
  ended.exit_code = 1 << 8;
  EXPECT_NE(story_of(ended).find("says         cannot go on\n"), std::string::npos) << story_of(ended);
}

Json json_of(const News& news) {
  std::string text;
  make_renderer(Format::kNdjson, {}, [&](std::string_view part) { text += part; })->news(news);
  return Json::parse(text);
}

struct Ran : testing::Test {
  // A hook, and the runtime that has made it.
  SetUpStory story = {
      .stages = {{.task = {7, 1}, .name = "runc"},
                 {.task = {8, 1}, .name = "sleep", .made_by = 0, .start_ns = 5, .end_ns = 1'500'000'010}},
      .steps = {{.stage = 1, .start_ns = 10, .facts = ProgramRun{.path = "/bin/sleep", .argv = {"sleep", "1.5"}}}}};

  std::string text() const { return ran_text(story, story.steps[0]); }
};

TEST_F(Ran, AHelperIsToldHowLongItDid) {
  EXPECT_EQ(text(), "ran 1500.0 ms");
  story.stages[1].end_ns = 10 + kLong_ns - 1;
  EXPECT_EQ(text(), "");
}

TEST_F(Ran, NobodyElseIs) {
  // The program that is handed over to, the runtime, who executes itself again, and what could not be executed.
  story.program = {8, 1};
  EXPECT_EQ(text(), "");
  story.program = {};
  story.steps[0].stage = 0;
  EXPECT_EQ(text(), "");
  story.steps[0] = {.stage = 1, .start_ns = 10, .facts = ProgramRun{.path = "/bin/sleep", .itself = true}};
  EXPECT_EQ(text(), "");
  story.steps[0] = {.stage = 1, .start_ns = 10, .facts = ProgramRun{.path = "/bin/sleep"}, .error = 2};
  EXPECT_EQ(text(), "");
}

TEST_F(Ran, OfSeveralProgramsOfAProcessTheLastIsTheOneThatRan) {
  story.steps.push_back(story.steps[0]);
  story.steps[1].start_ns = 500'000'010;
  EXPECT_EQ(text(), "");
  EXPECT_EQ(ran_text(story, story.steps[1]), "ran 1000.0 ms");
}

TEST_F(Ran, WhoStillRunsMayBeWhatIsWaitedFor) {
  story.stages[1].end_ns = 0;
  EXPECT_EQ(text(), "");
  story.ending = Ending::kNotComplete;
  EXPECT_EQ(text(), "still runs");
}

TEST(SaidInJson, IsToldWithWhatIsMissingOfIt) {
  Container container = told_of(Ending::kFailed);
  container.set_up.stages[0].said = {.text = "rest\n", .cut = true, .time_ns = 5, .writes = CT_FEW};
  container.set_up.stages.push_back({.task = {.tid = 9}, .pids = {9}, .program = "quiet"});
  const Json set_up = json_of(container)["set_up"];
  const Json& stages = set_up["stages"];
  const Json cut = {{"text", "rest\n"}, {"cut", true}, {"may_go_on", true}, {"time_ns", 5}};
  EXPECT_EQ(stages[0].value("stderr", Json()), cut);
  const Json whole = {{"text", "second\n"}, {"time_ns", 7}};
  EXPECT_EQ(stages[1].value("stderr", Json()), whole);
  EXPECT_FALSE(stages[2].contains("stderr"));
  container.set_up.stages[0].said = {.text = "first\n...\nlast\n", .time_ns = 5, .left_out = 9};
  const Json with_a_gap = {{"text", "first\n...\nlast\n"}, {"left_out", 9}, {"time_ns", 5}};
  EXPECT_EQ(json_of(container)["set_up"]["stages"][0].value("stderr", Json()), with_a_gap);
}

TEST(SaidInJson, IsToldOfAProgramThatEndedWellToo) {
  const Said said = {.text = "done\n", .time_ns = 5};
  const Json told = {{"text", "done\n"}, {"time_ns", 5}};
  EXPECT_EQ(json_of(ContainerWentOn{.exit_code = 0, .said = said}).value("stderr", Json()), told);
  EXPECT_EQ(json_of(EntryEnded{.said = said}).value("stderr", Json()), told);
}

class StorySaid : public testing::Test {
 protected:
  StoryWorld world;
  Task runtime = world.starts(50, {"/usr/bin/made-up", "run", "web", "/bin/app"});

  void says(const Task& task, const std::string& text) {
    world.calls(task, "write", {2, text, text.size()}, [&](Call& call) {
      call.row = &row_for_stderr(*call.row);
      call.result = static_cast<int64_t>(text.size());
    });
  }
  std::string story() const {
    std::string text;
    StoryRenderer renderer({.quiet = true}, [&](std::string_view part) { text += part; });
    for (News& news : world.told()) {
      if (auto* container = std::get_if<Container>(&news)) container->set_up.state = nullptr;
      if (auto* entry = std::get_if<EntryMade>(&news)) entry->set_up.state = nullptr;
      renderer.news(news);
    }
    return text;
  }
};

struct Speakers : StorySaid {
  using StorySaid::runtime, StorySaid::says, StorySaid::world;
  void TestBody() override {}
};

TEST_F(StorySaid, ASetUpThatFailsHasItByWhoSaidIt) {
  const Task init = world.clones(runtime, 51, kMountsAndPids, {51, 1}, kInside);
  says(init, "init: no such file\n");
  world.ends(init, 1 << 8);
  says(runtime, "made-up: init failed\n");
  world.ends(runtime, 1 << 8);
  const std::vector<Stage> stages = world.container().set_up.stages;
  ASSERT_EQ(stages.size(), 2u);
  EXPECT_EQ(stages[0].said.text, "made-up: init failed\n");
  EXPECT_EQ(stages[1].said.text, "init: no such file\n");
  const std::string text = story();
  EXPECT_NE(text.find("says         made-up 51: init: no such file\n"), std::string::npos) << text;
  EXPECT_NE(text.find("made-up 50: made-up: init failed\n"), std::string::npos) << text;
  EXPECT_EQ(text.find("no traced call failed"), std::string::npos) << text;
}

// What it has made takes long to remove.
TEST_F(StorySaid, ARuntimeThatCleansUpForLongSaysWhyBehindThat) {
  const Task init = world.clones(runtime, 51, kMountsAndPids, {51, 1}, kInside);
  world.ends(init, 1 << 8);
  for (int i = 0; i < 3; ++i) {
    world.passes(2'000'000'000);
    world.goes_on(runtime);
  }
  says(runtime, "made-up: init failed\n");
  EXPECT_EQ(world.going_on(), 1u);
  world.ends(runtime, 1 << 8);
  EXPECT_EQ(world.going_on(), 0u);
  const std::string text = story();
  EXPECT_NE(text.find("says         made-up 50: made-up: init failed\n"), std::string::npos) << text;
}

TEST_F(StorySaid, TheProgramsIsNotItsRuntimes) {
  const Task init = world.clones(runtime, 51, kMountsAndPids, {51, 1}, kInside);
  says(init, "warning\n");
  world.runs_in(init, {"/bin/app"}, kInside, {51, 1});
  says(init, "app: cannot go on\n");
  const Task helper = world.forks(init, 52);
  says(helper, "helper: neither can I\n");
  world.ends(helper);
  world.ends(init, 3 << 8);
  EXPECT_EQ(world.container().set_up.stages.at(1).said.text, "warning\n");
  EXPECT_EQ(world.told_of<ContainerWentOn>().at(0).said.text, "app: cannot go on\nhelper: neither can I\n");
  const std::string text = story();
  EXPECT_NE(text.find("says         app: cannot go on\n"), std::string::npos) << text;
  EXPECT_NE(text.find(" helper: neither can I\n"), std::string::npos) << text;
  EXPECT_EQ(text.find("warning"), std::string::npos) << text;
}

TEST_F(StorySaid, WhatEndsWellIsNotAskedWhy) {
  const Task init = world.clones(runtime, 51, kMountsAndPids, {51, 1}, kInside);
  world.runs_in(init, {"/bin/app"}, kInside, {51, 1});
  says(init, "listening\n");
  world.ends(init);
  EXPECT_EQ(story().find("listening"), std::string::npos);
}

TEST_F(StorySaid, AnEntryHasItsOwn) {
  const Task init = world.clones(runtime, 51, kMountsAndPids, {51, 1}, kInside);
  world.runs_in(init, {"/bin/app"}, kInside, {51, 1});
  const Task entering = world.starts(60, {"/usr/bin/made-up", "exec", "web", "/bin/sh"});
  const NamespaceInodes joined = with(kHost, {{CT_NS_MNT, 500}});
  world.joins(entering, CLONE_NEWNS, 500, joined);
  says(entering, "no terminal\n");
  world.runs_in(entering, {"/bin/sh"}, joined, {60});
  says(entering, "sh: not found\n");
  world.ends(entering, 127 << 8);
  EXPECT_EQ(world.told_of<EntryEnded>().at(0).said.text, "sh: not found\n");
  const std::string text = story();
  EXPECT_NE(text.find("says         sh: not found\n"), std::string::npos) << text;
}

TEST_F(StorySaid, WhatAnEntryMakesSpeaksForTheEntryAndNotForTheContainer) {
  const Task init = world.clones(runtime, 51, kMountsAndPids, {51, 1}, kInside);
  world.runs_in(init, {"/bin/app"}, kInside, {51, 1});
  const Task entering = world.starts(60, {"/usr/bin/made-up", "exec", "web", "/bin/sh"});
  const NamespaceInodes joined = with(kHost, {{CT_NS_MNT, 500}});
  world.joins(entering, CLONE_NEWNS, 500, joined);
  world.runs_in(entering, {"/bin/sh"}, joined, {60});
  const Task child = world.clones(entering, 61, 0, {61}, joined);
  world.runs_in(child, {"/bin/cat"}, joined, {61});
  says(child, "cat: no such file\n");
  world.ends(child, 1 << 8);
  world.ends(entering, 1 << 8);
  EXPECT_EQ(world.told_of<EntryEnded>().at(0).said.text, "cat: no such file\n");
  world.ends(init, SIGKILL);
  for (const ContainerWentOn& each : world.told_of<ContainerWentOn>()) EXPECT_TRUE(each.said.empty()) << each.said.text;
}

TEST_F(StorySaid, WhoSetsSomethingUpInAContainerDoesNotSpeakForIt) {
  const Task init = world.clones(runtime, 51, kMountsAndPids, {51, 1}, kInside);
  world.runs_in(init, {"/bin/app"}, kInside, {51, 1});
  says(init, "app: cannot go on\n");
  const Task nested = world.forks(init, 52);
  world.unshares(nested, CLONE_NEWNS, with(kInside, {{CT_NS_MNT, 700}}));
  says(nested, "nested: no such file\n");
  world.ends(nested, 1 << 8);
  world.ends(init, 3 << 8);
  EXPECT_EQ(world.told_of<ContainerWentOn>().at(0).said.text, "app: cannot go on\n");
}

// It may say something before anybody knows that the container is for it.
TEST_F(StorySaid, AProgramThatIsToldLateHasSaidAll) {
  const Task init = world.clones(runtime, 51, kMountsAndPids, {51, 1}, kInside);
  const Task program = world.clones(init, 52, 0, {52, 2});
  says(program, "of its maker\n");
  world.runs_in(program, {"/bin/other"}, kInside, {52, 2});
  says(program, "before\n");
  world.ends(init);
  const Task child = world.clones(program, 53, 0, {53, 3});
  says(child, "after\n");
  world.ends(child);
  world.ends(program, 1 << 8);
  EXPECT_EQ(world.told_of<ContainerWentOn>().at(0).said.text, "before\nafter\n");
}

// What it says is told of the container that it is in; it ends all the others, too.
TEST_F(StorySaid, AProgramThatWasThatOfSeveralSpeaksForAll) {
  const Task init = world.clones(runtime, 51, kMountsAndPids, {51, 1}, kInside);
  world.runs_in(init, {"/bin/app"}, kInside, {51, 1});
  const NamespaceInodes nested = with(kInside, {{CT_NS_MNT, 700}});
  world.unshares(init, CLONE_NEWNS, nested);
  world.runs_in(init, {"/bin/nested"}, nested, {51, 1});
  says(init, "cannot go on\n");
  world.ends(init, 1 << 8);
  const std::vector<ContainerWentOn> told = world.told_of<ContainerWentOn>();
  ASSERT_EQ(told.size(), 2u);
  for (const ContainerWentOn& each : told) EXPECT_EQ(each.said.text, "cannot go on\n");
}

// It executed another one; what it said before counts where that says nothing.
TEST_F(StorySaid, OfAProcessTheLastProgramIsHeard) {
  const auto said_where = [](const std::string& last) {
    Speakers each;
    const Task helper = each.world.clones(each.runtime, 52, 0, {52});
    each.world.calls(helper, "prctl", {38 /* PR_SET_NO_NEW_PRIVS */, 1, 0, 0, 0});
    each.says(helper, "first\n");
    each.world.runs(helper, {"/bin/helper"});
    if (!last.empty()) each.says(helper, last);
    each.world.ends(helper, 1 << 8);
    const Task init = each.world.clones(each.runtime, 51, kMountsAndPids, {51, 1}, kInside);
    each.world.ends(init, 1 << 8);
    each.world.ends(each.runtime, 1 << 8);
    for (const Stage& stage : each.world.container().set_up.stages)
      if (stage.task.tid == 52) return stage.said.text;
    return std::string("nobody");
  };
  EXPECT_EQ(said_where("second\n"), "second\n");
  EXPECT_EQ(said_where(""), "first\n");
}

// Nothing that is traced need have failed.
TEST_F(StorySaid, ARuntimeThatSetsNothingUpSaysWhy) {
  says(runtime, "made-up: config.json: unexpected end\n");
  world.ends(runtime, 1 << 8);
  const std::vector<ProgramFailed> told = world.told_of<ProgramFailed>();
  ASSERT_EQ(told.size(), 1u);
  EXPECT_TRUE(told[0].failures.empty());
  EXPECT_EQ(told[0].stages.at(0).said.text, "made-up: config.json: unexpected end\n");
  EXPECT_NE(story().find("says         made-up: config.json: unexpected end\n"), std::string::npos);
}

// Only what nothing that is told accounts for.
TEST_F(StorySaid, HowCommandFailedIsToldBehindWhatWentWell) {
  const auto end_where = [](uint32_t app_ends, uint32_t command_ends) {
    Speakers each;
    const Task init = each.world.clones(each.runtime, 51, kMountsAndPids, {51, 1}, kInside);
    each.world.runs_in(init, {"/bin/app"}, kInside, {51, 1});
    each.world.ends(init, app_ends);
    each.world.ends(each.runtime, app_ends);
    each.says(each.world.shell, "sh: no such file\n");
    each.world.ends(each.world.shell, command_ends);
    std::string text;
    StoryRenderer renderer({.quiet = true}, [&](std::string_view part) { text += part; });
    EventNumber number = 0;
    for (const Event& event : each.world.events) renderer.event(event, ++number);
    for (News& news : each.world.told()) {
      if (auto* container = std::get_if<Container>(&news)) container->set_up.state = nullptr;
      renderer.news(news);
    }
    renderer.end({}, true);
    return text.substr(text.rfind("\n\n") + 2);
  };
  EXPECT_EQ(end_where(0, 2 << 8), "sh 5 exited with 2. It says:\n  sh: no such file\n");
  EXPECT_EQ(end_where(0, 0).find("sh 5"), std::string::npos);
  EXPECT_EQ(end_where(3 << 8, 2 << 8).find("sh 5"), std::string::npos);
}

TEST_F(StorySaid, AnyOtherProgramMayComplain) {
  const Task other = world.starts(60, {"/bin/ls", "/nope"});
  says(other, "ls: cannot access '/nope'\n");
  world.ends(other, 2 << 8);
  world.ends(runtime);
  EXPECT_TRUE(world.told().empty());
}

}  // namespace
}  // namespace cttrace
