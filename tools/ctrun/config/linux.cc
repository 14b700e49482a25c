// linux.*: namespaces, ids, devices, resources, what is masked, seccomp.
#include "config/linux.h"

#include <sched.h>
#include <sys/mount.h>
#include <sys/personality.h>

#include <algorithm>

#include "config/mount_options.h"
#include "config/names.h"

namespace cttrace::ctrun {
namespace {

std::vector<Namespace> read_namespaces(const JsonReader& json) {
  std::vector<Namespace> found;
  for (const JsonReader& item : json.items()) {
    const std::string type = item.required("type").text();
    const auto& kinds = namespace_kinds();
    const auto kind =
        std::find_if(kinds.begin(), kinds.end(), [&](const NamespaceKind& each) { return each.oci == type; });
    if (kind == kinds.end()) item.at("type").wrong("is no namespace that Linux has: " + type);
    const auto same = [&](const Namespace& each) { return each.type == kind->flag; };
    if (std::any_of(found.begin(), found.end(), same)) item.at("type").wrong("is there twice: " + type);
    found.push_back({kind->flag, item.at("path").text()});
    if (!found.back().path.empty() && found.back().path[0] != '/') item.at("path").wrong("must be an absolute path");
  }
  return found;
}

std::vector<IdMapping> read_mappings(const JsonReader& json) {
  std::vector<IdMapping> found;
  for (const JsonReader& item : json.items())
    found.push_back({item.required("containerID").number<uint32_t>(), item.required("hostID").number<uint32_t>(),
                     item.required("size").number<uint32_t>()});
  return found;
}

DeviceNode read_device(const JsonReader& json) {
  DeviceNode device;
  device.path = json.required("path").text();
  const std::string type = json.required("type").text();
  if (type != "c" && type != "u" && type != "b" && type != "p") json.at("type").wrong("must be c, u, b or p");
  device.type = type == "u" ? 'c' : type[0];
  if (device.type != 'p') {
    device.major = json.required("major").number<uint32_t>();
    device.minor = json.required("minor").number<uint32_t>();
  }
  device.mode = json.at("fileMode").optional_number<uint32_t>().value_or(0666) & 07777;
  device.uid = json.at("uid").optional_number<uint32_t>().value_or(0);
  device.gid = json.at("gid").optional_number<uint32_t>().value_or(0);
  return device;
}

DeviceRule read_device_rule(const JsonReader& json) {
  const std::string type = json.at("type").text();
  const auto number = [&](const char* key) {
    const std::optional<int64_t> value = json.at(key).optional_number<int64_t>();
    return value && *value >= 0 ? std::to_string(*value) : std::string("*");
  };
  std::string access = json.at("access").text();
  if (access.empty()) access = "rwm";
  return {json.required("allow").flag(),
          (type.empty() ? "a" : type) + " " + number("major") + ":" + number("minor") + " " + access};
}

void refuse_other_resources(const JsonReader& json) {
  for (const char* key : {"blockIO", "network", "rdma", "hugepageLimits"})
    if (!json.at(key).means_nothing()) json.at(key).wrong("is not done by ctrun: memory, cpu, pids and devices are");
}

template <typename T>
std::optional<T> unless_zero(std::optional<T> value) {
  return value && *value == 0 ? std::nullopt : value;
}

Resources read_resources(const JsonReader& json) {
  Resources resources;
  const JsonReader memory = json.at("memory"), cpu = json.at("cpu");
  resources.memory_limit = unless_zero(memory.at("limit").optional_number<int64_t>());
  resources.memory_reservation = unless_zero(memory.at("reservation").optional_number<int64_t>());
  resources.memory_swap = unless_zero(memory.at("swap").optional_number<int64_t>());
  resources.memory_swappiness = memory.at("swappiness").optional_number<int64_t>();
  if (memory.at("disableOOMKiller")) resources.oom_killer_disabled = memory.at("disableOOMKiller").flag();
  resources.cpu_shares = unless_zero(cpu.at("shares").optional_number<uint64_t>());
  resources.cpu_period = unless_zero(cpu.at("period").optional_number<uint64_t>());
  resources.cpu_quota = unless_zero(cpu.at("quota").optional_number<int64_t>());
  resources.cpus = cpu.at("cpus").text();
  resources.mems = cpu.at("mems").text();
  resources.pids_limit = unless_zero(json.at("pids").at("limit").optional_number<int64_t>());
  for (const JsonReader& rule : json.at("devices").items()) resources.devices.push_back(read_device_rule(rule));
  resources.unified = json.at("unified").text_map();
  for (const auto& [name, value] : resources.unified)
    if (name.find('/') != std::string::npos) json.at("unified").wrong("names files, not paths: " + name);
  refuse_other_resources(json);
  return resources;
}

Seccomp read_seccomp(const JsonReader& json) {
  Seccomp seccomp;
  seccomp.default_action = json.required("defaultAction").text();
  seccomp.default_errno_ret = json.at("defaultErrnoRet").optional_number<uint32_t>();
  seccomp.architectures = json.at("architectures").texts();
  seccomp.flags = json.at("flags").texts();
  if (json.at("listenerPath")) json.at("listenerPath").wrong("is not done by ctrun: it would wait for nobody");
  for (const JsonReader& item : json.at("syscalls").items()) {
    SeccompRule rule;
    rule.names = item.required("names").texts();
    rule.action = item.required("action").text();
    rule.errno_ret = item.at("errnoRet").optional_number<uint32_t>();
    for (const JsonReader& arg : item.at("args").items())
      rule.args.push_back({arg.required("index").number<unsigned>(), arg.required("value").number<uint64_t>(),
                           arg.at("valueTwo").optional_number<uint64_t>().value_or(0), arg.required("op").text()});
    seccomp.rules.push_back(std::move(rule));
  }
  return seccomp;
}

std::optional<uint64_t> read_personality(const JsonReader& json) {
  if (!json) return std::nullopt;
  const std::string domain = json.required("domain").text();
  if (!json.at("flags").items().empty()) json.at("flags").wrong("is not supported: the specification names none");
  if (domain == "LINUX") return PER_LINUX;
  if (domain == "LINUX32") return PER_LINUX32;
  json.at("domain").wrong("must be LINUX or LINUX32");
}

}  // namespace

void read_linux(Config& config, const JsonReader& json) {
  config.namespaces = read_namespaces(json.at("namespaces"));
  config.uid_mappings = read_mappings(json.at("uidMappings"));
  config.gid_mappings = read_mappings(json.at("gidMappings"));
  for (const JsonReader& device : json.at("devices").items()) config.devices.push_back(read_device(device));
  config.cgroups_path = json.at("cgroupsPath").text();
  config.resources = read_resources(json.at("resources"));
  if (const JsonReader propagation = json.at("rootfsPropagation"); !propagation.text().empty()) {
    config.rootfs_propagation = propagation_by_name(propagation.text());
    if (config.rootfs_propagation == 0) propagation.wrong("is no propagation: " + propagation.text());
  }
  config.masked_paths = json.at("maskedPaths").texts();
  config.readonly_paths = json.at("readonlyPaths").texts();
  config.sysctl = json.at("sysctl").text_map();
  if (json.at("seccomp")) config.seccomp = read_seccomp(json.at("seccomp"));
  config.personality = read_personality(json.at("personality"));
  if (json.at("intelRdt")) json.at("intelRdt").wrong("is not done by ctrun");

  if (config.makes(CLONE_NEWUSER) && (config.uid_mappings.empty() || config.gid_mappings.empty()))
    json.at("uidMappings").wrong("and linux.gidMappings must be there for a new user namespace");
  if (!config.find_namespace(CLONE_NEWUSER) && (!config.uid_mappings.empty() || !config.gid_mappings.empty()))
    json.at("uidMappings").wrong("needs a user namespace");
  if (!config.find_namespace(CLONE_NEWNS))
    json.at("namespaces").wrong("must have a mount namespace: mounts would be made on the host");
}

}  // namespace cttrace::ctrun
