// Arguments of calls.
#include "story/call.h"

#include <sched.h>

#include <cerrno>
#include <cstring>

namespace cttrace {

const Argument* argument(const Call& call, std::string_view name) {
  for (const Argument& each : call.args)
    if (each.spec->name == name) return &each;
  return nullptr;
}

uint64_t number(const Call& call, std::string_view name) {
  const Argument* found = argument(call, name);
  return found ? found->raw : 0;
}

uint64_t field_of(const Argument& argument, std::string_view name) {
  const Layout* known = layout(argument.spec->set);
  if (!known) return 0;
  for (const Field& field : known->fields) {
    if (field.name != name || size_t{field.offset} + field.size > argument.bytes.size()) continue;
    uint64_t value = 0;
    std::memcpy(&value, argument.bytes.data() + field.offset, field.size);
    if (field.high && size_t{field.high} + field.size <= argument.bytes.size()) {
      uint64_t upper = 0;
      std::memcpy(&upper, argument.bytes.data() + field.high, field.size);
      value |= upper << (8 * field.size);
    }
    return value;
  }
  return 0;
}

std::string text(const Call& call, std::string_view name) {
  const Argument* found = argument(call, name);
  return found ? found->bytes.substr(0, found->bytes.find('\0')) : std::string();
}

std::string path(const Call& call, std::string_view name) {
  const Argument* found = argument(call, name);
  if (found && found->resolved) return *found->resolved;
  return text(call, name);
}

const File* file(const Call& call, std::string_view name) {
  const Argument* found = argument(call, name);
  return found && found->file ? &*found->file : nullptr;
}

int error_of(const Call& call) {
  if (call.outcome == Outcome::kSigsysBySeccomp) return ENOSYS;  // has none: see Step::killed
  const bool returned = call.outcome == Outcome::kReturned || call.outcome == Outcome::kDeniedBySeccomp ||
                        call.outcome == Outcome::kAnsweredBySeccomp;
  return returned && call.result < 0 && call.result >= -4095 ? static_cast<int>(-call.result) : 0;
}

bool succeeded(const Call& call) {
  const bool returned = call.outcome == Outcome::kReturned || call.outcome == Outcome::kAnsweredBySeccomp;
  return returned && error_of(call) == 0;
}

uint64_t clone_flags(const Call& call) {
  if (call.row->name == "clone3") {
    const Argument* args = argument(call, "uargs");
    return args ? field_of(*args, "flags") : 0;
  }
  if (call.row->name == "vfork") return CLONE_VFORK | CLONE_VM;
  return number(call, "clone_flags");
}

std::string last_part(std::string_view path) {
  while (path.size() > 1 && path.ends_with('/')) path.remove_suffix(1);
  const size_t slash = path.rfind('/');
  return std::string(slash == std::string_view::npos || path.size() == 1 ? path : path.substr(slash + 1));
}

std::string folder_of(std::string_view path) {
  const size_t slash = path.rfind('/');
  if (slash == std::string_view::npos) return {};
  return std::string(slash == 0 ? "/" : path.substr(0, slash));
}

bool lies_below(std::string_view path, std::string_view folder) {
  if (!path.starts_with(folder)) return false;
  return path.size() == folder.size() || folder.ends_with('/') || path[folder.size()] == '/';
}

}  // namespace cttrace
