"""One run seen by both backends at the same time, and what of the two traces may differ: the list here, nothing else."""

import json
import re
import subprocess
import sys

from support import Tracing, cttrace

BACKENDS = ("ptrace", "ebpf")

# When something happened, how long it took, on which cpu: each backend is at a call at another moment. With ptrace a
# task's start is known to 10 ms.
_TIMES = re.compile(r"(?<!mount)_ns$|^start$|^cpu$|^time$")
# Duration and moments in a story's text.
_PEERS = re.compile(r"\b(shared |slave of )(\d+)")
_MOMENTS = re.compile(r"( \()?\+?\d+(\.\d+)? (ns|us|ms|s)\b(?(1)\))")

# Waits for a line, and becomes the command. Of a process that was there before, ptrace knows securebits once it has set
# them: to what they are (PR_GET_SECUREBITS, PR_SET_SECUREBITS).
_HOLD = """
import ctypes, os, sys
prctl = ctypes.CDLL(None).prctl
print("held", flush=True)
sys.stdin.readline()
prctl(28, prctl(27))
os.dup2(os.open("/dev/null", os.O_RDONLY), 0)
os.execvp(sys.argv[1], sys.argv[1:])
"""


def seen_by_both(case, *command, timeout=120, **options):
    """Runs `command` with both backends looking on from before its execve. Returns {backend: recording}."""
    held = subprocess.Popen([sys.executable, "-c", _HOLD, *map(str, command)], stdin=subprocess.PIPE,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options)
    case.assertEqual(held.stdout.readline(), b"held\n")  # it makes no call now that only one of them would see
    recordings = {backend: case.tmp / f"{backend}.ctt" for backend in BACKENDS}
    tracing = []
    try:
        for backend, recording in recordings.items():
            tracing.append(Tracing("--backend", backend, "-q", "-o", "/dev/null", "--record", recording, "-p", held.pid,
                                   timeout=timeout))
        out, err = held.communicate(b"go\n", timeout=timeout)
        for one in tracing:
            result = one.finish()
            case.assertEqual(result.returncode, 0, result.stderr)
    finally:
        held.kill()
        held.communicate()
        for one in tracing:
            one.__exit__()
    case.assertEqual(held.returncode, 0, err.decode(errors="replace"))
    return recordings


def shown(recording, form):
    result = cttrace("show", "--format", form, recording, timeout=120)
    assert (result.returncode, result.stderr) == (0, ""), result
    return result.stdout


class Trace:
    """The document of a trace, without what may differ."""

    def __init__(self, recording):
        document = json.loads(shown(recording, "json"))
        self.events, self.completeness = document["events"], document["completeness"]
        self.hooks = document["header"]["hooks"]
        self.first = self.events[0]["tid"]
        self.names = self._names()
        self.by_thread, self.trees, self.groups = {}, {}, {}
        for event in self.events:
            # To eBPF the other cttrace, which looks at mount trees, is a stranger.
            if event["type"] == "changes" and event["event"] not in self.names:
                continue
            self.by_thread.setdefault(self._thread_of(event), []).append(self.normal(event))

    def _thread_of(self, event):
        if event["type"] == "changes":
            return "changes of " + str(self.names.get(event.get("event")))
        return event.get("tid", event["type"])

    def _names(self):
        """{number of an event: "TID.N", the thread's Nth}: between threads the order may differ."""
        names, count = {}, {}
        for event in self.events:
            if "event" not in event or event["type"] == "changes":
                continue
            tid = event.get("tid", event["type"])
            count[tid] = count.get(tid, 0) + 1
            names[event["event"]] = f"{tid}.{count[tid]}"
        return names

    def forget_why_mounts_failed(self):
        """Who knows where the path led says more of it."""
        mounts = {f"changes of {self.names[event['event']]}" for event in self.events
                  if event["type"] == "call" and event["name"] == "mount"}
        for key in mounts & self.by_thread.keys():
            if all(change["change"] == "refused" for event in self.by_thread[key] for change in event["changes"]):
                del self.by_thread[key]

    def normal(self, value, key=""):
        # Which of threads that end at the same time is the last.
        if _TIMES.search(key) or key == "last_of_process":
            return None
        if key in ("event", "first_event", "last_event", "made_by") and isinstance(value, int):
            return self.names.get(value, value)
        if key.endswith("tree") and isinstance(value, int):
            return self.trees.setdefault(value, len(self.trees))
        if key in ("peer_group", "master") and isinstance(value, int):
            return self.groups.setdefault(value, len(self.groups))
        if isinstance(value, dict):
            # Who else holds what a descriptor table ends with.
            return self._normal_file({name: self.normal(each, name) for name, each in value.items() if name != "held"})
        if isinstance(value, list):
            return [self.normal(each, "event" if key in ("calls", "writes") else key) for each in value]
        return value

    @staticmethod
    def _normal_file(value):
        if "sb_magic" not in value:
            return value
        # Of the descriptor, not of the file: /proc tells only that.
        if value.get("open_flags"):
            value["open_flags"] = [name for name in value["open_flags"]["names"] if name != "O_CLOEXEC"]
        # stat(2) keeps the type of anonymous inodes to itself.
        if value.get("internal") and value["fs_type"] in ("anon_inodefs", "pidfs", *[""] * (value["kind"] == "fs_context")):
            value["mode"] = value["mode"]["permissions"]
        # Nothing tells of a socket's family, nor whether others hold a descriptor of a detached tree.
        if value["fs_type"] == "sockfs":
            value["path"] = None
        value.pop("shared", None)
        value.pop("references", None)
        return value


def forgive(ptrace, ebpf, told=False):
    """Takes out of what each has seen what the other one says that it could not see. Both are normal. `told`: both know where
    the paths of mount and umount led, and so the mount."""
    if isinstance(ptrace, dict) and isinstance(ebpf, dict):
        if ptrace.get("type") == "call":
            _forgive_call(ptrace, ebpf, told)
        for key, value in ptrace.items():
            # Of a process that was there before.
            if key == "securebits" and value is None and ptrace.get("type") in ("state", "exec"):
                ebpf[key] = None
            # Of a mount that no path leads to any more there is nobody to ask.
            if key == "newest_mount" and value and ebpf.get(key) and value["inode"] == 0:
                ebpf[key].update(inode=0, mode=value["mode"])
            if key == "kernel_id" and not told and ebpf.get(key) is None:
                ptrace[key] = None
            forgive(value, ebpf.get(key), told)
    elif isinstance(ptrace, list) and isinstance(ebpf, list):
        for one, other in zip(ptrace, ebpf):
            forgive(one, other, told)


def _forgive_call(ptrace, ebpf, told):
    # Reading the log would empty it.
    if ptrace["fs_message"] is None:
        ebpf["fs_message"] = None
    # Some kernels take no programs where the paths of mount and umount have been found; none tells it of the others.
    if ptrace["after"] and (not told or ptrace["name"] in ("mount_setattr", "open_tree", "open_tree_attr")):
        ptrace["after"].pop("target", None)
        ptrace["after"] = ptrace["after"] or None


def story_of(recording):
    groups = {}
    story = "\n".join(line.strip() for line in _MOMENTS.sub("", shown(recording, "story")).splitlines()
                      if not line.startswith("cttrace: "))
    return _PEERS.sub(lambda found: found[1] + str(groups.setdefault(found[2], len(groups))), story)


def calls_of(recording, first):
    """{tid: its lines}. Of the process `first` a line says nothing as long as there is no other one."""
    lines = {}
    for line in shown(recording, "calls").splitlines():
        if line.startswith("cttrace: "):
            continue
        match = re.match(r"(?:\[pid +(\d+)\] )?(.*)", line)
        lines.setdefault(int(match[1] or first), []).append(re.sub(r"\s+", " ", _MOMENTS.sub("", match[2])))
    return lines
