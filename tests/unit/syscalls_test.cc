// The table of calls: what holds for every row, and what the system's headers say of it.
#include "cttrace/syscalls.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "expectations.h"

namespace cttrace::test {
namespace {

#if defined(__x86_64__)
constexpr Abi kHost = Abi::x86_64;
#else
constexpr Abi kHost = Abi::aarch64;
#endif
constexpr Abi kAbis[] = {Abi::x86_64, Abi::i386, Abi::aarch64};

int number(const SyscallRow& row, Abi abi) { return row.numbers[static_cast<size_t>(abi)]; }

// What the headers call a call: i386 has calls with 16-bit ids, and newer ones with "32" behind their name.
std::string name_in_table(Abi abi, std::string_view name) {
  std::string out(name);
  if (abi == Abi::i386 && out.ends_with("32") && out != "stat32") out.resize(out.size() - 2);
  return out;
}

std::map<std::string_view, int> system_numbers(Abi abi) {
  std::map<std::string_view, int> numbers;
  for (const SystemNumber& known : kSystemNumbers)
    if (known.abi == abi) numbers[known.name] = known.number;
  return numbers;
}

template <typename Check>
void each_abi(Check check) {
  for (const Abi abi : kAbis) {
    SCOPED_TRACE(abi_name(abi));
    check(abi);
  }
}

template <typename Check>
void each_row(Check check) {
  for (const SyscallRow& row : syscall_rows()) {
    SCOPED_TRACE(std::string(row.name) + ", row " + std::to_string(row.index));
    check(row);
  }
}

TEST(Syscalls, NumbersAreThoseOfTheKernelsHeaders) {
  each_abi([](Abi abi) {
    const auto system = system_numbers(abi);
    // Another architecture's headers are not installed; of one's own and of the common list there must be something.
    if (system.empty() && abi != kHost && abi != Abi::aarch64) return;
    ASSERT_GT(system.size(), 250u);
    std::map<int, std::string> names;
    for (const auto& [name, number] : system) names[number] = name_in_table(abi, name);
    const int newest = names.rbegin()->first;
    for (const SyscallRow& row : syscall_rows()) {
      const int row_number = number(row, abi);
      if (row_number == kNoNumber) continue;
      if (row_number <= newest) {
        EXPECT_EQ(names[row_number], row.name) << row_number;
        continue;
      }
      // Newer than the headers. Since Linux 5.1 a call has the same number everywhere.
      for (const Abi other : kAbis) EXPECT_EQ(number(row, other), row_number) << row.name;
      EXPECT_FALSE(system.contains(row.name)) << row.name;
    }
  });
}

TEST(Syscalls, WhichFlagFollowsALinkIsSaidOfEveryCallOfMounts) {
  const std::map<std::string_view, bool> follows_with = {{"UMOUNT_NOFOLLOW", false},
                                                         {"AT_SYMLINK_NOFOLLOW", false},
                                                         {"FSPICK_SYMLINK_NOFOLLOW", false},
                                                         {"MOVE_MOUNT_T_SYMLINKS", true}};
  size_t said = 0;
  each_row([&](const SyscallRow& row) {
    if (!(row.groups & kMount)) return;
    LastLink expected;
    for (size_t i = 0; i < row.args.size(); ++i) {
      const FlagSet* set = row.args[i].kind == ArgKind::kFlags ? flag_set(row.args[i].set) : nullptr;
      if (!set) continue;
      for (const NamedValue& value : set->values)
        if (const auto known = follows_with.find(value.name); known != follows_with.end())
          expected = {.arg = static_cast<uint8_t>(i), .flag = value.value, .followed_with = known->second};
    }
    EXPECT_EQ(row.last_link.flag, expected.flag);
    EXPECT_EQ(row.last_link.arg, expected.arg);
    EXPECT_EQ(row.last_link.followed_with, expected.followed_with);
    std::array<uint64_t, 6> args = {};
    EXPECT_EQ(follows_last_link(row, args), !expected.followed_with);
    if (!expected.flag) return;
    args[expected.arg] = expected.flag;
    EXPECT_EQ(follows_last_link(row, args), expected.followed_with);
    ++said;
  });
  EXPECT_EQ(said, 6u);
}

TEST(Syscalls, NoNumberOfACallIsMissing) {
  each_abi([](Abi abi) {
    std::set<std::pair<std::string_view, int>> rows;
    std::set<std::string_view> names;
    for (const SyscallRow& row : syscall_rows()) {
      rows.emplace(row.name, number(row, abi));
      names.insert(row.name);
    }
    for (const auto& [name, number] : system_numbers(abi)) {
      const std::string row_name = name_in_table(abi, name);
      if (names.contains(row_name)) {
        EXPECT_TRUE(rows.contains({row_name, number})) << name << " " << number;
      }
    }
  });
}

TEST(Syscalls, CallsAreFoundByTheirNumber) {
  each_abi([](Abi abi) {
    std::set<int> seen;
    for (const SyscallRow& row : syscall_rows()) {
      const int row_number = number(row, abi);
      if (row_number == kNoNumber || !is_first_of_call(row)) continue;
      EXPECT_TRUE(seen.insert(row_number).second) << row.name << " has the number of another call";
      EXPECT_EQ(find_row(abi, static_cast<uint32_t>(row_number)), &row);
    }
    for (uint32_t other = 0; other < 1000; ++other)
      EXPECT_EQ(find_row(abi, other) != nullptr, seen.contains(static_cast<int>(other))) << other;
    for (const uint32_t none : {0x7fffu, 0xffffu, 0x40000000u, 0x7fffffffu, 0xffffffffu})
      EXPECT_EQ(find_row(abi, none), nullptr);
  });
}

bool counts(const ArgSpec& arg) { return arg.kind == ArgKind::kInt || arg.kind == ArgKind::kUnsigned; }

TEST(Syscalls, ArgumentsReferToWhatTheyNeed) {
  each_row([](const SyscallRow& row) {
    ASSERT_LE(row.args.size(), 6u);
    std::set<std::string_view> names;
    for (size_t i = 0; i < row.args.size(); ++i) {
      const ArgSpec& arg = row.args[i];
      EXPECT_FALSE(arg.name.empty());
      EXPECT_TRUE(names.insert(arg.name).second) << arg.name << " twice";
      if (arg.ref != kCwd) {
        ASSERT_LT(arg.ref, row.args.size()) << arg.name;
        EXPECT_NE(arg.ref, i) << arg.name;
        const ArgSpec& other = row.args[arg.ref];
        EXPECT_TRUE(arg.kind == ArgKind::kPath ? other.kind == ArgKind::kDirfd : counts(other)) << arg.name;
      }
      const bool counted = arg.kind == ArgKind::kBuffer || arg.kind == ArgKind::kIovec;
      if (counted) {
        EXPECT_NE(arg.ref, kOne) << arg.name;
      }
      const bool has_set = arg.kind == ArgKind::kFlags || arg.kind == ArgKind::kEnum || arg.kind == ArgKind::kStruct;
      if (has_set) {
        EXPECT_FALSE(arg.set.empty()) << arg.name;
      }
      const bool known =
          arg.kind == ArgKind::kStruct ? layout(arg.set) != nullptr : arg.set.empty() || flag_set(arg.set);
      ASSERT_TRUE(known) << arg.name << ": " << arg.set;
      if (arg.kind == ArgKind::kFlags) {
        EXPECT_FALSE(flag_set(arg.set)->enumeration) << arg.name;
      }
      if (arg.kind == ArgKind::kEnum) {
        EXPECT_TRUE(flag_set(arg.set)->enumeration) << arg.name;
      }
    }
  });
}

TEST(Syscalls, IsFoundByTheArgumentsThatChooseIt) {
  each_row([](const SyscallRow& row) {
    for (const Abi abi : kAbis) {
      if (number(row, abi) == kNoNumber) continue;
      const auto call = static_cast<uint32_t>(number(row, abi));
      std::array<uint64_t, 6> args = {};
      args.fill(0x123456789abcdef0);
      if (is_first_of_call(row)) {
        EXPECT_EQ(find_row(abi, call, args), &row);
        continue;
      }
      if (row.flags & CT_ROW_WORDS) {
        EXPECT_EQ(&row_for_stderr(*find_row(abi, call, args)), &row);
        continue;
      }
      for (const uint64_t value : row.select_values) {
        args[row.select] = value;
        EXPECT_EQ(find_row(abi, call, args), &row);
        args[row.select] = value | 0xabcd00000000;  // the kernel takes an int
        EXPECT_EQ(find_row(abi, call, args), &row);
      }
      EXPECT_NE(find_row(abi, call), &row);
      EXPECT_EQ(find_row(abi, call)->name, row.name);
      EXPECT_TRUE(find_row(abi, call)->flags & CT_ROW_VARIANTS);
    }
  });
}

TEST(Syscalls, CaptureKnowsWhatToRead) {
  each_row([](const SyscallRow& row) {
    const ct_row capture = capture_row(row);
    EXPECT_EQ(capture.nargs, row.args.size());
    EXPECT_EQ(capture.id, row.index);
    EXPECT_EQ(capture.flags & CT_ROW_RETURNS_FD, row.returns == ReturnKind::kFd ? CT_ROW_RETURNS_FD : 0u);
    for (size_t i = 0; i < row.args.size(); ++i) {
      const ArgSpec& arg = row.args[i];
      EXPECT_EQ(capture.ref[i], arg.ref);
      switch (capture.op[i]) {
        case CT_OP_STRING:
        case CT_OP_PATH: EXPECT_TRUE(capture.size[i] > 0 && capture.size[i] <= CT_PATH_MAX) << arg.name; break;
        case CT_OP_BYTES:
          EXPECT_GT(capture.size[i], 0) << arg.name;
          if (arg.ref == kOne) {
            EXPECT_LE(capture.size[i], CT_ARRAY_MAX) << arg.name;
          }
          break;
        default: break;
      }
      const bool points = arg.kind == ArgKind::kPath || arg.kind == ArgKind::kString ||
                          arg.kind == ArgKind::kMountData || arg.kind == ArgKind::kBuffer ||
                          arg.kind == ArgKind::kIovec || arg.kind == ArgKind::kArgv || arg.kind == ArgKind::kEnvp ||
                          arg.kind == ArgKind::kStruct || arg.kind == ArgKind::kIds ||
                          arg.kind == ArgKind::kFdPointer || arg.kind == ArgKind::kFd || arg.kind == ArgKind::kDirfd;
      EXPECT_EQ(capture.op[i] != CT_OP_NONE, points) << arg.name;
    }
  });
}

TEST(Groups, AreAllNamedAndNoneIsEmpty) {
  uint32_t named = 0, used = 0;
  for (const GroupName& group : group_names()) named |= group.groups;
  for (const SyscallRow& row : syscall_rows()) used |= row.groups;
  EXPECT_EQ(used, named);
}

TEST(Groups, OnlyFilesAreNotTracedByDefault) {
  const auto by_default = [](std::string_view name) {
    const auto rows = syscall_rows();
    return is_default(*std::ranges::find(rows, name, &SyscallRow::name));
  };
  EXPECT_TRUE(by_default("mount"));
  EXPECT_TRUE(by_default("write"));  // to control files
  EXPECT_TRUE(by_default("chown"));  // of device nodes
  EXPECT_TRUE(by_default("close"));  // of what holds a detached tree
  EXPECT_FALSE(by_default("mkdir"));
}

TEST(Layouts, FieldsLieInItAndNotOnEachOther) {
  for (const Layout& layout : layouts()) {
    SCOPED_TRACE(layout.name);
    std::vector<std::string_view> owner(layout.size);
    const auto take = [&](const Field& field, size_t at) {
      ASSERT_LE(at + field.size, layout.size) << field.name;
      EXPECT_EQ(at % field.size, 0u) << field.name;
      for (size_t byte = at; byte < at + field.size; ++byte) {
        EXPECT_EQ(owner[byte], "") << field.name << " lies on another field";
        owner[byte] = field.name;
      }
    };
    EXPECT_LE(layout.size, CT_ARRAY_MAX);
    EXPECT_EQ(cttrace::layout(layout.name)->name, layout.name);
    for (const Field& field : layout.fields) {
      EXPECT_TRUE(field.size == 1 || field.size == 2 || field.size == 4 || field.size == 8) << field.name;
      take(field, field.offset);
      if (field.high) take(field, field.high);
      if (!field.set.empty()) {
        EXPECT_NE(flag_set(field.set), nullptr) << field.name << ": " << field.set;
      }
    }
  }
}

TEST(Layouts, HaveNoOthers) { EXPECT_EQ(layout("no_such_layout"), nullptr); }

}  // namespace
}  // namespace cttrace::test
