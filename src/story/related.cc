// Telling what belongs together by what it is about.
#include "story/related.h"

#include <algorithm>

#include "base/paths.h"
#include "story/call.h"
#include "story/naming.h"

namespace cttrace {
namespace {

constexpr size_t kTelling = 12;  // a name this long is nobody else's by chance

bool descends_from(const Unit& unit, const Unit& other) {
  for (const Unit* above = unit.above.get(); above; above = above->above.get())
    if (above == &other) return true;
  return false;
}

// The runtime's program is a container's already, which had no mounts of its own: unshare(1) has executed chroot(1) in
// a pid namespace. Others have made mounts before, where that came from.
bool has_same_mounts_around(const Unit& unit, const Subject& subject) {
  const uint32_t mounts = unit.origin.namespaces[CT_NS_MNT];
  return subject.around.contains(unit.container) && mounts &&
         mounts == subject.set_up->unit->origin.namespaces[CT_NS_MNT];
}

class Concern {
 public:
  Concern(const Subject& subject, const Step& step) : subject_(subject), step_(step) {}

  bool operator()(const ProgramRun& run) const {
    return subject_.name.size() >= kTelling && has_word(run.argv, subject_.name);
  }
  bool operator()(const MountDone& done) const {
    return std::ranges::any_of(done.mounts, [&](const MountDone::One& each) {
      return is_its(each.target.path) || is_its(each.source) || is_process(each.source_pid);
    });
  }
  // What another one made, or entered before these were made, had the same number: those are given again.
  bool operator()(const NamespacesChanged& changed) const {
    return !changed.made && step_.end_ns >= subject_.set_up->begun_ns &&
           std::ranges::any_of(changed.namespaces,
                               [&](const auto& each) { return subject_.inodes.contains(each.inode); });
  }
  bool operator()(const CgroupJoined& joined) const {
    // Who was moved is known: one of another attempt, or of another container, is not this one's.
    return joined.pid ? is_process(joined.pid) : is_its(joined.cgroups[0].file);
  }
  bool operator()(const ControlsWritten& controls) const { return is_its(controls.writes[0].file); }
  bool operator()(const MapsWritten& maps) const { return is_process(maps.pid); }
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

  bool is_process(uint32_t pid) const { return pid && subject_.pids.contains(pid); }

  const Subject& subject_;
  const Step& step_;
};

}  // namespace

Relation relation_of(const Unit& unit, const Subject& subject) {
  const Unit& runtime = *subject.set_up->unit;
  const bool alone = runtime.seen_to_begin && runtime.set_ups_begun <= 1;
  if (&unit == &runtime) return alone ? Relation::kWhole : Relation::kSteps;
  if (unit.told) return Relation::kNone;
  if (unit.container != runtime.container)
    return has_same_mounts_around(unit, subject) ? Relation::kMounts : Relation::kNone;
  // Who was in mount namespaces of its own when tracing began was about to set up something else there.
  const uint32_t mounts = unit.origin.namespaces[CT_NS_MNT];
  const bool elsewhere = mounts != runtime.origin.namespaces[CT_NS_MNT] && !subject.inodes.contains(mounts);
  if (mounts && elsewhere && !unit.seen_to_begin && !runtime.seen_to_begin) return Relation::kNone;
  if (alone && descends_from(unit, runtime)) return Relation::kWhole;
  // What the same process ran before is no runtime of it.
  if (unit.pid == runtime.pid) return Relation::kSteps;
  const bool named = has_word(unit.argv, subject.called) && unit.set_ups_begun == 0;
  const bool sure = runtime.file.same_as(unit.file) || descends_from(runtime, unit) || subject.name.size() >= kTelling;
  return named && sure && unit.seen_to_begin ? Relation::kWhole : Relation::kSteps;
}

bool is_below_root(const Step& step, const Subject& subject) {
  const auto* const done = std::get_if<MountDone>(&step.facts);
  const auto is_in_it = [&](const MountDone::One& each) { return is_below(each.target.path, subject.rootfs); };
  return done && subject.rootfs.size() > 1 && std::ranges::any_of(done->mounts, is_in_it);
}

bool concerns(const Step& step, const Subject& subject) {
  const bool while_set_up = step.end_ns >= subject.set_up->begun_ns;
  const bool comes_or_goes = std::holds_alternative<NamespacesChanged>(step.facts);
  if (while_set_up && !comes_or_goes && step.entered && subject.inodes.contains(step.entered)) return true;
  return std::visit(Concern(subject, step), step.facts);
}

}  // namespace cttrace
