// Any text as the value of -e trace=.
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "base/escape.h"
#include "tables/selection.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace cttrace;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  // The C library compiles "a{9}{9}{9}..." for hours, and what is compiled here is the caller's own.
  if (size > 512 || text.find('{') != std::string_view::npos) return 0;
  const Result<Selection> selection = Selection::parse(text);
  if (selection) return 0;
  const std::string line = selection.error().line();
  if (selection.error().exit_status != 2 || escape_rest_for_terminal(line) != line) {
    fprintf(stderr, "not as an error should be: %s\n", escape_rest_for_terminal(line).c_str());
    abort();
  }
  return 0;
}
