// The programs of bpf/ in the kernel: loaded, told what to capture, attached.
#pragma once

#include <capture.skel.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "cttrace/wire.h"
#include "tables/selection.h"

namespace cttrace {

// All throw Failure where the kernel or the privileges do not allow it.
class CapturePrograms {
 public:
  // `buffer_bytes`: of the ring buffer; rounded up to a power of two of pages.
  void load(size_t buffer_bytes);
  // Which calls are captured, by which numbers and argument values they are found.
  void fill_rows(const Selection& selection);
  // Every hook is live then.
  void attach();
  void detach() { links_.clear(); }
  // Runs a program over all tasks, once.
  void iterate(bpf_program* program) const;

  // Of those that are attached, as a recording's header names them.
  std::string hooks() const;
  // What could not be recorded so far. `final`: nothing will be recorded any more.
  ct_loss losses(bool final) const;
  // All CPUs' together. `kind`: of ct_loss_kind; CT_LOSS_COUNT: what was recorded.
  uint64_t counter(uint32_t kind) const;

  // Maps, programs and variables. Null until it is loaded.
  capture* operator->() const { return skeleton_.get(); }

 private:
  struct Destroy {
    void operator()(capture* owned) const;
    void operator()(bpf_link* owned) const;
  };
  using Link = std::unique_ptr<bpf_link, Destroy>;

  // Returns a negative errno.
  int load(size_t buffer_bytes, bool with_target_hooks);
  uint32_t running_processes() const;

  std::unique_ptr<capture, Destroy> skeleton_;
  std::vector<Link> links_;
  bool has_signal_hook_ = false;
  bool has_target_hooks_ = false;
};

}  // namespace cttrace
