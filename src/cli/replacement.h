// A new file that takes an older one's place once it is whole: until then that stays as it was.
#pragma once

#include <optional>
#include <string>

#include "base/error.h"
#include "base/fd.h"

namespace cttrace {

class Replacement {
 public:
  // With the mode and the owner of what is there. None where it has to be written in place: what is no regular file,
  // has other names, is mounted, or may not be written; a folder in which nothing can be made.
  static std::optional<Replacement> of(const std::string& name);

  Replacement(Replacement&& other) noexcept;
  Replacement& operator=(Replacement&& other) = delete;
  ~Replacement();  // takes it away again, unless commit() has put it into place

  Fd take_file() { return std::move(file_); }
  Status commit();

 private:
  Replacement(std::string place, std::string made) : place_(std::move(place)), made_(std::move(made)) {}

  std::string place_;
  std::string made_;  // empty: nothing is to be taken away
  Fd file_;
};

}  // namespace cttrace
