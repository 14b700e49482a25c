// --verify: which state a reading of /proc is compared with, and what is said of it.
#include "model/verifier.h"

#include <gtest/gtest.h>
#include <sys/mount.h>
#include <sys/prctl.h>

#include <cerrno>

#include "model_world.h"

namespace cttrace {

static void PrintTo(const Difference& difference, std::ostream* out) {
  *out << difference.what << ": model " << difference.model << ", kernel " << difference.kernel;
}

namespace {

constexpr const char* kTable =
    "20 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n"
    "21 20 0:5 / /proc rw,nosuid shared:2 - proc proc rw\n";

class Verified : public testing::Test {
 protected:
  Verified() {
    task_ = world_.found(10, [](Snapshot& there) {
      there.root = there.cwd = File{.path = "/", .fs_type = "ext4", .mount_id = 20, .mount_ns = 100};
    });
    world_.apply(Mounts{.mount_ns = 100, .time_ns = world_.now(), .mountinfo = kTable});
  }

  // What /proc says now, as far as the model knows all of it.
  ProcReading reading(const std::string& table = kTable, uint32_t uts = kHost[CT_NS_UTS]) const {
    constexpr const char* kNames[] = {
        "mnt", "uts", "ipc", "net", "cgroup", "pid", "pid_for_children", "time", "time_for_children", "user"};
    ProcReading reading{.pid = 10, .began_ns = world_.now(), .ended_ns = world_.now()};
    NamespaceInodes inodes = kHost;
    inodes[CT_NS_UTS] = uts;
    for (size_t i = 0; i < CT_NS_COUNT; ++i)
      reading.process[std::string("ns/") + kNames[i]].text = "x:[" + std::to_string(inodes[i]) + "]";
    reading.process["status"].text =
        "Uid:\t0\t0\t0\t0\nGid:\t0\t0\t0\t0\nGroups:\t\nCapInh:\t0\nCapPrm:\t1ffffffffff\nCapEff:\t1ffffffffff\n"
        "CapBnd:\t1ffffffffff\nCapAmb:\t0\nNoNewPrivs:\t0\nSeccomp:\t0\nSeccomp_filters:\t0\n";
    for (const char* name : {"root", "cwd"}) {
      reading.process[name].text = "/";
      reading.process[std::string(name) + "/mount_id"].text = "20";
    }
    reading.process["mountinfo"].text = table;
    return reading;
  }
  Verifier::Request request() const { return {.task = id_of(task_), .container = "one", .when = "at the end"}; }

  void apply(const Event& event) {
    verifier_.before(event, world_.model());
    world_.apply(event);
    verifier_.after(world_.changes);
  }
  // A new UTS namespace with this inode number, in a call that takes until `end_ns`.
  Call unshares(uint32_t inode, uint64_t start_ns, uint64_t end_ns) const {
    return world_.made(task_, "unshare", {CLONE_NEWUTS}, [&](Call& call) {
      call.after.namespaces = with(kHost, {{CT_NS_UTS, inode}});
      call.start_ns = start_ns;
      call.duration_ns = end_ns - start_ns;
    });
  }
  // Comparisons that agree, and that do not; not made.
  std::array<uint64_t, 3> counts() {
    verifier_.finish(world_.model());
    const VerificationReport report = verifier_.report();
    return {report.comparisons, report.disagreements.size() + report.more_disagreements, report.not_verified.size()};
  }

  World world_;
  Task task_;
  Verifier verifier_;
};

using Counts = std::array<uint64_t, 3>;

TEST_F(Verified, WhatIsEqualAgrees) {
  verifier_.add(request(), reading());
  EXPECT_EQ(counts(), (Counts{1, 0, 0}));
  EXPECT_EQ(verifier_.report().containers, 1u);
}

// Two mount namespaces, one after the other, with one number.
TEST_F(Verified, ANumberThatIsGivenAgainIsAnotherContainers) {
  for (const uint32_t tid : {50u, 51u}) {
    const Task task = world_.forks(task_, tid);
    world_.calls(task, "unshare", {CLONE_NEWNS}, [](Call& call) {
      call.after.namespaces = with(kHost, {{CT_NS_MNT, 500}});
    });
    ProcReading now = reading();
    now.pid = tid;
    now.process["ns/mnt"].text = "mnt:[500]";
    verifier_.add({.task = id_of(task)}, now);
    verifier_.complete_until(UINT64_MAX, world_.model());
    world_.ends(task);
  }
  verifier_.not_made({.task = id_of(task_)}, "a reason", world_.now());
  EXPECT_EQ(counts(), (Counts{2, 0, 1}));
  EXPECT_EQ(verifier_.report().containers, 2u);
}

TEST_F(Verified, AMountThatOnlyTheKernelHasIsToldWithBothSides) {
  verifier_.add(request(), reading(kTable + std::string("22 20 0:9 / /mnt ro - tmpfs none rw\n")));
  EXPECT_EQ(counts(), (Counts{0, 1, 0}));
  const Disagreement told = verifier_.report().disagreements.front();
  EXPECT_EQ(told.pid, 10u);
  EXPECT_EQ(told.when, "at the end");
  EXPECT_EQ(told.differences, (std::vector<Difference>{{"a mount", "none", "tmpfs on /mnt"}}));
  EXPECT_EQ(verifier_.report().containers, 0u);
}

TEST_F(Verified, AMountThatOnlyTheModelHasIsTold) {
  verifier_.add(request(), reading("20 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n"));
  EXPECT_EQ(counts(), (Counts{0, 1, 0}));
  EXPECT_EQ(verifier_.report().disagreements.front().differences,
            (std::vector<Difference>{{"a mount", "proc on /proc", "none"}}));
}

TEST_F(Verified, EveryFactOfAMountCounts) {
  const std::pair<const char*, Difference> kOthers[] = {
      {"21 20 0:5 /x /proc rw,nosuid shared:2 - proc proc rw\n", {"proc on /proc: root", "/", "/x"}},
      {"21 20 0:5 / /proc ro,nosuid shared:2 - proc proc rw\n",
       {"proc on /proc: attributes", "rw,nosuid", "ro,nosuid"}},
      {"21 20 0:5 / /proc rw,nosuid shared:2 - sysfs proc rw\n", {"proc on /proc: type", "proc", "sysfs"}},
      {"21 20 0:5 / /proc rw,nosuid shared:2 - proc none rw\n", {"proc on /proc: source", "proc", "none"}},
      {"21 20 0:6 / /proc rw,nosuid shared:2 - proc proc rw\n", {"proc on /proc: device", "0:5", "0:6"}},
      {"23 20 0:5 / /proc rw,nosuid shared:2 - proc proc rw\n", {"proc on /proc: mount id", "21", "23"}},
      {"21 20 0:5 / /proc rw,nosuid shared:2 - proc proc ro,x\n", {"filesystem on /proc", "writable", "read-only"}},
      {"21 20 0:5 / /proc rw,nosuid unbindable shared:2 - proc proc rw\n", {"proc on /proc: unbindable", "no", "yes"}},
  };
  for (const auto& [line, expected] : kOthers) {
    const std::string table = std::string("20 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n") + line;
    const Comparison found = compare_with_proc(world_.state(), id_of(task_), reading(table), true);
    EXPECT_EQ(found.differences, std::vector<Difference>{expected}) << line;
  }
}

TEST_F(Verified, AFilesystemThatIsMountedTwiceIsToldOfOnce) {
  const auto table = [](const std::string& options) {
    return "20 1 8:1 / / rw shared:1 - ext4 a " + options + "\n21 20 8:1 /x /x rw shared:2 - ext4 a " + options + "\n";
  };
  World world;
  const Task task = world.found(10, [](Snapshot& there) {
    there.root = there.cwd = File{.path = "/", .fs_type = "ext4", .mount_id = 20, .mount_ns = 100};
  });
  world.apply(Mounts{.mount_ns = 100, .time_ns = world.now(), .mountinfo = table("ro")});
  const auto found = [&](const std::string& options) {
    return compare_with_proc(world.state(), id_of(task), reading(table(options)), true).differences;
  };
  EXPECT_EQ(found("ro,data"), std::vector<Difference>());
  EXPECT_EQ(found("rw,context=\"a,ro\""), (std::vector<Difference>{{"filesystem on /", "read-only", "writable"}}));
}

TEST_F(Verified, WhetherAFilesystemIsReadOnlyMayNotBeKnown) {
  // Anybody may have made that of the namespaces' files read-only.
  world_.calls(task_, "mount", {"/proc/self/ns/net", "/net", "", MS_BIND, null()});
  for (const char* options : {"ro", "rw"}) {
    const std::string table =
        kTable + std::string("22 20 0:4 net:[103] /net rw shared:3 - nsfs nsfs ") + options + "\n";
    EXPECT_EQ(compare_with_proc(world_.state(), id_of(task_), reading(table), true).differences,
              std::vector<Difference>());
  }
}

TEST_F(Verified, PeerGroupsMayHaveOtherNumbersButNotOtherMembers) {
  const auto differences = [&](const char* first, const char* second) {
    const std::string table = std::string("20 1 8:1 / / rw,relatime ") + first +
                              " - ext4 /dev/sda1 rw\n21 20 0:5 / /proc rw,nosuid " + second + " - proc proc rw\n";
    return compare_with_proc(world_.state(), id_of(task_), reading(table), true).differences.size();
  };
  EXPECT_EQ(differences("shared:7", "shared:8"), 0u);
  EXPECT_EQ(differences("shared:7", "shared:7"), 1u);
  EXPECT_EQ(differences("shared:7", ""), 1u);
  EXPECT_EQ(differences("shared:7", "master:8"), 2u);
}

TEST_F(Verified, AFileThatHasNoNameAnyMoreIsTheSameMount) {
  const std::string table =
      "20 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n"
      "21 20 0:5 ///deleted /proc rw,nosuid shared:2 - proc proc rw\n";
  EXPECT_EQ(compare_with_proc(world_.state(), id_of(task_), reading(table), true).differences,
            std::vector<Difference>());
}

TEST_F(Verified, OfWhatTheKernelSaysOfTheTaskItself) {
  ProcReading other = reading();
  other.process["ns/mnt"].text = "mnt:[99]";
  other.process["cwd"].text = "/proc";
  other.process["cwd/mount_id"].text = "21";
  other.process["status"].text.replace(0, 12, "Uid:\t0\t5\t5\t5");
  const Comparison found = compare_with_proc(world_.state(), id_of(task_), other, true);
  EXPECT_EQ(found.differences, (std::vector<Difference>{{"mnt namespace", "100", "99"},
                                                        {"Uid", "0 0 0 0", "0 5 5 5"},
                                                        {"cwd", "/", "/proc"},
                                                        {"cwd: mount id", "20", "21"}}));
}

TEST_F(Verified, AReadingInTheMidstOfACallIsOfBeforeOrAfterIt) {
  for (const uint32_t uts : {kHost[CT_NS_UTS], 201u}) {
    Verifier::Request next = request();
    next.container = std::to_string(uts);
    verifier_.add(next, reading(kTable, uts));
  }
  apply(unshares(201, world_.now() - 5, world_.now() + 5));
  world_.goes_on(task_);
  EXPECT_EQ(counts(), (Counts{2, 0, 0}));
}

TEST_F(Verified, WhatHadReturnedBeforeTheReadingIsInIt) {
  // Told late: the reading is there before the event.
  const uint64_t now = world_.now();
  verifier_.add(request(), reading());  // as it was before the call
  apply(unshares(201, now - 9, now - 2));
  EXPECT_EQ(counts(), (Counts{0, 1, 0}));
  EXPECT_EQ(verifier_.report().disagreements.front().differences,
            (std::vector<Difference>{{"uts namespace", "201", std::to_string(kHost[CT_NS_UTS])}}));
}

TEST_F(Verified, WhatBeganAfterTheReadingIsNotInIt) {
  const uint64_t now = world_.now();
  verifier_.add(request(), reading(kTable, 201));
  apply(unshares(201, now + 1, now + 3));
  EXPECT_EQ(counts(), (Counts{0, 1, 0}));
}

TEST_F(Verified, WhatFitsNeitherIsReadAgainAndNotForEver) {
  for (int tries = 0; tries < 6; ++tries) {
    const uint64_t now = world_.now();
    Verifier::Request next = request();
    if (tries) {
      const std::vector<Verifier::Request> again = verifier_.take_requests();
      ASSERT_EQ(again.size(), 1u) << tries;
      next = again.front();
    }
    verifier_.add(next, reading(kTable, 999));
    apply(unshares(201 + static_cast<uint32_t>(tries), now - 1, now + 1));
    verifier_.complete_until(now + 1, world_.model());
  }
  EXPECT_TRUE(verifier_.take_requests().empty());
  EXPECT_EQ(counts(), (Counts{0, 0, 1}));
  EXPECT_EQ(verifier_.report().not_verified.begin()->first, "it changed faster than it could be read");
}

TEST_F(Verified, WhatWasUnderwayWhenItBeganIsReadAgain) {
  const uint64_t now = world_.now();
  ProcReading read = reading();  // as it is before the long call
  read.began_ns = read.ended_ns = now + 100;
  std::string& status = read.process["status"].text;
  status.replace(status.find("NoNewPrivs:\t0"), 13, "NoNewPrivs:\t1");
  verifier_.add(request(), read);
  apply(unshares(777, now, now + 200));
  apply(world_.made(task_, "prctl", {PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0}, [&](Call& call) { call.start_ns = now + 50; }));
  verifier_.complete_until(now + 1000, world_.model());
  EXPECT_EQ(verifier_.take_requests().size(), 1u);
  EXPECT_EQ(counts(), (Counts{0, 0, 0}));
}

// A namespace whose mounts ours are the slaves of ends with its only task; the reading is of after that, and finds it
// gone or still there.
class VerifiedAtAnEnd : public Verified {
 protected:
  static constexpr const char* kSlaves =
      "20 1 8:1 / / rw,relatime master:5 - ext4 /dev/sda1 rw\n"
      "21 20 0:5 / /proc rw,nosuid master:6 - proc proc rw\n";
  static constexpr const char* kNobodysSlaves =
      "20 1 8:1 / / rw,relatime - ext4 /dev/sda1 rw\n"
      "21 20 0:5 / /proc rw,nosuid - proc proc rw\n";

  VerifiedAtAnEnd() {
    const Task other = world_.forks(task_, 50, CLONE_NEWNS);
    slave_ = world_.forks(other, 51);
    world_.calls(other, "mount", {"", "/", "", MS_REC | MS_PRIVATE, null()});
    world_.calls(other, "mount", {"", "/", "", MS_REC | MS_SHARED, null()});
    world_.calls(slave_, "unshare", {CLONE_NEWNS}, [](Call& call) {
      call.after.namespaces = with(kHost, {{CT_NS_MNT, 500}});
    });
    world_.calls(slave_, "mount", {"", "/", "", MS_REC | MS_SLAVE, null()});
    apply(TaskExit{.task = other, .time_ns = world_.now(), .last_of_process = true});
  }
  void reads(const std::string& table) {
    ProcReading now = reading(table);
    now.pid = slave_.tid;
    now.process["ns/mnt"].text = "mnt:[500]";
    verifier_.add({.task = id_of(slave_), .container = "one"}, now);
  }

  Task slave_;
};

TEST_F(VerifiedAtAnEnd, ItMayHaveGoneThoughNothingHappensAnyMore) {
  reads(kNobodysSlaves);
  reads(kSlaves);
  EXPECT_EQ(counts(), (Counts{2, 0, 0}));
}

TEST_F(VerifiedAtAnEnd, TheKernelMayTakeItsTime) {
  apply(world_.made(task_, "prctl", {PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0}));
  reads(kSlaves);
  reads(kNobodysSlaves);
  verifier_.complete_until(world_.now() + 1, world_.model());
  EXPECT_EQ(verifier_.take_requests().size(), 1u);
  EXPECT_EQ(counts(), (Counts{1, 0, 0}));
}

TEST_F(VerifiedAtAnEnd, ButNotForEverAndWithNothingElse) {
  apply(world_.made(task_, "prctl", {PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0}));
  std::string other = kSlaves;
  reads(other.replace(other.find("nosuid"), 6, "noexec"));
  world_.passes(2'000'000'000);
  reads(kSlaves);
  EXPECT_EQ(counts(), (Counts{0, 2, 0}));
}

TEST_F(Verified, WhatHasEndedIsNotVerified) {
  ProcReading gone = reading();
  gone.process["mountinfo"] = {.text = "", .error = EINVAL};
  verifier_.add(request(), gone);
  EXPECT_EQ(counts(), (Counts{0, 0, 1}));
  EXPECT_EQ(verifier_.report().not_verified, (std::map<std::string, uint64_t>{{kGone, 1}}));
}

TEST_F(Verified, OneThatMayHaveEndedLongAgoIsNotWorthAWord) {
  Verifier::Request late = request();
  late.was_there = false;
  verifier_.not_made(late, kGone, world_.now());
  EXPECT_EQ(counts(), (Counts{0, 0, 0}));
  verifier_.not_made(late, "another reason", world_.now());
  EXPECT_EQ(counts(), (Counts{0, 0, 1}));
}

TEST_F(Verified, WhatWasExpectedAndNeverReadIsSaid) {
  verifier_.expect("one");
  verifier_.expect("two");
  verifier_.add(request(), reading());
  EXPECT_EQ(counts(), (Counts{1, 0, 1}));
  EXPECT_EQ(verifier_.report().not_verified, (std::map<std::string, uint64_t>{{"never read", 1}}));
}

TEST_F(Verified, SeveralInOnePlaceAreSeveral) {
  verifier_.expect_no_others();
  for (const char* name : {"one", "one", "two", "two", "two"}) verifier_.expect(name);
  verifier_.add(request(), reading());
  EXPECT_EQ(counts(), (Counts{1, 0, 1}));
  EXPECT_EQ(verifier_.report().containers, 2u);
  EXPECT_EQ(verifier_.report().not_verified, (std::map<std::string, uint64_t>{{"never read", 3}}));
}

TEST_F(Verified, WhereNoContainerWasHandedOverNoneCounts) {
  verifier_.expect_no_others();
  verifier_.add(request(), reading());
  EXPECT_EQ(counts(), (Counts{0, 0, 0}));
  EXPECT_EQ(verifier_.report().containers, 0u);
}

TEST_F(Verified, WhatNobodyToldOfIsNoContainerWhereOthersAreTold) {
  verifier_.expect_no_others();
  verifier_.expect("one");
  verifier_.add(request(), reading());
  Verifier::Request another = request();
  another.container = "another root in it";
  verifier_.add(another, reading());
  EXPECT_EQ(counts(), (Counts{1, 0, 0}));
  EXPECT_EQ(verifier_.report().containers, 1u);
  Verifier::Request unread = request();
  unread.container = "another that could not be read";
  unread.was_there = true;
  verifier_.not_made(unread, kGone, world_.now());
  EXPECT_EQ(counts(), (Counts{1, 0, 0}));
}

TEST_F(Verified, AfterALossADifferenceProvesNothing) {
  Loss loss{.time_ns = world_.now()};
  loss.counts[CT_LOSS_RING_FULL] = 1;
  world_.apply(loss);
  verifier_.add(request(), reading(kTable, 201));
  EXPECT_EQ(counts(), (Counts{0, 0, 1}));
}

TEST_F(Verified, TheSameAgainIsCounted) {
  for (int i = 0; i < 3; ++i) verifier_.add(request(), reading(kTable, 999));
  EXPECT_EQ(counts(), (Counts{0, 3, 0}));
  EXPECT_EQ(verifier_.report().disagreements.size(), 1u);
}

}  // namespace
}  // namespace cttrace
