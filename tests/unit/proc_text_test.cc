// The texts of /proc/PID: what they say, and that nothing in them misleads.
#include "model/proc_text.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

namespace cttrace {
namespace {

// From a running kernel (6.18), numbers changed.
constexpr char kStat[] =
    "19156 (a) b (c) S 19140 19140 8388 0 -1 4194304 129 0 0 0 0 0 0 0 20 0 1 0 1238602 3014656 382 "
    "18446744073709551615 1 1 0 0 0 0 0 0 0 0 0 0 17 1 0 0 0 0 0 0 0 0 0 0 0 0 0\n";

TEST(ProcText, TheNameInStatMayHoldParentheses) {
  const auto stat = parse_stat(kStat);
  ASSERT_TRUE(stat);
  EXPECT_EQ(stat->comm, "a) b (c");
  EXPECT_EQ(stat->state, 'S');
  EXPECT_EQ(stat->parent, 19140u);
  EXPECT_FALSE(stat->kernel_thread);
  EXPECT_EQ(stat->start_ticks, 1238602u);
  EXPECT_EQ(stat->cpu, 1u);
}

TEST(ProcText, AKernelThreadIsTold) {
  const auto stat = parse_stat("2 (kthreadd) S 0 0 0 0 -1 2129984 0 0 0 0 0 0 0 0 20 0 1 0 7 0 0\n");
  ASSERT_TRUE(stat);
  EXPECT_TRUE(stat->kernel_thread);
  EXPECT_EQ(stat->start_ticks, 7u);
}

TEST(ProcText, AStatThatIsCutIsNone) {
  const std::string whole = kStat;
  for (size_t length = 0; length < whole.find("1238602"); ++length)
    EXPECT_FALSE(parse_stat(whole.substr(0, length))) << length;
  EXPECT_FALSE(parse_stat("1 )a( S 1"));
}

constexpr char kStatus[] =
    "Name:\tUid:\\n0\n"
    "Umask:\t0022\n"
    "Tgid:\t12\n"
    "Uid:\t0\t1\t2\t3\n"
    "Groups:\t \n"
    "NSpid:\t700\t12\t1\n"
    "CapEff:\t000001fffeffffff\n"
    "UidX:\t9\n";

TEST(ProcText, StatusIsReadByWholeKeys) {
  EXPECT_EQ(status_value(kStatus, "Uid"), "0\t1\t2\t3");
  EXPECT_EQ(status_value(kStatus, "Tgid"), "12");
  EXPECT_EQ(status_value(kStatus, "Groups"), "");
  EXPECT_EQ(status_value(kStatus, "UidX"), "9");
  EXPECT_EQ(status_value(kStatus, "Ui"), std::nullopt);
  EXPECT_EQ(status_value("Uid", "Uid"), std::nullopt);
}

TEST(ProcText, NumbersInTheirBase) {
  using Numbers = std::vector<uint64_t>;
  EXPECT_EQ(parse_numbers(*status_value(kStatus, "NSpid")), (Numbers{700, 12, 1}));
  EXPECT_EQ(parse_numbers(*status_value(kStatus, "CapEff"), 16), Numbers{0x1fffeffffff});
  EXPECT_EQ(parse_numbers(" \t\n"), Numbers{});
  EXPECT_EQ(parse_numbers("1 x"), std::nullopt);
  EXPECT_EQ(parse_numbers("18446744073709551616"), std::nullopt);
}

TEST(ProcText, IdMaps) {
  const auto map = parse_id_map("         0     100000      65536\n     65536          0          1\n");
  ASSERT_TRUE(map);
  ASSERT_EQ(map->size(), 2u);
  EXPECT_EQ((*map)[0].first, 0u);
  EXPECT_EQ((*map)[0].lower_first, 100000u);
  EXPECT_EQ((*map)[0].count, 65536u);
  EXPECT_EQ((*map)[1].first, 65536u);
  EXPECT_TRUE(parse_id_map("")->empty());
  EXPECT_FALSE(parse_id_map("0 1\n"));
  EXPECT_FALSE(parse_id_map("0 1 -1\n"));
}

TEST(ProcText, Limits) {
  const auto limits = parse_limits(
      "Limit                     Soft Limit           Hard Limit           Units     \n"
      "Max cpu time              unlimited            unlimited            seconds   \n"
      "Max open files            1024                 524288               files     \n"
      "Max nice priority         0                    0                    \n"
      "Max something new         1                    2                    files     \n");
  ASSERT_EQ(limits.size(), 3u);
  EXPECT_EQ(limits.at(RLIMIT_CPU).soft, ~uint64_t{0});
  EXPECT_EQ(limits.at(RLIMIT_NOFILE).soft, 1024u);
  EXPECT_EQ(limits.at(RLIMIT_NOFILE).hard, 524288u);
  EXPECT_EQ(limits.at(RLIMIT_NICE).hard, 0u);
}

TEST(ProcText, CgroupsByHierarchy) {
  const auto cgroups = parse_cgroups("9:name=systemd:/a:b\n1:cpu,cpuacct:/\n0::/web\nx:y:z\n3\n");
  ASSERT_EQ(cgroups.size(), 3u);
  EXPECT_EQ(cgroups.at(9), "/a:b");
  EXPECT_EQ(cgroups.at(1), "/");
  EXPECT_EQ(cgroups.at(0), "/web");
  const std::map<uint32_t, std::string> names = {{9, "name=systemd"}, {1, "cpu,cpuacct"}, {0, ""}};
  EXPECT_EQ(parse_hierarchies("9:name=systemd:/a:b\n1:cpu,cpuacct:/\n0::/web\nx:y:z\n3\n"), names);
}

TEST(ProcText, NamespaceLinks) {
  EXPECT_EQ(parse_namespace_link("mnt:[4026531832]"), 4026531832u);
  EXPECT_EQ(parse_namespace_link("mnt:[]"), std::nullopt);
  EXPECT_EQ(parse_namespace_link("mnt:[12"), std::nullopt);
  EXPECT_EQ(parse_namespace_link("/ns/mnt"), std::nullopt);
}

TEST(ProcText, CommandLinesKeepEmptyWords) {
  using namespace std::string_literals;
  EXPECT_EQ(parse_command_line("sh\0-c\0\0x y\0"s), (std::vector<std::string>{"sh", "-c", "", "x y"}));
  EXPECT_EQ(parse_command_line("title without end"), std::vector<std::string>{"title without end"});
  EXPECT_TRUE(parse_command_line("").empty());
}

}  // namespace
}  // namespace cttrace
