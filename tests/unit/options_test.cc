// The command line: what belongs to cttrace, what to the command, and what is a process.
#include "cli/options.h"

#include <gtest/gtest.h>

#include "cli/option_table.h"

namespace cttrace {
namespace {

using Words = std::vector<std::string>;
using Pids = std::vector<uint32_t>;

Options parsed(const Words& words) {
  Result<Options> options = parse_options(words);
  if (options) return std::move(*options);
  ADD_FAILURE() << options.error().line();
  return {};
}

std::string refused(const Words& words) {
  const Result<Options> options = parse_options(words);
  if (options) {
    ADD_FAILURE() << "was accepted";
    return {};
  }
  EXPECT_EQ(options.error().exit_status, 2);
  return options.error().line();
}

TEST(Options, NothingIsAnIntroduction) { EXPECT_EQ(parsed({}).command, Command::kIntroduce); }

TEST(Options, WhatFollowsTheCommandBelongsToIt) {
  const Options options = parsed({"-q", "-o", "out", "runc", "-q", "--format", "json", "--", "show"});
  EXPECT_EQ(options.command, Command::kTrace);
  EXPECT_EQ(options.launch, (Words{"runc", "-q", "--format", "json", "--", "show"}));
  EXPECT_EQ(options.output, "out");
  EXPECT_TRUE(options.render.quiet);
  EXPECT_EQ(options.format, Format::kStory);
}

TEST(Options, TwoDashesEndOptions) {
  EXPECT_EQ(parsed({"--", "-x", "y"}).launch, (Words{"-x", "y"}));
  EXPECT_EQ(parsed({"-q", "--", "show", "x"}).launch, (Words{"show", "x"}));
  EXPECT_EQ(parsed({"--", "doctor"}).command, Command::kTrace);
}

TEST(Options, PidsInEveryForm) {
  for (const Words& words :
       {Words{"-p", "1", "-p", "2"}, Words{"-p", "1,2"}, Words{"-p", "1 2"}, Words{"-p", "1\n2"}, Words{"-p", "1", "2"},
        Words{"-p1", "2"}, Words{"--attach=1", "2"}, Words{"-p", "1", "--", "2"}, Words{"-p", "1", "2", "-q"},
        Words{"-q", "-p", "1", "-T", "2", "-o", "f"}}) {
    const Options options = parsed(words);
    EXPECT_EQ(options.command, Command::kTrace);
    EXPECT_EQ(options.pids, (Pids{1, 2}));
    EXPECT_TRUE(options.launch.empty());
  }
  EXPECT_TRUE(parsed({"-p", "1", "2", "-q"}).render.quiet);
  EXPECT_EQ(parsed({"-p", "1", "2", "-o", "f", "3"}).output, "f");
}

TEST(Options, PidsMeanThatNothingIsLaunched) {
  EXPECT_NE(refused({"-p", "1", "ls"}).find("ls"), std::string::npos);
  EXPECT_NE(refused({"-p", "1", "show"}).find("show"), std::string::npos);
  EXPECT_NE(refused({"-a", "-p", "1"}).find("-p"), std::string::npos);
}

TEST(Options, LettersOfStrace) {
  const Options options = parsed({"-fqTyvrC", "-ttt", "-s", "64", "-o", "f", "true"});
  EXPECT_TRUE(options.render.quiet && options.render.durations && options.render.paths && options.render.verbose);
  EXPECT_TRUE(options.render.relative && options.render.summary && options.render.with_calls);
  EXPECT_EQ(options.render.timestamps, Timestamps::kUnix);
  EXPECT_EQ(options.render.string_limit, 64u);
  EXPECT_EQ(parsed({"-t", "true"}).render.timestamps, Timestamps::kSeconds);
  EXPECT_EQ(parsed({"-tt", "true"}).render.timestamps, Timestamps::kMicroseconds);
  EXPECT_EQ(parsed({"-t", "-t", "-t", "-t", "true"}).render.timestamps, Timestamps::kUnix);
  EXPECT_FALSE(parsed({"-c", "true"}).render.with_calls);
  EXPECT_EQ(parsed({"true"}).render.string_limit, std::nullopt);
  EXPECT_EQ(parsed({"-s32", "true"}).render.string_limit, 32u);
}

TEST(Options, Outcomes) {
  EXPECT_FALSE(parsed({"-z", "true"}).render.status.failed);
  EXPECT_FALSE(parsed({"-Z", "true"}).render.status.successful);
  EXPECT_TRUE(parsed({"-Z", "true"}).render.status.failed);
  // The last one counts.
  EXPECT_TRUE(parsed({"-Z", "-e", "status=successful", "true"}).render.status.successful);
  EXPECT_FALSE(parsed({"-e", "status=successful", "-Z", "true"}).render.status.successful);
}

TEST(Options, FilterByCalls) {
  const auto includes = [](const Options& options, std::string_view name) {
    for (const SyscallRow& row : syscall_rows()) {
      if (row.name == name) return options.selection->includes(row);
    }
    ADD_FAILURE() << "there is no row " << name;
    return false;
  };
  for (const Words& words : {Words{"-e", "mount", "true"}, Words{"-e", "trace=mount", "true"}, Words{"-emount", "true"},
                             Words{"-e", "t=mount", "true"}, Words{"--trace=mount", "true"},
                             Words{"-e", "umount2", "-e", "mount", "true"}}) {
    const Options options = parsed(words);
    ASSERT_TRUE(options.selection.has_value());
    EXPECT_TRUE(includes(options, "mount"));
    EXPECT_FALSE(includes(options, "execve"));
  }
  EXPECT_FALSE(parsed({"true"}).selection.has_value());
  EXPECT_NE(refused({"-e", "signal=none", "true"}).find("signal=none"), std::string::npos);
}

TEST(Options, Commands) {
  const Options options = parsed({"-T", "show", "-y", "file", "--format", "ndjson"});
  EXPECT_EQ(options.command, Command::kShow);
  EXPECT_EQ(options.operands[0], "file");
  EXPECT_EQ(options.format, Format::kNdjson);
  EXPECT_TRUE(options.render.durations && options.render.paths);
  EXPECT_EQ(parsed({"show", "-"}).operands[0], "-");
  EXPECT_EQ(parsed({"show", "--", "-x"}).operands[0], "-x");
  EXPECT_EQ(parsed({"doctor", "--format", "json"}).format, Format::kJson);
  EXPECT_EQ(parsed({"syscalls"}).command, Command::kSyscalls);
  EXPECT_EQ(parsed({"show", "--help"}).command, Command::kHelp);
  EXPECT_NE(refused({"show"}).find("FILE"), std::string::npos);
  EXPECT_NE(refused({"show", "--record", "x", "y"}).find("--record"), std::string::npos);
}

// Each option with each command, and without one: it is taken, or refused in a line.
TEST(Options, EveryOptionEverywhere) {
  for (const OptionRow& row : option_rows()) {
    const std::string name(row.names.substr(0, row.names.find(',')));
    Words given = {name};
    if (!row.argument.empty()) given.emplace_back(row.words.empty() ? "1" : row.words.substr(0, row.words.find('|')));
    for (const CommandRow& command : command_rows()) {
      Words words = given;
      words.emplace_back(command.name);
      words.insert(words.end(), command.fewest, "1");
      if (row.commands & command.options) {
        (void)parse_options(words);
      } else {
        EXPECT_FALSE(refused(words).empty());
      }
    }
    for (const Words& rest : {Words{}, Words{"true"}}) {
      Words words = given;
      words.insert(words.end(), rest.begin(), rest.end());
      if (row.commands & kInTrace) {
        (void)parse_options(words);
      } else {
        EXPECT_NE(refused(words).find(name + ": it is for cttrace "), std::string::npos);
      }
    }
  }
  EXPECT_NE(refused({"--how", "true"}).find("it is for cttrace diff and check ("), std::string::npos);
  EXPECT_NE(refused({"--oci", "x", "-a"}).find("it is for cttrace check ("), std::string::npos);
  EXPECT_NE(refused({"--how", "-p", "1"}).find("--how"), std::string::npos);
}

TEST(Options, JsonIsTheFormatWhateverElseIsAskedFor) {
  for (const Words& words :
       {Words{"--json", "-e", "trace=mount", "true"}, Words{"--json", "-c", "true"}, Words{"-y", "--json", "true"}})
    EXPECT_EQ(parsed(words).format, Format::kJson);
  EXPECT_EQ(parsed({"--json", "--format", "json", "true"}).format, Format::kJson);
  EXPECT_NE(refused({"--json", "--format", "calls", "true"}).find("--format calls was given too"), std::string::npos);
  EXPECT_NE(refused({"--format", "ndjson", "--json", "true"}).find("--json"), std::string::npos);
}

TEST(Options, OwnArgumentsAreKept) {
  EXPECT_EQ(parsed({"-p", "1", "2", "-q"}).arguments, (Words{"-p", "1", "2", "-q"}));
}

TEST(Options, Mistakes) {
  EXPECT_NE(refused({"--formt", "x", "true"}).find("did you mean --format?"), std::string::npos);
  EXPECT_NE(refused({"-o"}).find("FILE is missing"), std::string::npos);
  EXPECT_NE(refused({"-q"}).find("COMMAND"), std::string::npos);
  EXPECT_NE(refused({"-qQ", "true"}).find("-Q"), std::string::npos);
  EXPECT_NE(refused({"--quiet=3", "true"}).find("takes no value"), std::string::npos);
}

}  // namespace
}  // namespace cttrace
