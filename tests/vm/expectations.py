"""What a trace of each of tests/e2e/programs must show, judged by what the program itself says.

A function has its program's name and gets the test (for its assertions), the Trace, the Facts and the folder that the
program was given.
"""

import aftermath as proven
import killers as ended
import support
from arguments import PRIVATE_MOUNTS, call_of, file_of, flags, mount, names, of, one, raw, resolved, value, values

MARK = 0x10000000  # calls that programs make to be recognised: pidfd_open(1, MARK + number), which fails


def nothing_lost(test, trace, truncated=0, faulted=0):
    """Everything was recorded, but the ends of `truncated` arguments and all of `faulted` ones; and it says so."""
    end = trace.completeness
    test.assertTrue(end["whole"] and end["closed"], end)
    expected = {"truncated": truncated, "read_fault": faulted}
    test.assertEqual(trace.missing, {kind: count for kind, count in expected.items() if count})
    readings = [argument["reading"] for call in trace.calls() for argument in call["args"]]
    test.assertEqual((readings.count("truncated"), readings.count("faulted")), (truncated, faulted))
    test.assertEqual((end["calls"], end["truncated"]), (len(trace.calls()), truncated))
    for call in trace.calls():
        test.assertFalse(call["entry_lost"] or call["cut"] or call["outcome"] == "return_lost", call)
    starts = [call["time_ns"] for call in trace.calls()]
    test.assertEqual(starts, sorted(starts), "calls are not in the order of their start")


def processes_complete(test, trace):
    """Who was forked ended, once, and every followed process was there at the start or was forked."""
    born = [event["child"]["tid"] for event in of(trace, "fork")]
    ended = [event["tid"] for event in of(trace, "exit")]
    test.assertEqual(sorted(ended), sorted(born + trace.header["roots"]))
    test.assertLessEqual({event["tid"] for event in trace.events if "tid" in event}, set(ended))


def absent_pages(test, trace, facts, folder):
    target = facts.one("target")
    expected = [PRIVATE_MOUNTS]
    for source in ("never-touched", "dropped"):
        result, resident = facts.numbers(source)
        test.assertEqual(resident, 0, "the pages were there: this proves nothing")
        expected.append((source, target, "tmpfs", {"MS_NOSUID"}, "mode=711,size=64k", result))
    calls = trace.calls("mount")
    test.assertEqual([mount(call) for call in calls], expected)
    for call in calls[1:]:
        test.assertEqual(resolved(call, 1), target)


def aftermath(test, trace, facts, folder):
    proven.check(test, facts, trace)


def changed_during(test, trace, facts, folder):
    call = trace.calls("mount")[1]
    before, after = facts.one("before"), facts.one("after")
    test.assertEqual(mount(call), ("source-before", before, "tmpfs", {"MS_NODEV"}, "size=64k", facts.number("mount")))
    test.assertEqual([argument.get("changed") for argument in call["args"]], ["source-after", after, None, None, None])
    # What the kernel itself took: the source before, and the target after.
    test.assertEqual(facts.one("table").split()[:3], ["source-before", after, "tmpfs"])


def clone_sizes(test, trace, facts, folder):
    wanted = {"v0": set(), "v1": set(), "v2": set(), "newer": set(), "small": None, "unknown": set(), "large": None,
              "beyond": None, "pidfd": {"CLONE_PIDFD", "CLONE_NEWUTS"}, "set_tid": {"CLONE_NEWPID"}}
    if facts.all("into_cgroup"):
        wanted["into_cgroup"] = {"CLONE_INTO_CGROUP"}
    calls = trace.calls("clone3", tgid=trace.header["roots"][0])
    test.assertEqual([[raw(call, 1), call["result"]] for call in calls], [facts.numbers(name) for name in wanted])
    calls = dict(zip(wanted, calls))
    for name, call in calls.items():
        if wanted[name] is not None:
            test.assertEqual(names(value(call, 0)["flags"]), wanted[name], name)
            test.assertEqual(value(call, 0)["exit_signal"]["name"], "SIGCHLD", name)
        if call["result"] <= 0:
            continue
        born = [event for event in of(trace, "fork", tid=call["tid"]) if event["child"]["tid"] == call["result"]]
        test.assertEqual(len(born), 1, name)
        if name == "set_tid":
            test.assertEqual(born[0]["child"]["pids"][-1], 1)
        test.assertEqual(raw(call_of(trace, "pidfd_open", tid=call["result"]), 1), MARK + raw(call, 1))
    # Refused unread by the kernel: what is there is kept as far as it goes, or said to be unreadable.
    test.assertEqual([calls[name]["args"][0]["reading"] for name in ("large", "beyond")], ["truncated", "faulted"])
    # Each size has the fields that it has room for.
    for name, last in (("v0", "tls"), ("v1", "set_tid_size"), ("v2", "cgroup"), ("newer", "cgroup")):
        test.assertEqual(list(value(calls[name], 0))[-1], last, name)
    test.assertEqual(value(calls["set_tid"], 0)["set_tid_size"], 1)
    unknown = calls["unknown"]["args"][0]["unknown_bytes"]
    test.assertEqual((unknown["offset"], unknown["base64"]), (88, "782rAAAAAAA="))  # 0xabcdef
    if facts.all("into_cgroup"):
        test.assertEqual(value(calls["into_cgroup"], 0)["cgroup"], facts.number("cgroup"))


def descriptors(test, trace, facts, folder):
    child = facts.number("child")
    opened = trace.calls("pidfd_open")[0]
    test.assertEqual((value(opened, 0), opened["result"]), (child, facts.number("pidfd")))
    test.assertEqual((opened["returned_file"]["kind"], opened["returned_file"]["pid"]), ("pidfd", child))
    got = call_of(trace, "pidfd_getfd")
    test.assertEqual([value(got, 1), got["result"]], facts.numbers("getfd"))
    test.assertEqual((file_of(got, 0)["kind"], file_of(got, 0)["pid"]), ("pidfd", child))

    expected = [("setns_uts", {"CLONE_NEWUTS"}), ("setns_pidfd", {"CLONE_NEWIPC", "CLONE_NEWUTS"}),
                ("setns_any", set()), ("setns_wrong", {"CLONE_NEWNET"})]
    calls = trace.calls("setns")
    test.assertEqual([([value(call, 0), call["result"]], flags(call, 1)) for call in calls],
                     [(facts.numbers(name), wanted) for name, wanted in expected])
    for call, (name, _) in zip(calls, expected):
        file = file_of(call, 0)
        if name == "setns_pidfd":
            test.assertEqual((file["kind"], file["pid"]), ("pidfd", child))
        else:
            test.assertEqual((file["kind"], file["namespace"], f"uts:[{file['inode']}]"),
                             ("namespace", "uts", facts.one("uts")))

    means = {"magic-self": "self", "magic-thread": "thread", "magic-pid": "pid", "magic-below": "below/in"}
    calls = trace.calls("mount")
    test.assertEqual([value(call, 0) for call in calls], ["none", *means, "relative-path"])
    for call in calls[1:-1]:
        said, result = facts.one(value(call, 0)).rsplit(" ", 1)
        test.assertEqual((value(call, 1), resolved(call, 1), call["result"]),
                         (said, f"{folder}/{means[value(call, 0)]}", int(result)))
    test.assertEqual((value(calls[-1], 1), resolved(calls[-1], 1), calls[-1]["result"]),
                     ("relative", f"{folder}/relative", facts.number("relative")))

    below, dirfd = f"{folder}/below", facts.number("dirfd")
    (node, fifo), owner = trace.calls("mknodat"), call_of(trace, "fchownat")
    for call, fact in ((node, "mknodat"), (owner, "fchownat")):
        test.assertEqual((value(call, 0), file_of(call, 0)["path"], resolved(call, 1), call["result"]),
                         (dirfd, below, below + "/null", facts.number(fact)))
    test.assertEqual((value(node, 2)["type"], value(node, 2)["permissions"], value(node, 3)),
                     ("S_IFCHR", "0640", {"major": 1, "minor": 3}))
    test.assertEqual((values(owner)[2:4], flags(owner, 4)), ([12, 34], {"AT_SYMLINK_NOFOLLOW"}))
    test.assertEqual((resolved(fifo, 1), value(fifo, 2)["type"], fifo["result"]),
                     (folder + "/fifo", "S_IFIFO", facts.number("mknod")))
    entered, closed = trace.calls("fchdir")
    test.assertEqual((file_of(entered, 0)["path"], entered["result"]), (below, facts.number("fchdir")))
    test.assertEqual((value(closed, 0), file_of(closed, 0), closed["result"]), (777, None, facts.number("closed")))


def detached(test, trace, facts, folder):
    proven.check_closes(test, facts, trace)


def fork_storm(test, trace, facts, folder):
    count = facts.number("children")
    marks = trace.calls("pidfd_open")
    test.assertEqual(sorted(raw(call, 1) for call in marks), [MARK + i for i in range(count)])
    test.assertEqual(len({call["tid"] for call in marks}), count)
    test.assertEqual({call["result"] for call in marks}, {-22})
    made = {event["child"]["tid"]: event["tid"] for event in of(trace, "fork")}
    test.assertEqual({call["result"]: call["tid"] for call in trace.calls("clone") if call["result"] > 0}, made)
    test.assertLessEqual({call["tid"] for call in marks}, set(made))
    processes_complete(test, trace)


def i386_calls(test, trace, facts, folder):
    *calls, executed = trace.calls(abi="i386")
    test.assertEqual([(call["name"], call["number"]) for call in calls], [
        ("mount", 21), ("umount", 22), ("umount2", 52), ("setgroups", 206), ("unshare", 310), ("chdir", 12)])
    test.assertEqual([call["result"] for call in calls], [
        facts.number(name) for name in ("mount", "umount", "umount2", "setgroups32", "unshare", "chdir")])
    mounted, umounted, detached, groups, unshared, changed = calls
    target = facts.one("target")
    test.assertEqual(mount(mounted),
                     ("i386-source", target, "tmpfs", {"MS_NOSUID", "MS_NODEV"}, "size=64k,mode=711", 0))
    test.assertEqual(facts.one("mode"), "711")
    test.assertEqual((values(umounted), resolved(umounted, 0)), ([target], target))
    test.assertEqual((value(detached, 0), flags(detached, 1)), ("/nonexistent/i386", {"MNT_DETACH"}))
    test.assertEqual(values(groups), [2, [7, 70000]])
    test.assertEqual(flags(unshared, 0), {"CLONE_NEWUTS"})
    test.assertEqual(values(changed), ["/nonexistent/i386"])
    test.assertEqual((executed["number"], executed["result"], values(executed)),
                     (11, 0, ["/proc/self/exe", ["/proc/self/exe", "again"], {"count": 1}]))


def identity(test, trace, facts, folder):
    groups = trace.calls("setgroups")
    test.assertEqual([(value(call, 0), call["result"]) for call in groups],
                     [(count, facts.number(name)) for count, name in
                      ((1000, "groups_1000"), (65536, "groups_65536"), (65537, "groups_too_many"))])
    test.assertEqual(value(groups[0], 1), list(range(1000, 2000)))
    for call in groups[1:]:
        known = value(call, 1)
        test.assertEqual((call["args"][1]["reading"], known), ("truncated", list(range(1000, 1000 + len(known)))))
        test.assertGreater(len(known), 1000)
    host = call_of(trace, "sethostname")
    test.assertEqual((values(host), host["result"]), (["torture\n\x1b[31m", 13], facts.number("sethostname")))
    limit = [call for call in trace.calls("prlimit64") if value(call, 2) is not None][-1]
    test.assertEqual((value(limit, 1)["names"], value(limit, 2), limit["result"]),
                     (["RLIMIT_NOFILE"], {"rlim_cur": 64, "rlim_max": 128}, facts.number("prlimit")))
    score = call_of(trace, "write")
    test.assertEqual((value(score, 0), file_of(score, 0)["path"], value(score, 1), score["result"]),
                     (facts.number("control"), f"/proc/{score['tgid']}/oom_score_adj", "123", facts.number("oom")))
    capset = call_of(trace, "capset")
    test.assertEqual((names(value(capset, 1)["inheritable"]), capset["result"]),
                     ({"CAP_CHOWN", "CAP_KILL"}, facts.number("capset")))
    dropped = [call for call in trace.calls("prctl") if value(call, 0)["names"] == ["PR_CAPBSET_DROP"]]
    test.assertEqual([(value(call, 1)["names"], call["result"]) for call in dropped],
                     [(["CAP_SYSLOG"], facts.number("bounding"))])
    for name, ids in (("setresgid", [11, 12, 13]), ("setresuid", [-1, 22, -1]), ("setfsuid", [23])):
        call = call_of(trace, name)
        test.assertEqual((values(call), call["result"]), (ids, facts.number(name)))


def killed(test, trace, facts, folder):
    parent, child = facts.numbers("vfork")
    call = call_of(trace, "vfork", tid=parent)
    # The kernel ends the call with its result, though nobody is there any more to whom it returns; nor to stop by ptrace.
    ended = ("returned", child) if support.BACKEND == "ebpf" else ("did_not_return", None)
    test.assertEqual((call["outcome"], call["result"], facts.all("returned")), (*ended, []))
    test.assertEqual(one(trace, "exit", tid=parent)["signal"]["name"], "SIGKILL")
    test.assertEqual(facts.number("status"), 9)
    test.assertEqual([event["child"]["tid"] for event in of(trace, "fork", tid=parent)], [child])


def killers(test, trace, facts, folder):
    test.assertGreater(len(facts.lines), 15)
    ended.check(test, facts, trace)


def killers_oom(test, trace, facts, folder):
    test.assertEqual(facts.number("oom_kill"), 1)
    ended.check(test, facts, trace)


def long_strings(test, trace, facts, folder):
    calls = trace.calls("mount")
    test.assertEqual([value(call, 0) for call in calls], ["none", "long-path", "too-long", "layers", "overlay"])
    path, longer, data = facts.one("path"), facts.one("longer"), facts.one("data")
    test.assertEqual((len(path), len(longer), len(data)), (4095, 4096, 4095))
    test.assertEqual(mount(calls[1]), ("long-path", path, "tmpfs", set(), None, facts.number("path_mount")))
    test.assertEqual(calls[1]["args"][1]["reading"], "ok")
    # Longer than any path may be, and than what is kept.
    test.assertEqual(value(calls[2], 1), {"text": longer[:4095], "cut": True})
    test.assertEqual(calls[2]["result"], facts.number("too_long"))
    test.assertEqual(mount(calls[4]), ("overlay", "merged", "overlay", set(), data, facts.number("data_mount")))


def mount_objects(test, trace, facts, folder):
    opened = call_of(trace, "fsopen")
    context = facts.number("context")
    test.assertEqual((value(opened, 0), flags(opened, 1), opened["result"]), ("tmpfs", {"FSOPEN_CLOEXEC"}, context))
    test.assertEqual((opened["returned_file"]["kind"], opened["returned_file"]["fs_type"]), ("fs_context", "tmpfs"))
    calls = trace.calls("fsconfig")
    picked = facts.number("picked")
    said = [(value(call, 0), value(call, 1)["names"][0], *values(call)[2:4], call["result"]) for call in calls]
    test.assertEqual(said, [
        (context, "FSCONFIG_SET_STRING", "size", "64k", facts.number("size")),
        (context, "FSCONFIG_SET_STRING", "bogus", "1", facts.number("bogus")),
        (context, "FSCONFIG_SET_FLAG", "ro", "0x0", facts.number("flag")),
        (context, "FSCONFIG_CMD_CREATE", "0x0", "0x0", facts.number("create")),
        (picked, "FSCONFIG_CMD_RECONFIGURE", "0x0", "0x0", facts.number("reconfigure"))])
    # By ptrace nobody can read it without taking it from the program.
    message = facts.one("message").removeprefix("e ") if support.BACKEND == "ebpf" else None
    test.assertEqual([call["fs_message"] for call in calls], [None, message, None, None, None])

    mounted = call_of(trace, "fsmount")
    detached = mounted["returned_file"]
    test.assertEqual((flags(mounted, 2), mounted["result"]), ({"MOUNT_ATTR_NODEV"}, facts.number("mounted")))
    test.assertTrue(detached["detached"])
    test.assertEqual((detached["path"], detached["shown"]), ("/", "(detached tmpfs)"))
    good, junk = trace.calls("mount_setattr")
    test.assertEqual((good["result"], junk["result"]), (facts.number("setattr"), facts.number("junk")))
    test.assertEqual((file_of(good, 0)["shown"], value(good, 1), flags(good, 2)),
                     ("(detached tmpfs)", "", {"AT_EMPTY_PATH"}))
    test.assertEqual((names(value(good, 3)["attr_set"]), names(value(good, 3)["propagation"])),
                     ({"MOUNT_ATTR_NOSUID", "MOUNT_ATTR_NOEXEC"}, {"MS_SLAVE"}))
    test.assertEqual(value(junk, 3)["attr_set"], {"names": [], "rest": "0x10000000000"})
    moved = call_of(trace, "move_mount")
    test.assertEqual((file_of(moved, 0)["shown"], resolved(moved, 3), flags(moved, 4), moved["result"]),
                     ("(detached tmpfs)", folder + "/made", {"MOVE_MOUNT_F_EMPTY_PATH"}, facts.number("move")))

    tree = call_of(trace, "open_tree")
    test.assertEqual((resolved(tree, 1), flags(tree, 2), tree["result"]),
                     (folder + "/copy", {"OPEN_TREE_CLONE", "OPEN_TREE_CLOEXEC", "AT_RECURSIVE"}, facts.number("tree")))
    test.assertEqual(tree["returned_file"]["shown"], "(detached tmpfs)")
    node, entered = call_of(trace, "mknodat"), call_of(trace, "fchdir")
    test.assertEqual((value(node, 0), file_of(node, 0)["shown"], value(node, 3), node["result"]),
                     (facts.number("inside"), "(detached tmpfs)/b", {"major": 1, "minor": 5}, facts.number("node")))
    test.assertEqual((file_of(entered, 0)["shown"], entered["result"]), ("(detached tmpfs)/b", facts.number("fchdir")))
    picks = call_of(trace, "fspick")
    test.assertEqual((resolved(picks, 1), picks["result"]), (folder + "/copy", picked))


def seccomp_denied(test, trace, facts, folder):
    denied = of(trace, "call", outcome="denied_by_seccomp")
    test.assertEqual([(call["name"], call["result"]) for call in denied],
                     [("mount", facts.number("mount")), ("chroot", facts.number("chroot"))])
    test.assertEqual(mount(denied[0]), ("denied-source", folder, "tmpfs", {"MS_NOSUID"}, "size=64k", -13))
    test.assertEqual(values(denied[1]), ["/nonexistent-denied"])
    allowed = [call for call in trace.calls("chdir") if value(call, 0) == "/nonexistent-allowed"]
    test.assertEqual([(call["outcome"], call["result"]) for call in allowed], [("returned", facts.number("allowed"))])
    # The child's first return comes without an entry as well, and is none.
    test.assertEqual(trace.calls(tid=facts.number("child")), [])
    processes_complete(test, trace)


def thread_exec(test, trace, facts, folder):
    process, thread = facts.numbers("thread")
    test.assertEqual(facts.numbers("again"), [process, process])
    call = [call for call in trace.calls("execve") if value(call, 0) == "/proc/self/exe"]
    test.assertEqual([(each["tid"], each["tgid"], each["result"]) for each in call], [(thread, process, 0)])
    test.assertEqual((value(call[0], 1)[1:], value(call[0], 2)["count"]), (["again"], 2))
    executed = of(trace, "exec", tid=process)[-1]
    test.assertEqual((executed["old_tid"], executed["tgid"]), (thread, process))
    after = trace.calls("chdir")
    test.assertEqual([(each["tid"], value(each, 0), each["result"]) for each in after],
                     [(process, "/nonexistent-after-exec", facts.number("after"))])


def overflow(test, trace, facts, folder):
    """many_calls: every record that is missing is counted as lost, and none that is there."""
    count = facts.number("calls")
    calls = trace.calls("pidfd_open")
    there = {raw(call, 1) - MARK: 2 - call["entry_lost"] - (call["outcome"] == "return_lost") for call in calls}
    test.assertEqual(len(there), len(calls), "a call is told twice")
    test.assertLessEqual(set(there), set(range(count)))
    # Beside them, the only record that can be missing is that of the process's end, at the end.
    missing = 2 * count - sum(there.values()) + (not of(trace, "exit"))
    end = trace.completeness
    test.assertGreater(missing, 0, "nothing overflowed: this proves nothing")
    test.assertEqual(end["lost"]["ring_full"], missing)
    test.assertEqual(end["lost"]["entries"], sum(call["entry_lost"] for call in calls))
    test.assertEqual(end["lost"]["returns"], sum(call["outcome"] == "return_lost" for call in calls))
