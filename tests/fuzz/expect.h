// What must hold for any input: libFuzzer keeps the one for which it does not.
#pragma once

#include <cstdio>
#include <cstdlib>

namespace cttrace {

inline void expect(bool holds, const char* what) {
  if (holds) return;
  fprintf(stderr, "not so: %s\n", what);
  abort();
}

}  // namespace cttrace
