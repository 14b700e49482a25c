// `cttrace syscalls`: every call that is known, with the state of its decoding.
#include "cttrace/syscalls.h"

#include <unistd.h>

#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "cli/output.h"
#include "cli/version.h"
#include "cli/wrap.h"

namespace cttrace {
namespace {

constexpr Abi kAbis[] = {Abi::x86_64, Abi::i386, Abi::aarch64};

std::vector<std::string> groups_of(const SyscallRow& row) {
  std::vector<std::string> names;
  for (const GroupName& group : group_names()) {
    // A name for several groups at once is no group of its own.
    const bool single = (group.groups & (group.groups - 1)) == 0;
    if (single && (row.groups & group.groups)) names.emplace_back(group.name);
  }
  return names;
}

// Of a variant: the values of the argument that chooses it.
std::vector<std::string> chosen_by(const SyscallRow& row) {
  std::vector<std::string> names;
  if (row.flags & CT_ROW_WORDS) names.emplace_back("stderr");
  const FlagSet* const set = row.args.size() > row.select ? flag_set(row.args[row.select].set) : nullptr;
  for (uint64_t value : row.select_values) {
    uint64_t rest = value;
    const std::vector<std::string_view> found = set ? flag_names(*set, value, rest) : std::vector<std::string_view>();
    names.push_back(found.empty() ? std::to_string(value) : std::string(found.front()));
  }
  return names;
}

std::string joined(const std::vector<std::string>& words, std::string_view separator, std::string_view prefix) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : std::string(separator)) + std::string(prefix) + word;
  return out;
}

std::vector<const SyscallRow*> wanted_rows(const Options& options) {
  std::vector<const SyscallRow*> rows;
  for (const SyscallRow& row : syscall_rows()) {
    if (!options.selection || options.selection->includes(row)) rows.push_back(&row);
  }
  return rows;
}

std::string text_row(const SyscallRow& row) {
  std::string line = padded(row.name, 20);
  for (Abi abi : kAbis) {
    const int16_t number = row.numbers[static_cast<size_t>(abi)];
    line += padded(number == kNoNumber ? "-" : std::to_string(number), 8);
  }
  line += padded(decoding_name(row.decoding), 9) + padded(is_default(row) ? "yes" : "no", 8);
  line += joined(groups_of(row), ",", "%") + "\n";
  const std::vector<std::string> chosen = chosen_by(row);
  if (!chosen.empty()) line += "    with " + wrap(joined(chosen, " ", ""), 9);
  return line;
}

std::string text(const Options& options) {
  std::string out = padded("call", 20);
  for (Abi abi : kAbis) out += padded(abi_name(abi), 8);
  out += padded("decoding", 9) + padded("default", 8) + "groups\n";
  for (const SyscallRow* row : wanted_rows(options)) out += text_row(*row);
  if (options.selection) return out;
  out += "\nGroups, for -e trace=:\n";
  for (const GroupName& group : group_names())
    out += "  " + padded("%" + std::string(group.name), 14) + wrap(group.what, 16);
  return out;
}

std::string json(const Options& options) {
  nlohmann::ordered_json document;
  document["type"] = "syscalls";
  document["version"] = 1;
  document["cttrace"] = kVersion;
  document["syscalls"] = nlohmann::ordered_json::array();
  for (const SyscallRow* row : wanted_rows(options)) {
    nlohmann::ordered_json entry;
    entry["name"] = row->name;
    entry["numbers"] = nlohmann::ordered_json::object();
    for (Abi abi : kAbis) {
      const int16_t number = row->numbers[static_cast<size_t>(abi)];
      if (number != kNoNumber) entry["numbers"][std::string(abi_name(abi))] = number;
    }
    entry["groups"] = groups_of(*row);
    entry["decoding"] = decoding_name(row->decoding);
    entry["default"] = is_default(*row);
    if (!is_first_of_call(*row)) entry["variant"] = chosen_by(*row);
    document["syscalls"].push_back(entry);
  }
  return document.dump(options.format == Format::kNdjson ? -1 : 2) + "\n";
}

}  // namespace

int list_syscalls(const Options& options) {
  Result<Output> output = Output::whole(options.output);
  if (!output) throw Failure(output.error());
  output->write(!is_json(options.format) ? text(options) : json(options));
  const Status closed = output->close();
  if (!closed) throw Failure(closed.error());
  return 0;
}

}  // namespace cttrace
