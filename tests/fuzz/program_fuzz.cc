// Any bytes as an executable that is asked for its version.
#include <cctype>
#include <cstdint>
#include <cstring>

#include "expect.h"
#include "source/program_version.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace cttrace;
  size_t reads = 0;
  const ReadAt file = [&](uint64_t offset, std::span<char> into) -> size_t {
    expect(++reads < 10 && into.size() <= 1u << 20, "what is read is bounded");
    if (offset >= size) return 0;
    const size_t some = std::min<uint64_t>(into.size(), size - offset);
    std::memcpy(into.data(), data + offset, some);
    return some;
  };
  const std::string version = program_version(file, "bwrap");
  expect(version.size() <= 64, "a version is short");
  expect(version.empty() || isdigit(static_cast<unsigned char>(version[0])), "it begins with a digit");
  for (const char c : version) expect(c > ' ' && c < 127, "it is plain text");
  return 0;
}
