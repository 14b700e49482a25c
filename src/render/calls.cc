// Lines of the format `calls`.
#include "render/calls.h"

#include <fmt/format.h>
#include <sys/wait.h>

#include <ctime>

#include "base/append.h"
#include "base/escape.h"
#include "cttrace/namespace.h"
#include "render/arguments.h"
#include "render/completeness.h"
#include "render/filter.h"
#include "render/forms.h"

namespace cttrace {
namespace {

constexpr size_t kResultColumn = 40;  // strace's default
constexpr uint64_t kSecond = 1'000'000'000;

void add_value_returned(Line& line, const Call& call, const RenderOptions& options) {
  if (call.row->name == "personality" && !call.args.empty()) {
    Value before = interpret(call, 0);
    if (before.set) {
      const auto persona = static_cast<uint32_t>(call.result);  // a compat call's result is sign-extended
      const Value shown = scalar(ArgKind::kFlags, persona, 4, before.set);
      append_hex(line.text(), persona);
      line.add(" (");
      append_value(line.text(), shown, options.string_limit);
      return line.add(")");
    }
  }
  append_number(line.text(), call.result);
  // A container's process sees other pids than those in front of the lines.
  if (call.created_tid && call.result != call.created_tid)
    line.add(fmt::format(" /* {} in cttrace's PID NS */", call.created_tid), Paint::kComment);
  if (call.outcome == Outcome::kAnsweredBySeccomp) line.add(" (answered by a seccomp supervisor)", Paint::kComment);
  if (options.paths && call.returned_file) line.add(behind_descriptor(*call.returned_file));
}

void add_result(Line& line, const Call& call, const RenderOptions& options) {
  line.add("= ");
  if (call.outcome == Outcome::kDidNotReturn) return line.add("? (did not return)");
  if (call.outcome == Outcome::kReturnLost) return line.add("? (return lost)");
  if (call.outcome == Outcome::kSigsysBySeccomp) return line.add("? (denied by seccomp: SIGSYS)", Paint::kError);
  if (!has_failed(call)) return add_value_returned(line, call, options);
  const ErrorName error = error_name(-call.result);
  if (error.restart)
    line.add(fmt::format("? {} ({})", error.name, error.text));
  else if (error.name.empty())
    line.add(fmt::format("-1 (errno {})", -call.result), Paint::kError);
  else
    line.add(fmt::format("-1 {} ({})", error.name, error.text), Paint::kError);
  if (call.outcome == Outcome::kDeniedBySeccomp) line.add(" (denied by seccomp)", Paint::kError);
}

std::string text_of_exit(uint32_t code) {
  const int status = static_cast<int>(code);
  if (!WIFSIGNALED(status)) return fmt::format("+++ exited with {} +++", WEXITSTATUS(status));
  std::string name = signal_name(static_cast<uint64_t>(WTERMSIG(status)));
  if (name.empty()) name = std::to_string(WTERMSIG(status));
  return fmt::format("+++ killed by {}{} +++", name, WCOREDUMP(status) ? " (core dumped)" : "");
}

std::string quoted(std::string_view text) {
  std::string out;
  append_quoted(out, text, false, std::nullopt);
  return out;
}

template <typename Numbers>
std::string listed(const Numbers& numbers) {
  return fmt::format("[{}]", fmt::join(numbers, ", "));
}

// Nothing for a map that changes no id.
std::string text_of_map(const char* name, const std::optional<std::vector<IdExtent>>& told) {
  if (!told) return fmt::format(", {}=?", name);
  const std::vector<IdExtent>& map = *told;
  if (map.size() == 1 && map[0].first == 0 && map[0].lower_first == 0 && map[0].count == UINT32_MAX) return {};
  std::string text;
  for (const auto& extent : map)
    text += fmt::format("{}{} {} {}", text.empty() ? "" : ", ", extent.first, extent.lower_first, extent.count);
  return fmt::format(", {}=[{}]", name, text);
}

std::string text_of_state(const Snapshot& state) {
  std::string namespaces;
  for (size_t i = 0; i < CT_NS_COUNT; ++i)
    if (state.namespaces[i])
      namespaces +=
          fmt::format("{}{}={}", namespaces.empty() ? "" : ", ", kNamespaceLinks[i].name, state.namespaces[i]);
  std::string text = fmt::format("--- {} {{comm={}", state.at_start ? "state" : "exec", quoted(state.comm));
  if (state.exe) text += ", exe=" + quoted(state.exe->shown());
  if (state.root) text += ", root=" + quoted(state.root->shown());
  if (state.cwd) text += ", cwd=" + quoted(state.cwd->shown());
  text += fmt::format(", pids={}, ns={{{}}}, uid=[{}, {}, {}, {}], gid=[{}, {}, {}, {}], groups={}", listed(state.pids),
                      namespaces, state.uid, state.euid, state.suid, state.fsuid, state.gid, state.egid, state.sgid,
                      state.fsgid, listed(state.groups));
  text += text_of_map("uid_map", state.uid_map) + text_of_map("gid_map", state.gid_map);
  text += fmt::format(", caps={{effective={:#x}, permitted={:#x}, inheritable={:#x}, bounding={:#x}, ambient={:#x}}}",
                      state.cap_effective, state.cap_permitted, state.cap_inheritable, state.cap_bounding,
                      state.cap_ambient);
  if (state.securebits) text += fmt::format(", securebits={:#x}", *state.securebits);
  text += fmt::format(", no_new_privs={:d}, seccomp={}", state.no_new_privs, state.seccomp_mode);
  if (state.seccomp_filters.value_or(0)) text += fmt::format(", seccomp_filters={}", *state.seccomp_filters);
  text += fmt::format(", oom_score_adj={}, cgroup={}}} ---", state.oom_score_adj, quoted(state.cgroup));
  return text;
}

}  // namespace

void add_call(Line& line, const Call& call, const RenderOptions& options) {
  line.add(call.row->name, Paint::kName);
  line.add("(");
  add_arguments(line, call, options);
  line.add(") ");
  line.pad_to(kResultColumn);
  add_result(line, call, options);
  if (call.fs_message) line.add(comment(*call.fs_message), Paint::kComment);
  if (call.enter_lost) line.add(" /* entry lost: arguments are those at the return */", Paint::kComment);
  if (call.cut) line.add(" /* arguments missing: the record was too long */", Paint::kComment);
  if (call.kept && call.kept->left_out)
    line.add(fmt::format(" /* left out before it: {} */", plural(call.kept->left_out, "write")), Paint::kComment);
  if (options.durations && call.duration_ns)
    line.add(fmt::format(" <{}.{:06}>", *call.duration_ns / kSecond, *call.duration_ns % kSecond / 1000));
}

void CallsRenderer::add_time(Line& line, uint64_t time_ns) {
  const uint64_t real_ns = time_ns + static_cast<uint64_t>(info_.realtime_offset_ns);
  const auto seconds = static_cast<time_t>(real_ns / kSecond);
  const uint64_t microseconds = real_ns % kSecond / 1000;
  const bool stamped = options_.timestamps != Timestamps::kNone;
  if (options_.timestamps == Timestamps::kUnix) {
    line.add(fmt::format("{}.{:06} ", seconds, microseconds));
  } else if (stamped) {
    std::tm parts{};
    localtime_r(&seconds, &parts);
    line.add(fmt::format("{:02}:{:02}:{:02}", parts.tm_hour, parts.tm_min, parts.tm_sec));
    line.add(options_.timestamps == Timestamps::kMicroseconds ? fmt::format(".{:06} ", microseconds) : " ");
  }
  if (!options_.relative) return;
  // Lines are in the order in which calls began; a task's end may be told late.
  const uint64_t passed = last_ns_ && time_ns > *last_ns_ ? time_ns - *last_ns_ : 0;
  last_ns_ = std::max(time_ns, last_ns_.value_or(0));
  line.add(fmt::format("{}{:6}.{:06}{} ", stamped ? "(+" : "", passed / kSecond, passed % kSecond / 1000,
                       stamped ? ")" : ""));
}

void CallsRenderer::add_leader(Line& line, const Task& task, uint64_t time_ns) {
  if (several_) {
    line.add("[pid ");
    append_padded(line.text(), task.tid, 5, ' ');
    line.add("] ");
  }
  add_time(line, time_ns);
}

void CallsRenderer::print(const Call& call) {
  if (!is_shown(call, options_.status)) return;
  if (options_.summary) summary_.count(call);
  if (!options_.with_calls) return;
  line_.begin();
  add_leader(line_, call.task, call.start_ns);
  add_call(line_, call, options_);
  sink_(line_.end());
}

void CallsRenderer::print(const TaskExit& exit) {
  Line line(options_.color);
  add_leader(line, exit.task, exit.time_ns);
  line.add(text_of_exit(exit.code), Paint::kEvent);
  sink_(line.end());
}

void CallsRenderer::print(const CgroupAttach& attach) {
  if (!options_.cgroup_moves) return;
  Line line(options_.color);
  add_leader(line, attach.task, attach.time_ns);
  line.add(fmt::format("--- cgroup {{pid={}, threads={}, hierarchy={}, path={}}} ---", attach.moved.tid,
                       attach.with_threads ? "all" : "one", attach.hierarchy, quoted(attach.path)),
           Paint::kEvent);
  sink_(line.end());
}

void CallsRenderer::print(const Snapshot& snapshot) {
  if (!options_.verbose) return;
  Line line(options_.color);
  add_leader(line, snapshot.task, snapshot.time_ns);
  line.add(text_of_state(snapshot), Paint::kEvent);
  sink_(line.end());
}

void CallsRenderer::print(const Loss&) {
  const std::string news = completeness_.news();
  if (news.empty()) return;
  Line line(options_.color);
  line.add("cttrace: lost here: " + news, Paint::kError);
  sink_(line.end());
}

void CallsRenderer::event(const Event& event, EventNumber) {
  completeness_.see(event);
  if (is_of_stranger(event)) return;
  std::visit(
      [&](const auto& happened) {
        using T = std::decay_t<decltype(happened)>;
        constexpr bool by_a_task = !std::is_same_v<T, Loss> && !std::is_same_v<T, Mounts>;
        if constexpr (by_a_task) {
          if (!only_tid_) only_tid_ = happened.task.tid;
          several_ = several_ || *only_tid_ != happened.task.tid;
        }
        constexpr bool is_call = std::is_same_v<T, Call>;
        if (is_call || options_.with_calls) print(happened);
      },
      event);
}

void CallsRenderer::end(const BadRecords& bad, bool whole) {
  if (options_.summary) sink_(summary_.table());
  if (!options_.quiet) return sink_(completeness_.text(info_, bad, whole));
  const std::string lost = completeness_.what_is_lost(bad, whole);
  if (!lost.empty()) sink_("cttrace: lost: " + lost + "\n");
  sink_(completeness_.verification_text(false));
}

}  // namespace cttrace
