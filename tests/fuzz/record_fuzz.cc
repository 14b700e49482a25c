// Any bytes as records, through the decoder and every renderer.
#include <cstdint>

#include "decode/decoder.h"
#include "outputs.h"
#include "render/renderer.h"
#include "repair.h"

namespace cttrace::fuzz {
namespace {

std::string rendered(Format format, const RenderOptions& options, const std::vector<Event>& events,
                     const BadRecords& bad) {
  std::string text;
  const auto renderer = make_renderer(format, options, [&text](std::string_view part) { text += part; });
  renderer->begin({.host = "host", .start_ns = 1});
  for (const Event& event : events) renderer->event(event);
  renderer->end(bad, bad.malformed == 0);
  return text;
}

// What -y, -v, -s and the like change: by the bits of `choice`.
RenderOptions options_of(uint8_t choice) {
  RenderOptions options;
  options.paths = choice & 1;
  options.verbose = choice & 2;
  if (choice & 4) options.string_limit = 5;
  options.timestamps = static_cast<Timestamps>(choice >> 3 & 3);
  options.relative = choice & 32;
  options.durations = choice & 64;
  options.summary = true;
  return options;
}

void try_records(uint8_t choice, const std::vector<std::string>& records) {
  std::vector<Event> events;
  Decoder decoder([&events](Event&& event) { events.push_back(std::move(event)); });
  for (const std::string& record : records) decoder.feed(std::as_bytes(std::span(record)));
  decoder.finish();
  const RenderOptions options = options_of(choice);
  const BadRecords& bad = decoder.bad_records();
  each_line(rendered(Format::kCalls, options, events, bad), check_for_people);
  each_line(rendered(Format::kNdjson, options, events, bad), check_object);
  const std::string document = rendered(Format::kJson, options, events, bad);
  if (!document.ends_with('\n')) broken("output ends within a line", document);
  check_object(document);
}

}  // namespace
}  // namespace cttrace::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const bool raw = data[0] & 128;
  cttrace::fuzz::try_records(data[0], raw ? cttrace::fuzz::raw_records(bytes) : cttrace::fuzz::repaired_records(bytes));
  return 0;
}
