// What this system says of names that the tables have; made by make_expectations.py when the tests are built.
#pragma once

#include <string_view>
#include <vector>

#include "cttrace/syscalls.h"

namespace cttrace::test {

struct SystemNumber {
  Abi abi;
  std::string_view name;
  int number;
};

extern const std::vector<SystemNumber> kSystemNumbers;
extern const std::vector<NamedValue> kLibraryValues;

}  // namespace cttrace::test
