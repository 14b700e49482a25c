// Following descriptors of the mount API.
#include "story/mounts_in_making.h"

#include <fcntl.h>
#include <linux/mount.h>

#include <algorithm>

#include "model/descriptors.h"
#include "story/call.h"
#include "story/chains.h"
#include "story/steps.h"

namespace cttrace {
namespace {

constexpr size_t kMostInMaking = 512;  // in the making at the same time
constexpr size_t kMostData_bytes = 4096;

constexpr uint64_t kCreateExclusive = 8;  // FSCONFIG_CMD_CREATE_EXCL: Linux 6.6, which headers may not be of
constexpr uint64_t kBeneath = 0x200;      // MOVE_MOUNT_BENEATH: Linux 6.5, which headers may not be of

MountDone& done_of(Step& step) { return std::get<MountDone>(step.facts); }

Step with(const Step& call, MountDone done) {
  Step step = call;
  step.facts = std::move(done);
  step.phase = Phase::kMounts;
  return step;
}

void add_word(std::string& data, const std::string& word) {
  if (data.size() + word.size() < kMostData_bytes) data += (data.empty() ? "" : ",") + word;
}

// A filesystem that is read-only may be mounted so, too.
void add_option(MountDone& done, std::string option) {
  if (std::ranges::find(done.options, option) == done.options.end()) done.options.push_back(std::move(option));
}

// They have been told: what comes from now on is told for itself.
void forget_calls(Step& step) {
  step.first = step.start_ns = UINT64_MAX;
  step.last = step.end_ns = 0;
  step.calls.clear();
  step.names = {};
  step.call_count = step.normal_failures = 0;
}

std::string empty_or_slash(const std::string& path) { return path.empty() ? "/" : path; }

void bound(std::map<uint32_t, Step>& made) {
  if (made.size() >= kMostInMaking) made.erase(made.begin());
}

// What the model knows the descriptor for. 0: nothing.
uint32_t object_of(const State& state, const Call& call, int fd) {
  const TaskState* const task = state.task(id_of(call.task));
  const MountDescriptor* const descriptor = task ? descriptor_of(state, *task, fd) : nullptr;
  if (!descriptor) return 0;
  return descriptor->context ? descriptor->context : descriptor->tree;
}

// Where the target of move_mount is, if that is in a tree that is attached nowhere.
MountDone::Detached detached_target(const Call& call) {
  const Argument* const to = argument(call, "to_pathname");
  const File* const base = to && to->base ? &*to->base : nullptr;
  if (!base || !base->detached || !to->resolved) return {};
  const std::string within = base->path == "/" ? "" : base->path;
  const std::string shown = base->shown();  // "(detached tmpfs)/b"
  if (!shown.ends_with(within) || !to->resolved->starts_with(shown)) return {};
  return {.mount_id = base->mount_id, .path = empty_or_slash(to->resolved->substr(shown.size() - within.size()))};
}

}  // namespace

Step* MountsInMaking::find(const State& state, const Call& call, std::string_view descriptor) {
  const File* behind = file(call, descriptor);
  if (behind && behind->detached && behind->mount_id)
    if (const auto found = by_mount_.find(behind->mount_id); found != by_mount_.end()) return &found->second;
  const auto found = by_object_.find(object_of(state, call, static_cast<int>(number(call, descriptor))));
  return found == by_object_.end() ? nullptr : &found->second;
}

// Of a filesystem context that somebody brought whom nobody saw, what is made begins with what is seen of it.
Step* MountsInMaking::begin(const State& state, const Call& call, const Step& step, std::string_view descriptor) {
  const File* const behind = file(call, descriptor);
  const uint32_t object = object_of(state, call, static_cast<int>(number(call, descriptor)));
  if (!object || !behind || behind->kind != FileKind::kFsContext || behind->target) return nullptr;
  MountDone done{.type = behind->fs_type};
  done.mounts.emplace_back();
  Step made = with(step, std::move(done));
  forget_calls(made);
  bound(by_object_);
  return &(by_object_[object] = std::move(made));
}

void MountsInMaking::keep(const State& state, const Call& call, Step&& made) {
  const MaybeFile& opened = call.returned_file;
  if (opened && opened->detached && opened->mount_id) {
    bound(by_mount_);
    by_mount_[opened->mount_id] = std::move(made);
  } else if (const uint32_t object = object_of(state, call, static_cast<int>(call.result))) {
    bound(by_object_);
    by_object_[object] = std::move(made);
  }
}

std::optional<Step> MountsInMaking::configure(const State& state, const Call& call, const Step& step, bool& taken) {
  Step* made = find(state, call, "fd");
  if (!made && number(call, "cmd") != FSCONFIG_CMD_RECONFIGURE) made = begin(state, call, step, "fd");
  taken = made != nullptr;
  if (!made) return std::nullopt;
  add_calls(*made, step);
  MountDone& done = done_of(*made);
  const std::string key = text(call, "_key"), value = text(call, "_value");
  switch (number(call, "cmd")) {
    case FSCONFIG_SET_FLAG: key == "ro" || key == "rw" ? add_option(done, key) : add_word(done.data, key); break;
    case FSCONFIG_SET_STRING:
    case FSCONFIG_SET_PATH:
    case FSCONFIG_SET_PATH_EMPTY:
      if (key == "source" && !done.mounts.empty())
        done.mounts[0].source = value;
      else
        add_word(done.data, key + "=" + value);
      break;
    case FSCONFIG_SET_BINARY:
    case FSCONFIG_SET_FD: add_word(done.data, key + "=..."); break;
    case FSCONFIG_CMD_RECONFIGURE: {
      if (done.how != MountDone::How::kReconfigure) break;
      // Picked by fspick: done with this call, and open for more.
      Step reconfigured = *made;
      forget_calls(*made);
      done.options.clear();
      done.data.clear();
      return reconfigured;
    }
    default: break;
  }
  return std::nullopt;
}

// What could not be made, or changed: what it was to be says more than the call.
std::optional<Step> MountsInMaking::not_done(const State& state, const Call& call, const Step& step) {
  if (!std::holds_alternative<CallMade>(step.facts)) return std::nullopt;
  const std::string_view name = call.row->name;
  const uint64_t command = number(call, "cmd");
  const bool creates = command == FSCONFIG_CMD_CREATE || command == kCreateExclusive;
  std::string what;
  if (Step* const made = name == "fsconfig" && creates ? find(state, call, "fd") : nullptr) {
    const MountDone& done = done_of(*made);
    if (!done.mounts.empty() && !done.mounts[0].source.empty()) what = "source=" + done.mounts[0].source;
    for (const std::string& option : done.options) add_word(what, option);
    if (!done.data.empty()) add_word(what, done.data);
  }
  if (Step* const made = name == "move_mount" ? find(state, call, "from_dfd") : nullptr) {
    const MountDone& done = done_of(*made);
    what = done.how == MountDone::How::kBind ? "of " + done.mounts[0].source : done.type;
  }
  if (const Argument* const attributes = argument(call, "uattr")) {
    for (const std::string& option : attribute_options(field_of(*attributes, "attr_set"))) add_word(what, option);
    if (const std::string word = propagation_word(field_of(*attributes, "propagation")); !word.empty())
      add_word(what, word);
  }
  if (what.empty()) return std::nullopt;
  Step told = step;
  std::get<CallMade>(told.facts).what = std::move(what);
  return told;
}

// On the mount of a descriptor that is still detached it is a part of it; otherwise a step of its own.
std::optional<Step> MountsInMaking::set_attributes(const State& state, const Call& call, const Step& step) {
  const Argument* attributes = argument(call, "uattr");
  if (!attributes) return step;
  const uint64_t set = field_of(*attributes, "attr_set"), clear = field_of(*attributes, "attr_clr");
  const std::string propagation = propagation_word(field_of(*attributes, "propagation"));
  Step* const made = text(call, "path").empty() ? find(state, call, "dfd") : nullptr;
  if (made) {
    add_calls(*made, step);
    MountDone& done = done_of(*made);
    std::erase_if(done.options, [&, gone = attribute_options(clear)](const std::string& option) {
      return std::ranges::find(gone, option) != gone.end();
    });
    for (std::string& option : attribute_options(set)) add_option(done, std::move(option));
    if (!propagation.empty()) done.propagation = propagation;
    return std::nullopt;
  }
  MountDone done{.how = set || clear ? MountDone::How::kRemount : MountDone::How::kPropagation};
  done.only_named = done.how == MountDone::How::kRemount;
  done.options = attribute_options(set);
  if ((clear & MOUNT_ATTR__ATIME) && !(set & MOUNT_ATTR__ATIME)) done.options.emplace_back("relatime");
  for (const std::string& option : attribute_options(clear & ~uint64_t{MOUNT_ATTR__ATIME}))
    done.options.push_back(option == "ro" ? "rw" : option.starts_with("no") ? option.substr(2) : "not " + option);
  done.propagation = propagation;
  done.recursive = (number(call, "flags") & AT_RECURSIVE) != 0;
  done.mounts.push_back({.source = {}, .target = {empty_or_slash(path(call, "path"))}});
  return with(step, std::move(done));
}

std::optional<Step> MountsInMaking::attach(const State& state, const Call& call, const Step& step) {
  const std::string target = path(call, "to_pathname");
  const uint64_t flags = number(call, "flags");
  if (flags & MOVE_MOUNT_SET_GROUP) {
    MountDone done{.how = MountDone::How::kSharingGroup};
    done.mounts.push_back({.source = path(call, "from_pathname"), .target = {target}});
    return with(step, std::move(done));
  }
  const File* const from = file(call, "from_dfd");
  const bool whole_tree = text(call, "from_pathname").empty();
  const bool detached = from && from->detached;
  const auto came = [&](MountDone& done) {
    done.beneath = (flags & kBeneath) != 0;
    done.into = detached_target(call);
    done.attached = whole_tree && detached ? from->mount_id : 0;
  };
  Step* const made = whole_tree ? find(state, call, "from_dfd") : nullptr;
  if (!made) {
    MountDone done{.how = detached ? MountDone::How::kBind : MountDone::How::kMove};
    done.mounts.push_back({.source = path(call, "from_pathname"), .target = {target}});
    came(done);
    return with(step, std::move(done));
  }
  Step whole = std::move(*made);
  std::erase_if(by_object_, [&](const auto& each) { return &each.second == made; });
  std::erase_if(by_mount_, [&](const auto& each) { return &each.second == made; });
  add_calls(whole, step);
  MountDone& done = done_of(whole);
  if (done.mounts.empty()) done.mounts.emplace_back();
  done.mounts[0].target.path = target;
  came(done);
  return whole;
}

std::optional<Step> MountsInMaking::take(const State& state, const Call& call, const Step& step, bool& taken) {
  const std::string_view name = call.row->name;
  taken = false;
  const bool known = name == "fsopen" || name == "fspick" || name == "fsconfig" || name == "fsmount" ||
                     name == "open_tree" || name == "open_tree_attr" || name == "mount_setattr" || name == "move_mount";
  if (!known) return std::nullopt;
  if (!succeeded(call)) {
    const bool asks = path(call, "path").empty();
    if (step.error || !asks) return not_done(state, call, step);
    taken = true;
    Step probe = step;
    probe.facts = Probed{"the mount calls"};
    return probe;
  }
  taken = true;
  if (name == "fsopen") {
    MountDone done{.type = text(call, "_fs_name")};
    done.mounts.emplace_back();
    keep(state, call, with(step, std::move(done)));
    return std::nullopt;
  }
  if (name == "fspick") {
    MountDone done{.how = MountDone::How::kReconfigure};
    done.mounts.push_back({.source = {}, .target = {path(call, "path")}});
    keep(state, call, with(step, std::move(done)));
    return std::nullopt;
  }
  if (name == "fsconfig") return configure(state, call, step, taken);
  if (name == "fsmount") {
    Step* context = find(state, call, "fs_fd");
    if (!context) context = begin(state, call, step, "fs_fd");
    if (!context) return taken = false, std::nullopt;
    Step made = *context;
    add_calls(made, step);
    for (std::string& option : attribute_options(number(call, "attr_flags")))
      add_option(done_of(made), std::move(option));
    keep(state, call, std::move(made));
    return std::nullopt;
  }
  if (name == "open_tree" || name == "open_tree_attr") {
    if (!(number(call, "flags") & OPEN_TREE_CLONE)) return taken = false, std::nullopt;
    MountDone done{.how = MountDone::How::kBind, .recursive = (number(call, "flags") & AT_RECURSIVE) != 0};
    done.mounts.push_back({.source = path(call, "filename"), .target = {}});
    if (const Argument* attributes = argument(call, "uattr"))
      done.options = attribute_options(field_of(*attributes, "attr_set"));
    keep(state, call, with(step, std::move(done)));
    return std::nullopt;
  }
  if (name == "mount_setattr") return set_attributes(state, call, step);
  return attach(state, call, step);
}

}  // namespace cttrace
