// Taking one record apart.
#include "wire/record.h"

#include <gtest/gtest.h>

#include "records.h"

namespace cttrace::test {
namespace {

std::optional<Record> parsed(const std::string& bytes) { return Record::parse(std::as_bytes(std::span(bytes))); }

TEST(Record, HeaderBodyAndCaptures) {
  const std::string bytes =
      returns("chdir", {1, 2, 3, 4, 5, 6}, -2).at(100).by(7, 5).entered_at(90).string(0, "/tmp").bytes(9, "12345678");
  const std::optional<Record> record = parsed(bytes);
  ASSERT_TRUE(record);
  EXPECT_EQ(record->header().kind, CT_REC_EXIT);
  EXPECT_EQ(record->header().length, bytes.size());
  EXPECT_EQ(record->header().tid, 7u);
  const auto body = record->body<ct_exit>();
  EXPECT_EQ(body.nr, 80u);
  EXPECT_EQ(body.args[5], 6u);
  EXPECT_EQ(body.ret, -2);
  EXPECT_EQ(body.enter_ns, 90u);
  ASSERT_EQ(record->captures().size(), 2u);
  EXPECT_EQ(record->captures()[0].arg, 0);
  EXPECT_EQ(record->captures()[0].kind, CT_CAP_STRING);
  EXPECT_EQ(record->captures()[0].bytes, "/tmp");
  EXPECT_EQ(record->captures()[1].arg, 9);
  EXPECT_EQ(record->captures()[1].bytes, "12345678");
}

TEST(Record, CapturesOfEveryLengthArePaddedToEight) {
  for (size_t length = 0; length < 20; ++length) {
    const std::string text(length, 'x');
    const std::string bytes = enters("chdir", {}).string(0, text).string(1, "next");
    EXPECT_EQ(bytes.size() % 8, 0u);
    const std::optional<Record> record = parsed(bytes);
    ASSERT_TRUE(record) << length;
    ASSERT_EQ(record->captures().size(), 2u);
    EXPECT_EQ(record->captures()[0].bytes, text);
    EXPECT_EQ(record->captures()[1].bytes, "next");
  }
}

TEST(Record, ACaptureMayEndWithTheRecordOnlyWithItsPadding) {
  std::string bytes = enters("chdir", {}).string(0, "/tmp");
  bytes.resize(bytes.size() - 4);
  const auto length = static_cast<uint32_t>(bytes.size());
  std::memcpy(bytes.data() + offsetof(ct_record, length), &length, sizeof(length));
  EXPECT_FALSE(parsed(bytes));
}

TEST(Record, NothingIsReadBehindTheBytes) {
  // Each prefix, in memory of just its size: the address sanitizer watches.
  const std::string whole = enters("mount", {1, 2, 3, 4, 5, 6}).string(0, "proc").base(1, {.path = "/a/b"});
  EXPECT_TRUE(parsed(whole));
  for (uint32_t size = 0; size < whole.size(); ++size) {
    std::vector<char> exact(whole.begin(), whole.begin() + size);
    if (size >= 8) std::memcpy(exact.data() + offsetof(ct_record, length), &size, sizeof(size));
    const auto record = Record::parse(std::as_bytes(std::span(exact)));
    // What is left is a record where a capture ends: only there.
    const bool ends_well = size == sizeof(ct_enter) || size == sizeof(ct_enter) + 16;
    EXPECT_EQ(record.has_value(), ends_well) << size;
  }
}

}  // namespace
}  // namespace cttrace::test
