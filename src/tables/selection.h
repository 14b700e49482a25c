// Which calls are traced: what -e trace= asks for.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "cttrace/syscalls.h"

namespace cttrace {

// One flag a row of syscall_rows(), in its order.
class Selection {
 public:
  // Every row that is_default().
  Selection();

  // The value of one or more -e trace=: a list, separated by commas, of call names, %groups, /regexes/ (an opening
  // slash is enough) and `all`, `none`; a `!` in front of the list means everything but. Each expression replaces the
  // ones before it, as in strace. An unknown name is an Error that names the nearest ones (exit_status 2).
  static Result<Selection> parse(std::string_view expression);

  bool includes(const SyscallRow& row) const;
  // Takes everything that the row stands for, variants too.
  void set(const SyscallRow& row, bool included);

 private:
  std::vector<bool> rows_;
};

}  // namespace cttrace
