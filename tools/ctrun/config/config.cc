// config.json, key by key, as the OCI runtime specification 1.0.2 has it.
#include "config/config.h"

#include <sched.h>
#include <sys/mount.h>

#include <algorithm>

#include "config/json_reader.h"
#include "config/linux.h"
#include "config/mount_options.h"
#include "config/names.h"

namespace cttrace::ctrun {
namespace {

User read_user(const JsonReader& json) {
  User user;
  user.uid = json.at("uid").optional_number<uint32_t>().value_or(0);
  user.gid = json.at("gid").optional_number<uint32_t>().value_or(0);
  user.umask = json.at("umask").optional_number<uint32_t>();
  for (const JsonReader& gid : json.at("additionalGids").items()) user.groups.push_back(gid.number<uint32_t>());
  return user;
}

// A capability that this kernel and library do not know is left out, as runc does: an image may be newer than the host.
uint64_t read_capabilities(const JsonReader& json) {
  uint64_t bits = 0;
  for (const std::string& name : json.texts()) bits |= capability_by_name(name).value_or(0);
  return bits;
}

Limit read_limit(const JsonReader& json) {
  Limit limit;
  limit.name = json.required("type").text();
  const std::optional<int> resource = limit_by_name(limit.name);
  if (!resource) json.at("type").wrong("is no limit that Linux has: " + limit.name);
  limit.resource = *resource;
  limit.soft = json.required("soft").number<uint64_t>();
  limit.hard = json.required("hard").number<uint64_t>();
  return limit;
}

Process read_process(const JsonReader& json) {
  Process process;
  process.args = json.at("args").texts();
  if (process.args.empty()) json.at("args").wrong("must name a program");
  process.env = json.at("env").texts();
  process.cwd = json.required("cwd").text();
  if (process.cwd.empty() || process.cwd[0] != '/') json.at("cwd").wrong("must be an absolute path");
  process.user = read_user(json.at("user"));
  process.terminal = json.at("terminal").flag();
  if (const JsonReader size = json.at("consoleSize"))
    process.console = {size.required("height").number<uint16_t>(), size.required("width").number<uint16_t>()};
  const JsonReader capabilities = json.at("capabilities");
  process.capabilities = {.bounding = read_capabilities(capabilities.at("bounding")),
                          .effective = read_capabilities(capabilities.at("effective")),
                          .inheritable = read_capabilities(capabilities.at("inheritable")),
                          .permitted = read_capabilities(capabilities.at("permitted")),
                          .ambient = read_capabilities(capabilities.at("ambient"))};
  for (const JsonReader& limit : json.at("rlimits").items()) process.limits.push_back(read_limit(limit));
  process.no_new_privs = json.at("noNewPrivileges").flag();
  process.oom_score_adj = json.at("oomScoreAdj").optional_number<int>();
  process.apparmor = json.at("apparmorProfile").text();
  process.selinux = json.at("selinuxLabel").text();
  return process;
}

Mount read_mount(const JsonReader& json) {
  Mount mount;
  mount.destination = json.required("destination").text();
  if (mount.destination.empty()) json.at("destination").wrong("must be a path");
  // Relative ones were allowed once; they mean the same from the root.
  if (mount.destination[0] != '/') mount.destination.insert(0, "/");
  mount.type = json.at("type").text();
  mount.source = json.at("source").text();
  take_mount_options(mount, json.at("options").texts());
  if (mount.type == "bind") {
    mount.flags |= MS_BIND;  // also where the options do not say so
    mount.type.clear();
  }
  if (json.at("uidMappings") || json.at("gidMappings")) json.at("uidMappings").wrong("is not done by ctrun");
  return mount;
}

std::vector<Hook> read_hooks(const JsonReader& json) {
  std::vector<Hook> hooks;
  for (const JsonReader& item : json.items()) {
    Hook hook{.path = item.required("path").text(),
              .args = item.at("args").texts(),
              .env = item.at("env").texts(),
              .timeout_s = item.at("timeout").optional_number<int>()};
    if (hook.path.empty() || hook.path[0] != '/') item.at("path").wrong("must be an absolute path");
    if (hook.timeout_s && *hook.timeout_s <= 0) item.at("timeout").wrong("must be more than 0");
    hooks.push_back(std::move(hook));
  }
  return hooks;
}

// What nlohmann says, from the place on: "line 2, column 7: syntax error while parsing ...".
std::string reason_of(const nlohmann::json::exception& error) {
  const std::string text = error.what();
  const size_t line = text.find("line ");
  return line == std::string::npos ? text : text.substr(line);
}

nlohmann::json parsed(const std::string& text, const std::string& name) {
  nlohmann::json document;
  try {
    document = nlohmann::json::parse(text);
  } catch (const nlohmann::json::exception& error) {
    throw Failure(Error{.what = "read", .subject = name, .why = reason_of(error)});
  }
  if (!document.is_object()) throw Failure(Error{.what = "read", .subject = name, .why = "it is not a JSON object"});
  return document;
}

}  // namespace

const Namespace* Config::find_namespace(uint64_t type) const {
  const auto found =
      std::find_if(namespaces.begin(), namespaces.end(), [&](const Namespace& each) { return each.type == type; });
  return found == namespaces.end() ? nullptr : &*found;
}

bool Config::makes(uint64_t type) const {
  const Namespace* found = find_namespace(type);
  return found && found->path.empty();
}

bool Config::joins(uint64_t type) const {
  const Namespace* found = find_namespace(type);
  return found && !found->path.empty();
}

Config parse_config(const std::string& text, const std::string& name) {
  const nlohmann::json document = parsed(text, name);
  const JsonReader json(document);
  Config config;
  config.version = json.required("ociVersion").text();
  if (config.version.rfind("1.", 0) != 0) json.at("ociVersion").wrong("is " + config.version + "; ctrun knows 1.x");
  config.process = read_process(json.required("process"));
  config.rootfs = json.required("root").required("path").text();
  config.readonly_root = json.at("root").at("readonly").flag();
  config.hostname = json.at("hostname").text();
  config.domainname = json.at("domainname").text();
  for (const JsonReader& mount : json.at("mounts").items()) config.mounts.push_back(read_mount(mount));
  const JsonReader hooks = json.at("hooks");
  config.hooks = {.prestart = read_hooks(hooks.at("prestart")),
                  .create_runtime = read_hooks(hooks.at("createRuntime")),
                  .create_container = read_hooks(hooks.at("createContainer")),
                  .start_container = read_hooks(hooks.at("startContainer")),
                  .poststart = read_hooks(hooks.at("poststart")),
                  .poststop = read_hooks(hooks.at("poststop"))};
  config.annotations = json.at("annotations").text_map();
  read_linux(config, json.at("linux"));

  if (!config.hostname.empty() && !config.find_namespace(CLONE_NEWUTS))
    json.at("hostname").wrong("needs a uts namespace: it would be the host's");
  if (!config.domainname.empty() && !config.find_namespace(CLONE_NEWUTS))
    json.at("domainname").wrong("needs a uts namespace: it would be the host's");
  return config;
}

Process parse_process(const std::string& text, const std::string& name) {
  const nlohmann::json document = parsed(text, name);
  return read_process(JsonReader(document));
}

}  // namespace cttrace::ctrun
