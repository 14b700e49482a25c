// Every option and command, once: parsing, --help, the manual page and the completions are made from these rows.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/error.h"
#include "cli/options.h"

namespace cttrace {

enum class Section : uint8_t { kWhat, kWhich, kOutput, kJudge, kHow, kAbout, kHidden };
std::string_view section_title(Section section);

// How a shell completes an option's value.
enum class Completes : uint8_t { kNothing, kWords, kFile, kPid, kFilter, kStatus };

// Commands that take an option; a bit each.
inline constexpr uint16_t kInTrace = 1, kInShow = 2, kInSyscalls = 4, kInDoctor = 8, kInInspect = 16;
inline constexpr uint16_t kInDiff = 128, kInBaseline = 256;
inline constexpr uint16_t kInCheck = 32, kInPolicy = 64;
inline constexpr uint16_t kEverywhere = UINT16_MAX;

struct OptionRow {
  std::string_view names;     // separated by a comma: "-o,--output"
  std::string_view argument;  // what its value is called; empty: it is a flag
  Section section;
  uint16_t commands;      // kIn*
  std::string_view what;  // for --help and the manual
  std::string_view more;  // for the manual only
  Status (*apply)(Options& options, const std::string& value);
  Completes completes = Completes::kNothing;
  std::string_view words = {};    // the values there are, separated by `|`
  std::string_view why_not = {};  // the other commands do not take it
};
std::span<const OptionRow> option_rows();

struct CommandRow {
  std::string_view name;
  std::string_view operands;
  size_t fewest, most;  // how many of them
  Command command;
  uint16_t options;  // kIn*
  std::string_view what;
  std::string_view more;
};
std::span<const CommandRow> command_rows();
// The names of those that take the option: "diff and check".
std::string commands_that_take(const OptionRow& row);

// A command line and what it does.
struct Example {
  std::string_view line;
  std::string_view what;
};
std::span<const Example> examples();

}  // namespace cttrace
