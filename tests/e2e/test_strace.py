"""cttrace and strace on the same runs, and on two runs of the same thing: no difference in any call."""

import json
import pathlib
import subprocess

import runtimes
import strace_compare as compare
import strace_text
from support import CTTRACE, Case, cttrace, main, require, requires, run

PROGRAMS = pathlib.Path(CTTRACE).parent / "e2e"
HELLO = ["/bin/echo", "hello"]


class Comparison(Case):
    maxDiff = None

    def setUp(self):
        super().setUp()
        require("tracing", "strace")

    def read(self, path):
        return path.read_text(errors="surrogateescape")

    def both(self, command, names=compare.NAMES + compare.WRITES, **options):
        """The text of strace and that of cttrace, of one run of `command`: cttrace follows strace, which follows it."""
        left, right = self.tmp / "strace", self.tmp / "cttrace"
        done = cttrace(*compare.cttrace_options(names, right), "--", *compare.strace_command(names, left), *command,
                       timeout=300, **options)
        self.assertEqual(done.returncode, 0, done.stderr[-2000:])
        return self.read(left), self.read(right)

    def compare_threads(self, left_text, right_text):
        """Every thread that strace followed made the same calls, word for word."""
        left, _ = strace_text.parse(left_text)
        right, _ = strace_text.parse(strace_text.as_older(right_text, left_text))
        seen = compare.by_thread(compare.in_scope(left))
        # strace starts as two processes of its own; one of them becomes the command.
        first = left[0].tid
        mine = [call for call in right if call.tid == first]
        before = next(i for i, call in enumerate(mine) if compare.plain(call) == compare.plain(left[0]))
        right = mine[before:] + [call for call in right if call.tid != first]
        ours = compare.by_thread(call for call in compare.in_scope(right) if call.tid in {call.tid for call in left})
        self.assertEqual(compare.difference(seen, ours), "")
        return left


class SameRun(Comparison):
    def check(self, command, least, **options):
        calls = self.compare_threads(*self.both(command, **options))
        # That a comparison of nothing with nothing succeeds says nothing.
        self.assertGreater(len(calls), least)
        return calls

    @requires("runc")
    def test_runc(self):
        bundle = runtimes.Bundle(self, HELLO)
        self.check(bundle.runc("run", bundle.id), 200, cwd=bundle.path)

    @requires("runc", "userns")
    def test_runc_in_a_user_namespace(self):
        bundle = runtimes.Bundle(self, HELLO, user_namespace=True, cgroup_namespace=True)
        self.check(bundle.runc("run", bundle.id), 200, cwd=bundle.path)

    @requires("runc")
    def test_runc_exec(self):
        bundle = runtimes.Bundle(self, ["/bin/sleep", "1000"])
        run(*bundle.runc("run", "--detach", bundle.id), cwd=bundle.path, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, check=True)
        calls = self.check(bundle.runc("exec", bundle.id, *HELLO), 100)
        self.assertIn("setns", {call.name for call in calls})

    @requires("crun")
    def test_crun(self):
        bundle = runtimes.Bundle(self, HELLO)
        self.check(bundle.crun("run", bundle.id), 150, cwd=bundle.path)

    def test_bwrap(self):
        self.check(runtimes.bwrap(runtimes.rootfs(self.tmp / "root"), *HELLO), 80)

    def test_unshare(self):
        self.check(runtimes.unshare(runtimes.rootfs(self.tmp / "root"), *HELLO), 8)

    def test_nsenter(self):
        with sleeper(self) as pid:
            self.check(nsenter(pid), 8)


class TwoRuns(Comparison):
    """One run under strace, one under cttrace: both see the same, stage by stage."""

    def check(self, make, program, **options):
        """`make()` gives the command; each run has its own, where state is left behind."""
        left, right, recording = self.tmp / "strace", self.tmp / "cttrace", self.tmp / "recording"
        names = compare.NAMES + compare.WRITES
        run(*compare.strace_command(names, left), *make(), check=True, **options)
        done = cttrace(*compare.cttrace_options(names, right), "--record", recording, "--", *make(), **options)
        self.assertEqual(done.returncode, 0, done.stderr[-2000:])
        # A pid that a call returns is one of the caller's own namespace: who is whose child, the recording says.
        shown = cttrace("show", "--format", "ndjson", recording)
        records = [json.loads(line) for line in shown.stdout.splitlines()]
        calls, births = strace_text.parse(self.read(left))
        theirs = self.stages(calls, births, program)
        calls, _ = strace_text.parse(strace_text.as_older(self.read(right), self.read(left)), records[0]["roots"][0])
        self.assertEqual(compare.difference(theirs, self.stages(calls, strace_text.births_of(records), program)), "")
        return theirs

    def stages(self, calls, births, program):
        return compare.by_stage(compare.in_scope(calls), births, compare.find_root(calls, program))

    @requires("runc")
    def test_runc(self):
        bundle = runtimes.Bundle(self, HELLO)
        stages = self.check(lambda: bundle.runc("run", bundle.id), "runc", cwd=bundle.path)
        # runc, its three stages; the last of them becomes the program.
        self.assertGreaterEqual(len(stages), 4)

    @requires("runc", "userns")
    def test_runc_in_a_user_namespace(self):
        bundle = runtimes.Bundle(self, HELLO, user_namespace=True, cgroup_namespace=True)
        stages = self.check(lambda: bundle.runc("run", bundle.id), "runc", cwd=bundle.path)
        self.assertGreaterEqual(len(stages), 4)

    @requires("crun")
    def test_crun(self):
        bundle = runtimes.Bundle(self, HELLO)
        stages = self.check(lambda: bundle.crun("run", bundle.id), "crun", cwd=bundle.path)
        self.assertGreaterEqual(len(stages), 2)

    def test_bwrap(self):
        root = runtimes.rootfs(self.tmp / "root")
        self.assertEqual(len(self.check(lambda: runtimes.bwrap(root, *HELLO), "bwrap")), 3)

    def test_unshare(self):
        root = runtimes.rootfs(self.tmp / "root")
        self.assertEqual(len(self.check(lambda: runtimes.unshare(root, *HELLO), "unshare")), 2)

    def test_nsenter(self):
        with sleeper(self) as pid:
            self.assertEqual(len(self.check(lambda: nsenter(pid), "nsenter")), 2)


class EveryCall(Comparison):
    """Every row of the table with every kind of value (programs/every_call.c), word for word."""

    # Calls that strace 6.1 has no decoder for: they came with Linux 6.6 and 6.15.
    UNKNOWN_TO_STRACE = {"fchmodat2", "open_tree_attr"}

    def check(self, program, abi):
        names = compare.NAMES + compare.WRITES + compare.FILES + ["mknod"]
        calls = self.compare_threads(*self.both([PROGRAMS / program, self.tmp], names))
        rows = json.loads(cttrace("syscalls", "--format", "json").stdout)["syscalls"]
        known = {row["name"] for row in rows if row["numbers"].get(abi) is not None}
        self.assertEqual(known - {call.name for call in calls}, self.UNKNOWN_TO_STRACE)

    def test_x86_64(self):
        self.check("every_call", "x86_64")

    @requires("i386")
    def test_i386(self):
        if not (PROGRAMS / "every_call_i386").exists():
            require("gcc-multilib")  # was not there when the programs were built
        self.check("every_call_i386", "i386")


class sleeper:
    """A process in namespaces of its own, to be entered."""

    def __init__(self, case):
        self.root = runtimes.rootfs(case.tmp / "root")

    def __enter__(self):
        words = runtimes.unshare(self.root, "/bin/sh", "-c", "echo up; exec sleep 1000")
        self.process = subprocess.Popen(words[:1] + ["--kill-child"] + words[1:], stdout=subprocess.PIPE, text=True)
        self.process.stdout.readline()
        pid = self.process.pid
        return int(pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()[0])

    def __exit__(self, *_):
        self.process.kill()
        self.process.communicate()


def nsenter(pid):
    require("nsenter")
    return ["nsenter", "-t", str(pid), "-a", "-r", *HELLO]


class Normalising(Case):
    """The comparison itself: what it must see, and what it must not."""

    def stages(self, text):
        calls, births = strace_text.parse(text)
        return compare.by_stage(compare.in_scope(calls), births, compare.find_root(calls, "p"))

    START = '7 execve("/bin/p", ["p"], 0x7ffc0 /* 3 vars */) = 0\n'

    def differ(self, left, right):
        return compare.difference(self.stages(self.START + left), self.stages(self.START + right))

    def test_numbers_of_a_run_are_no_difference(self):
        self.assertEqual(self.differ('7 fsopen("tmpfs", 0) = 5</x>\n', '7 fsopen("tmpfs", 0) = 12</y>\n'), "")
        self.assertEqual(self.differ('7 mount("a", "/proc/self/fd/6", NULL, MS_BIND, NULL) = 0\n',
                                     '7 mount("a", "/proc/self/fd/9" /* /x */, NULL, MS_BIND, NULL) = 0\n'), "")
        self.assertEqual(self.differ("7 clone(child_stack=NULL, flags=SIGCHLD) = 8\n8 chdir(\"/\") = 0\n",
                                     "7 clone(child_stack=NULL, flags=SIGCHLD) = 9\n9 chdir(\"/\") = 0\n"), "")

    def test_everything_else_is(self):
        mount = '7 mount("a", "/b", "tmpfs", MS_NOSUID, NULL) = 0\n'
        for old, new in (("MS_NOSUID", "MS_NODEV"), ('"/b"', '"/c"'), ("= 0", "= -1 EPERM (Operation not permitted)"),
                         ("tmpfs", "proc"), ("MS_NOSUID", "MS_NOSUID|0x400"), (mount, ""), (mount, mount + mount)):
            self.assertNotEqual(self.differ(mount, mount.replace(old, new)), "", (old, new))
        other = '7 chdir("/") = 0\n'
        self.assertNotEqual(self.differ(mount + other, other + mount), "")
        fork = "7 clone(child_stack=NULL, flags=SIGCHLD) = 8\n"
        self.assertNotEqual(self.differ(fork + other, fork + other.replace("7", "8", 1)), "")

    def test_a_restarted_call_is_one(self):
        self.assertEqual(self.differ('7 chdir("/") = ? ERESTARTSYS (To be restarted if SA_RESTART is set)\n'
                                     '7 chdir("/") = 0\n', '7 chdir("/") = 0\n'), "")

    def test_what_descriptors_are(self):
        def plain(line):
            return compare.plain(strace_text.parse(line)[0][0])

        self.assertNotEqual(plain("7 fchdir(3</a>) = 0"), plain("7 fchdir(3</b>) = 0"))
        self.assertNotEqual(plain("7 fchdir(3</a>) = 0"), plain("7 fchdir(3) = 0"))
        self.assertNotEqual(plain('7 mknodat(AT_FDCWD</a>, "x", 0) = 0'), plain('7 mknodat(AT_FDCWD, "x", 0) = 0'))
        self.assertEqual(plain('7 mknodat(AT_FDCWD</a>, "/x", 0) = 0'), plain('7 mknodat(AT_FDCWD, "/x", 0) = 0'))
        self.assertEqual(plain("7 pidfd_open(5, 0) = 3<anon_inode:[pidfd]>"), plain("7 pidfd_open(5, 0) = 3<pidfd:[5]>"))

    def test_newer_names(self):
        self.assertEqual(strace_text.as_older("f(MFD_CLOEXEC|MFD_EXEC|0x20)", ""), "f(MFD_CLOEXEC|0x30)")
        self.assertEqual(strace_text.as_older("f(MFD_EXEC)", ""), "f(0x10 /* MFD_??? */)")
        self.assertEqual(strace_text.as_older("f(MFD_EXEC)", "g(MFD_EXEC)"), "f(MFD_EXEC)")

    def test_comments(self):
        self.assertEqual(strace_text.split_arguments('"a" /* /b, c */, 0x1 /* MS_??? */, 0x2 /* 3 vars */'),
                         ['"a"', "0x1 /* MS_??? */", "0x2 /* 3 vars */"])


if __name__ == "__main__":
    main()
