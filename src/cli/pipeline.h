// The whole of cttrace in one screen: source -> [recording] -> decoder -> renderer -> output.
#pragma once

#include <chrono>
#include <memory>

#include "cli/options.h"
#include "cli/output.h"
#include "cttrace/source.h"
#include "decode/decoder.h"
#include "model/model.h"
#include "render/renderer.h"
#include "story/teller.h"
#include "wire/recording.h"

namespace cttrace {

class Pipeline {
 public:
  // Keeps references to source, output and recording (which may be null).
  Pipeline(EventSource& source, const Options& options, Output& output, RecordingWriter* recording);

  // Passes on what is there, waiting at most `patience` for it. False: there will be no more.
  bool step(std::chrono::milliseconds patience);
  // Ends tracing, and passes on what is left and the completeness statement.
  void finish();
  // The same where the source has broken off.
  void break_off();

 private:
  void take(std::span<const std::byte> record);
  void show(const Event& event);
  void end(bool whole);

  EventSource& source_;
  Output& output_;
  RecordingWriter* recording_;
  std::optional<Selection> selection_;
  std::unique_ptr<Renderer> renderer_;
  Model model_;
  Teller teller_;
  EventNumber number_ = 0;
  Decoder decoder_;
  RecordSink sink_;
};

}  // namespace cttrace
