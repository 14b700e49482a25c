// The formats `json` and `ndjson`: docs/schema says what is in them.
#pragma once

#include <string>

#include "render/completeness.h"
#include "render/json_values.h"
#include "render/renderer.h"
#include "render/summary.h"

namespace cttrace {

// Writes every event as it comes and keeps none.
class JsonRenderer : public Renderer {
 public:
  // `stream`: one object a line (ndjson); otherwise the same objects in one document.
  JsonRenderer(bool stream, const RenderOptions& options, TextSink sink)
      : stream_(stream), options_(options), sink_(std::move(sink)) {}

  void begin(const TraceInfo& info) override;
  void event(const Event& event, EventNumber number) override;
  void changes(const State& state, const Changes& changes, EventNumber number, bool chosen) override;
  void news(const News& news) override;
  void moment(const Moment& moment) override;
  void verified(const VerificationReport& report) override { completeness_.verification = report; }
  void end(const BadRecords& bad, bool whole) override;

 private:
  void write(std::string object);
  void write(Json&& object, EventNumber number);

  bool stream_;
  RenderOptions options_;
  TextSink sink_;
  TraceInfo info_;
  Completeness completeness_;
  Summary summary_;
  bool first_ = true;   // nothing has been written
  bool shown_ = false;  // the event before has
};

}  // namespace cttrace
