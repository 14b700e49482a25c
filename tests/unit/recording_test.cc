// Recordings: what is written is read again, and what is broken is told.
#include "wire/recording.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <cerrno>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <thread>

#include "records.h"

namespace cttrace::test {
namespace {

TraceInfo some_info() {
  return {.host = "h\xc3\xb6st",
          .kernel = "6.1.0",
          .kernel_traits = {"mount.by_id", "b\xc3\xb6"},
          .cttrace_version = "0.1.0",
          .machine = Abi::aarch64,
          .backend = "ebpf",
          .command = {"-p", "1", "\xff\x01 not UTF-8", "a\nb\"\\", ""},
          .hooks = "sys_enter, sys_exit",
          .start_ns = ~uint64_t{0},
          .realtime_offset_ns = -5,
          .roots = {1, 4194304}};
}

Records some_records() {
  return {enters("chdir", {kPointer}).at(100).string(0, "/tmp"), tick(120),
          returns("chdir", {kPointer}, 0).at(150).entered_at(100), loses(CT_LOSS_TRUNCATED, 1)};
}

class Recording : public testing::Test {
 protected:
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string path() const { return folder_ + "/recording"; }
  std::string bytes() const {
    std::ifstream file(path(), std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  std::string written(const TraceInfo& info, const Records& records) const {
    Result<RecordingWriter> writer = RecordingWriter::create(path(), info);
    EXPECT_TRUE(writer);
    for (const std::string& record : records) writer->write(std::as_bytes(std::span(record)));
    EXPECT_TRUE(writer->close());
    return bytes();
  }

 private:
  std::string folder_ = [] {
    std::string name = testing::TempDir() + "cttrace.XXXXXX";
    if (!mkdtemp(name.data())) throw std::runtime_error("mkdtemp");
    return name;
  }();
};

// What could be read, and why there is no more.
struct Read {
  TraceInfo info;
  Records records;
  std::string problem;  // empty: it is whole
};

Read read_all(Result<RecordingReader> reader) {
  Read out;
  const auto failed = [&out](const Error& error) {
    EXPECT_EQ(error.exit_status, 2);
    EXPECT_EQ(error.line().find('\n'), std::string::npos);
    out.problem = error.line();
    return out;
  };
  if (!reader) return failed(reader.error());
  out.info = reader->info();
  for (;;) {
    const auto record = reader->next();
    if (!record) return failed(record.error());
    if (record->empty()) return out;
    out.records.emplace_back(reinterpret_cast<const char*>(record->data()), record->size());
  }
}

Read read_bytes(std::string bytes) { return read_all(RecordingReader::from_memory(std::move(bytes), "name")); }

void expect_problem(const Read& read, std::string_view says) {
  EXPECT_NE(read.problem.find(says), std::string::npos) << read.problem << "\nwithout " << says;
}

TEST_F(Recording, IsReadAsItWasWritten) {
  written(some_info(), some_records());
  const Read read = read_all(RecordingReader::open(path()));
  EXPECT_EQ(read.problem, "");
  EXPECT_EQ(read.records, some_records());
  const TraceInfo info = some_info();
  EXPECT_EQ(read.info.host, info.host);
  EXPECT_EQ(read.info.kernel, info.kernel);
  EXPECT_EQ(read.info.kernel_traits, info.kernel_traits);
  EXPECT_EQ(read.info.cttrace_version, info.cttrace_version);
  EXPECT_EQ(read.info.machine, info.machine);
  EXPECT_EQ(read.info.backend, info.backend);
  EXPECT_EQ(read.info.command, info.command);
  EXPECT_EQ(read.info.hooks, info.hooks);
  EXPECT_EQ(read.info.start_ns, info.start_ns);
  EXPECT_EQ(read.info.realtime_offset_ns, info.realtime_offset_ns);
  EXPECT_EQ(read.info.roots, info.roots);
}

TEST_F(Recording, MayHoldNothing) {
  const Read read = read_bytes(written(some_info(), {}));
  EXPECT_EQ(read.problem, "");
  EXPECT_EQ(read.records, Records{});
}

TEST_F(Recording, MayBeLongerThanAnyBuffer) {
  Records records;
  for (int i = 0; i < 500; ++i)
    records.push_back(enters("chdir", {}).string(0, std::string(3000, static_cast<char>(i))));
  const std::string bytes = written(some_info(), records);
  EXPECT_GT(bytes.size(), 1u << 20);
  EXPECT_EQ(read_all(RecordingReader::open(path())).records, records);
}

TEST_F(Recording, IsForItsOwnerOnly) {
  written(some_info(), {});
  struct stat status = {};
  ASSERT_EQ(stat(path().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777u, 0600u);
}

TEST_F(Recording, CutAnywhereGivesWhatIsWholeAndIsTold) {
  const std::string whole = written(some_info(), some_records());
  ASSERT_EQ(read_bytes(whole).problem, "");
  size_t records_before = 0;
  for (size_t size = 0; size < whole.size(); ++size) {
    const Read read = read_bytes(whole.substr(0, size));
    expect_problem(read, size == 0 ? "empty" : "truncated");
    EXPECT_GE(read.records.size(), records_before);  // what was whole stays whole
    records_before = read.records.size();
    const Records all = some_records();
    EXPECT_TRUE(std::equal(read.records.begin(), read.records.end(), all.begin()));
  }
  EXPECT_EQ(records_before, some_records().size());
}

TEST_F(Recording, AnyByteThatChangedIsNoticed) {
  const std::string whole = written(some_info(), some_records());
  for (size_t at = 0; at < whole.size(); ++at) {
    for (const int flip : {0x01, 0x80, 0xff}) {
      std::string changed = whole;
      changed[at] = static_cast<char>(changed[at] ^ flip);
      EXPECT_NE(read_bytes(changed).problem, "") << "byte " << at << " by " << flip;
    }
  }
}

TEST_F(Recording, TellsWhereItIsBroken) {
  const std::string whole = written(some_info(), some_records());
  const size_t first = whole.size() - sizeof(recording_end) -
                       (some_records()[0] + some_records()[1] + some_records()[2] + some_records()[3]).size();
  const size_t second = first + some_records()[0].size();
  const Read cut = read_bytes(whole.substr(0, second + 20));
  expect_problem(cut, "truncated at byte " + std::to_string(second) + ", after 1 whole record");
  for (const uint32_t length : {0u, 40u, 49u, 0x10008u, 0xffffffffu}) {
    std::string changed = whole;
    std::memcpy(changed.data() + second + offsetof(ct_record, length), &length, sizeof(length));
    const Read read = read_bytes(changed);
    expect_problem(read, "corrupt: a record of " + std::to_string(length) + " bytes at byte " + std::to_string(second));
    EXPECT_EQ(read.records.size(), 1u);
  }
}

TEST_F(Recording, BytesBehindTheEndAreTold) {
  const std::string whole = written(some_info(), some_records());
  const Read read = read_bytes(whole + "x");
  expect_problem(read, "behind its end");
  EXPECT_EQ(read.records, some_records());
  expect_problem(read_bytes(whole + whole), "behind its end");
}

TEST_F(Recording, OtherFilesAreRefused) {
  expect_problem(read_bytes(""), "empty");
  for (const char* text : {"\x7f"
                           "ELF and so on",
                           "{\"type\":\"header\"}", "x", "CTTRACE ", "cttrace\n"})
    expect_problem(read_bytes(text), "no recording of cttrace");
  expect_problem(read_all(RecordingReader::open("/proc/self/exe")), "no recording of cttrace");
  expect_problem(read_all(RecordingReader::open("/")), "Is a directory");
  expect_problem(read_all(RecordingReader::open("/there/is/none")), "No such file");
}

// A header as the caller likes it.
std::string with_header(uint32_t version, std::string_view json, std::optional<uint32_t> length = std::nullopt) {
  const auto size = static_cast<uint32_t>(json.size());
  return std::string(kRecordingMagic) + bytes_of(version) + bytes_of(length.value_or(size)) + std::string(json);
}

TEST_F(Recording, NewerOnesAreRefused) {
  for (const uint32_t version : {kRecordingVersion + 1, ~0u}) {
    const Read read = read_bytes(with_header(version, "{}"));
    expect_problem(read, "newer cttrace");
    expect_problem(read, "version " + std::to_string(version));
  }
}

TEST_F(Recording, OlderOnesAreRead) {
  // As version 1 was written: no traits in the header, records and an end mark that say so.
  std::string record = tick(100);
  record[offsetof(ct_record, version)] = 1;
  std::string old =
      with_header(1, R"({"cttrace":"0.1.0","host":"h","kernel":"6.1.0","machine":"x86_64","backend":"ebpf",)"
                     R"("hooks":"","start_ns":1,"realtime_offset_ns":1,"roots":[1],"command":["a"]})") +
      record;
  recording_end end = {.kind = 0, .version = 1, .pad = 0, .length = sizeof(end), .records = 1, .crc = 0, .pad2 = 0};
  end.crc = static_cast<uint32_t>(crc32(0, reinterpret_cast<const Bytef*>(old.data()), static_cast<uInt>(old.size())));
  const Read read = read_bytes(old + bytes_of(end));
  EXPECT_EQ(read.problem, "");
  EXPECT_EQ(read.records, Records{record});
  EXPECT_EQ(read.info.kernel, "6.1.0");
  EXPECT_EQ(read.info.kernel_traits, std::vector<std::string>{});
  // An end mark of another version than the header's is none.
  end.version = CT_WIRE_VERSION;
  expect_problem(read_bytes(old + bytes_of(end)), "corrupt");
}

TEST_F(Recording, HeadersThatMakeNoSenseAreRefused) {
  expect_problem(read_bytes(with_header(0, "{}")), "corrupt");
  expect_problem(read_bytes(with_header(kRecordingVersion, "{}", 0xffffffff)), "corrupt");
  expect_problem(read_bytes(with_header(kRecordingVersion, "{}", 3)), "truncated");
  const std::string good =
      R"({"cttrace":"","host":"","kernel":"","machine":"x86_64","backend":"","hooks":"","start_ns":1,)"
      R"("realtime_offset_ns":1,"roots":[1],"command":["a"]})";
  expect_problem(read_bytes(with_header(kRecordingVersion, good)), "truncated at byte");  // a header as it should be
  const auto with = [&good](std::string_view old, std::string_view wrong) {
    std::string json = good;
    return json.replace(json.find(old), old.size(), wrong);
  };
  for (const std::string& json : {std::string(),
                                  std::string("{"),
                                  std::string("[]"),
                                  std::string("null"),
                                  std::string(100'000, '['),
                                  with("x86_64", "vax"),
                                  with(R"("x86_64")", "1"),
                                  with(R"("start_ns":1)", R"("start_ns":-1)"),
                                  with(R"("start_ns":1)", R"("start_ns":1e300)"),
                                  with(R"("start_ns":1)", R"("start_ns":"1")"),
                                  with(R"("realtime_offset_ns":1)", R"("realtime_offset_ns":18446744073709551615)"),
                                  with("[1]", "[4294967296]"),
                                  with("[1]", "[-1]"),
                                  with("[1]", "7"),
                                  with(R"(["a"])", "[[256]]"),
                                  with(R"(["a"])", R"([{"a":1}])"),
                                  with(R"("hooks":"",)", ""),
                                  with("[1]", "[1.5]"),
                                  with(R"(["a"])", "[\"\xff\"]"),
                                  with(R"("hooks")", R"("kernel_traits":"a","hooks")"),
                                  with(R"("hooks")", R"("kernel_traits":[1],"hooks")")})
    expect_problem(read_bytes(with_header(kRecordingVersion, json)), "corrupt: its header");
}

TEST_F(Recording, IsReadFromAPipeInAnyPortions) {
  const std::string whole = written(some_info(), some_records());
  for (const size_t portion : {1u, 7u, 4096u}) {
    int ends[2];
    ASSERT_EQ(pipe2(ends, O_CLOEXEC), 0);
    std::thread writer([&, fd = ends[1]] {
      for (size_t at = 0; at < whole.size(); at += portion)
        EXPECT_TRUE(write_all(fd, std::string_view(whole).substr(at, portion), "the pipe"));
      close(fd);
    });
    const Read read = read_all(RecordingReader::open("/proc/self/fd/" + std::to_string(ends[0])));
    writer.join();
    close(ends[0]);
    EXPECT_EQ(read.problem, "");
    EXPECT_EQ(read.records, some_records());
  }
}

TEST_F(Recording, WhatCannotBeWrittenIsToldAtOnceOrInTheEnd) {
  EXPECT_EQ(RecordingWriter::create("/there/is/no/folder", {}).error().code, ENOENT);
  Result<RecordingWriter> full = RecordingWriter::create("/dev/full", {});
  ASSERT_TRUE(full);
  EXPECT_EQ(full->close().error().code, ENOSPC);

  // A reader that goes away. The first error is kept, whatever is written then.
  signal(SIGPIPE, SIG_IGN);
  int ends[2];
  ASSERT_EQ(pipe2(ends, O_CLOEXEC), 0);
  Result<RecordingWriter> writer = RecordingWriter::create("/proc/self/fd/" + std::to_string(ends[1]), some_info());
  ASSERT_TRUE(writer);
  close(ends[0]);
  const std::string record = some_records()[0];
  writer->write(std::as_bytes(std::span(record)));
  writer->flush();
  writer->write(std::as_bytes(std::span(record)));
  const Status closed = writer->close();
  ASSERT_FALSE(closed);
  EXPECT_EQ(closed.error().code, EPIPE);
  EXPECT_NE(closed.error().line().find("/proc/self/fd/"), std::string::npos);
  close(ends[1]);
}

TEST_F(Recording, WithoutCloseIsATruncatedOne) {
  {
    Result<RecordingWriter> writer = RecordingWriter::create(path(), some_info());
    ASSERT_TRUE(writer);
    const std::string record = some_records()[0];
    writer->write(std::as_bytes(std::span(record)));
    writer->flush();
  }
  const Read read = read_all(RecordingReader::open(path()));
  expect_problem(read, "truncated");
  EXPECT_EQ(read.records.size(), 1u);
}

}  // namespace
}  // namespace cttrace::test
