// What the kernel says of every actor's mount namespace, root and working directory.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/fd.h"

namespace cttrace::oracle {

// A directory, as a descriptor of it tells.
struct Spot {
  uint32_t mount_id = 0;
  std::string path;  // from the root of its mount tree
  bool operator==(const Spot&) const = default;
};

struct SeenNamespace {
  Spot root;
  std::string mountinfo;  // as seen from that root
  bool operator==(const SeenNamespace&) const = default;
};

struct SeenActor {
  uint64_t mount_ns = 0;  // inode
  Spot root, cwd;
  std::string mountinfo;  // as it sees it, where its root is not the namespace's
  bool operator==(const SeenActor&) const = default;
};

struct Observation {
  std::map<uint64_t, SeenNamespace> namespaces;  // by inode
  std::map<pid_t, SeenActor> actors;             // by tid
};

// Enters each namespace for a moment: a namespace's whole table is seen from its own root only. The caller is not
// traced and does nothing else meanwhile, so that what is watched does not change by it.
class Observer {
 public:
  Observer();

  Observation observe(const std::vector<pid_t>& tids) const;
  // A file of a thread in /proc.
  Fd open_file(pid_t tid, const char* name) const;

 private:
  Spot spot(const Fd& place) const;
  Fd open_place(const std::string& path) const;
  std::string read_all(const std::string& path) const;

  Fd proc_, own_;
};

}  // namespace cttrace::oracle
