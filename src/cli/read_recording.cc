#include "cli/read_recording.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "check/recording_keeper.h"
#include "cli/values.h"
#include "decode/decoder.h"
#include "model/model.h"
#include "source/replay.h"
#include "story/teller.h"

namespace cttrace {

namespace {

// "It has web, db and 3 more."
std::string names_in(const std::vector<ContainerFacts>& containers) {
  constexpr size_t kMost = 5;
  std::vector<std::string> names;
  for (const ContainerFacts& each : containers)
    if (std::ranges::find(names, each.short_name) == names.end()) names.push_back(each.short_name);
  if (names.empty()) return "it has none";
  const size_t shown = std::min(names.size(), kMost);
  std::string text =
      fmt::format("it has {}", fmt::join(names.begin(), names.begin() + static_cast<ptrdiff_t>(shown), ", "));
  if (names.size() > shown) text += fmt::format(" and {} more", names.size() - shown);
  return text;
}

void keep_only(RecordingFacts& facts, const std::string& container) {
  const std::string has = names_in(facts.containers);
  std::erase_if(facts.containers,
                [&](const ContainerFacts& each) { return each.name != container && each.short_name != container; });
  if (facts.containers.empty())
    throw Failure(
        usage_error("use --container", container, "there is no container of this name in " + facts.name, has));
}

}  // namespace

RecordingFacts read_recording(const std::string& path, const std::string& container) {
  Result<RecordingReader> reader = RecordingReader::open(path);
  if (!reader) throw Failure(reader.error());
  ReplaySource source(std::move(*reader));
  RecordingKeeper keeper(path, source.info());
  Model model(source.info());
  Teller teller({}, [&](News&& news) { keeper.news(news); });
  EventNumber number = 0;
  Decoder decoder([&](Event&& event) {
    keeper.event(event);
    const Changes& changes = model.apply(event);
    keeper.changes(changes);
    teller.event(event, ++number, changes, model.state());
  });
  std::string broken_off;
  try {
    while (source.poll(std::chrono::milliseconds(0), [&](std::span<const std::byte> record) { decoder.feed(record); }))
      continue;
  } catch (const Failure& failure) {
    broken_off = failure.error().why;
  }
  decoder.finish();
  teller.finish();
  RecordingFacts facts = keeper.finish(model.state(), decoder.bad_records(), broken_off);
  if (!container.empty()) keep_only(facts, container);
  return facts;
}

}  // namespace cttrace
