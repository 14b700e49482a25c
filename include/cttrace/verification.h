// How the model compares with what the kernel says in /proc.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace cttrace {

// A fact on which the model and the kernel do not agree.
struct Difference {
  std::string what;  // "mnt namespace", "proc on /proc: root"
  std::string model, kernel;

  friend bool operator==(const Difference&, const Difference&) = default;
};

struct Disagreement {
  uint32_t pid = 0;
  std::string when;  // "at its execve", "at the end"
  std::vector<Difference> differences;
  uint64_t more = 0;  // differences that are not told
};

// Of what --verify has compared. A container here is what runs in the same mount and pid namespace with the same root.
struct VerificationReport {
  uint64_t containers = 0;   // that were as the kernel says, whenever they were compared
  uint64_t comparisons = 0;  // that found them so
  std::vector<Disagreement> disagreements;
  uint64_t more_disagreements = 0;  // that are not told
  // Containers that no comparison could be made of, by why.
  std::map<std::string, uint64_t> not_verified;

  bool disagrees() const { return !disagreements.empty(); }
};

}  // namespace cttrace
