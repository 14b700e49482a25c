#include "render/mount_tree.h"

#include <algorithm>
#include <set>

#include "base/escape.h"
#include "base/paths.h"
#include "render/completeness.h"
#include "render/line.h"
#include "render/mount_lines.h"
#include "render/mount_words.h"
#include "render/place_words.h"

namespace cttrace {
namespace {

constexpr size_t kTypeColumns = 10;
constexpr size_t kMostPathColumns = 60;
constexpr size_t kLeastTailColumns = 24;  // worth beginning on the line of the path

struct Strokes {
  std::string_view branch, last_branch, stem, space;
};
constexpr Strokes kBoxes{"\u251c\u2500 ", "\u2514\u2500 ", "\u2502  ", "   "};
constexpr Strokes kAscii{"|- ", "`- ", "|  ", "   "};

// What comes behind the path of a mount.
struct Tail {
  std::string lead, type, flags, propagation, rest, options;
};

// One or two lines of the drawing.
struct Row {
  const MountLine* line;
  std::string margin, strokes;
  size_t columns;  // of these and of the path
  Tail tail;
};

bool propagate_alike(const Mount& a, const Mount& b) {
  return a.peer_group == b.peer_group && a.master == b.master && a.unbindable == b.unbindable;
}

bool is_bound_on_itself(const MountTree& tree, const Mount& mount) {
  return mount.parent != kNoSlot && mount.root == mount.mountpoint &&
         mount.filesystem == tree.filesystem_of(mount.parent);
}

class Drawing {
 public:
  Drawing(const State& state, const MountTree& tree, const Place& root, const MountDrawing& drawing)
      : state_(state), tree_(tree), root_(root), drawing_(drawing), style_(drawing.style) {}

  std::string draw();

 private:
  std::string margin(const MountLine& line) const;
  std::string strokes(const MountLine& line, bool goes_on) const;
  std::string from_root(Slot slot) const;
  std::string propagation_of(const MountLine& line) const;
  Tail tail_of(const MountLine& line) const;
  std::string note_of(const MountLine& line, const Mount& mount) const;
  std::string aligned(const Tail& tail) const;
  void add_tail(const Row& row, size_t room, const std::string& below);
  void add_painted(const Row& row, std::string_view text);
  void measure(const std::vector<MountLine>& lines);
  void add(const Row& row);
  void add_counts(const MountLines& lines);

  const State& state_;
  const MountTree& tree_;
  const Place& root_;
  const MountDrawing& drawing_;
  const Style& style_;
  std::vector<Row> rows_;
  size_t path_columns_ = 0, type_columns_ = 0, flag_columns_ = 0, propagation_columns_ = 0;
  std::string common_propagation_;  // of all mounts that are drawn; empty: they differ
  std::string text_;
};

std::string Drawing::margin(const MountLine& line) const {
  std::string text(style_.indent, ' ');
  if (drawing_.marks.empty() && !drawing_.only_marked) return text;
  const auto mark = drawing_.marks.find(line.slots.front());
  text += mark == drawing_.marks.end() ? ' ' : mark->second;
  return text + " ";
}

// The path of a mount, from the root.
std::string Drawing::from_root(Slot slot) const {
  const std::string path = tree_.path_of(slot), top = path_in_tree(state_, root_).value_or("/");
  return is_below(path, top) ? seen_from(path, top) : path;
}

std::string Drawing::strokes(const MountLine& line, bool goes_on) const {
  const Strokes& with = style_.unicode ? kBoxes : kAscii;
  std::string text;
  for (size_t level = 0; level < line.last.size(); ++level) {
    const bool own = level + 1 == line.last.size() && !goes_on;
    text += line.last[level] ? (own ? with.last_branch : with.space) : (own ? with.branch : with.stem);
  }
  return text;
}

// Why the mount is not what one sees at its path, and what else is worth a word.
std::string Drawing::note_of(const MountLine& line, const Mount& mount) const {
  std::string note;
  const auto say = [&note](const std::string& what) { note += (note.empty() ? "" : "; ") + what; };
  if (line.last.empty() && root_.path != mount.root)
    say("its directory " + escape_for_terminal(root_.path));
  else if (is_unseen(state_, mount.filesystem))
    say("a mount that is not seen from here");
  if (line.hidden_by != kNoSlot) {
    const Mount over = tree_.at(line.hidden_by);
    const std::string by = type_words(state_.filesystem(over.filesystem));
    const bool on_it = over.parent == line.slots.front();
    say("under " + by + (on_it ? "" : " on " + escape_for_terminal(from_root(line.hidden_by))));
  }
  if (mount.parent == root_.mount.slot && mount.mountpoint == root_.path) say("on the root: not seen from inside");
  if (mount.evidence == Evidence::kUnknown) say("not certain");
  if (line.slots.size() > 1) {
    if (is_bound_on_itself(tree_, mount)) say("each bound on itself");
  }
  return note;
}

// Numbers only where all that share the line have the same.
std::string Drawing::propagation_of(const MountLine& line) const {
  const Mount first = tree_.at(line.slots.front());
  const auto all_have = [&](uint32_t Mount::*number) {
    return std::ranges::all_of(line.slots, [&](Slot slot) { return tree_.at(slot).*number == first.*number; });
  };
  return propagation_words(first, {.peer_group = all_have(&Mount::peer_group), .master = all_have(&Mount::master)});
}

Tail Drawing::tail_of(const MountLine& line) const {
  const Mount mount = tree_.at(line.slots.front());
  const Filesystem* const filesystem = state_.filesystem(mount.filesystem);
  Tail tail;
  // What is drawn for its sake must not be what is cut.
  if (const auto told = drawing_.notes.find(line.slots.front()); told != drawing_.notes.end())
    tail.lead = "(" + told->second + ")  ";
  tail.type = type_words(filesystem);
  tail.flags = is_unseen(state_, mount.filesystem) ? "?" : attribute_words(mount, style_.verbose);
  if (common_propagation_.empty()) tail.propagation = propagation_of(line);
  // What mounts that share a line are told apart by is the name.
  const std::string first = origin_words(mount, filesystem);
  const auto has_another = [&](Slot slot) {
    const Mount of = tree_.at(slot);
    return origin_words(of, state_.filesystem(of.filesystem)) != first;
  };
  if (std::none_of(line.slots.begin() + 1, line.slots.end(), has_another)) {
    tail.rest = first;
  } else if (mount.root != "/" && !is_bound_on_itself(tree_, mount)) {
    tail.rest = first.substr(0, first.rfind('/') + 1) + "*]";
  }
  if (const std::string note = note_of(line, mount); !note.empty())
    tail.rest = "(" + note + ")" + (tail.rest.empty() ? "" : " ") + tail.rest;
  if (filesystem && line.slots.size() == 1) tail.options = with_id_named(option_words(mount, *filesystem), style_.id);
  tail.rest = with_id_named(std::move(tail.rest), style_.id);
  return tail;
}

void Drawing::measure(const std::vector<MountLine>& lines) {
  const Mount first = tree_.at(lines.front().slots.front());
  const auto is_like_first = [&](Slot slot) { return propagate_alike(tree_.at(slot), first); };
  const auto are_like_first = [&](const MountLine& line) { return std::ranges::all_of(line.slots, is_like_first); };
  if (std::ranges::all_of(lines, are_like_first)) common_propagation_ = propagation_words(first);
  const size_t most = style_.width ? std::max<size_t>(style_.width * 2 / 5, 16) : kMostPathColumns;
  rows_.reserve(lines.size());
  for (const MountLine& line : lines) {
    Row& row = rows_.emplace_back(Row{
        .line = &line, .margin = margin(line), .strokes = strokes(line, false), .columns = 0, .tail = tail_of(line)});
    row.columns = columns_of(row.margin) + columns_of(row.strokes) + columns_of(line.path);
    if (row.columns <= most) path_columns_ = std::max(path_columns_, row.columns);
    type_columns_ = std::clamp(columns_of(row.tail.type), type_columns_, kTypeColumns);
    flag_columns_ = std::max(flag_columns_, columns_of(row.tail.flags));
    propagation_columns_ = std::max(propagation_columns_, columns_of(row.tail.propagation));
  }
}

std::string Drawing::aligned(const Tail& tail) const {
  std::string text = tail.lead;
  const auto add = [&text](const std::string& what, size_t columns) {
    text += what;
    text.append(columns - std::min(columns, columns_of(what)) + 2, ' ');
  };
  add(tail.type, type_columns_);
  add(tail.flags, flag_columns_);
  if (propagation_columns_) add(tail.propagation, propagation_columns_);
  if (!tail.rest.empty()) add(tail.rest, 0);
  text += tail.options;
  text.resize(text.find_last_not_of(' ') + 1);
  return text;
}

void Drawing::add(const Row& row) {
  const MountLine& line = *row.line;
  const size_t used = std::max(row.columns, path_columns_);
  // How it is mounted is not cut.
  const Tail& tail = row.tail;
  const size_t how = columns_of(aligned({tail.lead, tail.type, tail.flags, tail.propagation, {}, {}}));
  const size_t least = std::max(kLeastTailColumns, how);
  const bool breaks = style_.width && used > path_columns_ && used + 2 + least > style_.width;
  // A mark is of the first line.
  const std::string below = std::string(columns_of(row.margin), ' ') + strokes(line, true);
  const size_t begin = breaks ? std::max(columns_of(below) + 2, path_columns_) : used;
  const size_t room = !style_.width ? 0 : style_.width > begin + 2 ? style_.width - begin - 2 : 1;
  text_ += row.margin;
  append_painted(text_, row.strokes, Paint::kComment, style_.color);
  append_painted(text_, line.path, line.hidden ? Paint::kComment : Paint::kName, style_.color);
  if (breaks) text_ += "\n" + below;
  text_.append(begin + 2 - (breaks ? columns_of(below) : row.columns), ' ');
  add_tail(row, room, below);
}

void Drawing::add_painted(const Row& row, std::string_view text) {
  append_painted(text_, text, Paint::kComment, row.line->hidden && style_.color);
  text_ += '\n';
}

// Where not all fits behind the path, what is mounted there and from where has a line of its own, which begins with
// `below`. Options are cut, but for those that say what is shown, unless all is asked for.
void Drawing::add_tail(const Row& row, size_t room, const std::string& below) {
  const auto& [lead, type, flags, propagation, rest, options] = row.tail;
  const std::string whole = aligned(row.tail);
  if (!room || columns_of(whole) <= room) return add_painted(row, whole);
  constexpr size_t kIndent = 4, kLeastOptions = 14;
  const std::string_view cut = style_.unicode ? " \u2026" : " ...";
  const std::string first = aligned({lead, type, flags, propagation, {}, {}});
  const std::string what = aligned({lead, type, flags, propagation, rest, {}});
  const bool says_what = !rest.empty() || options.find("lowerdir=") != std::string::npos;
  const bool is_said = !rest.empty() && columns_of(what) + columns_of(cut) <= room;
  if (!style_.verbose && (!says_what || is_said)) {
    const bool some = columns_of(whole) - columns_of(options) + kLeastOptions <= room;
    return add_painted(row, cut_to(some ? whole : what + std::string(cut), room, style_.unicode));
  }
  add_painted(row, style_.verbose ? first : cut_to(first, room, style_.unicode));
  const std::string more = rest + (rest.empty() || options.empty() ? "" : "  ") + options;
  if (more.empty()) return;
  append_painted(text_, below, Paint::kComment, style_.color);
  text_.append(kIndent, ' ');
  const size_t begin = columns_of(below) + kIndent;
  const size_t columns = style_.verbose ? 0 : style_.width > begin ? style_.width - begin : 1;
  const bool is_long_path = !rest.starts_with('(') && columns && columns_of(rest) > columns;
  if (!is_long_path) return add_painted(row, cut_to(more, columns, style_.unicode));
  const std::string_view left_out = options.empty() ? "" : cut;
  const size_t most = columns - std::min(columns - 1, columns_of(left_out));
  add_painted(row, end_cut_to(rest, most, style_.unicode) + std::string(left_out));
}

void Drawing::add_counts(const MountLines& lines) {
  std::string counts = plural(lines.mounts + lines.deeper, "mount");
  if (!common_propagation_.empty())
    counts += lines.mounts > 1 ? ", all " + common_propagation_ : ", " + common_propagation_;
  const size_t folded = lines.mounts - lines.lines.size();
  if (folded) counts += "; -v shows each";
  if (lines.left_out) counts += "; " + std::to_string(lines.left_out) + " more that do not change";
  if (lines.deeper) counts += "; " + std::to_string(lines.deeper) + " of them too deep to be drawn";
  if (lines.outside) counts += "; " + std::to_string(lines.outside) + " more outside this root";
  constexpr size_t kLeastColumns = 16;
  const size_t columns = style_.width ? std::max(style_.width, style_.indent + kLeastColumns) - style_.indent : 0;
  for (const std::string& line : wrapped(counts, columns))
    text_ += std::string(style_.indent, ' ') + painted(line, Paint::kComment, style_.color) + "\n";
}

std::string Drawing::draw() {
  LineOptions options{.fold = !style_.verbose,
                      .path_columns = style_.width ? style_.width * 3 / 5 : kMostPathColumns,
                      .indent = style_.indent,
                      .marks = &drawing_.marks};
  std::set<Slot> only;
  for (const auto& [slot, mark] : drawing_.marks) only.insert(slot);
  for (const auto& [slot, note] : drawing_.notes) only.insert(slot);
  if (drawing_.only_marked) options.only = &only;
  const MountLines lines = mount_lines(state_, tree_, root_, options);
  measure(lines.lines);
  for (const Row& row : rows_) add(row);
  add_counts(lines);
  return std::move(text_);
}

}  // namespace

std::string draw_mount_tree(const State& state, const Place& root, const MountDrawing& drawing) {
  const MountTree* const tree = state.tree(root.mount.tree);
  if (!tree || !tree->find(root.mount.slot)) {
    const std::string what =
        root.shown.empty() ? "not known" : "not known: its root is " + escape_for_terminal(root.shown);
    return std::string(drawing.style.indent, ' ') + painted(what, Paint::kComment, drawing.style.color) + "\n";
  }
  return Drawing(state, *tree, root, drawing).draw();
}

}  // namespace cttrace
