#include "render/trees.h"

#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "base/escape.h"
#include "render/completeness.h"
#include "render/json_state.h"
#include "render/line.h"
#include "render/mount_lines.h"
#include "render/mount_tree.h"
#include "render/mount_words.h"
#include "render/place_words.h"

namespace cttrace {

struct ComparedTrees {
  // A tree as the task sees it.
  struct View {
    const State& state;
    const MountTree* tree = nullptr;
    Place root = {};
  };
  struct Marked {
    View view;
    std::map<Slot, char> marks = {};
    std::map<Slot, std::string> notes = {};
  };
  Marked before, after;
};

namespace {

using View = ComparedTrees::View;
using Marked = ComparedTrees::Marked;

constexpr size_t kMostWhole = 256;  // mounts of a tree that is whole in JSON

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

std::string new_root_words(const View& view) {
  const bool whole = view.root.path == view.tree->root_of(view.root.mount.slot);
  return (whole ? "" : "its directory " + escape_for_terminal(view.root.path) + " ") + "becomes the root";
}

// Of what is in both trees, what became of it; otherwise where it is.
void mark(Marked& before, Marked& after) {
  const MountTree &was = *before.view.tree, &is = *after.view.tree;
  for (const Slot slot : was.in_tree_order()) {
    const std::optional<Mount> now = is.find(slot);
    if (!now) {
      before.marks[slot] = '-';
      continue;
    }
    const Mount then = was.at(slot);
    if (!is_same_place(then, *now))
      before.marks[slot] = after.marks[slot] = '>';
    else if (!is_same_mount(then, *now) || was.hidden(slot) != is.hidden(slot))
      before.marks[slot] = after.marks[slot] = '~';
  }
  for (const Slot slot : is.in_tree_order())
    if (!was.contains(slot)) after.marks[slot] = '+';
}

std::shared_ptr<const ComparedTrees> compared(const Trees& trees) {
  ComparedTrees pair{.before = {.view = view_of(*trees.before, trees.task)},
                     .after = {.view = view_of(*trees.after, trees.task)}};
  const View& before = pair.before.view;
  const View& after = pair.after.view;
  if (!before.tree || !after.tree) return nullptr;
  mark(pair.before, pair.after);
  const Slot old_root = before.root.mount.slot, new_root = after.root.mount.slot;
  const bool switched = old_root != new_root || before.root.path != after.root.path;
  if (switched) {
    if (before.tree->contains(new_root)) pair.before.notes[new_root] = new_root_words(after);
    if (after.tree->contains(old_root) && old_root != new_root) pair.after.notes[old_root] = "the old root";
  }
  if (!switched && pair.before.marks.empty() && pair.after.marks.empty()) return nullptr;
  return std::make_shared<const ComparedTrees>(std::move(pair));
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

// In tree order.
Json only_marked(const Marked& marked) {
  const View& view = marked.view;
  std::set<Slot> only = {view.root.mount.slot};
  for (const auto& [slot, mark] : marked.marks) only.insert(slot);
  for (const auto& [slot, note] : marked.notes) only.insert(slot);
  std::set<Slot> wanted;
  for (Slot slot : only)
    for (; slot != kNoSlot && wanted.insert(slot).second; slot = view.tree->parent_of(slot)) continue;
  std::map<Slot, MountLine> seen;
  for (MountLine& line : mount_lines(view.state, *view.tree, view.root, {.fold = false, .only = &only}).lines)
    seen[line.slots.front()] = std::move(line);
  Json json = Json::array();
  for (const Slot slot : view.tree->in_tree_order()) {
    if (!wanted.contains(slot)) continue;
    Json& mount = json.emplace_back(json_mount(view.state, slot, view.tree->at(slot)));
    const auto line = seen.find(slot);
    if (line == seen.end()) continue;
    mount["path"] = json_text(line->second.bytes);
    if (line->second.hidden) mount["hidden"] = true;
    if (line->second.hidden_by != kNoSlot) mount["hidden_by"] = line->second.hidden_by;
  }
  return json;
}

Json json_marked(const Marked& marked) {
  const View& view = marked.view;
  Json json;
  const std::optional<std::string> root = path_in_tree(view.state, view.root);
  json["root"] = root ? json_text(*root) : Json();
  json["root_mount"] = view.root.mount.slot;
  const bool whole = view.tree->size() <= kMostWhole;
  json["mounts"] = whole ? json_mounts(view.state, view.root.mount.tree, view.root) : only_marked(marked);
  json["left_out"] = view.tree->size() - json["mounts"].size();
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
  if (!trees.before) return std::nullopt;
  const auto is_kept = [](const State& state) { return !state.tasks.empty(); };
  if (!is_kept(*trees.before) || !is_kept(*trees.after)) return trees;
  trees.compared = compared(trees);
  if (!trees.compared) return std::nullopt;
  return trees;
}

std::string draw_trees(const Trees& trees, const Style& style) {
  if (!trees.compared)
    return std::string(style.indent, ' ') + painted("trees left out: too many mounts", Paint::kComment, style.color) +
           "\n";
  const Marked& before = trees.compared->before;
  const bool adds_only = before.marks.empty() && before.notes.empty();
  const std::string first = adds_only
                                ? std::string(style.indent, ' ') + painted("before", Paint::kName, style.color) + ": " +
                                      plural(seen_mounts(before.view), "mount") + ", without what is marked below\n"
                                : drawn(before, "before", style);
  return first + drawn(trees.compared->after, "after", style);
}

Json json_trees(const Trees& trees) {
  if (!trees.compared) return nullptr;
  Json json;
  json["before"] = json_marked(trees.compared->before);
  json["after"] = json_marked(trees.compared->after);
  return json;
}

}  // namespace cttrace
