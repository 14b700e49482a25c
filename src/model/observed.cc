#include "model/observed.h"

#include <linux/securebits.h>
#include <sys/stat.h>

#include <algorithm>
#include <string>

#include "model/contradictions.h"
#include "model/credentials.h"
#include "model/identity.h"
#include "model/namespaces.h"
#include "model/user_namespaces.h"

namespace cttrace {
namespace {

// A snapshot has no more of them.
constexpr size_t kMostGroups = CT_ARRAY_MAX / sizeof(uint32_t);

std::string shown(const std::array<uint32_t, 4>& ids) {
  std::string text;
  for (const uint32_t id : ids) text += (text.empty() ? "" : " ") + std::to_string(id);
  return text;
}
std::string shown(const std::vector<uint32_t>& ids) {
  std::string text;
  for (const uint32_t id : ids) text += (text.empty() ? "" : " ") + std::to_string(id);
  return text.empty() ? "none" : text;
}
std::string hex(uint64_t number) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  do text.insert(text.begin(), kDigits[number & 0xf]);
  while (number >>= 4);
  return "0x" + text;
}
std::string shown(const Identity::Capabilities& sets) {
  return "inheritable " + hex(sets.inheritable) + " permitted " + hex(sets.permitted) + " effective " +
         hex(sets.effective) + " bounding " + hex(sets.bounding) + " ambient " + hex(sets.ambient);
}
std::string shown(uint32_t number) { return std::to_string(number); }

// Takes in the kernel's answers about one task.
class Observing {
 public:
  Observing(ModelContext& context, const TaskState& task) : context_(context), task_(task) {}

  // What only the task itself changes, by calls that are traced.
  template <typename T>
  void own(Fact<T>& believed, T said, std::string_view what) {
    if (!believed.known())
      learn(context_, what);
    else if (believed.value == said)
      confirm(context_, what);
    else
      contradict(context_, what, whose(task_), shown(believed.value), shown(said));
    believed = {std::move(said), Evidence::kObserved};
  }

 private:
  ModelContext& context_;
  const TaskState& task_;
};

Identity::Capabilities capabilities_of(const Snapshot& snapshot) {
  return {.inheritable = snapshot.cap_inheritable,
          .permitted = snapshot.cap_permitted,
          .effective = snapshot.cap_effective,
          .bounding = snapshot.cap_bounding,
          .ambient = snapshot.cap_ambient};
}

// Whether any file at all could have made `after` of `before`.
bool may_become(const Identity::Capabilities& before, const Identity::Capabilities& after) {
  const bool lasting = before.bounding == after.bounding && before.inheritable == after.inheritable;
  const bool ambient = after.ambient == 0 || after.ambient == before.ambient;
  const uint64_t most = before.bounding | before.inheritable | before.ambient;
  return lasting && ambient && !(after.permitted & ~most) && !(after.effective & ~after.permitted);
}

// cap_bprm_creds_from_file, security/commoncap.c. The file may have capabilities of its own, which nobody tells.
Fact<Identity::Capabilities> capabilities_after(const Identity& before, Fact<uint32_t> root) {
  if (!before.capabilities.known() || !before.securebits.known() || !root.known()) return {};
  const bool root_is_privileged = !(before.securebits.value & issecure_mask(SECURE_NOROOT));
  if (!root_is_privileged || before.uids.value[kReal] != root.value) return {};
  Identity::Capabilities sets = before.capabilities.value;
  if (sets.ambient != 0) return {};  // a file with capabilities takes them away
  uint64_t permitted = sets.bounding | sets.inheritable;
  if (permitted & ~sets.permitted) {
    // Whoever would gain does not with no_new_privs; neither where somebody traces it or shares its fs_struct.
    if (!before.no_new_privs.known() || !before.no_new_privs.value) return {};
    permitted &= sets.permitted;
  }
  sets.permitted = sets.effective = permitted;
  return {sets, Evidence::kInferred};
}

void forget_ids(Identity& identity) {
  identity.uids.evidence = identity.gids.evidence = identity.capabilities.evidence = Evidence::kUnknown;
}

// What was inferred counts for nothing: the task was found in the middle of its calls.
void forget(TaskState& task) {
  Identity& identity = task.identity;
  forget_ids(identity);
  identity.groups.evidence = identity.securebits.evidence = identity.no_new_privs.evidence = Evidence::kUnknown;
  identity.seccomp_mode.evidence = identity.seccomp_filters.evidence = Evidence::kUnknown;
  for (Fact<NamespaceId>& fact : task.namespaces) fact.evidence = Evidence::kUnknown;
  task.pids.clear();
}

}  // namespace

void expect_program(ModelContext& context, TaskState& task, const Snapshot& snapshot) {
  const Identity before = task.identity;
  Identity& identity = task.identity;
  if (before.capabilities.known() && !may_become(before.capabilities.value, capabilities_of(snapshot)))
    contradict(context, "capabilities", whose(task) + " before its program", shown(before.capabilities.value),
               shown(capabilities_of(snapshot)));
  const bool set_id = !snapshot.exe || (snapshot.exe->mode & (S_ISUID | S_ISGID));
  const bool ids_known = before.uids.known() && before.gids.known();
  // Then kernels differ in what no_new_privs and tracers do (id_changed in cap_bprm_creds_from_file, since 6.16).
  const bool borrowed = before.uids.value[kReal] != before.uids.value[kEffective] ||
                        before.gids.value[kReal] != before.gids.value[kEffective];
  if (set_id || !ids_known || borrowed) {
    forget_ids(identity);
  } else {
    for (Fact<std::array<uint32_t, 4>>* ids : {&identity.uids, &identity.gids}) {
      ids->value[kSaved] = ids->value[kFilesystem] = ids->value[kEffective];
      ids->evidence = std::min(ids->evidence, Evidence::kInferred);
    }
    identity.capabilities =
        capabilities_after(before, to_host(context.state, task.namespaces[CT_NS_USER].value, 0, IdKind::kUid));
  }
  identity.securebits.value &= ~issecure_mask(SECURE_KEEP_CAPS);
  identity.dumpable = {};  // depends on who may read the file
  // Since 6.3 a time namespace for children comes into force here, too (exec_task_namespaces, kernel/nsproxy.c).
  if (task.namespaces[CT_NS_TIME].value != task.namespaces[CT_NS_TIME_FOR_CHILDREN].value)
    task.namespaces[CT_NS_TIME].evidence = Evidence::kUnknown;
}

void observe(ModelContext& context, TaskState& task, const Snapshot& snapshot) {
  // Of a stranger nobody saw by which calls it came to be as it is.
  if (snapshot.at_start || snapshot.task.stranger) forget(task);
  Observing observing(context, task);
  Identity& identity = task.identity;
  observing.own(identity.uids, {snapshot.uid, snapshot.euid, snapshot.suid, snapshot.fsuid}, "uids");
  observing.own(identity.gids, {snapshot.gid, snapshot.egid, snapshot.sgid, snapshot.fsgid}, "gids");
  if (snapshot.groups.size() < kMostGroups) observing.own(identity.groups, snapshot.groups, "groups");
  notice_capabilities(context, snapshot.cap_bounding | snapshot.cap_permitted);
  observing.own(identity.capabilities, capabilities_of(snapshot), "capabilities");
  if (snapshot.securebits) observing.own(identity.securebits, *snapshot.securebits, "securebits");
  observing.own(identity.no_new_privs, snapshot.no_new_privs, "no_new_privs");
  observing.own(identity.seccomp_mode, snapshot.seccomp_mode, "seccomp mode");
  if (snapshot.at_start && snapshot.seccomp_mode && context.rules.by_ptrace) context.books.denials_may_hide = true;
  if (snapshot.seccomp_filters) observing.own(identity.seccomp_filters, *snapshot.seccomp_filters, "seccomp filters");
  // Anybody may have written this one.
  identity.oom_score_adj = {snapshot.oom_score_adj, Evidence::kObserved};
  Fact<std::vector<uint32_t>> pids{task.pids, task.pids.empty() ? Evidence::kUnknown : Evidence::kInferred};
  observing.own(pids, snapshot.pids, "pids");
  task.pids = snapshot.pids;
  observe_namespaces(context, task, snapshot.namespaces,
                     snapshot.at_start ? Namespace::Origin::kInitial : Namespace::Origin::kJoined);
  observe_id_maps(context, task.namespaces[CT_NS_USER].value, snapshot);
  const auto [cgroup, first] = task.cgroups.try_emplace(0);
  if (!first && cgroup->second.value != snapshot.cgroup)
    context.changed(CgroupMoved{.task = task.id, .hierarchy = 0, .path = snapshot.cgroup});
  cgroup->second = {snapshot.cgroup, Evidence::kObserved};
}

}  // namespace cttrace
