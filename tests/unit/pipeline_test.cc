// All the parts together: what is kept of a trace is bounded, and what is left out is said.
#include "cli/pipeline.h"

#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>

#include "piped.h"
#include "source/synthetic.h"

namespace cttrace::test {
namespace {

size_t count_of(const std::string& text, std::string_view words) {
  size_t count = 0;
  for (size_t at = text.find(words); at != text.npos; at = text.find(words, at + 1)) ++count;
  return count;
}

// Of what happens in a mount namespace that has very many mounts: the story, with trees.
class PipelineTrees : public testing::Test {
 protected:
  static constexpr size_t kMounts = 20'000;
  static constexpr size_t kMost = 1'000'000 / kMounts;  // trees of so many that are kept of one container

  PipelineTrees() {
    std::string table = "20 1 0:20 / / rw - ext4 /dev/vda rw\n";
    for (size_t i = 1; i < kMounts; ++i)
      table += std::to_string(20 + i) + " 20 0:21 / /m" + std::to_string(i) + " rw - tmpfs many rw\n";
    for (std::string& part : mounts_records(is_there(50), 2, table)) records_.push_back(std::move(part));
  }

  // A program, and that it has gone into a copy of the mount namespace.
  ct_exec is_there(uint32_t tid) {
    const WireFile root = {.mount_id = 20, .mount_parent_id = 1, .rest = {.dev = 20, .mnt_ns = kHost[CT_NS_MNT]}};
    auto record = was_there().at(now_ += 10).by(tid);
    std::copy(kHost.begin(), kHost.end(), std::begin(record.body.ns));
    record.file(CT_ARG_CWD, root).file(CT_ARG_ROOT, root).file(CT_ARG_EXE, {.path = "/bin/made-up"});
    records_.push_back(record);
    return record.body;
  }
  void unshares(uint32_t tid) {
    NamespaceInodes own = kHost;
    own[CT_NS_MNT] = 1000 + tid;
    now_ += 10;
    records_.push_back(enters("unshare", {CLONE_NEWNS}).at(now_).by(tid));
    records_.push_back(returns("unshare", {CLONE_NEWNS}, 0).at(now_ + 5).by(tid).entered_at(now_).namespaces(own));
  }
  void mounts(uint32_t tid, const std::string& source, const std::string& target, uint64_t flags = 0) {
    const Args args = {kPointer, kPointer, kPointer, flags, 0};
    now_ += 10;
    records_.push_back(
        enters("mount", args).at(now_).by(tid).string(0, source).string(1, target).string(2, "tmpfs").null(4));
    records_.push_back(returns("mount", args, 0).at(now_ + 5).by(tid).entered_at(now_));
  }
  void mounts_many(uint32_t tid, size_t count) {
    for (size_t i = 0; i < count; ++i) mounts(tid, "new", "/new" + std::to_string(i));
  }
  void changes_root(uint32_t tid, const std::string& root) {
    now_ += 10;
    records_.push_back(enters("chroot", {kPointer}).at(now_).by(tid).string(0, root));
    records_.push_back(returns("chroot", {kPointer}, 0).at(now_ + 5).by(tid).entered_at(now_));
  }
  void fails(uint32_t tid) {
    auto record = ends(1 << 8).at(now_ += 10).by(tid).flagged(CT_FLAG_GROUP_DEAD);
    records_.push_back(record);
  }

  Piped shown() const {
    Options options;
    options.trees = options.render.quiet = true;
    return piped(options, records_);
  }

 private:
  static constexpr NamespaceInodes kHost = {100, 101, 102, 103, 104, 105, 105, 107, 107, 109};
  Records records_;
  uint64_t now_ = 0;
};

constexpr std::string_view kLeftOut = "trees left out: too many mounts\n", kBefore = "before: ";

TEST_F(PipelineTrees, AreKeptAsFarAsTheyAreNotTooLarge) {
  unshares(50);
  mounts_many(50, kMost - 2);
  mounts(50, "/m1", "/bound", MS_BIND);
  const auto [text, hint] = shown();
  EXPECT_EQ(count_of(text, kBefore), 1u);
  EXPECT_EQ(count_of(text, kLeftOut), 0u);
  EXPECT_EQ(hint, "");
}

// A root switch is what one looks for, and comes after all that.
TEST_F(PipelineTrees, WhatIsLeftOutIsSaidAndARootSwitchIsNot) {
  unshares(50);
  mounts_many(50, kMost - 1);
  mounts(50, "/m1", "/bound", MS_BIND);
  mounts(50, "/m1", "/bound-too", MS_BIND);
  changes_root(50, "/m2");
  const auto [text, hint] = shown();
  EXPECT_EQ(count_of(text, kLeftOut), 1u);  // both are one step
  EXPECT_EQ(count_of(text, "(becomes the root)"), 1u);
  EXPECT_EQ(hint, "--trees: those around 2 calls are left out, as there were too many mounts in them");
}

TEST_F(PipelineTrees, AnotherContainerHasItsOwn) {
  unshares(50);
  mounts_many(50, kMost - 1);
  mounts(50, "/m1", "/bound", MS_BIND);
  fails(50);
  is_there(60);
  unshares(60);
  mounts(60, "/m1", "/bound", MS_BIND);
  const std::string text = shown().text;
  EXPECT_LT(text.find(kLeftOut), text.find(kBefore)) << text;
  EXPECT_EQ(count_of(text, kLeftOut), 1u);
  EXPECT_EQ(count_of(text, kBefore), 1u);
}

// The roots of the first one are no reason to keep more of the second.
TEST_F(PipelineTrees, ARootSwitchIsOfItsContainer) {
  unshares(50);
  changes_root(50, "/m2");
  fails(50);
  is_there(60);
  unshares(60);
  mounts_many(60, kMost - 1);
  mounts(60, "/m1", "/bound", MS_BIND);
  EXPECT_EQ(count_of(shown().text, kLeftOut), 1u);
}

}  // namespace
}  // namespace cttrace::test
