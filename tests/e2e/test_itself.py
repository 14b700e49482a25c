"""Runtimes that execute no other program, and go on in what they have set up."""

import json
import sys

import support
from runtimes import rootfs, unique
from support import cttrace, only_with, require, run

# It switches its root in a mount namespace of its own, executes itself again there, and does what it is told.
SANDBOX = """
import ctypes, os, signal, sys
libc = ctypes.CDLL(None, use_errno=True)
NEWNS, NEWPID, MS_BIND_REC, MS_REC_PRIVATE, NO_NEW_PRIVS = 0x20000, 0x20000000, 0x5000, 0x44000, 38
def do(name, *arguments):
    if getattr(libc, name)(*arguments) != 0: raise OSError(ctypes.get_errno(), name)
def switches_root(root):
    do("mount", None, b"/", None, MS_REC_PRIVATE, None)
    do("mount", b"/", root, None, MS_BIND_REC, None)
    os.chdir(root)
    do("syscall", 155, b".", b".")
    do("umount2", b".", 2)
    os.chdir("/")
what, root, status = *sys.argv[1:3], int(sys.argv[3])
if what == "boot":
    do("prctl", NO_NEW_PRIVS, 1, 0, 0, 0)
    sys.exit(status)
alone = what == "create"
pid = os.fork()
if pid == 0:
    do("unshare", NEWNS | (NEWPID if alone else 0))
    if alone and os.fork() != 0: sys.exit(os.waitstatus_to_exitcode(os.wait()[1]))
    switches_root(root.encode())
    if alone: sys.exit(status)
    os.execv(sys.executable, [sys.executable, sys.argv[0], "boot", *sys.argv[2:]])
sys.exit(os.waitstatus_to_exitcode(os.wait()[1]))
"""
GVISOR = ["--network", "none", "--ignore-cgroups", "--platform", "ptrace"]


class Case(support.Case):
    def setUp(self):
        super().setUp()
        require("root", "tracing")

    def told(self, *command, status=0, says=""):
        """All that is told of containers."""
        told = self.tmp / "told"
        result = cttrace("--format", "ndjson", "--verify", "-o", told, *command)
        self.assertEqual(result.returncode, status)
        self.assertRegex(result.stderr, f"^{says}$")
        objects = [json.loads(line) for line in told.read_text().splitlines()]
        self.assertEqual(objects[-1]["verification"]["disagreements"], [])
        return [each for each in objects if each["type"] in ("container", "entry", "container_end", "program_failed")]

    def hand_over(self, container):
        self.assertEqual(container["set_up"]["ending"], "handed_over")
        steps = [step for phase in container["set_up"]["phases"] for step in phase["steps"]]
        step, = (step for step in steps if step["kind"] == "hand_over")
        return step


class Itself(Case):
    def sandbox(self, what, status=0):
        script = self.tmp / "sandbox.py"
        script.write_text(SANDBOX)
        root = self.tmp / "root"
        root.mkdir(exist_ok=True)
        return self.told(sys.executable, script, what, root, status, "web", status=status)

    def test_who_executes_itself_in_its_root(self):
        for status in (0, 3):
            with self.subTest(status=status):
                container, end = self.sandbox("run", status)
                step = self.hand_over(container)
                self.assertTrue(step["itself"] and step["no_new_privs"])
                self.assertEqual((step["argv"][2], step["argv"][-1]), ("boot", "web"))
                self.assertEqual(container["name"], "web")
                self.assertEqual(container["rootfs"], str(self.tmp / "root"))
                self.assertEqual((end["type"], end["exit_status"]), ("container_end", status))

    def test_who_works_in_the_process_that_has_set_up(self):
        container, end = self.sandbox("create")
        self.assertTrue(self.hand_over(container)["itself"])
        self.assertEqual(container["init"]["pids"][-1], 1)
        self.assertEqual((end["type"], end["exit_status"]), ("container_end", 0))
        failed, = self.sandbox("create", 3)
        self.assertEqual(failed["set_up"]["ending"], "failed")


ONE_TRACER = "its sandbox traces its programs by ptrace"


class GVisor(Case):
    def setUp(self):
        super().setUp()
        require("runsc")
        self.id = unique(self)
        self.bundle = self.tmp / "bundle"
        self.bundle.mkdir()
        rootfs(self.bundle / "rootfs")
        self.state = self.tmp / "state"
        self.addCleanup(run, *self.runsc("delete", "--force", self.id), check=False)

    def runsc(self, *words):
        return ["runsc", "--root", str(self.state), *GVISOR, *words]

    def configure(self, *args, mounts=()):
        config = {"ociVersion": "1.0.0", "root": {"path": "rootfs"}, "hostname": "made-up",
                  "process": {"args": list(args), "cwd": "/", "user": {"uid": 0, "gid": 0}, "env": ["PATH=/bin"]},
                  "mounts": list(mounts), "linux": {"namespaces": [{"type": "pid"}, {"type": "mount"}]}}
        (self.bundle / "config.json").write_text(json.dumps(config))

    def runs(self, status=0, says=""):
        return self.told(*self.runsc("run", "--bundle", self.bundle, self.id), status=status, says=says)

    @only_with("ebpf", ONE_TRACER)
    def test_runs(self):
        self.configure("/bin/sh", "-c", "exit 3")
        container, end = self.runs(status=3)
        step = self.hand_over(container)
        self.assertTrue(step["itself"] and step["no_new_privs"] and step["seccomp"]["mode"] == 2)
        self.assertEqual((container["name"], container["set_up"]["runtime"]["name"]), (self.id, "runsc"))
        made = {each["type"] for each in container["set_up"]["namespaces"] if each["how"] == "made"}
        self.assertEqual(made, {"mnt", "uts", "ipc", "net", "user"})
        self.assertEqual((end["type"], end["exit_status"]), ("container_end", 3))

    @only_with("ebpf", ONE_TRACER)
    def test_does_not_start(self):
        no_source = {"type": "bind", "source": "/nosuch", "destination": "/mnt", "options": ["rbind"]}
        for args, mounts, said in ((["/bin/nosuch"], [], "/bin/nosuch"), (["/bin/true"], [no_source], "/nosuch")):
            with self.subTest(said=said):
                self.configure(*args, mounts=mounts)
                failed, = self.runs(status=128, says="running container: .*\\n")
                self.assertEqual((failed["name"], failed["set_up"]["ending"]), (self.id, "failed"))
                words = "".join(stage["stderr"]["text"] for stage in failed["set_up"]["stages"] if "stderr" in stage)
                self.assertIn(said, words)


if __name__ == "__main__":
    support.main()
