#include "render/identity_words.h"

#include <fmt/format.h>
#include <linux/capability.h>

#include <algorithm>
#include <bit>

#include "cttrace/namespace.h"

namespace cttrace {
namespace {

constexpr int kWeighty[] = {
    CAP_DAC_READ_SEARCH, CAP_NET_ADMIN, CAP_SYS_MODULE, CAP_SYS_RAWIO,     CAP_SYS_PTRACE,
    CAP_SYS_ADMIN,       CAP_SYS_BOOT,  CAP_SYS_TIME,   CAP_SYS_RESOURCE,  CAP_MAC_OVERRIDE,
    CAP_MAC_ADMIN,       CAP_SYSLOG,    CAP_BPF,        CAP_PERFMON,       CAP_LINUX_IMMUTABLE,
    CAP_IPC_OWNER,       CAP_SYS_NICE,  CAP_SYS_PACCT,  CAP_AUDIT_CONTROL, CAP_CHECKPOINT_RESTORE};

constexpr uint64_t kUnlimited = ~uint64_t{0};

std::string limit_number(uint64_t limit) { return limit == kUnlimited ? "unlimited" : std::to_string(limit); }

}  // namespace

NamespaceKin kin_of(const Namespace& ns, uint32_t compared_with, const std::set<uint32_t>& joined) {
  const NamespaceType* const type = find_namespace_type(ns.type);
  if (ns.inode && type && ns.inode == type->first_inode) return NamespaceKin::kHosts;
  if (ns.inode && ns.inode == compared_with) return NamespaceKin::kShared;
  if (joined.contains(ns.inode)) return NamespaceKin::kJoined;
  switch (ns.origin) {
    case Namespace::Origin::kCreated: return NamespaceKin::kMade;
    case Namespace::Origin::kJoined: return NamespaceKin::kJoined;
    case Namespace::Origin::kInitial: break;
  }
  return NamespaceKin::kOlder;
}

std::optional<uint32_t> inside(const std::vector<IdExtent>& map, uint32_t id) {
  for (const IdExtent& extent : map)
    if (id >= extent.lower_first && id - extent.lower_first < extent.count)
      return extent.first + (id - extent.lower_first);
  return std::nullopt;
}

bool is_identity(const std::vector<IdExtent>& map) {
  // All but -1, which is no id.
  return map.size() == 1 && map[0].first == 0 && map[0].lower_first == 0 && map[0].count == UINT32_MAX;
}

std::vector<std::string> extent_words(const std::vector<IdExtent>& map) {
  std::vector<std::string> words;
  const auto range = [](uint32_t first, uint32_t count) {
    return count == 1 ? std::to_string(first) : fmt::format("{}-{}", first, uint64_t{first} + count - 1);
  };
  for (const IdExtent& extent : map)
    words.push_back(range(extent.first, extent.count) + " = host " + range(extent.lower_first, extent.count));
  return words;
}

std::optional<std::string> apparmor_profile(const std::string& label) {
  constexpr std::string_view kCommand = "exec ";
  if (!label.starts_with(kCommand)) return std::nullopt;
  return label.substr(std::min(label.find_first_not_of(' ', kCommand.size()), label.size()));
}

std::vector<std::string> capability_names(uint64_t set) {
  uint64_t rest = 0;
  std::vector<std::string> names;
  for (const std::string_view name : flag_names(*flag_set("capability_sets"), set, rest)) names.emplace_back(name);
  if (rest) names.push_back(fmt::format("{:#x}", rest));
  return names;
}

size_t capability_count(uint64_t set) { return static_cast<size_t>(std::popcount(set)); }

uint64_t known_set() {
  uint64_t set = 0;
  for (const NamedValue& known : flag_set("capability_sets")->values) set |= known.value;
  return set;
}

uint64_t weighty_capabilities() {
  uint64_t set = 0;
  for (const int capability : kWeighty) set |= uint64_t{1} << capability;
  return set;
}

std::string limit_name(uint32_t resource) {
  for (const NamedValue& known : flag_set("resources")->values) {
    if (known.value != resource) continue;
    std::string name(known.name.substr(std::string_view("RLIMIT_").size()));
    std::ranges::transform(name, name.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return name;
  }
  return std::to_string(resource);
}

std::string limit_words(uint32_t resource, const Identity::Limit& limit) {
  const std::string words = limit_name(resource) + " " + limit_number(limit.soft);
  return limit.hard == limit.soft ? words : words + " (hard: " + limit_number(limit.hard) + ")";
}

}  // namespace cttrace
