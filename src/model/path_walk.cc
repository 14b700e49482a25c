#include "model/path_walk.h"

#include <algorithm>
#include <charconv>

#include "base/paths.h"
#include "cttrace/namespace.h"
#include "model/file_places.h"
#include "model/mount_state.h"
#include "model/superblocks.h"

namespace cttrace {
namespace {

bool same_place(const Place& a, const Place& b) { return a.mount == b.mount && a.path == b.path; }

// follow_dotdot, fs/namei.c
Place up(const MountTree& tree, const Place& from, const Place& root) {
  Place at = from;
  for (;;) {
    if (same_place(at, root)) return from;
    if (at.path != tree.root_of(at.mount.slot)) break;
    const Slot parent = tree.parent_of(at.mount.slot);
    if (parent == kNoSlot) return from;
    at.path = tree.mountpoint_of(at.mount.slot);
    at.mount.slot = parent;
  }
  at.path = folder_of(at.path);
  return at;
}

std::string_view take_component(std::string_view& path) {
  const size_t start = std::min(path.find_first_not_of('/'), path.size());
  path.remove_prefix(start);
  const std::string_view component = path.substr(0, path.find('/'));
  path.remove_prefix(component.size());
  return component;
}

// How much of the text names a descriptor: "/proc/self/fd/6", "/proc/812/fd/6"; 0: it does not.
size_t descriptor_prefix(std::string_view text) {
  std::string_view rest = text;
  if (take_component(rest) != "proc") return 0;
  take_component(rest);
  if (take_component(rest) != "fd" || take_component(rest).empty()) return 0;
  return text.size() - rest.size();
}

FoundPath unknown(std::string why) { return {.place = {}, .why = std::move(why), .file = {}}; }

// Where somebody who opens the file's path now gets to: of a descriptor, it is what it was then, most of the time.
std::optional<Place> opened_now(const State& state, const TaskState& task, const File& file) {
  const FsStruct* fs = fs_in(state, task.fs);
  if (!fs || !tree_in(state, fs->root.mount.tree) || !file.mount_ns) return std::nullopt;
  const std::string root = shown_path(state, fs->root);
  if (!is_below(file.path, root)) return std::nullopt;
  Place place = walk(state, fs->root, fs->root, below(file.path, root));
  place.evidence = Evidence::kInferred;
  return place;
}

FoundPath found_file(Context& context, const TaskState& task, const File& file, const Place* expected) {
  if (is_nowhere(file)) return {.place = {}, .why = file.shown() + " is in no mount tree", .file = file};
  const TreeId tree = tree_of(context.state, task);
  if (std::optional<Place> place = find_by_id(context, file, tree))
    return {.place = std::move(place), .why = {}, .file = {}};
  std::optional<Place> opened;
  if (!expected) opened = opened_now(context.state, task, file);
  Place place = find_file(context, file, opened ? &*opened : expected, tree);
  if (tree_in(context.state, place.mount.tree)) return {.place = std::move(place), .why = {}, .file = {}};
  FoundPath nowhere = unknown(file.shown() + " is in no mount that is known");
  nowhere.detached = place.detached;
  return nowhere;
}

// Where the path begins, and what is left of it then.
FoundPath start_of(Context& context, const TaskState& task, const PathQuery& query, std::string_view& text) {
  const Argument& argument = query.call.args[query.path];
  const FsStruct* fs = fs_in(context.state, task.fs);
  const bool absolute = text.starts_with('/');
  if (absolute && argument.base && argument.base->fd >= 0) {
    text.remove_prefix(descriptor_prefix(text));
    return found_file(context, task, *argument.base, nullptr);
  }
  const bool at_cwd = !absolute && (!query.dirfd || static_cast<int32_t>(query.call.args[*query.dirfd].raw) < 0);
  const Place* expected = !fs ? nullptr : absolute ? &fs->root : at_cwd ? &fs->cwd : nullptr;
  std::optional<Place> tracked;
  if (expected) tracked = *expected;
  if (argument.base) return found_file(context, task, *argument.base, tracked ? &*tracked : nullptr);
  if (!absolute && !at_cwd && query.call.args[*query.dirfd].file)
    return found_file(context, task, *query.call.args[*query.dirfd].file, nullptr);
  if (!tracked) return unknown("nobody knows where the path begins");
  if (!tree_in(context.state, tracked->mount.tree)) return unknown(tracked->shown + " is in no mount that is known");
  return {.place = std::move(tracked), .why = {}, .file = {}};
}

// --- /proc/PID/root, cwd, exe and ns/TYPE lead where no path does.

const TaskState* task_named(const State& state, const TaskState& caller, std::string_view name) {
  if (name == "self" || name == "thread-self") return &caller;
  uint32_t pid = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), pid);
  if (error != std::errc() || end != name.data() + name.size()) return nullptr;
  // As the caller's pid namespace counts.
  if (caller.pids.size() <= 1) return state.task_with(pid);
  return state.task_numbered(caller.namespaces[CT_NS_PID].value, pid);
}

std::optional<ct_ns> namespace_named(std::string_view name) {
  for (size_t which = 0; which < CT_NS_COUNT; ++which)
    if (kNamespaceLinks[which].name == name) return static_cast<ct_ns>(which);
  return std::nullopt;
}

bool is_proc(const State& state, const Place& place) {
  const Filesystem* filesystem = filesystem_of(state, filesystem_at(state, place.mount));
  return filesystem && filesystem->type == "proc" && place.path == "/";
}

// Takes from the text what leads to a mount of proc, wherever that is.
bool take_proc(const State& state, Place at, const Place& root, std::string_view& text) {
  while (!is_proc(state, at)) {
    const std::string_view name = take_component(text);
    if (name.empty()) return false;
    at = walk(state, std::move(at), root, name);
  }
  return true;
}

std::optional<FoundPath> by_magic_link(Context& context, const TaskState& task, const Place& start, const Place& root,
                                       std::string_view text) {
  const State& state = context.state;
  std::string_view rest = text;
  if (!take_proc(state, start, root, rest)) return std::nullopt;
  const std::string_view process = take_component(rest), link = take_component(rest);
  if (link != "root" && link != "cwd" && link != "exe" && link != "ns") return std::nullopt;
  const TaskState* meant = task_named(state, task, process);
  if (!meant) return unknown("nobody knows the process of " + std::string(text));
  if (link == "exe") {
    if (!meant->exe) return unknown("nobody knows the program of " + std::string(text));
    return found_file(context, task, *meant->exe, nullptr);
  }
  if (link == "ns") {
    const std::optional<ct_ns> which = namespace_named(take_component(rest));
    if (!which) return std::nullopt;
    const auto ns = state.namespaces.find(meant->namespaces[*which].value);
    if (ns == state.namespaces.end()) return unknown("nobody knows the namespace of " + std::string(text));
    File file;
    file.kind = FileKind::kNamespace;
    file.fs_type = "nsfs";
    file.inode = ns->second->inode;
    file.target = ns->second->type;
    return FoundPath{.place = {}, .why = "a namespace is in no mount tree", .file = file};
  }
  const FsStruct* fs = fs_in(state, meant->fs);
  const Place* leads_to = !fs ? nullptr : link == "root" ? &fs->root : &fs->cwd;
  if (!leads_to || !tree_in(state, leads_to->mount.tree))
    return unknown("nobody knows where " + std::string(text) + " leads");
  return FoundPath{.place = walk(state, *leads_to, root, rest), .why = {}, .file = {}};
}

}  // namespace

std::string_view text_of(const Argument& argument) {
  const std::string_view bytes = argument.bytes;
  return bytes.substr(0, bytes.find('\0'));
}

Place walk(const State& state, Place start, const Place& root, std::string_view path) {
  const MountTree& tree = state.trees.at(start.mount.tree);
  Place at = std::move(start);
  for (std::string_view name = take_component(path); !name.empty(); name = take_component(path)) {
    if (name == ".") continue;
    if (name == "..")
      at = up(tree, at, root);
    else
      add_component(at.path, name);
    cross(tree, at);
  }
  return at;
}

namespace {

// What ".." does not leave.
Place limit_of(const State& state, const FsStruct* fs, const Place& start) {
  // Whose root is where nothing is mounted never meets it on the way up, and comes to the root of its namespace.
  if (fs && (fs->root.detached || tree_in(state, fs->root.mount.tree))) return fs->root;
  // Whose root is not known is taken not to leave where the path begins.
  return start;
}

}  // namespace

FoundPath find_path(Context& context, const TaskState& task, const PathQuery& query) {
  const Argument& argument = query.call.args[query.path];
  if (argument.changed) return unknown("another thread changed the path during the call");
  std::string_view text = text_of(argument);
  if (argument.reading != Reading::kOk && argument.reading != Reading::kNull)
    return unknown("the path could not be read");
  if (text.empty() && query.dirfd && static_cast<int32_t>(query.call.args[*query.dirfd].raw) >= 0)
    return find_descriptor(context, task, query.call.args[*query.dirfd]);
  const std::string_view whole = text;
  FoundPath found = start_of(context, task, query, text);
  if (!found.place) return found;
  const FsStruct* fs = fs_in(context.state, task.fs);
  const Place root = limit_of(context.state, fs, *found.place);
  if (text.size() == whole.size())
    if (std::optional<FoundPath> magic = by_magic_link(context, task, *found.place, root, text)) return *magic;
  found.place = walk(context.state, std::move(*found.place), root, text);
  if (query.cross_at_end) found.place = crossed(context.state, std::move(*found.place));
  found.place->evidence = Evidence::kInferred;
  return found;
}

FoundPath find_target_path(Context& context, const TaskState& task, const PathQuery& query) {
  FoundPath by_words = find_path(context, task, query);
  const MaybeFile& told = query.call.after.target;
  if (!told || by_words.detached || is_nowhere(*told) || told->detached) return by_words;
  FoundPath found = found_file(context, task, *told, by_words.place ? &*by_words.place : nullptr);
  // Who looks from outside may see what a path of no components leads to, which nothing is crossed for.
  if (found.place && query.cross_at_end) found.place = crossed(context.state, *found.place);
  return found;
}

FoundPath find_descriptor(Context& context, const TaskState& task, const Argument& argument) {
  if (!argument.file)
    return unknown("nobody knows what descriptor " + std::to_string(static_cast<int>(argument.raw)) + " is");
  return found_file(context, task, *argument.file, nullptr);
}

}  // namespace cttrace
