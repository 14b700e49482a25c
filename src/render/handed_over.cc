// The section as a whole: program, pids, namespaces, places, mounts.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/escape.h"
#include "cttrace/namespace.h"
#include "render/completeness.h"
#include "render/identity_words.h"
#include "render/mount_tree.h"
#include "render/mount_words.h"
#include "render/place_words.h"
#include "render/telling.h"

namespace cttrace {
namespace {

using Words = std::vector<std::string>;

constexpr size_t kMostWords = 24;  // of a command line, unless all is asked for

void add_program(Telling& telling) {
  if (telling.task.programs.empty()) return;
  const Program& program = telling.task.programs.back();
  Words words;
  const size_t most = telling.verbose ? program.argv.size() : kMostWords;
  for (const std::string& word : program.argv) {
    if (words.size() == most) {
      words.push_back(fmt::format("({} more words)", program.argv.size() - most));
      break;
    }
    words.push_back(shell_word(word));
  }
  if (words.empty()) words.push_back(shell_word(program.path));
  telling.fields.add("program", words, " ");
  const std::string exe = program.exe ? program.exe->shown() : program.path;
  const bool told = exe.empty() || (!program.argv.empty() && program.argv.front() == exe);
  if (!told || (program.exe && program.exe->deleted))
    telling.fields.add_text("executable",
                            escape_for_terminal(exe) + (program.exe && program.exe->deleted ? " (deleted)" : ""));
}

// A program that is handed more than its three has been handed a way out, or somebody forgot.
void add_descriptors(Telling& telling) {
  if (telling.task.programs.empty()) return;
  const std::optional<std::vector<File>>& open = telling.task.programs.back().descriptors;
  if (!open) return;
  Words words;
  for (const File& file : *open) {
    words.push_back(fmt::format("{} {}", file.fd, escape_for_terminal(file.shown())));
    if (file.other_ns) words.back() += " (outside its root)";
  }
  telling.fields.add("descriptors", words);
}

void add_pids(Telling& telling) {
  if (telling.task.pids.empty()) return telling.fields.add_text("pid", std::to_string(telling.task.id.tid));
  Words words = {std::to_string(telling.task.pids.front())};
  if (telling.task.tgid != telling.task.id.tid) words.front() += fmt::format(", a thread of {}", telling.task.tgid);
  for (size_t i = 1; i < telling.task.pids.size(); ++i) {
    const bool is_innermost = i + 1 == telling.task.pids.size();
    words.push_back(fmt::format("{} in {} pid namespace", telling.task.pids[i], is_innermost ? "its" : "an outer"));
  }
  telling.fields.add("pid", words);
}

// "net 4026532252, pid 4026532251 of container base".
Words with_owners(const std::vector<std::pair<std::string, std::string>>& joined) {
  Words words;
  for (size_t i = 0; i < joined.size(); ++i) {
    const auto& [name, owner] = joined[i];
    const bool said_later = i + 1 < joined.size() && joined[i + 1].second == owner;
    words.push_back(name + (owner.empty() || said_later ? "" : " of container " + escape_for_terminal(owner)));
  }
  return words;
}

void add_namespaces(Telling& telling) {
  std::map<NamespaceKin, Words> kin;
  std::vector<std::pair<std::string, std::string>> joined;  // and whose they are
  Words children;
  for (size_t i = 0; i < CT_NS_COUNT; ++i) {
    const Fact<NamespaceId>& fact = telling.task.namespaces[i];
    const bool for_children = is_for_children(i);
    const std::string name = kNamespaceLinks[i].name;
    const Namespace* const ns = telling.state.ns(fact.value);
    const bool nameless = ns && !ns->inode && ns->origin == Namespace::Origin::kInitial;
    if (!fact.known() || !ns || nameless) {
      // A namespace for children has no name before the first child is there.
      if (!for_children) telling.unknown.push_back(name + " namespace");
      continue;
    }
    if (for_children && fact.value == telling.task.namespaces[kNamespaceLinks[i].own].value) continue;
    if (fact.evidence == Evidence::kInferred) telling.inferred.push_back(name + " namespace");
    const std::string words = ns->inode ? fmt::format("{} {}", name, ns->inode) : name + " (number not seen)";
    const NamespaceKin its = kin_of(*ns, telling.options.compared_with[i], telling.options.joined);
    const auto owner = telling.options.owners.find(ns->inode);
    if (for_children)
      children.push_back(words);
    else if (its == NamespaceKin::kJoined)
      joined.emplace_back(words, owner == telling.options.owners.end() ? std::string() : owner->second);
    else
      kin[its].push_back(words);
  }
  bool first = true;
  const auto line = [&](const std::string& what, Words words) {
    if (words.empty()) return;
    words.front().insert(0, what + ": ");
    telling.fields.add(first ? "namespaces" : "", words);
    first = false;
  };
  line("new", kin[NamespaceKin::kMade]);
  line("joined", with_owners(joined));
  line(telling.options.older, kin[NamespaceKin::kOlder]);
  line(telling.options.whose, kin[NamespaceKin::kShared]);
  line("the host's", kin[NamespaceKin::kHosts]);
  line("for its children", children);
}

void add_places(Telling& telling) {
  const FsStruct* const fs = telling.state.fs_of(telling.task);
  if (!fs) return telling.unknown.emplace_back("root and working directory"), void();
  telling.fields.add_text("root", root_words(telling.state, fs->root));
  telling.fields.add_text("cwd", cwd_words(telling.state, fs->root, fs->cwd));
  if (fs->root.evidence == Evidence::kUnknown) telling.unknown.emplace_back("root");
  if (fs->root.evidence == Evidence::kInferred) telling.inferred.emplace_back("root");
  if (fs->cwd.evidence == Evidence::kUnknown) telling.unknown.emplace_back("cwd");
}

std::string_view mounts_doubt(const Telling& telling) {
  return telling.state.doubt_of(tree_seen_by(telling.state, telling.task));
}

void add_mounts(Telling& telling) {
  const MountTree* const tree = telling.state.tree(tree_seen_by(telling.state, telling.task));
  const FsStruct* const fs = telling.state.fs_of(telling.task);
  if (!tree || !fs) return telling.unknown.emplace_back("mounts"), void();
  if (telling.options.mounts) {
    telling.fields.begin("mounts");
    MountDrawing drawing{.style = telling.options.style, .marks = {}};
    drawing.style.indent += 2;
    telling.fields.add_lines(draw_mount_tree(telling.state, fs->root, drawing));
  }
  const bool doubtful = !mounts_doubt(telling).empty();
  size_t inferred = 0, unknown = 0, all = 0;
  for (const Slot slot : tree->in_tree_order()) {
    if (is_unseen(telling.state, tree->filesystem_of(slot))) continue;
    const Mount mount = tree->at(slot);
    ++all;
    inferred += !doubtful && mount.evidence == Evidence::kInferred;
    unknown += doubtful || mount.evidence == Evidence::kUnknown;
  }
  if (inferred) telling.inferred.push_back(fmt::format("{} of {}", inferred, plural(all, "mount")));
  if (unknown) telling.unknown.push_back(fmt::format("whether {} of {} are as shown", unknown, plural(all, "mount")));
}

// Every hierarchy has a cgroup of its own: what is said of each of them is said once.
void once(Words& words) {
  std::set<std::string> said;
  std::erase_if(words, [&](const std::string& word) { return !said.insert(word).second; });
}

// With why: that is behind the last one of those that could not be read for the same reason.
void add_unread(Telling& telling) {
  const Words& unread = telling.options.unread;
  std::erase_if(telling.unknown, [&](const std::string& word) {
    return std::ranges::any_of(unread,
                               [&](const std::string& of) { return of == word || of.starts_with(word + " ("); });
  });
  telling.unknown.insert(telling.unknown.end(), unread.begin(), unread.end());
}

void add_evidence(Telling& telling) {
  once(telling.inferred), once(telling.unknown);
  telling.fields.add("inferred", telling.inferred);
  telling.fields.add("unknown", telling.unknown);
  if (telling.state.doubtful_since)
    telling.fields.add_text("doubtful", fmt::format("since event {}: {}", *telling.state.doubtful_since,
                                                    escape_for_terminal(telling.state.doubt)));
  else if (const std::string_view doubt = mounts_doubt(telling); !doubt.empty())
    telling.fields.add_text("doubtful", escape_for_terminal(doubt));
}

void tell_all(Telling& telling) {
  add_program(telling);
  add_descriptors(telling);
  add_pids(telling);
  add_namespaces(telling);
  add_places(telling);
  add_mounts(telling);
  tell_devices(telling);
  tell_ids(telling);
  tell_privileges(telling);
  tell_limits(telling);
  add_unread(telling);
  add_evidence(telling);
}

}  // namespace

std::string handed_over(const State& state, TaskId id, const HandedOverOptions& options) {
  const TaskState* const task = state.task(id);
  if (!task) return {};
  Telling telling(state, *task, options);
  tell_all(telling);
  return telling.fields.take();
}

HowKnown how_known(const State& state, const TaskState& task, const HandedOverOptions& options) {
  HandedOverOptions without_mounts = options;
  without_mounts.mounts = false;
  Telling telling(state, task, without_mounts);
  tell_all(telling);
  return {.unknown = std::move(telling.unknown), .inferred = std::move(telling.inferred)};
}

}  // namespace cttrace
