// JSON's numbers, texts, arguments and files: the rules of docs/schema/README.md.
#include "render/json_values.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/capability.h>
#include <linux/sched.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include <csignal>
#include <nlohmann/json.hpp>

#include "made_events.h"

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

Json argument(const Call& call, size_t index, const RenderOptions& options = {}) {
  return object_of(call, options).at("args").at(index);
}

Json value(const Call& call, size_t index) { return argument(call, index).at("value"); }

TEST(JsonValues, NumbersFrom2To53OnAreStrings) {
  EXPECT_EQ(json_unsigned(0).dump(), "0");
  EXPECT_EQ(json_unsigned(kTwo53 - 1).dump(), "9007199254740991");
  EXPECT_EQ(json_unsigned(kTwo53).dump(), "\"9007199254740992\"");
  EXPECT_EQ(json_unsigned(~uint64_t{0}).dump(), "\"18446744073709551615\"");
  EXPECT_EQ(json_signed(-1).dump(), "-1");
  EXPECT_EQ(json_signed(-static_cast<int64_t>(kTwo53 - 1)).dump(), "-9007199254740991");
  EXPECT_EQ(json_signed(-static_cast<int64_t>(kTwo53)).dump(), "\"-9007199254740992\"");
  EXPECT_EQ(json_signed(INT64_MIN).dump(), "\"-9223372036854775808\"");
}

TEST(JsonValues, BytesInBase64) {  // RFC 4648, section 10
  EXPECT_EQ(base64(""), "");
  EXPECT_EQ(base64("f"), "Zg==");
  EXPECT_EQ(base64("fo"), "Zm8=");
  EXPECT_EQ(base64("foo"), "Zm9v");
  EXPECT_EQ(base64("foob"), "Zm9vYg==");
  EXPECT_EQ(base64("\xfb\xff\xfe"), "+//+");
}

TEST(JsonValues, TextThatIsNotUtf8) {
  EXPECT_EQ(json_text("/été"), "/été");
  EXPECT_EQ(json_text(std::string_view("a\0b", 3)), std::string("a\0b", 3));
  EXPECT_EQ(json_text("f\xff"), Json::parse(R"({"text":"f\ufffd","base64":"Zv8="})"));
  EXPECT_EQ(json_text("\xc0\xaf").at("text"), "\xef\xbf\xbd\xef\xbf\xbd");    // overlong
  EXPECT_EQ(json_text("\xed\xa0\x80").at("base64"), "7aCA");                  // a surrogate
  EXPECT_EQ(json_text("x\xe2\x80").at("text"), "x\xef\xbf\xbd\xef\xbf\xbd");  // breaks off
}

TEST(JsonValues, TextThatGoesOn) {
  EXPECT_EQ(json_text("abc", true, std::nullopt), Json::parse(R"({"text":"abc","cut":true})"));
  EXPECT_EQ(json_text("abc", false, 3), "abc");
  EXPECT_EQ(json_text("abcd", false, 3), Json::parse(R"({"text":"abc","cut":true})"));
  EXPECT_EQ(json_text("abcd", false, 0), Json::parse(R"({"text":"","cut":true})"));
  // No character is cut in two: é has 2 bytes, 日 3, U+1F600 4.
  EXPECT_EQ(json_text("aé", false, 2).at("text"), "a");
  EXPECT_EQ(json_text("aéb", false, 3).at("text"), "aé");
  EXPECT_EQ(json_text("日日", false, 5).at("text"), "日");
  EXPECT_EQ(json_text("\xf0\x9f\x98\x80", false, 3).at("text"), "");
  EXPECT_EQ(json_text("\xff\xff\xff", false, 2), Json::parse(R"({"text":"\ufffd\ufffd","base64":"//8=","cut":true})"));
}

TEST(JsonValues, Scalars) {
  EXPECT_EQ(argument(made_call("setns", {-1, 1}), 0),
            Json::parse(R"({"name":"fd","kind":"fd","raw":"0xffffffffffffffff","reading":"none","value":-1})"));
  EXPECT_EQ(value(made_call("setns", {3, CLONE_NEWNS | 0x1}), 1),
            Json::parse(R"({"names":["CLONE_NEWNS"],"rest":"0x1"})"));
  EXPECT_EQ(value(made_call("unshare", {0}), 0), Json::parse(R"({"names":[],"rest":"0x0"})"));
  EXPECT_EQ(value(made_call("fsconfig", {3, 99, 0, 0, -7}), 1), Json::parse(R"({"names":[],"rest":"0x63"})"));
  EXPECT_EQ(value(made_call("fsconfig", {3, 99, 0, 0, -7}), 2), "0x0");
  EXPECT_EQ(value(made_call("fsconfig", {3, 99, 0, 0, -7}), 4), -7);
  EXPECT_EQ(value(made_call("mkdirat", {AT_FDCWD, "a", 01755}), 0), -100);
  EXPECT_EQ(value(made_call("mkdirat", {AT_FDCWD, "a", 01755}), 2),
            Json::parse(R"({"octal":"01755","type":null,"permissions":"1755"})"));
  const Call node = made_call("mknod", {"/x", S_IFCHR | 0666, 0xfff12345});
  EXPECT_EQ(value(node, 1), Json::parse(R"({"octal":"020666","type":"S_IFCHR","permissions":"0666"})"));
  EXPECT_EQ(value(node, 2), Json::parse(R"({"major":291,"minor":1048389})"));
  EXPECT_EQ(value(made_call("setresuid", {0xffffffff, 0xfffffffe, 0}), 0), -1);
  EXPECT_EQ(value(made_call("setresuid", {0xffffffff, 0xfffffffe, 0}), 1), 4294967294);
  EXPECT_EQ(value(made_call("prctl", {1, SIGKILL}), 1), Json::parse(R"({"number":9,"name":"SIGKILL"})"));
  EXPECT_EQ(value(made_call("prctl", {1, 99}), 1), Json::parse(R"({"number":99,"name":null})"));
  EXPECT_EQ(value(made_call("pidfd_open", {-1, 0}), 0), -1);
}

TEST(JsonValues, Memory) {
  EXPECT_EQ(argument(made_call("chroot", {"/a"}), 0),
            Json::parse(R"({"name":"filename","kind":"path","raw":"0x7ffe0000","reading":"ok","value":"/a"})"));
  EXPECT_EQ(argument(made_call("chroot", {null()}), 0),
            Json::parse(R"({"name":"filename","kind":"path","raw":"0x0","reading":"null","value":null})"));
  EXPECT_EQ(argument(made_call("chroot", {faulted()}), 0),
            Json::parse(R"({"name":"filename","kind":"path","raw":"0x7ffe0000","reading":"faulted","value":null})"));
  const Json cut = argument(made_call("fsopen", {truncated("ab"), 0}), 0);
  EXPECT_EQ(cut.at("reading"), "truncated");
  EXPECT_EQ(cut.at("value"), Json::parse(R"({"text":"ab","cut":true})"));

  Call call = made_call("execve", {"/a", std::vector<std::string>{}, kPlace});
  EXPECT_EQ(value(call, 1), Json::array());
  EXPECT_EQ(value(call, 2), nullptr);
  call.args[1].strings = {"a", "\xff"};
  call.args[2].reading = Reading::kOk;
  call.args[2].count = 37;
  EXPECT_EQ(value(call, 1), Json::parse(R"(["a",{"text":"\ufffd","base64":"/w=="}])"));
  EXPECT_EQ(value(call, 2), Json::parse(R"({"count":37})"));

  const uint32_t ids[] = {0, 5, 0xffffffff};
  EXPECT_EQ(value(made_call("setgroups", {3, memory_of(ids)}), 1), Json::parse("[0,5,-1]"));
  EXPECT_EQ(value(made_call("writev", {3, "abcd", 2}), 1), Json::parse(R"({"parts":2,"data":"abcd"})"));
  call = made_call("clone", {CLONE_PIDFD | SIGCHLD, 0, std::string("\x0b\0\0\0", 4), 0, 0});
  EXPECT_EQ(value(call, 2), Json::parse("[11]"));
  EXPECT_EQ(value(call, 0), Json::parse(R"({"names":["CLONE_PIDFD","SIGCHLD"],"rest":"0x0"})"));
}

TEST(JsonValues, Structs) {
  const clone_args args = {
      .flags = CLONE_NEWNS, .exit_signal = SIGCHLD, .stack_size = 7, .set_tid_size = 1, .cgroup = 9};
  Json json = value(made_call("clone3", {memory_of(args, CLONE_ARGS_SIZE_VER0), 64}), 0);
  EXPECT_EQ(json.at("flags"), Json::parse(R"({"names":["CLONE_NEWNS"],"rest":"0x0"})"));
  EXPECT_EQ(json.at("exit_signal"), Json::parse(R"({"number":17,"name":"SIGCHLD"})"));
  EXPECT_EQ(json.at("pidfd"), "0x0");
  EXPECT_EQ(json.at("stack_size"), "0x7");
  EXPECT_FALSE(json.contains("set_tid"));
  json = argument(made_call("clone3", {memory_of(args), 88}), 0);
  EXPECT_EQ(json.at("value").at("set_tid_size"), 1);
  EXPECT_EQ(json.at("value").at("cgroup"), 9);
  EXPECT_FALSE(json.contains("unknown_bytes"));
  json = argument(made_call("clone3", {memory_of(args, 90), 90}), 0);
  EXPECT_EQ(json.at("unknown_bytes"), Json::parse(R"({"offset":88,"base64":"AAA="})"));

  const uint64_t limits[] = {~uint64_t{0}, 4096};
  EXPECT_EQ(value(made_call("prlimit64", {0, 7, memory_of(limits), null()}), 2),
            Json::parse(R"({"rlim_cur":"18446744073709551615","rlim_max":4096})"));
  const __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  const __user_cap_data_struct data[2] = {{1, 0, 0}, {1u << 31, 0, 1u << (CAP_BPF - 32)}};
  json = value(made_call("capset", {memory_of(header), memory_of(data)}), 1);
  EXPECT_EQ(json.at("effective"), Json::parse(R"({"names":["CAP_CHOWN"],"rest":"0x8000000000000000"})"));
  EXPECT_EQ(json.at("inheritable"), Json::parse(R"({"names":["CAP_BPF"],"rest":"0x0"})"));
  const __user_cap_header_struct old = {_LINUX_CAPABILITY_VERSION_1, 0};
  json = value(made_call("capset", {memory_of(old), memory_of(data)}), 1);
  EXPECT_EQ(json.at("effective"), Json::parse(R"({"names":["CAP_CHOWN"],"rest":"0x0"})"));
}

TEST(JsonValues, StringsAreCutOnlyWhereItIsAskedFor) {
  RenderOptions options;
  options.string_limit = 3;
  const Call call = made_call("mount", {"proc", "/proc", "proc", 0, "abc"});
  EXPECT_EQ(argument(call, 1, options).at("value"), "/proc");
  EXPECT_EQ(argument(call, 2, options).at("value"), Json::parse(R"({"text":"pro","cut":true})"));
  EXPECT_EQ(argument(call, 4, options).at("value"), "abc");
  EXPECT_EQ(argument(call, 2).at("value"), "proc");
}

TEST(JsonValues, WhatIsKnownMoreOfAnArgument) {
  Call call = made_call("mount", {"proc", "/proc/self/fd/6", "bind", MS_BIND, null()});
  call.args[1].resolved = "/rootfs/proc\xff";
  call.args[1].resolved_mount_id = 27;
  call.args[1].base = File{.path = "/"};
  call.args[1].changed = "/other";
  const Json json = argument(call, 1);
  EXPECT_EQ(json.at("resolved").at("base64"), base64("/rootfs/proc\xff"));
  EXPECT_EQ(json.at("resolved_mount_id"), 27);
  EXPECT_EQ(json.at("base").at("path"), "/");
  EXPECT_EQ(json.at("changed"), "/other");
  EXPECT_FALSE(json.contains("file"));
  EXPECT_FALSE(json.contains("ignored"));
  EXPECT_EQ(argument(call, 2).at("ignored"), true);
  const Json other = argument(call, 0);
  for (const char* name : {"resolved", "resolved_mount_id", "base", "changed"}) EXPECT_FALSE(other.contains(name));

  const clone_args before = {.flags = CLONE_NEWNS}, after = {.flags = CLONE_NEWUTS};
  call = made_call("clone3", {memory_of(before), 88});
  call.args[0].changed = memory_of(after).bytes;
  EXPECT_EQ(argument(call, 0).at("value").at("flags").at("names"), Json::parse(R"(["CLONE_NEWNS"])"));
  EXPECT_EQ(argument(call, 0).at("changed").at("flags").at("names"), Json::parse(R"(["CLONE_NEWUTS"])"));
}

TEST(JsonValues, Files) {
  Json json = json_file(File{.fd = 3,
                             .path = "/dev/null",
                             .fs_type = "devtmpfs",
                             .inode = kTwo53,
                             .sb_magic = 0x1021994,
                             .dev_minor = 5,
                             .rdev_major = 1,
                             .rdev_minor = 3,
                             .mode = S_IFCHR | 0666,
                             .mount_id = 27,
                             .mount_parent_id = 22,
                             .mount_ns = 4026531841,
                             .open_flags = O_RDWR | O_APPEND});
  EXPECT_EQ(json.dump(),
            R"({"kind":"plain","fd":3,"path":"/dev/null","shown":"/dev/null","fs_type":"devtmpfs",)"
            R"("inode":"9007199254740992","sb_magic":"0x1021994","dev":{"major":0,"minor":5},)"
            R"("rdev":{"major":1,"minor":3},"mode":{"octal":"020666","type":"S_IFCHR","permissions":"0666"},)"
            R"("mount_id":27,"mount_parent_id":22,"mount_ns":4026531841,)"
            R"("open_flags":{"names":["O_RDWR","O_APPEND"],"rest":"0x0"}})");
  json = json_file(File{.mode = S_IFDIR | 0755,
                        .deleted = true,
                        .path_cut = true,
                        .other_ns = true,
                        .chroot = true,
                        .detached = true,
                        .internal = true,
                        .shared = true});
  EXPECT_EQ(json.at("fd"), nullptr);
  EXPECT_EQ(json.at("mount_id"), nullptr);
  EXPECT_EQ(json.at("mount_parent_id"), nullptr);
  EXPECT_EQ(json.at("mount_ns"), nullptr);
  EXPECT_FALSE(json.contains("rdev"));
  EXPECT_FALSE(json.contains("open_flags"));
  for (const char* name : {"deleted", "path_cut", "other_ns", "chroot", "detached", "internal", "shared"})
    EXPECT_EQ(json.at(name), true);

  json = json_file(File{.kind = FileKind::kNamespace, .fd = 4, .inode = 4026531841, .target = CLONE_NEWNET});
  EXPECT_EQ(json.at("kind"), "namespace");
  EXPECT_EQ(json.at("namespace"), "net");
  EXPECT_EQ(json_file(File{.kind = FileKind::kNamespace, .target = 1}).at("namespace"), nullptr);
  EXPECT_EQ(json_file(File{.kind = FileKind::kPidfd, .target = 812}).at("pid"), 812);
  EXPECT_EQ(json_file(File{.kind = FileKind::kPidfd}).at("pid"), nullptr);
  EXPECT_EQ(json_file(File{.kind = FileKind::kFsContext, .fs_type = "tmpfs"}).at("kind"), "fs_context");
}

}  // namespace
}  // namespace cttrace
