// Real traces with their records edited, left out, repeated and exchanged: through decoder, model and story to text and
// JSON. Any bytes would seldom become containers; edits of containers stay near what the model believes in.
#include <algorithm>
#include <cstdint>
#include <cstring>
#include <filesystem>

#include "decode/decoder.h"
#include "model/model.h"
#include "outputs.h"
#include "render/renderer.h"
#include "story/teller.h"
#include "wire/recording.h"

namespace cttrace::fuzz {
namespace {

using Records = std::vector<std::string>;

struct Trace {
  TraceInfo info;
  Records records;
};

// Eight bytes of input.
struct Edit {
  uint16_t record;
  uint16_t other;
  uint16_t offset;
  uint8_t value;
  uint8_t kind;
};
static_assert(sizeof(Edit) == 8);

std::vector<Trace> traces;

Trace read(const std::filesystem::path& path) {
  Result<RecordingReader> reader = RecordingReader::open(path);
  if (!reader) broken("a trace to begin with cannot be read", path.native());
  Trace trace{.info = reader->info(), .records = {}};
  for (;;) {
    const auto record = reader->next();
    if (!record) broken("a trace to begin with cannot be read", path.native());
    if (record->empty()) return trace;
    trace.records.emplace_back(reinterpret_cast<const char*>(record->data()), record->size());
  }
}

// What is in a record's header says how much of it there is: that stays.
void change(Records& records, const Edit& edit) {
  const size_t at = edit.record % records.size(), from = edit.other % records.size();
  std::string& record = records[at];
  const size_t offset =
      sizeof(ct_record) + (record.size() > sizeof(ct_record) ? edit.offset % (record.size() - sizeof(ct_record)) : 0);
  const auto copy = [&](size_t size) {
    if (offset + size <= std::min(record.size(), records[from].size()))
      std::memcpy(&record[offset], &records[from][offset], size);
  };
  switch (edit.kind % 8) {
    case 0:
      if (offset < record.size()) record[offset] = static_cast<char>(edit.value);
      return;
    case 1:
      if (offset < record.size()) record[offset] = static_cast<char>(record[offset] ^ 1 << edit.value % 8);
      return;
    case 2: return copy(4);
    case 3: return copy(8);
    case 4: records.erase(records.begin() + static_cast<ptrdiff_t>(at)); return;
    case 5: records.insert(records.begin() + static_cast<ptrdiff_t>(from), std::string(record)); return;
    case 6: std::swap(records[at], records[from]); return;
    default:
      // Another task, at another time.
      std::memcpy(record.data(), records[from].data(), sizeof(ct_record));
      reinterpret_cast<ct_record*>(record.data())->length = static_cast<uint32_t>(record.size());
  }
}

class Telling {
 public:
  Telling(Format format, const RenderOptions& options, const TraceInfo& info)
      : renderer_(make_renderer(format, options, [this](std::string_view part) { text_ += part; })),
        model_(info),
        teller_({.keep_calls = options.verbose, .selects = {}}, [this](News&& news) { renderer_->news(news); }) {
    renderer_->begin(info);
  }

  void event(const Event& event) {
    renderer_->event(event, ++number_);
    const Changes& changes = model_.apply(event);
    if (!changes.empty()) renderer_->changes(model_.state(), changes, number_, true);
    teller_.event(event, number_, changes, model_.state());
  }
  std::string finish(const BadRecords& bad) {
    teller_.finish();
    renderer_->end(bad, true);
    return std::move(text_);
  }

 private:
  std::string text_;
  std::unique_ptr<Renderer> renderer_;
  Model model_;
  Teller teller_;
  EventNumber number_ = 0;
};

void tell(const Trace& trace, const Records& records, bool as_json, bool verbose) {
  Telling telling(as_json ? Format::kNdjson : Format::kStory, {.verbose = verbose, .width = 80}, trace.info);
  Decoder decoder([&telling](Event&& event) { telling.event(event); });
  for (const std::string& record : records) decoder.feed(std::as_bytes(std::span(record)));
  decoder.finish();
  each_line(telling.finish(decoder.bad_records()), as_json ? check_object : check_for_people);
}

}  // namespace
}  // namespace cttrace::fuzz

extern "C" int LLVMFuzzerInitialize(int*, char***) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(STORY_TRACES)) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  for (const auto& file : files) cttrace::fuzz::traces.push_back(cttrace::fuzz::read(file));
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace cttrace::fuzz;
  if (size < 2 || traces.empty()) return 0;
  const Trace& trace = traces[data[0] % traces.size()];
  Records records = trace.records;
  for (size_t at = 2; at + sizeof(Edit) <= size && records.size() > 1; at += sizeof(Edit)) {
    Edit edit;
    std::memcpy(&edit, data + at, sizeof(edit));
    change(records, edit);
  }
  tell(trace, records, data[1] & 1, data[1] & 2);
  return 0;
}
