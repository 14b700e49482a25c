// The format `story`: a section a container, a line a step.
#pragma once

#include <string>
#include <vector>

#include "cttrace/story.h"
#include "render/completeness.h"
#include "render/renderer.h"

namespace cttrace {

class StoryRenderer : public Renderer {
 public:
  StoryRenderer(const RenderOptions& options, TextSink sink) : options_(options), sink_(std::move(sink)) {}

  void begin(const TraceInfo& info) override { info_ = info; }
  void event(const Event& event) override { completeness_.see(event); }
  void news(const News& news) override;
  void end(uint64_t malformed, bool whole) override;

 private:
  void tell(const Container& container);
  void tell(const EntryMade& made);
  void tell(const ContainerWentOn& told);

  RenderOptions options_;
  TextSink sink_;
  TraceInfo info_;
  Completeness completeness_;
  bool told_ = false;  // a section
};

}  // namespace cttrace
