// Mounts, masks and identity in words; lists.
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>

#include "base/paths.h"
#include "render/columns.h"
#include "render/completeness.h"
#include "render/identity_words.h"
#include "render/place_words.h"
#include "render/story_words.h"

namespace cttrace {
namespace {

using std::string;
using How = MountDone::How;
using What = IdentityGiven::What;

string with_options(const MountDone& done, const Around& around) {
  const string data = cut_to(safe(done.data), around.limit, false);
  return in_parentheses({listed(done.options, ","), data});
}

// "/sys/fs/cgroup/*/web" where the last part of the target is in the source; otherwise all of it.
string pattern_of(const MountDone::One& mount) {
  const string name = "/" + string(last_part(mount.target.shown()));
  const size_t at = mount.source.find(name);
  if (at == string::npos) return mount.source;
  return mount.source.substr(0, at + 1) + "*" + mount.source.substr(at + name.size());
}

// Many of the kind: "/sys/fs/cgroup/*/web bound on /sys/fs/cgroup/*: cpu, memory". `how`: with all below.
string bound_alike(const MountDone& done, const string& how, const Around& around) {
  const string pattern = pattern_of(done.mounts[0]);
  std::vector<string> names;
  for (const auto& each : done.mounts) {
    const string name = safe(last_part(each.target.shown()));
    names.push_back(pattern_of(each) == pattern ? name : name + " <- " + shown(each.source, around));
  }
  const std::string_view folder = folder_of(done.mounts[0].target.shown());
  const string targets = folder.empty() ? "*" : joined(folder, "/*");
  return fmt::format("{} bound on {}{}: {}", shown(pattern, around), safe(targets), how, listed(names));
}

string bound(const MountDone& done, const Around& around) {
  const auto& first = done.mounts[0];
  const auto itself = [](const MountDone::One& each) { return each.source == each.target.path; };
  const string below = done.recursive ? ", with all below" : "";
  const string under = done.beneath ? ", beneath what is mounted there" : "";
  if (std::ranges::all_of(done.mounts, itself)) {
    std::vector<string> targets;
    for (const auto& each : done.mounts) targets.push_back(shown(each.target, around));
    return listed(targets) + " bound on itself" + below + under;
  }
  if (done.mounts.size() > 1) return bound_alike(done, below + under, around);
  // The starter's, by the name that what is bound over it has in the container.
  const bool outside = first.source == first.target.inside && first.source != first.target.path;
  return shown(first.source, around) + (outside ? " (outside)" : "") + " bound on " + shown(first.target, around) +
         below + under;
}

// Options by which a mount can be changed, in the words of one that has them.
string changed(const MountDone& done) {
  if (done.options.size() == 1 && done.options[0] == "ro") return "read-only";
  return done.options.empty() ? "without options" : listed(done.options, ",");
}

// What was given, and what was not: a value that comes behind it, if there is one, is of both.
struct Phrase {
  What what;
  const char* given;
  const char* refused = nullptr;  // nullptr: the same words
};
constexpr Phrase kPhrases[] = {
    {What::kUid, "uid"},
    {What::kGid, "gid"},
    {What::kGroups, "groups"},
    {What::kFsUid, "fsuid"},
    {What::kFsGid, "fsgid"},
    {What::kCapabilities, "capabilities"},
    {What::kBounding, "dropped from the bounding set:", "not dropped from the bounding set"},
    {What::kAmbientRaise, "raised in the ambient set:", "not raised in the ambient set"},
    {What::kAmbientLower, "lowered in the ambient set:", "not lowered in the ambient set"},
    {What::kAmbientClear, "ambient set emptied", "emptying the ambient set"},
    {What::kNoNewPrivs, "no_new_privs"},
    {What::kSeccomp, "seccomp:"},
    {What::kSecurebits, "securebits:"},
    {What::kKeyring, "session keyring"},
    {What::kLimit, "limits:"},
    {What::kOomScore, "oom_score_adj"},
    {What::kLabel, "label of the program"},
    {What::kDeathSignal, "signal when its parent ends:"},
    {What::kPersonality, "personality"},
};

// AppArmor is told in words of its own what the program shall run as.
std::optional<string> profile_text(const IdentityGiven::One& one) {
  const auto profile = one.what == What::kLabel ? apparmor_profile(one.value) : std::nullopt;
  return profile ? std::optional("AppArmor profile " + safe(*profile) + ", at the next execve") : std::nullopt;
}

const Phrase& phrase(What what) { return *std::ranges::find(kPhrases, what, &Phrase::what); }

bool is_of_set(What what) {
  return what == What::kBounding || what == What::kAmbientLower || what == What::kAmbientRaise;
}

constexpr uint32_t kFew = 6;

// What came of it is said before what it was, where that is a list of capabilities.
string refused(const IdentityGiven::One& one) {
  const Phrase& words = phrase(one.what);
  const string what = words.refused ? words.refused : words.given;
  if (is_of_set(one.what)) {
    const string why = one.error == EINVAL  ? ", unknown to the kernel: "
                       : one.error == EPERM ? ", having none to raise: "
                                            : ", which is normal: ";
    return what + why + (one.times > kFew ? fmt::format("{} capabilities", one.times) : safe(one.value));
  }
  const bool forbidden = one.error == EPERM || one.error == EACCES;
  return what + (one.value.empty() ? "" : " " + safe(one.value)) + (forbidden ? " not allowed" : " refused") +
         ", which is normal";
}

string identity_text(const IdentityGiven::One& one) {
  if (one.error) return refused(one);
  if (const auto profile = profile_text(one)) return *profile;
  const string what = phrase(one.what).given;
  if (is_of_set(one.what) && one.times > kFew) return fmt::format("{} {} capabilities", what, one.times);
  const bool again = one.times > 1 && !is_of_set(one.what) && one.value.find(',') == string::npos;
  return what + (one.value.empty() ? "" : " " + safe(one.value)) + (again ? fmt::format(" ({} times)", one.times) : "");
}

}  // namespace

string listed(const std::vector<string>& words, std::string_view separator) {
  string text;
  for (size_t i = 0; i < words.size(); ++i) {
    if (i) text += separator;
    text += words[i];
  }
  return text;
}

string in_parentheses(std::vector<string> parts) {
  std::erase(parts, "");
  return parts.empty() ? string() : " (" + listed(parts, "; ") + ")";
}

string words_of(const MountDone& done, const Around& around) {
  if (done.propagated) {
    MountDone own = done;
    own.propagated = 0;
    return words_of(own, around) + "; the same in " + plural(done.propagated, "other mount namespace");
  }
  std::vector<string> names;
  for (const auto& each : done.mounts) names.push_back(shown(each.target, around));
  const string targets = listed(names);
  const string under = done.beneath ? ", beneath what is mounted there" : "";
  const string made = done.propagation.empty() ? string() : string(done.recursive ? "r" : "") + done.propagation;
  switch (done.how) {
    case How::kNew: {
      const string& source = done.mounts[0].source;
      const string of = source.starts_with('/') ? " of " + shown(source, around) : string();
      return safe(done.type) + of + " on " + targets + under + with_options(done, around) +
             (made.empty() ? "" : ", made " + made);
    }
    case How::kBind:
      return bound(done, around) + with_options(done, around) + (made.empty() ? "" : ", made " + done.propagation);
    case How::kRemount:
      return targets + (done.recursive ? " and all below now " : " now ") + changed(done) +
             in_parentheses({safe(done.data)});
    case How::kReconfigure: return "filesystem on " + targets + " reconfigured" + with_options(done, around);
    case How::kMove: return shown(done.mounts[0].source, around) + " moved to " + targets + under;
    case How::kSharingGroup: return targets + " joins the sharing group of " + shown(done.mounts[0].source, around);
    case How::kPropagation: return targets + (done.recursive ? " and all below made " : " made ") + made;
    case How::kUnmount: return targets + (done.lazily ? " detached" : " unmounted");
  }
  return targets;
}

string words_of(const PathsMasked& masked, const Around& around) {
  std::vector<string> read_only, null, empty, other, missing;
  for (const auto& each : masked.paths) {
    const string name = shown(each.path, around);
    if (each.error)
      missing.push_back(name);
    else if (each.with == PathsMasked::With::kReadOnly)
      read_only.push_back(name);
    else if (each.with == PathsMasked::With::kDevNull)
      null.push_back(name);
    else if (each.with == PathsMasked::With::kEmptyFolder)
      empty.push_back(name);
    else
      other.push_back(name + " <- " + shown(each.source, around));
  }
  std::vector<string> parts;
  if (!read_only.empty()) parts.push_back("read-only: " + listed(read_only));
  if (!null.empty()) parts.push_back(listed(null) + " <- /dev/null");
  if (!empty.empty()) parts.push_back(listed(empty) + " <- an empty folder");
  if (!other.empty()) parts.push_back(listed(other));
  if (!missing.empty()) parts.push_back("not here, which is normal: " + listed(missing));
  return listed(parts, "; ");
}

string words_of(const IdentityGiven& given, const Around& around) {
  std::vector<string> parts;
  for (const auto& each : given.changes) parts.push_back(with_id_named(identity_text(each), around.id));
  const bool lists = given.changes.size() > 1 && given.changes[0].value.find(',') != string::npos;
  const string text = listed(parts, lists ? "; " : ", ");
  return given.pid ? name_of(given.pid, around) + " gets " + text : text;
}

}  // namespace cttrace
