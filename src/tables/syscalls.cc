// The rows, made of syscalls.def, and how a call finds its row.
#include "cttrace/syscalls.h"

#include <algorithm>
#include <cstdlib>
#include <stdexcept>
#include <unordered_map>

#include "tables/fallbacks.h"

namespace cttrace {
namespace {

// --- The words of syscalls.def.

constexpr int16_t no = kNoNumber;
struct Argument_index {
  uint8_t index;
};
constexpr Argument_index at(uint8_t index) { return {index}; }

ArgSpec integer(std::string_view name, uint16_t size = 4) {
  return {.name = name, .kind = ArgKind::kInt, .size = size};
}
ArgSpec number(std::string_view name, uint16_t size = 4) {
  return {.name = name, .kind = ArgKind::kUnsigned, .size = size};
}
ArgSpec hex(std::string_view name, uint16_t size = 8) { return {.name = name, .kind = ArgKind::kHex, .size = size}; }
ArgSpec address(std::string_view name) { return {.name = name, .kind = ArgKind::kAddress, .size = 8}; }
ArgSpec flags(std::string_view name, std::string_view set, uint16_t size = 4) {
  return {.name = name, .kind = ArgKind::kFlags, .size = size, .set = set};
}
ArgSpec choice(std::string_view name, std::string_view set, uint16_t size = 4) {
  return {.name = name, .kind = ArgKind::kEnum, .size = size, .set = set};
}
ArgSpec fd(std::string_view name) { return {.name = name, .kind = ArgKind::kFd, .size = 4}; }
ArgSpec dirfd(std::string_view name) { return {.name = name, .kind = ArgKind::kDirfd, .size = 4}; }
ArgSpec path(std::string_view name, Argument_index dirfd = {kCwd}) {
  return {.name = name, .kind = ArgKind::kPath, .ref = dirfd.index, .size = CT_PATH_MAX};
}
// `most`: bytes of it that are captured, with the NUL: one more than the kernel takes, where that is few.
ArgSpec string(std::string_view name, uint16_t most = CT_PATH_MAX) {
  return {.name = name, .kind = ArgKind::kString, .size = most};
}
// A string that the kernel writes.
ArgSpec filled(std::string_view name, uint16_t most) {
  return {.name = name, .kind = ArgKind::kString, .size = most, .when = When::kExit};
}
ArgSpec mount_data(std::string_view name) { return {.name = name, .kind = ArgKind::kMountData, .size = CT_PATH_MAX}; }
ArgSpec buffer(std::string_view name, Argument_index count) {
  return {.name = name, .kind = ArgKind::kBuffer, .ref = count.index, .size = 1};
}
// A buffer that the kernel fills: as far as the call returns, and no further than `most` says.
ArgSpec filled_buffer(std::string_view name, Argument_index most) {
  return {.name = name, .kind = ArgKind::kBuffer, .ref = most.index, .size = 1, .when = When::kExit};
}
ArgSpec iovec(std::string_view name, Argument_index count) {
  return {.name = name, .kind = ArgKind::kIovec, .ref = count.index};
}
// execve replaces the memory that these lie in.
ArgSpec argv(std::string_view name) { return {.name = name, .kind = ArgKind::kArgv, .when = When::kEnter}; }
ArgSpec envp(std::string_view name) { return {.name = name, .kind = ArgKind::kEnvp, .when = When::kEnter}; }
ArgSpec structure(std::string_view name, std::string_view layout) {
  return {.name = name, .kind = ArgKind::kStruct, .ref = kOne, .set = layout};
}
// A struct whose size is an argument: what is newer than the layout, or older, is told too.
ArgSpec sized(std::string_view name, std::string_view layout, Argument_index size) {
  return {.name = name, .kind = ArgKind::kStruct, .ref = size.index, .size = 1, .set = layout};
}
ArgSpec written(std::string_view name, std::string_view layout) {
  return {.name = name, .kind = ArgKind::kStruct, .ref = kOne, .set = layout, .when = When::kExit};
}
ArgSpec ids(std::string_view name, Argument_index count, uint16_t size = 4) {
  return {.name = name, .kind = ArgKind::kIds, .ref = count.index, .size = size};
}
ArgSpec value_at(std::string_view name, std::string_view set) {
  return {.name = name, .kind = ArgKind::kIds, .ref = kOne, .size = 4, .set = set};
}
ArgSpec id(std::string_view name, uint16_t size = 4) { return {.name = name, .kind = ArgKind::kUid, .size = size}; }
ArgSpec process(std::string_view name) { return {.name = name, .kind = ArgKind::kPid, .size = 4}; }
ArgSpec tracer(std::string_view name) { return {.name = name, .kind = ArgKind::kInt, .size = 4, .set = "tracers"}; }
ArgSpec key(std::string_view name) { return {.name = name, .kind = ArgKind::kInt, .size = 4, .set = "key_serials"}; }
ArgSpec device(std::string_view name) { return {.name = name, .kind = ArgKind::kDev, .size = 4}; }
ArgSpec mode(std::string_view name, std::string_view types = {}) {
  return {.name = name, .kind = ArgKind::kMode, .size = 4, .set = types};
}
ArgSpec signal(std::string_view name) { return {.name = name, .kind = ArgKind::kSignal, .size = 8}; }
ArgSpec fd_pointer(std::string_view name) {
  return {.name = name, .kind = ArgKind::kFdPointer, .ref = kOne, .size = 4, .when = When::kExit};
}

// A row in the making. Values of a variant are still names.
struct Row {
  SyscallRow row;
  std::vector<std::string_view> chosen_by;

  Row returning(ReturnKind kind) && {
    row.returns = kind;
    return std::move(*this);
  }
  Row with(uint32_t flags) && {
    row.flags |= flags;
    return std::move(*this);
  }
  Row not_following(Argument_index flags, uint64_t flag) && {
    row.last_link = {.arg = flags.index, .flag = flag, .followed_with = false};
    return std::move(*this);
  }
  Row following(Argument_index flags, uint64_t flag) && {
    row.last_link = {.arg = flags.index, .flag = flag, .followed_with = true};
    return std::move(*this);
  }
  Row generic() && {
    row.decoding = Decoding::kGeneric;
    return std::move(*this);
  }
};

Row call(std::string_view name, std::array<int16_t, kAbiCount> numbers, uint32_t groups, std::vector<ArgSpec> args) {
  return {.row = {.name = name,
                  .numbers = numbers,
                  .groups = groups,
                  .decoding = Decoding::kDecoded,
                  .returns = ReturnKind::kInt,
                  .flags = 0,
                  .args = std::move(args)},
          .chosen_by = {}};
}

Row variant(std::string_view name, uint8_t argument, std::vector<std::string_view> chosen_by, uint32_t groups,
            std::vector<ArgSpec> args) {
  Row made = call(name, {no, no, no}, groups, std::move(args));
  made.row.select = argument;
  made.chosen_by = std::move(chosen_by);
  return made;
}

// The call before it, of what goes to the standard error stream.
Row to_stderr(std::string_view name, uint32_t groups, std::vector<ArgSpec> args) {
  return call(name, {no, no, no}, groups, std::move(args)).with(CT_ROW_WORDS | CT_ROW_FEW);
}

// --- Joining them.

// The table is part of the program: what is wrong in it is found by the first test that reads it.
[[noreturn]] void wrong(std::string_view name, const std::string& what) {
  throw std::logic_error("syscalls.def: " + std::string(name) + ": " + what);
}

uint64_t value_named(const SyscallRow& row, std::string_view value) {
  const FlagSet* set = row.select < row.args.size() ? flag_set(row.args[row.select].set) : nullptr;
  if (!set) wrong(row.name, "the argument that chooses a variant has no names");
  const auto found = std::ranges::find(set->values, value, &NamedValue::name);
  if (found == set->values.end())
    wrong(row.name, "there is no " + std::string(value) + " in " + std::string(set->name));
  return found->value;
}

void complete(ArgSpec& arg, const SyscallRow& row) {
  if (arg.kind == ArgKind::kStruct) {
    const Layout* found = layout(arg.set);
    if (!found) wrong(row.name, "there is no layout " + std::string(arg.set));
    if (arg.ref == kOne) arg.size = found->size;
  } else if (!arg.set.empty()) {
    arg.flags = flag_set(arg.set);
    if (!arg.flags) wrong(row.name, "there is no flag set " + std::string(arg.set));
  }
  if (arg.ref != kCwd && arg.ref >= row.args.size()) wrong(row.name, "an argument refers to one that is not there");
}

std::vector<SyscallRow> make_rows() {
  Row list[] = {
#include "tables/syscalls.def"
  };
  std::vector<SyscallRow> rows;
  SyscallRow* base = nullptr;
  rows.reserve(std::size(list));
  for (Row& made : list) {
    SyscallRow& row = rows.emplace_back(std::move(made.row));
    row.index = rows.size() - 1;
    if (row.flags & CT_ROW_WORDS) {
      if (!base || base->name != row.name)
        wrong(row.name, "a row for the standard error stream without its call before it");
      row.numbers = base->numbers;
      row.returns = base->returns;
      base->flags |= CT_ROW_OR_WORDS;
    } else if (made.chosen_by.empty()) {
      base = &row;
    } else {
      if (!base || base->name != row.name) wrong(row.name, "a variant without its call before it");
      row.numbers = base->numbers;
      row.returns = base->returns;
      base->select = row.select;
      base->flags |= CT_ROW_VARIANTS;
      for (const auto value : made.chosen_by) row.select_values.push_back(value_named(row, value));
    }
    if (row.returns == ReturnKind::kFd) row.flags |= CT_ROW_RETURNS_FD;
    for (ArgSpec& arg : row.args) complete(arg, row);
    if (row.last_link.flag && row.last_link.arg >= row.args.size())
      wrong(row.name, "the flag about links is in no argument");
  }
  return rows;
}

// From a call's number to its row, and from there to the row's variants.
class Index {
 public:
  explicit Index(std::span<const SyscallRow> rows) : rows_(rows) {
    for (const SyscallRow& row : rows) {
      for (size_t abi = 0; abi < kAbiCount; ++abi) {
        if (row.numbers[abi] != kNoNumber && is_first_of_call(row)) add(abi, row);
      }
      if (is_first_of_call(row)) base_ = row.index;
      for (const uint64_t value : row.select_values) variants_[{base_, value}] = row.index;
    }
  }

  const SyscallRow* call(Abi abi, uint32_t number) const {
    const auto& by_number = by_number_[static_cast<size_t>(abi)];
    return number < by_number.size() && by_number[number] >= 0 ? &rows_[static_cast<size_t>(by_number[number])]
                                                               : nullptr;
  }

  const SyscallRow* variant(const SyscallRow& base, uint64_t value) const {
    const auto found = variants_.find({base.index, value});
    return found == variants_.end() ? &base : &rows_[found->second];
  }

 private:
  struct Key {
    size_t base;
    uint64_t value;
    bool operator==(const Key&) const = default;
  };
  struct Hash {
    size_t operator()(const Key& key) const { return std::hash<uint64_t>()(key.value * 1024 + key.base); }
  };

  void add(size_t abi, const SyscallRow& row) {
    const auto number = static_cast<size_t>(row.numbers[abi]);
    auto& by_number = by_number_[abi];
    if (by_number.size() <= number) by_number.resize(number + 1, -1);
    if (by_number[number] >= 0) wrong(row.name, "two calls have its number");
    by_number[number] = static_cast<int32_t>(row.index);
  }

  std::span<const SyscallRow> rows_;
  std::array<std::vector<int32_t>, kAbiCount> by_number_;
  std::unordered_map<Key, size_t, Hash> variants_;
  size_t base_ = 0;
};

const Index& index() {
  static const Index made(syscall_rows());
  return made;
}

ct_op operation(ArgKind kind) {
  switch (kind) {
    case ArgKind::kFd:
    case ArgKind::kDirfd: return CT_OP_FD;
    case ArgKind::kPath: return CT_OP_PATH;
    case ArgKind::kString:
    case ArgKind::kMountData: return CT_OP_STRING;
    case ArgKind::kBuffer:
    case ArgKind::kStruct:
    case ArgKind::kIds:
    case ArgKind::kFdPointer: return CT_OP_BYTES;
    case ArgKind::kIovec: return CT_OP_IOVEC;
    case ArgKind::kArgv: return CT_OP_STRINGS;
    case ArgKind::kEnvp: return CT_OP_COUNT;
    default: return CT_OP_NONE;
  }
}

constexpr GroupName kGroups[] = {
    {"ns", kNs, "processes and namespaces: clone, unshare, setns"},
    {"exec", kExec, "programs: execve, execveat"},
    {"mount", kMount, "mounts, by the old and the new calls, pivot_root and chroot"},
    {"dev", kDevice, "device nodes, and the owners that they are given"},
    {"root", kRoot, "roots and working directories"},
    {"id", kIdentity, "ids, capabilities, seccomp, keyrings, limits, names"},
    {"cgroup", kCgroup, "writes to control files: procfs, cgroupfs, sysfs"},
    {"handle", kHandle, "pidfds, memfds, close_range"},
    {"words", kWords, "what is written to the standard error stream, the beginning of it"},
    {"fs", kFs, "folders, links, owners and modes of files; not traced without being asked for"},
    {"process", kNs | kExec, "ns and exec together, as strace has it"},
};

}  // namespace

std::string_view decoding_name(Decoding decoding) { return decoding == Decoding::kDecoded ? "decoded" : "generic"; }

std::span<const GroupName> group_names() { return kGroups; }

std::span<const SyscallRow> syscall_rows() {
  static const std::vector<SyscallRow> rows = make_rows();
  return rows;
}

const SyscallRow* find_row(Abi abi, uint32_t number) { return index().call(abi, number); }

const SyscallRow* find_row(Abi abi, uint32_t number, std::span<const uint64_t, 6> args) {
  const SyscallRow* base = find_row(abi, number);
  if (!base || !(base->flags & CT_ROW_VARIANTS)) return base;
  return index().variant(*base, args[base->select] & 0xffffffffu);
}

bool is_memory(ArgKind kind) {
  switch (kind) {
    case ArgKind::kPath:
    case ArgKind::kString:
    case ArgKind::kMountData:
    case ArgKind::kBuffer:
    case ArgKind::kIovec:
    case ArgKind::kArgv:
    case ArgKind::kEnvp:
    case ArgKind::kStruct:
    case ArgKind::kIds:
    case ArgKind::kFdPointer: return true;
    default: return false;
  }
}

unsigned argument_size(Abi abi, const ArgSpec& spec) {
  if (is_memory(spec.kind)) return abi == Abi::i386 ? 4 : 8;
  if (spec.size == 2) return 2;
  if (abi == Abi::i386) return 4;
  if (spec.size == 4 || spec.size == 8) return spec.size;
  return spec.kind == ArgKind::kInt ? 4 : 8;
}

const SyscallRow& row_for_stderr(const SyscallRow& row) {
  return row.flags & CT_ROW_OR_WORDS ? syscall_rows()[row.index + 1] : row;
}

bool follows_last_link(const SyscallRow& row, std::span<const uint64_t, 6> args) {
  const LastLink& rule = row.last_link;
  return rule.flag == 0 || ((args[rule.arg] & rule.flag) != 0) == rule.followed_with;
}

bool is_default(const SyscallRow& row) { return (row.groups & ~uint32_t{kFs}) != 0; }

ct_row capture_row(const SyscallRow& row) {
  ct_row out = {};
  out.select = row.select;
  out.nargs = static_cast<uint16_t>(row.args.size());
  out.flags = row.flags;
  out.id = static_cast<uint32_t>(row.index);
  for (size_t i = 0; i < row.args.size(); ++i) {
    const ArgSpec& arg = row.args[i];
    const bool filled = arg.kind == ArgKind::kBuffer && arg.when == When::kExit;
    out.op[i] = static_cast<uint8_t>(filled ? CT_OP_BYTES_RET : operation(arg.kind));
    out.ref[i] = arg.ref;
    out.when[i] = static_cast<uint8_t>(arg.when);
    out.size[i] = arg.size;
  }
  return out;
}

}  // namespace cttrace
