// What an argument means, as data: the one place where captured bytes become typed values, for every format.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cttrace/event.h"

namespace cttrace {

enum class ValueKind : uint8_t {
  kSigned,     // `number`, two's complement; `names`: that of a special value
  kUnsigned,   // `number`
  kHex,        // `number` that is no address and has no names
  kAddress,    // `number`; zero is NULL. Also what memory arguments are where the memory is not known
  kFlags,      // `names`, and `rest`: bits without a name
  kEnum,       // `names` (none or one)
  kFd,         // `number` as a signed descriptor; `names`: AT_FDCWD
  kText,       // `text`; `cut`: it goes on
  kBytes,      // `text` that is no text; `cut`
  kTexts,      // `items` of kText; `cut`
  kParts,      // `text`: all parts of an iovec, joined; `count` of them
  kVariables,  // `count` environment variables at address `number`; `cut`: at least
  kStruct,     // `items` with names; `text`: bytes behind the known fields, which begin at `count`
  kArray,      // `items` without names; `cut`
  kMode,       // `number`; `names`: the file type
  kDevice,     // `number` is major, `rest` is minor
  kSignal,     // `number`
  kId,         // a uid or gid; `number` 0xffffffff is -1: keep it
  kLimit,      // a resource limit of `count` bytes
};

// Of what the memory of a call holds it has no copy: the call must outlive it.
struct Value {
  ValueKind kind = ValueKind::kUnsigned;
  std::string_view name = {};  // of a field
  uint64_t number = 0;
  uint64_t rest = 0;
  uint64_t count = 0;
  const FlagSet* set = nullptr;
  std::string_view layout = {};  // of a kStruct
  std::vector<std::string_view> names = {};
  std::string_view text = {};
  std::vector<Value> items = {};
  bool cut = false;
};

// The value of `call.args[index]`. What could not be read becomes a kAddress.
Value interpret(const Call& call, size_t index);

// The same of what was there at exit, where another thread changed it (Argument::changed is set).
Value interpret_changed(const Call& call, size_t index);

// A scalar of this kind; `size`: its bytes (4 or 8), `set`: its flag set, or the name of it.
Value scalar(ArgKind kind, uint64_t raw, unsigned size, const FlagSet* set);
Value scalar(ArgKind kind, uint64_t raw, unsigned size, std::string_view set);

// The field with this name, or nullptr.
const Value* field(const Value& structure, std::string_view name);

// "CLONE_" of CLONE_NEWNS, CLONE_VM...: what is common to all names of a set; empty where nothing is.
std::string common_prefix(const FlagSet& set);

// "SIGKILL", "SIGRT_2"; empty where the number is no signal.
std::string signal_name(uint64_t number);

// "exited with 1", "killed by SIGSEGV (core dumped)"; `code`: as wait(2) reports it.
std::string how_it_ended(uint32_t code);

// "ENOENT" and "No such file or directory" of a positive errno, the kernel's own ones (ERESTARTSYS...) too; empty where
// it has none.
struct ErrorName {
  std::string name;
  std::string text;
  bool restart = false;  // the call begins again: no result yet
};
ErrorName error_name(int64_t code);

}  // namespace cttrace
