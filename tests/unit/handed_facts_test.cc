// What is known of what a program was handed, from its story.
#include "check/handed_facts.h"

#include <gtest/gtest.h>

#include "story_world.h"

namespace cttrace {
namespace {

std::map<std::string, NamespaceFacts::From> namespaces_of(const StoryWorld& world) {
  std::map<std::string, NamespaceFacts::From> from;
  Model model(made_info());
  Teller teller({}, [&](News&& news) {
    const auto* const container = std::get_if<Container>(&news);
    const std::optional<HandedFacts> facts = container ? handed_facts(container->set_up) : std::nullopt;
    if (!facts) return;
    for (const NamespaceFacts& each : facts->namespaces)
      if (each.from.known()) from[each.name] = each.from.value;
  });
  for (const Event& event : world.events) {
    const Changes& made = model.apply(event);
    teller.event(event, model.state().event, made, model.state());
  }
  teller.finish();
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

}  // namespace
}  // namespace cttrace
