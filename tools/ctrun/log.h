// Where ctrun says what went wrong: standard error, and the file of --log in the format that managers read.
#pragma once

#include <string>

#include "base/error.h"

namespace cttrace::ctrun {

struct LogTarget {
  std::string path = {};  // empty: none
  bool json = false;
};

// Throws Failure where nothing can be written there.
void set_log(LogTarget target);
void log_error(const Error& error);         // also on standard error
void log_warning(const std::string& line);  // also on standard error

}  // namespace cttrace::ctrun
