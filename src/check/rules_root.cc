// Rules on the root, the working directory and descriptors: ways out of the container.
#include "check/evidence.h"
#include "check/rule_kinds.h"

namespace cttrace {
namespace {

using Type = ParameterRow::Type;

void judge_old_root(Judging& judging) {
  const OldRootFacts* const old = judging.known(judging.handed.old_root, "the old root");
  if (!old) return;
  const std::vector<EventNumber> switches = events_of<RootSwitched>(judging.container);
  for (const std::string& path : old->seen_at) {
    Finding& finding = judging.broken(path, "the root of who started the container can be reached at " + path +
                                                ": its files can be read, and changed as far as ids allow");
    finding.expected = "unmounted before the hand-over", finding.found = "mounted at " + path;
    finding.events = switches;
  }
  if (old->around) {
    Finding& finding = judging.broken("/",
                                      "the container's root is a folder in the mount tree of its starter, which was "
                                      "not left by pivot_root: a chroot leads out of it");
    finding.expected = "the root of its mount tree", finding.found = "a folder in it";
    finding.events = switches;
  }
  if (!old->gone && old->seen_at.empty() && !old->around)
    judging.broken("/", "something of the starter's root can be reached").events = switches;
  judging.holds("nothing of the starter's root can be reached by a path", switches);
}

void judge_cwd(Judging& judging) {
  const PlaceFacts* const root = judging.known(judging.handed.root, "the root");
  const PlaceFacts* const cwd = judging.known(judging.handed.cwd, "the working directory");
  if (!root || !cwd) return;
  if (cwd->inside.empty()) {
    Finding& finding = judging.broken(cwd->path, "the working directory, " + cwd->path +
                                                     ", is outside of the container: relative paths lead out of it");
    finding.expected = "below the container's root", finding.found = cwd->path;
  }
  judging.holds("the working directory is " + cwd->inside);
}

void judge_descriptors(Judging& judging) {
  const Fact<std::vector<DescriptorFacts>>& fact = judging.handed.descriptors;
  const std::string unknown = "which descriptors are open at execve is not known of this recording";
  if (!fact.known() && judging.parameters.flag("required", true)) return judging.cannot_judge("descriptors", unknown);
  if (!fact.known()) return judging.not_visible("descriptors", unknown);
  for (const DescriptorFacts& each : fact.value) {
    const std::string number = std::to_string(each.fd);
    if (each.fd <= 2 || judging.parameters.lists_has("except", number)) continue;
    Finding& finding = judging.broken("descriptor " + number,
                                      "the program inherits descriptor " + number + ", which leads to " + each.what);
    finding.expected = "closed at execve", finding.found = each.what;
    finding.events = {each.event};
  }
  judging.holds("the program inherits no descriptor but the standard ones");
}

}  // namespace

std::vector<RuleKind> root_rules() {
  return {
      {"old-root-gone",
       "The starter's root cannot be reached at the hand-over",
       "Where the old root is still mounted, or the root was changed by chroot alone, the program can get at the files "
       "of who started it.",
       {},
       judge_old_root},
      {"cwd-inside",
       "The working directory is inside of the container",
       "A working directory outside of the root is a way out: relative paths begin there.",
       {},
       judge_cwd},
      {"descriptors",
       "The program inherits no descriptor but 0 to 2",
       "A descriptor of a folder of the host's leads out of the container: by /proc/self/fd, or by openat. "
       "A recording of an earlier version does not tell which are open at execve, and cannot be judged.",
       {{Type::kList, "except", false, "numbers of descriptors that are wanted: \"3\"", {}, WordForm::kDescriptor},
        {Type::kFlag, "required", false,
         "false: a recording that does not tell, as one of an earlier version, is reported as not visible (default: "
         "true)"}},
       judge_descriptors},
  };
}

}  // namespace cttrace
