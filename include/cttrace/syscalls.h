// The syscall table: one row a call, data not code. The rows are in src/tables/syscalls.def.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cttrace/wire.h"

namespace cttrace {

enum class Abi : uint8_t { x86_64 = CT_ABI_X86_64, i386 = CT_ABI_I386, aarch64 = CT_ABI_AARCH64 };
inline constexpr size_t kAbiCount = CT_ABI_COUNT;
std::string_view abi_name(Abi abi);
std::optional<Abi> abi_by_name(std::string_view name);

// A name with its value, from the kernel's headers.
struct NamedValue {
  std::string_view name;
  uint64_t value;
};

// The names of an argument's values. `enumeration`: the value is one of them; otherwise bits are or-ed.
// `mask`: bits that form an enumeration inside a flag set (clone's exit signal, mode's S_IFMT), with its names.
struct FlagSet {
  std::string_view name;
  bool enumeration;
  std::span<const NamedValue> values;
  uint64_t mask = 0;
  std::span<const NamedValue> masked = {};
  bool masked_last = false;  // the masked name is written behind the flags
};

// The set with this name, or nullptr; all sets, in the order of src/tables/flag_sets.def.
const FlagSet* flag_set(std::string_view name);
std::span<const FlagSet> flag_sets();

// The names in `value`; `rest` gets the bits that no name covers (an enumeration without a name: all of them).
std::vector<std::string_view> flag_names(const FlagSet& set, uint64_t value, uint64_t& rest);

enum class ArgKind : uint8_t {
  kInt,        // signed decimal; `set`: names of special values
  kUnsigned,   // unsigned decimal
  kLimit,      // of a field: a resource limit; all ones: none
  kHex,        // a number in hexadecimal
  kAddress,    // hexadecimal, NULL
  kFlags,      // `set`
  kEnum,       // `set`
  kFd,         // a file descriptor
  kDirfd,      // a file descriptor that a path starts at, or AT_FDCWD
  kPath,       // a path; `ref`: index of its dirfd, or kCwd
  kString,     // a string
  kMountData,  // mount's data: a string of at most a page
  kBuffer,     // bytes; `ref`: index of the argument that counts them
  kIovec,      // struct iovec[]; `ref`: index of the argument that counts them
  kArgv,       // a vector of strings
  kEnvp,       // a vector of strings, of which only the number is told
  kStruct,     // `layout`; `ref`: index of the argument with its size, or kOne
  kIds,        // an array of ids, `size` bytes each; `ref`: index of the argument that counts them, or kOne; `set`: of
               // values of this set instead
  kUid,        // uid or gid; -1 keeps it
  kPid,        // a process, in the caller's pid namespace
  kDev,        // dev_t, as the call takes it
  kMode,       // octal permissions, with `set` for the type when there is one
  kSignal,     // a signal's number
  kFdPointer,  // int *: a descriptor that the kernel writes there (clone's parent_tid with CLONE_PIDFD)
};

inline constexpr uint8_t kCwd = CT_REF_CWD;
inline constexpr uint8_t kOne = CT_REF_ONE;

// A field of a struct argument.
struct Field {
  std::string_view name;
  uint16_t offset;
  uint16_t size;  // bytes: 1, 2, 4 or 8
  ArgKind kind;
  std::string_view set = {};  // name of the flag set
  uint16_t high = 0;          // offset of the upper half, where the struct keeps it apart; 0: nowhere
};

// A struct argument, as the kernel's uapi headers have it. `size` is the newest one that is known;
// an older, shorter one shows the fields it has, a longer one its unknown bytes.
struct Layout {
  std::string_view name;
  uint16_t size;
  std::span<const Field> fields;
};

const Layout* layout(std::string_view name);
std::span<const Layout> layouts();

enum class When : uint8_t { kBoth = CT_WHEN_BOTH, kEnter = CT_WHEN_ENTER, kExit = CT_WHEN_EXIT };

struct ArgSpec {
  std::string_view name;  // the kernel's, as in its SYSCALL_DEFINE
  ArgKind kind;
  uint8_t ref = kCwd;
  uint16_t size = 0;
  std::string_view set = {};       // of a flag set or layout
  When when = When::kBoth;         // when memory is read: kExit for what the kernel writes
  const FlagSet* flags = nullptr;  // what `set` names, where that is a flag set
};

// It points to memory.
bool is_memory(ArgKind kind);
// How many bytes of its register the call takes: there may be anything above.
unsigned argument_size(Abi abi, const ArgSpec& spec);

enum class ReturnKind : uint8_t { kInt, kFd, kPid, kCount };

// How far a call is understood.
enum class Decoding : uint8_t {
  kDecoded,  // every argument has its type
  kGeneric,  // shown, with some arguments as plain numbers
};
std::string_view decoding_name(Decoding decoding);

// Sets of calls that -e trace=%NAME names. A row may be in several.
enum Group : uint32_t {
  kNs = 1u << 0,
  kExec = 1u << 1,
  kMount = 1u << 2,
  kDevice = 1u << 3,
  kRoot = 1u << 4,
  kIdentity = 1u << 5,
  kCgroup = 1u << 6,
  kHandle = 1u << 7,
  kFs = 1u << 8,
  kWords = 1u << 9,
};
struct GroupName {
  std::string_view name;  // without %
  uint32_t groups;
  std::string_view what;
};
std::span<const GroupName> group_names();

inline constexpr int16_t kNoNumber = -1;

// Whether a symbolic link at the end of a call's path is followed.
struct LastLink {
  uint8_t arg = 0;             // with the flag
  uint64_t flag = 0;           // 0: it always is
  bool followed_with = false;  // only with the flag; false: only without
};

struct SyscallRow {
  std::string_view name;
  std::array<int16_t, kAbiCount> numbers;  // by Abi; kNoNumber where the abi does not have it
  uint32_t groups;
  Decoding decoding;
  ReturnKind returns;
  uint32_t flags;  // CT_ROW_*: what capture needs to know
  std::vector<ArgSpec> args;
  LastLink last_link = {};  // of the last of its paths
  // A variant: the same call, when argument `select` has one of the values (of flag set `select_set`).
  uint8_t select = 0;
  std::vector<uint64_t> select_values = {};

  size_t index = 0;  // in syscall_rows(): what records and selections use
};

// Calls and their variants. Index 0 is the first row; the order is that of src/tables/syscalls.def.
std::span<const SyscallRow> syscall_rows();

// The row of a call, or nullptr. With `args` (six raw arguments) the fitting variant.
const SyscallRow* find_row(Abi abi, uint32_t number);
const SyscallRow* find_row(Abi abi, uint32_t number, std::span<const uint64_t, 6> args);

// Of what goes to the standard error stream the row is another one, where the call has one for that.
const SyscallRow& row_for_stderr(const SyscallRow& row);

// No other row with its number comes before it: variants and the like do not have their calls' numbers to themselves.
inline bool is_first_of_call(const SyscallRow& row) { return row.select_values.empty() && !(row.flags & CT_ROW_WORDS); }

bool follows_last_link(const SyscallRow& row, std::span<const uint64_t, 6> args);

// Is captured when nothing is asked for with -e trace=: all but %fs.
bool is_default(const SyscallRow& row);

// What capture needs of a row.
ct_row capture_row(const SyscallRow& row);

}  // namespace cttrace
