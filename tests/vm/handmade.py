"""What a recording of tests/vm/container.c must show, call by call; keep the two together."""

import support
from arguments import call_of, file_of, flags, names, of, one, resolved, value, values

NEW = {"mnt": "CLONE_NEWNS", "uts": "CLONE_NEWUTS", "ipc": "CLONE_NEWIPC", "pid": "CLONE_NEWPID", "net": "CLONE_NEWNET",
       "cgroup": "CLONE_NEWCGROUP"}


def beginning(test, trace, told):
    """What was there when tracing began, against the VM's /proc."""
    [root] = trace.header["roots"]
    state = one(trace, "state", tid=root)
    links = dict(line.split() for line in told("namespaces").splitlines())
    test.assertEqual({name: links[name].split(":")[0] + f":[{inode}]" for name, inode in state["namespaces"].items()},
                     links)
    sets = dict(line.split(":") for line in told("capabilities").splitlines())
    test.assertEqual({name: int(bits, 16) for name, bits in state["capabilities"].items()},
                     {name: int(sets[key], 16) for name, key in
                      (("inheritable", "CapInh"), ("permitted", "CapPrm"), ("effective", "CapEff"),
                       ("bounding", "CapBnd"), ("ambient", "CapAmb"))})
    test.assertEqual((state["cwd"]["path"], state["root"]["path"], state["cgroup"]), ("/", "/", "/"))
    [mounts] = of(trace, "mounts")
    test.assertEqual((mounts["mount_ns"], mounts["mountinfo"]), (state["namespaces"]["mnt"], told("mountinfo")))


def container(test, trace, folder, has_mount_setattr):
    [root] = trace.header["roots"]
    made = call_of(trace, "clone3")
    test.assertEqual((made["tid"], names(value(made, 0)["flags"])), (root, set(NEW.values())))
    first = made["result"]
    parent(test, trace, root, first)
    joiner(test, trace, root, first)
    calls(test, [call for call in trace.calls(tid=first) if call["name"] != "prlimit64"], folder, has_mount_setattr)
    handed_over(test, trace, root, first)


def parent(test, trace, root, first):
    executed = of(trace, "exec", tid=root)[-1]
    test.assertEqual(executed["exe"]["path"], "/bin/vm_container")
    ours = call_of(trace, "write", tid=root)
    control = "/sys/fs/cgroup/by-hand/cgroup.procs"
    test.assertEqual((file_of(ours, 0)["path"], file_of(ours, 0)["fs_type"], value(ours, 1), ours["result"]),
                     (control, "cgroup2", str(first), len(str(first))))
    moved = one(trace, "cgroup")
    test.assertEqual((moved["tid"], moved["moved"]["tid"], moved["path"]), (root, first, "/by-hand"))
    test.assertEqual(one(trace, "exit", tid=root)["exit_status"], 7)


def joiner(test, trace, root, first):
    """The second process: setns by a namespace's file, then by a pidfd."""
    [forked] = trace.calls("clone", tid=root)
    joins, opened, joins_more = [call for call in trace.calls(tid=forked["result"])]
    entered = of(trace, "exec", tid=first)[-1]["namespaces"]
    file = file_of(joins, 0)
    test.assertEqual((joins["name"], file["kind"], file["namespace"], file["inode"], flags(joins, 1), joins["result"]),
                     ("setns", "namespace", "uts", entered["uts"], {"CLONE_NEWUTS"}, 0))
    test.assertEqual((opened["name"], value(opened, 0)), ("pidfd_open", first))
    test.assertEqual((joins_more["name"], file_of(joins_more, 0)["kind"], file_of(joins_more, 0)["pid"],
                      flags(joins_more, 1), joins_more["result"]),
                     ("setns", "pidfd", first, {"CLONE_NEWIPC", "CLONE_NEWNET"}, 0))


def mounted(source, target, of_type, flag_names, data, path, result=0, abi="x86_64"):
    return ("mount", abi, result, [source, target, of_type, set(flag_names.split()), data], {1: path})


def expected_calls(folder, magic, context, mount_fd, program, has_mount_setattr):
    """(name, abi, result, arguments, {argument: the path it means}). Flag sets are Python sets; None is NULL."""
    def call(name, result, *arguments, **means):
        return (name, "x86_64", result, list(arguments), {int(index[1:]): path for index, path in means.items()})

    attributes = {"attr_set": {"MOUNT_ATTR_RDONLY"}, "attr_clr": set(), "propagation": set(), "userns_fd": 0}
    return [
        mounted(None, "/", None, "MS_REC MS_PRIVATE", None, "/"),
        mounted("tmpfs", folder, "tmpfs", "MS_NODEV MS_NOSUID", "size=1m,mode=755", folder),
        call("chdir", 0, folder, _0=folder),
        mounted("proc", magic, "proc", "MS_NOSUID MS_NODEV MS_NOEXEC", None, folder + "/proc"),
        mounted("tmpfs", "dev", "tmpfs", "MS_NOSUID", "mode=755", folder + "/dev"),
        call("mknodat", 0, -100, "dev/null", ("S_IFCHR", "0666"), (1, 3), _1=folder + "/dev/null"),
        call("fsopen", context, "tmpfs", {"FSOPEN_CLOEXEC"}),
        call("fsconfig", 0, context, {"FSCONFIG_SET_STRING"}, "size", "64k", 0),
        call("fsconfig", -22, context, {"FSCONFIG_SET_STRING"}, "bogus", "1", 0),
        call("fsconfig", 0, context, {"FSCONFIG_CMD_CREATE"}, "0x0", "0x0", 0),
        call("fsmount", mount_fd, context, {"FSMOUNT_CLOEXEC"}, {"MOUNT_ATTR_NOSUID"}),
        call("close", 0, context),
        call("mount_setattr", 0 if has_mount_setattr else -38, mount_fd, "", {"AT_EMPTY_PATH"}, attributes, 32),
        call("move_mount", 0, mount_fd, "", -100, "run", {"MOVE_MOUNT_F_EMPTY_PATH"}, _3=folder + "/run"),
        mounted("nothing", "does/not/exist", "tmpfs", "", None, folder + "/does/not/exist", result=-2),
        mounted("/tmp", "lower", None, "MS_BIND", None, folder + "/lower"),
        mounted(None, "lower", None, "MS_BIND MS_REMOUNT MS_RDONLY", None, folder + "/lower"),
        mounted("from-i386", "old32", "tmpfs", "", None, folder + "/old32", abi="i386"),
        call("sethostname", 0, "made-by-hand", 12),
        call("pivot_root", 0, ".", ".", _0=folder, _1=folder),
        call("umount2", 0, ".", {"MNT_DETACH"}, _0="/"),
        call("chdir", 0, "/", _0="/"),
        call("prctl", 0, {"PR_SET_NO_NEW_PRIVS"}, 1, "0x0", "0x0", "0x0"),
        call("seccomp", 0, {"SECCOMP_SET_MODE_FILTER"}, set(), 4),
        call("umount2", -13, "/dev", set(), _0="/dev"),
        call("setresgid", 0, 1000, 1000, 1000),
        call("setresuid", 0, 1000, 1000, 1000),
        call("execveat", 0, program, "", ["contained-program", "the-end"], 0, {"AT_EMPTY_PATH"}),
    ]


def plain(decoded):
    """A decoded value as expected_calls() writes it."""
    if not isinstance(decoded, dict):
        return decoded
    for keys, convert in ((("names", "rest"), names), (("octal",), lambda v: (v["type"], v["permissions"])),
                          (("major",), lambda v: (v["major"], v["minor"])), (("count",), lambda v: v["count"]),
                          (("filter",), lambda v: v["len"])):
        if all(key in decoded for key in keys):
            return convert(decoded)
    return {name: plain(field) for name, field in decoded.items()}


def calls(test, found, folder, has_mount_setattr):
    """Every call of the container's first process."""
    named = {name: [call for call in found if call["name"] == name] for name in {call["name"] for call in found}}
    # Numbers that only the program knows: where a call tells one, the others must agree.
    magic = value(named["mount"][2], 1)
    test.assertRegex(magic, r"^/proc/self/fd/\d+$")
    program = value(named["execveat"][0], 0)
    expected = expected_calls(folder, magic, named["fsopen"][0]["result"], named["fsmount"][0]["result"], program,
                              has_mount_setattr)
    test.assertEqual([call["name"] for call in found], [name for name, *_ in expected])
    for call, (name, abi, result, arguments, means) in zip(found, expected):
        test.assertEqual((call["abi"], call["result"], [plain(decoded) for decoded in values(call)]),
                         (abi, result, arguments), name)
        test.assertEqual({index: resolved(call, index) for index in means}, means, f"{name}{arguments}")
    test.assertEqual({(call["name"], call["fs_message"]) for call in found if call["fs_message"]},
                     {("fsconfig", "tmpfs: Unknown parameter 'bogus'")} if support.BACKEND == "ebpf" else set())
    test.assertEqual([(call["name"], call["result"]) for call in found if call["outcome"] != "returned"],
                     [("umount2", -13)])
    test.assertEqual(named["umount2"][1]["outcome"], "denied_by_seccomp")
    test.assertEqual(named["fsopen"][0]["returned_file"]["kind"], "fs_context")
    test.assertEqual(named["fsmount"][0]["returned_file"]["shown"], "(detached tmpfs)")


def handed_over(test, trace, root, first):
    """What the container's program was given, by the kernel's own answer at its execveat."""
    state = of(trace, "exec", tid=first)[-1]
    outside = one(trace, "state", tid=root)["namespaces"]
    test.assertEqual({name for name, inode in state["namespaces"].items() if inode != outside[name]},
                     {*NEW, "pid_for_children"})
    test.assertEqual(state["pids"], [first, 1])
    for ids in (state["uid"], state["gid"]):
        test.assertEqual(set(ids.values()), {1000})
    nothing = {name: int(bits, 16) for name, bits in state["capabilities"].items() if name != "bounding"}
    test.assertEqual(set(nothing.values()), {0}, nothing)
    test.assertEqual((state["no_new_privs"], state["seccomp"]["mode"]), (True, 2))
    test.assertIn(state["seccomp"]["filters"], (1, None))  # counted by the kernel from 5.11 on
    test.assertEqual((state["cgroup"], state["cwd"]["path"], state["root"]["path"]), ("/by-hand", "/", "/"))
    test.assertEqual(one(trace, "exit", tid=first)["exit_status"], 7)
