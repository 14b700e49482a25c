"""What the trace says of a caller after each call that succeeded is what the program aftermath read in /proc then."""

import collections
import re

import support
from traced import raw

NAMESPACES = "mnt uts ipc net cgroup pid pid_for_children time time_for_children user".split()
# What is told after each call, and, where the kernel can be asked for it, of the four of the mounts "target".
MOUNTS = {"newest_mount", "mount_root", "mount_source", "mounts"}
TOLD = {"unshare": {"namespaces"}, "setns": {"namespaces", "cwd", "root"}, "chdir": {"cwd"}, "fchdir": {"cwd"},
        "chroot": {"cwd", "root"}, "pivot_root": {"cwd", "root"} | MOUNTS, "mount": MOUNTS, "umount2": MOUNTS,
        "move_mount": {"moved"} | MOUNTS}
# What is told of the mount that a returned descriptor is in.
TREES = {"open_tree", "open_tree_attr", "fsmount"}
# Every call above is made in these ways by the program, and succeeds and fails so often.
LEAST = {"mount": 9, "umount2": 3, "setns": 3, "unshare": 4, "chroot": 3, "chdir": 4, "fchdir": 2, "pivot_root": 1,
         "move_mount": 1}
FAILURES = 5


def unescaped(text):
    return re.sub(r"\\([0-7]{3})", lambda match: chr(int(match[1], 8)), text)


class Line:
    """A line of mountinfo."""

    def __init__(self, text):
        fields = text.split(" ")
        self.id, self.parent, self.device = int(fields[0]), int(fields[1]), fields[2]
        self.root, self.mountpoint = unescaped(fields[3]), unescaped(fields[4])
        self.fs_type, self.source = fields[fields.index("-") + 1], unescaped(fields[fields.index("-") + 2])


class Step:
    def __init__(self, call, result):
        self.call, self.result = call, result
        self.namespaces, self.places, self.mounts, self.target = {}, {}, [], None


def inode(link):
    return int(link.partition("[")[2].rstrip("]")) if link else None


def steps_of(said):
    steps = []
    for name, value in said.lines:
        if name == "step":
            call, _, result = value.partition(" ")
            steps.append(Step(call, int(result)))
        elif name == "ns":
            of, _, link = value.partition(" ")
            steps[-1].namespaces[of] = inode(link)
        elif name == "target":
            device, number, mount, path = value.split(" ", 3)
            steps[-1].target = (device, int(number), int(mount), path)
        elif name in ("cwd", "root"):
            device, number, mount = value.split()
            steps[-1].places[name] = (device, int(number), int(mount))
        elif name == "mount":
            steps[-1].mounts.append(Line(value))
    return steps


def device_of(file):
    return f"{file['dev']['major']}:{file['dev']['minor']}"


def tells_empty_namespaces(trace):
    """Whether the pid namespace for children is told of also while nobody is in it."""
    return support.BACKEND == "ebpf" or tuple(map(int, re.findall(r"\d+", trace.header["kernel"])[:2])) >= (6, 11)


def tells_target(trace, before):
    """Whether it is told where the path led by which a call finds what it changes; None: perhaps. ptrace tells it of who sees
    all mounts of its namespace: of who has entered one, where the kernel lists them (since 6.11)."""
    if support.BACKEND == "ptrace":
        return None if "setns" in [step.call for step in before] else True
    return "security_sb_mount" in trace.header["hooks"]


def check_namespaces(test, told, step, trace):
    expected = dict(step.namespaces)
    if expected["pid_for_children"] is None:  # nobody has been born there: there is one, and /proc does not tell which
        test.assertNotEqual(told["pid_for_children"], expected["pid"])
        test.assertEqual(told["pid_for_children"] is not None, tells_empty_namespaces(trace))
        expected["pid_for_children"] = told["pid_for_children"]
    test.assertEqual(told, expected)


def check_place(test, file, place, step):
    test.assertEqual((device_of(file), file["inode"], file["mount_id"]), place)
    line = [line for line in step.mounts if line.id == file["mount_id"]]
    if line:  # else no root that the table was opened at reaches it
        test.assertEqual((file["mount_parent_id"], device_of(file), file["fs_type"]),
                         (line[0].parent, line[0].device, line[0].fs_type))


def check_mounts(test, after, step):
    # Both orders, that of coming (to 6.7) and that of making, end with the newest.
    line, newest = step.mounts[-1], after["newest_mount"]
    test.assertEqual((newest["mount_id"], newest["mount_parent_id"], newest["path"], device_of(newest), newest["fs_type"]),
                     (line.id, line.parent, line.mountpoint, line.device, line.fs_type))
    test.assertEqual((after["mount_root"], after["mount_source"]), (line.root, line.source))
    ids = {line.id for line in step.mounts}
    top = next(line for line in step.mounts if line.mountpoint == "/" and line.parent not in ids - {line.id})
    # Below the root there may be the initramfs, which is in the namespace and in no table.
    below = 0 if top.parent == top.id else 1
    test.assertEqual(after["mounts"], len(step.mounts) + below)


def check(test, said, trace):
    steps = steps_of(said)
    me = trace.only("pivot_root")["tgid"]
    calls = [call for call in trace.calls(tgid=me) if call["name"] in TOLD]
    test.assertEqual([call["name"] for call in calls], [step.call for step in steps])
    trees = {call["returned_file"]["mount_id"]: call["after"] for call in trace.calls("open_tree", tgid=me)}
    for tree in trees.values():
        target = tree.pop("target", None)
        test.assertEqual(target is not None, support.BACKEND == "ptrace")  # no hook of the kernel's tells it
        if target:
            test.assertTrue(target["path"].endswith("/moved here"), target)
    for index, (call, step) in enumerate(zip(calls, steps)):
        with test.subTest(step=index, call=step.call, result=step.result):
            test.assertEqual(call["result"], step.result)
            after = call["after"]
            if step.result != 0:
                test.assertLessEqual(set(after or ()), {"target"})  # where the path led, if that was found
                continue
            tells = tells_target(trace, steps[:index])
            if step.target and ("target" in after if tells is None else tells):
                file = after.pop("target")
                test.assertEqual((device_of(file), file["inode"], file["mount_id"], file["path"]), step.target)
            test.assertEqual(set(after), TOLD[step.call])
            if "namespaces" in after:
                check_namespaces(test, after["namespaces"], step, trace)
            for place in {"cwd", "root"} & set(after):
                check_place(test, after[place], step.places[place], step)
            if "mounts" in after:
                check_mounts(test, after, step)
            if "moved" in after:
                there, = [line for line in step.mounts if line.id == after["moved"]["mount_id"]]
                test.assertEqual((after["moved"]["path"], after["moved"]["fs_type"]), (there.mountpoint, there.fs_type))
                test.assertEqual(trees.pop(there.id), {"mount_root": there.root, "mount_source": there.source})
    test.assertEqual(trees, {})
    for name, least in LEAST.items():
        test.assertGreaterEqual(len([step for step in steps if step.call == name and step.result == 0]), least, name)
    test.assertEqual(len([step for step in steps if step.result != 0]), FAILURES)
    check_fork(test, said, trace, me)
    # Of all that it closes nothing holds a detached tree: what open_tree returned is attached by then.
    test.assertEqual([call for call in trace.calls("close") if call["tgid"] == me], [])


def check_fork(test, said, trace, me):
    child = said.number("child")
    fork = [event for event in trace.of("fork") if event["tgid"] == me]
    test.assertEqual([event["child"]["tid"] for event in fork], [child])
    expected = dict((name, inode(link)) for name, _, link in (value.partition(" ") for value in said.all("child_ns")))
    test.assertEqual(set(expected), set(NAMESPACES))
    test.assertEqual(fork[0]["child"]["namespaces"], expected)


def check_closes(test, said, trace):
    """Of the program detached: only the descriptors that held a detached tree, and filesystem contexts, were closed, as far
    as the trace tells."""
    contexts = [call for call in trace.calls("close") if call["args"][0]["file"]["kind"] == "fs_context"]
    test.assertEqual([raw(call, 0) for call in contexts], list(map(int, said.all("contexts"))))
    closes = [call for call in trace.calls("close") if call not in contexts]
    test.assertEqual([(raw(call, 0), call["args"][0]["file"].get("shared", False)) for call in closes],
                     [(int(fd), shared == "1") for fd, shared in map(str.split, said.all("closes"))])
    for call in closes:
        file = call["args"][0]["file"]
        test.assertEqual((file["detached"], file["mount_ns"], file["path"], file["fs_type"], call["result"]),
                         (True, None, "/", "tmpfs", 0))
    ends = [event.get("held", []) for event in trace.of("exit")]
    holds = [tuple(map(int, holds.split())) for holds in said.all("holds")]
    test.assertTrue(holds)
    test.assertEqual([file["fd"] for held in ends for file in held], [fd for fd, _ in holds])
    references = iter(count for _, count in holds)
    for held in ends:
        own = collections.Counter(file["mount_id"] for file in held)
        for file in held:
            count = next(references)
            if support.BACKEND == "ebpf":
                test.assertEqual(file["references"], count)
            else:  # how many there are no /proc tells, only whether another process has it
                test.assertEqual(file.get("shared", False), count > own[file["mount_id"]])
    trees = set(said.numbers("trees"))
    test.assertEqual({call["args"][0]["file"]["mount_id"] for call in closes}, trees)
    # Whoever made them said the same of them.
    test.assertLessEqual(trees, {call["returned_file"]["mount_id"] for call in trace.calls("open_tree") + trace.calls("fsmount")})
