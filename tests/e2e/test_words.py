"""What traced programs write to their standard error stream: as whoever started them reads it there."""

import json
import os
import subprocess
import sys

import support
from runtimes import Bundle
from support import cttrace, require
from traced import Trace

# So wide that no line is broken.
WIDE = {**os.environ, "COLUMNS": "9999"}
FEW = 64  # calls of a thread in a program
KEPT, KEPT_BYTES = 16, 1024  # of the last ones


def python(script):
    return [sys.executable, "-I", "-S", "-c", script]


def written(call):
    """What a call of writing has of its bytes, as text."""
    value = call["args"][1]["value"]
    if "data" in value:
        value = value["data"]
    return value if isinstance(value, str) else value["text"]


class Case(support.Case):
    def setUp(self):
        super().setUp()
        require("tracing")
        self.maxDiff = None

    def traced(self, command, *options, status=0, stdout=subprocess.PIPE):
        """What the command wrote to its standard error stream, and the trace of it."""
        record = self.tmp / "record.ctt"
        with open(self.tmp / "stderr", "w+b") as stderr:
            arguments = [support.CTTRACE, *support.in_calls(["-q", "-o", os.devnull, "--record", record, *options, "--", *command])]
            done = subprocess.run([str(each) for each in arguments], stdout=stdout, stderr=stderr, timeout=120)
            stderr.seek(0)
            said = stderr.read()
        self.assertEqual(done.returncode, status, said)
        shown = cttrace("show", "--format", "ndjson", record)
        self.assertEqual((shown.returncode, shown.stderr), (0, ""))
        return said, Trace(shown.stdout)

    def words(self, trace):
        """The bytes that calls of writing have."""
        return "".join(written(call) for call in trace.calls() if call["name"] in ("write", "writev"))


class Words(Case):
    def test_are_what_is_read(self):
        said, trace = self.traced(python(
            "import os; os.write(2, b'written\\n'); os.writev(2, [b'in ', b'', b'parts\\n']); os.write(1, b'no error'); "
            "os.write(os.open('/dev/null', os.O_WRONLY), b'nor this')"))
        self.assertEqual(said, b"written\nin parts\n")
        self.assertEqual(self.words(trace), said.decode())
        self.assertEqual(trace.missing, {})

    def test_of_a_shell_that_echoes(self):
        script = "echo one >&2; echo no error; (echo two >&2); echo three 1>&2; exec 3>&2; echo four >&3"
        said, trace = self.traced(["sh", "-c", script])
        self.assertEqual(said, b"one\ntwo\nthree\nfour\n")
        self.assertEqual(self.words(trace), said.decode())

    def test_not_what_goes_to_both(self):
        """Where the two streams are one file, nobody knows which one is meant."""
        stderr = self.tmp / "stderr"
        said, trace = self.traced(["sh", "-c", f"exec >{stderr} 2>&1; exec sh -c 'echo one; echo two >&2; nosuch'"], status=127)
        self.assertIn(b"one\ntwo\n", said)
        self.assertTrue(self.words(trace).endswith("nosuch: not found\n"))
        self.assertEqual(len(self.words(trace).splitlines()), 1)

    def test_are_bounded(self):
        """So many of each thread and program, and its last ones; and of each as much as a record holds, which is no loss."""
        most = FEW + 9 + KEPT
        said, trace = self.traced(python(
            "import os, sys, threading\n"
            "def say(what):\n"
            f"  for i in range({most}): os.write(2, f'{{what}} {{i}}\\n'.encode())\n"
            "say('first')\n"
            "thread = threading.Thread(target=say, args=['thread'])\n"
            "thread.start()\n"
            "thread.join()\n"
            "os.execv(sys.executable, [sys.executable, '-I', '-S', '-c', 'import os; os.write(2, b\"x\" * 10000)'])"))
        self.assertEqual(len(said), 10000 + sum(len(f"{what} {i}\n") for what in ("first", "thread") for i in range(most)))
        writes = [call for call in trace.calls() if call["name"] == "write"]
        told = {what: [written(call) for call in writes if written(call).startswith(what)]
                for what in ("first", "thread", "x")}
        expected = {what: [f"{what} {i}\n" for i in [*range(FEW), *range(most - KEPT, most)]] for what in ("first", "thread")}
        self.assertEqual(told, {**expected, "x": ["x" * 4096]})
        kept = [call for call in writes if "kept" in call]
        self.assertEqual([call["kept"]["left_out"] for call in kept], [9, *[0] * (KEPT - 1)] * 2)
        self.assertEqual([call["kept"]["behind"] for call in kept], [*reversed(range(KEPT))] * 2)
        # Each at its time.
        for call in kept:
            self.assertEqual((call["outcome"], call["result"]), ("returned", len(written(call))))
            self.assertEqual(call["args"][0]["file"]["path"], str(self.tmp / "stderr"))
            self.assertLess(call["duration_ns"], 1e9)
        for what in ("first", "thread"):
            times = [call["time_ns"] for call in writes if written(call).startswith(what)]
            self.assertEqual(times, sorted(times))
        self.assertEqual(trace.missing, {})
        self.assertEqual(trace.completeness["truncated"], 0)

    def last_of(self, script, status=0):
        """What is told of the writes behind the first ones."""
        _, trace = self.traced(python(f"import os\nfor i in range({FEW}): os.write(2, b'-')\n{script}"), status=status)
        self.assertEqual(trace.missing, {})
        return [written(call) for call in trace.calls() if "kept" in call]

    def test_the_last_ones_by_their_size(self):
        """As many as have room, whatever their size was; and the beginning of one that has none."""
        script = "for size in (700, 500, 500, 24): os.write(2, bytes([65 + size % 26]) * size)"
        self.assertEqual([len(each) for each in self.last_of(script)], [500, 500, 24])
        [last] = self.last_of(f"os.write(2, b'before')\nos.write(2, b'x' * {2 * KEPT_BYTES})")
        self.assertEqual(last, "x" * KEPT_BYTES)
        for size in (0, 1, 7, KEPT_BYTES):
            self.assertEqual(self.last_of(f"os.write(2, b'x' * {size})"), ["x" * size])

    def test_the_last_ones_go_round(self):
        """The ring of bytes is filled again and again, by writes that do not divide it."""
        script = "for i in range(500): os.write(2, (b'%d ' % i).ljust(100, b'.') + b'!' * (i % 37))"
        expected = [f"{i} ".ljust(100, ".") + "!" * (i % 37) for i in range(500)]
        for whole in range(1, KEPT + 1):
            if sum(map(len, expected[-whole - 1:])) > KEPT_BYTES:
                break
        self.assertEqual(self.last_of(script), expected[-whole:])

    def test_the_last_ones_in_parts(self):
        script = "os.writev(2, [b'in ', b'', b'parts'])\nos.close(2)\n"
        self.assertEqual(self.last_of(script), ["in parts"])

    def test_the_last_ones_of_every_end(self):
        for end, status in (("os._exit(3)", 3), ("os.kill(os.getpid(), 9)", -9), ("os.abort()", -6),
                            ("import threading; threading.Thread(target=os._exit, args=[4]).start(); import time; time.sleep(9)", 4),
                            ("os.execv('/bin/true', ['true'])", 0)):
            self.assertEqual(self.last_of(f"os.write(2, b'last')\n{end}", status), ["last"], end)

    def test_the_last_ones_not_to_nobody(self):
        script = ("err = os.dup(2)\nos.dup2(os.open('/dev/null', os.O_WRONLY), 2)\nos.write(2, b'to nobody')\n"
                  "os.dup2(err, 2)\nos.write(2, b'last')\nos.dup2(os.open('/dev/null', os.O_WRONLY), 2)\nos.write(2, b'to nobody')")
        self.assertEqual(self.last_of(script), ["last"])

    def test_the_last_ones_of_a_shell(self):
        """The file is known though descriptor 1 is it no more."""
        script = f"i=0; while [ $i -lt {FEW} ]; do echo $i >&2; i=$((i+1)); done; echo last >&2"
        _, trace = self.traced(["sh", "-c", script])
        [last] = [call for call in trace.calls() if "kept" in call]
        self.assertEqual((written(last), last["args"][0]["value"]), ("last\n", 1))
        self.assertEqual(last["args"][0]["file"]["path"], str(self.tmp / "stderr"))

    def test_all_of_them_by_name(self):
        said, trace = self.traced(python(f"import os\nfor i in range({FEW} + 9): os.write(2, b'x')\nos.write(1, b'y')"), "-e", "trace=write")
        self.assertEqual(self.words(trace), "x" * (FEW + 9) + "y")

    def test_can_be_left_out(self):
        said, trace = self.traced(["sh", "-c", "nosuch"], "-e", r"trace=!%words", status=127)
        self.assertIn(b"nosuch", said)
        self.assertEqual(self.words(trace), "")

    def test_not_what_tells_the_kernel_something(self):
        """By whatever descriptor, a write to a control file is one; and it is not among the few."""
        script = (f"import os\nfor i in range({FEW} + 9): os.write(2, b'')\n"
                  "os.dup2(os.open('/proc/self/oom_score_adj', os.O_WRONLY), 2)\nos.write(2, b'7')")
        said, trace = self.traced(python(script))
        [call] = [call for call in trace.calls("write") if call["args"][1]["value"] == "7"]
        self.assertEqual(call["args"][0]["file"]["path"], f"/proc/{call['tgid']}/oom_score_adj")
        story = cttrace("show", "--format", "story", self.tmp / "record.ctt", env=WIDE)
        self.assertNotIn("says", story.stdout)

    def test_of_a_program_that_sets_nothing_up(self):
        said, _ = self.traced(["ls", "/no/such/folder"], status=2)
        story = cttrace("show", "-q", "--format", "story", self.tmp / "record.ctt", env=WIDE).stdout
        self.assertRegex(story, rf"\nls \d+ exited with 2\. It says:\n  {said.decode()}$")


class Containers(Case):
    def setUp(self):
        super().setUp()
        require("root", "runc")

    def story(self):
        story = cttrace("show", "-q", "--format", "story", self.tmp / "record.ctt", env=WIDE)
        self.assertEqual((story.returncode, story.stderr), (0, ""))
        return story.stdout

    def objects(self):
        lines = cttrace("show", "--format", "ndjson", self.tmp / "record.ctt").stdout.splitlines()
        return [json.loads(line) for line in lines]

    def test_why_a_program_cannot_be_found(self):
        bundle = Bundle(self, args=["/bin/nosuch"])
        os.chdir(bundle.path)
        self.addCleanup(os.chdir, "/")
        said, _ = self.traced(bundle.runc("run", bundle.id), status=1)
        self.assertIn(b"/bin/nosuch", said)
        self.assertRegex(self.story(), rf"(?m)^ +\+[\d.]+ ms  says         runc \d+: .*/bin/nosuch.*$")
        self.assertNotIn("no traced call failed", self.story())
        [container] = [each for each in self.objects() if each["type"] == "container"]
        self.assertEqual(container["set_up"]["ending"], "failed")
        self.assertEqual("".join(stage["stderr"]["text"] for stage in container["set_up"]["stages"] if "stderr" in stage),
                         said.decode())

    def test_why_a_bind_has_no_source(self):
        require("bwrap")
        said, _ = self.traced(["bwrap", "--unshare-pid", "--ro-bind", "/", "/", "--bind", "/no/such/source", "/mnt", "true"],
                              status=1)
        self.assertIn(b"/no/such/source", said)
        self.assertRegex(self.story(), rf"(?m)^ +\+[\d.]+ ms  says         bwrap \d+: {said.decode().strip()}$")

    def test_why_nothing_was_begun(self):
        said, _ = self.traced(["runc", "run", "--bundle", "/no/such/bundle", "web"], status=1)
        self.assertRegex(self.story(), r"(?m)^runc \d+ set up nothing   runc run --bundle /no/such/bundle web   exited with 1 ")
        self.assertIn(said.decode().strip(), self.story())

    def told_of(self, end, **ended):
        """How the container's end is told whose program writes many lines: the story's lines, the list's, what JSON has."""
        bundle = Bundle(self)
        os.chdir(bundle.path)
        self.addCleanup(os.chdir, "/")
        script = f"i=0; while [ $i -lt 100 ]; do echo INFO line $i >&2; i=$((i+1)); done; echo FATAL: cannot open /data >&2; {end}"
        bundle.config["process"]["args"] = ["/bin/sh", "-c", script]
        bundle.write()
        said, trace = self.traced(bundle.runc("run", bundle.id), **ended)
        self.assertTrue(said.endswith(b"INFO line 99\nFATAL: cannot open /data\n"), said)
        self.assertEqual(trace.missing, {})
        story = self.story().split(f"\ncontainer {bundle.id}   ")[-1].splitlines()
        listed = cttrace("show", "-q", "--format", "list", self.tmp / "record.ctt", env=WIDE).stdout
        [end] = [each for each in self.objects() if each["type"] == "container_end"]
        return story, listed, end["stderr"]

    def assert_last_words(self, story, listed, said):
        self.assertRegex(story[1], r" +\+[\d.]+ m?s  says         \.\.\. \(21 writes were left out\)$")
        self.assertEqual([line.strip() for line in story[2:]], [*(f"INFO line {i}" for i in range(89, 100)), "FATAL: cannot open /data"])
        self.assertIn(": FATAL: cannot open /data", listed)
        self.assertTrue(said["text"].endswith("INFO line 63\n...\nINFO line 85\n" + "".join(f"INFO line {i}\n" for i in range(86, 100)) +
                                              "FATAL: cannot open /data\n"), said)
        self.assertEqual((said["left_out"], "may_go_on" in said), (21, False))

    def test_what_a_program_says_last_counts(self):
        story, listed, said = self.told_of("exit 1", status=1)
        self.assertRegex(story[0], r"^exited with 1 after ")
        self.assert_last_words(story, listed, said)

    def test_what_a_program_says_last_before_it_is_killed(self):
        story, listed, said = self.told_of("ulimit -t 1; while :; do :; done", status=128 + 9)
        self.assertRegex(story[0], r"^killed by SIGKILL after ")
        self.assert_last_words(story, listed, said)

    def test_why_a_program_gives_up(self):
        """Also in what its children say; and not where it ends well."""
        bundle = Bundle(self)
        os.chdir(bundle.path)
        self.addCleanup(os.chdir, "/")
        for status in (0, 3):
            script = f"echo checking >&2; cat /no/such/file; exit {status}"
            bundle.config["process"]["args"] = ["/bin/sh", "-c", script]
            bundle.write()
            said, _ = self.traced(bundle.runc("run", bundle.id), status=status)
            self.assertEqual(len(said.splitlines()), 2, said)
            first, second = said.decode().splitlines()
            told = rf"\ncontainer {bundle.id}   exited with {status} after [\d.]+ m?s\n"
            says = rf" +\+[\d.]+ ms  says         {first}\n +{second}\n" if status else ""
            self.assertRegex(self.story(), told + says + r"\Z")
            [end] = [each for each in self.objects() if each["type"] == "container_end"]
            self.assertEqual(end["stderr"]["text"], said.decode())


if __name__ == "__main__":
    support.main()
