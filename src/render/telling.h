// What the parts of the "handed over" section write into.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "render/fields.h"
#include "render/handed_over.h"

namespace cttrace {

struct Telling {
  Telling(const State& of, const TaskState& whom, const HandedOverOptions& how)
      : state(of),
        task(whom),
        options(how),
        verbose(how.style.verbose),
        user(of.ns_of(whom, CT_NS_USER)),
        fields(how.style) {}

  const State& state;
  const TaskState& task;
  const HandedOverOptions& options;
  const bool verbose;
  const Namespace* const user;  // nullptr: not known
  Fields fields;
  std::vector<std::string> unknown, inferred;

  // Notes how the fact is known; true if it is.
  template <typename T>
  bool known(const Fact<T>& fact, const char* name) {
    if (fact.evidence == Evidence::kUnknown) unknown.emplace_back(name);
    if (fact.evidence == Evidence::kInferred) inferred.emplace_back(name);
    return fact.known();
  }
};

struct HowKnown {
  std::vector<std::string> unknown, inferred;
};
// What the section would say under "unknown" and "inferred".
HowKnown how_known(const State& state, const TaskState& task, const HandedOverOptions& options);

// Ids, groups and how they are mapped.
void tell_ids(Telling& telling);
// Capabilities, no_new_privs, seccomp, securebits.
void tell_privileges(Telling& telling);
// Limits, cgroups, and what is worth a word only where somebody has set it.
void tell_limits(Telling& telling);
// Called by it: the cgroup of each hierarchy.
void tell_cgroups(Telling& telling);
// The same where options.hierarchies names them.
void tell_named_cgroups(Telling& telling);
void tell_devices(Telling& telling);

// "cpu, memory and pids", escaped.
std::string in_a_row(const std::vector<std::string>& words);

// Nodes that are known, by their paths from the root: where they were made, and where that is mounted.
std::map<std::string, const Device*> devices_below(const State& state, const Place& root);

}  // namespace cttrace
