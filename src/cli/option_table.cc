// The rows: what each option is called, what it says of itself, and what it does.
#include "cli/option_table.h"

#include <array>

#include "cli/values.h"

namespace cttrace {
namespace {

using Text = const std::string&;

// The value of -e: QUALIFIER=LIST as in strace, or a LIST, which means trace=LIST.
Status apply_filter(Options& options, Text value) {
  const size_t equals = value.find('=');
  const bool qualified =
      equals != std::string::npos && value.find_first_not_of("abcdefghijklmnopqrstuvwxyz-") == equals;
  const std::string qualifier = qualified ? value.substr(0, equals) : "trace";
  const std::string list = qualified ? value.substr(equals + 1) : value;
  if (qualifier == "trace" || qualifier == "t") {
    Result<Selection> selection = Selection::parse(list);
    if (!selection) return selection.error();
    options.selection = std::move(*selection);
    return Ok{};
  }
  if (qualifier == "status") {
    const Result<StatusFilter> status = parse_status(list);
    if (!status) return status.error();
    options.render.status = *status;
    return Ok{};
  }
  return usage_error("use -e", value, "only trace= and status= are known", "see the list of calls: cttrace syscalls");
}

// One of the values that the row names, by its place.
Result<size_t> choose(std::string_view option, std::string_view words, Text value) {
  std::string_view rest = words;
  for (size_t index = 0; !rest.empty(); ++index) {
    const std::string_view word = rest.substr(0, rest.find('|'));
    if (word == value) return index;
    rest.remove_prefix(std::min(word.size() + 1, rest.size()));
  }
  return usage_error("use " + std::string(option), value, "it is none of " + std::string(words));
}

constexpr std::string_view kFormats = "story|list|calls|json|ndjson";
constexpr std::string_view kBackends = "auto|ebpf|ptrace";
constexpr std::string_view kOnOff = "auto|on|off";
constexpr std::string_view kColors = "auto|always|never";
constexpr std::string_view kReports = "text|json|junit|sarif";
constexpr std::string_view kAnnotated = "github";
constexpr std::string_view kGenerated = "man|bash|zsh|fish";

template <auto member>
Status turn_on(Options& options, Text) {
  options.render.*member = true;
  return Ok{};
}

template <auto member>
Status turn_on_option(Options& options, Text) {
  options.*member = true;
  return Ok{};
}

template <auto member>
Status keep_text(Options& options, Text value) {
  if (value.empty()) return usage_error("use", "''", "a name is expected");
  options.*member = value;
  return Ok{};
}

// What parse() yields goes to `place`.
template <typename Parsed, typename Place>
Status keep(const Result<Parsed>& parsed, Place& place) {
  if (!parsed) return parsed.error();
  place = static_cast<Place>(*parsed);
  return Ok{};
}

// strace takes a command here too, behind `|` or `!`: not silently a file of that name.
Status keep_output(Options& options, Text value) {
  if (value.starts_with('|') || value.starts_with('!')) {
    return usage_error("write to", value, "only files are possible", "in bash: -o >(COMMAND)");
  }
  return keep_text<&Options::output>(options, value);
}

Status keep_record(Options& options, Text value) {
  if (value == "-")
    return usage_error("write to", value, "a recording goes to a file",
                       "--record /dev/stdout, and -o FILE for what is shown");
  return keep_text<&Options::record>(options, value);
}

Status add_pids(Options& options, Text value) {
  const Result<std::vector<uint32_t>> pids = parse_pids("attach to", value);
  if (!pids) return pids.error();
  options.pids.insert(options.pids.end(), pids->begin(), pids->end());
  return Ok{};
}

Status more_of_the_time(Options& options, Text) {
  Timestamps& now = options.render.timestamps;
  if (now != Timestamps::kUnix) now = static_cast<Timestamps>(static_cast<int>(now) + 1);
  return Ok{};
}

Status only_summary(Options& options, Text) {
  options.render.summary = true;
  options.render.with_calls = false;
  return Ok{};
}

// FORM or FORM=FILE.
Status add_report(Options& options, Text value) {
  const size_t equals = value.find('=');
  const Result<size_t> form = choose("--report", kReports, value.substr(0, equals));
  if (!form) return form.error();
  const std::string file = equals == std::string::npos ? "" : value.substr(equals + 1);
  if (equals != std::string::npos && file.empty())
    return usage_error("use --report", value, "a file name is expected behind =");
  options.reports.push_back({.form = static_cast<ReportWanted::Form>(*form), .file = file});
  return Ok{};
}

Status add_policy(Options& options, Text value) { return options.policies.push_back(value), Ok{}; }

const StatusFilter kOnlySuccessful{.successful = true, .failed = false, .unfinished = false, .unavailable = false};
const StatusFilter kOnlyFailed{.successful = false, .failed = true, .unfinished = false, .unavailable = false};

constexpr uint16_t kInViews = kInTrace | kInShow;
constexpr uint16_t kInTables = kInViews | kInSyscalls | kInDoctor | kInInspect;
constexpr uint16_t kInCompared = kInDiff | kInBaseline;
constexpr uint16_t kInTexts = kInTables | kInCheck | kInPolicy;

const OptionRow kOptions[] = {
    {"-p,--attach", "PID", Section::kWhat, kInTrace,
     "trace the process with this id and all its threads and descendants; several are given as operands, a list or "
     "repeated, so that -p $(pgrep containerd) works",
     "Ends when all of them have gone, or on Ctrl-C. Processes that do not exist are told, and the others traced.",
     add_pids, Completes::kPid},
    {"-a,--all", "", Section::kWhat, kInTrace, "trace the whole host: every container that any runtime starts",
     "Ends on Ctrl-C.", [](Options& o, Text) -> Status { return o.all = true, Ok{}; }},
    {"-f,--follow-forks", "", Section::kWhat, kInViews, "follow descendants; always on, accepted as in strace", "",
     [](Options&, Text) -> Status { return Ok{}; }},

    {"-e", "EXPR", Section::kWhich, kInViews | kInSyscalls,
     "trace=LIST or LIST: which calls, by name, %group, /regex/, all or none; status=LIST: which outcomes of "
     "successful, failed, unfinished, unavailable, detached; a ! in front of LIST means all but these",
     "Without it every call of every group except %fs is traced, and a ! in front of LIST takes these away from that. "
     "cttrace syscalls prints the calls and the groups. write, pwrite64, writev and pwritev are traced where they go "
     "to "
     "procfs, cgroupfs or sysfs, chown and its like where a device node was made before; named by themselves, all are.",
     apply_filter, Completes::kFilter},
    {"--trace", "LIST", Section::kWhich, kInViews | kInSyscalls, "the same as -e trace=LIST", "",
     [](Options& o, Text value) { return apply_filter(o, "trace=" + value); }, Completes::kFilter},
    {"--status", "LIST", Section::kWhich, kInViews, "the same as -e status=LIST", "",
     [](Options& o, Text value) { return apply_filter(o, "status=" + value); }, Completes::kStatus},
    {"-z,--successful-only", "", Section::kWhich, kInViews, "only calls that returned without an error", "",
     [](Options& o, Text) -> Status { return o.render.status = kOnlySuccessful, Ok{}; }},
    {"-Z,--failed-only", "", Section::kWhich, kInViews, "only calls that returned an error", "",
     [](Options& o, Text) -> Status { return o.render.status = kOnlyFailed, Ok{}; }},

    {"-o,--output", "FILE", Section::kOutput, kInTexts | kInCompared, "write the output to FILE (-: standard output)",
     "Without it, what a launched command is traced with goes to standard error, as does --format calls of -p and -a; "
     "story, list, json and ndjson of -p and -a, and all of show, inspect, syscalls and doctor, go to standard output.",
     keep_output, Completes::kFile},
    {"--format", "FORMAT", Section::kOutput, kInTables,
     "story (a section a container, a line a step; the default), list (a line a container, at the end), calls (one line a call, as "
     "strace writes it), json "
     "(one "
     "document) or ndjson (one object a line)",
     "Where -c, -C, -e, -s, -T, -y, -z or -Z asks for lines as strace has them, calls is the default. The JSON Schemas "
     "are "
     "installed with the documentation.",
     [](Options& o, Text value) { return keep(choose("--format", kFormats, value), o.format); }, Completes::kWords,
     kFormats},
    {"--json", "", Section::kOutput, kInTables, "the same as --format json", "",
     [](Options& o, Text) -> Status { return o.format = Format::kJson, Ok{}; }},
    {"--record", "FILE", Section::kOutput, kInTrace, "keep what was captured in FILE, for cttrace show",
     "Standard output is /dev/stdout; then -o says where what is shown goes.", keep_record, Completes::kFile},
    {"--at", "MOMENT", Section::kOutput, kInViews,
     "instead of the story, the state of every container that there was then: after the event with this number (as "
     "JSON counts them), +12.5ms or 0.3s after tracing began, web+58.4ms as the story of web counts, or at a time as "
     "-t, -tt and -ttt print it",
     "A time after the beginning has one of the units s, ms, us, ns: there is everything that began by then. A time of "
     "day (22:13:20, 22:13:20.123456, in the time zone here) is the first one after tracing began; 1700000000.123456 "
     "and "
     "2023-11-14T22:13:20.123456Z are what they are. Of these there is everything that is printed as that time. A "
     "container that was still being set up is shown as the process sees it that became its program, or who made that.",
     [](Options& o, Text value) { return keep(parse_moment(value), o.at.emplace()); }},
    {"--trees", "", Section::kOutput, kInViews,
     "in a story, the mount tree before and after every bind, move and root switch: + new, - gone, > moved, ~ changed "
     "or hidden",
     "Mounts that stay as they are are left out where none that is marked is on them. In json and ndjson both trees "
     "are whole, unless they are large.",
     turn_on_option<&Options::trees>},
    {"--verify",
     "",
     Section::kOutput,
     kInTrace,
     "compare every container with /proc when its program begins and at the end; a difference makes the exit status 3",
     "Compared are the mount table, namespaces, root, working directory, ids, capabilities and seccomp. The "
     "completeness "
     "statement says how many containers agree, both sides of every difference, and what could not be compared.",
     turn_on_option<&Options::verify>,
     Completes::kNothing,
     {},
     "only what runs can be compared with /proc"},
    {"-q,--quiet", "", Section::kOutput, kInViews, "no completeness statement at the end",
     "Loss is told in spite of it.", turn_on<&RenderOptions::quiet>},
    {"-t,--absolute-timestamps", "", Section::kOutput, kInViews,
     "the time of day before each call; -tt with microseconds, -ttt as seconds since 1970", "", more_of_the_time},
    {"-r,--relative-timestamps", "", Section::kOutput, kInViews, "the time since the call before", "",
     turn_on<&RenderOptions::relative>},
    {"-T,--syscall-times", "", Section::kOutput, kInViews, "the time spent in each call", "",
     turn_on<&RenderOptions::durations>},
    {"-s,--string-limit", "N", Section::kOutput, kInViews, "show at most N bytes of a string (default: all)",
     "What is recorded is not cut.",
     [](Options& o, Text value) {
       return keep(parse_number("-s", value, 0, 1u << 20), o.render.string_limit.emplace());
     }},
    {"-y,--decode-fds", "", Section::kOutput, kInViews, "show what file descriptors are: 3</path>", "",
     turn_on<&RenderOptions::paths>},
    {"-v,--no-abbrev", "", Section::kOutput, kInViews | kInInspect | kInDiff | kInCheck,
     "also the kernel's own state of each process when it executes a program, and where every path leads",
     "With inspect: every capability, limit and mount by itself. With check: what holds, too.",
     turn_on<&RenderOptions::verbose>},
    {"-c,--summary-only", "", Section::kOutput, kInViews, "instead of calls, a table of their counts, errors and times",
     "", only_summary},
    {"-C,--summary", "", Section::kOutput, kInViews, "the same table, after the calls", "",
     turn_on<&RenderOptions::summary>},
    {"--color", "WHEN", Section::kOutput, kInTexts | kInDiff, "auto (the default: on a terminal), always or never",
     "auto heeds NO_COLOR.", [](Options& o, Text value) { return keep(choose("--color", kColors, value), o.color); },
     Completes::kWords, kColors},

    {"--baseline", "FILE", Section::kJudge, kInCheck,
     "judge by this baseline: whether the containers are as they were when it was made", "cttrace baseline makes one.",
     keep_text<&Options::baseline>, Completes::kFile},
    {"--update", "", Section::kJudge, kInCheck,
     "write the baseline anew from the recordings, once it is told what differs; that then decides nothing",
     "What was known to vary is kept. A recording that cannot be judged is refused.", turn_on_option<&Options::update>},
    {"--policy", "POLICY", Section::kJudge, kInCheck,
     "judge by these rules: the name of a policy that is built in (cttrace policy list), or a file; may be repeated",
     "A rule that cannot be decided counts as that, and never as one that holds.", add_policy, Completes::kFile},
    {"--container", "NAME", Section::kJudge, kInCompared | kInCheck, "only the containers of this name", "",
     keep_text<&Options::container>},
    {"--how", "", Section::kJudge, kInDiff | kInCheck,
     "compare also the way in which the containers were made, and what it cost",
     "Without it only what they were handed counts, and of the rest it is said whether it differs.",
     turn_on_option<&Options::how>},
    {"--budget", "", Section::kJudge, kInBaseline,
     "keep also what the containers may cost: set-up time, calls by name, mounts made",
     "Of several recordings the median time and the largest counts are kept. Check judges by it where it is there.",
     turn_on_option<&Options::budget>},
    {"--reference", "RECORDING", Section::kJudge, kInBaseline | kInCheck,
     "measure set-up times against that of the container in this recording, made in the same job",
     "A machine that is busy or slow makes both slower.", keep_text<&Options::reference>, Completes::kFile},
    {"--oci", "CONFIG", Section::kJudge, kInCheck,
     "judge by an OCI configuration: whether every field that asks for something was satisfied, and what nobody asked "
     "for",
     "Which fields a tracer cannot see is said. A field that cttrace does not know cannot be judged.",
     keep_text<&Options::oci>, Completes::kFile},
    {"--report", "FORM[=FILE]", Section::kJudge, kInCheck | kInDiff,
     "text (the default), json, junit or sarif; with =FILE it is written there; may be repeated",
     "Without =FILE it goes where -o says, otherwise to standard output.", add_report, Completes::kWords, kReports},
    {"--annotate", "SERVICE", Section::kJudge, kInCheck,
     "github: also workflow commands on standard error, which GitHub shows beside the job", "",
     [](Options& o, Text value) -> Status {
       const Result<size_t> known = choose("--annotate", kAnnotated, value);
       if (!known) return known.error();
       return o.annotate_github = true, Ok{};
     },
     Completes::kWords, kAnnotated},

    {"--backend", "BACKEND", Section::kHow, kInTrace, "auto (the default), ebpf or ptrace",
     "auto is ebpf where that works, as cttrace doctor tells, and otherwise ptrace: for ordinary users, in containers. "
     "That is slower, what is traced sees that it is, and -a is not possible.",
     [](Options& o, Text value) { return keep(choose("--backend", kBackends, value), o.backend); }, Completes::kWords,
     kBackends},
    {"--ptrace-seccomp", "WHEN", Section::kHow, kInTrace,
     "with ptrace, stop COMMAND at the calls that are traced only, by a seccomp filter: auto (the default), on or off",
     "Faster, but whoever outlives cttrace cannot make these calls any more: auto is off unless that is "
     "impossible, as cttrace is the first process of its pid namespace and may filter without no_new_privs.",
     [](Options& o, Text value) { return keep(choose("--ptrace-seccomp", kOnOff, value), o.ptrace_seccomp); },
     Completes::kWords, kOnOff},
    {"--buffer", "SIZE", Section::kHow, kInTrace, "of the buffer between kernel and cttrace (default: 8M)",
     "With K, M or G; eBPF takes the next power of two that is a page at least. What does not fit is lost, counted, "
     "and told at the end.",
     [](Options& o, Text value) { return keep(parse_size("--buffer", value), o.buffer_bytes); }},
    {"--duration", "SECONDS", Section::kHow, kInTrace, "stop tracing after this time",
     "A launched command goes on untraced, and cttrace still ends with its exit status.",
     [](Options& o, Text value) { return keep(parse_seconds("--duration", value), o.duration.emplace()); }},
    {"--ready-fd", "N", Section::kHow, kInTrace,
     "write a line to file descriptor N when everything is traced, before COMMAND starts", "",
     [](Options& o, Text value) { return keep(parse_number("--ready-fd", value, 0, 1u << 20), o.ready_fd); }},

    {"-h,--help", "", Section::kAbout, kEverywhere, "print this help", "",
     [](Options& o, Text) -> Status { return o.command = Command::kHelp, Ok{}; }},
    {"-V,--version", "", Section::kAbout, kEverywhere, "print the version", "",
     [](Options& o, Text) -> Status { return o.command = Command::kVersion, Ok{}; }},
    {"--generate", "WHAT", Section::kHidden, kEverywhere, "the manual page or a shell's completions", "",
     [](Options& o, Text value) -> Status {
       o.command = Command::kGenerate;
       o.generate = value;
       const Result<size_t> known = choose("--generate", kGenerated, value);
       return known ? Status(Ok{}) : Status(known.error());
     },
     Completes::kWords, kGenerated},
};

}  // namespace

std::span<const OptionRow> option_rows() { return kOptions; }

}  // namespace cttrace
