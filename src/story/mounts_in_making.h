// Mounts in the making: fsopen ... move_mount and open_tree ... move_mount are one mount, whoever makes which call.
#pragma once

#include <map>
#include <optional>

#include "cttrace/facts.h"
#include "cttrace/step.h"

namespace cttrace {

class MountsInMaking {
 public:
  // `state`: after the call. nullopt: the call is part of a mount that is still being made, or has nothing to do with
  // mounts that way (then `step` is untouched, and `taken` false).
  // Otherwise: the step that is complete with this call.
  std::optional<Step> take(const State& state, const Call& call, const Step& step, bool& taken);

 private:
  std::optional<Step> configure(const State& state, const Call& call, const Step& step, bool& taken);
  std::optional<Step> set_attributes(const State& state, const Call& call, const Step& step);
  std::optional<Step> not_done(const State& state, const Call& call, const Step& step);
  std::optional<Step> attach(const State& state, const Call& call, const Step& step);
  void keep(const State& state, const Call& call, Step&& made);
  Step* find(const State& state, const Call& call, std::string_view descriptor);
  Step* begin(const State& state, const Call& call, const Step& step, std::string_view descriptor);

  std::map<uint32_t, Step> by_object_;  // MountDescriptor::context, or ::tree
  std::map<uint32_t, Step> by_mount_;   // detached ones, by the kernel's id
};

}  // namespace cttrace
