#include "cli/live_verification.h"

#include <set>
#include <string_view>

#include "decode/states.h"
#include "model/proc_text.h"
#include "source/proc_folder.h"
#include "wire/record.h"

namespace cttrace {
namespace {

constexpr int kMostExecs = 8;  // of one container that are looked at
constexpr std::string_view kTooMany = "more than 8 programs had been executed in it";
constexpr size_t kMostContainers = 4096;
constexpr uint64_t kTick_ns = 10'000'000;

// Ids are used again, and /proc tells a start in ticks.
bool is_task(const ProcFolder& folder, TaskId task) {
  const uint64_t ticks = folder.start_ticks(), expected = task.start_ns / kTick_ns;
  return ticks <= expected + 1 && expected <= ticks + 1;
}

bool is_isolated(const Snapshot& snapshot, const NamespaceInodes& own) {
  return snapshot.namespaces[CT_NS_MNT] != own[CT_NS_MNT] || snapshot.namespaces[CT_NS_PID] != own[CT_NS_PID] ||
         (snapshot.root && snapshot.root->chroot);
}

bool is_isolated(const State& state, const TaskState& task, const NamespaceInodes& own) {
  for (const ct_ns which : {CT_NS_MNT, CT_NS_PID}) {
    const Namespace* const ns = state.ns_of(task, which);
    if (ns && ns->inode && ns->inode != own[which]) return true;
  }
  const FsStruct* const fs = state.fs_of(task);
  const MountTree* const tree = fs ? state.tree(fs->root.mount.tree) : nullptr;
  if (!tree || !tree->contains(fs->root.mount.slot)) return false;
  return fs->root.path != tree->root_of(fs->root.mount.slot);
}

// The host's table is large, changes at any time, and is nobody's container.
bool own_mounts(const State& state, const TaskState& task, const NamespaceInodes& own) {
  const Namespace* const ns = state.ns_of(task, CT_NS_MNT);
  return ns && ns->inode != own[CT_NS_MNT];
}

}  // namespace

LiveVerification::LiveVerification() {
  const ProcSurroundings around = read_surroundings();
  for (const auto& [name, which] : {std::pair("ns/mnt", CT_NS_MNT), std::pair("ns/pid", CT_NS_PID)})
    if (const auto link = around.self.find(name); link != around.self.end())
      own_[which] = parse_namespace_link(link->second.text).value_or(0);
}

void LiveVerification::see(std::span<const std::byte> bytes) {
  const std::optional<Record> record = Record::parse(bytes);
  if (!record || record->header().kind != CT_REC_EXEC || (record->header().flags & CT_FLAG_STRANGER)) return;
  const Snapshot snapshot = decode_snapshot(*record);
  if (!is_isolated(snapshot, own_)) return;
  const auto place = std::pair(snapshot.namespaces[CT_NS_MNT], snapshot.namespaces[CT_NS_PID]);
  if (!execs_.contains(place) && execs_.size() >= kMostContainers) return;
  const Verifier::Request request = {.task = id_of(snapshot.task),
                                     .when = "at its execve",
                                     .mounts = snapshot.namespaces[CT_NS_MNT] != own_[CT_NS_MNT]};
  if (++execs_[place] > kMostExecs) return verifier_.not_made(request, std::string(kTooMany), snapshot.time_ns);
  read(request, snapshot.time_ns);
}

void LiveVerification::read(const Verifier::Request& request, uint64_t time_ns) {
  const Result<ProcFolder> folder = ProcFolder::open(request.task.tid);
  if (!folder || !is_task(*folder, request.task)) return verifier_.not_made(request, kGone, time_ns);
  ProcReading reading = read_proc(*folder);
  reading.pid = request.task.tid;
  verifier_.add(request, std::move(reading));
}

void LiveVerification::told(const News& news, const State& now) {
  const auto* container = std::get_if<Container>(&news);
  if (!container) return;
  verifier_.expect_no_others();
  if (container->set_up.ending != Ending::kHandedOver) return;
  // Its program may have ended since.
  const State& state = container->set_up.state ? *container->set_up.state : now;
  const TaskState* const task = state.task(container->set_up.program);
  if (!task) return;
  verifier_.expect(container_key(state, *task));
  // Numbers are given again: the next one that has them is another container.
  const auto number = [&](ct_ns which) {
    const Namespace* const ns = state.ns_of(*task, which);
    return ns ? ns->inode : 0;
  };
  execs_.erase({number(CT_NS_MNT), number(CT_NS_PID)});
}

void LiveVerification::complete_until(uint64_t time_ns, const Model& model) {
  verifier_.complete_until(time_ns, model);
  for (const Verifier::Request& request : verifier_.take_requests()) read(request, time_ns);
}

void LiveVerification::read_what_runs(const State& state) {
  std::set<std::string> done;
  for (const auto& [id, task] : state.tasks) {
    if (task->ended_ns || task->stranger || task->leader != id || !is_isolated(state, *task, own_)) continue;
    const std::string container = container_key(state, *task);
    if (done.size() >= kMostContainers || !done.insert(container).second) continue;
    read({.task = id, .when = "at the end", .mounts = own_mounts(state, *task, own_), .was_there = false}, UINT64_MAX);
  }
}

}  // namespace cttrace
