// The state as of any event is the one that was there then; the same events lead to the same.
#include <gtest/gtest.h>
#include <linux/mount.h>

#include "model/history.h"
#include "model_world.h"
#include "state_text.h"

namespace cttrace {
namespace {

// Many containers that come and go, a few at a time, each with namespaces, mounts, an identity and a device.
std::vector<Event> busy_host(int containers) {
  World world;
  const File root{.path = "/", .fs_type = "ext4", .mode = 040755, .mount_id = 21, .mount_ns = kHost[CT_NS_MNT]};
  const Task daemon = world.found(10, [&](Snapshot& snapshot) { snapshot.root = snapshot.cwd = root; });
  world.apply(Mounts{.mount_ns = kHost[CT_NS_MNT],
                     .mountinfo = "21 1 0:1 / / rw shared:1 - ext4 /dev/vda rw\n"
                                  "23 21 0:30 / /run rw shared:2 - tmpfs tmpfs rw\n"});
  std::vector<Task> living;
  for (int i = 0; i < containers; ++i) {
    const uint32_t pid = 100 + static_cast<uint32_t>(i);
    const Task init = world.forks(daemon, pid, CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWUTS, [&](Fork& fork) {
      fork.child_pids = {pid, 1};
      fork.child_namespaces = with(kHost, {{CT_NS_MNT, 1000 + pid},
                                           {CT_NS_UTS, 5000 + pid},
                                           {CT_NS_PID, 9000 + pid},
                                           {CT_NS_PID_FOR_CHILDREN, 9000 + pid}});
    });
    world.calls(init, "sethostname", {std::string("box"), 3});
    world.calls(init, "mount", {"proc", "/run", "tmpfs", 0, null()});
    world.calls(init, "mknod", {"/run/null", 0020666, 0x103});
    world.calls(init, "chdir", {"/run"});
    world.calls(init, "setuid", {1000 + i});
    world.apply(CgroupAttach{.task = daemon, .moved = init, .time_ns = world.now(), .path = "/" + std::to_string(i)});
    living.push_back(init);
    if (living.size() > 5) {
      world.ends(living[i % 3]);
      living.erase(living.begin() + i % 3);
    }
  }
  return world.events;
}

History::Replay from(const std::vector<Event>& events, size_t* replayed = nullptr) {
  return [&events, replayed](EventNumber first, EventNumber last, const History::Sink& sink) {
    for (EventNumber number = first; number <= last; ++number) sink(events[number - 1]);
    if (replayed) *replayed += last + 1 - first;
  };
}

TEST(ModelHistory, EveryStateIsTheOneThatWasThere) {
  const std::vector<Event> events = busy_host(600);
  Model model(made_info());
  History history(made_info());
  for (const Event& event : events) history.apply(event);
  ASSERT_GT(history.copies(), 3u);
  EXPECT_EQ(text_of(history.at(0, from(events))), text_of(model.state()));
  for (EventNumber number = 1; number <= events.size(); ++number) {
    model.apply(events[number - 1]);
    // All of those around a copy, and some of the others: each is replayed.
    if (number % 1024 > 3 && number % 97 != 0 && number != events.size()) continue;
    ASSERT_EQ(text_of(history.at(number, from(events))), text_of(model.state())) << number;
  }
  EXPECT_EQ(text_of(history.at(events.size() + 5, from(events))), text_of(model.state()));
  EXPECT_EQ(text_of(history.now()), text_of(model.state()));
}

TEST(ModelHistory, NoMoreIsReplayedThanLiesBetweenTwoCopies) {
  const std::vector<Event> events = busy_host(1000);
  History history(made_info());
  for (const Event& event : events) history.apply(event);
  size_t replayed = 0;
  history.at(events.size() - 1, from(events, &replayed));
  EXPECT_LE(replayed, 1100u);
}

TEST(ModelHistory, ACopyIsNotChangedByWhatComesAfterIt) {
  const std::vector<Event> events = busy_host(300);
  Model model(made_info());
  std::vector<std::pair<State, std::string>> kept;
  for (const Event& event : events) {
    model.apply(event);
    if (model.state().event % 500 == 0) kept.emplace_back(model.state(), text_of(model.state()));
  }
  ASSERT_GE(kept.size(), 3u);
  for (const auto& [state, text] : kept) EXPECT_EQ(text_of(state), text);
}

TEST(ModelHistory, TheSameEventsLeadToTheSame) {
  const std::vector<Event> events = busy_host(200);
  Model first(made_info()), second(made_info());
  // What lies between in memory is different.
  std::vector<std::unique_ptr<std::string>> between;
  for (const Event& event : events) {
    first.apply(event);
    between.push_back(std::make_unique<std::string>(between.size() % 97, 'x'));
  }
  for (const Event& event : events) second.apply(event);
  EXPECT_EQ(text_of(first.state()), text_of(second.state()));
}

TEST(ModelHistory, WhatHasEndedIsForgotten) {
  const std::vector<Event> few = busy_host(50), many = busy_host(1000);
  Model small(made_info()), big(made_info());
  for (const Event& event : few) small.apply(event);
  for (const Event& event : many) big.apply(event);
  EXPECT_EQ(big.state().tasks.size(), small.state().tasks.size());
  EXPECT_EQ(big.state().namespaces.size(), small.state().namespaces.size());
  EXPECT_EQ(big.state().trees.size(), small.state().trees.size());
  EXPECT_EQ(big.state().fs_structs.size(), small.state().fs_structs.size());
}

}  // namespace
}  // namespace cttrace
