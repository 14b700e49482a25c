// The table of -c: time, calls and errors by call.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "cttrace/event.h"

namespace cttrace {

class Summary {
 public:
  void count(const Call& call);
  // As strace -c writes it; the time is the wall time inside the call.
  std::string table() const;

 private:
  struct Counts {
    uint64_t calls = 0, errors = 0, time_ns = 0;
  };
  std::map<std::string, Counts, std::less<>> by_name_;
};

}  // namespace cttrace
