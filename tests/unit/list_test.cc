// The format `list`: a line a container.
#include "render/list.h"

#include <gtest/gtest.h>
#include <sys/mount.h>

#include <algorithm>
#include <sstream>

#include "story_world.h"

namespace cttrace {
namespace {

struct List : testing::Test {
  StoryWorld world;

  std::string list(size_t width = 0) const {
    std::string text;
    ListRenderer renderer({.width = width, .quiet = true}, [&](std::string_view part) { text += part; });
    renderer.begin(made_info());
    for (News& news : world.told()) renderer.news(news);
    renderer.end({}, true);
    return text;
  }
  Task starts(uint32_t pid, const std::string& name) {
    const Task runtime = world.starts(pid, {"/usr/bin/made-up", "run", name});
    return world.clones(runtime, pid + 1, kMountsAndPids, {pid + 1, 1}, inside(pid));
  }
  static NamespaceInodes inside(uint32_t pid) {
    return with(kHost, {{CT_NS_MNT, 500 + pid}, {CT_NS_PID, 600 + pid}, {CT_NS_PID_FOR_CHILDREN, 600 + pid}});
  }
  Task runs(uint32_t pid, const std::string& name) {
    const Task init = starts(pid, name);
    world.runs_in(init, {"/bin/app"}, inside(pid), {pid + 1, 1});
    return init;
  }
};

// The words of the line that `word` is in.
std::vector<std::string> line_with(const std::string& text, const std::string& word) {
  std::vector<std::string> words;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.find(word) == std::string::npos) continue;
    std::istringstream in(line);
    for (std::string each; in >> each;) words.push_back(each);
    break;
  }
  return words;
}
std::string end_of(const std::vector<std::string>& words, size_t count) {
  std::string text;
  for (size_t i = words.size() - std::min(count, words.size()); i < words.size(); ++i)
    text += (text.empty() ? "" : " ") + words[i];
  return text;
}

// What it ends with need not say most.
TEST_F(List, OfManyLinesTheOneThatSaysMostIsShown) {
  uint32_t pid = 100;
  for (const auto& [said, shown] :
       {std::pair("mount: /mnt: not a directory.\n       dmesg(1) may have more.\n", "mount: /mnt: not a directory."),
        std::pair("panic: no exec\n\ngoroutine 1 [running]:\nmain.main()\n\tmain.go:41\n", "panic: no exec"),
        std::pair("failed to write: Invalid argument\nnsexec: cannot go on\n0+0 records out\n",
                  "failed to write: Invalid argument"),
        std::pair("permission denied by nobody\npanic: init failed\n", "permission denied by nobody"),
        std::pair("conf: No such file or directory\nFATAL: no answer\n", "FATAL: no answer"),
        std::pair("level=warning: no such file or directory\nthe end\n", "the end"),
        std::pair("  first\n  second\n", "first"), std::pair("cause\n...\n", "cause")}) {
    const Task init = runs(pid, "c" + std::to_string(pid));
    const std::string text = said;
    world.calls(init, "write", {2, text, text.size()}, [&](Call& call) {
      call.row = &row_for_stderr(*call.row);
      call.result = static_cast<int64_t>(text.size());
    });
    world.ends(init, 1 << 8);
    EXPECT_NE(list().find("ms: " + std::string(shown) + "\n"), std::string::npos) << list();
    pid += 10;
  }
}

TEST_F(List, SaysHowEachWent) {
  runs(100, "lives");
  world.ends(runs(200, "leaves"), 3 << 8);
  starts(300, "begins");
  const std::string text = list();
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 4) << text;
  EXPECT_EQ(end_of(line_with(text, "lives"), 2), "app runs") << text;
  EXPECT_EQ(end_of(line_with(text, "leaves"), 7).substr(0, 24), "app exited with 3 after ") << text;
  EXPECT_EQ(end_of(line_with(text, "begins"), 5), "not complete when tracing ended") << text;
  EXPECT_LT(text.find("lives"), text.find("leaves"));
}

TEST_F(List, SaysWhyOneHasFailed) {
  const Task runtime = world.starts(300, {"/usr/bin/made-up", "run", "fails"});
  const Task init = world.clones(runtime, 301, kMountsAndPids, {301, 1}, inside(300));
  world.fails(init, "mount", {"/nosuch", "/mnt", null(), MS_BIND, null()}, ENOENT);
  world.ends(init, 1 << 8);
  world.ends(runtime, 1 << 8);
  EXPECT_NE(list().find("NOT STARTED: /nosuch"), std::string::npos) << list();
  EXPECT_NE(list().find("ENOENT"), std::string::npos) << list();
  EXPECT_EQ(list().find('\x01'), std::string::npos) << list();
}

// What it says says more than the call that failed.
TEST_F(List, SaysWhatItSays) {
  const Task runtime = world.starts(300, {"/usr/bin/made-up", "run", "fails"});
  const Task init = world.clones(runtime, 301, kMountsAndPids, {301, 1}, inside(300));
  world.fails(init, "mount", {"/nosuch", "/mnt", null(), MS_BIND, null()}, ENOENT);
  const std::string said = "warning\nmade-up: no \x1b[31mvolume\n";
  world.calls(init, "write", {2, said, said.size()}, [&](Call& call) {
    call.row = &row_for_stderr(*call.row);
    call.result = static_cast<int64_t>(said.size());
  });
  world.ends(init, 1 << 8);
  world.ends(runtime, 1 << 8);
  EXPECT_NE(list().find("NOT STARTED: made-up: no \\x1b[31mvolume\n"), std::string::npos) << list();
}

// The others only say that it has failed.
TEST_F(List, SaysWhatWhoFailedFirstSays) {
  const Task runtime = world.starts(300, {"/usr/bin/made-up", "run", "fails"});
  const Task init = world.clones(runtime, 301, kMountsAndPids, {301, 1}, inside(300));
  const auto says = [&](const Task& task, const std::string& text) {
    world.calls(task, "write", {2, text, text.size()}, [&](Call& call) {
      call.row = &row_for_stderr(*call.row);
      call.result = static_cast<int64_t>(text.size());
    });
  };
  says(init, "no volume\n");
  world.ends(init, 1 << 8);
  says(runtime, "short read\n");
  world.ends(runtime, 1 << 8);
  EXPECT_NE(list().find("NOT STARTED: no volume\n"), std::string::npos) << list();
}

// It was of no use, and no reason.
TEST_F(List, BlamesNoCallBehindWhichItWentOn) {
  const Task runtime = world.starts(300, {"/usr/bin/made-up", "run", "fails"});
  const Task init = world.clones(runtime, 301, kMountsAndPids, {301, 1}, inside(300));
  world.fails(init, "mount", {"/nosuch", "/mnt", null(), MS_BIND, null()}, ENOENT);
  world.calls(init, "mount", {"tmpfs", "/mnt", "tmpfs", 0, null()});
  world.ends(init, 226 << 8);
  world.ends(runtime, 1 << 8);
  EXPECT_NE(list().find("NOT STARTED: made-up 301 exited with 226"), std::string::npos) << list();
}

TEST_F(List, SaysWhatFailedForAContainerThatWasThere) {
  const Task runtime = world.starts(300, {"/usr/bin/made-up", "run", "web"});
  const Task init = world.clones(runtime, 301, kMountsAndPids, {301, 1}, inside(300));
  world.runs_in(init, {"/bin/app"}, inside(300), {301, 1});
  const auto starts_hook = [&](uint32_t pid, const std::string& name, uint32_t code) {
    const Task hook = world.forks(runtime, pid);
    world.runs(hook, {name});
    const std::string said = "cannot " + name + "\n";
    world.calls(hook, "write", {2, said, said.size()}, [&](Call& call) {
      call.row = &row_for_stderr(*call.row);
      call.result = static_cast<int64_t>(said.size());
    });
    world.ends(hook, code);
  };
  starts_hook(310, "/bin/hook", 3 << 8);
  starts_hook(320, "/bin/other", 0);
  const std::vector<std::string> words = line_with(list(), "for web");
  EXPECT_EQ(end_of(words, 8), "for web hook exited with 3: cannot /bin/hook") << list();
  EXPECT_EQ(list().find("other"), std::string::npos) << list();
}

TEST_F(List, SaysWhoWasKilledThatServedAContainer) {
  const Task runtime = world.starts(300, {"/usr/bin/made-up", "run", "web"});
  const Task init = world.clones(runtime, 301, kMountsAndPids, {301, 1}, inside(300));
  world.runs_in(init, {"/bin/app"}, inside(300), {301, 1});
  world.ends(runtime, SIGKILL);
  const std::vector<std::string> words = line_with(list(), "for web");
  EXPECT_EQ(end_of(words, 6), "for web made-up killed by SIGKILL") << list();
  EXPECT_EQ(end_of(line_with(list(), " app "), 2), "app runs") << list();
}

TEST_F(List, IsNoWiderThanAskedFor) {
  runs(100, "lives");
  const Task runtime = world.starts(300, {"/usr/bin/made-up", "run", "fails"});
  const Task init = world.clones(runtime, 301, kMountsAndPids, {301, 1}, inside(300));
  world.fails(init, "mount", {"/nosuch/one/two", "/mnt/three/four", null(), MS_BIND, null()}, ENOENT);
  world.ends(init, 1 << 8);
  world.ends(runtime, 1 << 8);
  std::istringstream lines(list(90));
  for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 90u) << line;
}

TEST_F(List, SaysWhatSetNothingUp) {
  const Task runtime = world.starts(300, {"/usr/bin/made-up", "run", "fails"});
  world.fails(runtime, "unshare", {CLONE_NEWNS}, ENOSPC);
  world.ends(runtime, 1 << 8);
  const std::vector<std::string> words = line_with(list(), "nothing set up");
  ASSERT_FALSE(words.empty()) << list();
  EXPECT_NE(list().find("exited with 1: "), std::string::npos) << list();
  EXPECT_NE(list().find("ENOSPC"), std::string::npos) << list();
}

TEST_F(List, SaysWhereNothingWasTold) {
  EXPECT_EQ(list(), "No container was set up: 0 programs began, 0 calls traced.\n");
}

}  // namespace
}  // namespace cttrace
