// JSON: the rules of docs/schema/README.md. Whole outputs are held against the schemas by tests/cli/json_test.py.
#include "render/json.h"

#include <gtest/gtest.h>
#include <sys/mount.h>

#include <cerrno>
#include <csignal>
#include <nlohmann/json.hpp>

#include "made_events.h"
#include "render/json_values.h"

namespace cttrace {
namespace {

constexpr uint64_t kTwo53 = uint64_t{1} << 53;

// One event as ndjson, parsed.
Json object_of(const Event& event, const RenderOptions& options = {}) {
  Written written(Format::kNdjson, options);
  written.begin().event(event);
  EXPECT_EQ(written.writes.size(), 2u);
  return Json::parse(written.writes.back());
}

TEST(Json, LargeNumbersEverywhere) {
  Call call = made_call("prctl", {8, kTwo53});  // PR_SET_KEEPCAPS
  call.start_ns = kTwo53 - 1;
  call.duration_ns = kTwo53;
  call.task.start_ns = ~uint64_t{0};
  call.result = static_cast<int64_t>(kTwo53);
  const Json json = object_of(call);
  EXPECT_EQ(json.at("time_ns"), 9007199254740991);
  EXPECT_EQ(json.at("duration_ns"), "9007199254740992");
  EXPECT_EQ(json.at("task_start_ns"), "18446744073709551615");
  EXPECT_EQ(json.at("result"), "9007199254740992");
  EXPECT_EQ(json.at("args").at(1).at("raw"), "0x20000000000000");
  EXPECT_EQ(json.at("args").at(1).at("value"), "9007199254740992");
}

TEST(Json, IsAsciiWhateverATracedProcessSays) {
  Call call = made_call("mkdirat", {5, "\x1b[2J\n\x7f\xc2\x9b\xe2\x80\xae日", 0755});
  call.args[1].resolved = call.args[1].bytes;
  call.fs_message = call.args[1].bytes;
  call.args[0].file = File{.fd = 5, .path = call.args[1].bytes};
  Written written(Format::kNdjson);
  const std::string line = written.begin().event(call).writes.back();
  ASSERT_EQ(line.back(), '\n');
  for (const char c : line.substr(0, line.size() - 1)) EXPECT_TRUE(c >= 0x20 && c < 0x7f) << line;
  EXPECT_EQ(Json::parse(line).at("args").at(1).at("value"), "\x1b[2J\n\x7f\xc2\x9b\xe2\x80\xae日");
}

TEST(Json, Call) {
  Call call = failed(made_call("umount2", {"/a", MNT_DETACH}), ENOENT);
  call.cpu = 3;
  call.start_ns = 1000;
  call.duration_ns = 20;
  Json json = object_of(call);
  EXPECT_EQ(json.at("args").size(), 2u);
  json.erase("args");
  EXPECT_EQ(json.dump(),
            R"({"type":"call","name":"umount2","abi":"x86_64","number":166,"tid":42,"tgid":41,"task_start_ns":7,)"
            R"("cpu":3,"time_ns":1000,"duration_ns":20,"outcome":"returned","result":-2,)"
            R"("error":{"name":"ENOENT","text":"No such file or directory"},"returned_file":null,"after":null,)"
            R"("fs_message":null,"entry_lost":false,"cut":false})");
}

TEST(Json, Aftermath) {
  Call call = made_call("setns", {5, 0});
  call.after.namespaces = NamespaceInodes{1, 2, 3, 4, 5, 6, 0, 8, 9, 10};
  Json after = object_of(call).at("after");
  EXPECT_EQ(after.dump(), R"({"namespaces":{"mnt":1,"uts":2,"ipc":3,"net":4,"cgroup":5,"pid":6,)"
                          R"("pid_for_children":null,"time":8,"time_for_children":9,"user":10}})");
  call.after = {};
  call.after.cwd = File{.path = "/a", .mount_id = 30, .mount_parent_id = 29};
  call.after.root = File{.path = "/b", .mount_id = 31, .chroot = true};
  call.after.newest_mount = File{.path = "/c", .mount_id = 32, .mount_parent_id = 32};
  call.after.mounts = 0;
  call.after.mount_root = "/d";
  call.after.mount_source = "e\xff";
  call.after.moved = File{.path = "/f"};
  after = object_of(call).at("after");
  EXPECT_EQ(after.contains("contended"), false);
  call.after.contended = true;
  EXPECT_EQ(object_of(call).at("after").at("contended"), true);
  EXPECT_EQ(after.size(), 7u);
  EXPECT_EQ(after.at("mount_root"), "/d");
  EXPECT_EQ(after.at("mount_source").at("base64"), "Zf8=");
  EXPECT_EQ(after.at("moved").at("path"), "/f");
  EXPECT_EQ(after.at("cwd").at("path"), "/a");
  EXPECT_EQ(after.at("cwd").at("mount_parent_id"), 29);
  EXPECT_EQ(after.at("root").at("path"), "/b");
  EXPECT_EQ(after.at("root").at("mount_parent_id"), nullptr);
  EXPECT_EQ(after.at("newest_mount").at("mount_id"), 32);
  EXPECT_EQ(after.at("newest_mount").at("mount_parent_id"), 32);
  EXPECT_EQ(after.at("mounts"), 0);
}

TEST(Json, Outcomes) {
  Call call = failed(made_call("fork", {}), EPERM);
  const auto outcome = [&](Outcome how) {
    call.outcome = how;
    const Json json = object_of(call);
    return json.at("outcome").get<std::string>() + " " + json.at("result").dump() + " " +
           (json.at("error").is_null() ? "null" : json.at("error").at("name").get<std::string>()) + " " +
           json.at("duration_ns").dump();
  };
  EXPECT_EQ(outcome(Outcome::kReturned), "returned -1 EPERM null");
  EXPECT_EQ(outcome(Outcome::kDeniedBySeccomp), "denied_by_seccomp -1 EPERM null");
  EXPECT_EQ(outcome(Outcome::kDidNotReturn), "did_not_return null null null");
  EXPECT_EQ(outcome(Outcome::kReturnLost), "return_lost null null null");
  call.result = 5;
  EXPECT_EQ(outcome(Outcome::kAnsweredBySeccomp), "answered_by_seccomp 5 null null");
  call.result = -4000;
  call.outcome = Outcome::kReturned;
  call.enter_lost = call.cut = true;
  EXPECT_EQ(object_of(call).at("error"), Json::parse(R"({"name":null,"text":null})"));
  EXPECT_EQ(object_of(call).at("entry_lost"), true);
  EXPECT_EQ(object_of(call).at("cut"), true);
  EXPECT_FALSE(object_of(call).contains("kept"));
  call.kept = {.left_out = 20, .behind = 3};
  EXPECT_EQ(object_of(call).at("kept"), Json::parse(R"({"left_out":20,"behind":3})"));
}

TEST(Json, States) {
  Snapshot snapshot{.task = {.tid = 42, .tgid = 42, .start_ns = 7}, .old_tid = 43, .parent_tgid = 1, .time_ns = 9};
  snapshot.namespaces[CT_NS_MNT] = 4026531841;
  snapshot.namespaces[CT_NS_USER] = 4026531837;
  snapshot.pids = {42, 1};
  snapshot.uid = 1, snapshot.euid = 2, snapshot.suid = 3, snapshot.fsuid = 4;
  snapshot.gid = 5, snapshot.egid = 6, snapshot.sgid = 7, snapshot.fsgid = 8;
  snapshot.cap_effective = ~uint64_t{0};
  snapshot.uid_map = {{.first = 0, .lower_first = 100000, .count = 65536}};
  snapshot.seccomp_mode = 2;
  snapshot.oom_score_adj = -999;
  snapshot.no_new_privs = true;
  snapshot.root = File{.path = "/rootfs", .chroot = true};
  snapshot.comm = "runc:[2:INIT]";
  snapshot.gid_map.emplace();
  Json json = object_of(snapshot);
  EXPECT_EQ(json.at("type"), "exec");
  EXPECT_EQ(json.at("old_tid"), 43);
  EXPECT_EQ(json.at("namespaces").at("mnt"), 4026531841);
  EXPECT_EQ(json.at("namespaces").at("user"), 4026531837);
  EXPECT_EQ(json.at("namespaces").at("time_for_children"), nullptr);
  EXPECT_EQ(json.at("namespaces").size(), size_t{CT_NS_COUNT});
  EXPECT_EQ(json.at("pids"), Json::parse("[42,1]"));
  EXPECT_EQ(json.at("uid"), Json::parse(R"({"real":1,"effective":2,"saved":3,"fs":4})"));
  EXPECT_EQ(json.at("gid"), Json::parse(R"({"real":5,"effective":6,"saved":7,"fs":8})"));
  EXPECT_EQ(json.at("capabilities").at("effective"), "0xffffffffffffffff");
  EXPECT_EQ(json.at("uid_map"), Json::parse(R"([{"first":0,"lower_first":100000,"count":65536}])"));
  EXPECT_EQ(json.at("gid_map"), Json::array());
  EXPECT_EQ(json.at("seccomp"), Json::parse(R"({"mode":2,"filters":null})"));
  EXPECT_EQ(json.at("oom_score_adj"), -999);
  EXPECT_EQ(json.at("no_new_privs"), true);
  EXPECT_EQ(json.at("root").at("chroot"), true);
  EXPECT_EQ(json.at("exe"), nullptr);
  snapshot.at_start = true;
  snapshot.seccomp_filters = 3;
  snapshot.gid_map.reset();
  EXPECT_EQ(object_of(snapshot).at("gid_map"), nullptr);
  EXPECT_EQ(object_of(snapshot).at("type"), "state");
  EXPECT_EQ(object_of(snapshot).at("seccomp").at("filters"), 3);
}

TEST(Json, OtherEvents) {
  const Task task = {.tid = 42, .tgid = 41, .start_ns = 7};
  EXPECT_EQ(object_of(Fork{.task = task,
                           .child = {.tid = 50, .tgid = 50, .start_ns = 8},
                           .child_pids = {50, 1},
                           .child_namespaces = {1, 2, 3, 4, 5, 6, 7, 8, 9, 0},
                           .time_ns = 9})
                .dump(),
            R"({"type":"fork","tid":42,"tgid":41,"task_start_ns":7,"time_ns":9,)"
            R"("child":{"tid":50,"tgid":50,"start_ns":8,"pids":[50,1],"namespaces":{"mnt":1,"uts":2,"ipc":3,"net":4,)"
            R"("cgroup":5,"pid":6,"pid_for_children":7,"time":8,"time_for_children":9,"user":null}}})");
  EXPECT_EQ(object_of(TaskExit{.task = task, .time_ns = 9, .code = 3 << 8, .last_of_process = true}).dump(),
            R"({"type":"exit","tid":42,"tgid":41,"task_start_ns":7,"time_ns":9,"code":768,"exit_status":3,)"
            R"("signal":null,"core_dumped":false,"last_of_process":true})");
  const Json killed = object_of(TaskExit{.task = task, .code = SIGSEGV | 0x80});
  EXPECT_EQ(killed.at("exit_status"), nullptr);
  EXPECT_EQ(killed.at("signal"), Json::parse(R"({"number":11,"name":"SIGSEGV"})"));
  EXPECT_EQ(killed.at("core_dumped"), true);
  EXPECT_FALSE(killed.contains("killed_by"));
  const auto by = [&](const Killer& killer) {
    return object_of(TaskExit{.task = task, .code = SIGKILL, .killed_by = killer}).at("killed_by").dump();
  };
  EXPECT_EQ(by({.kind = Killer::Kind::kProcess, .pid = 7, .comm = "runc"}),
            R"({"kind":"process","pid":7,"comm":"runc"})");
  EXPECT_EQ(by({.kind = Killer::Kind::kPidNamespace, .pid = 0, .comm = "\xff"}),
            "{\"kind\":\"pid_namespace\",\"pid\":null,\"comm\":{\"text\":\"\xef\xbf\xbd\",\"base64\":\"/w==\"}}");
  EXPECT_EQ(by({.kind = Killer::Kind::kParent, .pid = 7}), R"({"kind":"parent","pid":7,"comm":""})");
  EXPECT_EQ(by({.kind = Killer::Kind::kKernel}), R"({"kind":"kernel"})");
  EXPECT_EQ(by({.kind = Killer::Kind::kOutOfMemory}), R"({"kind":"out_of_memory"})");
  EXPECT_EQ(object_of(CgroupAttach{.task = task,
                                   .moved = {.tid = 50, .tgid = 50, .start_ns = 8},
                                   .with_threads = true,
                                   .time_ns = 9,
                                   .cgroup_id = kTwo53,
                                   .path = "/a"})
                .dump(),
            R"({"type":"cgroup","tid":42,"tgid":41,"task_start_ns":7,"time_ns":9,)"
            R"("moved":{"tid":50,"tgid":50,"start_ns":8},"with_threads":true,"hierarchy":0,"path":"/a",)"
            R"("cgroup_id":"9007199254740992"})");
  EXPECT_EQ(object_of(Mounts{.mount_ns = 4026531841, .time_ns = 9, .mountinfo = "22 1 0:20 / / rw\n"}).dump(),
            R"({"type":"mounts","time_ns":9,"mount_ns":4026531841,"mountinfo":"22 1 0:20 / / rw\n"})");
  Loss loss{.time_ns = 9, .recorded = 100};
  loss.counts[CT_LOSS_RING_FULL] = 12;
  EXPECT_EQ(object_of(loss).dump(), R"({"type":"loss","time_ns":9,"recorded":100,)"
                                    R"("lost":{"ring_full":12,"tasks_full":0,"scratch_busy":0},)"
                                    R"("incomplete":{"read_fault":0,"truncated":0,"path_depth":0,"record_cut":0}})");
}

TEST(Json, Header) {
  Written written(Format::kNdjson);
  EXPECT_EQ(written.begin().all(),
            R"({"type":"header","version":1,"cttrace":"0.1.0","host":"here","kernel":"6.1.0",)"
            R"("kernel_traits":["mount.overmount"],"machine":"x86_64",)"
            R"("backend":"ebpf","hooks":"raw tracepoints","command":["-p","41"],"start_ns":1000000000,)"
            R"("start":"2020-09-13T12:26:41.000000Z","realtime_offset_ns":"1600000000000000000","roots":[41]})"
            "\n");
}

TEST(Json, TheEndSaysWhatIsMissing) {
  Call lost = made_call("fork", {});
  lost.outcome = Outcome::kReturnLost;
  lost.enter_lost = true;
  Loss last{.recorded = 7, .final = true, .still_running = 2};
  last.counts[CT_LOSS_TASKS_FULL] = 3;
  last.counts[CT_LOSS_TRUNCATED] = 4;
  Written written(Format::kNdjson);
  written.begin().event(lost).event(last).end({.malformed = 5, .late = 6}, false);
  EXPECT_EQ(written.writes.size(), 3u);  // the last loss is told once
  EXPECT_EQ(
      written.writes.back(),
      R"({"type":"completeness","whole":false,"closed":true,"recorded":7,"events":1,"calls":1,"strangers":{"calls":0,"some":[]},)"
      R"("lost":{"ring_full":0,"tasks_full":3,"scratch_busy":0,"entries":1,"returns":1,"malformed":5,"late":6},)"
      R"("incomplete":{"read_fault":0,"truncated":4,"path_depth":0,"record_cut":0},"truncated":0,"cut":0,)"
      R"("unresolved":0,"did_not_return":0,"contradicted":0,"still_running":2})"
      "\n");
  // A trace without a closing record does not know.
  Written open(Format::kNdjson);
  const Json json = Json::parse(open.begin().end().writes.back());
  EXPECT_EQ(json.at("closed"), false);
  EXPECT_EQ(json.at("recorded"), nullptr);
  EXPECT_EQ(json.at("lost").at("ring_full"), nullptr);
  EXPECT_EQ(json.at("still_running"), nullptr);
}

TEST(Json, TheDocumentHasTheObjectsOfTheStream) {
  const std::vector<Event> events = {made_call("fork", {}), TaskExit{}, Mounts{}};
  for (size_t count = 0; count <= events.size(); ++count) {
    Written lines(Format::kNdjson), document(Format::kJson);
    lines.begin();
    document.begin();
    for (size_t i = 0; i < count; ++i) {
      lines.event(events[i]);
      document.event(events[i]);
      // Every event is written as it comes, in whole lines.
      EXPECT_EQ(document.writes.size(), i + 2);
      EXPECT_EQ(document.writes.back().back(), '\n');
    }
    lines.end();
    document.end();
    const Json json = Json::parse(document.all());
    EXPECT_EQ(json.at("type"), "trace");
    EXPECT_EQ(json.at("version"), 1);
    EXPECT_EQ(json.at("header").dump() + "\n", lines.writes.front());
    ASSERT_EQ(json.at("events").size(), count);
    for (size_t i = 0; i < count; ++i) EXPECT_EQ(json.at("events").at(i).dump() + "\n", lines.writes[i + 1]);
    EXPECT_EQ(json.at("completeness").dump() + "\n", lines.writes.back());
    EXPECT_EQ(json.size(), 5u);
  }
}

TEST(Json, OnlyTheStatusThatIsAskedFor) {
  RenderOptions options;
  options.status = {.successful = false, .failed = true, .unfinished = false, .unavailable = false};
  Written written(Format::kNdjson, options);
  written.begin().event(made_call("fork", {})).event(failed(made_call("vfork", {}), EPERM)).event(TaskExit{}).end();
  ASSERT_EQ(written.writes.size(), 4u);
  EXPECT_EQ(Json::parse(written.writes[1]).at("name"), "vfork");
  EXPECT_EQ(Json::parse(written.writes[2]).at("type"), "exit");
  EXPECT_EQ(Json::parse(written.writes[3]).at("calls"), 2);  // of the whole trace
}

TEST(Json, Summary) {
  RenderOptions options;
  options.summary = true;
  Call call = failed(made_call("fork", {}), EPERM);
  call.duration_ns = 5;
  Written both(Format::kNdjson, options);
  both.begin().event(call).event(call).event(TaskExit{}).end();
  EXPECT_EQ(both.writes.size(), 5u);
  EXPECT_EQ(Json::parse(both.writes.back()).at("summary"),
            Json::parse(R"([{"name":"fork","calls":2,"errors":2,"time_ns":10}])"));
  options.with_calls = false;
  Written alone(Format::kNdjson, options);
  alone.begin().event(call).event(TaskExit{}).end();
  EXPECT_EQ(alone.writes.size(), 2u);
  EXPECT_EQ(Json::parse(alone.writes.back()).at("summary").size(), 1u);
  Written without(Format::kNdjson);
  EXPECT_FALSE(Json::parse(without.begin().event(call).end().writes.back()).contains("summary"));
}

}  // namespace
}  // namespace cttrace
