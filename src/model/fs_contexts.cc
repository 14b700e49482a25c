// fsopen, fspick, fsconfig and fsmount: a filesystem is configured, made, and gets a detached mount.
#include <algorithm>
#include <climits>
#include <string>
#include <utility>

#include "model/descriptors.h"
#include "model/mount_attributes.h"
#include "model/mount_fds.h"
#include "model/mount_state.h"
#include "model/path_walk.h"
#include "model/superblocks.h"
#include "tables/fallbacks.h"

namespace cttrace {
namespace {

// Of options that are kept; more is cut.
constexpr size_t kMostOptions_bytes = 64u << 10;
constexpr size_t kMostHistory = 64;
constexpr size_t kMostContexts = 64;  // more only where all of them have descriptors that are known

// Its number. One that had it before is no more.
uint32_t add_context(State& state, FsContext fs) {
  MountObjects& objects = state.mount_objects.edit();
  if (fs.number) std::erase_if(objects.contexts, [&](const auto& each) { return each.second.number == fs.number; });
  if (objects.contexts.size() >= kMostContexts) {
    // Nobody shows whether somebody still has it.
    const auto idle = std::ranges::find_if(objects.contexts, [](const auto& each) { return !each.second.holders; });
    if (idle != objects.contexts.end()) objects.contexts.erase(idle);
  }
  const uint32_t id = ++objects.last_id;
  objects.contexts[id] = std::move(fs);
  return id;
}

void open_context(Context& context, const Call& call, const TaskState& task, FsContext fs, bool close_on_exec) {
  if (!task.files) return;
  fs.history = {context.state.event};
  if (call.returned_file) fs.number = call.returned_file->context;
  const uint32_t id = add_context(context.state, std::move(fs));
  open_descriptor(context, task, static_cast<int>(call.result), {.context = id, .close_on_exec = close_on_exec});
}

FsContext* context_of(Context& context, const TaskState& task, const Argument& argument) {
  const MountDescriptor* known = descriptor_of(context.state, task, static_cast<int>(argument.raw));
  if (!known || !known->context) return nullptr;
  MountObjects& objects = context.state.mount_objects.edit();
  const auto found = objects.contexts.find(known->context);
  return found == objects.contexts.end() ? nullptr : &found->second;
}

void add_option(std::string& options, const std::string& option) {
  if (options.size() + option.size() >= kMostOptions_bytes) return;
  if (!options.empty()) options += ',';
  options += option;
}

void set_value(FsContext& fs, const std::string& key, const std::string& value) {
  if (key == "source")
    fs.source = value;
  else if (key == "subtype")
    fs.type += "." + value;
  else
    add_option(fs.options, key + "=" + value);
}

void set_flag(FsContext& fs, const std::string& key) {
  if (key == "ro" || key == "rw")
    fs.read_only = key == "ro";
  else
    add_option(fs.options, key);
}

void create_filesystem(State& state, const TaskState& task, FsContext& fs) {
  if (fs.filesystem) return;
  // What is longer than that was left out, perhaps an upper layer.
  const bool all_told = fs.whole && fs.options.size() + PATH_MAX < kMostOptions_bytes;
  Fact<bool> read_only = read_only_as_made(fs.type, fs.read_only, fs.options, all_told);
  if (!fs.whole && !read_only.value) read_only.evidence = Evidence::kUnknown;
  fs.read_only = fs.read_only && fs.type != "mqueue";
  Fact<std::string> options = {filesystem_options({}, fs.options), fs.whole ? Evidence::kObserved : Evidence::kUnknown};
  fs.filesystem = new_filesystem(state, {.type = fs.type,
                                         .read_only = read_only,
                                         .options = std::move(options),
                                         .made_by = state.event,
                                         .keyed_by = fs.keyed_by || !fs.whole ? fs.keyed_by : key_of(fs.type, task)});
}

std::string source_of(const Call& fsmount, const FsContext& fs) {
  if (fsmount.after.mount_root) return fsmount.after.mount_source.value_or("none");
  return fs.source.value_or(std::string(fs.whole ? "none" : kUnknownSource));
}

void reconfigure(State& state, const FsContext& fs) {
  const auto found = state.filesystems.find(fs.filesystem);
  if (found == state.filesystems.end()) return;
  Filesystem& filesystem = found->second.edit();
  filesystem.read_only = {fs.read_only || is_always_read_only(filesystem.type), Evidence::kInferred};
  if (!fs.options.empty()) filesystem.options.value = filesystem_options(filesystem.options.value, fs.options);
}

// What was taken out of every tree lazily has nothing mounted in it any more: whatever is below it is of its
// filesystem.
FilesystemId filesystem_below(const State& state, const Call& call, const FoundPath& found) {
  const MaybeFile& start = call.args[1].base ? call.args[1].base : call.args[0].file;
  return start && found.detached ? filesystem_with(state, start->dev_major, start->dev_minor) : 0;
}

// Where the kernel says which one was picked: a symbolic link may have led elsewhere than the words of the path say.
FilesystemId picked(const State& state, const Call& call, FilesystemId by_path) {
  const MaybeFile& context = call.returned_file;
  if (!context || context->kind != FileKind::kFsContext || !context->target) return by_path;
  const FilesystemId told = filesystem_with(state, context->target >> 20, context->target & 0xfffff);
  const Filesystem* walked = filesystem_of(state, by_path);
  const bool has_device = walked && (walked->dev_major || walked->dev_minor);
  return told || has_device ? told : by_path;
}

}  // namespace

void see_context(Context& context, const TaskState& task, int fd, const File& file) {
  const MountDescriptor* const known = descriptor_of(context.state, task, fd);
  MountObjects& objects = context.state.mount_objects.edit();
  const auto had = known ? objects.contexts.find(known->context) : objects.contexts.end();
  if (had != objects.contexts.end() && (!file.context || !had->second.number || had->second.number == file.context)) {
    if (file.context) had->second.number = file.context;
    return;
  }
  const auto same = std::ranges::find_if(
      objects.contexts, [&](const auto& each) { return file.context && each.second.number == file.context; });
  const uint32_t id = same != objects.contexts.end()
                          ? same->first
                          : add_context(context.state, {.type = file.fs_type, .number = file.context, .whole = false});
  open_descriptor(context, task, fd, {.context = id});
}

void apply_fsopen(Context& context, const Call& call, TaskState& task) {
  FsContext fs{.type = std::string(text_of(call.args[0]))};
  fs.keyed_by = key_of(fs.type, task);
  open_context(context, call, task, std::move(fs), call.args[1].raw & FSOPEN_CLOEXEC);
}

void apply_fspick(Context& context, const Call& call, TaskState& task) {
  const State& state = context.state;
  const FoundPath found = find_path(context, task, {.call = call, .path = 1, .dirfd = 0});
  FsContext fs;
  if (found.place)
    fs.filesystem = filesystem_at(state, found.place->mount);
  else
    fs.filesystem = filesystem_below(state, call, found);
  fs.filesystem = picked(state, call, fs.filesystem);
  if (fs.filesystem) {
    if (const Filesystem* filesystem = filesystem_of(state, fs.filesystem)) {
      fs.type = filesystem->type;
      fs.read_only = filesystem->read_only.value;
    }
  }
  open_context(context, call, task, std::move(fs), call.args[2].raw & FSPICK_CLOEXEC);
}

void apply_fsconfig(Context& context, const Call& call, TaskState& task) {
  FsContext* fs = context_of(context, task, call.args[0]);
  if (!fs) return;
  if (fs->history.size() < kMostHistory) fs->history.push_back(context.state.event);
  const std::string key(text_of(call.args[2]));
  switch (call.args[1].raw) {
    case FSCONFIG_SET_FLAG: return set_flag(*fs, key);
    case FSCONFIG_SET_STRING:
    case FSCONFIG_SET_PATH:
    case FSCONFIG_SET_PATH_EMPTY: return set_value(*fs, key, std::string(text_of(call.args[3])));
    case FSCONFIG_SET_BINARY: return add_option(fs->options, key);
    case FSCONFIG_SET_FD: {
      const MaybeFile& file = call.args[4].file;
      return set_value(*fs, key, file ? file->shown() : std::to_string(static_cast<int>(call.args[4].raw)));
    }
    case FSCONFIG_CMD_CREATE:
    case FSCONFIG_CMD_CREATE_EXCL: {
      // Making one may move the contexts' place.
      const uint32_t id = descriptor_of(context.state, task, static_cast<int>(call.args[0].raw))->context;
      FsContext edited = *fs;
      create_filesystem(context.state, task, edited);
      context.state.mount_objects.edit().contexts[id] = std::move(edited);
      return;
    }
    case FSCONFIG_CMD_RECONFIGURE:
      reconfigure(context.state, *fs);
      fs->options.clear();
      return;
    default: return;
  }
}

void apply_fsmount(Context& context, const Call& call, TaskState& task) {
  State& state = context.state;
  const FsContext* known = context_of(context, task, call.args[0]);
  FsContext fs = known ? *known : FsContext{.whole = false};
  if (fs.type.empty() && call.returned_file) fs.type = call.returned_file->fs_type;
  create_filesystem(state, task, fs);
  fs.history.push_back(state.event);
  const MaybeFile& made = call.returned_file;
  if (made) fs.filesystem = with_device(state, fs.filesystem, made->dev_major, made->dev_minor);
  if (made) id_is_new(context, made->mount_id);
  const TreeInfo* own = tree_info(state, tree_of(state, task));
  const TreeId tree = new_tree(state, {.anonymous = true, .owner = own ? own->owner : 0});
  add_mount(state, tree,
            {.root = call.after.mount_root.value_or("/"),
             .filesystem = fs.filesystem,
             .source = source_of(call, fs),
             .attributes = call.args[2].raw,
             .kernel_id = made ? made->mount_id : 0,
             .made_by = state.event,
             .history = fs.history});
  open_descriptor(context, task, static_cast<int>(call.result),
                  {.tree = tree, .close_on_exec = (call.args[1].raw & FSMOUNT_CLOEXEC) != 0});
  context.changes.emplace_back(TreeMade{.tree = tree, .how = TreeMade::How::kFsmount});
  // The context has the filesystem still, as if it were picked.
  const MountDescriptor* descriptor = descriptor_of(state, task, static_cast<int>(call.args[0].raw));
  if (!descriptor || !descriptor->context) return;
  FsContext& left = state.mount_objects.edit().contexts[descriptor->context];
  left.filesystem = fs.filesystem;
  left.options.clear();
}

}  // namespace cttrace
