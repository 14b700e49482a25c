// Reading -e trace=.
#include "tables/selection.h"

#include <regex.h>

#include <algorithm>
#include <memory>

#include "base/nearest.h"

namespace cttrace {
namespace {

Error unknown(std::string_view item, const char* why, std::string meant) {
  return Error{.what = "trace",
               .subject = std::string(item),
               .why = why,
               .remedy = meant.empty() ? "cttrace syscalls lists the calls and groups" : std::move(meant),
               .exit_status = 2};
}

std::vector<std::string_view> call_names() {
  std::vector<std::string_view> names;
  for (const SyscallRow& row : syscall_rows())
    if (std::ranges::find(names, row.name) == names.end()) names.push_back(row.name);
  return names;
}

struct RegexDeleter {
  void operator()(regex_t* regex) const {
    regfree(regex);
    delete regex;
  }
};

}  // namespace

Selection::Selection() : rows_(syscall_rows().size(), Extent::kNone) {
  for (const SyscallRow& row : syscall_rows())
    if (is_default(row)) include(row, Extent::kNarrow);
}

void Selection::include(const SyscallRow& row, Extent extent) { rows_[row.index] = std::max(rows_[row.index], extent); }

Status Selection::add_group(std::string_view name) {
  const auto groups = group_names();
  const auto group = std::ranges::find(groups, name, &GroupName::name);
  if (group == groups.end()) {
    std::vector<std::string> spelt;
    for (const GroupName& known : groups) spelt.push_back("%" + std::string(known.name));
    const std::string item = "%" + std::string(name);
    std::string meant = did_you_mean(item, {spelt.begin(), spelt.end()});
    if (meant.empty()) {
      for (const std::string& known : spelt) meant += (meant.empty() ? "the groups are " : ", ") + known;
    }
    return unknown(item, "there is no such group", std::move(meant));
  }
  // The owners of nodes are a part of %dev, those of all files of %fs.
  const Extent extent = group->groups & kFs ? Extent::kWhole : Extent::kNarrow;
  for (const SyscallRow& row : syscall_rows())
    if (row.groups & group->groups) include(row, extent);
  return Ok{};
}

// POSIX's extended regular expressions, as strace has them.
Status Selection::add_regex(std::string_view regex) {
  const std::string text(regex.substr(0, regex.ends_with('/') ? regex.size() - 1 : regex.size()));
  auto compiled = std::make_unique<regex_t>();
  if (const int problem = regcomp(compiled.get(), text.c_str(), REG_EXTENDED | REG_NOSUB)) {
    char why[128];
    regerror(problem, compiled.get(), why, sizeof(why));
    return unknown("/" + text + "/", why, "it is a POSIX extended regular expression");
  }
  const std::unique_ptr<regex_t, RegexDeleter> owned(compiled.release());
  bool any = false;
  for (const SyscallRow& row : syscall_rows()) {
    if (regexec(owned.get(), std::string(row.name).c_str(), 0, nullptr, 0) != 0) continue;
    include(row, Extent::kWhole);
    any = true;
  }
  if (!any) return unknown("/" + text + "/", "no call that is known matches", {});
  return Ok{};
}

Status Selection::add_name(std::string_view name) {
  bool any = false;
  for (const SyscallRow& row : syscall_rows()) {
    if (row.name != name) continue;
    include(row, Extent::kWhole);
    any = true;
  }
  if (any) return Ok{};
  return unknown(name, "there is no such call, or cttrace does not know it", did_you_mean(name, call_names()));
}

Status Selection::add(std::string_view item) {
  const bool optional = item.size() > 1 && item.starts_with('?');
  const Status added = add_existing(item.substr(optional ? 1 : 0));
  return optional ? Ok{} : added;
}

Status Selection::add_existing(std::string_view item) {
  if (item.empty()) return unknown("''", "the name of a call is missing", {});
  if (item == "none") return Ok{};
  if (item == "all") {
    for (const SyscallRow& row : syscall_rows()) include(row, Extent::kNarrow);
    return Ok{};
  }
  if (item.starts_with('%')) return add_group(item.substr(1));
  if (item.starts_with('/')) return add_regex(item.substr(1));
  return add_name(item);
}

Result<Selection> Selection::parse(std::string_view expression) {
  Selection selection;
  std::ranges::fill(selection.rows_, Extent::kNone);
  const bool inverted = expression.starts_with('!');
  if (inverted) expression.remove_prefix(1);
  for (;;) {
    // A comma in a regular expression ends it, as in strace.
    const size_t comma = expression.find(',');
    const Status added = selection.add(expression.substr(0, comma));
    if (!added) return added.error();
    if (comma == std::string_view::npos) break;
    expression.remove_prefix(comma + 1);
  }
  if (!inverted) return selection;
  Selection others;
  for (size_t i = 0; i < others.rows_.size(); ++i)
    if (selection.rows_[i] != Extent::kNone) others.rows_[i] = Extent::kNone;
  return others;
}

Selection Selection::both(const Selection& one, const Selection& other) {
  Selection joined = one;
  for (size_t i = 0; i < joined.rows_.size(); ++i) joined.rows_[i] = std::max(joined.rows_[i], other.rows_[i]);
  return joined;
}

ct_row selected_row(const SyscallRow& row, const Selection& selection) {
  ct_row wanted = capture_row(row);
  const Extent extent = selection.extent(row);
  if (extent != Extent::kNone) wanted.flags |= CT_ROW_SELECTED;
  if (extent == Extent::kWhole) wanted.flags &= ~(CT_ROW_CONTROL_FD | CT_ROW_AFTER_NODE | CT_ROW_MOUNT_FD | CT_ROW_FEW);
  return wanted;
}

}  // namespace cttrace
