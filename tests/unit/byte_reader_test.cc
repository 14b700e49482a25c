// The cursor never leaves its bytes.
#include "wire/byte_reader.h"

#include <gtest/gtest.h>

#include <limits>

namespace cttrace {
namespace {

ByteReader reader_of(std::string_view bytes) { return ByteReader(std::as_bytes(std::span(bytes))); }

TEST(ByteReader, TakesOneAfterTheOther) {
  ByteReader reader = reader_of(std::string_view("\x01\x02\x03text", 7));
  uint8_t byte = 0;
  uint16_t two = 0;
  std::string_view text;
  EXPECT_TRUE(reader.read(byte));
  EXPECT_TRUE(reader.read(two));
  EXPECT_EQ(byte, 1);
  EXPECT_EQ(two, 0x0302);
  EXPECT_EQ(reader.offset(), 3u);
  EXPECT_EQ(reader.left(), 4u);
  EXPECT_TRUE(reader.take(4, text));
  EXPECT_EQ(text, "text");
  EXPECT_EQ(reader.left(), 0u);
}

TEST(ByteReader, WhatDoesNotFitTakesNothing) {
  ByteReader reader = reader_of("abc");
  uint32_t four = 7;
  std::string_view text = "as it was";
  EXPECT_FALSE(reader.read(four));
  EXPECT_EQ(four, 7u);
  for (const size_t length : {size_t{4}, std::numeric_limits<size_t>::max(), std::numeric_limits<size_t>::max() - 2})
    EXPECT_FALSE(reader.take(length, text));
  EXPECT_EQ(text, "as it was");
  EXPECT_EQ(reader.offset(), 0u);
  uint16_t two = 0;
  EXPECT_TRUE(reader.read(two));
  EXPECT_FALSE(reader.read(two));
  EXPECT_TRUE(reader.take(1, text));
  EXPECT_FALSE(reader.take(1, text));
  EXPECT_EQ(text, "c");
}

TEST(ByteReader, NothingHasOnlyNothing) {
  ByteReader reader{std::span<const std::byte>()};
  std::string_view text = "x";
  uint8_t byte = 0;
  EXPECT_FALSE(reader.read(byte));
  EXPECT_TRUE(reader.take(0, text));
  EXPECT_EQ(text, "");
}

TEST(ByteReader, UnalignedNumbersAreRead) {
  ByteReader reader = reader_of(std::string_view("x\x01\0\0\0\0\0\0\x80", 9));
  uint8_t byte = 0;
  uint64_t eight = 0;
  EXPECT_TRUE(reader.read(byte));
  EXPECT_TRUE(reader.read(eight));
  EXPECT_EQ(eight, 0x8000000000000001u);
}

}  // namespace
}  // namespace cttrace
