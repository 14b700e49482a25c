#include "render/trees.h"

#include <map>
#include <nlohmann/json.hpp>

#include "base/escape.h"
#include "render/completeness.h"
#include "render/json_state.h"
#include "render/line.h"
#include "render/mount_tree.h"
#include "render/mount_words.h"
#include "render/place_words.h"

namespace cttrace {
namespace {

// A tree as the task sees it.
struct View {
  const State& state;
  const MountTree* tree = nullptr;
  Place root = {};
};

View view_of(const State& state, TaskId id) {
  View view{.state = state};
  const TaskState* const task = state.task(id);
  const FsStruct* const fs = task ? state.fs_of(*task) : nullptr;
  if (!fs) return view;
  view.root = fs->root;
  const MountTree* const tree = state.tree(fs->root.mount.tree);
  if (tree && tree->contains(fs->root.mount.slot)) view.tree = tree;
  return view;
}

bool is_same_place(const Mount& a, const Mount& b) { return a.parent == b.parent && a.mountpoint == b.mountpoint; }

bool is_same_mount(const Mount& a, const Mount& b) {
  return a.attributes == b.attributes && a.peer_group == b.peer_group && a.master == b.master &&
         a.unbindable == b.unbindable && a.idmapped == b.idmapped;
}

using Marks = std::map<Slot, char>;

// Of what is in `tree`, compared with `other`; `missing` marks what is only in `tree`.
Marks marks_of(const MountTree& tree, const MountTree& other, char missing) {
  Marks marks;
  for (const Slot slot : tree.in_tree_order()) {
    const std::optional<Mount> there = other.find(slot);
    const Mount here = tree.at(slot);
    if (!there)
      marks[slot] = missing;
    else if (!is_same_place(here, *there))
      marks[slot] = '>';
    else if (!is_same_mount(here, *there) || tree.hidden(slot) != other.hidden(slot))
      marks[slot] = '~';
  }
  return marks;
}

std::string new_root_words(const View& view) {
  const bool whole = view.root.path == view.tree->root_of(view.root.mount.slot);
  return (whole ? "" : "its directory " + escape_for_terminal(view.root.path) + " ") + "becomes the root";
}

struct Marked {
  View view;
  Marks marks = {};
  std::map<Slot, std::string> notes = {};
};

struct Pair {
  Marked before, after;
};

std::optional<Pair> compared(const Trees& trees) {
  Pair pair{.before = {.view = view_of(*trees.before, trees.task)},
            .after = {.view = view_of(*trees.after, trees.task)}};
  const View& before = pair.before.view;
  const View& after = pair.after.view;
  if (!before.tree || !after.tree) return std::nullopt;
  pair.before.marks = marks_of(*before.tree, *after.tree, '-');
  pair.after.marks = marks_of(*after.tree, *before.tree, '+');
  const Slot old_root = before.root.mount.slot, new_root = after.root.mount.slot;
  const bool switched = old_root != new_root || before.root.path != after.root.path;
  if (switched) {
    if (before.tree->contains(new_root)) pair.before.notes[new_root] = new_root_words(after);
    if (after.tree->contains(old_root) && old_root != new_root) pair.after.notes[old_root] = "the old root";
  }
  if (!switched && pair.before.marks.empty() && pair.after.marks.empty()) return std::nullopt;
  return pair;
}

size_t seen_mounts(const View& view) {
  size_t count = 0;
  for (const Slot slot : view.tree->in_tree_order()) count += !is_unseen(view.state, view.tree->filesystem_of(slot));
  return count;
}

std::string drawn(const Marked& marked, const char* when, const Style& style) {
  const std::string text = std::string(style.indent, ' ') + painted(when, Paint::kName, style.color);
  MountDrawing drawing{.style = style, .marks = marked.marks, .notes = marked.notes, .only_marked = true};
  drawing.style.indent += 2;
  return text + "\n" + draw_mount_tree(marked.view.state, marked.view.root, drawing);
}

bool binds_or_switches(const StepFacts& facts) {
  if (const auto* mount = std::get_if<MountDone>(&facts))
    return mount->how == MountDone::How::kBind || mount->how == MountDone::How::kMove;
  return std::holds_alternative<RootSwitched>(facts) || std::holds_alternative<PathsMasked>(facts);
}

Json json_marked(const Marked& marked) {
  const View& view = marked.view;
  Json json;
  const std::optional<std::string> root = path_in_tree(view.state, view.root);
  json["root"] = root ? json_text(*root) : Json();
  json["root_mount"] = view.root.mount.slot;
  json["mounts"] = json_mounts(view.state, view.root.mount.tree, view.root);
  json["marked"] = Json::array();
  for (const auto& [slot, mark] : marked.marks) {
    Json& entry = json["marked"].emplace_back();
    entry["id"] = slot;
    entry["as"] = mark == '+' ? "new" : mark == '-' ? "gone" : mark == '>' ? "moved" : "changed";
  }
  return json;
}

}  // namespace

std::optional<Trees> trees_around(const Step& step, const TreeChanges* changes) {
  if (!changes || step.error || !binds_or_switches(step.facts)) return std::nullopt;
  Trees trees;
  for (const EventNumber call : step.calls) {
    const auto found = changes->find(call);
    if (found == changes->end()) continue;
    if (!trees.before) {
      trees.before = &found->second->before;
      trees.task = found->second->task;
    }
    if (found->second->task == trees.task) trees.after = &found->second->after;
  }
  if (!trees.before || !compared(trees)) return std::nullopt;
  return trees;
}

std::string draw_trees(const Trees& trees, const Style& style) {
  const std::optional<Pair> pair = compared(trees);
  if (!pair) return {};
  const Marked& before = pair->before;
  const bool adds_only = before.marks.empty() && before.notes.empty();
  const std::string first = adds_only
                                ? std::string(style.indent, ' ') + painted("before", Paint::kName, style.color) + ": " +
                                      plural(seen_mounts(before.view), "mount") + ", without what is marked below\n"
                                : drawn(before, "before", style);
  return first + drawn(pair->after, "after", style);
}

Json json_trees(const Trees& trees) {
  const std::optional<Pair> pair = compared(trees);
  if (!pair) return nullptr;
  Json json;
  json["before"] = json_marked(pair->before);
  json["after"] = json_marked(pair->after);
  return json;
}

}  // namespace cttrace
