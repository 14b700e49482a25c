// --at: which state is kept, and which containers there were then.
#include "story/moments.h"

#include <gtest/gtest.h>

#include "model_world.h"

namespace cttrace {
namespace {

constexpr uint64_t kStart = 500;  // World begins at 1000

// A runtime (10) makes a process (11) that becomes the container's program, and ends.
class Moments : public testing::Test {
 protected:
  explicit Moments() { runtime_ = world_.found(10); }

  void keep(const MomentKeeper::Wanted& wanted) { keeper_.emplace(wanted, kStart); }
  void apply(const Event& event) {
    keeper_->before(event, world_.state().event + 1, world_.state());
    world_.apply(event);
  }
  Fork fork_of(const Task& creator, uint32_t tid) const {
    return {.task = creator,
            .child = {.tid = tid, .tgid = tid, .start_ns = world_.now()},
            .child_pids = {tid, 1},
            .clone_flags = 0,
            .time_ns = world_.now()};
  }
  // Events 2 to 6. The container is told with the execve, number 5.
  void play(Ending ending = Ending::kHandedOver) {
    const Fork made = fork_of(runtime_, 11);
    apply(made);
    init_ = made.child;
    apply(world_.made(init_, "sethostname", {"web", 3}));
    apply(world_.made(init_, "execve", {"/bin/program", std::vector<std::string>{"program"}}));
    apply(world_.snapshot(init_));
    Container container{.number = 1, .name = "web", .short_name = "web", .kind = "container", .init = id_of(init_)};
    container.set_up.ending = ending;
    container.set_up.runtime.name = "runc";
    container.set_up.first = 2;
    container.set_up.last = 5;
    container.set_up.program = id_of(init_);
    container.set_up.stages = {{.task = id_of(runtime_)}, {.task = id_of(init_), .made_by = 0}};
    keeper_->told(container);
    apply(TaskExit{.task = init_, .time_ns = world_.now(), .last_of_process = true});
    apply(world_.made(runtime_, "pidfd_open", {1, 0}, [](Call& call) { call.result = -1; }));
  }
  std::optional<Moment> finish() { return keeper_->finish(world_.state()); }

  World world_;
  Task runtime_, init_;
  std::optional<MomentKeeper> keeper_;
};

TEST_F(Moments, TheStateAfterAnEvent) {
  keep({.event = 3});
  play();
  const std::optional<Moment> moment = finish();
  ASSERT_TRUE(moment);
  EXPECT_EQ(moment->event, 3u);
  EXPECT_EQ(moment->state.event, 3u);
  EXPECT_EQ(moment->time_ns, moment->state.time_ns);
  const TaskState* const task = moment->state.task(id_of(init_));
  ASSERT_NE(task, nullptr);
  EXPECT_EQ(moment->state.ns_of(*task, CT_NS_UTS)->hostname.value, "web");
  EXPECT_TRUE(task->programs.empty());
}

TEST_F(Moments, WhoSetsItUpIsItUntilItsProgramIsThere) {
  keep({.event = 1});
  play();
  EXPECT_TRUE(finish()->containers.empty());  // its set-up begins with the second event
}

TEST_F(Moments, InTheMakingItIsTheProcessThatBecomesItsProgram) {
  keep({.event = 3});
  play();
  const std::vector<ContainerThen> containers = finish()->containers;
  ASSERT_EQ(containers.size(), 1u);
  EXPECT_EQ(containers[0].stage, ContainerThen::Stage::kSettingUp);
  EXPECT_EQ(containers[0].task, id_of(init_));
  EXPECT_EQ(containers[0].short_name, "web");
  EXPECT_EQ(containers[0].runtime.name, "runc");
}

TEST_F(Moments, FromItsExecveOnItRuns) {
  keep({.event = 5});
  play();
  const std::vector<ContainerThen> containers = finish()->containers;
  ASSERT_EQ(containers.size(), 1u);
  EXPECT_EQ(containers[0].stage, ContainerThen::Stage::kRuns);
}

TEST_F(Moments, WhenItsProgramHasEndedThereIsNone) {
  for (const EventNumber event : {6, 7}) {
    world_ = World();
    runtime_ = world_.found(10);
    keep({.event = event});
    play();
    EXPECT_TRUE(finish()->containers.empty()) << event;
  }
}

TEST_F(Moments, OneThatWasNeverCompleteIsInTheMaking) {
  keep({.event = 6});
  play(Ending::kNotComplete);
  const std::vector<ContainerThen> containers = finish()->containers;
  ASSERT_EQ(containers.size(), 1u);
  EXPECT_EQ(containers[0].stage, ContainerThen::Stage::kSettingUp);
  EXPECT_EQ(containers[0].task, id_of(runtime_));  // its own process has ended
}

TEST_F(Moments, ATimeHasEverythingThatBeganByThen) {
  const uint64_t third = world_.now() + 10;  // sethostname
  for (const auto& [time_ns, event] :
       {std::pair<uint64_t, EventNumber>{third - 1, 2}, {third, 3}, {third + 9, 3}, {third + 10, 4}}) {
    world_ = World();
    runtime_ = world_.found(10);
    keep({.time_ns = time_ns});
    play();
    const std::optional<Moment> moment = finish();
    ASSERT_TRUE(moment);
    EXPECT_EQ(moment->event, event) << time_ns;
    EXPECT_EQ(moment->time_ns, time_ns);
  }
}

TEST_F(Moments, BeforeTheFirstEventThereIsNothing) {
  keep({.time_ns = 600});
  world_ = World();
  apply(world_.snapshot(runtime_));
  const std::optional<Moment> moment = finish();
  ASSERT_TRUE(moment);
  EXPECT_EQ(moment->event, 0u);
  EXPECT_TRUE(moment->containers.empty());
}

TEST_F(Moments, TheLastEventIsThereAndTheOneAfterItIsNot) {
  keep({.event = 7});
  play();
  EXPECT_TRUE(finish());
  keep({.event = 8});
  EXPECT_FALSE(finish());
  keep({.time_ns = world_.state().time_ns});
  EXPECT_TRUE(finish());
  keep({.time_ns = world_.state().time_ns + 1});
  EXPECT_FALSE(finish());
}

TEST_F(Moments, AContainerThatWasThereBeforeIsOlder) {
  world_ = World();
  const Task old = world_.found(20, [](Snapshot& there) {
    there.pids = {20, 1};
    there.cgroup = "/system/db";
  });
  keep({.event = 1});
  const std::vector<ContainerThen> containers = finish()->containers;
  ASSERT_EQ(containers.size(), 1u);
  EXPECT_EQ(containers[0].stage, ContainerThen::Stage::kOlder);
  EXPECT_EQ(containers[0].task, id_of(old));
  EXPECT_EQ(containers[0].number, 0u);
  EXPECT_EQ(containers[0].short_name, "db");
}

}  // namespace
}  // namespace cttrace
