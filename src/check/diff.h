// Two canonical forms compared.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "check/canonical.h"
#include "check/finding.h"

namespace cttrace::canon {

struct DiffOptions {
  bool how = false;  // differences of the way and of the cost count, too
  // The first one is what somebody has agreed to: what is not known in it need not be known in the other.
  bool against_baseline = false;
};

// Containers that correspond, by their places in the two lists.
struct Correspondence {
  std::vector<std::pair<size_t, size_t>> pairs = {};  // in the order of the second
  std::vector<size_t> only_before = {}, only_after = {};
};
// docs/canonical.md: by name where that is chosen, by likeness where it is made up, or because there are but these two.
Correspondence correspondence_of(const CanonicalForm& before, const CanonicalForm& after);

// What each is called: "web", "sh #2", "#3" of those that have no name, "entry into web".
std::vector<std::string> labels_of(const std::vector<CanonicalContainer>& containers);

Report diff(const CanonicalForm& before, const CanonicalForm& after, const DiffOptions& options);

// The findings of one pair; `name` is what it is called.
std::vector<Finding> compare(const CanonicalContainer& before, const CanonicalContainer& after, const std::string& name,
                             const DiffOptions& options);
// Those of the way alone, and of the cost alone.
std::vector<Finding> compare_how(const CanonicalContainer& before, const CanonicalContainer& after);
std::vector<Finding> compare_cost(const CanonicalContainer& before, const CanonicalContainer& after);

}  // namespace cttrace::canon
