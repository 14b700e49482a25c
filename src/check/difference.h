// What a difference between two canonical facts means, in words.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "check/canonical.h"
#include "check/finding.h"

namespace cttrace::canon {

// `before` and `after`: nullptr where there is no such fact. Both are known, and they differ.
struct Changed {
  const std::string& group;
  const std::string& key;
  const CanonicalFact* before;
  const CanonicalFact* after;
  const CanonicalContainer& was;
  const CanonicalContainer& is;

  // The value of a field; empty: there is none.
  std::string old_value(const char* field = kIs) const;
  std::string new_value(const char* field = kIs) const;
  bool added() const { return !before; }
  bool removed() const { return !after; }
};

struct Told {
  Consequence consequence = Consequence::kEqual;
  std::string subject = {};
  std::string message = {};
  std::string expected = {}, found = {};
};
using AllTold = std::vector<Told>;

// Another value, which has the consequence; or one that a side lacks, which has none: it is not known what is there.
Told told_plainly(const Changed& changed, const std::string& what, Consequence consequence = Consequence::kEqual);

// Each by group; none where another group tells it.
AllTold told_of(const Changed& changed);

AllTold told_of_mount(const Changed& changed);
AllTold told_of_mask(const Changed& changed);
AllTold told_of_device(const Changed& changed);
AllTold told_of_capability(const Changed& changed);
AllTold told_of_identity(const Changed& changed);
AllTold told_of_privilege(const Changed& changed);
AllTold told_of_limit(const Changed& changed);
AllTold told_of_cgroup(const Changed& changed);

// "a, b" as a set of words.
std::set<std::string> words_in(const std::string& list);
// What is in `list` and not in `other`, separated by ", ".
std::string only_in(const std::string& list, const std::string& other);

}  // namespace cttrace::canon
