// The whole of cttrace in one screen: source -> [recording] -> decoder -> renderer -> output.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "cli/live_verification.h"
#include "cli/moment_name.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cttrace/source.h"
#include "decode/decoder.h"
#include "model/model.h"
#include "render/renderer.h"
#include "story/moments.h"
#include "story/teller.h"
#include "story/tree_keeper.h"
#include "wire/recording.h"

namespace cttrace {

class Pipeline {
 public:
  // Keeps references to source, output and recording (which may be null). options.at is not of kInStory.
  Pipeline(EventSource& source, const Options& options, Output& output, RecordingWriter* recording);

  // Passes on what is there, waiting at most `patience` for it. False: there will be no more.
  bool step(std::chrono::milliseconds patience);
  // Ends tracing, and passes on what is left and the completeness statement.
  void finish();
  // The same where the source has broken off.
  void break_off();

  Progress progress() const { return teller_.progress(); }
  // Why what --at asks for could not be shown; at the end.
  const std::optional<Error>& not_shown() const { return not_shown_; }
  // What may have been meant by what --at asks for, or what of --trees was left out; at the end. Empty: nothing.
  const std::string& hint() const { return hint_; }
  // --verify found the kernel of another opinion; at the end.
  bool disagrees() const { return verification_ && verification_->report().disagrees(); }

 private:
  // Of a container that was told.
  struct Beginning {
    std::string name;
    uint64_t time_ns;
  };

  void take(std::span<const std::byte> record);
  void show(const Event& event);
  void tell(const News& news);
  void write(std::string_view text);
  void end(bool whole);
  bool keeps_trees(const Event& event);
  void show_moment();
  std::optional<Moment> find_moment();
  void read_what_runs();

  EventSource& source_;
  Output& output_;
  RecordingWriter* recording_;
  std::optional<Selection> selection_;
  Format format_;
  std::optional<TreeKeeper> trees_;
  size_t kept_mounts_ = 0;      // in trees that were kept since something was told
  bool root_switched_ = false;  // since then
  size_t trees_left_out_ = 0;
  std::unique_ptr<Renderer> renderer_;
  Model model_;
  std::optional<LiveVerification> verification_;
  std::optional<MomentName> at_;
  MomentSpan span_;
  std::optional<MomentKeeper> moment_;
  std::string held_;  // of a moment, until it is there
  std::vector<Beginning> told_;
  std::optional<Error> not_shown_;
  std::string hint_;
  Teller teller_;
  EventNumber number_ = 0;
  EventNumber last_number_ = 0;  // of what happened: the record that closes a trace is no event of it
  Decoder decoder_;
  RecordSink sink_;
};

}  // namespace cttrace
