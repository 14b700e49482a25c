// The canonical form of a container's set-up: what is left of its facts when everything is taken away that is another
// at every run of the same thing. docs/canonical.md has the rules.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "check/facts.h"

namespace cttrace::canon {

// Of the rules by which facts become canonical. Forms made by different rules cannot be compared.
inline constexpr int kRulesVersion = 1;

// What is known under one name: its values by field. A fact that has but one value has the field kIs.
inline constexpr const char* kIs = "is";
struct CanonicalFact {
  std::map<std::string, std::string> fields = {};
  bool unknown = false;  // nobody could tell; then there are no fields
  // Not part of the form: where in the recording it comes from.
  std::vector<EventNumber> events = {};

  friend bool operator==(const CanonicalFact& a, const CanonicalFact& b) {
    return a.unknown == b.unknown && a.fields == b.fields;
  }
};
using Group = std::map<std::string, CanonicalFact>;
inline constexpr const char* kHandedOver = "handed over";       // the ending of a set-up that came to a program
inline constexpr const char* kModeAskedFor = "mode asked for";  // of a device, where the umask is not known
inline constexpr const char* kAll = "all";  // the key of what stands for a group of which nothing is known

// One thing that was done to one object: a story's step that does the same to several becomes several.
struct CanonicalStep {
  std::string who = {};     // the process by its part; empty: the one that became the program
  std::string phase = {};   // "mounts"
  std::string object = {};  // what it is done to: a path, a namespace's type; empty: nothing in particular
  std::string what = {};    // all of it in words: "sysfs on /sys (ro,nosuid,nodev,noexec)"
  // Not part of the form.
  size_t step = 0;  // the number of the story's step, from 1; 0: not known
  EventNumber event = 0;

  bool same_as(const CanonicalStep& other) const { return who == other.who && what == other.what; }
};

struct Cost {
  std::map<std::string, uint64_t> calls = {};  // by name, those that chance decides left out
  uint64_t mounts_made = 0;
  uint64_t set_up_ns = 0;  // 0: not known, or not kept
};

struct CanonicalContainer {
  std::string name = {};     // "<id>" where it is one that is made up
  std::string kind = {};     // "container", "entry"
  std::string runtime = {};  // the name of its executable
  bool handed_over = true;   // false: its set-up came to no program, and there is no outcome to be compared
  std::map<std::string, Group> outcome = {};
  std::vector<CanonicalStep> how = {};  // process by process
  Cost cost = {};
  // Why it cannot be judged, in words; empty: it can.
  std::vector<std::string> doubts = {};
  // What was not the same in every one of several runs: "mounts//run", "how", "cost/mounts made", "present".
  std::set<std::string> variable = {};
};

// Of a recording, or of a baseline.
struct CanonicalForm {
  std::string name = {};  // of the file
  int rules = kRulesVersion;
  std::vector<CanonicalContainer> containers = {};
  std::string why_none = {};                   // why there is no container, in words; empty: not known, or there is one
  std::vector<std::string> cannot_judge = {};  // why nothing in it can be trusted, in words
  bool has_how = true;                         // the steps are in it
};

CanonicalContainer canonical(const ContainerFacts& facts);
// Of one whose set-up failed: what is to blame, in words.
std::string why_it_failed(const ContainerFacts& facts);
CanonicalForm canonical(const RecordingFacts& facts);

}  // namespace cttrace::canon
