// The format `list`: a line a container.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "cttrace/story.h"
#include "render/completeness.h"
#include "render/nothing_set_up.h"
#include "render/renderer.h"
#include "render/summary.h"

namespace cttrace {

class ListRenderer : public Renderer {
 public:
  ListRenderer(const RenderOptions& options, TextSink sink) : options_(options), sink_(std::move(sink)) {}

  void begin(const TraceInfo& info) override { info_ = info; }
  void event(const Event& event, EventNumber number) override;
  void changes(const State&, const Changes& changes, EventNumber, bool) override { completeness_.see(changes); }
  void news(const News& news) override;
  void verified(const VerificationReport& report) override { completeness_.verification = report; }
  void end(const BadRecords& bad, bool whole) override;

 private:
  // Everything is escaped.
  struct Row {
    uint64_t start_ns = 0;
    std::string name = {}, runtime = {};
    std::string set_up = {}, calls = {};  // how long it took, how many there were; empty: there was none
    std::string program = {};
    std::string status = {};
    bool bad = false;
  };

  void tell(const Container& container);
  void tell(const EntryMade& made);
  void tell(const ContainerWentOn& told);
  void tell_service(const ContainerWentOn& told);
  void tell(const EntryEnded& ended);
  void tell(const ProgramFailed& failed);
  // nullptr: there are too many already.
  Row* add(Row&& row, const SetUpStory* story);
  std::string table() const;

  RenderOptions options_;
  TextSink sink_;
  TraceInfo info_;
  Completeness completeness_;
  Summary summary_;
  uint64_t programs_ = 0;  // that began
  NothingSetUp nothing_;   // while nothing is told
  std::vector<Row> rows_;
  uint64_t dropped_ = 0;                   // more than are kept
  std::map<uint32_t, size_t> containers_;  // rows of those that run, by Container::number
  std::map<TaskId, size_t> entries_;       // by EntryEnded::program
};

}  // namespace cttrace
