// Rules for the way: what was done to what, process by process.
#include <fmt/format.h>
#include <linux/sched.h>
#include <sys/stat.h>

#include <algorithm>

#include "base/paths.h"
#include "check/canonical_parts.h"
#include "check/difference.h"
#include "cttrace/namespace.h"
#include "render/story_words.h"
#include "render/values.h"

namespace cttrace::canon {
namespace {

using std::string;

string joined(const std::vector<string>& words, const char* between = ",") {
  return fmt::format("{}", fmt::join(words, between));
}

// The kernel sorts groups: in which order they are given says nothing.
string in_order(const string& groups) {
  const std::set<string> words = words_in(groups);
  std::vector<string> sorted(words.begin(), words.end());
  std::ranges::stable_sort(sorted, {}, [](const string& each) { return each.size(); });  // as numbers
  return joined(sorted, ", ");
}

const char* identity_word(IdentityGiven::What what) {
  switch (what) {
    case IdentityGiven::What::kUid: return "uid";
    case IdentityGiven::What::kGid: return "gid";
    case IdentityGiven::What::kGroups: return "groups";
    case IdentityGiven::What::kFsUid: return "fsuid";
    case IdentityGiven::What::kFsGid: return "fsgid";
    case IdentityGiven::What::kCapabilities: return "capabilities";
    case IdentityGiven::What::kBounding: return "bounding set without";
    case IdentityGiven::What::kAmbientRaise: return "ambient";
    case IdentityGiven::What::kAmbientLower: return "ambient without";
    case IdentityGiven::What::kAmbientClear: return "ambient cleared";
    case IdentityGiven::What::kNoNewPrivs: return "no_new_privs";
    case IdentityGiven::What::kSeccomp: return "seccomp";
    case IdentityGiven::What::kSecurebits: return "securebits";
    case IdentityGiven::What::kKeyring: return "session keyring";
    case IdentityGiven::What::kLimit: return "limit";
    case IdentityGiven::What::kOomScore: return "oom_score_adj";
    case IdentityGiven::What::kLabel: return "label";
    case IdentityGiven::What::kDeathSignal: return "death signal";
    case IdentityGiven::What::kPersonality: break;
  }
  return "personality";
}

// Makes the steps of one step of the story: object and words of each.
class Parts {
 public:
  Parts(const Names& names, const Step& step) : names_(names), step_(step) {}

  void operator()(const ProgramRun& run) {
    if (run.itself) return put("", "executes itself again");
    // Which options it is given is known from the first of its processes.
    put("", "executes " + names_(run.path));
  }
  void operator()(const ProcessMade& made) {
    // Only processes that take part are told of; flags that only say who waits for whom say nothing.
    constexpr uint64_t kMeaning = kNamespaceFlags | CLONE_INTO_CGROUP;
    std::vector<string> kinds;
    for (int bit = 0; bit < 64; ++bit) {
      const uint64_t flag = uint64_t{1} << bit;
      if (!(made.flags & kMeaning & flag)) continue;
      const char* const name = flag == CLONE_INTO_CGROUP ? "cgroup given at once" : namespace_name(flag);
      if (name) kinds.emplace_back(name);
    }
    put("", "makes a process" + (kinds.empty() ? string() : " (" + joined(kinds) + ")"));
  }
  void operator()(const SelfProtected& self) {
    put("", self.how == SelfProtected::How::kReadOnlyBind ? "protects its executable by a read-only bind"
                                                          : "protects its executable by a copy in memory");
  }
  void operator()(const MapsWritten& maps) {
    if (!maps.setgroups.empty()) put("setgroups", "setgroups " + maps.setgroups);
    if (!maps.uids.empty()) put("uid map", "uid map " + one_line(maps.uids));
    if (!maps.gids.empty()) put("gid map", "gid map " + one_line(maps.gids));
  }
  void operator()(const NamespacesChanged& changed) {
    for (const auto& each : changed.namespaces) {
      const char* const name = namespace_name(each.type);
      const string type = name ? name : "?";
      put(type, (changed.made ? "new " : "joins ") + type + " namespace");
    }
  }
  void operator()(const CgroupJoined& joined) {
    for (const auto& each : joined.cgroups) {
      const string where = each.hierarchy.empty() ? "" : " of " + names_(each.hierarchy);
      put("cgroup" + where, "into cgroup " + names_(each.cgroup.empty() ? folder_of(each.file) : each.cgroup) + where);
    }
  }
  void operator()(const ControlsWritten& controls) {
    for (const auto& each : controls.writes) {
      const string file = names_(each.file.starts_with("/proc/sys/") ? each.file : last_part(each.file));
      put(file, file + " = " + names_(control_value(each.file, each.value)));
    }
  }
  void operator()(const MountDone& done) {
    for (const MountDone::One& each : done.mounts) put(target(each.target), mount_words(done, each));
  }
  void operator()(const DevicesMade& made) {
    for (const auto& each : made.nodes) {
      const string path = target(each.path);
      if (S_ISFIFO(each.mode)) {
        put(path, "fifo " + path);
        continue;
      }
      const char* const type = S_ISBLK(each.mode) ? "b" : S_ISCHR(each.mode) ? "c" : "";
      const string node = *type ? fmt::format(" {} {}:{}", type, each.major, each.minor) : string();
      put(path, fmt::format("node {}{} mode {:04o}", path, node, each.mode & 07777));
    }
  }
  void operator()(const RootSwitched& switched) {
    put("/",
        (switched.how == RootSwitched::How::kPivot ? "pivot_root to " : "chroot to ") + names_(switched.new_root_path));
    if (!switched.old_root_made.empty()) put("old root", "old root made " + switched.old_root_made);
    if (switched.old_root_detached) put("old root", "old root detached");
  }
  void operator()(const PathsMasked& masked) {
    for (const auto& each : masked.paths) {
      const string path = target(each.path);
      switch (each.with) {
        case PathsMasked::With::kReadOnly: put(path, path + " made read-only", each.error); break;
        case PathsMasked::With::kDevNull: put(path, path + " masked with /dev/null", each.error); break;
        case PathsMasked::With::kEmptyFolder: put(path, path + " masked with an empty folder", each.error); break;
        case PathsMasked::With::kFile: put(path, path + " masked with " + names_(each.source), each.error); break;
      }
    }
  }
  void operator()(const NameGiven& given) {
    const char* const what = given.domain ? "domainname" : "hostname";
    put(what, string(what) + " " + names_(given.name));
  }
  void operator()(const IdentityGiven& given) {
    for (const auto& each : given.changes) {
      const string what = identity_word(each.what);
      // Its name is the runtime's, its value an address.
      const bool says = each.what != IdentityGiven::What::kKeyring && each.what != IdentityGiven::What::kSeccomp;
      const string value = each.what == IdentityGiven::What::kGroups ? in_order(each.value) : each.value;
      put(what, what + (says && !value.empty() ? " " + names_(value) : string()), each.error);
    }
  }
  void operator()(const Probed& probed) { put("", "asks what the kernel can do (" + probed.what + ")"); }
  void operator()(const HandedOver& handed) {
    put("program", handed.itself ? "goes on itself" : "execve " + names_(handed.path));
  }
  void operator()(const CallMade& call) {
    if (call.quiet) return;
    put(call.name, call.name + (call.about.empty() ? "" : " " + names_(call.about)));
  }

  std::vector<CanonicalStep> take() {
    if (step_.left_out) put("", fmt::format("{} more done alike, which are not listed", step_.left_out));
    return std::move(steps_);
  }

 private:
  void put(string object, string what, int error = 0) {
    // What failed inside a step that did not, failed as it always may: that depends on the kernel.
    if (error && !step_.error) return;
    if (step_.error) {
      const std::string name = error_name(step_.error).name;
      what += ": failed: " + (name.empty() ? std::to_string(step_.error) : name);
    }
    steps_.push_back({.phase = string(phase_name(step_.phase)), .object = std::move(object), .what = std::move(what)});
  }

  string target(const Seen& seen) const {
    return seen.inside.empty() || seen.inside == "/" ? names_(seen.path) : canonical_name(seen.inside);
  }

  string mount_words(const MountDone& done, const MountDone::One& each) const {
    const string path = target(each.target);
    std::vector<string> options = done.options;
    if (!done.data.empty()) options.push_back(names_(done.data));
    const string in = options.empty() ? string() : " (" + joined(options) + ")";
    const string on = done.beneath ? " beneath what is on " : " on ", below = done.recursive ? " with all below" : "";
    switch (done.how) {
      case MountDone::How::kNew: return (done.type.empty() ? "mount" : done.type) + on + path + in + also(done);
      case MountDone::How::kBind: return names_(each.source) + " bound" + on + path + below + in + also(done);
      case MountDone::How::kRemount: return path + below + " remounted" + (in.empty() ? " rw" : in);
      case MountDone::How::kReconfigure: return "filesystem on " + path + " reconfigured" + in;
      case MountDone::How::kMove: return names_(each.source) + " moved" + (done.beneath ? on : " to ") + path;
      case MountDone::How::kSharingGroup: return path + " joins the sharing group of " + names_(each.source);
      case MountDone::How::kPropagation: return path + " made " + (done.recursive ? "r" : "") + done.propagation;
      case MountDone::How::kUnmount: break;
    }
    return path + (done.lazily ? " detached" : " unmounted");
  }
  static string also(const MountDone& done) {
    return done.propagation.empty() ? string() : ", made " + done.propagation;
  }

  static string one_line(string map) {
    std::ranges::replace(map, '\n', ',');
    return map;
  }

  const Names& names_;
  const Step& step_;
  std::vector<CanonicalStep> steps_;
};

// What processes are called: the program's own is not named, of others alike each has its number.
std::vector<string> parts_of_stages(const ContainerFacts& facts, const Names& names) {
  std::vector<string> all;
  std::map<string, size_t> seen;
  for (const Stage& stage : facts.stages) {
    const string name = names(stage.name.empty() ? stage.program : stage.name);
    const size_t before = seen[name]++;
    all.push_back(before ? fmt::format("{} #{}", name, before + 1) : name);
  }
  return all;
}

// Which of them becomes the program: whoever hands over.
size_t main_stage(const ContainerFacts& facts) {
  for (const Step& step : facts.steps)
    if (std::holds_alternative<HandedOver>(step.facts)) return step.stage;
  return facts.stages.size();
}

bool is_a_thread(std::string_view call) {
  return call == "clone" || call == "clone3" || call == "vfork" || call == "fork";
}

}  // namespace

std::vector<CanonicalStep> canonical_steps(const ContainerFacts& facts, const Names& names) {
  // What processes do at the same time has no order; what one of them does has.
  const std::vector<string> parts = parts_of_stages(facts, names);
  const size_t main = main_stage(facts);
  std::vector<std::vector<CanonicalStep>> by_stage(facts.stages.size());
  for (size_t i = 0; i < facts.steps.size(); ++i) {
    const Step& step = facts.steps[i];
    if (step.stage >= by_stage.size()) continue;
    Parts made(names, step);
    std::visit([&](const auto& what) { made(what); }, step.facts);
    for (CanonicalStep& each : made.take()) {
      each.who = step.stage == main ? string() : parts[step.stage];
      each.step = i + 1;
      each.event = step.first;
      by_stage[step.stage].push_back(std::move(each));
    }
  }
  std::vector<CanonicalStep> all;
  for (std::vector<CanonicalStep>& steps : by_stage) std::ranges::move(steps, std::back_inserter(all));
  return all;
}

Cost canonical_cost(const ContainerFacts& facts) {
  Cost cost{.set_up_ns = facts.set_up_ns()};
  // How many threads a runtime written in Go has is decided by the scheduler.
  for (const auto& [name, count] : facts.calls_by_name)
    if (!is_a_thread(name)) cost.calls[string(name)] = count;
  for (const Step& step : facts.steps) {
    const auto* done = std::get_if<MountDone>(&step.facts);
    if (!done || step.error) continue;
    if (done->how == MountDone::How::kNew || done->how == MountDone::How::kBind)
      cost.mounts_made += done->mounts.size() + step.left_out;
  }
  return cost;
}

}  // namespace cttrace::canon
