// Mounts in the making: fsopen ... move_mount and open_tree ... move_mount are one mount, whoever makes which call.
#pragma once

#include <map>
#include <optional>

#include "cttrace/facts.h"
#include "cttrace/step.h"

namespace cttrace {

class MountsInMaking {
 public:
  // Of the process `process` (its first thread). nullopt: the call is part of a mount that is still being made, or has
  // nothing to do with mounts that way (then `step` is untouched, and `taken` false).
  // Otherwise: the step that is complete with this call.
  std::optional<Step> take(TaskId process, const Call& call, const Step& step, bool& taken);
  void forget(TaskId process);

 private:
  using Descriptor = std::pair<TaskId, int64_t>;

  std::optional<Step> configure(TaskId process, const Call& call, const Step& step, bool& taken);
  std::optional<Step> set_attributes(TaskId process, const Call& call, const Step& step);
  std::optional<Step> attach(TaskId process, const Call& call, const Step& step);
  void keep(TaskId process, const Call& call, Step&& made);
  Step* find(TaskId process, const Call& call, std::string_view descriptor);

  std::map<Descriptor, Step> by_descriptor_;
  std::map<uint32_t, Step> by_mount_;  // detached ones, by the kernel's id
};

}  // namespace cttrace
