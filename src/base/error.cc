// How an error reads.
#include "base/error.h"

#include <cerrno>
#include <cstring>

#include "base/escape.h"

namespace cttrace {

std::string Error::line() const {
  std::string text = "cannot " + what;
  if (!subject.empty()) text += " " + subject;
  if (!why.empty()) text += ": " + why;
  if (!remedy.empty()) text += " (" + remedy + ")";
  return escape_for_terminal(text);
}

Error system_error(std::string what, std::string subject, int code) {
  return Error{.code = code,
               .what = std::move(what),
               .subject = std::move(subject),
               .why = strerrordesc_np(code) ? strerrordesc_np(code) : "errno " + std::to_string(code),
               .remedy = {}};
}

Error system_error(std::string what, std::string subject) {
  return system_error(std::move(what), std::move(subject), errno);
}

}  // namespace cttrace
