#include "model/credentials.h"

#include <linux/capability.h>
#include <linux/securebits.h>

#include <algorithm>

#include "model/tasks.h"

namespace cttrace {
namespace {

constexpr uint64_t bit(unsigned capability) { return uint64_t{1} << capability; }

// CAP_FS_SET: what goes with fsuid.
constexpr uint64_t kFilesystemCapabilities = bit(CAP_CHOWN) | bit(CAP_MKNOD) | bit(CAP_DAC_OVERRIDE) |
                                             bit(CAP_DAC_READ_SEARCH) | bit(CAP_FOWNER) | bit(CAP_FSETID) |
                                             bit(CAP_LINUX_IMMUTABLE) | bit(CAP_MAC_OVERRIDE);

bool differ(const Fact<std::array<uint32_t, 4>>& a, const Fact<std::array<uint32_t, 4>>& b) {
  return a.value[kEffective] != b.value[kEffective] || a.value[kFilesystem] != b.value[kFilesystem];
}

}  // namespace

uint64_t all_capabilities(const ModelContext& context) { return context.books.capabilities; }

void notice_capabilities(ModelContext& context, uint64_t seen) {
  // They are numbered without gaps.
  while (seen & ~context.books.capabilities) context.books.capabilities = context.books.capabilities << 1 | 1;
}

void enter_user_namespace(ModelContext& context, TaskState& task) {
  // set_cred_user_ns, kernel/user_namespace.c
  const uint64_t all = all_capabilities(context);
  task.identity.securebits = {SECUREBITS_DEFAULT, Evidence::kInferred};
  task.identity.capabilities = {{.inheritable = 0, .permitted = all, .effective = all, .bounding = all, .ambient = 0},
                                Evidence::kInferred};
}

void commit_credentials(ModelContext& context, TaskState& task, const Identity& before) {
  Identity& identity = task.identity;
  const bool known = identity.uids.known() && identity.gids.known() && before.uids.known() && before.gids.known() &&
                     identity.capabilities.known() && before.capabilities.known();
  const bool changed = differ(identity.uids, before.uids) || differ(identity.gids, before.gids) ||
                       (identity.capabilities.value.permitted & ~before.capabilities.value.permitted) != 0;
  if (known && !changed) return;
  // Dumpable becomes what the sysctl fs.suid_dumpable says, which nobody tells us; and it is the memory's.
  for (const TaskId sharer : sharers_of_memory(context, task))
    context.state.tasks.at(sharer).edit().identity.dumpable = {};
  identity.parent_death_signal = known ? Fact<int32_t>{0, Evidence::kInferred} : Fact<int32_t>{};
}

void follow_uids(Identity& identity, const Identity& before, Fact<uint32_t> root) {
  if (before.securebits.known() && (before.securebits.value & issecure_mask(SECURE_NO_SETUID_FIXUP))) return;
  if (!before.uids.known() || !identity.uids.known() || !before.securebits.known() || !root.known()) {
    identity.capabilities.evidence = Evidence::kUnknown;
    return;
  }
  const auto any_root = [&](const std::array<uint32_t, 4>& ids) {
    return ids[kReal] == root.value || ids[kEffective] == root.value || ids[kSaved] == root.value;
  };
  Identity::Capabilities& capabilities = identity.capabilities.value;
  if (any_root(before.uids.value) && !any_root(identity.uids.value)) {
    if (!(before.securebits.value & issecure_mask(SECURE_KEEP_CAPS)))
      capabilities.permitted = capabilities.effective = 0;
    capabilities.ambient = 0;
  }
  const bool was = before.uids.value[kEffective] == root.value, is = identity.uids.value[kEffective] == root.value;
  if (was && !is) capabilities.effective = 0;
  if (!was && is) capabilities.effective = capabilities.permitted;
  identity.capabilities.evidence = std::min(identity.capabilities.evidence, Evidence::kInferred);
}

void follow_fsuid(Identity& identity, const Identity& before, Fact<uint32_t> root) {
  if (before.securebits.known() && (before.securebits.value & issecure_mask(SECURE_NO_SETUID_FIXUP))) return;
  if (!before.uids.known() || !identity.uids.known() || !before.securebits.known() || !root.known()) {
    identity.capabilities.evidence = Evidence::kUnknown;
    return;
  }
  Identity::Capabilities& capabilities = identity.capabilities.value;
  const bool was = before.uids.value[kFilesystem] == root.value, is = identity.uids.value[kFilesystem] == root.value;
  if (was && !is) capabilities.effective &= ~kFilesystemCapabilities;
  if (!was && is) capabilities.effective |= capabilities.permitted & kFilesystemCapabilities;
  if (was != is) identity.capabilities.evidence = std::min(identity.capabilities.evidence, Evidence::kInferred);
}

}  // namespace cttrace
