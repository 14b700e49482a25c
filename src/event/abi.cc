// What ABIs are called.
#include <algorithm>

#include "cttrace/syscalls.h"

namespace cttrace {
namespace {

constexpr std::array<std::string_view, kAbiCount> kNames = {"x86_64", "i386", "aarch64"};

}  // namespace

std::string_view abi_name(Abi abi) { return kNames[static_cast<size_t>(abi)]; }

std::optional<Abi> abi_by_name(std::string_view name) {
  const auto* found = std::ranges::find(kNames, name);
  if (found == kNames.end()) return std::nullopt;
  return static_cast<Abi>(found - kNames.begin());
}

}  // namespace cttrace
