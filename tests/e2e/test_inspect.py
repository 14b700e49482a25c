"""`cttrace inspect` of what real runtimes have started, against /proc read a second time."""

import json
import os
import pathlib
import subprocess
import unittest

import inspected
import runtimes
import support
from support import require

WAIT = ["/bin/sh", "-c", "echo up; exec sleep 1000"]


def children(pid):
    return [int(word) for word in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


class Case(support.Case):
    def setUp(self):
        super().setUp()
        require("root")

    def start(self, command, **options):
        process = subprocess.Popen([str(part) for part in command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                   text=True, **options)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        self.addCleanup(process.stdout.close)
        self.assertEqual(process.stdout.readline().strip(), "up")
        return process

    def sleeper(self, pid):
        """The process below (or at) `pid` that executes sleep."""
        waiting = [pid]
        while True:
            for each in waiting:
                if inspected.proc(each, "comm") == "sleep\n":
                    return each
            waiting = [pid, *(child for each in waiting for child in children(each))]
            os.sched_yield()

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


if __name__ == "__main__":
    support.main()
