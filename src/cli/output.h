// Where the output goes: a file, standard output or standard error.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/fd.h"
#include "cli/options.h"
#include "cli/replacement.h"
#include "render/columns.h"

namespace cttrace {

class Output {
 public:
  // Creates or truncates the file.
  static Result<Output> to_file(const std::string& path);
  // STDOUT_FILENO or STDERR_FILENO; it is not closed.
  static Output to_stream(int fd);
  // -o FILE where it is given, otherwise the stream; for what is written bit by bit.
  static Result<Output> open(const Options& options, int stream);
  // For what is written at once: a file that is there stays as it was until close() puts the new one into its place.
  // Empty and "-" are standard output.
  static Result<Output> whole(const std::string& file);

  bool wants_color(ColorWhen when) const;
  // Columns of the terminal, as COLUMNS says or it itself; of what is no terminal: COLUMNS, otherwise 0.
  size_t width() const;

  // What is done just before something is written: the terminal may have to be cleared for it.
  void before_writing(std::function<void()> action) { before_writing_ = std::move(action); }
  // For views for a person: as wide as that, with box-drawing characters on a terminal whose locale is UTF-8.
  Style style(ColorWhen color, bool verbose) const;

  // Keeps the text until flush(), or until there is much of it.
  void write(std::string_view text);
  void flush();

  // The reader has gone (EPIPE): nothing more is written, and that is no error.
  bool reader_gone() const { return reader_gone_; }
  // Writes what is left and closes the file; says what went wrong since the beginning.
  Status close();

 private:
  Output(Fd file, int fd, std::string name) : file_(std::move(file)), fd_(fd), name_(std::move(name)) {}

  std::optional<Replacement> replacement_;
  Fd file_;
  int fd_;
  std::string name_;
  std::string buffer_;
  std::function<void()> before_writing_;
  bool reader_gone_ = false;
  Status failed_ = Ok{};
};

}  // namespace cttrace
