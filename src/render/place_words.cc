#include "render/place_words.h"

#include "base/escape.h"
#include "base/paths.h"
#include "render/mount_words.h"

namespace cttrace {
namespace {

constexpr std::string_view kPlain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:=,+@%^";

}  // namespace

std::optional<std::string> path_in_tree(const State& state, const Place& place) {
  const MountTree* const tree = state.tree(place.mount.tree);
  if (!tree || !tree->contains(place.mount.slot)) return std::nullopt;
  const std::string& top = tree->root_of(place.mount.slot);
  return joined(tree->path_of(place.mount.slot), is_below(place.path, top) ? seen_from(place.path, top) : place.path);
}

TreeId tree_seen_by(const State& state, const TaskState& task) {
  const FsStruct* const fs = state.fs_of(task);
  const MountTree* const of_root = fs ? state.tree(fs->root.mount.tree) : nullptr;
  if (of_root && of_root->contains(fs->root.mount.slot)) return fs->root.mount.tree;
  const Namespace* const mnt = state.ns_of(task, CT_NS_MNT);
  return mnt && state.tree(mnt->mounts) ? mnt->mounts : 0;
}

std::string root_words(const State& state, const Place& root) {
  const std::optional<std::string> path = path_in_tree(state, root);
  if (!path) return root.shown.empty() ? "not known" : escape_for_terminal(root.shown) + " (in no known mount)";
  const MountTree& tree = *state.tree(root.mount.tree);
  const Mount mount = tree.at(root.mount.slot);
  const Filesystem* const filesystem = state.filesystem(mount.filesystem);
  if (root.path != mount.root) return escape_for_terminal(*path) + " of its mount namespace (a chroot)";
  const std::string origin = origin_words(mount, filesystem);
  const std::string what = type_words(filesystem) + (origin.empty() ? "" : " " + origin);
  if (*path == "/") return "/ (" + what + ")";
  return escape_for_terminal(*path) + " of its mount namespace (" + what + "; a chroot)";
}

std::string cwd_words(const State& state, const Place& root, const Place& cwd) {
  const std::optional<std::string> path = path_in_tree(state, cwd), top = path_in_tree(state, root);
  if (!path) return cwd.shown.empty() ? "not known" : escape_for_terminal(cwd.shown) + " (in no known mount)";
  if (!top || cwd.mount.tree != root.mount.tree || !is_below(*path, *top))
    return escape_for_terminal(*path) + (top ? " (outside its root)" : "");
  return escape_for_terminal(seen_from(*path, *top));
}

std::string with_id_named(std::string text, std::string_view id) {
  constexpr std::string_view kNamed = "<id>";
  for (size_t at = 0; !id.empty() && (at = text.find(id, at)) != std::string::npos; at += kNamed.size())
    text.replace(at, id.size(), kNamed);
  return text;
}

std::string shell_word(std::string_view word) {
  const std::string safe = escape_rest_for_terminal(word);  // in quotes a backslash is one
  if (!word.empty() && word.find_first_not_of(kPlain) == word.npos) return safe;
  // What a terminal would act on is shown as the shell writes it in $'...'.
  const bool acts = safe != word || word.find('\'') != word.npos;
  if (!acts) return "'" + safe + "'";
  std::string quoted = "$'";
  for (size_t i = 0; i < word.size();) {
    char32_t character = 0;
    const size_t length = std::max<size_t>(utf8_character(word.substr(i), character), 1);
    const std::string_view bytes = word.substr(i, length);
    if (bytes == "'" || bytes == "\\") quoted += '\\';
    quoted += bytes == "\n" ? "\\n" : bytes == "\t" ? "\\t" : escape_for_terminal(bytes);
    i += length;
  }
  return quoted + "'";
}

std::string brace(std::string_view directory, const std::vector<std::string>& names) {
  std::string text = escape_for_terminal(directory == "/" ? "" : directory) + "/";
  if (names.size() == 1) return text + escape_for_terminal(names.front());
  text += '{';
  for (size_t i = 0; i < names.size(); ++i) text += (i ? "," : "") + escape_for_terminal(names[i]);
  return text + "}";
}

}  // namespace cttrace
