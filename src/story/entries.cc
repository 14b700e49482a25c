// Entries into containers, and how their programs end.
#include <algorithm>
#include <utility>

#include "story/naming.h"
#include "story/work.h"

namespace cttrace {
namespace {

constexpr size_t kMostEntered = 4096;  // the ends of more are not told

// While it was traced.
bool was_made(const State& state, const ContainerNamespace& which) {
  return std::ranges::any_of(state.namespaces, [&](const auto& known) {
    const Namespace& each = *known.second;
    return each.inode && each.inode == which.inode && each.type == which.type &&
           each.origin == Namespace::Origin::kCreated;
  });
}

}  // namespace

void Teller::Work::tell_entry(EntryMade entry, const SetUp& set_up, Known* into) {
  entry.short_name = short_name(entry.container_name);
  entry.starters = !into && is_return(set_up);
  if (const Known* const from = entry.starters ? containers_.find(set_up.unit->container) : nullptr)
    entry.out_of = from->short_name;
  entry.there_before =
      !into && !entry.starters && std::ranges::none_of(entry.set_up.namespaces, [&](const ContainerNamespace& each) {
        return each.how == ContainerNamespace::How::kJoined && was_made(*state_, each);
      });
  if (into) {
    entry.container = into->number;
    entry.id = into->id;
    entry.number = ++into->entries;
  }
  const SetUpStory& story = entry.set_up;
  if (story.ending == Ending::kHandedOver) {
    if (entered_.size() >= kMostEntered) entered_.erase(entered_.begin());
    EntryEnded& running = entered_[story.program] = {.container = entry.container, .number = entry.number};
    running.starters = entry.starters;
    running.there_before = entry.there_before;
    running.name = entry.container_name;
    running.short_name = entry.short_name;
    running.id = entry.id;
    running.program = story.program;
    running.time_ns = story.end_ns;
  }
  sink_(std::move(entry));
}

void Teller::Work::tell_entry_end(const Stage& program) {
  const auto found = entered_.find(program.task);
  if (found == entered_.end()) return;
  EntryEnded end = std::move(found->second);
  entered_.erase(found);
  end.since_ns = program.end_ns - std::min(program.end_ns, end.time_ns);
  end.time_ns = program.end_ns;
  end.exit_code = program.exit_code;
  end.killed_by = program.killed_by;
  // Its program's may have been told before it was known to have entered.
  if (end.said.empty()) end.said = program.said;
  sink_(std::move(end));
}

}  // namespace cttrace
