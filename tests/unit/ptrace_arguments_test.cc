// Reading arguments out of a task's memory: here, out of our own.
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstring>

#include "source/ptrace/arguments.h"

namespace cttrace::ptrace {
namespace {

using namespace std::string_literals;

constexpr size_t kPage = 4096;

// Three pages, in the lower 4 GiB, behind which there is nothing.
class PtraceArguments : public testing::Test {
 protected:
  PtraceArguments() {
    void* const made = mmap(nullptr, 4 * kPage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
    EXPECT_NE(made, MAP_FAILED);
    pages_ = static_cast<char*>(made);
    end_ = pages_ + 3 * kPage;
    munmap(end_, kPage);
    args_[0] = address(pages_);
  }
  ~PtraceArguments() override { munmap(pages_, 3 * kPage); }

  static uint64_t address(const void* pointer) { return reinterpret_cast<uint64_t>(pointer); }

  Reading read(ct_op op, uint16_t size = 1, uint8_t ref = CT_REF_ONE) {
    ct_row row = {};
    row.op[0] = static_cast<uint8_t>(op);
    row.size[0] = size;
    row.ref[0] = ref;
    Reading reading;
    EXPECT_TRUE(read_argument(memories_.of(static_cast<uint32_t>(getpid())),
                              {.row = row, .args = args_, .word = word_, .ret = ret_}, 0, reading));
    return reading;
  }
  template <typename Word>
  void put(char* at, const std::vector<uint64_t>& words) {
    for (const uint64_t word : words) {
      const auto one = static_cast<Word>(word);
      std::memcpy(at, &one, sizeof(one));
      at += sizeof(one);
    }
  }

  MemoryFiles memories_;
  char* pages_;
  char* end_;
  std::array<uint64_t, 6> args_ = {};
  size_t word_ = 8;
  int64_t ret_ = 0;
};

TEST_F(PtraceArguments, AStringOverAPageBorder) {
  char* const at = pages_ + kPage - 3;
  std::strcpy(at, "/a/path/over");
  args_[0] = address(at);
  const Reading reading = read(CT_OP_PATH);
  EXPECT_EQ(reading.kind, CT_CAP_STRING);
  EXPECT_EQ(reading.status, CT_OK);
  EXPECT_EQ(reading.bytes, "/a/path/over");
}

TEST_F(PtraceArguments, AStringThatEndsWithItsMemory) {
  args_[0] = address(end_ - 4);
  std::memcpy(end_ - 4, "abc", 4);
  EXPECT_EQ(read(CT_OP_PATH).bytes, "abc");
  std::memcpy(end_ - 4, "abcd", 4);
  const Reading cut = read(CT_OP_PATH);
  EXPECT_EQ(cut.status, CT_FAULT);
  EXPECT_EQ(cut.bytes, "");
  args_[0] = 8;
  EXPECT_EQ(read(CT_OP_PATH).status, CT_FAULT);
  args_[0] = 0;
  EXPECT_EQ(read(CT_OP_PATH).status, CT_NULL);
}

TEST_F(PtraceArguments, AStringIsCutAtItsSize) {
  std::strcpy(pages_, "1234567");
  EXPECT_EQ(read(CT_OP_STRING, 8).status, CT_OK);
  const Reading cut = read(CT_OP_STRING, 7);
  EXPECT_EQ(cut.status, CT_TRUNCATED);
  EXPECT_EQ(cut.bytes, "123456");
  std::memset(pages_, 'x', 2 * kPage);
  const Reading path = read(CT_OP_PATH);
  EXPECT_EQ(path.status, CT_TRUNCATED);
  EXPECT_EQ(path.bytes, std::string(CT_PATH_MAX - 1, 'x'));
}

TEST_F(PtraceArguments, BytesByTheirCount) {
  std::memcpy(pages_, "0123456789", 10);
  args_[1] = 3;
  EXPECT_EQ(read(CT_OP_BYTES, 2, 1).bytes, "012345");
  EXPECT_EQ(read(CT_OP_BYTES, 4).bytes, "0123");
  args_[1] = ~uint64_t{0};
  const Reading cut = read(CT_OP_BYTES, 1, 1);
  EXPECT_EQ(cut.status, CT_TRUNCATED);
  EXPECT_EQ(cut.bytes.size(), size_t{CT_ARRAY_MAX});
  args_[0] = address(end_ - 2);
  EXPECT_EQ(read(CT_OP_BYTES, 4).status, CT_FAULT);
}

TEST_F(PtraceArguments, NoMoreIsReadThanMayHaveBeenWritten) {
  std::memcpy(pages_, "0123456789", 10);
  args_[1] = 4;
  ret_ = 9;
  EXPECT_EQ(read(CT_OP_BYTES_RET, 1, 1).bytes, "0123");
  ret_ = 2;
  EXPECT_EQ(read(CT_OP_BYTES_RET, 1, 1).bytes, "01");
  ret_ = -14;
  EXPECT_EQ(read(CT_OP_BYTES_RET, 1, 1).bytes, "");
}

TEST_F(PtraceArguments, VectorsOfBothWidths) {
  char* const texts = pages_ + kPage;
  std::memcpy(texts, "sh\0-c\0\0", 7);
  for (const size_t word : {8, 4}) {
    word_ = word;
    const std::vector<uint64_t> vector = {address(texts), address(texts + 3), address(texts + 6), 0};
    word == 8 ? put<uint64_t>(pages_, vector) : put<uint32_t>(pages_, vector);
    const Reading strings = read(CT_OP_STRINGS);
    EXPECT_EQ(strings.status, CT_OK);
    EXPECT_EQ(strings.bytes, "sh\0-c\0\0"s);
    const Reading count = read(CT_OP_COUNT);
    EXPECT_EQ(count.status, CT_OK);
    EXPECT_EQ(count.bytes, "\3\0\0\0\0\0\0\0"s);
  }
}

TEST_F(PtraceArguments, AVectorWithoutAnEnd) {
  std::memset(pages_ + kPage, 'y', 8);
  std::vector<uint64_t> vector(2 * kPage / 8, address(pages_ + kPage + 4));
  put<uint64_t>(pages_ + kPage, vector);
  args_[0] = address(pages_ + kPage);
  const Reading count = read(CT_OP_COUNT);
  EXPECT_EQ(count.status, CT_FAULT);
  EXPECT_EQ(count.bytes, "\0\4\0\0\0\0\0\0"s);
  put<uint64_t>(end_ - 8, {8});  // nothing is there
  args_[0] = address(end_ - 8);
  EXPECT_EQ(read(CT_OP_STRINGS).status, CT_FAULT);
}

TEST_F(PtraceArguments, ManyStringsAreCut) {
  std::memset(pages_ + kPage, 'z', kPage);
  pages_[2 * kPage] = 0;
  put<uint64_t>(pages_, {address(pages_ + kPage), address(pages_ + kPage), address(pages_ + kPage), 0});
  const Reading strings = read(CT_OP_STRINGS);
  EXPECT_EQ(strings.status, CT_TRUNCATED);
  EXPECT_EQ(strings.bytes.size(), 2 * (kPage + 1));  // the one that passes the limit is the last
}

TEST_F(PtraceArguments, IovecsOfBothWidths) {
  std::memcpy(pages_ + kPage, "onetwo", 6);
  args_[1] = 2;
  const std::vector<uint64_t> parts = {address(pages_ + kPage), 3, address(pages_ + kPage + 3), 3};
  put<uint64_t>(pages_, parts);
  EXPECT_EQ(read(CT_OP_IOVEC, 0, 1).bytes, "onetwo");
  word_ = 4;
  put<uint32_t>(pages_, parts);
  EXPECT_EQ(read(CT_OP_IOVEC, 0, 1).bytes, "onetwo");
  put<uint32_t>(pages_, {address(pages_), kPage, address(pages_), 1});
  const Reading cut = read(CT_OP_IOVEC, 0, 1);
  EXPECT_EQ(cut.status, CT_TRUNCATED);
  EXPECT_EQ(cut.bytes.size(), size_t{CT_ARRAY_MAX});
  args_[0] = address(end_ - 8);
  EXPECT_EQ(read(CT_OP_IOVEC, 0, 1).status, CT_FAULT);
}

}  // namespace
}  // namespace cttrace::ptrace
