// Why no container may have come to be.
#include "render/nothing_set_up.h"

#include <gtest/gtest.h>

#include <cerrno>

#include "story_world.h"

namespace cttrace {
namespace {

class Nothing : public testing::Test {
 protected:
  void says(const Task& task, const std::string& text) {
    world_.calls(task, "write", {2, text, text.size()}, [&](Call& call) {
      call.row = &row_for_stderr(*call.row);
      call.result = static_cast<int64_t>(text.size());
    });
  }
  Task starts(uint32_t tid, const std::string& path) {
    return world_.starts(tid, {path}, [&](Snapshot& snapshot) { snapshot.exe = File{.path = path}; });
  }
  std::string text() const {
    NothingSetUp nothing;
    for (const Event& event : world_.events) nothing.see(event);
    return nothing.text();
  }

  StoryWorld world_;
};

TEST_F(Nothing, TheLastProgramThatFailedSaysWhy) {
  EXPECT_EQ(text(), "");
  const Task first = starts(50, "/bin/first"), last = starts(60, "/bin/last");
  says(first, "not this\n");
  says(last, "no space\n");
  world_.ends(first, 1 << 8);
  world_.ends(last, 2 << 8);
  EXPECT_EQ(text(), "last 60 exited with 2. It says:\n  no space\n");
}

TEST_F(Nothing, WhatFollowsFromTheEndOfAllIsNotWhy) {
  const Task child = starts(50, "/bin/child");
  world_.ends(world_.shell, SIGKILL, Killer{.kind = Killer::Kind::kProcess, .pid = 7, .comm = "bash"});
  world_.ends(child, SIGPIPE);
  EXPECT_EQ(text(), "sh 5 killed by SIGKILL, by bash 7.\n");
}

// Others that were there go on.
TEST_F(Nothing, WhatFailsBehindOneOfManyMayBeWhy) {
  world_.found(6, [](Snapshot& snapshot) { snapshot.exe = File{.path = "/bin/other"}; });
  const Task child = starts(50, "/bin/child");
  world_.ends(world_.shell, SIGKILL);
  world_.ends(child, 1 << 8);
  EXPECT_TRUE(text().starts_with("child 50 exited with 1")) << text();
}

TEST_F(Nothing, WhoSaysNothingItselfEndsForWhatAnotherHasSaid) {
  const Task shell = starts(50, "/bin/dash"), child = starts(60, "/bin/newuidmap");
  says(child, "not allowed\n");
  world_.ends(child, 1 << 8);
  world_.ends(shell, 3 << 8);
  EXPECT_EQ(text(), "dash 50 exited with 3. Before that newuidmap 60 (exited with 1) said:\n  not allowed\n");
}

TEST_F(Nothing, OfWhatIsToldCommandMayBeMissing) {
  NothingSetUp nothing;
  nothing.something_is_told();
  const Task child = starts(50, "/bin/child");
  says(child, "not this\n");
  world_.ends(child, 1 << 8);
  says(world_.shell, "no such runtime\n");
  for (const Event& event : world_.events) nothing.see(event);
  EXPECT_EQ(nothing.command_text(), "");
  world_.ends(world_.shell, 125 << 8);
  nothing.see(world_.events.back());
  EXPECT_EQ(nothing.command_text(), "sh 5 exited with 125. It says:\n  no such runtime\n");
}

TEST_F(Nothing, WhatCommandDidNotSayItselfIsNotRepeated) {
  const Task child = starts(50, "/bin/child");
  says(child, "not this\n");
  world_.ends(child, 1 << 8);
  world_.ends(world_.shell, 2 << 8);
  NothingSetUp nothing;
  for (const Event& event : world_.events) nothing.see(event);
  EXPECT_EQ(nothing.command_text(), "sh 5 exited with 2.\n");
}

TEST_F(Nothing, WhatHasNoNameHasThatOfItsThread) {
  const Task task =
      world_.starts(50, {"x"}, [](Snapshot& snapshot) { snapshot.exe = File{.path = "/"}, snapshot.comm = "runc"; });
  world_.ends(task, SIGPIPE, Killer{.kind = Killer::Kind::kProcess, .pid = 7, .comm = "conmon"});
  EXPECT_EQ(text(), "runc 50 killed by SIGPIPE, by conmon 7.\n");
}

TEST_F(Nothing, WhereNobodyHasFailedTheLastCallThatDidIsTold) {
  const Task daemon = starts(50, "/usr/bin/dockerd");
  world_.fails(daemon, "mount", {"overlay", "/merged", "overlay", 0, null()}, ENOENT);
  // What cleans up behind it is not why.
  world_.fails(daemon, "umount2", {"/merged", 0}, EINVAL);
  says(daemon, "one\ntwo\nthree\nlevel=error\n");
  EXPECT_EQ(text(),
            "The last call that failed is one of dockerd 50:\n"
            "  mount(\"overlay\", \"/merged\", \"overlay\", 0, NULL) = -1 ENOENT (No such file or directory)\n"
            "dockerd 50 has said last:\n  two\n  three\n  level=error\n");
}

TEST_F(Nothing, OfAChildThatHasExecutedNothingItIsTheMakers) {
  const Task daemon = starts(50, "/usr/bin/dockerd");
  const Task child = world_.forks(daemon, 51);
  world_.fails(child, "unshare", {CLONE_NEWNS}, ENOSPC);
  EXPECT_TRUE(text().starts_with("The last call that failed is one of dockerd 51:\n  unshare(")) << text();
}

TEST_F(Nothing, APathThatWasSearchedHasNotFailed) {
  const Task task = starts(50, "/bin/sh");
  world_.fails(task, "execve", {"/usr/local/bin/app", std::vector<std::string>{"app"}, null()}, ENOENT);
  EXPECT_NE(text(), "");
  world_.runs(task, {"/usr/bin/app"});
  EXPECT_EQ(text(), "");
}

TEST_F(Nothing, WhoIsNotTracedCouldBe) {
  const Task stranger{.tid = 70, .tgid = 70, .start_ns = 1, .stranger = true};
  Snapshot there =
      world_.snapshot(stranger, [](Snapshot& snapshot) { snapshot.exe = File{.path = "/usr/bin/kubelet"}; });
  there.at_start = true;
  world_.apply(there);
  world_.fails(stranger, "mount", {"x", "/y", "nfs", 0, null()}, ENODEV);
  EXPECT_TRUE(text().starts_with(
      "The last call that failed is one of kubelet 70, who is not traced (-p 70 traces it, too):\n  mount("))
      << text();
}

}  // namespace
}  // namespace cttrace
