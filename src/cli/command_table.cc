// The commands, examples, and where an option belongs.
#include "cli/option_table.h"

namespace cttrace {
namespace {

constexpr size_t kAnyNumber = 10000;

constexpr CommandRow kCommands[] = {
    {"show", "FILE", 1, 1, Command::kShow, kInShow, "show a recording, in any format; needs no privilege",
     "FILE may be -, standard input. Prints what the live run printed."},
    {"inspect", "PID", 1, 1, Command::kInspect, kInInspect,
     "a running process's namespaces, mount tree, identity and limits, from /proc",
     "Traces nothing, and needs no privilege for one's own processes. What may not be read is told."},
    {"diff", "A B", 2, 2, Command::kDiff, kInDiff,
     "what differs between the containers of two recordings, or baselines",
     "Says what the containers of B got otherwise than those of A: what isolates less, what isolates more, what is "
     "something else. Ends with 0 where they are the same, 1 where they differ, 2 where that cannot be judged."},
    {"baseline", "FILE...", 1, kAnyNumber, Command::kBaseline, kInBaseline,
     "make a baseline of one recording, or of several of the same, for cttrace check",
     "What is not the same in all of them is noted as variable. Prints it, or writes it to -o."},
    {"check", "FILE...", 1, kAnyNumber, Command::kCheck, kInCheck,
     "judge the containers in recordings, for CI: 0 all holds, 1 something is broken, 2 it cannot be judged",
     "--policy, --oci and --baseline say by what; each may be given, and one must be."},
    {"policy", "ACTION [NAME]", 1, 2, Command::kPolicy, kInPolicy,
     "list: the policies that are built in; show NAME: one of them, to copy and change; test FILE: one on recordings",
     "docs/policies.md says how policies are written and tested."},
    {"syscalls", "", 0, 0, Command::kSyscalls, kInSyscalls,
     "list every call that is known, its groups and its decoding", ""},
    {"doctor", "", 0, 0, Command::kDoctor, kInDoctor,
     "say what works on this host, what is missing, and what to do about it",
     "Ends with 0 where tracing is possible, otherwise with 1."},
};

constexpr Example kExamples[] = {
    {"cttrace runc run demo", "what runc does to set up a container"},
    {"cttrace -e trace=%mount -y -o mounts.txt runc run demo", "only its mounts, into a file"},
    {"cttrace --record demo.ctt -p $(pgrep containerd)", "a running daemon, recorded"},
    {"cttrace show -Z demo.ctt", "the calls in the recording that failed"},
    {"cttrace doctor", "whether this host lets cttrace work"},
};

}  // namespace

std::string_view section_title(Section section) {
  switch (section) {
    case Section::kWhat: return "What is traced";
    case Section::kWhich: return "Which calls";
    case Section::kOutput: return "Output";
    case Section::kJudge: return "Judging";
    case Section::kHow: return "How";
    case Section::kAbout: return "About cttrace";
    case Section::kHidden: break;
  }
  return {};
}

std::span<const CommandRow> command_rows() { return kCommands; }
std::span<const Example> examples() { return kExamples; }

std::string commands_that_take(const OptionRow& row) {
  std::vector<std::string_view> names;
  for (const CommandRow& command : kCommands)
    if (row.commands & command.options) names.push_back(command.name);
  std::string text;
  for (size_t i = 0; i < names.size(); ++i) {
    if (i > 0) text += i + 1 == names.size() ? " and " : ", ";
    text += names[i];
  }
  return text;
}

}  // namespace cttrace
