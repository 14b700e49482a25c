// Places, programs and device nodes in words.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cttrace/state.h"

namespace cttrace {

// From the root of its mount tree. None: its mount is in no tree that is known.
std::optional<std::string> path_in_tree(const State& state, const Place& place);

// Whose table the task sees: the tree that its root is in, which may be another mount namespace's. Where that is not
// known, its own namespace's; 0: nor is that.
TreeId tree_seen_by(const State& state, const TaskState& task);

// Escaped: "/ (ext4 /dev/vda)", "/srv/root of its mount namespace (a chroot)".
std::string root_words(const State& state, const Place& root);
// As seen from the root: "/tmp", "/srv (outside its root)".
std::string cwd_words(const State& state, const Place& root, const Place& cwd);

// With <id> for an id that is long, and told elsewhere; empty: there is none.
std::string with_id_named(std::string text, std::string_view id);

// As one would type it in a shell; escaped.
std::string shell_word(std::string_view word);

// "/{bin,lib}", "/bin": escaped paths of one directory, told together.
std::string brace(std::string_view directory, const std::vector<std::string>& names);

}  // namespace cttrace
