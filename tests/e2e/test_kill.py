"""kill -9 of cttrace, at any time: nothing stays in the kernel, nobody is stopped, and what was written can be read."""

import json
import os
import pathlib
import signal
import subprocess
import time

import support
from support import CTTRACE, Tracing, cttrace, run
from traced import Case, Talking, Trace, program, value

KINDS = ("prog", "map", "link")


def until(what, seconds=60):
    """Waits until `what` returns something; returns that."""
    deadline = time.monotonic() + seconds
    while not (found := what()):
        if time.monotonic() > deadline:
            return found
        time.sleep(0.005)
    return found


def objects():
    """What is in the kernel's BPF: {(kind, id): what bpftool says of it}."""
    found = {}
    for kind in KINDS:
        # What is freed while it lists it is an error to bpftool.
        listed = until(lambda: (shown := run("bpftool", "-j", kind, "show")).returncode == 0 and shown)
        assert listed, f"bpftool -j {kind} show fails"
        for entry in json.loads(listed.stdout or "[]"):
            found[kind, entry["id"]] = entry
    return found


def own(entry):
    """Made by bpftool itself, to find out who holds what."""
    return {holder["comm"] for holder in entry.get("pids", [])} == {"bpftool"}


class Kill(Case):
    def setUp(self):
        super().setUp()
        support.require("bpftool")
        self.before = objects()

    def left(self):
        return {key: entry for key, entry in objects().items() if key not in self.before and not own(entry)}

    def assert_nothing_left(self):
        # The kernel frees what a dead process held after a grace period.
        until(lambda: not self.left())
        self.assertEqual(self.left(), {})

    def assert_goes_on(self, pid):
        """Not stopped, not traced, and not gone."""
        status = dict(line.split(":", 1) for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines())
        self.assertIn(status["State"].split()[0], "RSD")
        self.assertEqual(status["TracerPid"].strip(), "0")

    def test_while_attached(self):
        daemon = Talking(self, [program("threads"), 5])
        pid = int(daemon.until("ready"))
        with Tracing("-o", self.out, "-p", pid) as tracing:
            # While it lives there is something, or the test would prove nothing.
            self.assertLessEqual({"prog", "map", "link"} if support.BACKEND == "ebpf" else set(), {kind for kind, _ in self.left()})
            self.assertEqual(tracing.finish(signal.SIGKILL).returncode, -signal.SIGKILL)
        self.assert_nothing_left()
        self.assert_goes_on(pid)
        said = daemon.end()
        self.assertEqual([words.split()[1] for words in said.all("early")], ["-2"] * 5)
        self.assertEqual(len(said.all("child")), 1)

    def test_in_a_flood_of_calls_with_a_recording(self):
        record = self.tmp / "recording"
        flooder = subprocess.Popen([program("many_calls"), str(2**31)], stdout=subprocess.DEVNULL)
        self.addCleanup(flooder.wait)
        self.addCleanup(flooder.kill)
        with Tracing("-o", self.out, "--record", record, "-e", "trace=pidfd_open", "-p", flooder.pid) as tracing:
            until(lambda: record.stat().st_size > 1_000_000)
            self.assertEqual(tracing.finish(signal.SIGKILL).returncode, -signal.SIGKILL)
        self.assert_nothing_left()
        self.assert_goes_on(flooder.pid)
        # What was written is shown, and that it is not all.
        shown = cttrace("show", "--format", "ndjson", record)
        self.assertEqual(shown.returncode, 2)
        self.assertRegex(shown.stderr, r"\Acttrace: [^\n]+\n\Z")
        trace = Trace(shown.stdout)
        self.assertGreater(len(trace.calls("pidfd_open")), 1000)
        self.assertEqual((trace.completeness["whole"], trace.completeness["closed"]), (False, False))

    def test_with_a_command(self):
        # The command is not cttrace's to take along, and gets none of its descriptors.
        with Tracing("-o", self.out, "--", program("threads"), 3, stdin=subprocess.PIPE) as tracing:
            out, stdin = tracing.process.stdout, tracing.process.stdin
            lines = [out.readline() for _ in range(4)]
            pid = int(lines[-1].split()[1])
            tracing.process.kill()
            tracing.process.wait()
            self.assert_nothing_left()
            self.assert_goes_on(pid)
            held = [os.readlink(entry) for entry in pathlib.Path(f"/proc/{pid}/fd").iterdir()]
            self.assertEqual([name for name in held if "bpf" in name or name == str(self.out)], [])
            stdin.close()
            said = out.read().splitlines()
            self.assertEqual([line.split()[0] for line in said], ["early"] * 3 + ["late", "child"])
            out.close()
            tracing.process.stderr.close()

    def held(self, pid, kind):
        """Whether the process holds a descriptor of BPF of this kind."""
        try:
            return any(f"bpf{kind}" in os.readlink(entry) for entry in pathlib.Path(f"/proc/{pid}/fd").iterdir())
        except OSError:
            return False  # a descriptor, or the process, has gone meanwhile

    def test_while_it_attaches(self):
        daemon = Talking(self, [program("threads"), 5])
        pid = int(daemon.until("ready"))
        marker = self.tmp / "started"
        for target in (["-p", str(pid)], ["-a"], ["--", "touch", str(marker)]):
            for moment in ("-map", "-prog", "_link"):
                with self.subTest(target=target, moment=moment):
                    process = subprocess.Popen([CTTRACE, "--format", "calls", "-o", "/dev/null", *target], stdin=subprocess.DEVNULL,
                                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                    while process.poll() is None and not self.held(process.pid, moment):
                        pass
                    children = self.children(process.pid)
                    marker_there = marker.exists()
                    process.kill()
                    process.wait()
                    self.assert_nothing_left()
                    self.assert_goes_on(pid)
                    if not marker_there:
                        # A command that waits for its start sees that nobody will start it, and ends.
                        until(lambda: not [child for child in children if os.path.exists(f"/proc/{child}")])
                        self.assertEqual([child for child in children if os.path.exists(f"/proc/{child}")], [])
                    marker.unlink(missing_ok=True)
        self.assertEqual(len(daemon.end().all("child")), 1)

    def children(self, pid):
        try:
            return [int(word) for word in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
        except OSError:
            return []

    def test_the_end_of_duration_leaves_nothing_while_the_command_goes_on(self):
        with Tracing("--format", "ndjson", "--duration", "0.1", "-o", self.out, "--", "sh", "-c",
                     "cd /nonexistent-before; read line; cd /nonexistent-after; exit 7", stdin=subprocess.PIPE) as tracing:
            until(lambda: self.out.read_text().endswith("}\n") and '"type":"completeness"' in self.out.read_text())
            self.assert_nothing_left()
            tracing.process.stdin.write("\n")
            self.assertEqual(tracing.finish().returncode, 7)
        trace = Trace(self.out.read_text())
        # "before" may come after the end, if the machine is slow; "after" never comes before it.
        self.assertEqual([call for call in trace.calls("chdir") if value(call, 0) == "/nonexistent-after"], [])
        self.assertEqual(trace.completeness["still_running"], 1)
        self.assertTrue(trace.completeness["closed"])


if __name__ == "__main__":
    support.main()
