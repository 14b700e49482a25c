#include "check/canonical_names.h"

#include <algorithm>

#include "base/escape.h"
#include "base/paths.h"

namespace cttrace::canon {
namespace {

constexpr size_t kAddedByMkstemp = 6;
constexpr size_t kTelling = 12;  // a name this long is found inside words, too

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f'); }
bool is_word(char c) { return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

template <typename Is>
size_t run_of(std::string_view text, size_t at, Is is) {
  size_t end = at;
  while (end < text.size() && is(text[end])) ++end;
  return end - at;
}

bool begins_word(std::string_view text, size_t at) { return at == 0 || !is_word(text[at - 1]); }
bool ends_word(std::string_view text, size_t end) { return end == text.size() || !is_word(text[end]); }
bool follows(std::string_view text, size_t at, std::string_view before) { return text.substr(0, at).ends_with(before); }

// Ids of 128 and 256 bits as container engines and systemd write them.
size_t hex_id(std::string_view text, size_t at) {
  if (!begins_word(text, at)) return 0;
  const size_t length = run_of(text, at, is_hex);
  const bool is_id = (length == 32 || length == 40 || length == 64) && ends_word(text, at + length);
  return is_id ? length : 0;
}

size_t uuid(std::string_view text, size_t at) {
  if (!begins_word(text, at)) return 0;
  size_t end = at;
  for (const size_t part : {8, 4, 4, 4, 12}) {
    if (end != at) {
      if (end >= text.size() || text[end] != '-') return 0;
      ++end;
    }
    if (run_of(text, end, is_hex) != part) return 0;
    end += part;
  }
  return ends_word(text, end) ? end - at : 0;
}

size_t number_after(std::string_view text, size_t at, std::string_view before) {
  if (!follows(text, at, before)) return 0;
  const size_t length = run_of(text, at, is_digit);
  return ends_word(text, at + length) ? length : 0;
}

size_t pid(std::string_view text, size_t at) { return number_after(text, at, "/proc/"); }
size_t thread(std::string_view text, size_t at) { return number_after(text, at, "/task/"); }
size_t descriptor(std::string_view text, size_t at) { return number_after(text, at, "/fd/"); }
size_t snapshot(std::string_view text, size_t at) { return number_after(text, at, "/snapshots/"); }

// Pipes, sockets and namespaces as /proc/PID/fd shows them: "pipe:[4711]".
size_t inode(std::string_view text, size_t at) {
  const size_t length = number_after(text, at, ":[");
  return length && text.substr(at + length).starts_with(']') ? length : 0;
}

// The short names that docker and podman give to layers: 26 capitals and digits.
size_t layer(std::string_view text, size_t at) {
  if (!follows(text, at, "l/")) return 0;
  const size_t length = run_of(text, at, [](char c) { return is_digit(c) || (c >= 'A' && c <= 'Z'); });
  return length == 26 && ends_word(text, at + length) ? length : 0;
}

// What is right below a folder for temporary files is called by chance.
size_t temporary(std::string_view text, size_t at) {
  if (!follows(text, at, "/tmp/")) return 0;
  return run_of(text, at, [](char c) { return c != '/' && c != ':' && c != ',' && c != ' ' && c != ']'; });
}

// runc and containerd: "runc-process123456", ".mnt012345": what os.CreateTemp adds.
size_t made_by_go(std::string_view text, size_t at) {
  if (at == 0 || !is_digit(text[at]) || is_digit(text[at - 1])) return 0;
  const size_t length = run_of(text, at, is_digit);
  return length >= 8 && length <= 10 && ends_word(text, at + length) && !begins_word(text, at) ? length : 0;
}

// flatpak calls what runs by a number.
size_t instance(std::string_view text, size_t at) { return number_after(text, at, "/.flatpak/"); }

// "/systemd-private-BOOT-UNIT-XXXXXX": the folder in /tmp of a unit that has one for itself. A part of the unit's name
// is no end.
bool ends_private_folder(std::string_view text, size_t at) {
  const std::string_view before = text.substr(0, at), name = before.substr(before.rfind('/') + 1);
  const std::string_view after = text.substr(std::min(at + kAddedByMkstemp, text.size()));
  return name.starts_with("systemd-private-") && name.ends_with('-') && (after.empty() || after[0] == '/');
}

// What mkstemp(3) adds may look like anything: it is known by what it is added to.
size_t made_by_mkstemp(std::string_view text, size_t at) {
  // bubblewrap: --file and --bind-data. systemd: where it mounts cgroup2, or what it has to mount, for a while.
  const bool is_added = follows(text, at, "/bindfile") || follows(text, at, "/systemd/namespace-") ||
                        (follows(text, at, "unified") && begins_word(text, at - 7)) || ends_private_folder(text, at);
  return is_added && run_of(text, at, is_word) == kAddedByMkstemp ? kAddedByMkstemp : 0;
}

// docker calls the file of a network namespace by the beginning of a long id.
size_t network_namespace(std::string_view text, size_t at) {
  const size_t length = follows(text, at, "/netns/") ? run_of(text, at, is_hex) : 0;
  return length == kTelling && ends_word(text, at + length) ? length : 0;
}

constexpr size_t kRandom64 = 16;  // digits of 64 bits

// ".#kmsg0123456789abcdef": what systemd makes before it gives it its name (tempfn_random, src/basic/tmpfile-util.c).
size_t made_by_systemd(std::string_view text, size_t at) {
  if (run_of(text.substr(0, at + kRandom64), at, is_hex) != kRandom64) return 0;
  const size_t slash = text.rfind('/', at), begin = slash == text.npos ? 0 : slash + 1;
  const bool ends = at + kRandom64 == text.size() || text[at + kRandom64] == '/' || text[at + kRandom64] == ' ';
  return ends && text.substr(begin, at - begin).starts_with(".#") ? kRandom64 : 0;
}

// "web-0123456789abcdef": of a machine that nspawn runs on a copy. A number alone may be anything.
size_t suffix(std::string_view text, size_t at) {
  if (!follows(text, at, "-") || run_of(text, at, is_hex) != kRandom64 || !ends_word(text, at + kRandom64)) return 0;
  return run_of(text, at, is_digit) == kRandom64 ? 0 : kRandom64;
}

constexpr NameRule kRules[] = {
    {"hex-id", "<hex>", hex_id, "/docker/0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
     "/docker/<hex>"},
    {"uuid", "<uuid>", uuid, "libpod-01234567-89ab-cdef-0123-456789abcdef.scope", "libpod-<uuid>.scope"},
    {"pid", "<pid>", pid, "/proc/4711/ns/net", "/proc/<pid>/ns/net"},
    {"thread", "<tid>", thread, "/proc/self/task/4712/attr/exec", "/proc/self/task/<tid>/attr/exec"},
    {"descriptor", "<fd>", descriptor, "/proc/self/fd/6", "/proc/self/fd/<fd>"},
    {"snapshot", "<n>", snapshot, "/io.containerd.snapshotter.v1.overlayfs/snapshots/41/fs",
     "/io.containerd.snapshotter.v1.overlayfs/snapshots/<n>/fs"},
    {"inode", "<n>", inode, "pipe:[4711]", "pipe:[<n>]"},
    {"layer", "<layer>", layer, "lowerdir=l/ABCDEFGHIJKLMNOPQRSTUVWXYZ", "lowerdir=l/<layer>"},
    {"temporary", "<tmp>", temporary, "/tmp/tmp.Xy12z/state", "/tmp/<tmp>/state"},
    {"instance", "<n>", instance, "/run/flatpak/.flatpak/3046136165", "/run/flatpak/.flatpak/<n>"},
    {"created-file", "<tmp>", made_by_mkstemp, "/bindfileR7EXjC", "/bindfile<tmp>", true},
    {"netns", "<hex>", network_namespace, "/run/docker/netns/1a2b3c4d5e6f", "/run/docker/netns/<hex>"},
    {"before-its-name", "<hex>", made_by_systemd, "/run/.#proc-id0123456789abcdef", "/run/.#proc-id<hex>", true},
    {"suffix", "<hex>", suffix, "web-54f6d573135835a8", "web-<hex>"},
    {"created-temp", "<n>", made_by_go, "/run/runc-process123456789", "/run/runc-process<n>"},
};

// Where no rule begins, whatever follows: inside a word, but at its first digit.
bool goes_on(std::string_view text, size_t at) {
  return !begins_word(text, at) && (!is_digit(text[at]) || is_digit(text[at - 1]));
}

bool is_at(std::string_view text, size_t at, std::string_view what) { return text.substr(at).starts_with(what); }

struct Replacement {
  size_t length = 0;  // of what is replaced; 0: nothing
  const char* becomes = "";
};

Replacement by_rule(std::string_view text, size_t at) {
  for (const NameRule& rule : kRules) {
    if (goes_on(text, at) && !rule.inside) continue;
    if (const size_t length = rule.length(text, at)) return {length, rule.becomes};
  }
  return {};
}

// `known_at`: what is known of the text from there on, which comes before the rules.
template <typename KnownAt>
std::string replaced(std::string_view text, KnownAt known_at) {
  std::string out;
  std::string kept;  // escaped at the end of each run: canonical text can be shown and kept anywhere
  const auto flush = [&] { out += escape_for_terminal(kept), kept.clear(); };
  for (size_t at = 0; at < text.size();) {
    Replacement found = known_at(at);
    if (!found.length) found = by_rule(text, at);
    if (!found.length) {
      kept += text[at++];
      continue;
    }
    flush();
    out += found.becomes;
    at += found.length;
  }
  flush();
  return out;
}

}  // namespace

std::span<const NameRule> name_rules() { return kRules; }

std::string canonical_name(std::string_view text) {
  return replaced(text, [](size_t) { return Replacement(); });
}

bool is_made_up(std::string_view name) {
  const size_t length = run_of(name, 0, is_hex);
  return name.empty() || (length == name.size() && length >= kTelling) || canonical_name(name) != name;
}

Names::Names(const ContainerFacts& facts) {
  const auto know = [this](const std::string& text, const char* becomes, bool anywhere) {
    if (text.size() > 1) known_.push_back({text, becomes, anywhere});
  };
  know(facts.rootfs, "<rootfs>", false);
  know(facts.bundle, "<bundle>", false);
  // One that is called by its program says what that is, and a hostname that somebody chose is compared for itself.
  const std::string_view program = facts.argv.empty() ? "" : last_part(facts.argv[0]);
  const bool is_hostname = facts.name_is_hostname && !is_made_up(facts.name);
  for (const std::string& name : {facts.name, facts.short_name})
    if (name != program && !is_hostname) know(name, "<id>", name.size() >= kTelling);
  std::ranges::stable_sort(known_, std::greater(), [](const Known& each) { return each.text.size(); });
}

std::string Names::operator()(std::string_view text) const {
  return replaced(text, [&](size_t at) -> Replacement {
    const auto found = std::ranges::find_if(known_, [&](const Known& each) {
      if (each.text.front() != text[at] || !is_at(text, at, each.text)) return false;
      // A folder ends where a path goes on; a name is a word.
      const bool begins = each.text.front() == '/' ? at == 0 || !is_word(text[at - 1]) : begins_word(text, at);
      return each.anywhere || (begins && ends_word(text, at + each.text.size()));
    });
    if (found == known_.end()) return {};
    return {found->text.size(), found->becomes};
  });
}

}  // namespace cttrace::canon
