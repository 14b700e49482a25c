#include "render/nothing_set_up.h"

#include <fmt/format.h>
#include <sys/wait.h>

#include <algorithm>

#include "base/paths.h"
#include "render/calls.h"
#include "render/filter.h"
#include "render/line.h"
#include "render/story_remarks.h"
#include "render/story_words.h"
#include "render/values.h"

namespace cttrace {
namespace {

using std::string;

constexpr size_t kMostRunning = 4096;
constexpr size_t kMostLines = 3;  // of who runs on: a daemon says many things

string name_of(const Snapshot& snapshot) {
  const std::string_view name = snapshot.exe ? last_part(snapshot.exe->path) : "";
  return safe(name.empty() || name == "/" ? snapshot.comm : name);  // what was executed may have no name
}

string in_lines(const std::vector<string>& lines) {
  string text;
  for (const string& line : lines) text += "  " + line + "\n";
  return text;
}

// What a set-up is made of; what cleans up behind one that has failed is not why.
bool sets_up(const SyscallRow& row) {
  return (row.groups & (kMount | kRoot | kNs | kExec)) && !row.name.starts_with("umount");
}

}  // namespace

void NothingSetUp::see(const Event& event) {
  std::visit(
      [&](const auto& happened) {
        using T = std::decay_t<decltype(happened)>;
        constexpr bool says_more = std::is_same_v<T, Call> || std::is_same_v<T, Fork> || std::is_same_v<T, Snapshot> ||
                                   std::is_same_v<T, TaskExit>;
        if constexpr (says_more) see(happened);
      },
      event);
}

void NothingSetUp::see(const Call& call) {
  const auto caller = running_.find(call.task.tgid);
  if (writes_to_stderr(call)) {
    if (caller != running_.end()) caller->second.said.add(call);
    return;
  }
  if (told_ || !sets_up(*call.row) || !has_failed(call)) return;
  RenderOptions options;
  options.string_limit = 256;
  Line line(false);
  line.begin();
  add_call(line, call, options);
  call_ = line.end();
  caller_ = named(call.task.tgid);
  caller_pid_ = call.task.tgid;
  executes_ = call.row->groups & kExec;
  by_stranger_ = call.task.stranger;
}

string NothingSetUp::named(uint32_t process) const {
  const auto found = running_.find(process);
  return found == running_.end() ? std::to_string(process) : fmt::format("{} {}", found->second.name, process);
}

void NothingSetUp::see(const Fork& fork) {
  const auto maker = running_.find(fork.task.tgid);
  if (maker == running_.end() || fork.child.tgid == fork.task.tgid || running_.size() >= kMostRunning) return;
  running_[fork.child.tgid] = {.name = maker->second.name, .made = true};
}

void NothingSetUp::see(const Snapshot& snapshot) {
  // It has found along its PATH what it looked for.
  if (!snapshot.at_start && executes_ && caller_pid_ == snapshot.task.tgid) call_.clear();
  const auto before = running_.find(snapshot.task.tgid);
  const bool made = before != running_.end() && before->second.made;
  if (running_.size() < kMostRunning || before != running_.end())
    running_[snapshot.task.tgid] = {.name = name_of(snapshot), .made = made};
}

void NothingSetUp::see(const TaskExit& exit) {
  if (!exit.last_of_process) return;
  const auto program = running_.find(exit.task.tgid);
  if (program == running_.end()) return;
  // What others do then is what follows from it.
  if (exit.code && !exit.task.stranger && !ended_all_) {
    ended_all_ = std::ranges::none_of(
        running_, [&](const auto& each) { return !each.second.made && each.first != exit.task.tgid; });
    string how = how_it_ended(exit.code) + by_whom(exit.killed_by, exit.task.tgid, exit.code, {});
    std::ranges::replace(how, kNoBreak, ' ');
    const std::vector<string> lines = lines_of(program->second.said);
    ended_ = fmt::format("{} {}", named(exit.task.tgid), how);
    gave_up_ = WIFEXITED(static_cast<int>(exit.code));
    if (lines.empty() && speaker_.empty() && !last_words_.empty()) speaker_ = spoken_;
    if (!lines.empty()) {
      speaker_.clear();
      spoken_ = fmt::format("{} ({})", named(exit.task.tgid), how);
      last_words_ = in_lines(lines);
    }
  }
  running_.erase(program);
}

string NothingSetUp::command_text() const {
  if (!ended_all_) return {};
  return ended_ + (last_words_.empty() || !speaker_.empty() ? ".\n" : ". It says:\n" + last_words_);
}

string NothingSetUp::text() const {
  string text;
  if (!ended_.empty()) {
    text = ended_;
    if (!last_words_.empty() && speaker_.empty()) return text + ". It says:\n" + last_words_;
    if (!last_words_.empty()) return text + ". Before that " + speaker_ + " said:\n" + last_words_;
    text += gave_up_ ? ": what it has printed or logged may say why.\n" : ".\n";
  }
  if (!call_.empty()) {
    text += fmt::format(
        "The last call that failed is one of {}{}:\n  {}", caller_,
        by_stranger_ ? fmt::format(", who is not traced (-p {} traces it, too)", caller_pid_) : string(), call_);
  }
  const auto last = std::ranges::max_element(
      running_, {}, [](const auto& each) { return std::pair(!each.second.said.empty(), each.second.said.time_ns); });
  if (last == running_.end() || last->second.said.empty()) return text;
  std::vector<string> lines = lines_of(last->second.said);
  if (lines.size() > kMostLines) lines.erase(lines.begin(), lines.end() - kMostLines);
  return text + named(last->first) + " has said last:\n" + in_lines(lines);
}

}  // namespace cttrace
