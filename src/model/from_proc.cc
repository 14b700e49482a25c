#include "model/from_proc.h"

#include <linux/sched.h>

#include <algorithm>
#include <cerrno>

#include "cttrace/namespace.h"
#include "model/proc_descriptors.h"
#include "model/proc_mounts.h"
#include "model/proc_text.h"

namespace cttrace {
namespace {

constexpr uint64_t kTick_ns = 10'000'000;  // of /proc/PID/stat, whatever HZ is: USER_HZ is 100

template <typename T>
Fact<T> observed(T value) {
  return {.value = std::move(value), .evidence = Evidence::kObserved};
}

class Reader {
 public:
  Reader(const ProcReading& reading, const ProcSurroundings& around) : reading_(reading), around_(around) {}

  FromProc read();

 private:
  // The answer; where there is none that is noted.
  const std::string* text(std::string_view name);
  void makes_no_sense(std::string_view name) { result_.unread.push_back({std::string(name), 0}); }
  template <typename T, typename Parse>
  void take(Fact<T>& fact, std::string_view name, Parse parse);

  void read_task(const ProcStat& stat);
  void read_status();
  void read_identity(const std::string& status);
  void read_namespaces();
  void read_user_namespace(Namespace& ns);
  void read_program();
  void read_places();
  void read_descriptors();
  NamespaceId namespace_with(uint32_t type, uint32_t inode);
  uint32_t inode_of(const ProcAnswers& answers, size_t which) const;

  const ProcReading& reading_;
  const ProcSurroundings& around_;
  FromProc result_;
  TaskState task_;
};

const std::string* Reader::text(std::string_view name) {
  const auto found = reading_.process.find(name);
  const int error = found == reading_.process.end() ? ENODATA : found->second.error;
  if (error == 0) return &found->second.text;
  result_.unread.push_back({std::string(name), error});
  return nullptr;
}

template <typename T, typename Parse>
void Reader::take(Fact<T>& fact, std::string_view name, Parse parse) {
  const std::string* const answer = text(name);
  if (!answer) return;
  if (auto parsed = parse(*answer)) {
    fact = observed(T(std::move(*parsed)));
  } else {
    makes_no_sense(name);
  }
}

void Reader::read_task(const ProcStat& stat) {
  task_.id = {.tid = reading_.pid, .start_ns = stat.start_ticks * kTick_ns};
  task_.tgid = reading_.pid;
  task_.leader = task_.id;
  task_.created_ns = task_.id.start_ns;
  task_.pids = {reading_.pid};
  result_.comm = stat.comm;
  result_.kernel_thread = stat.kernel_thread;
  result_.zombie = stat.state == 'Z' || stat.state == 'X';
}

void Reader::read_status() {
  const std::string* const status = text("status");
  if (!status) return;
  const auto numbers = [&](std::string_view key, int base) {
    const auto value = status_value(*status, key);
    return value ? parse_numbers(*value, base).value_or(std::vector<uint64_t>()) : std::vector<uint64_t>();
  };
  if (const auto tgid = numbers("Tgid", 10); !tgid.empty()) task_.tgid = static_cast<uint32_t>(tgid.front());
  // From the pid namespace of the /proc that was read inwards.
  if (const auto pids = numbers("NSpid", 10); !pids.empty()) task_.pids.assign(pids.begin(), pids.end());
  read_identity(*status);
}

void Reader::read_identity(const std::string& status) {
  Identity& identity = task_.identity;
  const auto numbers = [&](std::string_view key, int base, size_t count) -> std::optional<std::vector<uint64_t>> {
    const auto value = status_value(status, key);
    auto parsed = value ? parse_numbers(*value, base) : std::nullopt;
    if (parsed && (count == 0 || parsed->size() == count)) return parsed;
    makes_no_sense("status: " + std::string(key));
    return std::nullopt;
  };
  const auto ids = [&](std::string_view key, Fact<std::array<uint32_t, 4>>& fact) {
    const auto parsed = numbers(key, 10, 4);
    if (!parsed) return;
    std::ranges::transform(*parsed, fact.value.begin(), [](uint64_t id) { return static_cast<uint32_t>(id); });
    fact.evidence = Evidence::kObserved;
  };
  ids("Uid", identity.uids);
  ids("Gid", identity.gids);
  if (const auto groups = numbers("Groups", 10, 0))
    identity.groups = observed(std::vector<uint32_t>(groups->begin(), groups->end()));
  Identity::Capabilities sets;
  bool whole = true;
  const auto set = [&](std::string_view key, uint64_t& bits) {
    const auto parsed = numbers(key, 16, 1);
    whole = whole && parsed;
    if (parsed) bits = parsed->front();
  };
  set("CapInh", sets.inheritable), set("CapPrm", sets.permitted), set("CapEff", sets.effective);
  set("CapBnd", sets.bounding), set("CapAmb", sets.ambient);
  if (whole) identity.capabilities = observed(sets);
  if (const auto flag = numbers("NoNewPrivs", 10, 1)) identity.no_new_privs = observed(flag->front() != 0);
  if (const auto mode = numbers("Seccomp", 10, 1))
    identity.seccomp_mode = observed(static_cast<uint32_t>(mode->front()));
  if (const auto count = numbers("Seccomp_filters", 10, 1))
    identity.seccomp_filters = observed(static_cast<uint32_t>(count->front()));
}

uint32_t Reader::inode_of(const ProcAnswers& answers, size_t which) const {
  const auto found = answers.find(kNamespaceLinks[which].path);
  if (found == answers.end() || found->second.error) return 0;
  return parse_namespace_link(found->second.text).value_or(0);
}

NamespaceId Reader::namespace_with(uint32_t type, uint32_t inode) {
  for (const auto& [id, ns] : result_.state.namespaces)
    if (ns->type == type && ns->inode == inode) return id;
  Namespace ns;
  ns.type = type;
  ns.inode = inode;
  const auto id = static_cast<NamespaceId>(result_.state.namespaces.size() + 1);
  result_.state.namespaces.emplace(id, CopyOnWrite<Namespace>(std::move(ns)));
  return id;
}

void Reader::read_namespaces() {
  for (size_t i = 0; i < CT_NS_COUNT; ++i) {
    const uint32_t first = inode_of(around_.first, i);
    result_.host[i] = first ? first : inode_of(around_.self, i);
    result_.host_is_first = result_.host_is_first || first;
    // Of a pid or time namespace for children that nobody is in yet there is no link.
    const std::string* const link = text(kNamespaceLinks[i].path);
    const uint32_t inode = link ? parse_namespace_link(*link).value_or(0) : 0;
    if (link && !inode) makes_no_sense(kNamespaceLinks[i].path);
    if (!inode) continue;
    const NamespaceId id = namespace_with(kNamespaceLinks[i].type, inode);
    task_.namespaces[i] = observed(id);
    Namespace& ns = result_.state.namespaces.at(id).edit();
    if (!is_for_children(i)) ns.tasks.insert(task_.id);
    // Only one's own is told, by uname.
    if (i == CT_NS_UTS && inode == inode_of(around_.self, i)) ns.hostname = observed(around_.hostname);
    if (i == CT_NS_USER) read_user_namespace(ns);
  }
}

void Reader::read_user_namespace(Namespace& ns) {
  take(ns.uid_map, "uid_map", parse_id_map);
  take(ns.gid_map, "gid_map", parse_id_map);
  take(ns.setgroups_allowed, "setgroups", [](const std::string& answer) -> std::optional<bool> {
    if (answer == "allow\n") return true;
    return answer == "deny\n" ? std::optional(false) : std::nullopt;
  });
}

void Reader::read_program() {
  if (result_.kernel_thread || result_.zombie) return;
  Program program;
  if (const std::string* const exe = text("exe")) {
    program.path = *exe;
    File& file = program.exe.emplace();
    file.path = *exe;
    constexpr std::string_view kDeleted = " (deleted)";
    file.deleted = exe->ends_with(kDeleted);
    if (file.deleted) file.path.resize(file.path.size() - kDeleted.size());
    task_.exe = program.exe;
  }
  if (const std::string* const words = text("cmdline")) program.argv = parse_command_line(*words);
  if (!program.path.empty() || !program.argv.empty()) task_.programs.push_back(std::move(program));
}

void Reader::read_places() {
  for (const char* name : {"root", "root/mount_id", "cwd", "cwd/mount_id"})
    if (!text(name)) break;  // for one reason
  if (!text("mountinfo")) return;
  const auto ns = result_.state.namespaces.find(task_.namespaces[CT_NS_MNT].value);
  const bool known = ns != result_.state.namespaces.end();
  const TreeId tree = mounts_from_proc(result_.state, task_, known ? ns->second->inode : 0, reading_, around_);
  if (!tree) return makes_no_sense("mountinfo");
  if (known) return ns->second.edit().mounts = tree, void();
  // Everybody may read the table, not everybody whose it is.
  const NamespaceId id = namespace_with(CLONE_NEWNS, 0);
  result_.state.namespaces.at(id).edit().mounts = tree;
  task_.namespaces[CT_NS_MNT] = {.value = id, .evidence = Evidence::kInferred};
}

// Those that are open now: which it began with, nobody knows any more.
void Reader::read_descriptors() {
  if (task_.programs.empty() || !reading_.process.contains("fd") || !text("fd")) return;
  const MountTree* const mounts = result_.state.mounts_of(task_);
  std::vector<File>& open = task_.programs.back().descriptors.emplace();
  for (const ProcDescriptor& descriptor : reading_.descriptors)
    open.push_back(file_of(descriptor, result_.state, mounts));
  std::ranges::sort(open, {}, &File::fd);
}

FromProc Reader::read() {
  const std::string* const line = text("stat");
  const std::optional<ProcStat> stat = line ? parse_stat(*line) : std::nullopt;
  if (line && !stat) makes_no_sense("stat");
  read_task(stat.value_or(ProcStat()));
  read_status();
  read_namespaces();
  read_program();
  read_places();
  read_descriptors();
  if (const std::string* const cgroup = text("cgroup")) {
    for (auto& [hierarchy, path] : parse_cgroups(*cgroup)) task_.cgroups[hierarchy] = observed(std::move(path));
    result_.hierarchies = parse_hierarchies(*cgroup);
  }
  // Where no security module has labels, there is none.
  if (const auto label = reading_.process.find("attr/current"); label != reading_.process.end() && !label->second.error)
    task_.identity.label = label->second.text.substr(0, label->second.text.find_first_of(std::string_view("\n\0", 2)));
  if (const std::string* const limits = text("limits")) task_.identity.limits = parse_limits(*limits);
  const auto number = [](int base) {
    return [base](const std::string& answer) -> std::optional<int64_t> {
      std::string_view digits = answer;
      const bool negative = digits.starts_with('-');
      if (negative) digits.remove_prefix(1);
      const auto parsed = parse_numbers(digits, base);
      if (!parsed || parsed->size() != 1) return std::nullopt;
      return negative ? -static_cast<int64_t>(parsed->front()) : static_cast<int64_t>(parsed->front());
    };
  };
  take(task_.identity.oom_score_adj, "oom_score_adj", number(10));
  take(task_.identity.personality, "personality", number(16));
  result_.task = task_.id;
  result_.state.time_ns = reading_.ended_ns;
  result_.state.running[task_.id.tid] = task_.id;
  result_.state.tasks.emplace(task_.id, CopyOnWrite<TaskState>(std::move(task_)));
  return std::move(result_);
}

}  // namespace

FromProc from_proc(const ProcReading& reading, const ProcSurroundings& around) {
  return Reader(reading, around).read();
}

}  // namespace cttrace
