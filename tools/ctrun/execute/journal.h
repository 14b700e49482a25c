// Writes each step as it was done, one JSON object a line.
#pragma once

#include <cstdint>

#include "execute/channel.h"
#include "plan/plan.h"

namespace cttrace::ctrun {

class Journal {
 public:
  // -1: to nowhere. The descriptor stays the caller's.
  explicit Journal(int fd) : fd_(fd) {}
  void done(const Step& step, const StepResult& result) const;
  void failed(const Step& step, const Error& error) const;

 private:
  void write(const Step& step, const char* result, int code, int64_t took_ns) const;
  int fd_;
};

}  // namespace cttrace::ctrun
