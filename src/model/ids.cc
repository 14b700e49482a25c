// The set*id calls: kernel/sys.c.
#include <linux/capability.h>

#include <algorithm>
#include <string_view>

#include "model/arguments.h"
#include "model/credentials.h"
#include "model/identity.h"
#include "model/user_namespaces.h"

namespace cttrace {
namespace {

using Ids = std::array<uint32_t, 4>;

// An id that was given: not one (keep what is), the host's number of one, or one whose number is not known.
struct Given {
  bool keep = false;
  Fact<uint32_t> id;
};

Given given(const State& state, const TaskState& task, const Call& call, size_t index, IdKind kind) {
  const uint32_t id = id_at(call, index);
  if (id == kNoId) return {.keep = true, .id = {}};
  return {.keep = false, .id = to_host(state, task.namespaces[CT_NS_USER].value, id, kind)};
}

// What the ids become. Unknown where what they were counts, and is not known.
class IdChange {
 public:
  IdChange(const State& state, const TaskState& task, const Call& call, IdKind kind)
      : state_(state),
        task_(task),
        call_(call),
        kind_(kind),
        before_(kind == IdKind::kUid ? task.identity.uids : task.identity.gids) {}

  Fact<Ids> after() const {
    const std::string_view name = call_.row->name;
    if (name == "setuid" || name == "setgid") return set();
    if (name == "setreuid" || name == "setregid") return set_real_effective();
    if (name == "setresuid" || name == "setresgid") return set_all();
    return set_filesystem();
  }

 private:
  const State& state_;
  const TaskState& task_;
  const Call& call_;
  IdKind kind_;
  const Fact<Ids>& before_;

  // Whether the task may take any id. Nothing: not known.
  std::optional<bool> capable() const {
    const Fact<Identity::Capabilities>& capabilities = task_.identity.capabilities;
    if (!capabilities.known()) return std::nullopt;
    return (capabilities.value.effective >> (kind_ == IdKind::kUid ? CAP_SETUID : CAP_SETGID) & 1) != 0;
  }

  Given at(size_t index) const { return given(state_, task_, call_, index, kind_); }

  Fact<Ids> set() const {
    const Fact<uint32_t> id = at(0).id;
    if (!id.known()) return {};
    const Fact<Ids> all{{id.value, id.value, id.value, id.value}, Evidence::kInferred};
    const std::optional<bool> any = capable();
    if (any == true) return all;
    if (!before_.known()) return {};
    Ids ids = before_.value;
    ids[kEffective] = ids[kFilesystem] = id.value;
    if (!any && ids != all.value) return {};
    return {ids, Evidence::kInferred};
  }

  Fact<Ids> set_real_effective() const {
    const Given real = at(0), effective = at(1);
    if (!before_.known() || (!real.keep && !real.id.known()) || (!effective.keep && !effective.id.known())) return {};
    Ids ids = before_.value;
    if (!real.keep) ids[kReal] = real.id.value;
    if (!effective.keep) ids[kEffective] = effective.id.value;
    if (!real.keep || (!effective.keep && effective.id.value != before_.value[kReal])) ids[kSaved] = ids[kEffective];
    ids[kFilesystem] = ids[kEffective];
    return {ids, Evidence::kInferred};
  }

  Fact<Ids> set_all() const {
    const Given wanted[] = {at(0), at(1), at(2)};
    const auto keeps = [](const Given& one) { return one.keep; };
    const auto known = [](const Given& one) { return one.keep || one.id.known(); };
    if (!std::ranges::all_of(wanted, known) || (!before_.known() && std::ranges::any_of(wanted, keeps))) return {};
    Ids ids = before_.value;
    for (size_t i = kReal; i <= kSaved; ++i)
      if (!wanted[i].keep) ids[i] = wanted[i].id.value;
    // A call that asks for nothing new leaves fsuid as it is, too; before 5.19 it made it the effective one.
    const auto same = [&](size_t i) { return wanted[i].keep || wanted[i].id.value == before_.value[i]; };
    const bool fs_same = wanted[kEffective].keep || wanted[kEffective].id.value == before_.value[kFilesystem];
    if (before_.known() && same(kReal) && same(kEffective) && fs_same && same(kSaved))
      return ids[kFilesystem] == ids[kEffective] ? before_ : Fact<Ids>{};
    ids[kFilesystem] = ids[kEffective];
    return {ids, Evidence::kInferred};
  }

  // It cannot be seen whether this one has done what it was asked for: it returns the id that was.
  Fact<Ids> set_filesystem() const {
    const Given wanted = at(0);
    if (!before_.known()) return {};
    if (wanted.keep) return before_;
    if (!wanted.id.known()) return {};
    if (wanted.id.value == kNoId) return before_;
    const bool own = std::ranges::count(before_.value, wanted.id.value) > 0;
    if (!own && capable() == false) return before_;
    if (!own && !capable()) return {};
    Ids ids = before_.value;
    ids[kFilesystem] = wanted.id.value;
    return {ids, Evidence::kInferred};
  }
};

void become(ModelContext& context, TaskState& task, const Identity& before) {
  commit_credentials(context, task, before);
  tell_identity(context, task, before);
}

}  // namespace

void apply_uid_call(ModelContext& context, const Call& call, TaskState& task) {
  const Identity before = task.identity;
  task.identity.uids = IdChange(context.state, task, call, IdKind::kUid).after();
  const Fact<uint32_t> root = to_host(context.state, task.namespaces[CT_NS_USER].value, 0, IdKind::kUid);
  if (call.row->name == "setfsuid")
    follow_fsuid(task.identity, before, root);
  else
    follow_uids(task.identity, before, root);
  become(context, task, before);
}

void apply_gid_call(ModelContext& context, const Call& call, TaskState& task) {
  const Identity before = task.identity;
  task.identity.gids = IdChange(context.state, task, call, IdKind::kGid).after();
  become(context, task, before);
}

}  // namespace cttrace
