// From arguments to Options: CLI11 tells options from operands, the rows say what they mean.
#include "cli/options.h"

#include <CLI/CLI.hpp>
#include <span>

#include "base/nearest.h"
#include "base/words.h"
#include "cli/option_table.h"
#include "cli/values.h"

namespace cttrace {
namespace {

struct Given {
  const OptionRow* row;
  std::string value;
};

// Options in the order in which they were typed, and what begins at the first operand.
struct Parsed {
  std::vector<Given> given;
  std::vector<std::string> rest;
};

std::string first_name(const OptionRow& row) { return std::string(row.names.substr(0, row.names.find(','))); }

CLI::Option* add_option(CLI::App& app, const OptionRow& row) {
  if (row.argument.empty()) return app.add_flag(std::string(row.names));
  CLI::Option* option = app.add_option(std::string(row.names));
  return option->type_size(1)->expected(1)->allow_extra_args(false)->multi_option_policy(
      CLI::MultiOptionPolicy::TakeAll);
}

Error unknown_option(const std::string& typed) {
  const std::string name = typed.substr(0, typed.find('='));
  std::vector<std::string_view> names;
  for (const OptionRow& row : option_rows()) {
    const size_t long_name = row.names.find("--");
    if (long_name != std::string_view::npos) names.push_back(row.names.substr(long_name));
  }
  const std::string meant = name.starts_with("--") ? did_you_mean(name, names) : std::string();
  return usage_error("use", name, "there is no such option", meant);
}

Error value_is_missing(const OptionRow& row) {
  // What is before it in a shell may have come to nothing: -p $(pgrep ...).
  const std::string hint = row.completes == Completes::kPid ? "did pgrep find nothing?" : "";
  return usage_error("use", first_name(row), std::string(row.argument) + " is missing after it", hint);
}

const OptionRow* find_option(const std::string& name) {
  for (const OptionRow& row : option_rows())
    if (has_word(row.names, name, ',')) return &row;
  return nullptr;
}

// CLI11 takes the next word for the value where nothing is behind `=`.
Status check_values(std::span<const std::string> options) {
  for (const std::string& word : options) {
    const OptionRow* const row = word.ends_with('=') ? find_option(word.substr(0, word.size() - 1)) : nullptr;
    if (row && !row->argument.empty()) return value_is_missing(*row);
  }
  return Ok{};
}

// Why CLI11 would not read the arguments: a value that is missing, or one that a flag does not take.
Error unreadable(const CLI::ParseError& error) {
  const std::string text = error.what();
  const std::string name = text.substr(0, text.find_first_of(": "));
  const OptionRow* const row = find_option(name);
  if (!row) return usage_error("read", "the arguments", text);
  return row->argument.empty() ? usage_error("use", name, "it takes no value") : value_is_missing(*row);
}

Result<Parsed> parse_once(const std::vector<std::string>& arguments) {
  CLI::App app;
  app.set_help_flag();
  app.prefix_command();
  std::vector<std::pair<CLI::Option*, const OptionRow*>> options;
  for (const OptionRow& row : option_rows()) options.emplace_back(add_option(app, row), &row);
  try {
    app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
  } catch (const CLI::ParseError& error) {
    return unreadable(error);
  }
  Parsed parsed;
  parsed.rest = app.remaining();
  const Status valued = check_values(std::span(arguments).first(arguments.size() - parsed.rest.size()));
  if (!valued) return valued.error();
  std::map<const CLI::Option*, size_t> seen;
  for (const CLI::Option* typed : app.parse_order()) {
    for (const auto& [option, row] : options) {
      if (option != typed) continue;
      const std::string value = option->results().at(seen[option]++);
      if (row->argument.empty() && value != "true") return usage_error("use", first_name(*row), "it takes no value");
      parsed.given.push_back({row, value});
    }
  }
  for (const std::string& word : parsed.rest) {
    if (word == "--" || word == "-" || !word.starts_with('-')) break;
    return unknown_option(word);
  }
  return parsed;
}

// For what takes options after operands too: reads on behind each run of operands, which go to `operands`.
Result<Parsed> parse_on(std::vector<std::string> arguments, Parsed parsed, std::vector<std::string>& operands) {
  while (!parsed.rest.empty()) {
    std::vector<std::string> rest = std::move(parsed.rest);
    arguments.resize(arguments.size() - rest.size());
    const bool all_operands = rest.front() == "--";
    auto next = rest.begin() + (all_operands ? 1 : 0);
    while (next != rest.end() && (all_operands || *next == "-" || !next->starts_with('-'))) {
      operands.push_back(*next++);
    }
    arguments.insert(arguments.end(), next, rest.end());
    Result<Parsed> again = parse_once(arguments);
    if (!again) return again.error();
    parsed = std::move(*again);
  }
  return parsed;
}

bool is_given(const Parsed& parsed, std::string_view name) {
  return std::any_of(parsed.given.begin(), parsed.given.end(),
                     [&](const Given& given) { return first_name(*given.row) == name; });
}

// `command`: nullptr where one is traced.
Error not_for(const OptionRow& row, const CommandRow* command) {
  std::string why =
      command ? "it is not for cttrace " + std::string(command->name) : "it is for cttrace " + commands_that_take(row);
  if (!row.why_not.empty()) why += ": " + std::string(row.why_not);
  return usage_error("use", first_name(row), why);
}

Status apply(const Parsed& parsed, const CommandRow* command, Options& options) {
  const uint16_t where = command ? command->options : kInTrace;
  for (const Given& given : parsed.given) {
    if (!(given.row->commands & where)) return not_for(*given.row, command);
    if (given.row->completes == Completes::kFile && given.value.empty())
      return usage_error("use", first_name(*given.row), std::string(given.row->argument) + " is empty");
    const Status applied = given.row->apply(options, given.value);
    if (!applied) return applied.error();
  }
  return Ok{};
}

// What only lines of calls have, or what strace is asked for lines with: a story is not meant by who types it.
bool asks_for_calls(const Parsed& parsed) {
  constexpr std::string_view kOfCalls[] = {"-e", "-s", "-y", "-c", "-C", "-T", "-z", "-Z"};
  return std::ranges::any_of(kOfCalls, [&](std::string_view name) { return is_given(parsed, name); });
}

// Options that cannot both be meant.
Status check_contradictions(const Parsed& parsed, const Options& options) {
  for (const Given& given : parsed.given) {
    if (first_name(*given.row) == "--format" && given.value != "json" && is_given(parsed, "--json"))
      return usage_error("use --json", "", "--format " + given.value + " was given too: choose one");
  }
  if (is_given(parsed, "-c") && is_given(parsed, "-C"))
    return usage_error("use -C", "", "-c was given too: choose one");
  if (options.ptrace_seccomp == PtraceSeccomp::kOn && options.backend == Backend::kEbpf)
    return usage_error("use --ptrace-seccomp", "on", "--backend ebpf was given too: it needs no filter");
  for (const char* const name : {"-z", "-Z", "-s", "-T", "-y", "-v"})
    if (options.format == Format::kList && is_given(parsed, name))
      return usage_error("use " + std::string(name), "", "a list has no calls", "--format story or calls");
  const bool told = options.format != Format::kCalls && options.format != Format::kList;
  if (options.trees && !told)
    return usage_error("use --trees", "", "they are part of a story", "--format story, json or ndjson");
  if (options.at && options.trees) return usage_error("use --at", "", "--trees was given too: choose one");
  if (options.at && !told) return usage_error("use --at", "", "it shows a state", "--format story, json or ndjson");
  return Ok{};
}

// What a command that shows no calls cannot be asked for.
Status check_shown(const Parsed& parsed, const CommandRow& command) {
  if (command.command == Command::kShow) return Ok{};
  const std::string name = "cttrace " + std::string(command.name);
  for (const Given& given : parsed.given) {
    const std::string option = first_name(*given.row);
    if (option == "--format" && (given.value == "calls" || given.value == "list"))
      return usage_error("use --format", given.value,
                         name + (given.value == "calls" ? " shows no calls" : " is no trace"),
                         "--format story, json or ndjson");
    if (option == "-e" && given.value.starts_with("status="))
      return usage_error("use -e", given.value, name + " lists calls, whatever comes of them");
  }
  return Ok{};
}

const CommandRow* find_command(const Parsed& parsed) {
  if (parsed.rest.empty() || is_given(parsed, "-p")) return nullptr;
  for (const CommandRow& row : command_rows()) {
    if (row.name == parsed.rest.front()) return &row;
  }
  return nullptr;
}

// What the operand at this place is called: A and B of "A B", NAME of "ACTION [NAME]".
std::string operand_name(const CommandRow& command, size_t index) {
  std::string_view rest = command.operands, name;
  for (size_t i = 0; i <= index && !rest.empty(); ++i) name = next_word(rest);
  const size_t begin = name.starts_with('[') ? 1 : 0;
  return std::string(name.substr(begin, name.find_first_of(".]") - begin));
}

Status take_operands(const CommandRow& command, std::vector<std::string> operands, Options& options) {
  operands.erase(operands.begin());
  const std::string name = "cttrace " + std::string(command.name);
  if (operands.size() < command.fewest)
    return usage_error("run", name, operand_name(command, operands.size()) + " is missing");
  if (operands.size() > command.most)
    return usage_error("use", operands[command.most], name + " takes no such argument");
  const auto empty = std::ranges::find(operands, "");
  if (empty != operands.end())
    return usage_error("run", name, operand_name(command, static_cast<size_t>(empty - operands.begin())) + " is empty");
  if (command.command != Command::kInspect) return options.operands = std::move(operands), Ok{};
  const Result<std::vector<uint32_t>> pids = parse_pids("inspect", operands[0]);
  if (!pids) return pids.error();
  if (pids->size() != 1) return usage_error("use", operands[0], name + " takes one process");
  options.inspected = pids->front();
  return Ok{};
}

// What is traced is told in one way only.
Status choose_target(const std::vector<std::string>& operands, Options& options) {
  const bool attaches = !options.pids.empty();
  if (options.at && options.at->kind == MomentName::Kind::kInStory)
    return usage_error("use --at", options.at->container + "+",
                       "when a container began is known only when its set-up is complete",
                       "--record FILE, then cttrace show");
  if (options.all && attaches) return usage_error("use -a", "", "-p was given too: choose one");
  if (attaches) {
    for (const std::string& operand : operands) {
      const Result<std::vector<uint32_t>> pids = parse_pids("attach to", operand);
      if (!pids) return pids.error();
      options.pids.insert(options.pids.end(), pids->begin(), pids->end());
    }
  } else if (options.all && !operands.empty()) {
    return usage_error("run", operands[0], "-a traces the whole host and starts nothing");
  } else {
    options.launch = operands;
  }
  if (options.ptrace_seccomp == PtraceSeccomp::kOn && options.launch.empty() && (attaches || options.all))
    return usage_error("use --ptrace-seccomp", "on", "only a COMMAND that is started can have a filter");
  if (options.command != Command::kIntroduce) return Ok{};
  const bool traces = attaches || options.all || !options.launch.empty();
  if (traces) options.command = Command::kTrace;
  if (traces || options.arguments.empty()) return Ok{};
  return usage_error("trace", "", "no COMMAND, -p or -a is given");
}

// Everything after COMMAND is its own.
std::vector<std::string> command_line(std::vector<std::string> rest) {
  if (!rest.empty() && rest.front() == "--") rest.erase(rest.begin());
  return rest;
}

}  // namespace

Result<Options> parse_options(const std::vector<std::string>& arguments) {
  Options options;
  options.arguments = arguments;
  Result<Parsed> parsed = parse_once(arguments);
  if (!parsed) return parsed.error();

  const CommandRow* const command = find_command(*parsed);
  std::vector<std::string> operands;
  if (command || is_given(*parsed, "-p")) {
    parsed = parse_on(arguments, std::move(*parsed), operands);
    if (!parsed) return parsed.error();
  } else {
    operands = command_line(std::move(parsed->rest));
  }
  const Status applied = apply(*parsed, command, options);
  if (!applied) return applied.error();
  const bool has_format = is_given(*parsed, "--format") || is_given(*parsed, "--json");
  if (!has_format && asks_for_calls(*parsed)) options.format = Format::kCalls;
  const Status agreed = check_contradictions(*parsed, options);
  if (!agreed) return agreed.error();

  if (command) {
    if (options.command == Command::kHelp) options.help_about = command->name;
    if (options.command != Command::kIntroduce) return options;  // --help
    const Status shown = check_shown(*parsed, *command);
    if (!shown) return shown.error();
    options.command = command->command;
    const Status taken = take_operands(*command, std::move(operands), options);
    if (!taken) return taken.error();
    return options;
  }
  const Status chosen = choose_target(operands, options);
  if (!chosen) return chosen.error();
  return options;
}

}  // namespace cttrace
