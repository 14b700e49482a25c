// What an event changed, in JSON: the facts of it, and when it is told.
#include "render/json_changes.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "mount_world.h"
#include "render/json.h"

namespace cttrace {
namespace {

class JsonChanges : public testing::Test {
 protected:
  // Those of the last event of this kind.
  std::vector<Json> of_kind(const char* kind) {
    std::vector<Json> found;
    const Json json = json_changes(world_.state(), world_.changes, false);
    for (const Json& change : json.at("changes"))
      if (change.at("change") == kind) found.push_back(change);
    return found;
  }
  Json only(const char* kind) {
    const std::vector<Json> found = of_kind(kind);
    EXPECT_EQ(found.size(), 1u) << kind;
    return found.empty() ? Json() : found[0];
  }

  MountWorld world_;
};

TEST_F(JsonChanges, AMountThatCame) {
  world_.mounts(world_.host, "m", "/mnt", "tmpfs", MS_NOSUID);
  const Json change = only("mount");
  EXPECT_EQ(change.at("what"), "mounted");
  EXPECT_EQ(change.at("path"), "/mnt");
  EXPECT_EQ(change.at("mount_ns"), kHost[CT_NS_MNT]);
  EXPECT_EQ(change.at("propagated"), false);
  EXPECT_EQ(change.at("mount").at("source"), "m");
  EXPECT_EQ(change.at("mount").at("filesystem").at("type"), "tmpfs");
  EXPECT_EQ(change.at("mount").at("attributes").at("names"), (std::vector<std::string>{"MOUNT_ATTR_NOSUID"}));
  EXPECT_EQ(change.at("before"), nullptr);
}

TEST_F(JsonChanges, AMountThatWent) {
  world_.mounts(world_.host, "m", "/mnt", "tmpfs");
  world_.unmounts(world_.host, "/mnt");
  EXPECT_EQ(only("mount").at("what"), "unmounted");
  EXPECT_EQ(only("mount").at("mount").at("source"), "m");
}

TEST_F(JsonChanges, TasksAndNamespaces) {
  const Task child = world_.in_a_copy(world_.host, 11);
  EXPECT_EQ(only("task_created").at("task").at("tid"), 11);
  EXPECT_EQ(only("task_created").at("creator").at("tid"), 10);
  EXPECT_EQ(only("namespace_made").at("namespace").at("type"), "mnt");
  EXPECT_EQ(only("tree_made").at("how"), "copied_namespace");
  world_.calls(child, "setuid", {1000});
  EXPECT_EQ(only("identity").at("before").at("uid").at("real"), 0);
  EXPECT_EQ(only("identity").at("after").at("uid").at("real"), 1000);
  world_.ends(child);
  EXPECT_EQ(only("task_ended").at("task").at("tid"), 11);
}

TEST_F(JsonChanges, NoEventThatChangedNothingHasSome) {
  world_.goes_on(world_.host);
  EXPECT_TRUE(json_changes(world_.state(), world_.changes, false).at("changes").empty());
}

// Of events that were not asked for, only what is not certain.
TEST_F(JsonChanges, DoubtsAreToldWhateverWasAskedFor) {
  const Changes changes = {TaskEnded{.task = {.tid = 7}}, BecameUnknown{"why"},
                           Contradicted{.what = "x", .model = "1", .kernel = "2"}};
  for (const bool chosen : {true, false}) {
    std::string text;
    JsonRenderer renderer(true, {}, [&](std::string_view part) { text += part; });
    if (chosen) renderer.event(TaskExit{}, 5);
    text.clear();
    renderer.changes(world_.state(), changes, 5, chosen);
    const Json json = Json::parse(text);
    EXPECT_EQ(json.at("type"), "changes");
    EXPECT_EQ(json.at("event"), 5);
    EXPECT_EQ(json.at("changes").size(), chosen ? 3u : 2u);
    EXPECT_EQ(json.at("changes").back().at("cttrace"), "1");
    EXPECT_EQ(json.at("changes").back().at("kernel"), "2");
  }
}

}  // namespace
}  // namespace cttrace
