// -e trace=: which calls it means.
#include "tables/selection.h"

#include <gtest/gtest.h>

#include <set>

namespace cttrace {
namespace {

using Names = std::set<std::string>;

Selection selected(std::string_view expression) {
  Result<Selection> selection = Selection::parse(expression);
  if (selection) return std::move(*selection);
  ADD_FAILURE() << selection.error().line();
  return {};
}

// The calls of which anything is selected.
Names names(const Selection& selection) {
  Names all;
  for (const SyscallRow& row : syscall_rows())
    if (selection.includes(row)) all.insert(std::string(row.name));
  return all;
}

Names names_if(bool (*wanted)(const SyscallRow&)) {
  Names all;
  for (const SyscallRow& row : syscall_rows())
    if (wanted(row)) all.insert(std::string(row.name));
  return all;
}

Extent extent_of(const Selection& selection, std::string_view name) {
  for (const SyscallRow& row : syscall_rows())
    if (row.name == name) return selection.extent(row);
  ADD_FAILURE() << "there is no " << name;
  return Extent::kNone;
}

std::string refused(std::string_view expression) {
  const Result<Selection> selection = Selection::parse(expression);
  if (selection) {
    ADD_FAILURE() << expression << " was accepted";
    return {};
  }
  EXPECT_EQ(selection.error().exit_status, 2);
  const std::string line = selection.error().line();
  EXPECT_EQ(line.find('\n'), std::string::npos);
  return line;
}

void expect_in(const std::string& line, std::string_view part) {
  EXPECT_NE(line.find(part), std::string::npos) << line << "\nwithout " << part;
}

TEST(Selection, ByDefaultAllButTheCallsOfFilesystems) {
  EXPECT_EQ(names(Selection()), names_if(is_default));
  for (const SyscallRow& row : syscall_rows()) EXPECT_NE(Selection().extent(row), Extent::kWhole);
}

TEST(Selection, Names) {
  EXPECT_EQ(names(selected("mount")), Names{"mount"});
  EXPECT_EQ(names(selected("mount,umount2,execve")), (Names{"execve", "mount", "umount2"}));
  EXPECT_EQ(names(selected("mount,mount")), Names{"mount"});
}

TEST(Selection, ANameMeansAllRowsThatHaveIt) {
  // prctl has variants, and setuid another row for 16-bit ids.
  for (const char* name : {"prctl", "setuid", "keyctl", "fsconfig"}) {
    const Selection selection = selected(name);
    int rows = 0;
    for (const SyscallRow& row : syscall_rows()) {
      EXPECT_EQ(selection.includes(row), row.name == name);
      rows += selection.includes(row);
    }
    EXPECT_GT(rows, 1) << name;
  }
}

TEST(Selection, Groups) {
  EXPECT_EQ(names(selected("%mount")), names_if([](const SyscallRow& row) { return (row.groups & kMount) != 0; }));
  EXPECT_EQ(names(selected("%process")),
            names_if([](const SyscallRow& row) { return (row.groups & (kNs | kExec)) != 0; }));
  for (const GroupName& group : group_names()) EXPECT_FALSE(names(selected("%" + std::string(group.name))).empty());
  const Names both = names(selected("%exec,mount"));
  EXPECT_TRUE(both.contains("execve") && both.contains("mount") && !both.contains("umount2"));
}

TEST(Selection, RegularExpressions) {
  EXPECT_EQ(names(selected("/^mount")), (Names{"mount", "mount_setattr"}));
  EXPECT_EQ(names(selected("/^mount/")), (Names{"mount", "mount_setattr"}));
  EXPECT_EQ(names(selected("/^(chroot|pivot_root)$")), (Names{"chroot", "pivot_root"}));
  EXPECT_EQ(names(selected("/^fs[a-z]+$,chroot")), (Names{"chroot", "fsconfig", "fsmount", "fsopen", "fspick"}));
}

TEST(Selection, InvertedMeansWhatIsTracedByDefaultButThese) {
  Names expected = names_if(is_default);
  expected.erase("mount");
  expected.erase("execve");
  EXPECT_EQ(names(selected("!mount,execve")), expected);
  EXPECT_EQ(names(selected("!none")), names_if(is_default));
  EXPECT_EQ(names(selected("!all")), Names{});
  EXPECT_EQ(names(selected("!mkdir")), names_if(is_default));  // is not traced anyway
  EXPECT_EQ(extent_of(selected("!mount"), "write"), Extent::kNarrow);
}

TEST(Selection, AllAndNone) {
  EXPECT_EQ(names(selected("all")), names_if([](const SyscallRow&) { return true; }));
  EXPECT_EQ(names(selected("none")), Names{});
  EXPECT_EQ(names(selected("none,mount")), Names{"mount"});
}

TEST(Selection, WhatNeedNotExist) {
  EXPECT_EQ(names(selected("?no_such_call,mount")), Names{"mount"});
  EXPECT_EQ(names(selected("?mount")), Names{"mount"});
  EXPECT_EQ(names(selected("?%no_such_group,?/^zzz$/,?%exec")), (Names{"execve", "execveat"}));
}

TEST(Selection, WhatIsNamedIsWantedWhole) {
  EXPECT_EQ(extent_of(selected("write"), "write"), Extent::kWhole);
  EXPECT_EQ(extent_of(selected("/^write$/"), "write"), Extent::kWhole);
  EXPECT_EQ(extent_of(selected("%cgroup"), "write"), Extent::kNarrow);
  EXPECT_EQ(extent_of(selected("all"), "write"), Extent::kNarrow);
  EXPECT_EQ(extent_of(selected("mount"), "write"), Extent::kNone);
  EXPECT_EQ(extent_of(selected("close"), "close"), Extent::kWhole);
  EXPECT_EQ(extent_of(selected("%mount"), "close"), Extent::kNarrow);
  EXPECT_EQ(extent_of(selected("all"), "close"), Extent::kNarrow);
  EXPECT_EQ(extent_of(selected("%dev"), "chown"), Extent::kNarrow);
  EXPECT_EQ(extent_of(selected("%fs"), "chown"), Extent::kWhole);
  // The larger one counts, in any order.
  EXPECT_EQ(extent_of(selected("%cgroup,write"), "write"), Extent::kWhole);
  EXPECT_EQ(extent_of(selected("write,%cgroup"), "write"), Extent::kWhole);
}

TEST(Selection, WordsCanBeLeftOut) {
  const auto of = [](const char* expression) {
    const SyscallRow* const writes = find_row(Abi::x86_64, 1);
    const Selection selection = selected(expression);
    return std::pair(selection.extent(*writes), selection.extent(row_for_stderr(*writes)));
  };
  EXPECT_EQ(of("!none"), std::pair(Extent::kNarrow, Extent::kNarrow));
  EXPECT_EQ(of("!%words"), std::pair(Extent::kNarrow, Extent::kNone));
  EXPECT_EQ(of("%words"), std::pair(Extent::kNone, Extent::kNarrow));
  EXPECT_EQ(of("%cgroup"), std::pair(Extent::kNarrow, Extent::kNone));
  EXPECT_EQ(of("write"), std::pair(Extent::kWhole, Extent::kWhole));
  const SyscallRow& words = row_for_stderr(*find_row(Abi::x86_64, 1));
  EXPECT_TRUE(selected_row(words, selected("%words")).flags & CT_ROW_FEW);
  EXPECT_FALSE(selected_row(words, selected("write")).flags & CT_ROW_FEW);
}

TEST(Selection, UnknownNamesNameTheNearest) {
  expect_in(refused("mont"), "did you mean mount?");
  expect_in(refused("mount,umont2"), "umount2");
  expect_in(refused("pivotroot"), "pivot_root");
  expect_in(refused("%mout"), "did you mean %mount?");
  expect_in(refused("%x"), "the groups are %ns, ");
  expect_in(refused("xyzzyx"), "cttrace syscalls");
  expect_in(refused("\x1b[2J"), "\\x1b");
}

TEST(Selection, Mistakes) {
  for (const char* expression : {"", ",", "mount,", ",mount", "mount,,chroot", "!", "%", "?", "MOUNT", " mount"})
    EXPECT_NE(refused(expression), "") << expression;
  expect_in(refused("/("), "POSIX extended regular expression");
  expect_in(refused("/[z-a]/"), "POSIX extended regular expression");
  expect_in(refused("/^zzz$/"), "no call");
  refused(std::string(100'000, 'x'));
}

}  // namespace
}  // namespace cttrace
