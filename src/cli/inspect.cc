// `cttrace inspect PID`: what a running process was handed, from /proc alone.
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <nlohmann/json.hpp>

#include "base/escape.h"
#include "cli/commands.h"
#include "cli/output.h"
#include "model/from_proc.h"
#include "render/handed_over.h"
#include "render/json_state.h"
#include "render/values.h"
#include "source/proc_folder.h"

namespace cttrace {
namespace {

constexpr size_t kIndent = 2;

// What a fact is called that is read there. Empty: what the state has of it all the same is said of that.
std::string fact_of(const FromProc& from, const std::string& name) {
  const TaskState* const task = from.state.task(from.task);
  const FsStruct* const fs = task ? from.state.fs_of(*task) : nullptr;
  if (name == "root" && fs && fs->root.evidence == Evidence::kInferred) return {};
  if (name == "fd") return "descriptors";
  if (!name.starts_with("ns/")) return name;
  return name.ends_with("_for_children") ? "" : name.substr(3) + " namespace";
}

// What could not be read, by why. Of a zombie it goes without saying.
std::vector<std::string> unread_words(const FromProc& from) {
  if (from.zombie) return {};
  std::map<int, std::vector<std::string>> by_error;
  for (const FromProc::Unread& unread : from.unread)
    if (std::string fact = fact_of(from, unread.what); !fact.empty()) by_error[unread.error].push_back(std::move(fact));
  std::vector<std::string> words;
  // Nobody looks.
  if (!from.kernel_thread) words = {"device nodes"};
  for (const auto& [error, names] : by_error) {
    words.insert(words.end(), names.begin(), names.end());
    words.back() += std::string(" (") + (error ? std::strerror(error) : "makes no sense") + ")";
  }
  return words;
}

std::string heading(const FromProc& from) {
  std::string text = "process " + std::to_string(from.task.tid);
  if (!from.comm.empty()) text += " (" + escape_for_terminal(from.comm) + ")";
  if (from.kernel_thread) text += ", a kernel thread";
  if (from.zombie) text += ", a zombie: it has ended, and waits for its parent to ask how";
  return text + "\n";
}

HandedOverOptions handed_over_options(const FromProc& from) {
  HandedOverOptions handed;
  handed.style.indent = kIndent;
  handed.compared_with = from.host;
  handed.whose = from.host_is_first ? "PID 1's" : "cttrace's own";
  handed.older = "not the host's";
  handed.unread = unread_words(from);
  handed.hierarchies = from.hierarchies;
  return handed;
}

std::string text(const FromProc& from, const Style& style) {
  HandedOverOptions handed = handed_over_options(from);
  handed.style = style;
  handed.style.indent = kIndent;
  return heading(from) + handed_over(from.state, from.task, handed);
}

Json json_inspected(const FromProc& from) {
  Json json;
  json["comm"] = json_text(from.comm);
  json["kernel_thread"] = from.kernel_thread;
  json["zombie"] = from.zombie;
  json["shared_with"] = from.host_is_first ? "PID 1" : "cttrace";
  json["hierarchies"] = Json::object();
  for (const auto& [number, name] : from.hierarchies) json["hierarchies"][std::to_string(number)] = json_text(name);
  json["unread"] = Json::array();
  for (const FromProc::Unread& unread : from.unread) {
    Json& entry = json["unread"].emplace_back();
    entry["name"] = unread.what;
    entry["error"] = unread.error ? Json(error_name(unread.error).name) : Json();
  }
  return json;
}

std::string json(const FromProc& from, bool one_line) {
  Json document = json_handed_over(from.state, from.task, handed_over_options(from));
  document["version"] = 1;
  document["inspected"] = json_inspected(from);
  // ASCII alone: a terminal acts on nothing that a process says.
  return document.dump(one_line ? -1 : 2, ' ', true, Json::error_handler_t::replace) + "\n";
}

}  // namespace

int inspect(const Options& options) {
  const Result<ProcReading> reading = read_proc(options.inspected);
  if (!reading) throw Failure(reading.error());
  const FromProc from = from_proc(*reading, read_surroundings());
  Result<Output> output = Output::whole(options.output);
  if (!output) throw Failure(output.error());
  const bool is_json = options.format == Format::kJson || options.format == Format::kNdjson;
  output->write(is_json ? json(from, options.format == Format::kNdjson)
                        : text(from, output->style(options.color, options.render.verbose)));
  const Status closed = output->close();
  if (!closed) throw Failure(closed.error());
  return 0;
}

}  // namespace cttrace
