// The groups of facts of a canonical form, each made by its own rules.
#pragma once

#include "check/canonical.h"
#include "check/canonical_names.h"

namespace cttrace::canon {

// What a fact is made of.
struct Source {
  const ContainerFacts& facts;
  const HandedFacts& handed;
  const Names& names;
};

using Outcome = std::map<std::string, Group>;

void add_namespaces(Outcome& outcome, const Source& from);
void add_places(Outcome& outcome, const Source& from);
void add_names(Outcome& outcome, const Source& from);
void add_cgroup(Outcome& outcome, const Source& from);
// "mounts", and "masked" of those that hide something or keep it from being changed.
void add_mounts(Outcome& outcome, const Source& from);
void add_devices(Outcome& outcome, const Source& from);
void add_identity(Outcome& outcome, const Source& from);
void add_capabilities(Outcome& outcome, const Source& from);
void add_privileges(Outcome& outcome, const Source& from);
void add_descriptors(Outcome& outcome, const Source& from);
void add_limits(Outcome& outcome, const Source& from);
// Of any set-up, also of one that failed.
void add_failures(Outcome& outcome, const ContainerFacts& facts, const Names& names);
std::string failed_call(const FailureFacts& failure, const Names& names);  // "mount /sys"
std::string error_word(const FailureFacts& failure);                       // "EPERM"

std::vector<CanonicalStep> canonical_steps(const ContainerFacts& facts, const Names& names);
Cost canonical_cost(const ContainerFacts& facts);

inline CanonicalFact is(std::string value) { return {.fields = {{kIs, std::move(value)}}}; }
inline CanonicalFact not_known() { return {.fields = {}, .unknown = true}; }

}  // namespace cttrace::canon
