// The table of -c: time, calls and errors by call.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "cttrace/event.h"

namespace cttrace {

class Summary {
 public:
  struct Counts {
    uint64_t calls = 0, errors = 0, time_ns = 0;
  };

  void count(const Call& call);
  const std::map<std::string, Counts, std::less<>>& by_name() const { return by_name_; }
  // As strace -c writes it; the time is the wall time inside the call.
  std::string table() const;

 private:
  std::map<std::string, Counts, std::less<>> by_name_;
};

}  // namespace cttrace
