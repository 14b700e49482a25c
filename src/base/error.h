// What went wrong, on what, and why: the one error type, and the result that carries it.
#pragma once

#include <string>
#include <utility>
#include <variant>

namespace cttrace {

// An error a person can act on. `subject` is the file, pid, option or call it is about.
struct Error {
  int code = 0;              // errno value, or 0 where no system call failed
  std::string what = {};     // what was tried: "open the recording"
  std::string subject = {};  // on what: "/tmp/x.ctt"; may be empty
  std::string why = {};      // the reason: "No such file or directory"
  std::string remedy = {};   // what the user can do; may be empty
  int exit_status = 1;       // docs/exit-status.md

  // One line without a newline, safe for a terminal: "cannot WHAT SUBJECT: WHY (REMEDY)".
  std::string line() const;
};

// An error from the current (or given) errno.
Error system_error(std::string what, std::string subject, int code);
Error system_error(std::string what, std::string subject);

// Either a value or an Error; must be looked at.
template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

  explicit operator bool() const { return state_.index() == 0; }
  T& operator*() & { return std::get<0>(state_); }
  const T& operator*() const& { return std::get<0>(state_); }
  T&& operator*() && { return std::get<0>(std::move(state_)); }
  T* operator->() { return &std::get<0>(state_); }
  const T* operator->() const { return &std::get<0>(state_); }
  const Error& error() const { return std::get<1>(state_); }

 private:
  std::variant<T, Error> state_;
};

struct Ok {};
using Status = Result<Ok>;

// Thrown where nothing can go on; caught in main and printed as Error::line().
class Failure {
 public:
  explicit Failure(Error error) : error_(std::move(error)) {}
  const Error& error() const { return error_; }

 private:
  Error error_;
};

}  // namespace cttrace
