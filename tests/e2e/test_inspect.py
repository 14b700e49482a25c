"""`cttrace inspect` of what real runtimes have started, against /proc read a second time."""

import json
import os
import subprocess

import inspected
import runtimes
import support
from support import require

WAIT = ["/bin/sh", "-c", "echo up; exec sleep 1000"]


def comm(pid):
    """The name of its program; empty: it has ended."""
    try:
        return "" if " Z " in inspected.proc(pid, "stat") else inspected.proc(pid, "comm").rstrip("\n")
    except OSError:
        return ""


def end(process):
    runtimes.kill_below(process.pid)
    process.wait()


class Case(support.Case):
    def setUp(self):
        super().setUp()
        require("root")

    def start(self, command, **options):
        process = subprocess.Popen([str(part) for part in command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                   text=True, **options)
        self.addCleanup(process.stdout.close)
        self.addCleanup(end, process)
        self.assertEqual(process.stdout.readline().strip(), "up")
        return process

    def sleeper(self, pid):
        """The process below (or at) `pid` that executes sleep."""
        while comm(pid):
            for each in runtimes.below(pid):
                # Its arguments are the last that execve(2) gives it.
                if comm(each) == "sleep" and inspected.proc(each, "cmdline").startswith("sleep\0"):
                    return each
            os.sched_yield()
        raise AssertionError(f"process {pid} ended before anything below it executed sleep")

    def check(self, pid):
        document, text = inspected.inspect(pid)
        inspected.agrees_with_proc(self, pid, document)
        inspected.says_the_same(self, text, document)
        self.assertEqual(document["inspected"]["unread"], [])
        own = {name: os.stat(f"/proc/self/ns/{name}").st_ino for name in inspected.NAMESPACES}
        for name, found in document["namespaces"].items():
            self.assertEqual(found["origin"] in ("host", "shared"), found["inode"] == own[name], name)
        return document, text


class Runtimes(Case):
    def check_bundle(self, **options):
        bundle = runtimes.Bundle(self, args=WAIT, **options)
        self.start(bundle.runc("run", "--bundle", bundle.path, bundle.id))
        state = json.loads(support.run(*bundle.runc("state", bundle.id), check=True).stdout)
        return self.check(self.sleeper(state["pid"]))

    def test_runc(self):
        document, text = self.check_bundle()
        self.assertEqual(document["pids"][1:], [1])
        self.assertIn("/proc/{", text)

    def test_runc_with_a_user_namespace(self):
        document, text = self.check_bundle(user_namespace=True)
        self.assertEqual(document["uid"]["real"], 100000)
        self.assertIn("uid 0 (host 100000)", text)
        self.assertIn("0-65535 = host 100000-165535", text)

    def test_bubblewrap(self):
        process = self.start(runtimes.bwrap(runtimes.rootfs(self.tmp / "root"), *WAIT))
        document, text = self.check(self.sleeper(process.pid))
        self.assertFalse(document["setgroups_allowed"])
        self.assertIn("setgroups     denied", text)

    def test_unshare_with_a_chroot(self):
        root = runtimes.rootfs(self.tmp / "root")
        process = self.start(runtimes.unshare(root, *WAIT))
        document, text = self.check(self.sleeper(process.pid))
        self.assertEqual(document["root"]["path"], str(root))
        self.assertIn("(a chroot)", text)

    def test_docker(self):
        docker = runtimes.Docker(self)
        name = runtimes.unique(self)
        self.start(docker.docker("run", "--rm", "--name", name, "--network", "none", "--cap-drop", "ALL", "--user",
                                 "1000", "--security-opt", "no-new-privileges", "demo:1", *WAIT))
        told = support.run(*docker.docker("inspect", "--format", "{{.State.Pid}}", name), check=True).stdout.strip()
        document, text = self.check(self.sleeper(docker.pid_here(told)))
        self.assertEqual(document["uid"]["real"], 1000)
        self.assertEqual(document["seccomp"]["mode"], 2)
        self.assertIn("capabilities  0 of 41", text)
        self.assertNotIn("no_new_privs is not set", text)


if __name__ == "__main__":
    support.main()
