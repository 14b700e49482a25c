// The flag sets, made of flag_sets.def.
#include <bit>
#include <unordered_map>

#include "cttrace/syscalls.h"
#include "tables/fallbacks.h"

namespace cttrace {
namespace {

// An int with its highest bit set is no negative flag, and an enumeration's negative values are 32 bits wide.
template <typename T>
constexpr uint64_t value_of(T value) {
  if constexpr (sizeof(T) <= 4) return static_cast<uint32_t>(value);
  return static_cast<uint64_t>(value);
}

constexpr bool FIRST = false;
constexpr bool LAST = true;

// Each set's values.
namespace values {
#define N(name) NamedValue{#name, value_of(name)},
#define BIT(name) NamedValue{#name, uint64_t{1} << name},
#define LOW(name) NamedValue{#name, static_cast<uint32_t>(name)},
#define FLAGS(set) constexpr NamedValue set[] = {
#define FLAGS_WITH(set, mask, masked, place) FLAGS(set)
#define ENUM(set) FLAGS(set)
#define END \
  }         \
  ;
#include "tables/flag_sets.def"
#undef N
#undef BIT
#undef LOW
#undef FLAGS
#undef FLAGS_WITH
#undef ENUM
#undef END
}  // namespace values

constexpr FlagSet kSets[] = {
#define N(name)
#define BIT(name)
#define LOW(name)
#define FLAGS(set) {#set, false, values::set},
#define FLAGS_WITH(set, mask, masked, place) {#set, false, values::set, value_of(mask), values::masked, place},
#define ENUM(set) {#set, true, values::set},
#define END
#include "tables/flag_sets.def"
#undef N
#undef BIT
#undef LOW
#undef FLAGS
#undef FLAGS_WITH
#undef ENUM
#undef END
};

const NamedValue* find(std::span<const NamedValue> values, uint64_t value) {
  for (const auto& named : values)
    if (named.value == value) return &named;
  return nullptr;
}

// Old programs' magic number fills the upper half of mount's flags: the same bits among others are flags.
bool is_in(uint64_t value, uint64_t bits) {
  return (bits & value) == value && (value != MS_MGC_VAL || (bits & 0xffff0000) == value);
}

}  // namespace

std::span<const FlagSet> flag_sets() { return kSets; }

const FlagSet* flag_set(std::string_view name) {
  static const auto by_name = [] {
    std::unordered_map<std::string_view, const FlagSet*> map;
    for (const auto& set : kSets) map.emplace(set.name, &set);
    return map;
  }();
  const auto found = by_name.find(name);
  return found == by_name.end() ? nullptr : found->second;
}

std::vector<std::string_view> flag_names(const FlagSet& set, uint64_t value, uint64_t& rest) {
  std::vector<std::string_view> names;
  rest = value;
  if (set.enumeration) {
    if (const auto* named = find(set.values, value)) {
      names.push_back(named->name);
      rest = 0;
    }
    return names;
  }
  names.reserve(static_cast<size_t>(std::popcount(value)) + 1);
  const NamedValue* masked = set.mask ? find(set.masked, value & set.mask) : nullptr;
  uint64_t bits = value & ~set.mask;
  rest = masked ? 0 : value & set.mask;
  if (masked && !set.masked_last) names.push_back(masked->name);
  for (const auto& named : set.values) {
    if (!bits) break;
    if (!named.value || !is_in(named.value, bits)) continue;
    names.push_back(named.name);
    bits &= ~named.value;
  }
  if (masked && set.masked_last) names.push_back(masked->name);
  rest |= bits;
  return names;
}

}  // namespace cttrace
