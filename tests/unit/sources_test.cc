// Sources that need no privilege yield what they were given.
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>

#include "records.h"
#include "source/memory.h"
#include "source/replay.h"

namespace cttrace::test {
namespace {

using std::chrono::milliseconds;

Records polled(EventSource& source) {
  Records records;
  const auto sink = [&records](std::span<const std::byte> record) {
    records.emplace_back(reinterpret_cast<const char*>(record.data()), record.size());
  };
  while (source.poll(milliseconds(0), sink)) continue;
  source.stop(sink);
  return records;
}

Records some_records(size_t count) {
  Records records;
  for (size_t i = 0; i < count; ++i) records.push_back(forks(static_cast<uint32_t>(i)).at(i));
  return records;
}

// A recording in memory.
std::string recorded(const Records& records) {
  const std::string path = testing::TempDir() + "cttrace-sources-" + std::to_string(getpid());
  Result<RecordingWriter> writer = RecordingWriter::create(path, TraceInfo());
  for (const std::string& record : records) writer->write(std::as_bytes(std::span(record)));
  EXPECT_TRUE(writer->close());
  Result<std::string> bytes = read_file(path, 1u << 30);
  remove(path.c_str());
  return std::move(*bytes);
}

TEST(Sources, MemoryYieldsItsRecords) {
  TraceInfo info;
  info.host = "here";
  MemorySource source(info, some_records(3));
  EXPECT_EQ(source.info().host, "here");
  EXPECT_EQ(polled(source), some_records(3));
  EXPECT_EQ(polled(source), Records{});
}

TEST(Sources, ReplayYieldsWhatWasRecorded) {
  for (const size_t count : {0u, 1u, 1024u, 3000u}) {
    ReplaySource source(std::move(*RecordingReader::from_memory(recorded(some_records(count)), "name")));
    EXPECT_EQ(polled(source), some_records(count));
  }
}

TEST(Sources, ReplayHandsOnWhatIsWholeBeforeItFails) {
  const std::string whole = recorded(some_records(1500));
  ReplaySource source(std::move(*RecordingReader::from_memory(whole.substr(0, whole.size() - 30), "name")));
  Records records;
  try {
    while (source.poll(milliseconds(0), [&records](std::span<const std::byte> record) {
      records.emplace_back(reinterpret_cast<const char*>(record.data()), record.size());
    }))
      continue;
    FAIL() << "a truncated recording was whole";
  } catch (const Failure& failure) {
    EXPECT_EQ(failure.error().exit_status, 2);
  }
  // What is in the last block, which is cut, is missing.
  EXPECT_GT(records.size(), 1000u);
  EXPECT_LT(records.size(), 1500u);
  EXPECT_TRUE(records == some_records(records.size()));
}

}  // namespace
}  // namespace cttrace::test
