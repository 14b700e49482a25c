// Who is not traced, but changes mounts where traced ones are: the model has it, and nothing else of it is told.
#include <gtest/gtest.h>

#include <cstdio>

#include "mount_world.h"
#include "piped.h"
#include "source/synthetic.h"

namespace cttrace::test {
namespace {

constexpr uint32_t kTraced = 50, kStranger = 60;
constexpr char kTable[] =
    "20 1 0:20 / / rw - ext4 /dev/vda rw\n"
    "21 20 0:21 / /srv rw - tmpfs srv rw\n";

class Strangers : public testing::Test {
 protected:
  Strangers() {
    const ct_exec traced = is_there(kTraced, 0);
    for (std::string& part : mounts_records(traced, 2, kTable)) records_.push_back(std::move(part));
  }

  ct_exec is_there(uint32_t tid, uint32_t flags) {
    const WireFile root = {.mount_id = 20, .mount_parent_id = 1, .rest = {.dev = 20, .mnt_ns = kHost[CT_NS_MNT]}};
    auto record = was_there().at(now_ += 10).by(tid);
    record.flagged(flags);
    std::copy(kHost.begin(), kHost.end(), std::begin(record.body.ns));
    std::snprintf(record.body.comm, sizeof(record.body.comm), "daemon");
    record.file(CT_ARG_CWD, root).file(CT_ARG_ROOT, root).file(CT_ARG_EXE, {.path = "/bin/made-up"});
    records_.push_back(record);
    return record.body;
  }
  void mounts(uint32_t tid, const std::string& source, const std::string& target, uint32_t flags) {
    const Args args = {kPointer, kPointer, kPointer, 0, 0};
    now_ += 10;
    records_.push_back(
        enters("mount", args).at(now_).by(tid).flagged(flags).string(0, source).string(1, target).string(2, "tmpfs"));
    records_.push_back(returns("mount", args, 0).at(now_ + 5).by(tid).flagged(flags).entered_at(now_));
  }

  std::string shown(Format format) const {
    Options options;
    options.format = format;
    return piped(options, records_).text;
  }

  Records records_;
  uint64_t now_ = 0;
};

TEST_F(Strangers, NoFormatTellsOfThemButOfWhatTheyDidToMounts) {
  is_there(kStranger, CT_FLAG_STRANGER);
  mounts(kStranger, "theirs", "/srv/theirs", CT_FLAG_STRANGER);
  mounts(kTraced, "own", "/srv/own", 0);
  for (const Format format : {Format::kCalls, Format::kStory, Format::kList, Format::kNdjson}) {
    std::string text = shown(format);
    const bool is_json = format == Format::kNdjson;
    // Else who follows changes would not know of it.
    const size_t change = is_json ? text.find(R"("type":"changes","time_ns":30)") : text.npos;
    EXPECT_EQ(change != text.npos, is_json);
    if (is_json) text.erase(change, text.find('\n', change) - change);
    EXPECT_EQ(text.find("theirs"), text.npos) << text;
    EXPECT_NE(text.find(is_json ? R"("strangers":{"calls":1,"some":[{"tgid":60,"comm":"daemon"}]})"
                                : "changed by processes that are not traced, in 1 call: daemon 60\n"),
              text.npos)
        << text;
  }
  EXPECT_NE(shown(Format::kCalls).find("own"), std::string::npos);
}

TEST_F(Strangers, AreNamedAsFarAsThereIsRoom) {
  for (uint32_t tid = 60; tid < 65; ++tid) {
    is_there(tid, CT_FLAG_STRANGER);
    mounts(tid, "theirs", "/srv/theirs", CT_FLAG_STRANGER);
  }
  is_there(60, CT_FLAG_STRANGER);
  EXPECT_NE(shown(Format::kStory).find("in 5 calls: daemon 60, daemon 61, daemon 62 and others\n"), std::string::npos);
}

TEST_F(Strangers, AreNoEventsOfTheTrace) {
  is_there(kStranger, CT_FLAG_STRANGER);
  mounts(kStranger, "theirs", "/srv/theirs", CT_FLAG_STRANGER);
  EXPECT_NE(shown(Format::kStory).find(": 2 events, 0 calls"), std::string::npos) << shown(Format::kStory);
}

Snapshot at(const MountWorld& world, uint32_t tid, const std::string& cwd) {
  Snapshot there = world.snapshot({.tid = tid, .tgid = tid, .start_ns = 1, .stranger = true}, [&](Snapshot& snapshot) {
    File root{.path = "/"};
    root.fs_type = "ext4", root.dev_minor = 20, root.mount_id = 20, root.mount_parent_id = 1;
    root.mount_ns = kHost[CT_NS_MNT];
    snapshot.root = snapshot.cwd = root;
    snapshot.cwd->path = cwd;
  });
  there.at_start = true;
  return there;
}

// What else they do nobody sees: each of their calls begins where they are said to be.
TEST(ModelStrangers, MayHaveGoneElsewhereSince) {
  MountWorld world;
  for (const std::string cwd : {"/a", "/b"}) {
    const Snapshot there = at(world, kStranger, cwd);
    world.apply(there);
    EXPECT_EQ(world.state().fs_of(world.task(there.task))->cwd.path, cwd);
  }
}

TEST(ModelStrangers, ChangeWhatTheOthersHave) {
  MountWorld world;
  const Snapshot there = at(world, kStranger, "/");
  world.apply(there);
  world.mounts(there.task, "theirs", "/srv", "tmpfs");
  EXPECT_TRUE(world.table(world.host).ends_with(", /srv theirs")) << world.table(world.host);
  world.ends(there.task);
  EXPECT_TRUE(world.table(world.host).ends_with(", /srv theirs")) << world.table(world.host);
}

}  // namespace
}  // namespace cttrace::test
