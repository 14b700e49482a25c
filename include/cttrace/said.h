// What a process writes to its standard error stream: a program that gives up says there why.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "cttrace/event.h"

namespace cttrace {

// A write to the standard error stream: that of a thread, by whatever descriptor, unless it is a control file.
bool writes_to_stderr(const Call& call);

struct Said {
  static constexpr size_t kMost = 1024;

  std::string text = {};   // the end of it: at most kMost bytes, as they were written
  bool cut = false;        // there was more before
  uint64_t time_ns = 0;    // of the last write
  bool discarded = false;  // written to /dev/null
  uint32_t writes = 0;     // that were told, of threads of which the last ones were not: those behind CT_FEW
  uint64_t left_out = 0;   // writes between the first ones of a thread and its last ones

  bool empty() const { return text.empty(); }
  // More may have followed that is not recorded.
  bool may_go_on() const { return writes >= CT_FEW; }
  // `call` writes_to_stderr. What is recorded late has its place by its time. What could not be read is left out, and
  // so is what is discarded where something else is said. That a write failed does not matter: it was said.
  void add(const Call& call);
  // What was said from this time on.
  Said since(uint64_t from_ns) const;

  struct Part {
    uint64_t time_ns = 0;
    size_t size = 0;
    uint64_t left_out = 0;  // writes before it; its first line is "..." then
  };
  std::vector<Part> parts = {};  // of `text`, by the write that it is of

 private:
  void count(const Call& call, bool says);
  void insert(uint64_t at_ns, std::string said, uint64_t without);
  void drop(size_t count);  // bytes at the beginning
};

}  // namespace cttrace
