"""Whoever starts containers by a runtime, and how those of runc and of ctrun are compared."""

import pathlib
import shutil
import threading

import seen_inside
import support
from ctrun import CTRUN
from runtimes import below
from support import require, run

BINARIES = {"runc": shutil.which("runc"), "ctrun": CTRUN}


def alike(seen):
    """What a container of either runtime must see. ctrun differs on purpose in two things:

    - A masked file is covered by the host's null device, which no image can have put another file in place of. runc takes
      the container's.
    - What shall be read-only is: runc 1.1 leaves the folder of the cgroups writable.
    """
    mounts = []
    for path, root, flags, tags, kind, source, options in seen["mounts"]:
        if root == "/null" and kind in ("tmpfs", "devtmpfs"):
            flags = kind = source = options = "null"
        if path == "/sys/fs/cgroup" and kind == "tmpfs":
            flags = flags.replace("ro,", "rw,")
        if kind == "cgroup":
            source = kind  # a name that names nothing
        mounts.append((path, root, flags, tags, kind, source, options))
    return {**seen, "mounts": mounts, "pid": None}


def eventually(look, wanted):
    """What `look` finds once it is `wanted`, or what it is after 10 s: daemons clean up after they have answered."""
    pause = threading.Event()
    for _ in range(100):
        found = look()
        if found == wanted:
            break
        pause.wait(0.1)
    return found


def ended(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


class Client(support.Case):
    """Whoever starts containers by a runtime. `self.daemon`, where there is one, starts them for a client."""

    maxDiff = None
    daemon = None

    def setUp(self):
        super().setUp()
        require("root", "runc")

    def standing(self):
        """Processes and mounts that the daemon has at this moment; without one, the mounts of this test.

        What has ended does not count: as the first process of its namespace, the daemon inherits shims that it does not know.
        """
        if self.daemon is None:
            return seen_inside.mounts_with(self.tmp.name)
        mounts = pathlib.Path(f"/proc/{self.daemon.pid}/mountinfo").read_text()
        processes = [pid for pid in below(self.daemon.pid) if not ended(pid)]
        return sorted(processes), sorted(line.split(" ", 2)[2] for line in mounts.splitlines())

    def left_of(self, name):
        """Cgroups, and files of runtimes and of the client, that have the container's name."""
        found = run("find", "/run", "/var/run/", self.tmp, "-xdev", "-path", "*/log/*", "-prune", "-o", "-name", f"*{name}*", "-print")
        return seen_inside.cgroup_folders(name) + found.stdout.split()

    def assert_gone(self, before, *names):
        self.assertEqual(eventually(self.standing, before), before)
        for name in names:
            self.assertEqual(eventually(lambda: self.left_of(name), []), [])

    def done(self, command, status=0, **options):
        result = run(*command, timeout=120, **options)
        self.assertEqual(result.returncode, status, (command, result.stdout, result.stderr))
        return result

    def printed(self, *command):
        result = self.done(command)
        self.assertEqual(result.stderr, "")
        return result.stdout

    def assert_alike(self, seen):
        self.assertEqual(alike(seen["ctrun"]), alike(seen["runc"]))
        self.assertTrue(all(container["mounts"] and container["cgroups"] for container in seen.values()))
