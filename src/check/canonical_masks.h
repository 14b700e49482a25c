// Mounts that hide something, or keep it from being changed: whatever they were made by.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "check/canonical_parts.h"

namespace cttrace::canon {

class Masks {
 public:
  explicit Masks(const Source& from);

  // What it is as a mask; none: it is none.
  std::optional<CanonicalFact> fact(const MountFacts& mount) const;

 private:
  std::optional<PathsMasked::With> kind_of(const MountFacts& mount) const;
  bool shows_itself(const MountFacts& mount) const;
  bool has_mounts_below(const MountFacts& mount) const;

  const HandedFacts& handed_;
  std::map<std::string, const MaskFacts*> told_;  // by the set-up's own steps
};

}  // namespace cttrace::canon
