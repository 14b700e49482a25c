// What is known of what a program was handed, from its story.
#include "check/handed_facts.h"

#include <gtest/gtest.h>
#include <linux/filter.h>
#include <linux/seccomp.h>

#include "story_world.h"

namespace cttrace {
namespace {

// Of the container that the world has.
ContainerFacts facts_in(const StoryWorld& world) {
  ContainerFacts facts;
  Model model(made_info());
  Teller teller({}, [&](News&& news) {
    if (const auto* const container = std::get_if<Container>(&news)) facts = facts_of(*container);
  });
  for (const Event& event : world.events) {
    const Changes& made = model.apply(event);
    teller.event(event, model.state().event, made, model.state());
  }
  teller.finish();
  return facts;
}

std::map<std::string, NamespaceFacts::From> namespaces_of(const StoryWorld& world) {
  std::map<std::string, NamespaceFacts::From> from;
  const ContainerFacts facts = facts_in(world);
  for (const NamespaceFacts& each : facts.handed.value().namespaces)
    if (each.from.known()) from[each.name] = each.from.value;
  return from;
}

// Those that isolate nothing are entered before what is told as the set-up begins.
TEST(HandedFacts, ANamespaceThatWasEnteredWasNotMade) {
  StoryWorld world;
  const Task runtime = world.starts(50, {"/usr/bin/made-up", "run", "web"});
  world.joins(runtime, CLONE_NEWIPC, 700, with(kHost, {{CT_NS_IPC, 700}}));
  world.unshares(runtime, CLONE_NEWUTS, with(kHost, {{CT_NS_IPC, 700}, {CT_NS_UTS, 701}}));
  const NamespaceInodes inside = with(kInside, {{CT_NS_IPC, 700}, {CT_NS_UTS, 701}});
  const Task init = world.clones(runtime, 51, kMountsAndPids, {51, 1}, inside);
  world.runs_in(init, {"/bin/app"}, inside, {51, 1});
  const auto from = namespaces_of(world);
  EXPECT_EQ(from.at("ipc"), NamespaceFacts::From::kJoined);
  EXPECT_EQ(from.at("uts"), NamespaceFacts::From::kMade);
  EXPECT_EQ(from.at("mnt"), NamespaceFacts::From::kMade);
}

// bubblewrap's pid 1 and its program load the same filter, each for itself.
TEST(HandedFacts, FiltersAreThoseThatTheProgramAndWhoItDescendsFromHaveLoaded) {
  StoryWorld world;
  const auto loads = [&](const Task& task, unsigned short length, uint64_t flags) {
    world.calls(task, "seccomp", {SECCOMP_SET_MODE_FILTER, flags, memory_of(sock_fprog{length, nullptr})});
  };
  const Task runtime = world.starts(50, {"/usr/bin/made-up", "run", "web"});
  world.unshares(runtime, CLONE_NEWUTS, with(kHost, {{CT_NS_UTS, 701}}));
  loads(runtime, 7, 0);
  const NamespaceInodes inside = with(kInside, {{CT_NS_UTS, 701}});
  const Task init = world.clones(runtime, 51, kMountsAndPids, {51, 1}, inside);
  loads(runtime, 8, 0);
  loads(init, 9, 0);
  loads(init, 10, SECCOMP_FILTER_FLAG_LOG | SECCOMP_FILTER_FLAG_SPEC_ALLOW);
  world.fails(init, "seccomp", {SECCOMP_SET_MODE_FILTER, 0, memory_of(sock_fprog{11, nullptr})}, EACCES);
  world.runs_in(init, {"/bin/app"}, inside, {51, 1});
  const ContainerFacts facts = facts_in(world);
  std::string filters;
  for (const std::string& each : facts.handed.value().filters) filters += (filters.empty() ? "" : "; ") + each;
  EXPECT_EQ(filters,
            "a filter of 7 instructions; "
            "a filter of 9 instructions, a filter of 10 instructions (LOG|SPEC_ALLOW)");
}

}  // namespace
}  // namespace cttrace
