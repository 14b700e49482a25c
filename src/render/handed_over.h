// What a process was handed: the section at the end of a container's story, and what `inspect` prints.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "cttrace/state.h"
#include "render/columns.h"

namespace cttrace {

struct HandedOverOptions {
  Style style;
  // Namespaces to compare with, by ct_ns (0: none), and what they are called.
  NamespaceInodes compared_with = {};
  std::string whose = "cttrace's own";
  std::set<uint32_t> joined = {};               // inodes of namespaces that were made for somebody else
  std::map<uint32_t, std::string> owners = {};  // of those: for which container, by its name
  // What a namespace is called that is not the host's, and was there when tracing began.
  std::string older = "there before";
  bool mounts = true;  // draw the mount tree
  // Of cgroups, where all are known: what each is called; of version 2: nothing.
  std::map<uint32_t, std::string> hierarchies = {};
  // Said under "unknown", too: what, and behind the last one of them why, in brackets. Escaped.
  std::vector<std::string> unread;
};

// Program, pids, namespaces, root, mounts, devices, ids, capabilities, limits, cgroups, names; and what of it is not
// known, or follows from calls. Lines that each begin with `style.indent` blanks. Empty: there is no such task.
std::string handed_over(const State& state, TaskId task, const HandedOverOptions& options);

}  // namespace cttrace
