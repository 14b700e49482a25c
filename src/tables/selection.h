// Which calls are traced: what -e trace= asks for.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "cttrace/syscalls.h"

namespace cttrace {

// How much of a row's calls is wanted. Rows with a narrow meaning (writes: to control files; chown: after mknod) have
// it unless they are named by themselves.
enum class Extent : uint8_t { kNone, kNarrow, kWhole };

class Selection {
 public:
  // Every row that is_default().
  Selection();

  // The value of one or more -e trace=: a list, separated by commas, of call names, %groups, /regexes/ (an opening
  // slash is enough) and `all`, `none`; a `!` in front of the list means what is traced by default but these, a `?` in
  // front of an item that it need not exist. Each expression replaces the ones before it, as in strace. An unknown name
  // is an Error that names the nearest ones (exit_status 2).
  static Result<Selection> parse(std::string_view expression);

  // Everything that either of the two includes.
  static Selection both(const Selection& one, const Selection& other);

  Extent extent(const SyscallRow& row) const { return rows_[row.index]; }
  bool includes(const SyscallRow& row) const { return extent(row) != Extent::kNone; }

 private:
  void include(const SyscallRow& row, Extent extent);
  Status add(std::string_view item);
  Status add_existing(std::string_view item);
  Status add_group(std::string_view name);
  Status add_regex(std::string_view regex);
  Status add_name(std::string_view name);

  std::vector<Extent> rows_;  // by index in syscall_rows()
};

// What capture needs of a row, with what is wanted of it.
ct_row selected_row(const SyscallRow& row, const Selection& selection);

}  // namespace cttrace
