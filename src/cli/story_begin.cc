#include "cli/story_begin.h"

#include <algorithm>
#include <filesystem>
#include <vector>

#include "base/nearest.h"
#include "cli/values.h"
#include "decode/decoder.h"
#include "model/model.h"
#include "source/replay.h"
#include "story/teller.h"

namespace cttrace {
namespace {

struct Told {
  std::string name, short_name;
  uint64_t begin_ns;
};

std::vector<Told> containers_in(RecordingReader&& reader) {
  std::vector<Told> containers;
  ReplaySource source(std::move(reader));
  Model model(source.info());
  Teller teller({}, [&](News&& news) {
    if (const auto* told = std::get_if<Container>(&news))
      containers.push_back({told->name, told->short_name, told->set_up.start_ns});
  });
  EventNumber number = 0;
  Decoder decoder([&](Event&& event) {
    const Changes& changes = model.apply(event);
    teller.event(event, ++number, changes, model.state());
  });
  try {
    while (source.poll(std::chrono::milliseconds(0), [&](std::span<const std::byte> record) { decoder.feed(record); }))
      continue;
  } catch (const Failure&) {
    // Where the recording breaks off is said when it is shown.
  }
  decoder.finish();
  teller.finish();
  return containers;
}

}  // namespace

uint64_t story_begin(const std::string& recording, const std::string& container) {
  if (!std::filesystem::is_regular_file(recording))
    throw Failure(usage_error("use --at", container + "+", "the recording has to be read twice for it", "name a file"));
  Result<RecordingReader> reader = RecordingReader::open(recording);
  if (!reader) throw Failure(reader.error());
  std::vector<Told> found = containers_in(std::move(*reader));
  std::vector<std::string> names;
  names.reserve(found.size());
  for (const Told& each : found) names.push_back(each.short_name);
  std::erase_if(found, [&](const Told& each) { return each.name != container && each.short_name != container; });
  if (found.empty())
    throw Failure(usage_error("use --at", container + "+", "there is no container of this name",
                              did_you_mean(container, {names.begin(), names.end()})));
  if (found.size() > 1)
    throw Failure(usage_error("use --at", container + "+",
                              "of this name there are " + std::to_string(found.size()) + " containers",
                              "a time of day, as -tt prints it, is of one"));
  return found[0].begin_ns;
}

}  // namespace cttrace
