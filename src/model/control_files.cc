#include "model/control_files.h"

#include <linux/utsname.h>

#include <algorithm>
#include <charconv>
#include <string>
#include <string_view>
#include <vector>

#include "base/paths.h"
#include "model/arguments.h"
#include "model/identity.h"
#include "model/namespaces.h"
#include "model/superblocks.h"
#include "model/tasks.h"
#include "model/user_namespaces.h"

namespace cttrace {
namespace {

constexpr size_t kMostControls = 8192;
constexpr size_t kMostSysctls = 4096;  // of each namespace

std::vector<std::string_view> components_of(std::string_view path) {
  std::vector<std::string_view> components;
  while (!path.empty()) {
    const size_t end = std::min(path.find('/'), path.size());
    if (end > 0) components.push_back(path.substr(0, end));
    path.remove_prefix(std::min(end + 1, path.size()));
  }
  return components;
}

std::optional<uint32_t> pid_in(std::string_view text) {
  uint32_t pid = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), pid);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return pid;
}

// What was written, as far as the kernel took it.
std::optional<std::string_view> written(const Call& call) {
  const auto memory = memory_at(call, 1);
  if (!memory || call.result <= 0 || static_cast<uint64_t>(call.result) > memory->size()) return std::nullopt;
  return memory->substr(0, static_cast<size_t>(call.result));
}

// As a person would say it: without a line end or a NUL behind it.
std::string_view value_of(std::string_view text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\0')) text.remove_suffix(1);
  return text;
}

// A file in the folder of a process or thread: /proc/PID/uid_map, /proc/PID/task/TID/attr/exec.
struct ProcessFile {
  uint32_t pid = 0;  // of the thread that it is about, as that procfs numbers it
  bool of_thread = false;
  std::string name;  // "uid_map", "attr/exec"
};

std::optional<ProcessFile> process_file(const File& file) {
  const std::vector<std::string_view> parts = components_of(file.path);
  // The last number: wherever this procfs is mounted.
  for (size_t i = parts.size(); i-- > 0;) {
    const std::optional<uint32_t> pid = pid_in(parts[i]);
    if (!pid || i + 1 == parts.size()) continue;
    ProcessFile found{.pid = *pid, .of_thread = i > 0 && parts[i - 1] == "task", .name = {}};
    for (size_t part = i + 1; part < parts.size(); ++part)
      found.name += (found.name.empty() ? "" : "/") + std::string(parts[part]);
    return found;
  }
  return std::nullopt;
}

// 0: not known.
NamespaceId pid_namespace_of(const ModelContext& context, const File& file) {
  const auto instance = context.books.proc_instances.find({file.dev_major, file.dev_minor});
  if (instance != context.books.proc_instances.end()) return instance->second;
  const auto initial = context.books.pid_namespace_of.find(file.mount_ns);
  return initial == context.books.pid_namespace_of.end() ? 0 : initial->second;
}

// As kstrtoint reads a number of any base, of what strstrip leaves (lib/kstrtox.c); none: it does not.
std::optional<int32_t> integer_in(std::string_view text) {
  constexpr std::string_view kSpace = " \t\n\v\f\r";
  text = text.substr(0, text.find('\0'));
  text.remove_prefix(std::min(text.find_first_not_of(kSpace), text.size()));
  text = text.substr(0, text.find_last_not_of(kSpace) + 1);
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  int base = 10;
  if (text.size() > 1 && text[0] == '0') {
    base = text[1] == 'x' || text[1] == 'X' ? 16 : 8;
    text.remove_prefix(base == 16 ? 2 : 1);
  }
  uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  if (!whole || number > INT32_MAX) return std::nullopt;
  return negative ? -static_cast<int32_t>(number) : static_cast<int32_t>(number);
}

void write_oom_score(ModelContext& context, const TaskState& process, std::string_view text) {
  const std::optional<int32_t> score = integer_in(text);
  for (const TaskId id : threads_of(context, process)) {
    TaskState& task = context.state.tasks.at(id).edit();
    const Identity before = task.identity;
    task.identity.oom_score_adj = score ? Fact<int32_t>{*score, Evidence::kInferred} : Fact<int32_t>{};
    tell_identity(context, task, before);
  }
}

void write_label(ModelContext& context, TaskId id, std::string_view text) {
  TaskState& task = context.state.tasks.at(id).edit();
  const Identity before = task.identity;
  task.identity.label = value_of(text);
  tell_identity(context, task, before);
}

// False: nothing that the model knows of.
bool write_process_file(ModelContext& context, const File& file, std::optional<std::string_view> text) {
  const std::optional<ProcessFile> about = process_file(file);
  if (!about) return false;
  const bool map = about->name == "uid_map" || about->name == "gid_map", groups = about->name == "setgroups";
  const bool label = about->name == "attr/exec" || (about->name.starts_with("attr/") && about->name.ends_with("/exec"));
  if (!map && !groups && !label && about->name != "oom_score_adj") return false;
  const TaskState* const task = context.state.task_numbered(pid_namespace_of(context, file), about->pid);
  if (!task) {
    context.changed(BecameUnknown{"whose " + about->name + " was written: " + file.path});
    return true;
  }
  const NamespaceId user = task->namespaces[CT_NS_USER].value;
  if (map) write_id_map(context, user, about->name == "uid_map" ? IdKind::kUid : IdKind::kGid, text);
  if (groups && text) write_setgroups(context, user, *text);
  if (label && text) write_label(context, task->id, *text);
  if (about->name == "oom_score_adj") write_oom_score(context, *task, text.value_or(""));
  return true;
}

// Which namespace of the writer a sysctl belongs to; none: it is the whole machine's.
std::optional<ct_ns> namespace_of_sysctl(std::string_view name) {
  constexpr std::string_view kIpc[] = {"kernel/shmmax",      "kernel/shmall",      "kernel/shmmni",
                                       "kernel/msgmax",      "kernel/msgmni",      "kernel/msgmnb",
                                       "kernel/auto_msgmni", "kernel/sem",         "kernel/shm_rmid_forced",
                                       "kernel/msg_next_id", "kernel/sem_next_id", "kernel/shm_next_id"};
  if (name.starts_with("net/")) return CT_NS_NET;
  if (name == "kernel/hostname" || name == "kernel/domainname") return CT_NS_UTS;
  if (name.starts_with("fs/mqueue/") || std::ranges::find(kIpc, name) != std::end(kIpc)) return CT_NS_IPC;
  if (name == "kernel/ns_last_pid") return CT_NS_PID;
  if (name.starts_with("user/")) return CT_NS_USER;
  return std::nullopt;
}

// What is set may have a NUL in it, which is the end for whoever asks: uname(2), /proc/sys/kernel/hostname.
void set_name(ModelContext& context, NamespaceId uts, bool domainname, Fact<std::string> name) {
  if (!context.state.ns(uts)) return;
  name.value.resize(std::min(name.value.find('\0'), name.value.size()));
  Namespace& ns = edit_namespace(context, uts);
  (domainname ? ns.domainname : ns.hostname) = std::move(name);
  context.changed(NameSet{.ns = uts, .domainname = domainname});
}

// "net/ipv4/ip_forward" of /proc/sys/net/ipv4/ip_forward, wherever this procfs is mounted.
std::optional<std::string> sysctl_of(const State& state, const File& file) {
  constexpr std::string_view kFolder = "/sys/";
  const Place place = place_of(state, file);
  const MountTree* const tree = state.tree(place.mount.tree);
  if (const Filesystem* const there = tree ? state.filesystem(tree->filesystem_of(place.mount.slot)) : nullptr;
      there && there->type == "proc")
    return place.path.starts_with(kFolder) ? std::optional(place.path.substr(kFolder.size())) : std::nullopt;
  // Where it is mounted nobody knows: somewhere above the last folder that looks like it.
  constexpr std::string_view kTop[] = {"abi", "crypto", "debug", "dev", "fs", "kernel", "net", "sunrpc", "user", "vm"};
  for (size_t at = file.path.rfind(kFolder); at != file.path.npos;
       at = at ? file.path.rfind(kFolder, at - 1) : file.path.npos) {
    const std::string_view name = std::string_view(file.path).substr(at + kFolder.size());
    const bool known = std::ranges::find(kTop, name.substr(0, name.find('/'))) != std::end(kTop);
    if (known && name.find('/') != name.npos) return std::string(name);
  }
  return std::nullopt;
}

bool write_sysctl(ModelContext& context, const File& file, const TaskState& task, std::string_view text) {
  const std::optional<std::string> name = sysctl_of(context.state, file);
  if (!name) return false;
  const std::optional<ct_ns> which = namespace_of_sysctl(*name);
  const NamespaceId ns = which ? task.namespaces[*which].value : 0;
  if (which && !context.state.ns(ns)) return false;
  auto& sysctls = ns ? edit_namespace(context, ns).sysctls : context.state.sysctls;
  // Each network interface has some of its own.
  if (sysctls.size() >= kMostSysctls && !sysctls.contains(*name)) sysctls.erase(sysctls.begin());
  sysctls[*name] = value_of(text);
  context.changed(SysctlSet{.ns = ns, .name = *name, .value = std::string(value_of(text))});
  if (which == CT_NS_UTS) {
    // One line, of which as much is taken as there is room for (proc_dostring, kernel/sysctl.c).
    const std::string_view line = text.substr(0, std::min<size_t>(text.find('\n'), __NEW_UTS_LEN));
    set_name(context, ns, *name == "kernel/domainname", {std::string(line), Evidence::kInferred});
  }
  return true;
}

// Forgets the older half, where there are too many.
void bound(ControlFiles& controls) {
  if (controls.size() <= kMostControls) return;
  std::vector<EventNumber> events;
  for (const auto& [path, control] : controls) events.push_back(control.event);
  std::ranges::nth_element(events, events.begin() + kMostControls / 2);
  const EventNumber oldest = events[kMostControls / 2];
  std::erase_if(controls, [&](const auto& entry) { return entry.second.event < oldest; });
}

void keep(ModelContext& context, const File& file, const TaskState& task, std::string_view text) {
  ControlFiles& controls = context.state.controls.edit();
  const std::string value(value_of(text));
  controls[file.path] = {.value = value, .writer = task.id, .event = context.state.event};
  bound(controls);
  context.changed(ControlWritten{.path = file.path, .value = value});
}

bool moves_tasks(const File& file) {
  const std::string_view name = last_part(file.path);
  return file.fs_type.starts_with("cgroup") && (name == "cgroup.procs" || name == "cgroup.threads" || name == "tasks");
}

void note_mover(ModelContext& context, const File& file, const TaskState& task) {
  constexpr size_t kMost = 1024;  // whose moves have not been told
  if (context.books.moving.size() >= kMost) context.books.moving.clear();
  context.books.moving[task.id] = filesystem_with(context.state, file.dev_major, file.dev_minor);
}

bool is_control_file(const File& file) {
  return file.fs_type == "proc" || file.fs_type == "sysfs" || file.fs_type.starts_with("cgroup");
}

}  // namespace

void apply_control_write(ModelContext& context, const Call& call, TaskState& task) {
  if (!call.args[0].file || !is_control_file(*call.args[0].file)) return;
  const File& file = *call.args[0].file;
  if (moves_tasks(file)) return note_mover(context, file, task);  // the moves are told by themselves
  const std::optional<std::string_view> text = written(call);
  if (file.fs_type == "proc" && write_process_file(context, file, text)) return;
  if (!text) {
    context.changed(BecameUnknown{"what " + file.path + " says: what was written to it could not be read"});
    return;
  }
  if (file.fs_type == "proc" && write_sysctl(context, file, task, *text)) return;
  keep(context, file, task, *text);
}

const TaskState* process_of(const ModelContext& context, const File& file) {
  const std::optional<ProcessFile> about = process_file(file);
  return about ? context.state.task_numbered(pid_namespace_of(context, file), about->pid) : nullptr;
}

void apply_sethostname(ModelContext& context, const Call& call, TaskState& task) {
  const auto name = memory_at(call, 0);
  set_name(context, task.namespaces[CT_NS_UTS].value, call.row->name == "setdomainname",
           name ? Fact<std::string>{std::string(*name), Evidence::kInferred} : Fact<std::string>{});
}

}  // namespace cttrace
