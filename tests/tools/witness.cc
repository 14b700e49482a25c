#include "witness.h"

#include "witness_fields.h"

namespace cttrace {
namespace {

struct Claim {
  std::string field;
  Fact<uint64_t> value;
};

template <typename T>
Fact<uint64_t> wide(const Fact<T>& fact) {
  return {static_cast<uint64_t>(fact.value), fact.evidence};
}

Fact<uint64_t> hash_of(const Fact<std::vector<uint32_t>>& groups) {
  uint64_t hash = WITNESS_BASIS;
  for (const uint32_t group : groups.value) hash = (hash ^ group) * WITNESS_PRIME;
  return {hash, groups.evidence};
}

Claim capabilities(const Identity& identity, uint32_t index) {
  const auto& [sets, evidence] = identity.capabilities;
  const uint64_t all[] = {sets.inheritable, sets.permitted, sets.effective, sets.bounding, sets.ambient};
  const char* const names[] = {"inheritable", "permitted", "effective", "bounding", "ambient"};
  return {names[index], {all[index], evidence}};
}

Claim claim(const State& state, const TaskState& task, uint32_t field) {
  const Identity& identity = task.identity;
  if (field < WITNESS_GIDS)
    return {"uid " + std::to_string(field), {identity.uids.value[field], identity.uids.evidence}};
  if (field < WITNESS_CAPABILITIES)
    return {"gid " + std::to_string(field - WITNESS_GIDS),
            {identity.gids.value[field - WITNESS_GIDS], identity.gids.evidence}};
  if (field < WITNESS_NO_NEW_PRIVS) return capabilities(identity, field - WITNESS_CAPABILITIES);
  if (field >= WITNESS_NAMESPACES && field < WITNESS_SECUREBITS) {
    const uint32_t which = field - WITNESS_NAMESPACES;
    const Namespace* const ns = state.ns_of(task, static_cast<ct_ns>(which));
    const Fact<NamespaceId>& fact = task.namespaces[which];
    return {"namespace " + std::to_string(which),
            {ns ? ns->inode : 0, ns && ns->inode ? fact.evidence : Evidence::kUnknown}};
  }
  switch (field) {
    case WITNESS_NO_NEW_PRIVS: return {"no_new_privs", wide(identity.no_new_privs)};
    case WITNESS_SECCOMP: return {"seccomp mode", wide(identity.seccomp_mode)};
    case WITNESS_FILTERS: return {"seccomp filters", wide(identity.seccomp_filters)};
    case WITNESS_GROUPS: return {"groups", hash_of(identity.groups)};
    case WITNESS_SECUREBITS: return {"securebits", wide(identity.securebits)};
    case WITNESS_DUMPABLE: return {"dumpable", wide(identity.dumpable)};
    case WITNESS_DEATH_SIGNAL: return {"death signal", wide(identity.parent_death_signal)};
    default: return {"a field that is not known", {}};
  }
}

}  // namespace

std::optional<Witness::Difference> Witness::check(const State& state, const Call& call) {
  if (call.row->name != "keyctl" || call.args.size() < 4 || static_cast<uint32_t>(call.args[0].raw) != WITNESS)
    return std::nullopt;
  const TaskState* const task = state.task_with(static_cast<uint32_t>(call.args[1].raw));
  if (!task) {
    ++counts_["task"].unknown;
    return std::nullopt;
  }
  const Claim said = claim(state, *task, static_cast<uint32_t>(call.args[2].raw));
  const uint64_t kernel = call.args[3].raw;
  Count& count = counts_[said.field];
  ++(!said.value.known() ? count.unknown : said.value.value == kernel ? count.confirmed : count.contradicted);
  if (!said.value.known() || said.value.value == kernel) return std::nullopt;
  return Difference{.pid = task->id.tid, .field = said.field, .model = said.value.value, .kernel = kernel};
}

}  // namespace cttrace
