#include "resolve.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>

namespace cttrace::oracle {
namespace {

struct SeenMount {
  std::string root, mountpoint, type;
};

// What populate() of operations.c makes, and what is in every filesystem of its kind.
struct Layout {
  std::vector<std::string> folders, files;
};
const Layout& layout_of(const std::string& type) {
  static const Layout kOrdinary = {{"/a", "/a/b", "/c", "/s p"}, {"/x", "/a/y"}};
  static const Layout kProc = {{"/tty", "/sys", "/sys/kernel"}, {"/version", "/sys/kernel/hostname"}};
  static const Layout kSysfs = {{"/fs", "/kernel"}, {"/kernel/uevent_seqnum"}};
  static const Layout kNone;
  if (type == "tmpfs" || type == "ramfs") return kOrdinary;
  if (type == "proc") return kProc;
  return type == "sysfs" ? kSysfs : kNone;
}

bool is_file(const SeenMount& mount) {
  const std::vector<std::string>& files = layout_of(mount.type).files;
  return std::ranges::find(files, mount.root) != files.end() || mount.type == "nsfs";
}

std::string join(const std::string& folder, const std::string& below) {
  if (below.empty()) return folder;
  return (folder == "/" ? "" : folder) + below;
}

// Those of `paths` that are below `root` of a filesystem, from there.
std::vector<std::string> below(const std::vector<std::string>& paths, const std::string& root) {
  const std::string prefix = root == "/" ? "" : root;
  std::vector<std::string> found;
  for (const std::string& path : paths) {
    if (path.starts_with(prefix + "/")) found.push_back(path.substr(prefix.size()));
  }
  return found;
}

std::vector<SeenMount> parse(const std::string& mountinfo) {
  std::vector<SeenMount> mounts;
  for (const std::string& line : split(mountinfo, '\n')) {
    const std::vector<std::string> fields = split(line, ' ');
    const auto dash = std::ranges::find(fields, "-");
    if (fields.size() < 6 || fields.end() - dash < 2) continue;
    mounts.push_back({unescape(fields[3]), unescape(fields[4]), dash[1]});
  }
  return mounts;
}

// Any mount; seldom the root or /proc, without which little works.
std::string mountpoint(const std::vector<SeenMount>& mounts, unsigned which) {
  std::vector<std::string> found;
  for (const SeenMount& mount : mounts) {
    if (which % 16 == 0 || (mount.mountpoint != "/" && mount.mountpoint != "/proc")) found.push_back(mount.mountpoint);
  }
  return found.empty() ? "/" : found[which % found.size()];
}

std::string folder(const std::vector<SeenMount>& mounts, unsigned which, unsigned sub) {
  std::vector<SeenMount> found;
  std::ranges::copy_if(mounts, std::back_inserter(found), [](const SeenMount& mount) { return !is_file(mount); });
  if (found.empty()) return "/";
  const SeenMount& mount = found[which % found.size()];
  const std::vector<std::string> subs = below(layout_of(mount.type).folders, mount.root);
  return sub == 0 || subs.empty() ? mount.mountpoint : join(mount.mountpoint, subs[(sub - 1) % subs.size()]);
}

std::string file(const std::vector<SeenMount>& mounts, unsigned which) {
  std::vector<std::string> found;
  for (const SeenMount& mount : mounts) {
    if (is_file(mount)) found.push_back(mount.mountpoint);
    for (const std::string& path : below(layout_of(mount.type).files, mount.root)) {
      found.push_back(join(mount.mountpoint, path));
    }
  }
  return found.empty() ? "/x" : found[which % found.size()];
}

// "M3", "D3.1", "F3", and what is below it: "M3/a"
std::string target(const std::string& wish, const View& view) {
  const std::vector<SeenMount> mounts = parse(view.mountinfo);
  unsigned which = 0, sub = 0;
  sscanf(wish.c_str() + 1, "%u.%u", &which, &sub);
  const std::string more = unescape(wish.substr(std::min(wish.find('/'), wish.size())));
  if (wish[0] == 'M') return join(mountpoint(mounts, which), more);
  return join(wish[0] == 'F' ? file(mounts, which) : folder(mounts, which, sub), more);
}

std::pair<std::string, std::string> split_last(const std::string& path) {
  const size_t slash = path.rfind('/');
  return {slash == 0 ? "/" : path.substr(0, slash), path.substr(slash + 1)};
}

std::vector<std::string> components(const std::string& path) {
  std::vector<std::string> parts = split(path, '/');
  std::erase(parts, "");
  return parts;
}

std::string relative(const std::string& from, const std::string& to) {
  if (from.empty()) return to;
  const std::vector<std::string> here = components(from), there = components(to);
  const auto [left, right] = std::ranges::mismatch(here, there);
  std::string path;
  for (auto up = left; up != here.end(); ++up) path += "../";
  for (auto down = right; down != there.end(); ++down) path += *down + "/";
  return path.empty() ? "." : path.substr(0, path.size() - 1);
}

std::string with_dots(const std::string& path) {
  const auto [folder, last] = split_last(path);
  if (folder == "/") return "/.././" + last;
  return folder + "/../" + split_last(folder).second + "/./" + last;
}

// Through the symbolic link "l", which is a's twin; otherwise through "abs" of /w, which is /w/c.
std::string through_link(const std::string& path) {
  const std::string whole = path + "/";
  const size_t at = whole.find("/a/");
  if (at != std::string::npos) return path.substr(0, at) + "/l" + path.substr(at + 2);
  return path.starts_with("/w/c") ? "/w/abs" + path.substr(4) : path;
}

std::string in_form(const std::string& form, const std::string& path, const View& view) {
  const auto [folder, last] = split_last(path);
  if (form == "rel") return escape(relative(view.cwd, path));
  if (form == "dir") return "{" + escape(folder) + "}" + escape(last.empty() ? "." : last);
  if (form == "fd") return "{" + escape(path) + "}";
  if (form == "proc") return "{proc:" + escape(path) + "}";
  if (form == "procdir") return "{proc:" + escape(folder) + "}" + escape(last.empty() ? "." : last);
  if (form == "dots") return escape(with_dots(path));
  if (form == "link") return escape(through_link(path));
  return escape(path);
}

}  // namespace

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const size_t end = std::min(text.find(separator), text.size());
    parts.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parts;
}

std::string escape(std::string_view path) {
  std::string text;
  for (const char c : path) {
    if (c != ' ' && c != '\\' && c != '\n' && c != '\t') {
      text += c;
      continue;
    }
    std::array<char, 5> octal;
    snprintf(octal.data(), octal.size(), "\\%03o", static_cast<unsigned char>(c));
    text += octal.data();
  }
  return text;
}

std::string unescape(std::string_view text) {
  std::string path;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 3 < text.size()) {
      path += static_cast<char>(strtoul(std::string(text.substr(i + 1, 3)).c_str(), nullptr, 8));
      i += 3;
    } else {
      path += text[i];
    }
  }
  return path;
}

std::string resolve(const std::string& word, const View& view) {
  const size_t at = word.find('@');
  if (at == std::string::npos || at + 1 >= word.size()) return word;
  const std::string form = at == 0 ? "" : word.substr(0, at - 1);
  return in_form(form, target(word.substr(at + 1), view), view);
}

}  // namespace cttrace::oracle
