"""ptrace and eBPF tell the same of one run, which both look at: equal calls, story and JSON, but for what equivalence.py lists."""

import itertools
import os
import subprocess

import support
from ctrun import ALTERNATIVES, CtrunBundle, options_of
from equivalence import BACKENDS, Trace, calls_of, forgive, seen_by_both, story_of
from runtimes import Bundle, bwrap, children, nspawn, rootfs, unique, unshare
from support import require, run
from test_ctrun_story import pairs

# All combinations of ctrun's alternatives, and not only as many as it takes for every pair to be there: tests/nightly.
EVERY = os.environ.get("EQUIVALENCE") == "all"
TRIES = 4


class Equivalence(support.Case):
    maxDiff = 6000

    def setUp(self):
        super().setUp()
        require("root", "ebpf", "busybox", "setpriv")

    def assert_equal(self, *command, **options):
        # Of two processes that do something at the same time, each backend may see another one first, and what the one
        # has done then comes before or behind the other's end. Such runs say nothing, unless they are equal all the same.
        for _ in range(TRIES):
            ptrace, ebpf, shown = self.traces(*command, **options)
            if ptrace.by_thread == ebpf.by_thread and shown[0] == shown[1]:
                return
            if list(ptrace.names.values()) == list(ebpf.names.values()):
                break
        self.assertEqual(sorted(map(str, ptrace.by_thread)), sorted(map(str, ebpf.by_thread)))
        for thread, seen in ebpf.by_thread.items():
            with self.subTest(thread=thread):
                self.assertEqual(ptrace.by_thread[thread], seen)
        self.assertEqual(*shown)

    def traces(self, *command, **options):
        recordings = seen_by_both(self, *command, **options)
        ptrace, ebpf = [Trace(recordings[backend]) for backend in BACKENDS]
        for trace in (ptrace, ebpf):
            self.assertIs(trace.completeness["whole"], True)
            self.assertEqual(trace.completeness["contradicted"], 0)
        told = "security_sb_mount" in ebpf.hooks
        if not told:
            for trace in (ptrace, ebpf):
                trace.forget_why_mounts_failed()
        forgive(ptrace.by_thread, ebpf.by_thread, told=told)
        return ptrace, ebpf, [(calls_of(recordings[backend], ptrace.first), story_of(recordings[backend]))
                              for backend in BACKENDS]


class Ctrun(Equivalence):
    def test_alternatives(self):
        every = [dict(zip(ALTERNATIVES, values)) for values in itertools.product(*ALTERNATIVES.values())]
        bundle = CtrunBundle(self, args=["/bin/true"])
        for choices in every if EVERY else pairs(ALTERNATIVES):
            with self.subTest(**choices):
                self.assert_equal(*bundle.run_words(*options_of(choices)))

    def test_a_user_namespace(self):
        bundle = CtrunBundle(self, args=["/bin/true"], user_namespace=True)
        for create in ALTERNATIVES["create-by"]:
            with self.subTest(create=create):
                self.assert_equal(*bundle.run_words("--create-by", create, "--mount-by", "new"))


class Runtimes(Equivalence):
    def test_runc(self):
        require("runc")
        bundle = Bundle(self, args=["/bin/true"])
        self.assert_equal(*bundle.runc("run", "--bundle", bundle.path, bundle.id))

    def test_runc_in_a_user_namespace(self):
        require("runc", "userns")
        bundle = Bundle(self, args=["/bin/true"], user_namespace=True, cgroup_namespace=True)
        self.assert_equal(*bundle.runc("run", "--bundle", bundle.path, bundle.id))

    def test_runc_exec(self):
        require("runc")
        bundle = Bundle(self, args=["/bin/sleep", "1000"])
        run(*bundle.runc("run", "-d", "--bundle", bundle.path, bundle.id), check=True, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        self.assert_equal(*bundle.runc("exec", bundle.id, "/bin/true"))

    def test_crun(self):
        require("crun")
        bundle = Bundle(self, args=["/bin/true"])
        self.assert_equal(*bundle.crun("run", "--bundle", bundle.path, bundle.id))


class Sandboxes(Equivalence):
    def setUp(self):
        super().setUp()
        self.tmp.chmod(0o755)
        self.rootfs = rootfs(self.tmp / unique(self))

    def test_bwrap(self):
        require("bwrap")
        self.assert_equal(*bwrap(self.rootfs, "/bin/true"))

    def test_bwrap_as_an_ordinary_user(self):
        require("bwrap", "userns")
        self.assert_equal(*bwrap(self.rootfs, "/bin/true", user=1000))

    def test_nspawn(self):
        self.assert_equal(*nspawn(self, self.rootfs, "/bin/true"))

    def test_unshare(self):
        self.assert_equal(*unshare(self.rootfs, "/bin/true"))

    def test_nsenter(self):
        holder = subprocess.Popen(unshare(self.rootfs, "/bin/sh", "-c", "echo up; exec sleep 1000"), text=True,
                                  stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.addCleanup(holder.communicate)
        self.assertEqual(holder.stdout.readline(), "up\n")
        target = children(holder.pid)[0]
        self.addCleanup(os.kill, target, 9)
        self.assert_equal("nsenter", "-t", target, "-a", "-r", "/bin/true")


if __name__ == "__main__":
    support.main()
