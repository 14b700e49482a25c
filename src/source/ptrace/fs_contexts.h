// Filesystem contexts: what no /proc tells of them, remembered from the calls that made them.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace cttrace::ptrace {

struct Tracee;

struct FsContext {
  std::string fs_type = {};                // empty: not known
  std::optional<std::string> source = {};  // none: not known
  uint32_t device = 0;                     // of what was picked, as the kernel has it; 0: nothing was, or not known
  uint32_t number = 0;                     // no other has it; 0: nobody saw it made
};

// A descriptor of a process.
struct OpenedBy {
  uint32_t process;
  int fd;
};

class FsContexts {
 public:
  // False: nobody has been seen making one.
  bool any() const { return last_ != 0; }

  // `fd` is a new one.
  void made(const Tracee& tracee, int fd, FsContext context);
  void named_source(const Tracee& tracee, int fd, std::string source);
  // The one that `fd` is; an empty one where that is not known.
  FsContext of(const Tracee& tracee, int fd);
  // It is about to be closed, and these are the same open file.
  void closed(const Tracee& tracee, int fd, const std::vector<OpenedBy>& elsewhere);

  void forked(const Tracee& creator, const Tracee& child);
  void process_ended(const Tracee& tracee);

 private:
  using Descriptors = std::map<int, std::shared_ptr<FsContext>>;

  void know(uint32_t process, int fd, std::shared_ptr<FsContext> context);
  std::shared_ptr<FsContext> find(const Tracee& tracee, int fd);

  std::map<uint32_t, Descriptors> by_process_;
  uint32_t last_ = 0;  // number
};

}  // namespace cttrace::ptrace
