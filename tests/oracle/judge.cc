// Says where the model, fed with a recording, differs from what the kernel said after each operation.
// usage: judge RECORDING RESULTS [IGNORED]...      (kinds of differences that are not looked at)
//
// Prints a line of JSON a difference, and one at the end that says how much was compared. Exit status: 0 they agree,
// 1 they differ, 2 cannot be judged.
#include <cstdio>
#include <nlohmann/json.hpp>
#include <set>
#include <stdexcept>

#include "compare.h"
#include "decode/decoder.h"
#include "model/model.h"
#include "results.h"
#include "wire/recording.h"

namespace cttrace::oracle {
namespace {

using nlohmann::json;

class Judge {
 public:
  Judge(const TraceInfo& info, const std::string& results, std::set<std::string> ignored)
      : model_(info), results_(results), ignored_(std::move(ignored)) {}

  void take(const Event& event) {
    if (const Loss* const loss = std::get_if<Loss>(&event)) lost(*loss);
    if (const Call* const call = std::get_if<Call>(&event)) expect_refusal(*call);
    model_.apply(event);
    ++events_;
    // A label changes nothing; but what ended with the event before it is gone only now.
    if (const Call* const call = std::get_if<Call>(&event)) label(*call);
  }

  int end() {
    if (results_.next()) throw std::runtime_error("the recording ends before the results do");
    print({{"type", "summary"},
           {"sequences", results_.sequences()},
           {"operations", operations_},
           {"events", events_},
           {"differing", differing_},
           {"unknown", unknown_},
           {"doubts", needless_}});
    return differing_ == 0 ? 0 : 1;
  }

 private:
  // What the model says that the kernel refuses always is not done.
  void expect_refusal(const Call& call) {
    if (call.outcome != Outcome::kReturned || call.result < 0) return;
    if (const std::string why = model_.why_impossible(call); !why.empty())
      impossible_.push_back({.where = std::string(call.row->name), .what = "refusal", .kernel = "done", .model = why});
  }

  // An actor's name says which operation comes next: what went before is over.
  void label(const Call& call) {
    if (std::string_view(call.row->name) != "prctl" || call.args.size() != 2 || call.args[0].raw != 15) return;
    const std::string& name = call.args[1].bytes;
    if (name == label_) return;
    if (label_.starts_with("o")) compare();
    impossible_.clear();
    label_ = name;
  }

  void compare() {
    if (!results_.next()) throw std::runtime_error("the results end before the recording does, at " + label_);
    const Told& result = results_.result();
    const std::string expected = "o" + std::to_string(result.sequence) + "." + std::to_string(result.operation);
    if (label_ != expected)
      throw std::runtime_error("the recording is at " + label_ + ", the results are at " + expected);
    if (result.grown || failed_ == result.sequence) return;
    ++operations_;
    Comparison comparison(model_.state(), result);
    std::vector<Difference> found = comparison.run();
    // Where a symbolic link is on the way the words of a path do not tell what is at its end.
    const bool has_links = result.name.starts_with("links");
    for (Difference& each : impossible_) each.admitted = has_links;
    found.insert(found.end(), impossible_.begin(), impossible_.end());
    unknown_ += comparison.unknown();
    if (found.empty()) needless(comparison.doubts());
    std::erase_if(found, [this](const Difference& each) { return ignored_.contains(each.what); });
    if (found.empty()) return;
    failed_ = result.sequence;
    ++differing_;
    for (const Difference& each : found) {
      print({{"type", "difference"},
             {"sequence", result.name},
             {"operation", result.operation},
             {"words", result.words},
             {"result", result.result},
             {"where", each.where},
             {"what", each.what},
             {"kernel", each.kernel},
             {"model", each.model},
             {"admitted", each.admitted}});
    }
  }

  // The model doubts what is right: no difference, but told, once a sequence.
  void needless(const std::set<std::string>& doubts) {
    const Told& result = results_.result();
    if (doubts.empty() || doubted_ == result.sequence) return;
    doubted_ = result.sequence;
    ++needless_;
    print({{"type", "doubt"}, {"sequence", result.name}, {"operation", result.operation}, {"why", *doubts.begin()}});
  }

  void lost(const Loss& loss) {
    for (const uint64_t count : {loss.counts[CT_LOSS_RING_FULL], loss.counts[CT_LOSS_TASKS_FULL]}) {
      if (count != 0) throw std::runtime_error("records were lost");
    }
  }

  static void print(const json& line) {
    printf("%s\n", line.dump(-1, ' ', false, json::error_handler_t::replace).c_str());
  }

  Model model_;
  ResultsReader results_;
  std::set<std::string> ignored_;
  std::string label_;
  std::vector<Difference> impossible_;  // of the operation that goes on
  std::optional<size_t> doubted_;
  std::optional<size_t> failed_;  // a sequence: what comes after is no wonder
  uint64_t operations_ = 0, events_ = 0, differing_ = 0, unknown_ = 0, needless_ = 0;
};

int run(const char* recording, const char* results, std::set<std::string> ignored) {
  Result<RecordingReader> reader = RecordingReader::open(recording);
  if (!reader) throw std::runtime_error(reader.error().line());
  Judge judge(reader->info(), results, std::move(ignored));
  Decoder decoder([&](Event&& event) { judge.take(event); });
  while (true) {
    const Result<std::span<const std::byte>> record = reader->next();
    if (!record) throw std::runtime_error(record.error().line());
    if (record->empty()) break;
    decoder.feed(*record);
  }
  decoder.finish();
  if (decoder.bad_records().malformed != 0) throw std::runtime_error("the recording has records that make no sense");
  return judge.end();
}

}  // namespace
}  // namespace cttrace::oracle

int main(int argc, char** argv) {
  if (argc < 3) return fprintf(stderr, "usage: judge RECORDING RESULTS [IGNORED]...\n"), 2;
  try {
    return cttrace::oracle::run(argv[1], argv[2], {argv + 3, argv + argc});
  } catch (const std::exception& problem) {
    return fprintf(stderr, "oracle judge: %s\n", problem.what()), 2;
  }
}
