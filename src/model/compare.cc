#include "model/compare.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "cttrace/mount_rows.h"
#include "cttrace/namespace.h"
#include "model/mount_state.h"
#include "model/proc_text.h"

namespace cttrace {
namespace {

template <typename Numbers>
std::string listed(const Numbers& numbers) {
  std::string text;
  for (const auto number : numbers) text += (text.empty() ? "" : " ") + std::to_string(number);
  return text.empty() ? "none" : text;
}

std::string hex(uint64_t number) {
  char text[17];
  std::snprintf(text, sizeof text, "%lx", static_cast<unsigned long>(number));
  return std::string("0x") + text;
}

class Comparer {
 public:
  Comparer(const State& state, const TaskState& task, const ProcReading& reading)
      : state_(state), task_(task), reading_(reading) {}

  Comparison compare(bool mounts);

 private:
  // The text, or nullptr; then `cannot` says why.
  const std::string* text(std::string_view name);
  void differ(std::string what, std::string model, std::string kernel) {
    result_.differences.push_back({std::move(what), std::move(model), std::move(kernel)});
  }
  void cannot(std::string why) {
    if (result_.cannot.empty()) result_.cannot = std::move(why);
  }

  void compare_namespaces();
  void compare_mounts();
  void compare_place(const std::string& name, const Place& place);
  void compare_identity();
  void compare_ids(std::string_view key, const Fact<std::array<uint32_t, 4>>& ids);
  void compare_number(std::string_view key, const Fact<uint32_t>& number);
  void compare_capabilities();
  std::optional<std::vector<uint64_t>> status_numbers(std::string_view key, int base);

  const State& state_;
  const TaskState& task_;
  const ProcReading& reading_;
  Comparison result_;
};

const std::string* Comparer::text(std::string_view name) {
  const auto found = reading_.process.find(name);
  const int error = found == reading_.process.end() ? ENODATA : found->second.error;
  if (error == 0) return &found->second.text;
  // Of a process that has ended, but is still there, nothing can be opened any more.
  const bool gone = error == ESRCH || error == ENOENT || error == EINVAL;
  cannot(gone ? std::string(kGone) : "/proc/PID/" + std::string(name) + ": " + std::strerror(error));
  return nullptr;
}

void Comparer::compare_namespaces() {
  for (size_t i = 0; i < CT_NS_COUNT; ++i) {
    const Namespace* const ns = state_.ns_of(task_, static_cast<ct_ns>(i));
    if (!ns || !ns->inode) continue;
    // Before its first child, what a task's children will be in has no link.
    const auto answer = reading_.process.find(kNamespaceLinks[i].path);
    if (is_for_children(i) && answer != reading_.process.end() && answer->second.error == ENOENT) continue;
    const std::string* const link = text(kNamespaceLinks[i].path);
    if (!link) continue;
    const std::optional<uint32_t> inode = parse_namespace_link(*link);
    if (inode != ns->inode)
      differ(std::string(kNamespaceLinks[i].name) + " namespace", std::to_string(ns->inode),
             inode ? std::to_string(*inode) : *link);
  }
}

void Comparer::compare_mounts() {
  const Namespace* const ns = state_.ns_of(task_, CT_NS_MNT);
  const FsStruct* const fs = state_.fs_of(task_);
  const TreeInfo* const info = ns ? tree_info(state_, ns->mounts) : nullptr;
  if (!info || !fs || !state_.tree(ns->mounts) || info->unknown) return cannot("its mounts are not known");
  // A difference would be no news.
  if (!info->doubt.empty()) return cannot("its mounts are not certain: " + info->doubt);
  if (fs->root.evidence == Evidence::kUnknown) return cannot("its root is not known");
  const std::string* const mountinfo = text("mountinfo");
  if (!mountinfo) return;
  const auto kernel = parse_mountinfo(*mountinfo);
  if (!kernel) return cannot("/proc/PID/mountinfo makes no sense");
  std::vector<Difference> found = cttrace::differences(mount_rows(state_, ns->mounts, fs->root), *kernel);
  result_.differences.insert(result_.differences.end(), std::make_move_iterator(found.begin()),
                             std::make_move_iterator(found.end()));
}

// Where it is in its mount namespace, and in which mount.
void Comparer::compare_place(const std::string& name, const Place& place) {
  const MountTree* const tree = state_.tree(place.mount.tree);
  if (!tree || place.evidence == Evidence::kUnknown || !tree->contains(place.mount.slot)) return;
  const std::string* const link = text(name);
  if (!link) return;
  constexpr std::string_view kDeleted = " (deleted)";
  const std::string path = shown_path(state_, place);
  if (path != *link && path + std::string(kDeleted) != *link) differ(name, path, *link);
  const uint32_t id = tree->kernel_id_of(place.mount.slot);
  const std::string* const theirs = id ? text(name + "/mount_id") : nullptr;
  if (theirs && std::to_string(id) != *theirs) differ(name + ": mount id", std::to_string(id), *theirs);
}

std::optional<std::vector<uint64_t>> Comparer::status_numbers(std::string_view key, int base) {
  const std::string* const status = text("status");
  const auto value = status ? status_value(*status, key) : std::nullopt;
  return value ? parse_numbers(*value, base) : std::nullopt;
}

void Comparer::compare_ids(std::string_view key, const Fact<std::array<uint32_t, 4>>& ids) {
  const auto kernel = status_numbers(key, 10);
  if (!ids.known() || !kernel) return;
  if (!std::ranges::equal(ids.value, *kernel)) differ(std::string(key), listed(ids.value), listed(*kernel));
}

void Comparer::compare_number(std::string_view key, const Fact<uint32_t>& number) {
  const auto kernel = status_numbers(key, 10);
  if (!number.known() || !kernel || kernel->size() != 1) return;
  if (kernel->front() != number.value)
    differ(std::string(key), std::to_string(number.value), std::to_string(kernel->front()));
}

void Comparer::compare_capabilities() {
  if (!task_.identity.capabilities.known()) return;
  const Identity::Capabilities& sets = task_.identity.capabilities.value;
  const auto compare = [&](std::string_view key, uint64_t model) {
    const auto kernel = status_numbers(key, 16);
    if (kernel && kernel->size() == 1 && kernel->front() != model)
      differ(std::string(key), hex(model), hex(kernel->front()));
  };
  compare("CapInh", sets.inheritable);
  compare("CapPrm", sets.permitted);
  compare("CapEff", sets.effective);
  compare("CapBnd", sets.bounding);
  compare("CapAmb", sets.ambient);
}

void Comparer::compare_identity() {
  const Identity& identity = task_.identity;
  compare_ids("Uid", identity.uids);
  compare_ids("Gid", identity.gids);
  if (const auto kernel = status_numbers("Groups", 10); kernel && identity.groups.known()) {
    // The kernel keeps them sorted.
    std::vector<uint64_t> groups(identity.groups.value.begin(), identity.groups.value.end()), theirs = *kernel;
    std::ranges::sort(groups);
    std::ranges::sort(theirs);
    if (groups != theirs) differ("Groups", listed(groups), listed(theirs));
  }
  compare_capabilities();
  compare_number("NoNewPrivs", {.value = identity.no_new_privs.value, .evidence = identity.no_new_privs.evidence});
  compare_number("Seccomp", identity.seccomp_mode);
  compare_number("Seccomp_filters", identity.seccomp_filters);
}

Comparison Comparer::compare(bool mounts) {
  // In this order: of a process that ends meanwhile, the last thing that was read may be wrong.
  compare_namespaces();
  compare_identity();
  if (const FsStruct* const fs = state_.fs_of(task_)) {
    compare_place("root", fs->root);
    compare_place("cwd", fs->cwd);
  }
  if (mounts) compare_mounts();
  // What was lost explains them.
  if (state_.doubtful_since && !result_.differences.empty()) {
    result_.differences.clear();
    cannot(state_.doubt);
  }
  return std::move(result_);
}

}  // namespace

std::string container_key(const State& state, const TaskState& task) {
  const FsStruct* const fs = state.fs_of(task);
  return std::to_string(task.namespaces[CT_NS_MNT].value) + "/" + std::to_string(task.namespaces[CT_NS_PID].value) +
         (fs ? shown_path(state, fs->root) : "");
}

Comparison compare_with_proc(const State& state, TaskId id, const ProcReading& reading, bool mounts) {
  const TaskState* const task = state.task(id);
  if (!task || task->ended_ns) return {.differences = {}, .cannot = kGone};
  return Comparer(state, *task, reading).compare(mounts);
}

}  // namespace cttrace
