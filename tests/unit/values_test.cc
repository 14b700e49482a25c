// The values of options: what is read, and what is refused.
#include "cli/values.h"

#include <gtest/gtest.h>

namespace cttrace {
namespace {

using std::chrono::milliseconds;

TEST(Values, Sizes) {
  EXPECT_EQ(*parse_size("--buffer", "4096"), 4096u);
  EXPECT_EQ(*parse_size("--buffer", "64K"), 65536u);
  EXPECT_EQ(*parse_size("--buffer", "64k"), 65536u);
  EXPECT_EQ(*parse_size("--buffer", "8M"), 8u << 20);
  EXPECT_EQ(*parse_size("--buffer", "1G"), 1u << 30);
  for (const char* text : {"", "K", "0", "-1", "8X", "8MB", "1.5M", "2G", "1025M", "18446744073709551616", " 8M"}) {
    const Result<size_t> size = parse_size("--buffer", text);
    ASSERT_FALSE(size) << text;
    EXPECT_EQ(size.error().exit_status, 2);
  }
}

TEST(Values, Seconds) {
  EXPECT_EQ(*parse_seconds("--duration", "10"), milliseconds(10000));
  EXPECT_EQ(*parse_seconds("--duration", "2.5"), milliseconds(2500));
  EXPECT_EQ(*parse_seconds("--duration", "0.001"), milliseconds(1));
  for (const char* text : {"", "0", "-1", "nan", "inf", "10s", "1e10", "1e3"})
    EXPECT_FALSE(parse_seconds("--duration", text)) << text;
}

TEST(Values, Pids) {
  using Pids = std::vector<uint32_t>;
  EXPECT_EQ(*parse_pids("attach to", "1"), (Pids{1}));
  EXPECT_EQ(*parse_pids("attach to", "1,22,333"), (Pids{1, 22, 333}));
  EXPECT_EQ(*parse_pids("attach to", "1 22\n333\n"), (Pids{1, 22, 333}));
  EXPECT_EQ(*parse_pids("attach to", "2147483647"), (Pids{2147483647}));
  for (const char* text : {"", " ", ",", "0", "-1", "1,x", "12x", "2147483648"})
    EXPECT_FALSE(parse_pids("attach to", text)) << text;
}

TEST(Values, Statuses) {
  const StatusFilter failed = *parse_status("failed");
  EXPECT_TRUE(failed.failed);
  EXPECT_FALSE(failed.successful || failed.unfinished || failed.unavailable);

  const StatusFilter others = *parse_status("!failed,unavailable");
  EXPECT_TRUE(others.successful && others.unfinished);
  EXPECT_FALSE(others.failed || others.unavailable);

  const StatusFilter all = *parse_status("all");
  EXPECT_TRUE(all.successful && all.failed && all.unfinished && all.unavailable);
  const StatusFilter none = *parse_status("none");
  EXPECT_FALSE(none.successful || none.failed || none.unfinished || none.unavailable);

  EXPECT_TRUE(parse_status("detached"));
  EXPECT_FALSE(parse_status(""));
  EXPECT_FALSE(parse_status("!"));
  EXPECT_EQ(parse_status("sucessful").error().remedy, "did you mean successful?");
}

}  // namespace
}  // namespace cttrace
