// What is not a call: forks, snapshots, ends, moves, mount tables, losses.
#include <gtest/gtest.h>

#include "decode/decoder.h"
#include "records.h"
#include "source/synthetic.h"

namespace cttrace::test {
namespace {

template <typename T>
T only(const Records& records) {
  const Decoded decoded = decode(records);
  EXPECT_EQ(decoded.bad.malformed, 0u);
  if (decoded.events.size() != 1) throw std::runtime_error("not one event");
  return std::get<T>(decoded.events[0]);
}

TEST(DecoderStates, Fork) {
  auto record = forks(50, 40).at(100).by(7, 5);
  record.body.levels = 2;
  record.body.child_pids[0] = 50;
  record.body.child_pids[1] = 1;
  record.body.child_pids[2] = 99;  // not set, says `levels`
  const Fork fork = only<Fork>({record});
  EXPECT_EQ(fork.task.tid, 7u);
  EXPECT_EQ(fork.task.tgid, 5u);
  EXPECT_EQ(fork.child.tid, 50u);
  EXPECT_EQ(fork.child.tgid, 40u);
  EXPECT_EQ(fork.child.start_ns, 1u);
  EXPECT_EQ(fork.child_pids, (std::vector<uint32_t>{50, 1}));
  EXPECT_EQ(fork.time_ns, 100u);
  EXPECT_EQ(fork.child_cgroup, std::nullopt);
  record.body.levels = ~0u;
  EXPECT_EQ(only<Fork>({record}).child_pids.size(), size_t{CT_NS_LEVELS});
}

TEST(DecoderStates, ForkIntoACgroup) {
  auto record = forks(50, 50);
  record.capture(CT_ARG_CGROUP, CT_CAP_STRING, CT_OK, components("/a/b"));
  EXPECT_EQ(only<Fork>({record}).child_cgroup, "/a/b");
  auto root = forks(50, 50);
  root.capture(CT_ARG_CGROUP, CT_CAP_STRING, CT_OK, components("/"));
  EXPECT_EQ(only<Fork>({root}).child_cgroup, "/");
}

WireRecord<ct_exec> full_snapshot(WireRecord<ct_exec> record) {
  ct_exec& body = record.at(100).by(7, 7, 3).body;
  body.old_tid = 8;
  body.parent_tgid = 6;
  for (uint32_t i = 0; i < CT_NS_COUNT; ++i) body.ns[i] = 4026531835u + i;
  body.levels = 1;
  body.pids[0] = 7;
  uint32_t id = 1000;
  for (__u32* field : {&body.uid, &body.gid, &body.suid, &body.sgid, &body.euid, &body.egid, &body.fsuid, &body.fsgid})
    *field = id++;
  body.securebits = 0x2f;
  body.no_new_privs = 1;
  body.seccomp_mode = 2;
  body.seccomp_filters = 3;
  body.user_ns_level = 1;
  body.oom_score_adj = static_cast<uint32_t>(-998);
  body.cap_inheritable = 1, body.cap_permitted = 2, body.cap_effective = 4, body.cap_bounding = 8;
  body.cap_ambient = 1ull << 40;
  std::memcpy(body.comm, "sixteen letters!", 16);
  const ct_id_extent extents[] = {{0, 100000, 65536}, {65536, 5, 1}};
  const uint32_t groups[] = {10, 20};
  record.capture(CT_ARG_CWD, CT_CAP_FILE, CT_OK, WireFile{.path = "/cwd", .fd = -1}.bytes());
  record.capture(CT_ARG_ROOT, CT_CAP_FILE, CT_OK, WireFile{.path = "/root", .flags = CT_FILE_CHROOT}.bytes());
  record.capture(CT_ARG_EXE, CT_CAP_FILE, CT_OK, WireFile{.path = "/exe"}.bytes());
  record.capture(CT_ARG_EXE_VERSION, CT_CAP_STRING, CT_OK, "1.1.5+ds1");
  record.capture(CT_ARG_SECUREEXEC, CT_CAP_COUNT, CT_OK, std::string("\x01\0\0\0\0\0\0\0", 8));
  record.capture(CT_ARG_CGROUP, CT_CAP_STRING, CT_OK, components("/a/b"));
  record.capture(CT_ARG_UID_MAP, CT_CAP_ID_MAP, CT_OK, bytes_of(extents));
  record.capture(CT_ARG_GID_MAP, CT_CAP_ID_MAP, CT_OK, bytes_of(extents[1]));
  record.capture(CT_ARG_GROUPS, CT_CAP_IDS, CT_OK, bytes_of(groups));
  return record;
}

TEST(DecoderStates, SnapshotEveryField) {
  const auto snapshot = only<Snapshot>({full_snapshot(executes())});
  EXPECT_EQ(snapshot.task.tid, 7u);
  EXPECT_EQ(snapshot.task.start_ns, 3u);
  EXPECT_EQ(snapshot.old_tid, 8u);
  EXPECT_EQ(snapshot.parent_tgid, 6u);
  EXPECT_EQ(snapshot.time_ns, 100u);
  EXPECT_FALSE(snapshot.at_start);
  for (uint32_t i = 0; i < CT_NS_COUNT; ++i) EXPECT_EQ(snapshot.namespaces[i], 4026531835u + i);
  EXPECT_EQ(snapshot.pids, (std::vector<uint32_t>{7}));
  const std::array<uint32_t, 8> ids = {snapshot.uid,  snapshot.gid,  snapshot.suid,  snapshot.sgid,
                                       snapshot.euid, snapshot.egid, snapshot.fsuid, snapshot.fsgid};
  for (uint32_t i = 0; i < ids.size(); ++i) EXPECT_EQ(ids[i], 1000 + i);
  EXPECT_EQ(snapshot.securebits, 0x2fu);
  EXPECT_TRUE(snapshot.no_new_privs);
  EXPECT_EQ(snapshot.seccomp_mode, 2u);
  EXPECT_EQ(snapshot.seccomp_filters, 3u);
  EXPECT_EQ(snapshot.user_ns_level, 1u);
  EXPECT_EQ(snapshot.oom_score_adj, -998);
  EXPECT_EQ(snapshot.cap_inheritable, 1u);
  EXPECT_EQ(snapshot.cap_permitted, 2u);
  EXPECT_EQ(snapshot.cap_effective, 4u);
  EXPECT_EQ(snapshot.cap_bounding, 8u);
  EXPECT_EQ(snapshot.cap_ambient, 1ull << 40);
  EXPECT_EQ(snapshot.comm, "sixteen letters!");
  ASSERT_TRUE(snapshot.cwd && snapshot.root && snapshot.exe);
  EXPECT_EQ(snapshot.cwd->path, "/cwd");
  EXPECT_EQ(snapshot.root->path, "/root");
  EXPECT_TRUE(snapshot.root->chroot);
  EXPECT_EQ(snapshot.exe->path, "/exe");
  EXPECT_EQ(snapshot.exe_version, "1.1.5+ds1");
  EXPECT_EQ(snapshot.secureexec, true);
  EXPECT_EQ(snapshot.cgroup, "/a/b");
  ASSERT_EQ(snapshot.uid_map.value().size(), 2u);
  EXPECT_EQ(snapshot.uid_map.value()[0].lower_first, 100000u);
  EXPECT_EQ(snapshot.uid_map.value()[0].count, 65536u);
  EXPECT_EQ(snapshot.uid_map.value()[1].first, 65536u);
  ASSERT_EQ(snapshot.gid_map.value().size(), 1u);
  EXPECT_EQ(snapshot.gid_map.value()[0].first, 65536u);
  EXPECT_EQ(snapshot.groups, (std::vector<uint32_t>{10, 20}));
}

TEST(DecoderStates, SnapshotAtStartAndWhatIsUnknown) {
  auto record = full_snapshot(was_there());
  record.body.seccomp_filters = ~0u;
  const auto snapshot = only<Snapshot>({record});
  EXPECT_TRUE(snapshot.at_start);
  EXPECT_EQ(snapshot.seccomp_filters, std::nullopt);
}

// It is not an empty one: nothing is mapped there.
TEST(DecoderStates, AMapThatCouldNotBeReadIsNone) {
  auto record = executes();
  record.capture(CT_ARG_UID_MAP, CT_CAP_ID_MAP, CT_FAULT, "");
  record.capture(CT_ARG_GID_MAP, CT_CAP_ID_MAP, CT_OK, "");
  const auto snapshot = only<Snapshot>({record});
  EXPECT_FALSE(snapshot.uid_map.has_value());
  EXPECT_TRUE(snapshot.gid_map.value().empty());
  EXPECT_FALSE(only<Snapshot>({executes()}).gid_map.has_value());
}

TEST(DecoderStates, TaskExit) {
  const auto exit = only<TaskExit>({ends(0x8b).at(100).by(7, 5).flagged(CT_FLAG_GROUP_DEAD)});
  EXPECT_EQ(exit.task.tid, 7u);
  EXPECT_EQ(exit.code, 0x8bu);
  EXPECT_TRUE(exit.last_of_process);
  EXPECT_FALSE(only<TaskExit>({ends(0)}).last_of_process);
}

// The kernel counts a thread as gone before its end is told: of those that end at once each may find nobody left.
TEST(DecoderStates, OneThreadIsTheLastOfItsProcess) {
  const auto thread = [](uint32_t tid, uint64_t time) { return forks(tid, 7).at(time).by(7, 7); };
  const auto ended = [](uint32_t tid, uint64_t time) {
    return ends(1 << 8).at(time).by(tid, 7).flagged(CT_FLAG_GROUP_DEAD);
  };
  const auto last = [](Records records) {
    std::vector<uint32_t> tids;
    for (const Event& event : decode(records).events)
      if (const TaskExit* const exit = std::get_if<TaskExit>(&event); exit && exit->last_of_process)
        tids.push_back(exit->task.tid);
    return tids;
  };
  const std::string process = forks(7, 7).at(1);
  const std::vector<uint32_t> eight = {8}, seven = {7};
  EXPECT_EQ(last({process, thread(8, 2), thread(9, 3), ended(7, 4), ended(9, 5), ended(8, 6)}), eight);
  // Of a process that was there: as far as its threads are known.
  EXPECT_EQ(last({was_there().at(1).by(7, 7), was_there().at(1).by(8, 7), ended(7, 4), ended(8, 6)}), eight);
  // Who executes a program is alone in its process, and so is who begins one that has the number of another.
  EXPECT_EQ(last({process, thread(8, 2), executes().at(3).by(7, 7), ended(7, 4)}), seven);
  EXPECT_EQ(last({process, thread(8, 2), forks(7, 7).at(3), ended(7, 4)}), seven);
  // Where a thread's end may have been lost, it is the first that says so, and no second one.
  const std::string loss = loses(CT_LOSS_RING_FULL, 1).at(3);
  EXPECT_EQ(last({process, thread(8, 2), thread(9, 2), loss, ended(7, 4), ended(9, 5)}), seven);
}

TEST(DecoderStates, WhoKilledAProcess) {
  using Kind = Killer::Kind;
  const auto killer = [](uint32_t kind) {
    auto record = ends(9);
    record.body.killer = kind;
    record.body.killer_tgid = 77;
    std::memcpy(record.body.killer_comm, "sixteen letters!", 16);
    return only<TaskExit>({record}).killed_by;
  };
  for (const auto& [wire, kind] : {std::pair{CT_KILLER_PROCESS, Kind::kProcess},
                                   {CT_KILLER_PARENT, Kind::kParent},
                                   {CT_KILLER_PID_NAMESPACE, Kind::kPidNamespace}}) {
    const MaybeKiller process = killer(wire);
    ASSERT_TRUE(process);
    EXPECT_EQ(process->kind, kind);
    EXPECT_EQ(process->pid, 77u);
    EXPECT_EQ(process->comm, "sixteen letters!");
  }
  for (const auto& [wire, kind] : {std::pair{CT_KILLER_KERNEL, Kind::kKernel}, {CT_KILLER_OOM, Kind::kOutOfMemory}}) {
    const MaybeKiller kernel = killer(wire);
    ASSERT_TRUE(kernel);
    EXPECT_EQ(kernel->kind, kind);
    EXPECT_EQ(kernel->pid, 0u);
    EXPECT_EQ(kernel->comm, "");
  }
  for (const uint32_t unknown : {0u, 6u, ~0u}) EXPECT_FALSE(killer(unknown));
}

// Where a killer is now, there was padding, and then captures.
TEST(DecoderStates, OlderEndsSayNothingOfWhoKilled) {
  const WireFile file = {.path = "/a", .fd = 7};
  for (uint8_t version = CT_WIRE_OLDEST; version <= 5; ++version) {
    std::string record = ends(9).at(100).by(7, 5).flagged(CT_FLAG_FILES_TOLD).file(CT_ARG_HELD, file);
    record.erase(CT_TASK_EXIT_SIZE_5, sizeof(ct_task_exit) - CT_TASK_EXIT_SIZE_5);
    record[offsetof(ct_record, version)] = static_cast<char>(version);
    const auto length = static_cast<uint32_t>(record.size());
    std::memcpy(record.data() + offsetof(ct_record, length), &length, sizeof(length));
    const auto exit = only<TaskExit>({record});
    EXPECT_EQ(exit.code, 9u);
    EXPECT_EQ(exit.task.tid, 7u);
    EXPECT_FALSE(exit.killed_by);
    if (version > 1) {
      EXPECT_EQ(exit.held.value().front().fd, 7);
    }
  }
}

TEST(DecoderStates, CgroupAttach) {
  auto record = moves(9, "/a/b").at(100).by(7);
  record.body.cgroup_id = 1ull << 33;
  record.body.task_start_ns = 4;
  record.body.hierarchy = 2;
  record.body.threadgroup = 1;
  const auto attach = only<CgroupAttach>({record});
  EXPECT_EQ(attach.task.tid, 7u);
  EXPECT_EQ(attach.moved.tid, 9u);
  EXPECT_EQ(attach.moved.start_ns, 4u);
  EXPECT_TRUE(attach.with_threads);
  EXPECT_EQ(attach.cgroup_id, 1ull << 33);
  EXPECT_EQ(attach.hierarchy, 2u);
  EXPECT_EQ(attach.path, "/a/b");
}

TEST(DecoderStates, Loss) {
  auto record = loses(CT_LOSS_RING_FULL, 12).at(100);
  record.body.counts[CT_LOSS_RECORD_CUT] = 1;
  record.body.recorded = 99;
  record.body.final = 1;
  record.body.still_running = 2;
  const auto loss = only<Loss>({record});
  EXPECT_EQ(loss.counts[CT_LOSS_RING_FULL], 12u);
  EXPECT_EQ(loss.counts[CT_LOSS_RECORD_CUT], 1u);
  EXPECT_EQ(loss.counts[CT_LOSS_TRUNCATED], 0u);
  EXPECT_EQ(loss.recorded, 99u);
  EXPECT_EQ(loss.still_running, 2u);
  EXPECT_TRUE(loss.final);
}

TEST(DecoderStates, FilesOfADescriptorTableAreToldAllOrNot) {
  const WireFile file = {.path = "/etc/passwd", .fs_type = "ext4", .fd = 7};
  const auto record = [&](uint32_t flags) {
    return executes().at(100).flagged(flags).file(CT_ARG_OPEN, file).file(CT_ARG_CWD, file);
  };
  const auto open = only<Snapshot>({record(CT_FLAG_FILES_TOLD)}).open;
  ASSERT_TRUE(open);
  ASSERT_EQ(open->size(), 1u);
  EXPECT_EQ(open->front().fd, 7);
  EXPECT_EQ(open->front().path, "/etc/passwd");
  EXPECT_FALSE(only<Snapshot>({record(0)}).open);
  EXPECT_FALSE(only<Snapshot>({record(CT_FLAG_FILES_TOLD | CT_FLAG_CUT)}).open);

  EXPECT_FALSE(only<TaskExit>({ends(0)}).held);
  EXPECT_TRUE(only<TaskExit>({ends(0).flagged(CT_FLAG_FILES_TOLD)}).held.value().empty());
  const auto held = only<TaskExit>({ends(0).flagged(CT_FLAG_FILES_TOLD).file(CT_ARG_HELD, file)}).held;
  EXPECT_EQ(held.value().front().fd, 7);
}

TEST(DecoderStates, MountTableInParts) {
  const auto table = only<Mounts>({mounts(5, 0, false, "1 0 0:1 / / rw - ext4"), mounts(5, 1, true, " /dev/sda rw\n")});
  EXPECT_EQ(table.mountinfo, "1 0 0:1 / / rw - ext4 /dev/sda rw\n");
  EXPECT_EQ(table.mount_ns, 5u);
}

TEST(DecoderStates, MountTablesOfSeveralNamespacesMayAlternate) {
  const Decoded decoded = decode({mounts(5, 0, false, "five "), mounts(6, 0, false, "six "), mounts(5, 1, true, "end"),
                                  mounts(6, 1, true, "end")});
  ASSERT_EQ(decoded.events.size(), 2u);
  EXPECT_EQ(std::get<Mounts>(decoded.events[0]).mountinfo, "five end");
  EXPECT_EQ(std::get<Mounts>(decoded.events[1]).mountinfo, "six end");
}

TEST(DecoderStates, AMountTableWithAPartMissingIsNone) {
  const Decoded decoded =
      decode({mounts(5, 0, false, "a"), mounts(5, 2, true, "c"), mounts(6, 1, true, "b"), mounts(5, 0, true, "whole")});
  EXPECT_EQ(decoded.bad.malformed, 2u);
  ASSERT_EQ(decoded.events.size(), 1u);
  EXPECT_EQ(std::get<Mounts>(decoded.events[0]).mountinfo, "whole");
}

TEST(DecoderStates, MountTablesThatAreNotWholeAreBoundedTogether) {
  // Each of them may be as long as the longest there is; with one byte more the last one is given up.
  const std::string part(60'000, 'x');
  constexpr size_t kMost_bytes = 256u << 20;
  Decoder decoder([](Event&&) { FAIL(); });
  uint32_t mount_ns = 0;
  for (size_t bytes = part.size(); bytes <= kMost_bytes; bytes += part.size()) {
    const std::string record = mounts(mount_ns++, 0, false, part);
    decoder.feed(std::as_bytes(std::span(record)));
  }
  EXPECT_EQ(decoder.bad_records().malformed, 0u);
  const std::string record = mounts(mount_ns, 0, false, part);
  decoder.feed(std::as_bytes(std::span(record)));
  EXPECT_EQ(decoder.bad_records().malformed, 1u);
}

TEST(DecoderStates, WhatCttraceItselfRecords) {
  // src/source/synthetic.cc is the other end of these.
  std::string text;
  for (int i = 0; i < 2000; ++i) text += std::to_string(i) + " 0 0:1 / /some/where rw - tmpfs tmpfs rw\n";
  ct_exec snapshot = {};
  snapshot.ns[CT_NS_MNT] = 4026531841;
  const Records parts = mounts_records(snapshot, 100, text);
  EXPECT_GT(parts.size(), 1u);
  for (const std::string& part : parts) EXPECT_LE(part.size(), size_t{CT_RECORD_MAX});
  const auto table = only<Mounts>(parts);
  EXPECT_EQ(table.mountinfo, text);
  EXPECT_EQ(table.mount_ns, 4026531841u);
  EXPECT_EQ(only<Mounts>(mounts_records(snapshot, 100, "")).mountinfo, "");

  ct_loss loss = {};
  loss.counts[CT_LOSS_TASKS_FULL] = 3;
  loss.final = 1;
  EXPECT_EQ(only<Loss>({loss_record(loss, 7)}).counts[CT_LOSS_TASKS_FULL], 3u);
  EXPECT_EQ(decode({tick_record(5)}).bad.malformed, 0u);
}

}  // namespace
}  // namespace cttrace::test
