// Namespaces: made, joined, inherited, left, gone.
#include <gtest/gtest.h>

#include "model_world.h"

namespace cttrace {
namespace {

World::EditCall after(NamespaceInodes inodes) {
  return [inodes](Call& call) { call.after.namespaces = inodes; };
}

TEST(ModelNamespaces, ThoseOfTheBeginningAreInitial) {
  World world;
  const Task task = world.found(10);
  const Namespace& mounts = world.ns(task, CT_NS_MNT);
  EXPECT_EQ(mounts.type, unsigned{CLONE_NEWNS});
  EXPECT_EQ(mounts.inode, 100u);
  EXPECT_EQ(mounts.origin, Namespace::Origin::kInitial);
  EXPECT_EQ(mounts.tasks, std::set<TaskId>{id_of(task)});
  EXPECT_EQ(world.task(task).namespaces[CT_NS_MNT].evidence, Evidence::kObserved);
  // The one for children is the same namespace.
  EXPECT_EQ(world.ns_id(task, CT_NS_PID), world.ns_id(task, CT_NS_PID_FOR_CHILDREN));
  EXPECT_TRUE(world.changes.empty());
}

TEST(ModelNamespaces, UnshareMakesWhatItIsAskedFor) {
  World world;
  const Task task = world.found(10);
  const NamespaceId network = world.ns_id(task, CT_NS_NET), pids = world.ns_id(task, CT_NS_PID);
  world.calls(task, "unshare", {CLONE_NEWUTS | CLONE_NEWPID | CLONE_NEWTIME});
  const Namespace& uts = world.ns(task, CT_NS_UTS);
  EXPECT_EQ(uts.origin, Namespace::Origin::kCreated);
  EXPECT_EQ(uts.creator, id_of(task));
  EXPECT_EQ(uts.owner, world.ns_id(task, CT_NS_USER));
  EXPECT_EQ(uts.made_by, 2u);
  EXPECT_EQ(uts.inode, 0u);
  EXPECT_EQ(world.task(task).namespaces[CT_NS_UTS].evidence, Evidence::kInferred);
  EXPECT_EQ(world.ns_id(task, CT_NS_NET), network);
  // These are for children alone.
  EXPECT_EQ(world.ns_id(task, CT_NS_PID), pids);
  EXPECT_NE(world.ns_id(task, CT_NS_PID_FOR_CHILDREN), pids);
  EXPECT_EQ(world.ns(task, CT_NS_PID_FOR_CHILDREN).parent, pids);
  EXPECT_TRUE(world.ns(task, CT_NS_PID_FOR_CHILDREN).tasks.empty());
  EXPECT_EQ(world.ns(task, CT_NS_TIME).inode, 107u);
  EXPECT_NE(world.ns_id(task, CT_NS_TIME), world.ns_id(task, CT_NS_TIME_FOR_CHILDREN));
  ASSERT_EQ(world.all<NamespaceMade>().size(), 3u);
  for (const NamespaceMade& made : world.all<NamespaceMade>())
    EXPECT_EQ(made.for_children, made.ns != world.ns_id(task, CT_NS_UTS));
  // Those for children come into force with the next process.
  const Task child = world.forks(task, 11, 0, [](Fork& fork) { fork.child_pids = {11, 1}; });
  EXPECT_EQ(world.ns_id(child, CT_NS_PID), world.ns_id(task, CT_NS_PID_FOR_CHILDREN));
  EXPECT_EQ(world.ns_id(child, CT_NS_TIME), world.ns_id(task, CT_NS_TIME_FOR_CHILDREN));
  EXPECT_EQ(world.all<NamespaceEntered>().size(), 2u);
}

TEST(ModelNamespaces, AProcessInTheSameMemoryStaysInItsCreatorsTime) {
  World world;
  const Task task = world.found(10);
  world.calls(task, "unshare", {CLONE_NEWTIME});
  const Task child = world.forks(task, 11, CLONE_VM | CLONE_VFORK);
  EXPECT_EQ(world.ns(child, CT_NS_TIME).inode, 107u);
  EXPECT_EQ(world.ns_id(child, CT_NS_TIME_FOR_CHILDREN), world.ns_id(task, CT_NS_TIME_FOR_CHILDREN));
  // Where it executes, newer kernels change it, and older ones do not: neither is a contradiction.
  world.executes(child, [](Snapshot& snapshot) {
    snapshot.namespaces = with(kHost, {{CT_NS_TIME, 207}, {CT_NS_TIME_FOR_CHILDREN, 207}});
  });
  EXPECT_TRUE(world.all<Contradicted>().empty());
  EXPECT_EQ(world.ns(child, CT_NS_TIME).inode, 207u);
}

TEST(ModelNamespaces, WhatTheKernelSaysNamesThem) {
  World world;
  const Task task = world.found(10);
  world.calls(task, "unshare", {CLONE_NEWNET}, after(with(kHost, {{CT_NS_NET, 203}})));
  EXPECT_EQ(world.ns(task, CT_NS_NET).inode, 203u);
  EXPECT_EQ(world.ns(task, CT_NS_NET).origin, Namespace::Origin::kCreated);
  EXPECT_EQ(world.task(task).namespaces[CT_NS_NET].evidence, Evidence::kObserved);
  EXPECT_TRUE(world.all<Contradicted>().empty());
}

TEST(ModelNamespaces, CloneMakesThemForTheChildAlone) {
  World world;
  const Task runtime = world.found(10);
  const Task init = world.forks(runtime, 11, CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWPID | CLONE_NEWUSER, [](Fork& fork) {
    fork.child_pids = {11, 1};
    fork.child_namespaces =
        with(kHost,
             {{CT_NS_MNT, 200}, {CT_NS_UTS, 201}, {CT_NS_PID, 205}, {CT_NS_PID_FOR_CHILDREN, 205}, {CT_NS_USER, 209}});
  });
  EXPECT_EQ(world.ns(runtime, CT_NS_UTS).inode, 101u);
  EXPECT_EQ(world.ns(init, CT_NS_UTS).inode, 201u);
  EXPECT_EQ(world.ns(init, CT_NS_UTS).creator, id_of(runtime));
  // The user namespace is made first, and owns the others; the pid namespace is in the creator's.
  EXPECT_EQ(world.ns(init, CT_NS_UTS).owner, world.ns_id(init, CT_NS_USER));
  EXPECT_EQ(world.ns(init, CT_NS_USER).owner, world.ns_id(runtime, CT_NS_USER));
  EXPECT_EQ(world.ns(init, CT_NS_PID).parent, world.ns_id(runtime, CT_NS_PID));
  EXPECT_EQ(world.ns_id(init, CT_NS_PID), world.ns_id(init, CT_NS_PID_FOR_CHILDREN));
  EXPECT_EQ(world.ns_id(init, CT_NS_IPC), world.ns_id(runtime, CT_NS_IPC));
  EXPECT_EQ(world.all<NamespaceMade>().size(), 4u);
  EXPECT_TRUE(world.all<Contradicted>().empty());
}

TEST(ModelNamespaces, AForkWhoseFlagsAreNotKnownTellsWhatWasMade) {
  World world;
  const Task runtime = world.found(10);
  const Task init = world.forks(runtime, 11, std::nullopt, [](Fork& fork) {
    fork.child_namespaces = with(kHost, {{CT_NS_NET, 203}});
  });
  EXPECT_EQ(world.ns(init, CT_NS_NET).origin, Namespace::Origin::kCreated);
  EXPECT_EQ(world.ns(init, CT_NS_NET).creator, id_of(runtime));
  EXPECT_EQ(world.all<NamespaceMade>().size(), 1u);
  EXPECT_TRUE(world.all<Contradicted>().empty());
}

TEST(ModelNamespaces, SetnsJoinsWhatTheDescriptorSays) {
  World world;
  const Task runtime = world.found(10), other = world.forks(runtime, 11, CLONE_NEWNET, [](Fork&fork) {
    fork.child_namespaces = with(kHost, {{CT_NS_NET, 203}});
  });
  for (const uint32_t nstype : {uint32_t{CLONE_NEWNET}, 0u}) {
    const Task task = world.forks(runtime, 12);
    world.calls(task, "setns", {3, nstype}, [](Call& call) { call.args[0].file = namespace_file(CLONE_NEWNET, 203); });
    EXPECT_EQ(world.ns_id(task, CT_NS_NET), world.ns_id(other, CT_NS_NET));
    EXPECT_EQ(world.ns(task, CT_NS_NET).tasks, (std::set<TaskId>{id_of(other), id_of(task)}));
    ASSERT_EQ(world.all<NamespaceEntered>().size(), 1u);
    EXPECT_EQ(world.all<NamespaceEntered>()[0].from, world.ns_id(runtime, CT_NS_NET));
  }
}

TEST(ModelNamespaces, SetnsOfAPidNamespaceIsForChildrenAndOfTimeForBoth) {
  World world;
  const Task task = world.found(10);
  world.calls(task, "setns", {3, 0}, [](Call& call) { call.args[0].file = namespace_file(CLONE_NEWPID, 305); });
  EXPECT_EQ(world.ns(task, CT_NS_PID).inode, 105u);
  EXPECT_EQ(world.ns(task, CT_NS_PID_FOR_CHILDREN).inode, 305u);
  EXPECT_EQ(world.ns(task, CT_NS_PID_FOR_CHILDREN).origin, Namespace::Origin::kJoined);
  world.calls(task, "setns", {3, 0}, [](Call& call) { call.args[0].file = namespace_file(CLONE_NEWTIME, 307); });
  EXPECT_EQ(world.ns(task, CT_NS_TIME).inode, 307u);
  EXPECT_EQ(world.ns_id(task, CT_NS_TIME_FOR_CHILDREN), world.ns_id(task, CT_NS_TIME));
}

TEST(ModelNamespaces, SetnsByPidfdJoinsTheTypesThatAreAskedFor) {
  World world;
  const Task runtime = world.found(10);
  const Task init = world.forks(runtime, 11, CLONE_NEWNET | CLONE_NEWUTS | CLONE_NEWPID, [](Fork& fork) {
    fork.child_pids = {11, 1};
  });
  const Task task = world.forks(runtime, 12);
  world.calls(task, "setns", {3, CLONE_NEWUTS | CLONE_NEWPID}, [](Call& call) { call.args[0].file = pidfd(11); });
  EXPECT_EQ(world.ns_id(task, CT_NS_UTS), world.ns_id(init, CT_NS_UTS));
  EXPECT_EQ(world.ns_id(task, CT_NS_PID_FOR_CHILDREN), world.ns_id(init, CT_NS_PID));
  EXPECT_EQ(world.ns_id(task, CT_NS_PID), world.ns_id(runtime, CT_NS_PID));
  EXPECT_EQ(world.ns_id(task, CT_NS_NET), world.ns_id(runtime, CT_NS_NET));
  EXPECT_EQ(world.all<NamespaceEntered>().size(), 2u);
}

TEST(ModelNamespaces, SetnsByPidfdOfAStrangerIsWhatTheKernelSays) {
  World world;
  const Task task = world.found(10);
  world.calls(task, "setns", {3, CLONE_NEWUTS | CLONE_NEWIPC}, [](Call& call) {
    call.args[0].file = pidfd(999);
    call.after.namespaces = with(kHost, {{CT_NS_UTS, 301}});
  });
  EXPECT_EQ(world.ns(task, CT_NS_UTS).inode, 301u);
  EXPECT_EQ(world.ns(task, CT_NS_IPC).inode, 102u);
  EXPECT_TRUE(world.all<Contradicted>().empty());
  EXPECT_EQ(world.all<NamespaceEntered>().size(), 1u);
}

TEST(ModelNamespaces, SetnsOfWhichNothingIsKnownLeavesNothingKnown) {
  World world;
  const Task task = world.found(10);
  world.calls(task, "setns", {3, CLONE_NEWUTS});
  EXPECT_FALSE(world.task(task).namespaces[CT_NS_UTS].known());
  EXPECT_EQ(world.all<BecameUnknown>().size(), 1u);
  world.apply(world.snapshot(task, [](Snapshot& snapshot) { snapshot.namespaces = with(kHost, {{CT_NS_UTS, 301}}); }));
  EXPECT_TRUE(world.all<Contradicted>().empty());
  EXPECT_EQ(world.ns(task, CT_NS_UTS).inode, 301u);
}

TEST(ModelNamespaces, AFailedCallChangesNothing) {
  World world;
  const Task task = world.found(10);
  const auto before = world.task(task).namespaces;
  const auto failed = [](Call& call) { call.result = -1; };
  world.calls(task, "unshare", {CLONE_NEWUTS}, failed);
  world.calls(task, "setns", {3, 0}, [](Call& call) {
    call.args[0].file = namespace_file(CLONE_NEWUTS, 301);
    call.result = -22;
  });
  world.calls(task, "unshare", {CLONE_NEWUTS}, [](Call& call) { call.outcome = Outcome::kAnsweredBySeccomp; });
  world.calls(task, "unshare", {CLONE_NEWUTS}, [](Call& call) { call.outcome = Outcome::kDidNotReturn; });
  for (int which = 0; which < CT_NS_COUNT; ++which)
    EXPECT_EQ(world.task(task).namespaces[which].value, before[which].value) << which;
  EXPECT_TRUE(world.all<NamespaceMade>().empty());
}

TEST(ModelNamespaces, AnEmptyOneGoesAndItsNumberMeansAnotherOne) {
  World world;
  const Task runtime = world.found(10);
  const auto in_new = [](Fork& fork) { fork.child_namespaces = with(kHost, {{CT_NS_NET, 203}}); };
  const Task first = world.forks(runtime, 11, CLONE_NEWNET, in_new);
  const NamespaceId before = world.ns_id(first, CT_NS_NET);
  world.ends(first);
  ASSERT_NE(world.state().ns(before), nullptr);  // to the end of the event
  EXPECT_TRUE(world.state().ns(before)->tasks.empty());
  EXPECT_EQ(world.state().ns(before)->last_left_ns, world.now() - 10);
  world.goes_on(runtime);
  EXPECT_EQ(world.state().ns(before), nullptr);
  const Task second = world.forks(runtime, 12, CLONE_NEWNET, in_new);
  EXPECT_NE(world.ns_id(second, CT_NS_NET), before);
  EXPECT_EQ(world.ns(second, CT_NS_NET).inode, 203u);
  EXPECT_EQ(world.ns(second, CT_NS_NET).origin, Namespace::Origin::kCreated);
}

TEST(ModelNamespaces, OnesOfTheBeginningStay) {
  World world;
  const Task one = world.found(10),
             two = world.found(11, [](Snapshot&snapshot) { snapshot.namespaces[CT_NS_NET] = 303; });
  const NamespaceId network = world.ns_id(two, CT_NS_NET);
  world.ends(two);
  world.goes_on(one);
  // Somebody who is not traced may be in it.
  ASSERT_NE(world.state().ns(network), nullptr);
  world.calls(one, "setns", {3, 0}, [](Call& call) { call.args[0].file = namespace_file(CLONE_NEWNET, 303); });
  EXPECT_EQ(world.ns_id(one, CT_NS_NET), network);
  // Unless its number is somebody else's.
  const Task three = world.found(12);
  world.calls(one, "setns", {3, 0}, [](Call& call) { call.args[0].file = namespace_file(CLONE_NEWNET, 103); });
  world.calls(three, "unshare", {CLONE_NEWNET}, after(with(kHost, {{CT_NS_NET, 303}})));
  EXPECT_NE(world.ns_id(three, CT_NS_NET), network);
  EXPECT_TRUE(world.all<Contradicted>().empty());
}

TEST(ModelNamespaces, WhatOwnsOrContainsALivingOneLives) {
  World world;
  const Task runtime = world.found(10);
  const Task init = world.forks(runtime, 11, CLONE_NEWUSER | CLONE_NEWUTS);
  const NamespaceId user = world.ns_id(init, CT_NS_USER), uts = world.ns_id(init, CT_NS_UTS);
  const File file = namespace_file(CLONE_NEWUTS, 201);
  world.calls(init, "unshare", {CLONE_NEWNET},
              after(with(kHost, {{CT_NS_UTS, 201}, {CT_NS_USER, 209}, {CT_NS_NET, 203}})));
  world.calls(runtime, "setns", {3, 0}, [&](Call& call) { call.args[0].file = file; });
  EXPECT_EQ(world.ns_id(runtime, CT_NS_UTS), uts);
  world.ends(init);
  world.goes_on(runtime);
  world.goes_on(runtime);
  EXPECT_NE(world.state().ns(user), nullptr);
  world.calls(runtime, "setns", {3, 0}, [](Call& call) { call.args[0].file = namespace_file(CLONE_NEWUTS, 101); });
  world.goes_on(runtime);
  EXPECT_EQ(world.state().ns(uts), nullptr);
  EXPECT_EQ(world.state().ns(user), nullptr);
}

TEST(ModelNamespaces, OneThatIsMetByItsNumberBeforeThatIsKnownIsTheSame) {
  World world;
  const Task runtime = world.found(10);
  const Task init = world.forks(runtime, 11, CLONE_NEWNET);  // of an older recording: without numbers
  const NamespaceId network = world.ns_id(init, CT_NS_NET);
  const Task visitor = world.forks(runtime, 12);
  world.calls(visitor, "setns", {3, 0}, [](Call& call) { call.args[0].file = namespace_file(CLONE_NEWNET, 203); });
  world.executes(init, [](Snapshot& snapshot) { snapshot.namespaces = with(kHost, {{CT_NS_NET, 203}}); });
  EXPECT_EQ(world.ns_id(init, CT_NS_NET), network);
  EXPECT_EQ(world.ns_id(visitor, CT_NS_NET), network);
  EXPECT_EQ(world.ns(init, CT_NS_NET).tasks, (std::set<TaskId>{id_of(init), id_of(visitor)}));
  EXPECT_TRUE(world.all<Contradicted>().empty());
}

TEST(ModelNamespaces, AnotherAnswerOfTheKernelsIsAContradiction) {
  World world;
  const Task task = world.found(10);
  world.executes(task, [](Snapshot& snapshot) { snapshot.namespaces[CT_NS_IPC] = 302; });
  ASSERT_EQ(world.all<Contradicted>().size(), 1u);
  EXPECT_EQ(world.all<Contradicted>()[0].what, "ipc namespace of 10");
  EXPECT_EQ(world.all<Contradicted>()[0].model, "ipc:[102]");
  EXPECT_EQ(world.all<Contradicted>()[0].kernel, "ipc:[302]");
  EXPECT_EQ(world.ns(task, CT_NS_IPC).inode, 302u);
  EXPECT_EQ(world.agreements().at("ipc namespace").contradicted, 1u);
  EXPECT_EQ(world.agreements().at("net namespace").confirmed, 1u);
}

TEST(ModelNamespaces, ANewOneThatIsAnOldOneIsAContradiction) {
  World world;
  const Task task = world.found(10);
  world.calls(task, "unshare", {CLONE_NEWNET}, after(kHost));
  world.found(11);
  const Task other = world.found(12);
  world.calls(other, "unshare", {CLONE_NEWNET}, after(kHost));
  EXPECT_EQ(world.all<Contradicted>().size(), 1u);
}

// Calls are told as of their beginning: who had the number before has ended while the call went on.
TEST(ModelNamespaces, ANumberThatIsGivenAgainWhileItsLastTaskEndsIsNoContradiction) {
  World world;
  const Task runtime = world.found(10), next = world.found(11);
  const NamespaceInodes given = with(kHost, {{CT_NS_MNT, 200}, {CT_NS_UTS, 201}});
  const Task first =
      world.forks(runtime, 12, CLONE_NEWNS | CLONE_NEWUTS, [&](Fork& fork) { fork.child_namespaces = given; });
  const NamespaceId before = world.ns_id(first, CT_NS_UTS);
  world.calls(next, "unshare", {CLONE_NEWNS | CLONE_NEWUTS}, after(given));
  EXPECT_TRUE(world.all<Contradicted>().empty());
  EXPECT_NE(world.ns_id(next, CT_NS_UTS), before);
  // Nor where the one that goes is heard of once more.
  world.calls(first, "unshare", {CLONE_NEWIPC}, after(with(given, {{CT_NS_IPC, 202}})));
  EXPECT_TRUE(world.all<Contradicted>().empty());
  EXPECT_EQ(world.ns_id(first, CT_NS_UTS), before);
  world.ends(first);
  world.goes_on(runtime);
  EXPECT_EQ(world.state().ns(before), nullptr);
  world.calls(runtime, "setns", {3, 0}, [](Call& call) { call.args[0].file = namespace_file(CLONE_NEWUTS, 201); });
  EXPECT_EQ(world.ns_id(runtime, CT_NS_UTS), world.ns_id(next, CT_NS_UTS));
}

TEST(ModelNamespaces, OfTwoThatWereMadeAtOnceTheOneThatStaysHasTheNumber) {
  World world;
  const Task stays = world.found(10), goes = world.found(11), visitor = world.found(12);
  const NamespaceInodes given = with(kHost, {{CT_NS_UTS, 201}});
  world.calls(stays, "unshare", {CLONE_NEWUTS}, after(given));  // began first, and had its number last
  world.calls(goes, "unshare", {CLONE_NEWUTS}, after(given));
  world.ends(goes);
  world.goes_on(visitor);
  world.calls(visitor, "setns", {3, 0}, [](Call& call) { call.args[0].file = namespace_file(CLONE_NEWUTS, 201); });
  EXPECT_EQ(world.ns_id(visitor, CT_NS_UTS), world.ns_id(stays, CT_NS_UTS));
}

TEST(ModelNamespaces, WhoIsInAnOldOneWhenItsNumberIsLearntLaterIsAContradiction) {
  World world;
  const Task runtime = world.found(10);
  const NamespaceInodes given = with(kHost, {{CT_NS_UTS, 201}});
  world.forks(runtime, 11, CLONE_NEWUTS, [&](Fork& fork) { fork.child_namespaces = given; });
  const Task other = world.forks(runtime, 12);
  world.calls(other, "unshare", {CLONE_NEWUTS});
  world.executes(other, [&](Snapshot& snapshot) { snapshot.namespaces = given; });
  EXPECT_EQ(world.all<Contradicted>().size(), 1u);
}

TEST(ModelNamespaces, ThreadsAreInTheirOwn) {
  World world;
  const Task leader = world.found(10);
  const Task thread = world.forks(leader, 11, CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD);
  world.calls(thread, "unshare", {CLONE_NEWNET});
  EXPECT_NE(world.ns_id(thread, CT_NS_NET), world.ns_id(leader, CT_NS_NET));
}

TEST(ModelNamespaces, ACopiedUtsNamespaceBeginsWithItsNames) {
  World world;
  const Task task = world.found(10);
  world.calls(task, "sethostname", {std::string("host"), 4});
  const Task child = world.forks(task, 11, CLONE_NEWUTS);
  EXPECT_EQ(world.ns(child, CT_NS_UTS).hostname.value, "host");
  world.calls(child, "sethostname", {std::string("inside"), 6});
  ASSERT_EQ(world.all<NameSet>().size(), 1u);
  EXPECT_EQ(world.all<NameSet>()[0].ns, world.ns_id(child, CT_NS_UTS));
  world.calls(child, "setdomainname", {std::string("domain"), 6});
  EXPECT_TRUE(world.all<NameSet>()[0].domainname);
  EXPECT_EQ(world.ns(child, CT_NS_UTS).domainname.value, "domain");
  EXPECT_EQ(world.ns(task, CT_NS_UTS).hostname.value, "host");
}

}  // namespace
}  // namespace cttrace
