// Reading a call's arguments as its row says: strings, structs, vectors; as bpf/arguments.h does it.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "cttrace/wire.h"
#include "source/ptrace/task_memory.h"

namespace cttrace::ptrace {

// What was read of one argument. `bytes` is reused from call to call.
struct Reading {
  ct_capture_kind kind = CT_CAP_BYTES;
  ct_capture_status status = CT_OK;
  std::string bytes;
};

struct ArgumentsOf {
  const ct_row& row;
  const std::array<uint64_t, 6>& args;
  size_t word = 8;  // bytes of a pointer in the task's memory
  int64_t ret = 0;  // at exit
};

// False: there is nothing to read of this argument.
bool read_argument(const TaskMemory& memory, const ArgumentsOf& call, size_t index, Reading& reading);

}  // namespace cttrace::ptrace
