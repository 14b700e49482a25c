"""`cttrace inspect PID`: what /proc says, without privilege where /proc tells without."""

import json
import os
import re
import socket
import subprocess
import unittest

import inspected
import support
from support import cttrace, require

NOBODY = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--inh-caps=-all"]


class Case(support.Case):
    def start(self, *command, **options):
        """A process that stands still once it has said so, as does its mount table where root starts it."""
        script = 'echo up; exec sleep 1000'
        alone = [] if os.geteuid() else ["unshare", "--mount", "--propagation", "private"]
        process = subprocess.Popen([*alone, *command, "sh", "-c", script], stdout=subprocess.PIPE, text=True, **options)
        self.addCleanup(self.end, process)
        self.assertEqual(process.stdout.readline(), "up\n")
        # sh has said it before sleep was executed; the arguments are the last that execve(2) gives it.
        while inspected.proc(process.pid, "cmdline") != "sleep\0" "1000\0":
            os.sched_yield()
        return process.pid

    @staticmethod
    def end(process):
        process.kill()
        process.stdout.close()
        process.wait()


class Inspect(Case):
    def test_an_own_process(self):
        pid = self.start()
        document, text = inspected.inspect(pid)
        inspected.agrees_with_proc(self, pid, document)
        inspected.says_the_same(self, text, document)
        self.assertEqual(document["inspected"]["unread"], [])
        self.assertEqual(document["inspected"]["comm"], "sleep")
        self.assertIn("device nodes", document["unknown"])
        self.assertNotIn("descriptors", document["unknown"])
        with open(f"/proc/{pid}/cgroup") as file:
            names = dict(line.split(":")[:2] for line in file)
        self.assertEqual(document["inspected"]["hierarchies"], names)
        self.assertNotIn("in hierarchy", text)

    def test_itself_and_whoever_runs_it(self):
        pid = os.getpid()
        document, text = inspected.inspect(pid)
        self.assertEqual(document["tid"], pid)
        self.assertEqual(document["namespaces"]["mnt"]["inode"], os.stat("/proc/self/ns/mnt").st_ino)

    def test_an_ordinary_user_inspects_their_own(self):
        require("root", "setpriv")
        pid = self.start(*NOBODY, cwd="/")
        document, text = inspected.inspect(pid, command=(*NOBODY, support.CTTRACE))
        inspected.agrees_with_proc(self, pid, document)
        self.assertEqual(document["inspected"]["unread"], [])
        self.assertEqual(document["uid"]["effective"], 65534)

    def test_of_another_users_process_it_says_what_may_not_be_read(self):
        require("root", "setpriv")
        pid = self.start(cwd="/")
        # Who removes what a mount is on takes it from every mount namespace: other tests may.
        rows = None
        while rows != inspected.mountinfo(pid).keys():
            rows = inspected.mountinfo(pid).keys()
            document, text = inspected.inspect(pid, command=(*NOBODY, support.CTTRACE))
        unread = {entry["name"]: entry["error"] for entry in document["inspected"]["unread"]}
        for name in ("ns/mnt", "ns/user", "exe", "root", "fd"):
            self.assertEqual(unread.get(name), "EACCES", name)
        self.assertEqual([document["namespaces"]["mnt"][key] for key in ("inode", "origin")], [None, None])
        self.assertEqual(document["cwd"]["evidence"], "unknown")
        self.assertEqual(document["root"]["evidence"], "inferred")
        # What everybody may read is told.
        self.assertEqual(document["uid"]["real"], 0)
        self.assertEqual(inspected.as_rows(document).keys(), rows)
        # Each once, and nothing in both.
        self.assertEqual(len(document["unknown"]), len(set(document["unknown"])))
        self.assertEqual([word for word in document["unknown"] if word.split(" (")[0] in ("root", *document["inferred"])], [])
        self.assertEqual([word for word in document["unknown"] if word.startswith("ns/") or "_for_children" in word], [])
        self.assertEqual(len([word for word in document["unknown"] if word.startswith("mnt namespace")]), 1)
        self.assertIn("cwd", [word.split(" (")[0] for word in document["unknown"]])
        self.assertIn("descriptors", [word.split(" (")[0] for word in document["unknown"]])
        self.assertRegex(text, r"(?s)unknown +.*Permission denied")
        self.assertIn("mnt namespace", text)

    def test_descriptors_that_are_open(self):
        require("root", "unshare")
        hostile = self.tmp / "a\x1b[2J\nb"
        hostile.touch()
        of_process = subprocess.Popen(["sleep", "1000"])
        self.addCleanup(of_process.wait)
        self.addCleanup(of_process.kill)
        with socket.socket() as listening, open("/proc/self/ns/net") as namespace, open(hostile) as file:
            folder, pidfd, memory = os.open("/dev", os.O_PATH), os.pidfd_open(of_process.pid), os.memfd_create("own")
            fds = [listening.fileno(), namespace.fileno(), file.fileno(), folder, pidfd, memory]
            for fd in fds[3:]:
                self.addCleanup(os.close, fd)
            pid = self.start("unshare", "--mount", pass_fds=fds)
            document, text = inspected.inspect(pid)
            words = [os.readlink(f"/proc/self/fd/{fd}") for fd in fds[:4]] + [f"pidfd:[{of_process.pid}]", "/memfd:own"]
        open_now = document["program"]["descriptors"]
        shown = {file["fd"]: file for file in open_now}
        self.assertEqual([file["fd"] for file in open_now], sorted(fds))
        self.assertEqual([shown[fd]["shown"] for fd in fds], words)
        # Those of whoever started it lead out of its own mounts.
        self.assertEqual([shown[fd].get("other_ns", False) for fd in fds], [False, False, True, True, False, False])
        self.assertIn(f"{folder} /dev (outside its root)", " ".join(text.split()))
        self.assertNotRegex(text, r"[^\n -~]")

    def test_more_descriptors_than_it_tells(self):
        fds = [os.open("/", os.O_PATH) for _ in range(1025)]
        document, text = inspected.inspect(os.getpid())
        for fd in fds:
            os.close(fd)
        self.assertIn({"name": "fd", "error": "EMFILE"}, document["inspected"]["unread"])
        self.assertIn("descriptors (Too many open files)", " ".join(text.split()))

    def test_a_chroot(self):
        require("root", "busybox")
        (self.tmp / "r/bin").mkdir(parents=True)
        support.run("cp", support.shutil.which("busybox"), self.tmp / "r/bin/busybox", check=True)
        process = subprocess.Popen(["/bin/busybox", "sh", "-c", "echo up; read x"], stdin=subprocess.PIPE,
                                   stdout=subprocess.PIPE, text=True, preexec_fn=lambda: os.chroot(self.tmp / "r"))
        self.addCleanup(self.end, process)
        self.addCleanup(process.stdin.close)
        self.assertEqual(process.stdout.readline(), "up\n")
        document, text = inspected.inspect(process.pid)
        self.assertEqual(document["root"]["path"], str(self.tmp / "r"))
        self.assertEqual(document["root"]["evidence"], "observed")
        self.assertIn(f"root          {self.tmp}/r of its mount namespace (a chroot)", text)

    def test_a_kernel_thread(self):
        kthread = next((pid for pid in os.listdir("/proc") if pid.isdigit() and
                        int(inspected.proc(pid, "stat").rsplit(")", 1)[1].split()[6]) & 0x200000), None)
        if kthread is None:
            self.skipTest("no kernel thread is visible in this pid namespace")
        document, text = inspected.inspect(kthread)
        self.assertTrue(document["inspected"]["kernel_thread"])
        self.assertIsNone(document["program"])
        # It has none, and nobody misses them.
        self.assertEqual({"descriptors", "device nodes"} & set(document["unknown"]), set())
        self.assertRegex(text, rf"\Aprocess {kthread} \(.*\), a kernel thread\n")

    def test_a_zombie(self):
        zombie = os.fork()
        if zombie == 0:
            os._exit(0)
        try:
            os.waitid(os.P_PID, zombie, os.WEXITED | os.WNOWAIT)
            document, text = inspected.inspect(zombie)
        finally:
            os.waitpid(zombie, 0)
        self.assertTrue(document["inspected"]["zombie"])
        self.assertIsNone(document["root"])
        self.assertIsNone(document["mounts"])
        self.assertEqual(document["uid"]["real"], os.getuid())
        self.assertIn("a zombie", text.splitlines()[0])
        self.assertRegex(text, r"(?s)unknown +.*mounts")

    def test_a_process_that_has_gone(self):
        process = subprocess.Popen(["true"])
        process.wait()
        for form in ([], ["--json"]):
            result = cttrace("inspect", *form, process.pid)
            self.assertEqual((result.returncode, result.stdout), (1, ""))
            self.assertEqual(result.stderr, f"cttrace: cannot inspect {process.pid}: there is no such process\n")

    def test_what_is_no_process_id(self):
        for wrong in ("x", "0", "-1", "1,2", ""):
            result = cttrace("inspect", "--", wrong)
            self.assertEqual((result.returncode, result.stdout), (2, ""), wrong)
            self.assertRegex(result.stderr, r"\Acttrace: [^\n]+\n\Z")
        self.assertEqual(cttrace("inspect").returncode, 2)

    def test_hostile_names_are_harmless(self):
        script = "import ctypes,sys;ctypes.CDLL(None).prctl(15,b'\\x1b[2J(\\n)',0,0,0);print('up',flush=True);sys.stdin.read()"
        process = subprocess.Popen(["python3", "-c", script, "\x1b]0;x\x07", "\udcff"], stdin=subprocess.PIPE,
                                   stdout=subprocess.PIPE, text=True)
        self.addCleanup(self.end, process)
        self.addCleanup(process.stdin.close)
        self.assertEqual(process.stdout.readline(), "up\n")
        document, text = inspected.inspect(process.pid)
        self.assertEqual(document["inspected"]["comm"], "\x1b[2J(\n)")
        self.assertNotRegex(text, r"[^\n -~]")
        self.assertIn(r"(\x1b[2J(\x0a))", text.splitlines()[0])

    def test_nothing_of_it_is_wider_than_the_terminal(self):
        pid = self.start()
        for columns in (80, 160):
            command = f"stty cols {columns}; LC_ALL=C.UTF-8 TERM=xterm {support.CTTRACE} inspect {pid}"
            screen = support.run("script", "-qec", command, "/dev/null", check=True).stdout.replace("\r", "")
            self.assertIn("\u2514\u2500 ", screen)
            self.assertIn("\x1b[36m", screen)
            lines = [re.sub(r"\x1b\[[0-9;]*m", "", line) for line in screen.splitlines()]
            for line in lines:
                if len(line) > columns:
                    # Only a path may be longer than the terminal is wide.
                    self.assertRegex(line, r"[\u2500 ]/[^ ]+$")

    def test_one_line_of_json(self):
        result = cttrace("inspect", "--format", "ndjson", os.getpid())
        self.assertEqual((result.returncode, result.stdout.count("\n")), (0, 1))
        self.assertEqual(json.loads(result.stdout)["type"], "handed_over")


if __name__ == "__main__":
    support.main()
