// Optional values that are kept apart.
#include "cttrace/boxed.h"

#include <gtest/gtest.h>

#include <string>

#include "cttrace/event.h"

namespace cttrace {
namespace {

using Box = Boxed<std::string>;

TEST(Boxed, HasAValueOrNone) {
  EXPECT_FALSE(Box());
  EXPECT_FALSE(Box(std::nullopt));
  Box box = "text";
  ASSERT_TRUE(box.has_value());
  EXPECT_EQ(*box, "text");
  EXPECT_EQ(box->size(), 4u);
  box.reset();
  EXPECT_FALSE(box);
  box.emplace(3, 'x');
  EXPECT_EQ(*box, "xxx");
  box = std::nullopt;
  EXPECT_FALSE(box);
}

TEST(Boxed, CopiesAreValuesOfTheirOwn) {
  Box one = "text";
  Box other = one;
  other->append("s");
  EXPECT_EQ(*one, "text");
  EXPECT_EQ(*other, "texts");
  one = other;
  EXPECT_EQ(*one, "texts");
  const Box& itself = one;
  one = itself;
  EXPECT_EQ(*one, "texts");
  other = Box();
  one = other;
  EXPECT_FALSE(one);
}

TEST(Boxed, WhatWasMovedFromHasNone) {
  Box one = "text";
  const std::string* const value = &*one;
  Box other = std::move(one);
  EXPECT_EQ(&*other, value);
  EXPECT_FALSE(one.has_value());  // NOLINT(bugprone-use-after-move)
}

// A million events go by: what is seldom there must not make all of them large.
TEST(Boxed, EventsStaySmall) {
  EXPECT_EQ(sizeof(MaybeFile), sizeof(void*));
  EXPECT_LE(sizeof(Argument), 200u);
  EXPECT_LE(sizeof(Event), 512u);
}

}  // namespace
}  // namespace cttrace
