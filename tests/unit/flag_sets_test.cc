// Every flag set: what it says of every bit, of nothing, of everything, and of junk.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>

#include "expectations.h"

namespace cttrace::test {
namespace {

bool has(std::span<const NamedValue> values, uint64_t value) {
  return std::ranges::find(values, value, &NamedValue::value) != values.end();
}

// Zero, all ones, every bit, every name, every two names, and junk.
std::vector<uint64_t> values_for(const FlagSet& set) {
  std::vector<uint64_t> all = {0, ~uint64_t{0}, 0xffffffff, 0x7fffffff, set.mask, ~set.mask};
  for (int bit = 0; bit < 64; ++bit) all.push_back(uint64_t{1} << bit);
  std::vector<NamedValue> named(set.values.begin(), set.values.end());
  named.insert(named.end(), set.masked.begin(), set.masked.end());
  for (const NamedValue& a : named) {
    all.insert(all.end(), {a.value, ~a.value, a.value + 1, a.value | uint64_t{1} << 63});
    for (const NamedValue& b : named) all.push_back(a.value | b.value);
  }
  std::mt19937_64 random(20261124);
  for (int i = 0; i < 500; ++i) all.insert(all.end(), {random(), random() & random() & random(), random() >> 40});
  return all;
}

template <typename Check>
void each_set(Check check) {
  for (const FlagSet& set : flag_sets()) {
    SCOPED_TRACE(set.name);
    check(set);
  }
}

TEST(FlagSets, NamesAndRestGiveTheValueBack) {
  each_set([](const FlagSet& set) {
    std::map<std::string_view, uint64_t> value_of;
    for (const NamedValue& named : set.masked) value_of[named.name] = named.value;
    for (const NamedValue& named : set.values) value_of[named.name] = named.value;
    for (const uint64_t value : values_for(set)) {
      uint64_t rest = 0;
      const auto names = flag_names(set, value, rest);
      uint64_t together = rest;
      for (const std::string_view name : names) {
        ASSERT_TRUE(value_of.contains(name)) << name;
        together |= value_of[name];
      }
      EXPECT_EQ(together, value);
      EXPECT_EQ(std::set<std::string_view>(names.begin(), names.end()).size(), names.size()) << value;
      for (const std::string_view name : names) EXPECT_EQ(value_of[name] & rest, 0u) << name << " of " << value;
    }
  });
}

TEST(FlagSets, NothingThatHasANameIsLeftOver) {
  each_set([](const FlagSet& set) {
    for (const uint64_t value : values_for(set)) {
      uint64_t rest = 0;
      const auto names = flag_names(set, value, rest);
      if (set.enumeration) {
        EXPECT_EQ(names.size(), has(set.values, value) ? 1u : 0u) << value;
        EXPECT_EQ(rest, has(set.values, value) ? 0u : value);
        continue;
      }
      for (const NamedValue& named : set.values)
        EXPECT_FALSE(named.value && (rest & named.value) == named.value) << named.name << " of " << value;
      // The bits under the mask have one name together, or stay together.
      const bool masked = set.mask && has(set.masked, value & set.mask);
      EXPECT_EQ(rest & set.mask, masked ? 0u : value & set.mask) << value;
    }
  });
}

TEST(FlagSets, EveryNameIsShownForItsValue) {
  each_set([](const FlagSet& set) {
    const auto shown = [&set](uint64_t value) {
      uint64_t rest = 0;
      auto names = flag_names(set, value, rest);
      EXPECT_EQ(rest, 0u) << value;
      return names;
    };
    for (const NamedValue& named : set.values) {
      const auto names = shown(named.value);
      // Beside it may be the name of "no masked bit".
      EXPECT_NE(std::ranges::find(names, named.name), names.end()) << named.name;
      EXPECT_EQ(names.size(), has(set.masked, 0) ? 2u : 1u) << named.name;
    }
    for (const NamedValue& named : set.masked) {
      const auto names = shown(named.value);
      ASSERT_EQ(names.size(), 1u) << named.name;
      EXPECT_EQ(names[0], named.name);
    }
    if (set.mask && !set.values.empty() && !set.masked.empty()) {
      const auto names = shown(set.values[0].value | set.masked.back().value);
      ASSERT_EQ(names.size(), 2u);
      EXPECT_EQ(names[set.masked_last ? 1 : 0], set.masked.back().name);
    }
  });
}

TEST(FlagSets, IsWellFormed) {
  each_set([](const FlagSet& set) {
    EXPECT_EQ(flag_set(set.name)->name, set.name);
    ASSERT_FALSE(set.values.empty());
    std::set<std::string_view> names;
    std::set<uint64_t> values;
    for (const NamedValue& named : set.values) {
      EXPECT_TRUE(names.insert(named.name).second) << named.name << " twice";
      EXPECT_TRUE(values.insert(named.value).second) << named.name << " has the value of another name";
      if (set.enumeration) continue;
      EXPECT_NE(named.value, 0u) << named.name << " can never be shown";
      EXPECT_EQ(named.value & set.mask, 0u) << named.name;
    }
    for (const NamedValue& named : set.masked) EXPECT_EQ(named.value & ~set.mask, 0u) << named.name;
    EXPECT_EQ(set.mask == 0, set.masked.empty());
  });
}

TEST(FlagSets, NamesOfSetsAreUnique) {
  std::set<std::string_view> names;
  for (const FlagSet& set : flag_sets()) EXPECT_TRUE(names.insert(set.name).second) << set.name;
  EXPECT_EQ(flag_set("no_such_set"), nullptr);
  EXPECT_EQ(flag_set(""), nullptr);
}

TEST(FlagSets, ValuesAreThoseOfTheCLibrary) {
  std::map<std::string_view, uint64_t> library;
  for (const NamedValue& named : kLibraryValues) library[named.name] = named.value;
  EXPECT_GT(library.size(), 100u);  // CLONE_, MS_, MNT_, O_, AT_, S_I, SIG, RLIMIT_
  for (const FlagSet& set : flag_sets()) {
    for (const NamedValue& named : set.values) {
      const auto found = library.find(named.name);
      if (found != library.end()) {
        EXPECT_EQ(named.value, found->second) << named.name;
      }
    }
  }
}

}  // namespace
}  // namespace cttrace::test
