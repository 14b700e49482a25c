// Fields of an OCI configuration: namespaces, maps, devices, paths, names, sysctls, filters.
#include <fmt/format.h>
#include <sys/personality.h>
#include <sys/stat.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "check/controls.h"
#include "check/evidence.h"
#include "check/masks.h"
#include "check/oci_judging.h"
#include "cttrace/namespace.h"
#include "render/identity_words.h"

namespace cttrace {
namespace {

using From = NamespaceFacts::From;

std::string_view how(From from) {
  return from == From::kMade ? "made" : from == From::kJoined ? "joined" : "the starter's";
}

void judge_namespaces(OciJudging& judging, const OciJson& value, const std::string& path) {
  if (!judging.is_list(value, path)) return;
  for (const OciJson& each : value) {
    if (!judging.is_object(each, path)) return;
    judging.check_keys(each, path, {"type", "path"});
    const std::string type = text_in(each, "type");
    if (std::ranges::find(kNamespaceTypes, type, &NamespaceType::oci) == kNamespaceTypes.end())
      judging.cannot_judge(path + "[" + type + "]", "there is no such namespace");
  }
  for (const NamespaceType& each : namespace_types_from({CLONE_NEWNS, CLONE_NEWPID, CLONE_NEWNET, CLONE_NEWIPC})) {
    const std::string_view type = each.oci, name = each.name();
    const auto entry =
        std::ranges::find_if(value, [type](const OciJson& given) { return text_in(given, "type") == type; });
    const auto facts = std::ranges::find(judging.handed.namespaces, name, &NamespaceFacts::name);
    const std::string field = fmt::format("{}[{}]", path, type);
    const bool wanted = entry != value.end();
    if (facts == judging.handed.namespaces.end() || !facts->from.known()) {
      if (wanted) judging.cannot_judge(field, "where it comes from is not known");
      continue;
    }
    const From from = facts->from.value;
    const std::vector<EventNumber> events = facts->made_by ? std::vector{facts->made_by} : std::vector<EventNumber>();
    if (!wanted) {
      if (from != From::kStarters)
        judging
            .unasked(field, fmt::format("it has a {} namespace of its own", name), std::string(how(from)),
                     from == From::kMade ? Consequence::kStronger : Consequence::kEqual)
            .events = events;
      continue;
    }
    const bool has_path =
        entry->contains("path") && (*entry)["path"].is_string() && !(*entry)["path"].get<std::string>().empty();
    const From asked = has_path ? From::kJoined : From::kMade;
    // Who joins the one that the starter is in has the starter's.
    if (from == asked || (has_path && from == From::kStarters)) {
      judging.satisfied(field, fmt::format("its {} namespace is {}", name, how(from)), events);
      continue;
    }
    judging
        .broken(field, fmt::format("its {} namespace is {}", name, how(from)), std::string(how(asked)),
                std::string(how(from)), from == From::kStarters ? Consequence::kWeaker : Consequence::kEqual)
        .events = events;
  }
}

void judge_map(OciJudging& judging, const OciJson& value, const std::string& path) {
  if (!judging.is_list(value, path) || value.empty()) return;
  const bool gids = path.ends_with("gidMappings");
  const auto& map = gids ? judging.handed.gid_map : judging.handed.uid_map;
  if (!map.known()) return judging.cannot_judge(path, "the map is not known");
  std::vector<IdExtent> wanted;
  for (const OciJson& each : value) {
    if (!judging.is_object(each, path)) return;
    judging.check_keys(each, path, {"containerID", "hostID", "size"});
    IdExtent extent;
    for (const auto& [key, member] :
         {std::pair("containerID", &IdExtent::first), std::pair("hostID", &IdExtent::lower_first),
          std::pair("size", &IdExtent::count)}) {
      const std::optional<int64_t> number = each.contains(key) ? judging.number(each[key], path) : 0;
      if (!number) return;
      if (*number < 0 || *number > UINT32_MAX)
        return judging.cannot_judge(path, fmt::format("{} {} is no id, nor a number of them", key, *number));
      extent.*member = static_cast<uint32_t>(*number);
    }
    wanted.push_back(extent);
  }
  const std::string expected = joined(extent_words(wanted)), found = joined(extent_words(map.value));
  std::vector<EventNumber> events = events_of<MapsWritten>(judging.container);
  if (expected == found) return judging.satisfied(path, found, events);
  judging.broken(path, "the map is " + found, expected, found).events = events;
}

void judge_devices(OciJudging& judging, const OciJson& value, const std::string& path) {
  if (!judging.is_list(value, path)) return;
  for (const OciJson& each : value) {
    if (!judging.is_object(each, path)) continue;
    const std::string where = text_in(each, "path");
    const std::string field = path + "[" + where + "]";
    judging.check_keys(each, field, {"type", "path", "major", "minor", "fileMode", "uid", "gid"});
    const std::string type = text_in(each, "type");
    if (type == "p") {
      judging.not_visible(field, "a fifo is no device");
      continue;
    }
    const auto found = judging.handed.devices.find(where);
    if (found == judging.handed.devices.end()) {
      judging.broken(field, "there is no such device", "a device", "nothing");
      continue;
    }
    const DeviceFacts& device = found->second;
    const std::vector<EventNumber> events = device.made_by ? std::vector{device.made_by} : std::vector<EventNumber>();
    bool differs = false;
    const auto compare = [&](const char* key, bool known, int64_t is, Consequence consequence) {
      if (!each.contains(key)) return;
      const std::optional<int64_t> wanted = judging.number(each[key], field + "." + key);
      if (!wanted || *wanted == is) return;
      differs = true;
      const bool octal = std::string_view(key) == "fileMode";
      const auto words = [&](int64_t number) { return octal ? fmt::format("{:04o}", number) : std::to_string(number); };
      // What the umask took away is not known: there are at most the permissions that were asked for.
      if (!known && !(octal && (*wanted & ~is))) return judging.cannot_judge(field + "." + key, "it is not known");
      judging
          .broken(field + "." + key, fmt::format("{} of {} is {}", key, where, words(is)), words(*wanted), words(is),
                  consequence)
          .events = events;
    };
    if ((type == "b") != device.block) {
      differs = true;
      judging
          .broken(field + ".type", where + (device.block ? " is a block device" : " is a character device"), type,
                  device.block ? "b" : "c")
          .events = events;
    }
    compare("major", true, device.major, Consequence::kEqual);
    compare("minor", true, device.minor, Consequence::kEqual);
    const bool has_mode = device.permissions.known();
    const auto mode = static_cast<int64_t>(device.permissions.value & 07777);
    const bool wider =
        each.contains("fileMode") && each["fileMode"].is_number_integer() && (mode & ~each["fileMode"].get<int64_t>());
    compare("fileMode", has_mode, mode, wider ? Consequence::kWeaker : Consequence::kStronger);
    const auto id = [&](const Fact<uint32_t>& fact, bool gid) {
      const auto own = gid ? judging.handed.gid_inside(fact.value) : judging.handed.uid_inside(fact.value);
      return own ? int64_t{*own} : -1;
    };
    compare("uid", device.uid.known(), id(device.uid, false), Consequence::kEqual);
    compare("gid", device.gid.known(), id(device.gid, true), Consequence::kEqual);
    if (!differs) judging.satisfied(field, where + " is there", events);
  }
}

// Some runtimes look whether a path is there before they do anything about it, by a call that is not traced; the others
// try, and where they fail it is seen.
bool tries_what_is_not_there(const OciJudging& judging) {
  return std::ranges::any_of(judging.container.masks, [](const MaskFacts& mask) { return mask.error == ENOENT; });
}

// What every kernel has: proc_root_init() and its callees, firmware_init().
constexpr std::string_view kAlwaysThere[] = {"/proc/bus", "/proc/cpuinfo", "/proc/driver", "/proc/fs",
                                             "/proc/irq", "/proc/meminfo", "/proc/sys",    "/sys/firmware"};

// Whether there is anything that something could have been done about is not recorded.
bool may_be_absent(const OciJudging& judging, const std::string& path, const MountFacts& mount) {
  if (mount.path == path || tries_what_is_not_there(judging)) return false;
  return std::ranges::find(kAlwaysThere, path) == std::end(kAlwaysThere);
}

void judge_path(OciJudging& judging, const std::string& path, const std::string& list, bool masked) {
  const std::string field = list + "[" + path + "]";
  const MountFacts* const mount = judging.handed.mount_of(path);
  const MaskFacts* const mask = mask_of(judging.container, path);
  if (!mount || mount->evidence == Evidence::kUnknown)
    return judging.cannot_judge(field, "what is mounted there is not known");
  std::vector<EventNumber> events = mask ? std::vector{mask->event} : std::vector<EventNumber>();
  const Fact<bool> read_only = is_read_only(*mount);
  if (masked ? is_a_mask(judging.container, *mount) : read_only.known() && read_only.value)
    return judging.satisfied(field, masked ? path + " is masked" : path + " is read-only", events);
  if (mask && mask->error == ENOENT) return judging.satisfied(field, "there is no " + path, events);
  if (const std::string why = why_not_there(path, *mount); !why.empty())
    return judging.satisfied(field, "there is no " + path + ": " + why, events);
  const std::optional<bool> there = is_there(judging.kernel_files, path, *mount);
  if (!mask && there && !*there) return judging.satisfied(field, "there is no " + path, events);
  if (!mask && !there && may_be_absent(judging, path, *mount))
    return judging.not_visible(field, "nothing was done about it: whether it is there is not recorded");
  if (const std::string more = mask ? "" : what_is_left_out<PathsMasked>(judging.container); !more.empty())
    return judging.cannot_judge(field, more + ": what was done about it may be among them");
  if (!masked && !read_only.known()) return judging.cannot_judge(field, "whether it can be written is not known");
  judging
      .broken(field, masked ? path + " is not masked" : path + " can be written", masked ? "masked" : "read-only",
              masked ? "not masked" : "writable", Consequence::kWeaker)
      .events = events;
}

void judge_paths(OciJudging& judging, const OciJson& value, const std::string& path) {
  const auto paths = judging.texts(value, path);
  if (!paths) return;
  if (!judging.handed.mounts.known()) return judging.cannot_judge(path, "its mounts are not known");
  for (const std::string& each : *paths) judge_path(judging, each, path, path == "linux.maskedPaths");
}

std::vector<EventNumber> names_given(const OciJudging& judging, bool domain) {
  std::vector<EventNumber> events;
  for (const Step& step : judging.container.steps)
    if (const auto* given = std::get_if<NameGiven>(&step.facts); given && given->domain == domain)
      events.insert(events.end(), step.calls.begin(), step.calls.end());
  return events;
}

void judge_name(OciJudging& judging, const OciJson& value, const std::string& path) {
  const std::optional<std::string> wanted = judging.text(value, path);
  if (!wanted || wanted->empty()) return;
  const bool domain = path == "domainname";
  judging.compare(path, domain ? judging.handed.domainname : judging.handed.hostname, *wanted,
                  names_given(judging, domain));
}

void judge_sysctl(OciJudging& judging, const OciJson& value, const std::string& path) {
  if (!judging.is_object(value, path)) return;
  for (const auto& [name, each] : value.items()) {
    const std::string field = path + "[" + name + "]";
    const std::optional<std::string> wanted = judging.text(each, field);
    if (!wanted) continue;
    std::string file = name;
    std::ranges::replace(file, '.', '/');
    const auto found = judging.handed.sysctls.find(file);
    if (found == judging.handed.sysctls.end()) {
      judging.broken(field, "it was not written", *wanted, "nothing");
    } else if (found->second == *wanted) {
      judging.satisfied(field, "it is " + *wanted, events_of<ControlsWritten>(judging.container));
    } else {
      judging.broken(field, "it is " + found->second, *wanted, found->second);
    }
  }
}

void judge_seccomp(OciJudging& judging, const OciJson& value, const std::string& path) {
  if (!judging.is_object(value, path)) return;
  const Fact<uint32_t>& mode = judging.handed.identity.seccomp_mode;
  if (!mode.known()) return judging.cannot_judge(path, "whether there is a filter is not known");
  const std::vector<EventNumber> events = events_of(judging.container, IdentityGiven::What::kSeccomp);
  if (mode.value == 2) {
    judging.satisfied(path, "there is a filter", events);
    judging.not_visible(path + ".syscalls", "what a filter forbids is not recorded");
  } else {
    judging.broken(path, "there is no seccomp filter", "a filter", "none", Consequence::kWeaker).events = events;
  }
}

void judge_personality(OciJudging& judging, const OciJson& value, const std::string& path) {
  const std::optional<std::string> wanted = judging.text(value, path);
  if (!wanted) return;
  const auto& fact = judging.handed.identity.personality;
  const bool is_32 = (fact.value & 0xff) == PER_LINUX32;
  judging.compare(path, {.value = is_32 ? "LINUX32" : "LINUX", .evidence = fact.evidence}, *wanted,
                  events_of(judging.container, IdentityGiven::What::kPersonality));
}

void judge_time_offsets(OciJudging& judging, const OciJson& value, const std::string& path) {
  if (!judging.is_object(value, path)) return;
  const std::map<std::string, TimeOffset> written = time_offsets(judging.container);
  for (const auto& [clock, offset] : value.items()) {
    const std::string field = path + "[" + clock + "]";
    if (!judging.is_object(offset, field)) continue;
    judging.check_keys(offset, field, {"secs", "nanosecs"});
    const auto part = [&, &each = offset](const char* key) {
      return each.contains(key) ? judging.number(each[key], field) : std::optional<int64_t>(0);
    };
    const std::optional<int64_t> seconds = part("secs"), nanoseconds = part("nanosecs");
    if (!seconds || !nanoseconds) continue;
    if (const std::string more = what_is_left_out<ControlsWritten>(judging.container); !more.empty()) {
      judging.cannot_judge(field, more + ": what was written last may be among them");
      continue;
    }
    const std::string wanted = fmt::format("{} {}", *seconds, *nanoseconds);
    const auto found = written.find(clock);
    if (found == written.end()) {
      judging.broken(field, "it was not written to timens_offsets", wanted, "nothing");
      continue;
    }
    const std::string is = fmt::format("{} {}", found->second.seconds, found->second.nanoseconds);
    if (is == wanted)
      judging.satisfied(field, "it was written", found->second.events);
    else
      judging.broken(field, is + " was written", wanted, is).events = found->second.events;
  }
}

}  // namespace

std::vector<OciField> oci_linux_fields() {
  return {
      {"linux.namespaces", "namespaces of its own, or joined", judge_namespaces},
      {"linux.uidMappings", "the uid map of its user namespace", judge_map},
      {"linux.gidMappings", "the gid map of its user namespace", judge_map},
      {"linux.devices", "device nodes: their type, numbers, mode and owner", judge_devices},
      {"linux.netDevices", "network devices are moved by netlink, which is not traced", nullptr},
      {"linux.maskedPaths", "what cannot be read", judge_paths},
      {"linux.readonlyPaths", "what cannot be written", judge_paths},
      {"linux.sysctl", "sysctls", judge_sysctl},
      {"linux.seccomp", "a seccomp filter", judge_seccomp},
      {"linux.personality.domain", "the execution domain", judge_personality},
      {"linux.personality.flags", "the specification knows no flags yet", nullptr},
      {"linux.timeOffsets", "offsets of its time namespace", judge_time_offsets},
      {"linux.intelRdt", "resctrl is no filesystem of which writes are recorded", nullptr},
      {"linux.memoryPolicy", "set_mempolicy is a call that is not traced", nullptr},
      {"hostname", "the host name", judge_name},
      {"domainname", "the domain name", judge_name},
  };
}

}  // namespace cttrace
