// model_dump RECORDING: what each event of a recording changed, one JSON object a line, and a line that sums up, with
// what was done although the model says that it cannot be. Ends with 1 where the kernel contradicted the model.
#include <chrono>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "decode/decoder.h"
#include "model/model.h"
#include "render/json_changes.h"
#include "wire/recording.h"
#include "witness.h"

namespace {

using namespace cttrace;

struct Dump {
  explicit Dump(const TraceInfo& info) : model(info) {}

  Model model;
  Witness witness;
  uint64_t snapshots = 0, contradicted = 0, unknown = 0;
  std::vector<std::string> impossible;

  void check_witness(const Call& call) {
    const auto difference = witness.check(model.state(), call);
    if (!difference) return;
    ++contradicted;
    const Json line = {{"event", model.state().event + 1},
                       {"witness",
                        {{"pid", difference->pid},
                         {"field", difference->field},
                         {"model", difference->model},
                         {"kernel", difference->kernel}}},
                       {"changes", Json::array()}};
    std::printf("%s\n", line.dump().c_str());
  }

  // What the model says that the kernel refuses always is not done.
  void check_rules(const Call& call) {
    if (call.outcome != Outcome::kReturned || call.result < 0) return;
    if (const std::string why = model.why_impossible(call); !why.empty())
      impossible.push_back(std::to_string(model.state().event + 1) + ": " + std::string(call.row->name) + ": " + why);
  }

  void take(const Event& event) {
    if (const Call* const call = std::get_if<Call>(&event)) {
      check_witness(*call);
      check_rules(*call);
    }
    const Changes& changes = model.apply(event);
    const Snapshot* const snapshot = std::get_if<Snapshot>(&event);
    snapshots += snapshot && !snapshot->at_start;
    if (changes.empty()) return;
    Json line = {{"event", model.state().event}, {"time_ns", model.state().time_ns}};
    if (const Call* const call = std::get_if<Call>(&event)) {
      line["call"] = call->row->name;
      line["tid"] = call->task.tid;
    }
    for (const Change& change : changes) {
      contradicted += std::holds_alternative<Contradicted>(change);
      unknown += std::holds_alternative<BecameUnknown>(change);
      line["changes"].push_back(json_change(model.state(), change));
    }
    std::printf("%s\n", line.dump(-1, ' ', false, Json::error_handler_t::replace).c_str());
  }
};

int fail(const Error& error) {
  std::fprintf(stderr, "model_dump: %s\n", error.line().c_str());
  return 2;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return std::fprintf(stderr, "usage: model_dump RECORDING\n"), 2;
  Result<RecordingReader> reader = RecordingReader::open(argv[1]);
  if (!reader) return fail(reader.error());
  Dump dump(reader->info());
  Decoder decoder([&](Event&& event) { dump.take(event); });
  for (;;) {
    const auto record = reader->next();
    if (!record) return fail(record.error());
    if (record->empty()) break;
    decoder.feed(*record);
  }
  decoder.finish();
  const State& state = dump.model.state();
  Json sum = {
      {"events", state.event},          {"programs", dump.snapshots},      {"contradicted", dump.contradicted},
      {"became_unknown", dump.unknown}, {"tasks", state.tasks.size()},     {"namespaces", state.namespaces.size()},
      {"trees", state.trees.size()},    {"devices", state.devices.size()}, {"impossible", dump.impossible}};
  for (const auto& [kind, agreement] : dump.model.agreements())
    sum["agreements"][std::string(kind)] = {
        {"confirmed", agreement.confirmed}, {"unknown", agreement.unknown}, {"contradicted", agreement.contradicted}};
  for (const auto& [field, count] : dump.witness.counts())
    sum["witnessed"][field] = {
        {"confirmed", count.confirmed}, {"unknown", count.unknown}, {"contradicted", count.contradicted}};
  std::printf("%s\n", sum.dump().c_str());
  return dump.contradicted ? 1 : 0;
}
