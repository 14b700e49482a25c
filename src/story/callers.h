// Which programs a row of a table is about: by name, and by version.
#pragma once

#include <string_view>

namespace cttrace {

struct Caller {
  std::string_view name = {};     // the last part of its executable's path
  std::string_view version = {};  // empty: not known
};

struct Callers {
  std::string_view name = {};   // kAnyCaller: all
  std::string_view from = {};   // the first version; empty: from the beginning
  std::string_view until = {};  // the first that is not meant any more; empty: to this day
};
inline constexpr std::string_view kAnyCaller = "any";

// "runc" means runc, runc-1.1.15, docker-runc and runc.amd64, and not crun. Of a version that is not known, or has no
// number, it is assumed that it is meant: nobody could say otherwise.
bool means(const Callers& meant, const Caller& caller);

}  // namespace cttrace
