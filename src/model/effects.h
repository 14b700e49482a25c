// Which call has which effect.
#pragma once

#include "cttrace/event.h"
#include "cttrace/state.h"
#include "model/context.h"
#include "model/mounts_api.h"

namespace cttrace {

// What a call does when it succeeds. Both nullptr: nothing.
struct Effect {
  constexpr Effect() = default;
  constexpr Effect(MountEffect effect) : on_mounts(effect) {}
  constexpr Effect(void (*effect)(ModelContext& context, const Call& call, TaskState& task)) : on_others(effect) {}

  MountEffect on_mounts = nullptr;  // see apply_mount_call
  void (*on_others)(ModelContext& context, const Call& call, TaskState& task) = nullptr;
};

Effect effect_of(const SyscallRow& row);

}  // namespace cttrace
