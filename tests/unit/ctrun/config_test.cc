// config.json as ctrun understands it, and what it says of one that is wrong.
#include "config/config.h"

#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>

#include <nlohmann/json.hpp>

#include "commands/example_config.h"

namespace cttrace::ctrun {
namespace {

using Json = nlohmann::json;

Json example() { return Json::parse(example_config(false)); }

// The error of a configuration, as a user reads it; empty: there is none.
std::string error_of(const Json& document) {
  try {
    parse_config(document.dump());
    return {};
  } catch (const Failure& failure) {
    return failure.error().line();
  }
}

TEST(CtrunConfig, TheExampleIsOne) {
  const Config config = parse_config(example().dump());
  EXPECT_EQ(config.rootfs, "rootfs");
  EXPECT_TRUE(config.readonly_root);
  EXPECT_TRUE(config.makes(CLONE_NEWPID));
  EXPECT_FALSE(config.makes(CLONE_NEWUSER));
  EXPECT_EQ(config.mounts.size(), 7U);
  EXPECT_EQ(config.process.limits.at(0).resource, RLIMIT_NOFILE);
  EXPECT_TRUE(parse_config(example_config(true)).makes(CLONE_NEWUSER));
}

TEST(CtrunConfig, OptionsOfAMount) {
  Json document = example();
  document["mounts"] = {
      {{"destination", "x"},
       {"type", "tmpfs"},
       {"source", "me"},
       {"options", {"ro", "rw", "nosuid", "noatime", "strictatime", "rslave", "private", "size=1m", "mode=755"}}}};
  const Mount mount = parse_config(document.dump()).mounts.at(0);
  EXPECT_EQ(mount.destination, "/x");
  EXPECT_EQ(mount.flags, static_cast<unsigned long>(MS_NOSUID | MS_STRICTATIME));  // the later one counts
  EXPECT_EQ(mount.propagations, (std::vector<unsigned long>{MS_SLAVE | MS_REC, MS_PRIVATE}));
  EXPECT_EQ(mount.data, (std::vector<std::string>{"size=1m", "mode=755"}));
}

TEST(CtrunConfig, BindIsAFlag) {
  Json document = example();
  document["mounts"] = {{{"destination", "/x"}, {"type", "bind"}, {"source", "/y"}, {"options", {"rbind"}}},
                        {{"destination", "/x"}, {"type", "bind"}, {"source", "/y"}}};
  const Config config = parse_config(document.dump());
  EXPECT_EQ(config.mounts.at(0).flags, static_cast<unsigned long>(MS_BIND | MS_REC));
  EXPECT_EQ(config.mounts.at(1).flags, static_cast<unsigned long>(MS_BIND));
  EXPECT_EQ(config.mounts.at(0).type, "");
}

TEST(CtrunConfig, CapabilitiesByName) {
  Json document = example();
  document["process"]["capabilities"] = {{"bounding", {"CAP_CHOWN", "CAP_KILL", "CAP_OF_THE_FUTURE"}},
                                         {"effective", {"CAP_KILL"}}};
  const Capabilities sets = parse_config(document.dump()).process.capabilities;
  EXPECT_EQ(sets.bounding, 0x21U);
  EXPECT_EQ(sets.effective, 0x20U);
  EXPECT_EQ(sets.permitted, 0U);
}

TEST(CtrunConfig, ZeroMeansNotAskedFor) {
  Json document = example();
  document["linux"]["resources"] = {{"memory", Json::object()},
                                    {"cpu", {{"shares", 0}}},
                                    {"pids", {{"limit", 0}}},
                                    {"blockIO", {{"weight", 0}, {"weightDevice", Json::array()}}},
                                    {"network", Json::object()}};
  const Resources resources = parse_config(document.dump()).resources;
  EXPECT_FALSE(resources.cpu_shares || resources.pids_limit || resources.memory_limit);
}

TEST(CtrunConfig, WhatIsNotDoneIsRefused) {
  Json document = example();
  document["linux"]["resources"]["blockIO"] = {{"weight", 10}};
  EXPECT_EQ(error_of(document),
            "cannot use the configuration's linux.resources.blockIO: it is not done by ctrun: memory, cpu, pids and "
            "devices are");
  document = example();
  document["linux"]["seccomp"] = {{"defaultAction", "SCMP_ACT_ALLOW"}, {"listenerPath", "/x"}};
  EXPECT_NE(error_of(document), "");
}

struct Wrong {
  const char* pointer;
  Json value;
  const char* expected;
};

TEST(CtrunConfig, EveryErrorNamesItsKey) {
  const std::vector<Wrong> all = {
      {"/ociVersion", "2.0.0", "ociVersion: it is 2.0.0; ctrun knows 1.x"},
      {"/process/args", Json::array(), "process.args: it must name a program"},
      {"/process/cwd", "tmp", "process.cwd: it must be an absolute path"},
      {"/process/user/uid", "root", "process.user.uid: it must be a whole number"},
      {"/process/user/uid", -1, "process.user.uid: it is too small"},
      {"/process/user/gid", 4294967296, "process.user.gid: it is too large"},
      {"/process/env", "A=b", "process.env: it must be an array"},
      {"/process/rlimits/0/type", "RLIMIT_X", "process.rlimits[0].type: it is no limit that Linux has: RLIMIT_X"},
      {"/process/terminal", 1, "process.terminal: it must be true or false"},
      {"/mounts/1/destination", "", "mounts[1].destination: it must be a path"},
      {"/linux/namespaces/0/type", "pids", "linux.namespaces[0].type: it is no namespace that Linux has: pids"},
      {"/linux/namespaces/1/type", "pid", "linux.namespaces[1].type: it is there twice: pid"},
      {"/linux/namespaces/0/path", "x", "linux.namespaces[0].path: it must be an absolute path"},
      {"/linux/rootfsPropagation", "x", "linux.rootfsPropagation: it is no propagation: x"},
      {"/linux/uidMappings", Json::array({{{"containerID", 0}, {"hostID", 1}, {"size", 1}}}),
       "linux.uidMappings: it needs a user namespace"},
      {"/hooks", {{"prestart", Json::array({{{"path", "x"}}})}}, "hooks.prestart[0].path: it must be an absolute path"},
      {"/process/args", Json::array({std::string("a\0b", 3)}), "process.args[0]: it must not have a NUL in it"},
  };
  for (const Wrong& wrong : all) {
    Json document = example();
    document[Json::json_pointer(wrong.pointer)] = wrong.value;
    EXPECT_EQ(error_of(document), std::string("cannot use the configuration's ") + wrong.expected);
  }
}

TEST(CtrunConfig, MissingKeys) {
  for (const char* key : {"process", "root", "ociVersion"}) {
    Json document = example();
    document.erase(key);
    EXPECT_EQ(error_of(document), std::string("cannot use the configuration's ") + key + ": it is missing");
  }
  Json document = example();
  document["linux"]["namespaces"] = Json::array();
  EXPECT_NE(error_of(document).find("linux.namespaces"), std::string::npos);
}

TEST(CtrunConfig, NotJson) {
  EXPECT_THROW(parse_config("{"), Failure);
  EXPECT_THROW(parse_config("[]"), Failure);
  EXPECT_THROW(parse_config(""), Failure);
}

}  // namespace
}  // namespace cttrace::ctrun
