#include "model/credentials.h"

#include <linux/capability.h>
#include <linux/securebits.h>
#include <sys/stat.h>

#include <algorithm>

#include "model/arguments.h"
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

// Whether commit_creds, kernel/cred.c, finds that the task is not what it was. None: not known.
std::optional<bool> became_another(const Identity& after, const Identity& before) {
  if (!after.uids.known() || !after.gids.known() || !before.uids.known() || !before.gids.known() ||
      !after.capabilities.known() || !before.capabilities.known())
    return std::nullopt;
  return differ(after.uids, before.uids) || differ(after.gids, before.gids) ||
         (after.capabilities.value.permitted & ~before.capabilities.value.permitted) != 0;
}

// Where nobody tells it: cap_bprm_creds_from_file, security/commoncap.c. `after`: what the program has.
std::optional<bool> inferred_secureexec(const Identity& after, bool set_id_file, Fact<uint32_t> root) {
  const auto& uids = after.uids.value;
  const auto& gids = after.gids.value;
  const Identity::Capabilities& sets = after.capabilities.value;
  if (uids[kReal] != uids[kEffective] || gids[kReal] != gids[kEffective]) return true;
  // It may have been denied the file's ids, and counts as one that has them. That they were denied nobody tells.
  if (set_id_file || !root.known()) return std::nullopt;
  if (uids[kReal] == root.value) return false;
  if ((sets.effective | sets.permitted) & ~sets.ambient) return true;
  // A file with capabilities takes the ambient ones away; it may also give none.
  return sets.ambient ? std::optional(false) : std::nullopt;
}

}  // namespace

uint64_t all_capabilities(const ModelContext& context) { return context.books.capabilities; }

void notice_capabilities(ModelContext& context, uint64_t seen) {
  // They are numbered without gaps.
  while (seen & ~context.books.capabilities) context.books.capabilities = context.books.capabilities << 1 | 1;
}

std::optional<Identity::Capabilities> capabilities_asked(const ModelContext& context, const Call& call) {
  const auto header = memory_at(call, 0), data = memory_at(call, 1);
  const auto version = header ? number_in<uint32_t>(*header, 0) : std::nullopt;
  if (!version || !data) return std::nullopt;
  const size_t words = *version == _LINUX_CAPABILITY_VERSION_1 ? 1 : 2;
  std::array<uint64_t, 3> sets = {};  // effective, permitted, inheritable
  for (size_t word = 0; word < words; ++word) {
    for (size_t set = 0; set < sets.size(); ++set) {
      const size_t at = word * sizeof(__user_cap_data_struct) + set * sizeof(uint32_t);
      const auto part = number_in<uint32_t>(*data, at);
      if (!part) return std::nullopt;
      sets[set] |= uint64_t{*part} << (32 * word);
    }
  }
  // The kernel takes no notice of others.
  for (uint64_t& set : sets) set &= all_capabilities(context);
  return Identity::Capabilities{.inheritable = sets[2], .permitted = sets[1], .effective = sets[0]};
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
  const std::optional<bool> another = became_another(identity, before);
  if (another == false) return;
  // Dumpable becomes what the sysctl fs.suid_dumpable says, which nobody tells us; and it is the memory's.
  for (const TaskId sharer : sharers_of_memory(context, task))
    context.state.tasks.at(sharer).edit().identity.dumpable = {};
  clear_parent_death_signal(identity, another);
}

void commit_program(Identity& identity, const Identity& before, const Snapshot& snapshot, Fact<uint32_t> root) {
  const bool set_id_file = !snapshot.exe || (snapshot.exe->mode & (S_ISUID | S_ISGID));
  const std::optional<bool> secure =
      snapshot.secureexec ? snapshot.secureexec : inferred_secureexec(identity, set_id_file, root);
  const std::optional<bool> another = became_another(identity, before);
  const bool cleared = secure == true || another == true, kept = secure == false && another == false;
  clear_parent_death_signal(identity, cleared || kept ? std::optional(cleared) : std::nullopt);
}

void clear_parent_death_signal(Identity& identity, std::optional<bool> whether) {
  Fact<int32_t>& signal = identity.parent_death_signal;
  if (whether == true) signal = {0, Evidence::kInferred};
  // One that was never set is not, whatever happens. What it was stays, to tell that it was set.
  if (!whether && signal.value != 0) signal.evidence = Evidence::kUnknown;
}

namespace {

// Nothing follows then, whatever the securebits say.
bool are_the_same(const Fact<std::array<uint32_t, 4>>& before, const Fact<std::array<uint32_t, 4>>& now) {
  return before.known() && now.known() && before.value == now.value;
}

}  // namespace

void follow_uids(Identity& identity, const Identity& before, Fact<uint32_t> root) {
  if (are_the_same(before.uids, identity.uids)) return;
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
  if (are_the_same(before.uids, identity.uids)) return;
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
