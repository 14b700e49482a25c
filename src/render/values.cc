// Bytes to typed values.
#include "render/values.h"

#include <fcntl.h>
#include <linux/capability.h>

#include <cstring>

namespace cttrace {
namespace {

constexpr uint64_t kLow32 = 0xffffffff;

uint64_t load(std::string_view bytes, size_t offset, size_t size) {
  uint64_t number = 0;
  if (size > sizeof number || offset > bytes.size() || size > bytes.size() - offset) return 0;
  std::memcpy(&number, bytes.data() + offset, size);  // all supported machines are little-endian
  return number;
}

uint64_t sign_extend(uint64_t number) {
  return static_cast<uint64_t>(static_cast<int64_t>(static_cast<int32_t>(number)));
}

Value address(uint64_t number) { return {.kind = ValueKind::kAddress, .number = number}; }

Value flags(uint64_t number, const FlagSet* set) {
  if (!set) return {.kind = ValueKind::kHex, .number = number};
  Value value{.kind = set->enumeration ? ValueKind::kEnum : ValueKind::kFlags, .number = number, .set = set};
  value.names = flag_names(*set, number, value.rest);
  return value;
}

// umode_t is 16 bits wide; open_how has 64.
Value mode(uint64_t number, unsigned size, const FlagSet* set) {
  if (size < 8) number &= 0xffff;
  Value value{.kind = ValueKind::kMode, .number = number, .rest = number};
  constexpr uint64_t kType = 0170000;
  value.set = set;
  if (!set || (number & kType) == 0) return value;
  for (const auto& named : set->mask == kType ? set->masked : set->values) {
    if (named.value != (number & kType)) continue;
    value.names = {named.name};
    value.rest &= ~kType;
    break;
  }
  return value;
}

// dev_t as mknod(2) takes it: the kernel's new_decode_dev().
Value device(uint64_t number) {
  return {.kind = ValueKind::kDevice,
          .number = (number >> 8) & 0xfff,
          .rest = (number & 0xff) | ((number >> 12) & 0xfff00)};
}

Value texts(const Argument& argument, bool cut) {
  Value value{.kind = ValueKind::kTexts, .cut = cut};
  value.items.reserve(argument.strings.size());
  for (const auto& text : argument.strings) value.items.push_back({.kind = ValueKind::kText, .text = text});
  return value;
}

// The 32-bit form of a struct, where it has one.
const Layout* layout_for(Abi abi, std::string_view name) {
  const Layout* compat = abi == Abi::i386 ? layout(std::string(name) + "32") : nullptr;
  return compat ? compat : layout(name);
}

// capset's header says how much of its data there is: version 1 has no upper halves.
std::string_view meant(const Call& call, const ArgSpec& spec, std::string_view bytes) {
  if (spec.set != "cap_data" || call.args.front().bytes.size() < 4) return bytes;
  const uint64_t version = load(call.args.front().bytes, 0, 4);
  const bool two = version == _LINUX_CAPABILITY_VERSION_2 || version == _LINUX_CAPABILITY_VERSION_3;
  return !two ? bytes.substr(0, sizeof(__user_cap_data_struct)) : bytes;
}

Value structure(std::string_view bytes, const Layout* found, uint64_t raw) {
  if (!found) return {.kind = ValueKind::kBytes, .number = raw, .text = bytes};
  Value value{.kind = ValueKind::kStruct, .number = raw, .count = found->size, .layout = found->name};
  value.items.reserve(found->fields.size());
  for (const auto& part : found->fields) {
    if (part.offset + part.size > bytes.size()) continue;  // an older, shorter struct
    uint64_t number = load(bytes, part.offset, part.size);
    if (part.high) number |= load(bytes, part.high, part.size) << (8 * part.size);
    Value member = scalar(part.kind, number, part.high ? 2u * part.size : part.size, part.set);
    member.name = part.name;
    value.items.push_back(std::move(member));
  }
  if (bytes.size() > found->size) value.text = bytes.substr(found->size);
  return value;
}

Value ids(const Argument& argument, std::string_view bytes, bool cut) {
  Value value{.kind = ValueKind::kArray, .number = argument.raw, .cut = cut};
  const size_t size = argument.spec->size == 2 || argument.spec->size == 8 ? argument.spec->size : 4;
  for (size_t at = 0; at + size <= bytes.size(); at += size) {
    uint64_t number = load(bytes, at, size);
    if (argument.spec->flags) {
      value.items.push_back(scalar(ArgKind::kEnum, number, static_cast<unsigned>(size), argument.spec->flags));
      continue;
    }
    if (size == 2 && number == 0xffff) number = kLow32;
    value.items.push_back({.kind = size == 8 ? ValueKind::kUnsigned : ValueKind::kId, .number = number});
  }
  return value;
}

// What the memory that an argument points to holds: these bytes, or, `cut`, more.
Value memory(const Call& call, const Argument& argument, std::string_view bytes, bool cut) {
  const ArgSpec& spec = *argument.spec;
  switch (spec.kind) {
    case ArgKind::kPath:
    case ArgKind::kString:
    case ArgKind::kMountData:
    case ArgKind::kBuffer: return {.kind = ValueKind::kText, .text = bytes, .cut = cut};
    case ArgKind::kIovec: {
      const uint64_t parts = spec.ref < call.args.size() ? call.args[spec.ref].raw : 1;
      return {.kind = ValueKind::kParts, .count = parts, .text = bytes, .cut = cut};
    }
    case ArgKind::kArgv: return texts(argument, cut);
    case ArgKind::kEnvp:
      return {.kind = ValueKind::kVariables, .number = argument.raw, .count = argument.count.value_or(0), .cut = cut};
    case ArgKind::kStruct: return structure(meant(call, spec, bytes), layout_for(call.abi, spec.set), argument.raw);
    case ArgKind::kIds: return ids(argument, bytes, cut);
    case ArgKind::kFdPointer: {
      if (bytes.size() < 4) return address(argument.raw);
      Value value{.kind = ValueKind::kArray};
      value.items = {{.kind = ValueKind::kFd, .number = sign_extend(load(bytes, 0, 4))}};
      return value;
    }
    default: return address(argument.raw);
  }
}

}  // namespace

Value scalar(ArgKind kind, uint64_t raw, unsigned size, std::string_view set) {
  return scalar(kind, raw, size, set.empty() ? nullptr : flag_set(set));
}

Value scalar(ArgKind kind, uint64_t raw, unsigned size, const FlagSet* set) {
  const uint64_t narrow = size >= 8 ? raw : raw & (size == 0 ? kLow32 : (uint64_t{1} << (size * 8)) - 1);
  switch (kind) {
    case ArgKind::kInt: {
      Value value{.kind = ValueKind::kSigned, .number = size >= 8 ? raw : sign_extend(raw)};
      if (set) value.names = flags(narrow, set).names;
      return value;
    }
    case ArgKind::kHex: return {.kind = ValueKind::kHex, .number = narrow};
    case ArgKind::kUnsigned: return {.kind = ValueKind::kUnsigned, .number = narrow};
    case ArgKind::kLimit: return {.kind = ValueKind::kLimit, .number = narrow, .count = size};
    case ArgKind::kFlags:
    case ArgKind::kEnum: return flags(narrow, set);
    case ArgKind::kFd:
    case ArgKind::kDirfd: {
      // A 64-bit field may hold what is no descriptor.
      const bool wide = size >= 8 && raw > 0x7fffffff;
      Value value{.kind = wide ? ValueKind::kUnsigned : ValueKind::kFd, .number = wide ? raw : sign_extend(raw)};
      if (kind == ArgKind::kDirfd && static_cast<int32_t>(raw) == AT_FDCWD) value.names = {"AT_FDCWD"};
      return value;
    }
    case ArgKind::kUid:
      return {.kind = ValueKind::kId, .number = size == 2 && narrow == 0xffff ? kLow32 : narrow & kLow32};
    case ArgKind::kPid: return {.kind = ValueKind::kSigned, .number = sign_extend(raw)};
    case ArgKind::kDev: return device(raw);
    case ArgKind::kMode: return mode(raw, size, set);
    case ArgKind::kSignal: return {.kind = ValueKind::kSignal, .number = narrow};
    default: return address(narrow);
  }
}

Value interpret(const Call& call, size_t index) {
  const Argument& argument = call.args[index];
  const ArgSpec& spec = *argument.spec;
  if (is_memory(spec.kind)) {
    const bool known = argument.reading == Reading::kOk || argument.reading == Reading::kTruncated;
    return known ? memory(call, argument, argument.bytes, argument.reading == Reading::kTruncated)
                 : address(argument.raw);
  }
  const bool descriptor = spec.kind == ArgKind::kFd || spec.kind == ArgKind::kDirfd;
  return scalar(spec.kind, argument.raw, descriptor ? 4 : argument_size(call.abi, spec), spec.flags);
}

Value interpret_changed(const Call& call, size_t index) {
  const Argument& argument = call.args[index];
  if (!argument.changed || !is_memory(argument.spec->kind)) return interpret(call, index);
  return memory(call, argument, *argument.changed, false);
}

const Value* field(const Value& structure, std::string_view name) {
  for (const auto& item : structure.items)
    if (item.name == name) return &item;
  return nullptr;
}

}  // namespace cttrace
