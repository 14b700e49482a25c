// Records of programs, and the versions that are added to them.
#include "source/versioned_source.h"

#include <gtest/gtest.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <cstdio>

#include "made_executable.h"
#include "records.h"
#include "source/memory.h"

namespace cttrace::test {
namespace {

constexpr uint32_t kGone = 0x7ffffff0;  // no process has this number

// An executable called runc that says it is 1.3.0, which no process runs.
class VersionedSourceTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_NE(mkdtemp(folder_.data()), nullptr);
    path_ = folder_ + "/runc";
    write("1.3.0");
    struct stat place = {}, own = {};
    ASSERT_EQ(stat(path_.c_str(), &place), 0);
    ASSERT_EQ(stat("/proc/self/ns/mnt", &own), 0);
    file_ = {.path = path_, .inode = place.st_ino};
    file_.rest.dev = static_cast<uint32_t>(major(place.st_dev) << 20 | minor(place.st_dev));
    file_.rest.sb_magic = EXT4_SUPER_MAGIC;
    file_.rest.mnt_ns = static_cast<uint32_t>(own.st_ino);
  }
  void TearDown() override {
    remove(path_.c_str());
    rmdir(folder_.c_str());
  }

  void write(const std::string& version) {
    FILE* file = fopen(path_.c_str(), "w");
    ASSERT_NE(file, nullptr);
    const std::string bytes = executable({{".rodata", "runc " + version + '\0'}});
    EXPECT_EQ(fwrite(bytes.data(), 1, bytes.size(), file), bytes.size());
    fclose(file);
  }

  WireRecord<ct_exec> runs_it(WireRecord<ct_exec> record = executes()) {
    return record.by(kGone).capture(CT_ARG_EXE, CT_CAP_FILE, CT_OK, file_.bytes());
  }

  Records handed_on(const Records& records) {
    VersionedSource source(std::make_unique<MemorySource>(TraceInfo(), records));
    Records all;
    source.poll(std::chrono::milliseconds(0), [&](std::span<const std::byte> record) {
      all.emplace_back(reinterpret_cast<const char*>(record.data()), record.size());
    });
    return all;
  }
  std::string version_of(const WireRecord<ct_exec>& record) {
    const Decoded decoded = decode(handed_on({record}));
    EXPECT_EQ(decoded.bad.malformed, 0u);
    return decoded.events.size() == 1 ? std::get<Snapshot>(decoded.events[0]).exe_version : "no event";
  }

  std::string folder_ = testing::TempDir() + "cttrace-versions-XXXXXX", path_;
  WireFile file_;
};

TEST_F(VersionedSourceTest, AddsIt) {
  EXPECT_EQ(version_of(runs_it()), "1.3.0");
  EXPECT_EQ(version_of(runs_it(was_there())), "1.3.0");
}

TEST_F(VersionedSourceTest, ChangesNothingElse) {
  file_.path = "/nowhere";
  const Records records = {forks(7), runs_it(), enters("chdir", {kPointer}), executes(), "junk", tick(5)};
  EXPECT_EQ(handed_on(records), records);
}

TEST_F(VersionedSourceTest, OfAThreadThatWasThereNothing) {
  EXPECT_EQ(version_of(runs_it(was_there()).by(kGone, kGone - 1)), "");
}

TEST_F(VersionedSourceTest, TheFileMustBeThatOfTheRecord) {
  file_.inode += 1;
  EXPECT_EQ(version_of(runs_it()), "");
}

TEST_F(VersionedSourceTest, APathInAnotherMountNamespaceIsAnotherFile) {
  file_.rest.mnt_ns += 1;
  EXPECT_EQ(version_of(runs_it()), "");
}

TEST_F(VersionedSourceTest, WhatMayHaveToWaitIsNotRead) {
  file_.rest.sb_magic = 0x65735546;  // FUSE
  EXPECT_EQ(version_of(runs_it()), "");
  file_.rest.sb_magic = OVERLAYFS_SUPER_MAGIC;
  EXPECT_EQ(version_of(runs_it()), "1.3.0");  // the host's own
}

TEST_F(VersionedSourceTest, AFileThatWasWrittenAnewIsReadAnew) {
  VersionedSource source(std::make_unique<MemorySource>(TraceInfo(), Records{runs_it(), runs_it()}));
  std::vector<std::string> versions;
  source.poll(std::chrono::milliseconds(0), [&](std::span<const std::byte> record) {
    const Decoded decoded = decode({{reinterpret_cast<const char*>(record.data()), record.size()}});
    versions.push_back(std::get<Snapshot>(decoded.events.at(0)).exe_version);
    write("1.10.1");
  });
  EXPECT_EQ(versions, (std::vector<std::string>{"1.3.0", "1.10.1"}));
}

TEST_F(VersionedSourceTest, ARecordThatIsFullStaysAsItIs) {
  WireRecord<ct_exec> record = runs_it();
  std::string fitting = record;
  record.bytes(CT_ARG_OPEN, std::string(CT_RECORD_MAX - fitting.size() - sizeof(ct_capture), 'x'));
  const Records records = {record};
  ASSERT_EQ(records[0].size(), size_t{CT_RECORD_MAX});
  EXPECT_EQ(handed_on(records), records);
}

}  // namespace
}  // namespace cttrace::test
