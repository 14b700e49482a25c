// Steps in words.
#include "render/story_words.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>

#include "render/story.h"

namespace cttrace {
namespace {

std::string words(StepFacts facts, int error = 0, uint32_t calls = 1) {
  Step step{.facts = std::move(facts), .call_count = calls, .error = error};
  std::string text = words_of(step, {});
  std::ranges::replace(text, kNoBreak, ' ');
  return text;
}

// Of a set-up that failed, by how its process ended, and another one that it made.
std::string told(uint32_t exit_code, uint32_t normal_failures, int error = 0, uint32_t others_code = 0) {
  Container container;
  SetUpStory& story = container.set_up;
  story.ending = Ending::kFailed;
  story.runtime = {.name = "runc", .pid = 7};
  story.normal_failures = normal_failures;
  story.stages = {{.task = {.tid = 7}, .pids = {7}, .program = "runc", .end_ns = 9, .exit_code = exit_code},
                  {.task = {.tid = 8}, .pids = {8}, .program = "runc", .end_ns = 8, .exit_code = others_code}};
  story.steps = {{.facts = NameGiven{.name = "web"}, .error = error}};
  std::string text;
  StoryRenderer({.quiet = true}, [&](std::string_view part) { text += part; }).news(container);
  return text;
}

TEST(StoryWords, WhatIsLeftOutIsSaidBeforeWhatIsThere) {
  Container container;
  container.set_up.stages = {{.pids = {7}, .program = "runc"}};
  container.set_up.steps = {{.facts = NameGiven{.name = "web"}}};
  container.set_up.steps_dropped = 5;
  std::string text;
  StoryRenderer({.quiet = true}, [&](std::string_view part) { text += part; }).news(container);
  const size_t left_out = text.find("5 steps left out, more than are kept"), step = text.find("hostname web");
  ASSERT_NE(left_out, std::string::npos) << text;
  EXPECT_LT(left_out, step) << text;
}

bool says(const std::string& text, std::string_view words) { return text.find(words) != std::string::npos; }

TEST(StoryWords, WhatTheRuntimeHasPrintedIsOnlyToBlameWhereNothingElseIs) {
  EXPECT_TRUE(says(told(0x100, 0), "no traced call failed: what runc has printed or logged may say why"));
  EXPECT_TRUE(says(told(0x100, 2), "no traced call failed but those that usually do: what runc has printed"));
  EXPECT_FALSE(says(told(0x100, 0, EPERM), "no traced call failed"));
  EXPECT_TRUE(says(told(11, 0), "runc 7 killed by SIGSEGV"));
  EXPECT_FALSE(says(told(11, 0), "no traced call failed"));
  // The runtime gives up and kills the other; the runtime is killed, and the other gives up.
  EXPECT_TRUE(says(told(0x100, 0, 0, SIGKILL), "no traced call failed: what runc has printed or logged may say why"));
  EXPECT_FALSE(says(told(SIGKILL, 0, 0, 0x100), "no traced call failed"));
  // The other has brought it upon itself.
  EXPECT_TRUE(says(told(159 << 8, 0, 0, SIGSYS), "runc 8 killed by SIGSYS, by a seccomp filter"));
  EXPECT_FALSE(says(told(159 << 8, 0, 0, SIGSYS), "no traced call failed"));
}

std::string killed(const Killer& killer, uint32_t code = SIGKILL) {
  const std::vector<Stage> stages = {{.task = {.tid = 8}, .pids = {8}, .name = "init", .program = "runc"}};
  Around around{};
  around.stages = &stages;
  std::string text = by_whom(killer, 9, code, around);
  std::ranges::replace(text, kNoBreak, ' ');
  return text;
}

TEST(StoryWords, WhoKilledAProcess) {
  using Kind = Killer::Kind;
  EXPECT_EQ(by_whom({}, 9, SIGKILL, {}), "");
  EXPECT_EQ(killed({.kind = Kind::kProcess, .pid = 7, .comm = "runc"}), ", by runc 7");
  EXPECT_EQ(killed({.kind = Kind::kProcess, .pid = 7}), ", by process 7");
  EXPECT_EQ(by_whom({}, 9, SIGSYS, {}), ", by a seccomp filter");
  EXPECT_EQ(killed({.kind = Kind::kProcess, .pid = 7, .comm = "runc"}, SIGSYS), ", by runc 7");
  EXPECT_EQ(killed({.kind = Kind::kProcess, .pid = 8, .comm = "runc:[2:INIT]"}), ", by init 8");
  EXPECT_EQ(killed({.kind = Kind::kProcess, .pid = 9, .comm = "sh"}), ", by itself");
  EXPECT_EQ(killed({.kind = Kind::kProcess, .comm = "kubelet"}), ", by kubelet (outside of cttrace's pid namespace)");
  EXPECT_EQ(killed({.kind = Kind::kProcess, .pid = 7, .comm = "\x1b[2J\n\x01 a"}), R"(, by \x1b[2J\x0a\x01 a 7)");
  EXPECT_EQ(killed({.kind = Kind::kParent, .pid = 8, .comm = "exe"}), ", as its parent ended, a thread of init 8");
  EXPECT_EQ(killed({.kind = Kind::kPidNamespace, .pid = 7, .comm = "sh"}),
            ", with the first process of its pid namespace");
  EXPECT_EQ(killed({.kind = Kind::kKernel}), ", by the kernel");
  EXPECT_EQ(killed({.kind = Kind::kKernel}, SIGINT), ", from its terminal");
  EXPECT_EQ(killed({.kind = Kind::kOutOfMemory}), ", by the kernel: out of memory");
}

TEST(StoryWords, WhoKilledAProcessIsToldWhereverItsEndIs) {
  const Killer killer{.kind = Killer::Kind::kProcess, .pid = 7, .comm = "runc"};
  const auto text_of = [](const auto& news) {
    std::string text;
    StoryRenderer({.quiet = true}, [&](std::string_view part) { text += part; }).news(news);
    return text;
  };
  Container container;
  container.set_up.ending = Ending::kFailed;
  container.set_up.stages = {
      {.task = {.tid = 8}, .pids = {8}, .program = "init", .end_ns = 9, .exit_code = SIGKILL, .killed_by = killer}};
  EXPECT_TRUE(says(text_of(container), "init 8 killed by SIGKILL, by runc 7\n"));
  ContainerWentOn end{.short_name = "web", .since_ns = 1'000'000, .exit_code = SIGKILL, .killed_by = killer};
  EXPECT_EQ(text_of(end), "container web   killed by SIGKILL after 1.0 ms, by runc 7\n");
  end.program_pid = 7;
  EXPECT_EQ(text_of(end), "container web   killed by SIGKILL after 1.0 ms, by itself\n");
  end = {.short_name = "web", .exit_code = 137 << 8};
  end.out_of_memory = {{.task = {.tid = 8},
                        .pids = {8},
                        .program = "app",
                        .exit_code = SIGKILL,
                        .killed_by = Killer{.kind = Killer::Kind::kOutOfMemory}}};
  EXPECT_TRUE(says(text_of(end), "killed       app 8 killed by SIGKILL, by the kernel: out of memory\n"));
  const EntryEnded entry{.short_name = "web",
                         .program = {.tid = 8},
                         .since_ns = 1'000'000,
                         .exit_code = SIGKILL,
                         .killed_by = Killer{.kind = Killer::Kind::kOutOfMemory}};
  EXPECT_EQ(text_of(entry),
            "entry into container web (program 8)   killed by SIGKILL after 1.0 ms, by the kernel: out of memory\n");
}

TEST(StoryWords, AProgramThatCouldNotBeExecutedIsNamedByItsPath) {
  const std::string failed = ": failed: ENOENT (No such file or directory: the program, or its interpreter)";
  ProgramRun run{.path = "/opt/app/bin/server", .argv = {"init", "--flag"}};
  EXPECT_EQ(words(run, ENOENT), "execve /opt/app/bin/server (as init --flag)" + failed);
  run.argv = {"server"};
  EXPECT_EQ(words(run, ENOENT), "execve /opt/app/bin/server" + failed);
  run.argv = {"/usr/bin/server", "-c", "a b"};
  EXPECT_EQ(words(run, ENOENT), "execve /opt/app/bin/server -c 'a b'" + failed);
  run.argv = {};
  EXPECT_EQ(words(run, ENOENT, 3),
            "execve server, looked for along PATH (3 calls): failed: ENOENT (No such file or directory)");
}

TEST(StoryWords, WhatIsLeftOutOfALongCommandLineIsWholeWords) {
  EXPECT_EQ(shortened("a b", 3), "a b");
  EXPECT_EQ(shortened("run --one --two --three last", 20), "run --one ... last");
  EXPECT_EQ(shortened("run 'a b c d e f' $'g\\' h' --option last", 26), "run 'a b c d e f' ... last");
  EXPECT_EQ(shortened("run 'a b c d e f g h i j k l m'", 20), "run 'a b c d e f ...");
}

TEST(StoryWords, ALongCommandLineIsNeverMadeLonger) {
  for (size_t first = 1; first < 30; ++first)
    for (size_t second = 1; second < 30; ++second) {
      const std::string line =
          "run " + std::string(first, 'a') + " '" + std::string(second, ' ') + "' " + std::string(9, 'b');
      for (const size_t limit : {12, 24, 36}) {
        const std::string text = shortened(line, limit);
        if (line.size() <= limit)
          EXPECT_EQ(text, line);
        else
          EXPECT_LE(text.size(), limit) << line;
      }
    }
}

TEST(StoryWords, ANameThatIsEmptyIsSaidToBe) {
  EXPECT_EQ(words(NameGiven{}), "hostname ''");
  EXPECT_EQ(words(NameGiven{.domain = true, .name = "a"}), "domainname a");
}

TEST(StoryWords, LinesThatAreWrittenAreInOne) {
  const auto written = [](const std::string& file, const std::string& value) {
    return words(ControlsWritten{{{.file = file, .value = value}}});
  };
  EXPECT_EQ(written("/proc/7/timens_offsets", "monotonic 86400 0\nboottime 604800 0\n"),
            "timens_offsets = monotonic 86400 0, boottime 604800 0");
  EXPECT_EQ(written("/proc/7/timens_offsets", "1 -5 0\n7 17 0"), "timens_offsets = monotonic -5 0, boottime 17 0");
  EXPECT_EQ(written("/sys/fs/cgroup/web/cpu.weight", "7 1"), "cpu.weight = 7 1");
}

TEST(StoryWords, WhatIsWrittenAgainIsCounted) {
  ControlsWritten frozen;
  for (const auto& [value, times] : {std::pair("FROZEN", 3), {"THAWED", 1}, {"FROZEN", 20}})
    frozen.writes.insert(frozen.writes.end(), times, {.file = "/sys/fs/cgroup/web/freezer.state", .value = value});
  EXPECT_EQ(words(frozen), "freezer.state = FROZEN (3 times), THAWED, FROZEN (20 times)");
}

TEST(StoryWords, APathThatIsNotKnownIsNotAnEmptyOne) {
  EXPECT_EQ(words(ProgramRun{}, EFAULT), "execve a path that could not be read: failed: EFAULT (Bad address)");
  EXPECT_EQ(words(ProgramRun{.given = ""}, ENOENT), "execve '': failed: ENOENT (No such file or directory)");
}

TEST(StoryWords, IdsThatAreNotMappedAreSaidToBe) {
  HandedOver handed{.path = "/bin/app", .argv = {"app"}, .uid = 65534, .gid = 0, .host_uid = 0, .host_gid = 1000};
  const auto ids = [&] { return words(handed).substr(0, words(handed).find(';')); };
  EXPECT_EQ(ids(), "execve app: uid 65534, gid 0 (0, 1000 outside)");
  handed.uid_is_mapped = false;
  EXPECT_EQ(ids(), "execve app: uid 65534, gid 0 (0, 1000 outside: the uid is not mapped)");
  handed.gid = 65534, handed.gid_is_mapped = false;
  EXPECT_EQ(ids(), "execve app: uid 65534, gid 65534 (0, 1000 outside: not mapped)");
}

TEST(StoryWords, AnAppArmorProfileIsNotTheCommandThatNamesIt) {
  const auto given = [](const std::string& label, int error = 0) {
    return words(IdentityGiven{.changes = {{.what = IdentityGiven::What::kLabel, .value = label}}}, error);
  };
  EXPECT_EQ(given("exec docker-default"), "AppArmor profile docker-default, at the next execve");
  EXPECT_EQ(given("exec nosuch", ENOENT),
            "AppArmor profile nosuch, at the next execve: failed: ENOENT (No such file or directory)");
  EXPECT_EQ(given("system_u:system_r:container_t:s0"), "label of the program system_u:system_r:container_t:s0");
}

TEST(StoryWords, WhatIsBoundOverItsNamesakeInTheContainerIsFromOutside) {
  const auto bound = [](const std::string& source, const Seen& target) {
    return words(MountDone{.how = MountDone::How::kBind, .mounts = {{.source = source, .target = target}}});
  };
  const Seen inside = {.path = "/bundle/rootfs/sys/kernel", .inside = "/sys/kernel"};
  EXPECT_EQ(bound("/sys/kernel", inside), "/sys/kernel (outside) bound on /sys/kernel");
  EXPECT_EQ(bound("/srv", inside), "/srv bound on /sys/kernel");
  EXPECT_EQ(bound("/srv", {.path = "/mnt"}), "/srv bound on /mnt");
}

TEST(StoryWords, ManyThatAreBoundAlikeKeepWhatIsBelowThem) {
  MountDone done{.how = MountDone::How::kBind,
                 .mounts = {{.source = "/old/sys/a", .target = {.path = "/sys/a"}},
                            {.source = "/old/sys/b", .target = {.path = "/sys/b"}}}};
  EXPECT_EQ(words(done), "/old/sys/* bound on /sys/*: a, b");
  done.recursive = true;
  EXPECT_EQ(words(done), "/old/sys/* bound on /sys/*, with all below: a, b");
}

}  // namespace
}  // namespace cttrace
