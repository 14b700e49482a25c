// Rules for what a container is in: namespaces, root, names, cgroup.
#include <fmt/format.h>

#include <algorithm>

#include "base/paths.h"
#include "check/canonical_parts.h"
#include "check/controls.h"
#include "render/values.h"

namespace cttrace::canon {
namespace {

using From = NamespaceFacts::From;

bool adds_up(std::string_view file) { return file == "devices.allow" || file == "devices.deny"; }

// "a" is what "a *:* rwm" is.
std::string control_value(std::string_view file, std::string value) {
  if (adds_up(file) && value == "a *:* rwm") return "a";
  return value;
}

// The one that stands in the way is told; its place among the others is chance.
bool is_membership(std::string_view file) {
  return file == "cgroup.procs" || file == "tasks" || file == "cgroup.threads" || file == "notify_on_release" ||
         file == "cgroup.subtree_control" || file == "release_agent";
}

// "boottime 5 0, monotonic 10 0"
std::string offset_words(const ContainerFacts& facts) {
  std::string text;
  for (const auto& [clock, offset] : time_offsets(facts))
    text +=
        fmt::format("{}{} {} {}", text.empty() ? "" : ", ", canonical_name(clock), offset.seconds, offset.nanoseconds);
  return text;
}

}  // namespace

void add_namespaces(Outcome& outcome, const Source& from) {
  Group& group = outcome["namespaces"];
  for (const NamespaceFacts& each : from.handed.namespaces) {
    CanonicalFact fact;
    if (!each.from.known()) {
      fact = not_known();
    } else {
      switch (each.from.value) {
        case From::kStarters: fact = is("the starter's"); break;
        case From::kMade: fact = is("its own"); break;
        case From::kJoined: fact = is(each.of.empty() ? "another's" : "another container's"); break;
      }
    }
    if (const std::string offsets = each.name == "time" ? offset_words(from.facts) : ""; !offsets.empty())
      if (!fact.unknown) fact.fields["offsets"] = offsets;
    if (each.made_by) fact.events.push_back(each.made_by);
    group[each.name] = std::move(fact);
  }
}

void add_places(Outcome& outcome, const Source& from) {
  Group& group = outcome["root"];
  const HandedFacts& handed = from.handed;
  if (!handed.root.known()) {
    group["root"] = not_known();
  } else {
    group["root"] = is(handed.root.value.path == "/" ? "the root of its mounts" : "a folder: chroot");
  }
  if (!handed.cwd.known())
    group["working directory"] = not_known();
  else
    group["working directory"] =
        is(handed.cwd.value.inside.empty() ? "outside its root" : from.names(handed.cwd.value.inside));
  if (!handed.old_root.known()) {
    group["old root"] = not_known();
    return;
  }
  const OldRootFacts& old_root = handed.old_root.value;
  std::string words = old_root.gone ? "gone" : old_root.around ? "around it" : "";
  for (const std::string& path : old_root.seen_at) words += (words.empty() ? "at " : ", at ") + canonical_name(path);
  group["old root"] = is(words);
}

void add_names(Outcome& outcome, const Source& from) {
  Group& group = outcome["names"];
  const auto name = [&](const char* key, const Fact<std::string>& fact) {
    group[key] = fact.known() ? is(from.names(fact.value)) : not_known();
  };
  name("hostname", from.handed.hostname);
  if (from.handed.domainname.known()) name("domainname", from.handed.domainname);
  Group& sysctls = outcome["sysctls"];
  for (const auto& [path, value] : from.handed.sysctls) sysctls[canonical_name(path)] = is(canonical_name(value));
}

void add_cgroup(Outcome& outcome, const Source& from) {
  Group& group = outcome["cgroup"];
  // Numbers of hierarchies are those of this boot.
  std::set<std::string> paths;
  bool known = true;
  for (const auto& [hierarchy, path] : from.handed.cgroup.membership) {
    known = known && path.known();
    if (path.known()) paths.insert(from.names(path.value));
  }
  if (!known)
    group["path"] = not_known();
  else if (!paths.empty())
    group["path"] = is(fmt::format("{}", fmt::join(paths, ", ")));
  std::map<std::string, std::set<std::string>> rules;
  for (const CgroupFacts::Control& control : from.handed.cgroup.controls) {
    const std::string file(last_part(control.file));
    if (control.error || is_membership(file) || !control.file.starts_with("/sys/fs/cgroup")) continue;
    const std::string value = control_value(file, from.names(control.value));
    if (adds_up(file)) {
      rules[file].insert(value);
    } else if (&control != last_written(from.handed.cgroup.controls, file) || is_no_limit(control.value)) {
      continue;  // a limit that is written as none is as good as not written
    } else {
      group[file] = is(value);
    }
    group[file].events.push_back(control.event);
  }
  for (const auto& [file, values] : rules) group[file].fields[kIs] = fmt::format("{}", fmt::join(values, ", "));
}

// Its number is chance; what it leads to is not.
void add_descriptors(Outcome& outcome, const Source& from) {
  Group& group = outcome["descriptors"];
  if (!from.handed.descriptors.known()) {
    group[kAll] = not_known();
    return;
  }
  std::map<std::string, size_t> counts;
  for (const DescriptorFacts& each : from.handed.descriptors.value) {
    if (each.fd <= 2) continue;
    const std::string what = from.names(each.what);
    CanonicalFact& fact = group[what];
    fact.fields[kIs] = fmt::format("{} open", ++counts[what]);
    if (each.event) fact.events.push_back(each.event);
  }
}

std::string failed_call(const FailureFacts& failure, const Names& names) {
  return (failure.call.empty() ? "a call" : failure.call) + (failure.what.empty() ? "" : " " + names(failure.what));
}

std::string error_word(const FailureFacts& failure) {
  const std::string name = error_name(failure.error).name;
  return name.empty() ? std::to_string(failure.error) : name;
}

void add_failures(Outcome& outcome, const ContainerFacts& facts, const Names& names) {
  Group& group = outcome["failures"];
  for (const FailureFacts& failure : facts.failures) {
    if (failure.normal) continue;
    CanonicalFact& fact = group[failed_call(failure, names)];
    fact.fields[kIs] = error_word(failure);
    if (failure.denied) fact.fields["by"] = "seccomp";
    fact.events.push_back(failure.event);
  }
}

}  // namespace cttrace::canon
