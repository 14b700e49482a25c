// Tasks: who made whom, what they execute, how they end.
#include <gtest/gtest.h>

#include "model_world.h"

namespace cttrace {
namespace {

constexpr uint64_t kThread = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD;

TEST(ModelTasks, AChildHasItsCreatorWhoeverItsParentIs) {
  World world;
  const Task runc = world.found(10);
  const Task stage = world.forks(runc, 11, CLONE_PARENT);
  EXPECT_EQ(world.task(stage).creator, id_of(runc));
  EXPECT_EQ(world.task(stage).leader, id_of(stage));
  EXPECT_EQ(world.task(runc).creator, std::nullopt);
  ASSERT_EQ(world.all<TaskCreated>().size(), 1u);
  EXPECT_EQ(world.all<TaskCreated>()[0].creator, id_of(runc));
  EXPECT_FALSE(world.all<TaskCreated>()[0].thread);
}

TEST(ModelTasks, ThreadsHaveTheirLeader) {
  World world;
  const Task leader = world.found(10);
  const Task thread = world.forks(leader, 11, kThread);
  EXPECT_EQ(world.task(thread).leader, id_of(leader));
  EXPECT_TRUE(world.all<TaskCreated>()[0].thread);
  const Task other = world.forks(thread, 12, kThread);
  EXPECT_EQ(world.task(other).leader, id_of(leader));
  EXPECT_EQ(world.task(other).creator, id_of(thread));
  // A process that a thread makes has itself.
  const Task process = world.forks(thread, 13);
  EXPECT_EQ(world.task(process).leader, id_of(process));
}

TEST(ModelTasks, AThreadThatIsFoundBeforeItsLeaderGetsIt) {
  World world;
  const Task thread = world.found(11, {}, 10);
  const Task leader = world.found(10);
  EXPECT_EQ(world.task(thread).leader, id_of(leader));
}

TEST(ModelTasks, WhatEndedIsThereToTheEndOfTheEvent) {
  World world;
  const Task parent = world.found(10);
  const Task child = world.forks(parent, 11);
  world.ends(child, 256);
  EXPECT_EQ(world.task(child).exit_code, 256u);
  EXPECT_EQ(world.task(child).ended_ns, world.now() - 10);
  EXPECT_EQ(world.state().task_with(11), nullptr);
  EXPECT_EQ(world.all<TaskEnded>().size(), 1u);
  world.goes_on(parent);
  EXPECT_EQ(world.state().task(id_of(child)), nullptr);
}

TEST(ModelTasks, ANumberThatIsUsedAgainIsAnotherTask) {
  World world;
  const Task parent = world.found(10);
  const Task first = world.forks(parent, 11);
  world.ends(first);
  const Task second = world.forks(parent, 11);
  EXPECT_NE(id_of(first), id_of(second));
  EXPECT_EQ(world.state().task_with(11)->id, id_of(second));
  // A call of the first one that is told late does not bring it back.
  world.goes_on(first);
  EXPECT_EQ(world.state().task_with(11)->id, id_of(second));
  EXPECT_EQ(world.state().task(id_of(first)), nullptr);
}

TEST(ModelTasks, AnEndThatWasNotSeenIsNoticedWhenTheNumberIsUsedAgain) {
  World world;
  const Task parent = world.found(10);
  const Task first = world.forks(parent, 11);
  world.forks(parent, 11);
  ASSERT_EQ(world.all<TaskEnded>().size(), 1u);
  EXPECT_EQ(world.all<TaskEnded>()[0].task, id_of(first));
  EXPECT_EQ(world.task(first).exit_code, std::nullopt);
}

TEST(ModelTasks, AProgramIsWhatWasExecutedAndWhatRuns) {
  World world;
  const Task task = world.found(10);
  world.calls(task, "execve", {"/proc/self/exe", std::vector<std::string>{"runc", "init"}});
  EXPECT_EQ(world.task(task).programs.size(), 0u);
  world.apply(world.snapshot(task, [](Snapshot& snapshot) { snapshot.exe->path = "/usr/bin/runc"; }));
  ASSERT_EQ(world.task(task).programs.size(), 1u);
  const Program& program = world.task(task).programs[0];
  EXPECT_EQ(program.path, "/proc/self/exe");
  EXPECT_EQ(program.argv, (std::vector<std::string>{"runc", "init"}));
  EXPECT_EQ(program.exe->path, "/usr/bin/runc");
  EXPECT_EQ(program.event, 3u);
  EXPECT_EQ(world.all<ProgramStarted>().size(), 1u);
}

TEST(ModelTasks, AnExecveThatIsToldAfterItsSnapshotCompletesTheProgram) {
  World world;
  const Task task = world.found(10);
  const Call call = world.made(task, "execve", {"/bin/slow", std::vector<std::string>{"slow"}},
                               [](Call& made) { made.duration_ns = 2'000'000'000; });
  world.goes_on(task);
  world.apply(world.snapshot(task));
  EXPECT_EQ(world.task(task).programs.back().path, "");
  world.apply(call);
  ASSERT_EQ(world.task(task).programs.size(), 1u);
  EXPECT_EQ(world.task(task).programs[0].path, "/bin/slow");
  // The next one is not taken for it.
  world.executes(task, {}, {"next"});
  EXPECT_EQ(world.task(task).programs[1].argv, std::vector<std::string>{"next"});
}

TEST(ModelTasks, ProgramsAreBounded) {
  World world;
  const Task task = world.found(10);
  for (int i = 0; i < 1000; ++i) world.executes(task, {}, {std::to_string(i)});
  EXPECT_LE(world.task(task).programs.size(), 64u);
  EXPECT_EQ(world.task(task).programs.front().argv[0], "0");
  EXPECT_EQ(world.task(task).programs.back().argv[0], "999");
}

TEST(ModelTasks, AThreadThatExecutesTakesOverWhoItsLeaderWas) {
  World world;
  const Task leader = world.found(10);
  const Task thread = world.forks(leader, 11, kThread);
  world.calls(thread, "sethostname", {std::string("x"), 1});
  world.calls(thread, "prctl", {38, 1});  // PR_SET_NO_NEW_PRIVS, of this thread alone
  world.calls(thread, "execve", {"/bin/program", std::vector<std::string>{"program"}});
  world.ends(leader);
  world.apply(world.snapshot(leader, [&](Snapshot& snapshot) {
    snapshot.old_tid = thread.tid;
    snapshot.no_new_privs = true;
  }));
  EXPECT_EQ(world.all<Contradicted>().size(), 0u);
  ASSERT_EQ(world.all<LeaderReplaced>().size(), 1u);
  EXPECT_EQ(world.all<LeaderReplaced>()[0].before, id_of(thread));
  EXPECT_EQ(world.state().task(id_of(thread)), nullptr);
  EXPECT_EQ(world.task(leader).ended_ns, 0u);
  EXPECT_TRUE(world.identity(leader).no_new_privs.value);
  EXPECT_EQ(world.task(leader).programs.back().path, "/bin/program");
  EXPECT_EQ(world.ns(leader, CT_NS_UTS).tasks, std::set<TaskId>{id_of(leader)});
  world.goes_on(leader);
  EXPECT_EQ(world.state().tasks.size(), 1u);
}

TEST(ModelTasks, PidsInEveryNamespaceLeadToTheTask) {
  World world;
  const Task outside = world.found(10);
  const Task init = world.forks(outside, 11, CLONE_NEWPID, [](Fork& fork) { fork.child_pids = {11, 1}; });
  const Task inside = world.forks(init, 12, 0, [](Fork& fork) { fork.child_pids = {12, 2}; });
  const Task victim = world.forks(outside, 2, 0);
  struct rlimit64 {
    uint64_t soft, hard;
  } limit{5, 6};
  world.calls(init, "prlimit64", {2, 7, memory_of(limit), 0});
  EXPECT_EQ(world.identity(inside).limits.at(7).hard, 6u);
  EXPECT_TRUE(world.identity(victim).limits.empty());
  world.calls(outside, "prlimit64", {2, 7, memory_of(limit), 0});
  EXPECT_EQ(world.identity(victim).limits.at(7).soft, 5u);
}

TEST(ModelTasks, AnUnknownTaskIsFoundByItsCalls) {
  World world;
  const Task stranger{.tid = 50, .tgid = 50, .start_ns = 5};
  world.calls(stranger, "setuid", {1000});
  EXPECT_EQ(world.task(stranger).id, id_of(stranger));
  EXPECT_FALSE(world.identity(stranger).uids.known());
  EXPECT_FALSE(world.task(stranger).namespaces[CT_NS_MNT].known());
}

}  // namespace
}  // namespace cttrace
