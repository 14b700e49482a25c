// Telling what belongs together by what it is about.
#include "story/related.h"

#include <algorithm>

#include "story/call.h"

namespace cttrace {
namespace {

constexpr size_t kTelling = 12;  // a name this long is nobody else's by chance

bool descends_from(const Unit& unit, const Unit& other) {
  for (const Unit* above = unit.above.get(); above; above = above->above.get())
    if (above == &other) return true;
  return false;
}

bool has_word(const std::vector<std::string>& words, const std::string& word) {
  return !word.empty() && std::ranges::find(words, word) != words.end();
}

class Concern {
 public:
  explicit Concern(const Subject& subject) : subject_(subject) {}

  bool operator()(const ProgramRun& run) const {
    return subject_.name.size() >= kTelling && has_word(run.argv, subject_.name);
  }
  bool operator()(const MountDone& done) const {
    return std::ranges::any_of(
        done.mounts, [&](const MountDone::One& each) { return is_its(each.target.path) || is_its(each.source); });
  }
  bool operator()(const NamespacesChanged& changed) const {
    return std::ranges::any_of(changed.namespaces,
                               [&](const auto& each) { return subject_.inodes.contains(each.inode); });
  }
  bool operator()(const CgroupJoined& joined) const {
    return subject_.pids.contains(joined.pid) || is_its(joined.cgroups[0].file);
  }
  bool operator()(const ControlsWritten& controls) const { return is_its(controls.writes[0].file); }
  bool operator()(const MapsWritten& maps) const { return subject_.pids.contains(maps.pid); }
  template <typename T>
  bool operator()(const T&) const {
    return false;
  }

 private:
  // Below its root, or in a folder that has its name.
  bool is_its(const std::string& path) const {
    if (subject_.rootfs.size() > 1 && is_below(path, subject_.rootfs)) return true;
    if (subject_.name.size() < 2) return false;
    const size_t at = path.find("/" + subject_.name);
    if (at == std::string::npos)
      return subject_.name.size() >= kTelling && path.find(subject_.name) != std::string::npos;
    const size_t end = at + 1 + subject_.name.size();
    return end == path.size() || path[end] == '/' || subject_.name.size() >= kTelling;
  }

  const Subject& subject_;
};

}  // namespace

Relation relation_of(const Unit& unit, const Subject& subject) {
  const Unit& runtime = *subject.set_up->unit;
  const bool alone = runtime.seen_to_begin && runtime.set_ups_begun <= 1;
  if (&unit == &runtime) return alone ? Relation::kWhole : Relation::kSteps;
  if (unit.told || unit.container != runtime.container) return Relation::kNone;
  if (alone && descends_from(unit, runtime)) return Relation::kWhole;
  const bool named = has_word(unit.argv, subject.name);
  const bool sure = runtime.file.same_as(unit.file) || descends_from(runtime, unit) || subject.name.size() >= kTelling;
  return named && sure && unit.seen_to_begin ? Relation::kWhole : Relation::kSteps;
}

bool concerns(const Step& step, const Subject& subject) { return std::visit(Concern(subject), step.facts); }

}  // namespace cttrace
