// Names from command lines, cgroups and paths.
#include "story/naming.h"

#include <algorithm>
#include <cctype>

#include "base/paths.h"
#include "story/call.h"

namespace cttrace {
namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";

bool is_hex_id(std::string_view name) {
  return name.size() >= 32 && name.find_first_not_of(kHexDigits) == std::string_view::npos;
}

// "-M web" or "-Mweb" of systemd-nspawn: elsewhere that letter means other things.
std::string machine_of(const std::vector<std::string>& argv) {
  std::string name = option_value(argv, {"-M"});
  if (!name.empty()) return name;
  const auto joined =
      std::ranges::find_if(argv, [](const std::string& word) { return word.starts_with("-M") && word.size() > 2; });
  return joined == argv.end() ? std::string() : joined->substr(2);
}

// The last word of "... run [OPTION...] ID [-- COMMAND...]".
std::string run_argument(const std::vector<std::string>& argv) {
  for (size_t i = 1; i + 1 < argv.size(); ++i) {
    if (argv[i] != "run" && argv[i] != "create") continue;
    const auto command = std::find(argv.begin() + static_cast<ptrdiff_t>(i) + 2, argv.end(), "--");
    const std::string& last = *std::prev(command);
    if (!last.starts_with('-')) return last;
  }
  return {};
}

// The last part of a cgroup, without what systemd puts behind. A hidden one is a part of the one that it is in:
// lxc-attach puts who enters into "/lxc.payload.web/.lxc".
std::string leaf_of(const std::string& cgroup) {
  std::string rest = cgroup;
  for (size_t slash = rest.rfind('/'); slash != rest.npos && last_part(rest).starts_with('.'); slash = rest.rfind('/'))
    rest.resize(slash);
  std::string leaf(last_part(rest));
  for (std::string_view suffix : {".scope", ".service", ".slice"})
    if (leaf.ends_with(suffix)) leaf.resize(leaf.size() - suffix.size());
  return leaf == "/" ? std::string() : leaf;
}

// A word of the command line that is all of `text`, or its end behind a separator: "web" of "lxc.payload.web".
std::string word_at_end(const std::vector<std::string>& argv, const std::string& text) {
  std::string longest;
  for (size_t i = 1; i < argv.size(); ++i) {
    std::string_view word = last_part(argv[i]);
    if (word.empty() || word.starts_with('-') || word.size() <= longest.size() || !text.ends_with(word)) continue;
    const bool whole = word.size() == text.size();
    if (whole || std::string_view("-.:_").find(text[text.size() - word.size() - 1]) != std::string_view::npos)
      longest = word;
  }
  return longest;
}

}  // namespace

std::string option_value(const std::vector<std::string>& argv, std::initializer_list<std::string_view> names) {
  for (size_t i = 1; i < argv.size(); ++i) {
    for (std::string_view name : names) {
      if (argv[i] == name && i + 1 < argv.size()) return argv[i + 1];
      if (name.starts_with("--") && argv[i].starts_with(name) && argv[i].size() > name.size() &&
          argv[i][name.size()] == '=')
        return argv[i].substr(name.size() + 1);
    }
  }
  return {};
}

std::vector<std::string> own_words(const std::vector<std::string>& argv, const std::vector<std::string>& program) {
  std::vector<std::string> own = argv;
  // "sh" may be executed as "/bin/sh".
  if (own.size() > program.size() && !program.empty() &&
      std::equal(program.begin() + 1, program.end(), own.end() - static_cast<ptrdiff_t>(program.size()) + 1) &&
      last_part(program[0]) == last_part(own[own.size() - program.size()]))
    own.resize(own.size() - program.size());
  return own;
}

Named named_by(const Told& told) {
  const std::vector<std::string> own = own_words(told.argv, told.program);
  const std::vector<std::string>& program = told.program;
  const std::string leaf = leaf_of(told.cgroup);
  Named named;
  named.called = option_value(own, {"--id", "--machine", "--name"});
  if (named.called.empty() && !own.empty() && last_part(own[0]) == "systemd-nspawn") named.called = machine_of(own);
  if (named.called.empty()) named.called = word_at_end(own, leaf);
  if (named.called.empty()) named.called = run_argument(own);
  if (named.called.empty()) {
    named.called = word_at_end(own, told.hostname);
    named.by_hostname = !named.called.empty() && option_value(own, {"--hostname"}) == named.called;
  }
  named.name = named.called;
  if (named.name.empty()) named.name = leaf;
  if (named.name.empty()) {
    named.name = told.hostname;
    named.by_hostname = !named.name.empty();
  }
  if (named.name.empty() && !program.empty()) named.name = last_part(program[0]);
  return named;
}

bool has_word(const std::vector<std::string>& words, const std::string& word) {
  return !word.empty() && std::ranges::find(words, word) != words.end();
}

bool makes_container(const std::vector<std::string>& argv) { return !run_argument(argv).empty(); }

bool commands_another(const std::vector<std::string>& argv, const std::vector<std::string>& executed) {
  const auto dashes = std::ranges::find(argv, "--");
  return dashes != argv.end() && std::next(dashes) != argv.end() &&
         !std::equal(std::next(dashes), argv.end(), executed.begin(), executed.end());
}

std::string long_id(const std::string& name, const std::string& cgroup) {
  if (is_hex_id(name)) return name;
  const std::string leaf = leaf_of(cgroup);
  std::string id = leaf.substr(leaf.find_last_not_of(kHexDigits) + 1);
  return is_hex_id(id) ? id : std::string();
}

std::string short_name(const std::string& name) { return is_hex_id(name) ? name.substr(0, 12) : name; }

std::string version_in(std::string_view path) {
  for (size_t i = 0; i < path.size(); ++i) {
    if (!std::isdigit(static_cast<unsigned char>(path[i])) ||
        (i > 0 && path[i - 1] != '-' && path[i - 1] != 'v' && path[i - 1] != '/'))
      continue;
    size_t end = i;
    while (end < path.size() && (std::isdigit(static_cast<unsigned char>(path[end])) || path[end] == '.')) ++end;
    std::string_view version = path.substr(i, end - i);
    while (version.ends_with('.')) version.remove_suffix(1);
    if (version.find('.') != std::string_view::npos) return std::string(version);
    i = end;
  }
  return {};
}

Isolation isolation_of(bool mounts, bool pids) {
  if (mounts) return pids ? Isolation::kContainer : Isolation::kMounts;
  return pids ? Isolation::kPids : Isolation::kChroot;
}

std::string kind_in_words(Isolation isolation, bool user_namespace, bool nested, bool begun_before, bool new_root) {
  switch (isolation) {
    case Isolation::kChroot:
      if (!new_root) return "the starter's mounts and pids";
      if (begun_before && !nested) return "another root in namespaces that were there when tracing began";
      return nested ? "another root in the namespaces of its container" : "chroot only: not isolated by namespaces";
    case Isolation::kMounts:
      return user_namespace ? "mounts and users of its own, the starter's pids"
                            : "mounts of its own, the starter's pids";
    case Isolation::kPids:
      return user_namespace ? "pids and users of its own, the starter's mounts"
                            : "pids of its own, the starter's mounts";
    case Isolation::kContainer: break;
  }
  return user_namespace ? "container with users of its own" : "container";
}

}  // namespace cttrace
