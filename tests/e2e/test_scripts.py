"""Containers that no runtime makes: a shell's and a script's, whose helpers do what a runtime does itself."""

import json
import os
import subprocess
import sys

import support
from runtimes import rootfs
from support import cttrace, require

# unshare(2), mount(2) and the like, as a script has them.
PRELUDE = """
import ctypes, os, sys
libc = ctypes.CDLL(None, use_errno=True)
NEWNS, NEWPID, MS_REC_PRIVATE = 0x20000, 0x20000000, 0x44000
def do(name, *arguments):
    if getattr(libc, name)(*arguments) != 0: raise OSError(ctypes.get_errno(), name)
def run(*words):
    child = os.fork()
    if child == 0: os.execvp(words[0], words)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
"""
# An init that is no program of its own: it mounts, has a child execute what the container is for, and cleans up behind it.
INIT = PRELUDE + """
do("unshare", NEWNS | NEWPID)
if os.fork() == 0:
    do("mount", None, b"/", None, MS_REC_PRIVATE, None)
    do("mount", b"mine", b"/mnt", b"tmpfs", 0, None)
    status = run("sh", "-c", f"exit {sys.argv[1]}")
    do("umount2", b"/mnt", 0)
    os._exit(status)
sys.exit(os.waitstatus_to_exitcode(os.wait()[1]))
"""
# A daemon's sessions, each in a root of its own.
SESSIONS = PRELUDE + """
for status in map(int, sys.argv[2:]):
    if os.fork() == 0:
        os.chroot(sys.argv[1])
        os._exit(status)
    os.wait()
"""
# A daemon that goes on when a set-up of its has failed, until somebody ends its standard input.
DAEMON = PRELUDE + """
if os.fork() == 0:
    do("unshare", NEWNS)
    os._exit(1)
os.wait()
sys.stdin.read()
"""
# A container, and a helper that its maker has behind it, with another root.
HELPER = PRELUDE + """
status = run("unshare", "-mpf", "sh", "-c", "exit 3")
if os.fork() == 0:
    os.chroot(sys.argv[1])
    os._exit(0)
os.wait()
sys.exit(status)
"""
# As tutorials have it, with the programs of util-linux.
TUTORIAL = """set -e
mount --bind "$1" "$1"
cd "$1"
mount -t proc inner proc
pivot_root . tmp
cd /
umount -l /tmp
exec /bin/sh -c 'exit 5'
"""
# What its mount(8) makes, comes to another program's container.
PREPARED = """set -e
mount -t tmpfs made "$1/tmp"
unshare --fork --pid chroot "$1" /bin/sh -c 'exit 6'
"""
# A mount that a script can do without, and this one cannot: bound on itself, what is not there.
GIVES_UP = PRELUDE + """
do("unshare", NEWNS)
do("mount", None, b"/", None, MS_REC_PRIVATE, None)
do("chroot", sys.argv[1].encode())
os._exit(libc.mount(b"/nosuch", b"/nosuch", None, 0x1000, None) != 0)
"""


class Scripts(support.Case):
    def setUp(self):
        super().setUp()
        require("root", "tracing")

    def told(self, *command, status=0):
        """All that is told of containers."""
        told = self.tmp / "told"
        result = cttrace("--format", "ndjson", "--verify", "-o", told, *command)
        self.assertEqual((result.returncode, result.stderr), (status, ""))
        objects = [json.loads(line) for line in told.read_text().splitlines()]
        self.assertEqual(objects[-1]["verification"]["disagreements"], [])
        return [each for each in objects if each["type"] in ("container", "entry", "container_end")]

    def steps(self, container):
        return [step for phase in container["set_up"]["phases"] for step in phase["steps"]]

    def test_mounts_made_before_by_another_program(self):
        root = rootfs(self.tmp / "root")
        (root / "tmp").mkdir(exist_ok=True)
        told = self.told("unshare", "-m", "sh", "-c", PREPARED, "sh", root, status=6)
        [container] = [each for each in told if each["type"] == "container" and each["rootfs"] == str(root)]
        mounted = [mount["target"]["inside"] for step in self.steps(container) if step["kind"] == "mount"
                   for mount in step["mounts"]]
        self.assertEqual(mounted, ["/tmp"])

    def test_a_failure_that_is_usual_elsewhere(self):
        [container] = self.told(sys.executable, "-c", GIVES_UP, rootfs(self.tmp / "root"), status=1)
        self.assertEqual(container["set_up"]["ending"], "failed")
        [failed] = [step for step in self.steps(container) if step["error"]]
        self.assertEqual((failed["kind"], failed["error"]["name"]), ("mount", "ENOENT"))

    def test_an_init_goes_on_behind_its_program(self):
        for status in (0, 3):
            with self.subTest(status=status):
                container, end = self.told(sys.executable, "-c", INIT, status, status=status)
                self.assertEqual(container["set_up"]["ending"], "handed_over")
                self.assertEqual(container["set_up"]["argv"], ["sh", "-c", f"exit {status}"])
                self.assertEqual(container["init"]["pids"][-1], 1)
                self.assertIn("mine", [mount["source"] for mount in container["set_up"]["handed_over"]["mounts"]])
                self.assertEqual((end["type"], end["exit_status"]), ("container_end", status))

    def test_who_confines_itself_starts_nothing(self):
        self.assertEqual(self.told(sys.executable, "-c", SESSIONS, self.tmp, 0, 0), [])
        failed, = self.told(sys.executable, "-c", SESSIONS, self.tmp, 0, 255)
        self.assertEqual((failed["type"], failed["set_up"]["ending"]), ("container", "failed"))

    def test_what_leaves_the_root_as_it_is_makes_no_container(self):
        require("chroot")
        self.assertEqual(self.told("chroot", "/", "sh", "-c", "exit 3", status=3), [])

    def test_a_helper_behind_a_container_that_failed(self):
        require("unshare")
        container, end = self.told(sys.executable, "-c", HELPER, self.tmp, status=3)
        self.assertEqual((container["set_up"]["ending"], end["exit_status"]), ("handed_over", 3))

    def test_a_failure_is_told_while_its_daemon_lives(self):
        told = self.tmp / "told"
        told.touch()
        command = support.in_calls(["--format", "ndjson", "-o", told, sys.executable, "-c", DAEMON])
        with subprocess.Popen([support.CTTRACE, *command], stdin=subprocess.PIPE) as tracing:
            while '"ending":"failed"' not in told.read_text():
                self.assertIsNone(tracing.poll(), told.read_text())
                os.sched_yield()
            tracing.stdin.close()
            self.assertEqual(tracing.wait(), 0)

    def test_a_number_that_is_given_again_is_of_the_latest(self):
        require("unshare", "nsenter")
        script = """for name in one two; do
            unshare -m sh -c 'echo $$ >pid; exec sleep 100' $name & while [ ! -s pid ]; do sleep 0.01; done
            nsenter -t $(cat pid) -m true
            kill $(cat pid); wait; rm pid
        done"""
        told = self.told("sh", "-c", f"cd {self.tmp}; {script}")
        entries = [each for each in told if each["type"] == "entry"]
        containers = [each for each in told if each["type"] == "container"]
        self.assertEqual([entry["container"] for entry in entries], [container["number"] for container in containers])

    def test_a_helper_switches_the_root_of_its_shell(self):
        require("unshare", "pivot_root")
        root = rootfs(self.tmp / "root")
        outer, inner, *ends = self.told("unshare", "-mpf", "sh", "-c", TUTORIAL, "x", root, status=5)
        self.assertEqual(outer["set_up"]["runtime"]["name"], "unshare")
        self.assertEqual((inner["parent"], inner["rootfs"]), (outer["number"], str(root)))
        self.assertEqual(inner["set_up"]["argv"], ["/bin/sh", "-c", "exit 5"])
        self.assertEqual([mount["path"] for mount in inner["set_up"]["handed_over"]["mounts"] if mount["path"]], ["/", "/proc"])
        phases = [phase["phase"] for phase in inner["set_up"]["phases"]]
        self.assertIn("root switch", phases)
        # Of what its helpers did before: the bind of the root, and proc.
        mounted = [mount["target"]["path"] for phase in inner["set_up"]["phases"] for step in phase["steps"]
                   if step["kind"] == "mount" and not step["error"] for mount in step["mounts"]]
        self.assertEqual(mounted[:2], [str(root), f"{root}/proc"])
        self.assertEqual([(end["container"], end["exit_status"]) for end in ends],
                         [(inner["number"], 5), (outer["number"], 5)])


if __name__ == "__main__":
    support.main()
