// Any words as cttrace's own command line; words end with a newline.
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "base/escape.h"
#include "cli/options.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace cttrace;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (size > 512 || text.find('{') != std::string_view::npos) return 0;  // as in selection_fuzz.cc
  std::vector<std::string> words(1);
  for (const char c : text) {
    if (c == '\n')
      words.emplace_back();
    else if (c)
      words.back() += c;
  }
  const Result<Options> options = parse_options(words);
  if (options) return 0;
  const std::string line = options.error().line();
  if (options.error().exit_status != 2 || escape_rest_for_terminal(line) != line) {
    fprintf(stderr, "not as an error should be: %s\n", escape_rest_for_terminal(line).c_str());
    abort();
  }
  return 0;
}
