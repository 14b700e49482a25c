"""What cttrace captured, as ndjson, and the questions that tests ask of it."""

import json
import re

import support
from modelled import assert_agreed
from runtimes import NAMESPACE_FLAGS, WITNESS_COMMAND, Witness, namespaces_of
from support import cttrace, require, validate

# Names of the namespaces that a task is in, as in /proc/PID/ns and as in a snapshot.
NAMESPACES = ["mnt", "uts", "ipc", "net", "cgroup", "pid", "pid_for_children", "time", "time_for_children", "user"]
CAPABILITIES = {"inheritable": "CapInh", "permitted": "CapPrm", "effective": "CapEff", "bounding": "CapBnd",
                "ambient": "CapAmb"}

_UNNAMED = re.compile(r"^/proc/(self|thread-self|\d+)(/task/\d+)?/fd/\d+")


def argument(call, name):
    found = [arg for arg in call["args"] if arg["name"] == name]
    assert len(found) == 1, f"{call['name']} has {len(found)} arguments {name}: {call['args']}"
    return found[0]


def value(call, name):
    return argument(call, name)["value"]


def names(call, name):
    """The flags of an argument, as a set; it may have no bits that are not known."""
    flags = value(call, name)
    assert int(flags["rest"], 16) == 0, f"unknown bits: {flags}"
    return set(flags["names"])


def flags_of(calls, name):
    """The CLONE_NEW* flags that each of the calls that succeeded asks for, without those that ask for none."""
    wanted = [names(call, name) & set(NAMESPACE_FLAGS.values()) for call in calls if succeeded(call)]
    return [flags for flags in wanted if flags]


def resolved(call, name):
    return argument(call, name).get("resolved")


def error(call):
    return call["error"]["name"] if call["error"] else None


def succeeded(call):
    return call["outcome"] == "returned" and call["error"] is None


class Captured:
    """A whole trace: the header, the events in order, and the completeness statement."""

    def __init__(self, text):
        objects = [json.loads(line) for line in text.splitlines()]
        self.header, self.events, self.completeness = objects[0], objects[1:-1], objects[-1]
        assert self.header["type"] == "header" and self.completeness["type"] == "completeness", (self.header, objects[-1])

    def of(self, kind):
        return [event for event in self.events if event["type"] == kind]

    def calls(self, *which, tid=None, ok=None):
        """The calls with one of these names: of a thread, and only those that succeeded (ok) or did not."""
        return [call for call in self.of("call")
                if call["name"] in which and tid in (None, call["tid"]) and (ok is None or ok == succeeded(call))]

    def program(self, command):
        """The snapshot of the program that was executed with exactly these arguments."""
        calls = [call for call in self.calls("execve", "execveat", ok=True) if value(call, "argv") == command]
        assert len(calls) == 1, f"{command} was executed {len(calls)} times"
        begin, end = calls[0]["time_ns"], calls[0]["time_ns"] + calls[0]["duration_ns"]
        found = [exec for exec in self.of("exec") if exec["old_tid"] == calls[0]["tid"] and begin <= exec["time_ns"] <= end]
        assert len(found) == 1, f"{len(found)} exec events within {calls[0]}"
        return found[0]

    def makers(self, task):
        """The tids of who made the task, who made that, and so on: by who called clone, not by who is the parent."""
        by = {(fork["child"]["tid"], fork["child"]["start_ns"]): (fork["tid"], fork["task_start_ns"])
              for fork in self.of("fork")}
        at, line = (task["tid"], task["task_start_ns"]), []
        while at in by:
            at = by[at]
            line.append(at[0])
        return line

    def process_of(self, tid):
        return next(event["tgid"] for event in self.events if event.get("tid") == tid)

    def writes(self, ending):
        """(written text, call) of the writes to files whose path ends so."""
        return [(value(call, "buf"), call) for call in self.calls("write", "pwrite64", ok=True)
                if argument(call, "fd")["file"]["path"].endswith(ending)]

    def joined(self):
        """[(kind, inode)] of the namespaces that were joined by setns, in order."""
        files = [argument(call, "fd")["file"] for call in self.calls("setns", ok=True)]
        assert all(file["kind"] == "namespace" for file in files), files
        return [(file["shown"].partition(":")[0], file["inode"]) for file in files]


def launched(case, *command, verify=True, **options):
    """Runs `command` under cttrace. Returns the captured, and what the command printed. It must end with 0.

    verify: cttrace compares itself with /proc meanwhile, and agrees.
    """
    out, record = case.tmp / "out.ndjson", case.tmp / "record.ctt"
    result = cttrace("--format", "ndjson", *["--verify"] * verify, "-o", out, "--record", record, *command, **options)
    if verify:
        case.assertEqual(verification(out)["disagreements"], [])
    case.assertEqual(result.returncode, 0, result.stderr)
    case.assertNotIn("cttrace:", result.stderr)
    return read(case, out, record), result.stdout


def verification(out):
    """What --verify has found, as ndjson in the file `out` says."""
    return json.loads(out.read_text(errors="surrogateescape").splitlines()[-1])["verification"]


def without_verification(text):
    """A whole ndjson trace as a recording has it: only what runs can be compared with /proc."""
    lines = text.splitlines()
    end = json.loads(lines[-1])
    end.pop("verification", None)
    return [*lines[:-1], end]


def read(case, out, record):
    """What was captured into `out`: as the schema says, whole, what its recording shows, and explained by the model."""
    text = out.read_text(errors="surrogateescape")
    shown = cttrace("show", "--format", "ndjson", record)
    case.assertEqual((shown.returncode, shown.stderr), (0, ""))
    case.assertEqual([*shown.stdout.splitlines()[:-1], json.loads(shown.stdout.splitlines()[-1])],
                     without_verification(text), "the recording shows something else than the live run")
    captured = Captured(text)
    case.assertEqual(captured.completeness.get("verification", {}).get("disagreements", []), [])
    for line in [captured.header, *captured.events, captured.completeness]:
        validate(line, "ndjson")
    said = captured.completeness
    case.assertIs(said["whole"], True)
    missing = {kind: count for part in ("lost", "incomplete") for kind, count in said[part].items() if count}
    case.assertEqual(missing, {})
    case.assertEqual((said["truncated"], said["unresolved"]), (0, 0))
    case.assertEqual(said["calls"], len(captured.of("call")))
    case.assertEqual([call for call in captured.of("call") if call["entry_lost"] or call["cut"]], [])
    assert_agreed(case, record)
    return captured


def assert_program(case, snapshot, witness, host_id=None, cgroup=None):
    """The snapshot of the container's program is what the program says about itself.

    host_id: its uid and gid on the host, where it is in a user namespace below another one, so that its maps do not lead
    to the host. cgroup: its path on the host, where it is in a cgroup namespace of its own.
    """
    case.maxDiff = None
    status = witness.status
    uids, gids = [int(n) for n in status["Uid"]], [int(n) for n in status["Gid"]]

    def on_host(which, number):
        return witness.to_host(which, number) if host_id is None else host_id

    kinds = ["real", "effective", "saved", "fs"]
    said = {
        "namespaces": witness.namespaces,
        # A task knows its pids from its own pid namespace on down; it is in the innermost.
        "pids": [int(n) for n in status["NSpid"]],
        "uid": dict(zip(kinds, (on_host("uid_map", n) for n in uids))),
        "gid": dict(zip(kinds, (on_host("gid_map", n) for n in gids))),
        "groups": sorted(on_host("gid_map", int(n)) for n in status["Groups"]),
        "capabilities": {name: int(status[line][0], 16) for name, line in CAPABILITIES.items()},
        "no_new_privs": status["NoNewPrivs"] == ["1"],
        "seccomp": (int(status["Seccomp"][0]), int(status["Seccomp_filters"][0])),
        "oom_score_adj": int(witness.lines["oom_score_adj"][0]),
        "uid_map": witness.extents("uid_map"),
        "gid_map": witness.extents("gid_map"),
        "cwd": witness.lines["cwd"][0],
        "cgroup": cgroup or witness.cgroups[0],
    }
    got = {
        "namespaces": {name: snapshot["namespaces"][name] for name in NAMESPACES},
        "pids": snapshot["pids"][-len(said["pids"]):],
        "uid": snapshot["uid"],
        "gid": snapshot["gid"],
        "groups": sorted(snapshot["groups"]),
        "capabilities": {name: int(bits, 16) for name, bits in snapshot["capabilities"].items()},
        "no_new_privs": snapshot["no_new_privs"],
        "seccomp": (snapshot["seccomp"]["mode"], snapshot["seccomp"]["filters"]),
        "oom_score_adj": snapshot["oom_score_adj"],
        "uid_map": [(e["first"], e["lower_first"], e["count"]) for e in snapshot["uid_map"]],
        "gid_map": [(e["first"], e["lower_first"], e["count"]) for e in snapshot["gid_map"]],
        "cwd": below(snapshot["root"]["path"], snapshot["cwd"]["path"]),
        "cgroup": snapshot["cgroup"],
    }
    if host_id is not None:
        for which in ("uid_map", "gid_map"):
            said[which] = [(first, host_id, count) for first, _, count in said[which]]
    case.assertEqual(got, said)
    case.assertEqual(snapshot["pids"][0], snapshot["tid"])
    case.assertEqual(snapshot["comm"], status["Name"][0])


def below(root, path):
    """`path` as the kernel tells it to a task whose root is `root`: one that is not below it as it is."""
    if root == "/" or (path != root and not path.startswith(root + "/")):
        return path
    return path[len(root):] or "/"


def assert_targets_named(case, captured):
    """Every mount that was made has a target with a real name. Returns the targets' calls."""
    made = [(call, resolved(call, "dir_name")) for call in captured.calls("mount", ok=True)]
    made += [(call, resolved(call, "to_pathname")) for call in captured.calls("move_mount", ok=True)]
    for call, target in made:
        case.assertIsNotNone(target, call)
        case.assertTrue(target.startswith("/"), call)
        case.assertNotRegex(target, _UNNAMED, call)
    return made


def assert_mount_points(case, captured, witness, *prefixes):
    """Every mount that the container has was seen being made: at its path, or below one of `prefixes`, which became /."""
    targets = set()
    for _, target in assert_targets_named(case, captured):
        targets.add(target)
        targets.update(below(prefix, target) for prefix in prefixes if target == prefix or target.startswith(prefix + "/"))
    case.assertEqual([point for point in witness.mount_points if point not in targets], [])
    case.assertGreater(len(witness.mount_points), 0)


def assert_cgroups(case, captured, witness):
    """Every cgroup that the container is in, other than a root, was seen when a task was moved there."""
    moved = {(event["hierarchy"], event["path"]) for event in captured.of("cgroup")}
    said = {(hierarchy, path) for hierarchy, path in witness.cgroups.items() if path != "/"}
    case.assertTrue(said)
    case.assertEqual(said - moved, set())


class Runtime(support.Case):
    """Tests of a runtime that is launched under cttrace."""

    def setUp(self):
        super().setUp()
        require("root", "tracing")

    def trace(self, *command, **options):
        captured, printed = launched(self, *command, **options)
        return captured, captured.program(WITNESS_COMMAND), Witness(printed)

    def one(self, found):
        self.assertEqual(len(found), 1, found)
        return found[0]

    def assert_in_order(self, *calls):
        """Each of these calls began when the one before had returned."""
        for before, after in zip(calls, calls[1:]):
            self.assertLessEqual(before["time_ns"] + before["duration_ns"], after["time_ns"])

    def assert_ends(self, captured, program):
        ends = [end for end in captured.of("exit") if end["tid"] == program["tid"]]
        self.assertEqual([(end["exit_status"], end["last_of_process"]) for end in ends], [(0, True)])

    def assert_new(self, program, *kinds):
        """The program is in namespaces of these kinds that are not ours, and in no others."""
        own = namespaces_of("self")
        self.assertEqual({kind for kind in own if program["namespaces"][kind] != own[kind]}, set(kinds))

    def assert_maps_written(self, captured, *texts):
        for which in ("uid_map", "gid_map"):
            self.assertEqual([text for text, _ in captured.writes("/" + which)], list(texts))
            for _, call in captured.writes("/" + which):
                self.assertRegex(argument(call, "fd")["file"]["path"], r"^/(\w+/)*proc/\d+/" + which + "$")

    def assert_cgroup_writes(self, captured):
        """What is written to cgroup.procs is what the kernel moves, and nothing else is moved."""
        written = {int(text) for text, _ in captured.writes("/cgroup.procs")}
        self.assertEqual({event["moved"]["tgid"] for event in captured.of("cgroup")}, written)
        self.assertTrue(written)
