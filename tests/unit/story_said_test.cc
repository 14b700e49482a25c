// What programs write to their standard error stream: whose it is, and where it is told.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "cttrace/said.h"
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
  // A line that is longer is not kept from its beginning.
  Said one_line;
  one_line.add(a_write(std::string(3000, 'y')));
  EXPECT_EQ(one_line.text, std::string(Said::kMost, 'y'));
  EXPECT_TRUE(one_line.cut);
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
  EXPECT_EQ(said.text, "the first, and nobody listensmore...\n");
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
  // Another device is none.
  discarded.args[0].file = File{.rdev_major = 5, .rdev_minor = 3, .mode = S_IFCHR | 0666};
  said.add(discarded);
  EXPECT_EQ(said.text, "to somebody\nto nobody\n");
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
  world.runs_in(entering, {"/bin/sh"}, joined, {60});
  says(entering, "sh: not found\n");
  world.ends(entering, 127 << 8);
  EXPECT_EQ(world.told_of<EntryEnded>().at(0).said.text, "sh: not found\n");
  const std::string text = story();
  EXPECT_NE(text.find("says         sh: not found\n"), std::string::npos) << text;
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

TEST_F(StorySaid, AnyOtherProgramMayComplain) {
  const Task other = world.starts(60, {"/bin/ls", "/nope"});
  says(other, "ls: cannot access '/nope'\n");
  world.ends(other, 2 << 8);
  world.ends(runtime);
  EXPECT_TRUE(world.told().empty());
}

}  // namespace
}  // namespace cttrace
