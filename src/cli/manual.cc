// Writing help and the manual page.
#include "cli/manual.h"

#include <algorithm>

#include "cli/option_table.h"
#include "cli/version.h"
#include "cli/wrap.h"

namespace cttrace {
namespace {

constexpr std::string_view kWhatItIs =
    "cttrace is strace for containers: it shows, by eBPF, the calls by which a container runtime sets a container up: "
    "namespaces, mounts, root, devices, identity, limits. It takes the options of strace.";

struct Usage {
  std::string_view line;
  std::string_view what;
};
constexpr Usage kUsages[] = {
    {"cttrace [OPTIONS] [--] COMMAND [ARG...]", "start COMMAND, trace it and all its descendants"},
    {"cttrace [OPTIONS] -p PID [PID...]", "trace processes that run, and their descendants"},
    {"cttrace [OPTIONS] -a", "trace the whole host"},
};

constexpr Section kSections[] = {Section::kWhat,  Section::kWhich, Section::kOutput,
                                 Section::kJudge, Section::kHow,   Section::kAbout};

// What a status means; docs/exit-status.md says the same at length.
constexpr Usage kStatuses[] = {
    {"0",
     "of -p, -a, show, inspect, syscalls: all is well; of doctor: tracing is possible here; of check: all holds; of "
     "diff: the same"},
    {"1",
     "cttrace could not trace, or could not write all of its output; of doctor: tracing is not possible; of check: "
     "something is broken; of diff: something differs"},
    {"2",
     "the command line is wrong, or a recording cannot be read to its end; of check and diff: it cannot be judged"},
    {"3", "--verify was given, and cttrace and the kernel disagree"},
    {"126", "COMMAND cannot be executed"},
    {"127", "there is no COMMAND"},
};

constexpr size_t kOptionColumn = 2, kTextColumn = 30;

std::string usage_of(const CommandRow& row) {
  std::string line = "cttrace " + std::string(row.name) + " [OPTIONS]";
  if (!row.operands.empty()) line += " " + std::string(row.operands);
  return line;
}

// "-o, --output FILE"
std::string spelled(const OptionRow& row) {
  std::string text(row.names);
  if (const size_t comma = text.find(','); comma != std::string::npos) text.insert(comma + 1, " ");
  if (!row.argument.empty()) text += " " + std::string(row.argument);
  return text;
}

std::string entry(std::string_view name, std::string_view what) {
  std::string line = std::string(kOptionColumn, ' ') + std::string(name);
  line = line.size() + 2 > kTextColumn ? line + "\n" + std::string(kTextColumn, ' ') : padded(line, kTextColumn);
  return line + wrap(what, kTextColumn);
}

std::string usages() {
  std::string out;
  for (const Usage& usage : kUsages) out += "  " + padded(usage.line, 43) + wrap(usage.what, 45);
  for (const CommandRow& row : command_rows()) out += "  " + padded(usage_of(row), 43) + wrap(row.what, 45);
  return out;
}

// What an option does and, where it is not for tracing, which commands it is for.
std::string whose(const OptionRow& row) {
  if (row.commands & kInTrace) return std::string(row.what);
  return std::string(row.what) + " (of " + commands_that_take(row) + ")";
}

// Of those options that are for one of the commands.
std::string option_entries(uint16_t commands, std::string (*words)(const OptionRow& row)) {
  std::string out;
  for (Section section : kSections) {
    std::string entries;
    for (const OptionRow& row : option_rows())
      if (row.section == section && (row.commands & commands)) entries += entry(spelled(row), words(row));
    if (!entries.empty()) out += "\n" + std::string(section_title(section)) + ":\n" + entries;
  }
  return out;
}

std::string help_of(const CommandRow& command) {
  std::string words = std::string(command.what) + ".";
  if (!command.more.empty()) words += " " + std::string(command.more);
  const std::string out = "Usage:\n  " + usage_of(command) + "\n\n" + wrap(words, 0);
  return out + option_entries(command.options, [](const OptionRow& row) { return std::string(row.what); });
}

std::string example_lines() {
  std::string out;
  for (const Example& example : examples()) {
    out += "  " + std::string(example.line) + "\n      " + std::string(example.what) + "\n";
  }
  return out;
}

// Text for groff: a backslash, and what begins a request at the start of a line, are just characters.
std::string groff(std::string_view text) {
  std::string out;
  if (text.starts_with('.') || text.starts_with('\'')) out += "\\&";
  for (char c : text) {
    switch (c) {
      case '\\': out += "\\e"; break;
      case '-': out += "\\-"; break;
      case '^': out += "\\(ha"; break;
      case '~': out += "\\(ti"; break;
      default: out += c;
    }
  }
  return out;
}

std::string bold(std::string_view text) { return "\\fB" + groff(text) + "\\fR"; }
std::string italic(std::string_view text) { return "\\fI" + groff(text) + "\\fR"; }

std::string sentence(std::string_view text) {
  std::string out = groff(text);
  if (!out.empty() && out.back() != '.') out += '.';
  return out;
}

std::string option_entry(const OptionRow& row) {
  std::string names = bold(row.names);
  if (const size_t comma = names.find(','); comma != std::string::npos) names.replace(comma, 1, "\\fR, \\fB");
  std::string out = ".TP\n" + names;
  if (!row.argument.empty()) out += " " + italic(row.argument);
  out += "\n" + sentence(whose(row)) + "\n";
  if (!row.more.empty()) out += sentence(row.more) + "\n";
  return out;
}

std::string synopsis() {
  std::string out = ".SH SYNOPSIS\n.nf\n";
  for (const Usage& usage : kUsages) out += bold("cttrace") + groff(usage.line.substr(7)) + "\n";
  for (const CommandRow& row : command_rows()) {
    out += bold("cttrace " + std::string(row.name)) + groff(usage_of(row).substr(8 + row.name.size())) + "\n";
  }
  return out + ".fi\n";
}

}  // namespace

std::string introduction() {
  return wrap(kWhatItIs, 0) + "\nFor example:\n" + example_lines() + "\ncttrace --help lists all options.\n";
}

std::string help(const std::string& about) {
  for (const CommandRow& row : command_rows())
    if (row.name == about) return help_of(row);
  std::string out = "Usage:\n" + usages() + option_entries(kEverywhere, whose);
  out += "\nExamples:\n" + example_lines() + "\nExit status: COMMAND's own where one was started, otherwise:\n";
  for (const Usage& status : kStatuses) out += "  " + padded(status.line, 5) + wrap(status.what, 7);
  return out;
}

std::string manual_page() {
  std::string out = ".TH CTTRACE 1 \"\" \"cttrace " + std::string(kVersion) + "\" \"User Commands\"\n";
  out += ".SH NAME\ncttrace \\- strace for containers\n" + synopsis();
  out += ".SH DESCRIPTION\n" + groff(kWhatItIs) + "\n.PP\n" +
         groff(
             "What follows COMMAND belongs to it. A COMMAND that is called like one of cttrace's own commands is "
             "started with -- in front of it. COMMAND begins when everything is traced, and keeps its standard "
             "streams, its terminal and its signals; SIGTERM and SIGHUP to cttrace are passed on to it, and a second "
             "one ends cttrace. With -p and -a, SIGINT, SIGTERM and SIGHUP end tracing.") +
         "\n.PP\n" +
         groff("Every trace ends with a completeness statement: how much was recorded, and what could not be.") + "\n";
  out += ".SH COMMANDS\n";
  for (const CommandRow& row : command_rows()) {
    out += ".TP\n" + bold(usage_of(row)) + "\n" + sentence(row.what) + "\n";
    if (!row.more.empty()) out += sentence(row.more) + "\n";
  }
  out += ".SH OPTIONS\n";
  for (Section section : kSections) {
    out += ".SS " + groff(section_title(section)) + "\n";
    for (const OptionRow& row : option_rows()) {
      if (row.section == section) out += option_entry(row);
    }
  }
  out += ".SH EXAMPLES\n";
  for (const Example& example : examples()) out += ".TP\n" + bold(example.line) + "\n" + sentence(example.what) + "\n";
  out += ".SH EXIT STATUS\n" +
         groff(
             "The exit status is that of COMMAND; where a signal ended COMMAND, the same signal "
             "ends cttrace. Otherwise:") +
         "\n";
  for (const Usage& status : kStatuses) out += ".TP\n" + bold(status.line) + "\n" + sentence(status.what) + "\n";
  out += ".SH ENVIRONMENT\n.TP\n" + bold("NO_COLOR") + "\nSet and not empty: no color unless " +
         bold("--color always") + " is given.\n";
  return out + ".SH SEE ALSO\n.BR strace (1),\n.BR bpf (2),\n.BR namespaces (7),\n.BR capabilities (7)\n";
}

}  // namespace cttrace
