// A record of every row of the table, made without running anything.
#pragma once

#include "records.h"

namespace cttrace::test {

// Entry and return of every call in every abi with something in every argument, and each other kind of record.
// `status`: how the memory of arguments was read, enum ct_capture_status.
Records every_row(uint8_t status, uint64_t begin_ns = 10);

}  // namespace cttrace::test
