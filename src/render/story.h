// The format `story`: a section a container, a line a step.
#pragma once

#include <set>
#include <string>

#include "cttrace/story.h"
#include "render/completeness.h"
#include "render/nothing_set_up.h"
#include "render/renderer.h"
#include "render/summary.h"

namespace cttrace {

class StoryRenderer : public Renderer {
 public:
  StoryRenderer(const RenderOptions& options, TextSink sink) : options_(options), sink_(std::move(sink)) {}

  void begin(const TraceInfo& info) override { info_ = info; }
  void event(const Event& event, EventNumber number) override;
  void changes(const State&, const Changes& changes, EventNumber, bool) override { completeness_.see(changes); }
  void news(const News& news) override;
  void moment(const Moment& moment) override;
  void verified(const VerificationReport& report) override { completeness_.verification = report; }
  void end(const BadRecords& bad, bool whole) override;

 private:
  void tell(const Container& container);
  void tell(const EntryMade& made);
  void tell(const ContainerWentOn& told);
  void tell(const EntryEnded& ended);
  void tell(const ProgramFailed& failed);
  void write(std::string_view section);

  RenderOptions options_;
  TextSink sink_;
  TraceInfo info_;
  Completeness completeness_;
  Summary summary_;
  uint64_t programs_ = 0;         // that began
  NothingSetUp nothing_;          // or nothing that failed
  uint64_t sections_ = 0;         // that were told
  uint64_t failed_programs_ = 0;  // of them
  bool fails_ = false;            // something that was told
  bool written_ = false;          // a section
};

}  // namespace cttrace
