// Recordings: what is written is read again, and what is broken is told.
#include "wire/recording.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include <cerrno>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <memory>
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
          .roots = {1, 4194304},
          .kernel_files = {{"/proc/keys", true}, {"/proc/scsi", false}}};
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
  EXPECT_EQ(read.info.kernel_files, info.kernel_files);
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
  EXPECT_EQ(read_all(RecordingReader::open(path())).records, records);
  EXPECT_LT(bytes.size(), 1u << 17);  // packed, what is alike takes little
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

// A header as the caller likes it.
std::string with_header(uint32_t version, std::string_view json, std::optional<uint32_t> length = std::nullopt) {
  const auto size = static_cast<uint32_t>(json.size());
  return std::string(kRecordingMagic) + bytes_of(version) + bytes_of(length.value_or(size)) + std::string(json);
}

std::string with_good_header(uint32_t version) {
  return with_header(version, R"({"cttrace":"0.1.0","host":"h","kernel":"6.1.0","machine":"x86_64","backend":"ebpf",)"
                              R"("hooks":"","start_ns":1,"realtime_offset_ns":1,"roots":[1],"command":["a"]})");
}

uint32_t crc_of(std::string_view bytes) {
  return static_cast<uint32_t>(crc32(0, reinterpret_cast<const Bytef*>(bytes.data()), static_cast<uInt>(bytes.size())));
}

// A header and one block as the caller likes it, whose checksum is right.
std::string with_block(std::string_view packed, uint32_t holds) {
  const std::string header = with_good_header(kRecordingVersion);
  recording_block block = {.kind = kBlockKind,
                           .version = kRecordingVersion,
                           .pad = 0,
                           .length = static_cast<uint32_t>(sizeof(block) + packed.size()),
                           .holds = holds,
                           .crc = 0};
  const std::string start = bytes_of(block).substr(0, offsetof(recording_block, crc));
  block.crc = crc_of(header + start + std::string(packed));
  return header + bytes_of(block) + std::string(packed);
}

std::string packed(std::string_view bytes) {
  std::string out;
  Packer().pack(bytes, out);
  return out;
}

TEST_F(Recording, TellsWhereItIsBroken) {
  const Records all = some_records();
  const size_t first = with_good_header(kRecordingVersion).size();
  const std::string at = " at byte " + std::to_string(first) + ", after ";
  for (const uint32_t length : {0u, 40u, 49u, 0x10008u, 0xffffffffu}) {
    std::string second = all[1];
    std::memcpy(second.data() + offsetof(ct_record, length), &length, sizeof(length));
    const std::string records = all[0] + second + all[2];
    const Read read = read_bytes(with_block(packed(records), static_cast<uint32_t>(records.size())));
    expect_problem(read, "corrupt: a record of " + std::to_string(length) + " bytes" + at + "1 whole record");
    EXPECT_EQ(read.records, Records{all[0]});
  }
  const std::string cut = all[0] + all[1].substr(0, 4);
  expect_problem(read_bytes(with_block(packed(cut), static_cast<uint32_t>(cut.size()))),
                 "corrupt: a record of 4 bytes" + at + "1 whole record");
}

TEST_F(Recording, BlocksAreToldWholeOrNotAtAll) {
  std::string whole;
  size_t second = 0;
  {
    Result<RecordingWriter> writer = RecordingWriter::create(path(), some_info());
    ASSERT_TRUE(writer);
    const Records records = some_records();
    writer->write(std::as_bytes(std::span(records[0])));
    writer->flush();
    second = bytes().size();
    writer->write(std::as_bytes(std::span(records[1])));
    writer->write(std::as_bytes(std::span(records[2])));
    writer->flush();
    whole = bytes();
  }
  const std::string where = " at byte " + std::to_string(second) + ", after 1 whole record";
  const Read cut = read_bytes(whole.substr(0, whole.size() - 1));
  expect_problem(cut, "truncated" + where);
  EXPECT_EQ(cut.records.size(), 1u);
  EXPECT_EQ(read_bytes(whole).records.size(), 3u);
  std::string changed = whole;
  changed.back() = static_cast<char>(changed.back() ^ 1);
  expect_problem(read_bytes(changed), "corrupt: a block that is not as it was written," + where);
  changed[second] = 1;
  expect_problem(read_bytes(changed), "corrupt: neither a block nor the end," + where);
}

TEST_F(Recording, BlocksThatHoldOtherThanTheySayAreRefused) {
  const std::string record = some_records()[0];
  const auto size = static_cast<uint32_t>(record.size());
  EXPECT_EQ(read_bytes(with_block(packed(record), size)).records, Records{record});
  expect_problem(read_bytes(with_block(packed(record), size + 8)), "a block that does not hold what it says");
  expect_problem(read_bytes(with_block(packed(record), size - 8)), "a block that does not hold what it says");
  expect_problem(read_bytes(with_block("no zstd at all", size)), "a block that does not hold what it says");
  expect_problem(read_bytes(with_block({}, size)), "a block of 16 bytes");
  expect_problem(read_bytes(with_block(std::string(size_t{1} << 20, 'x'), size)), "a block of 1048592 bytes");
}

TEST_F(Recording, BlocksThatWouldNotFitIntoMemoryAreRefused) {
  const std::string zeros(size_t{64} << 20, '\0');
  const std::string bomb = packed(zeros);
  EXPECT_LT(bomb.size(), kBlockMost_bytes);
  expect_problem(read_bytes(with_block(bomb, 64u << 20)), "corrupt: a block that holds 67108864 bytes");
  expect_problem(read_bytes(with_block(bomb, kBlockMost_bytes)), "a block that does not hold what it says");
  expect_problem(read_bytes(with_block(bomb, 0)), "corrupt: a block that holds 0 bytes");
  // One whose later blocks would need to look back further than is kept.
  std::string far(ZSTD_compressBound(zeros.size()), '\0');
  const std::unique_ptr<ZSTD_CCtx, decltype(&ZSTD_freeCCtx)> context(ZSTD_createCCtx(), ZSTD_freeCCtx);
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_windowLog, 27);
  ZSTD_inBuffer from{.src = zeros.data(), .size = 64, .pos = 0};
  ZSTD_outBuffer to{.dst = far.data(), .size = far.size(), .pos = 0};
  ASSERT_EQ(ZSTD_compressStream2(context.get(), &to, &from, ZSTD_e_flush), 0u);
  expect_problem(read_bytes(with_block(far.substr(0, to.pos), 64)), "a block that does not hold what it says");
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

TEST_F(Recording, NewerOnesAreRefused) {
  for (const uint32_t version : {kRecordingVersion + 1, ~0u}) {
    const Read read = read_bytes(with_header(version, "{}"));
    expect_problem(read, "newer cttrace");
    expect_problem(read, "version " + std::to_string(version));
  }
}

// As versions 1 to 3 were written: bare records and an end mark that says which version. 1 had no traits in the header.
std::string old_one(uint8_t version, const Records& records) {
  std::string old = with_good_header(version);
  for (const std::string& record : records) old += record;
  const recording_end end = {.kind = 0,
                             .version = version,
                             .pad = 0,
                             .length = sizeof(end),
                             .records = records.size(),
                             .crc = crc_of(old),
                             .pad2 = 0};
  return old + bytes_of(end);
}

TEST_F(Recording, OlderOnesAreRead) {
  for (uint8_t version = CT_WIRE_OLDEST; version <= kRecordingLastBare; ++version) {
    Records records = some_records();
    for (std::string& record : records) record[offsetof(ct_record, version)] = static_cast<char>(version);
    std::string old = old_one(version, records);
    const Read read = read_bytes(old);
    EXPECT_EQ(read.problem, "");
    EXPECT_EQ(read.records, records);
    EXPECT_EQ(read.info.kernel, "6.1.0");
    EXPECT_EQ(read.info.kernel_traits, std::vector<std::string>{});
    // An end mark of another version than the header's is none.
    old[old.size() - sizeof(recording_end) + offsetof(recording_end, version)] = kRecordingVersion;
    expect_problem(read_bytes(old), "corrupt");
  }
}

TEST_F(Recording, OlderOnesTellWhereTheyAreBroken) {
  const Records records = some_records();
  const std::string whole = old_one(kRecordingLastBare, records);
  const size_t second = with_good_header(kRecordingLastBare).size() + records[0].size();
  for (size_t size = second; size < second + records[1].size(); ++size) {
    const Read cut = read_bytes(whole.substr(0, size));
    expect_problem(cut, "truncated at byte " + std::to_string(second) + ", after 1 whole record");
    EXPECT_EQ(cut.records, Records{records[0]});
  }
  for (const uint32_t length : {0u, 40u, 49u, 0x10008u, 0xffffffffu}) {
    std::string changed = whole;
    std::memcpy(changed.data() + second + offsetof(ct_record, length), &length, sizeof(length));
    expect_problem(read_bytes(changed),
                   "corrupt: a record of " + std::to_string(length) + " bytes at byte " + std::to_string(second));
  }
  for (size_t at = 0; at < whole.size(); ++at) {
    std::string changed = whole;
    changed[at] = static_cast<char>(changed[at] ^ 1);
    EXPECT_NE(read_bytes(changed).problem, "") << "byte " << at;
  }
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
                                  with(R"("hooks")", R"("kernel_traits":[1],"hooks")"),
                                  with(R"("hooks")", R"("kernel_files":["/proc/keys"],"hooks")"),
                                  with(R"("hooks")", R"("kernel_files":{"/proc/keys":1},"hooks")")})
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
