// What the command line asks for.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "cli/moment_name.h"
#include "render/renderer.h"
#include "tables/selection.h"

namespace cttrace {

enum class Command : uint8_t {
  kIntroduce,
  kHelp,
  kVersion,
  kGenerate,
  kTrace,
  kShow,
  kSyscalls,
  kDoctor,
  kInspect,
  kDiff,
  kBaseline,
  kCheck,
  kPolicy
};
enum class Backend : uint8_t { kAuto, kEbpf, kPtrace };
enum class PtraceSeccomp : uint8_t { kAuto, kOn, kOff };
enum class ColorWhen : uint8_t { kAuto, kAlways, kNever };

// What `check` writes, and where to; an empty file is where -o says.
struct ReportWanted {
  enum class Form : uint8_t { kText, kJson, kJunit, kSarif } form = Form::kText;
  std::string file = {};
};

struct Options {
  Command command = Command::kIntroduce;
  std::vector<std::string> arguments;  // cttrace's own, as typed

  // What is traced: one of the three.
  std::vector<std::string> launch;
  std::vector<uint32_t> pids;
  bool all = false;

  std::vector<std::string> operands;  // of a command: show FILE, policy show NAME
  uint32_t inspected = 0;             // inspect PID
  std::string container;              // diff, baseline, check: only those of this name; empty: all
  bool how = false;                   // diff, check: the way counts, too
  bool budget = false;                // baseline: with what it costs
  bool update = false;                // check: write the baseline anew
  std::string baseline;               // check
  std::string reference;              // baseline, check: a recording; empty: none
  std::string generate;               // man, bash, zsh, fish
  std::string help_about;             // --help: a command; empty: all of them

  // check FILE
  std::vector<std::string> policies;  // names or files
  std::string oci;                    // an OCI configuration; empty: none
  std::vector<ReportWanted> reports;
  bool annotate_github = false;

  std::optional<Selection> selection;  // -e trace=
  Format format = Format::kStory;
  RenderOptions render;
  std::string output;  // -o; empty: not given
  ColorWhen color = ColorWhen::kAuto;
  std::string record;
  bool verify = false;
  bool trees = false;
  std::optional<MomentName> at;  // --at
  Backend backend = Backend::kAuto;
  PtraceSeccomp ptrace_seccomp = PtraceSeccomp::kAuto;
  size_t buffer_bytes = 8u << 20;
  std::optional<std::chrono::milliseconds> duration;
  int ready_fd = -1;
};

// `arguments` without the program's name. The error has exit_status 2.
Result<Options> parse_options(const std::vector<std::string>& arguments);

}  // namespace cttrace
