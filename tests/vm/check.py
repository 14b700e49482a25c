#!/usr/bin/env python3
"""Checks what a VM handed over (tests/vm/init): replays its recordings with this host's cttrace, and compares them with
what the traced programs and the VM's kernel say. usage: check.py --cttrace FILE [--backend ptrace] FOLDER"""

import argparse
import json
import os
import pathlib
import sys
import unittest

TESTS = pathlib.Path(__file__).resolve().parent.parent
sys.path[:0] = [str(TESTS), str(TESTS / "e2e")]

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--cttrace", required=True, help="the binary that replays")
parser.add_argument("--backend", choices=["ebpf", "ptrace"], default="ebpf", help="that it was traced by (default: ebpf)")
parser.add_argument("folder", type=pathlib.Path, help="what the VM handed over")
ARGUMENTS = parser.parse_args()
os.environ.update(CTTRACE=ARGUMENTS.cttrace, CTTRACE_BACKEND=ARGUMENTS.backend)

import expectations  # noqa: E402
import handmade  # noqa: E402
import support  # noqa: E402
from traced import Facts, Trace  # noqa: E402

# The programs of tests/e2e/programs that init runs.
PROGRAMS = ["absent_pages", "aftermath", "changed_during", "clone_sizes", "descriptors", "detached", "fork_storm",
            "i386_calls", "identity", "killed", "killers", "killers_oom", "long_strings", "mount_objects", "seccomp_denied",
            "thread_exec"]
# Of Debian's own kernels, by series.
TRAITS = {"5.10": [], "6.1": [], "6.12": ["mount.by_id"]}
# Arguments that cannot be whole, by program.
INCOMPLETE = {"clone_sizes": {"truncated": 1, "faulted": 1}, "identity": {"truncated": 2},
              "long_strings": {"truncated": 1}}


def told(name):
    return (ARGUMENTS.folder / name).read_text(errors="surrogateescape")


def replay(name):
    shown = support.cttrace("show", "--format", "ndjson", ARGUMENTS.folder / (name + ".cttrace"))
    if shown.returncode != 0 or shown.stderr:
        raise AssertionError(f"{name}: cttrace show ended with {shown.returncode}: {shown.stderr}")
    trace = Trace(shown.stdout)
    for each in (trace.header, *trace.events, trace.completeness):
        support.validate(each, "ndjson")
    return trace


class Launched(unittest.TestCase):
    """What is run by either backend."""
    maxDiff = None

    def ended(self, name, status, said=""):
        """The command ended with this status, and said nothing else on standard error."""
        self.assertEqual((told(name + ".status").strip(), told(name + ".stderr")), (str(status), said))

    def trace(self, name):
        trace = replay(name)
        self.assertEqual((trace.header["kernel"], trace.header["machine"]), (told("kernel").strip(), "x86_64"))
        return trace

    def container(self, name, folder):
        trace = self.trace(name)
        expectations.nothing_lost(self, trace)
        expectations.processes_complete(self, trace)
        handmade.container(self, trace, folder, has_mount_setattr=not told("kernel").startswith("5.10"))
        handmade.beginning(self, trace, told)
        # What the live run printed, byte for byte.
        shown = support.cttrace("show", "--format", "calls", "-y", ARGUMENTS.folder / (name + ".cttrace"))
        self.assertEqual(told(name + ".calls"), shown.stdout or shown.stderr)

    def test_launch(self):
        self.ended("launch", 7)
        self.assertEqual(told("launch"), "hello from the container\n")
        self.container("launch", f"/tmp/{support.BACKEND}/c1")

    def test_oracle(self):
        """After every operation of the sequences the model is what this kernel says."""
        self.ended("oracle", 0)
        self.assertEqual((told("oracle.driver"), told("oracle.driver.status")), ("", "0\n"))
        judge = pathlib.Path(ARGUMENTS.cttrace).parent / "oracle/oracle_judge"
        judged = support.run(judge, ARGUMENTS.folder / "oracle.cttrace", ARGUMENTS.folder / "oracle.results", timeout=600)
        self.assertIn(judged.returncode, (0, 1), judged.stderr)
        *said, summary = [json.loads(line) for line in judged.stdout.splitlines()] or [None]
        # As tests/oracle/run has it: what nobody tells need not be known, but then the model says so.
        nobody_tells = lambda line: support.BACKEND == "ptrace" or line["sequence"].startswith("links")
        differences = [line for line in said if line["type"] == "difference" and not (line["admitted"] and nobody_tells(line))]
        self.assertEqual((judged.stderr, differences), ("", []))
        self.assertGreaterEqual(summary["sequences"], 50)
        self.assertGreater(summary["operations"], 1000)


class ByEbpf(Launched):
    def test_where_paths_lead(self):
        """These kernels let us watch what mount, umount and move_mount have found."""
        trace = self.trace("oracle")
        self.assertIn("fentry security_sb_mount", trace.header["hooks"])
        for call in trace.calls("mount") + trace.calls("umount2") + trace.calls("move_mount"):
            if call["result"] == 0:
                self.assertIn("target", call["after"], call)

    def test_doctor(self):
        self.ended("doctor", 0)
        found = json.loads(told("doctor"))
        support.validate(found, "doctor")
        self.assertEqual((found["can_trace"], found["backend"], found["kernel"]),
                         (True, "ebpf", told("kernel").strip()))
        self.assertEqual([row for row in found["capabilities"] if row["needed"] and row["verdict"] != "works"], [])
        self.assertIn("signal_generate", self.trace("killers").header["hooks"])

    def test_syscalls(self):
        self.ended("syscalls", 0)
        here = support.cttrace("syscalls")
        self.assertEqual(told("syscalls"), here.stdout)

    def test_traits(self):
        series = ".".join(told("kernel").split(".")[:2])
        self.assertEqual(self.trace("aftermath").header["kernel_traits"], TRAITS[series])

    def test_attach(self):
        self.ended("attach", 0)
        self.assertEqual((told("attached"), told("attached.status")), ("hello from the container\n", "7\n"))
        self.assertEqual(told("attach.ready"), "ready\n")
        self.container("attach", "/tmp/c2")

    def test_overflow(self):
        self.ended("overflow", 0)
        expectations.overflow(self, self.trace("overflow"), Facts(told("overflowing")), None)

    def test_kernel_is_well(self):
        """The kernel had nothing to complain about: no warning, no stall, no refused program."""
        words = ("WARNING:", "BUG:", "Oops", "Call Trace", "rcu: INFO", "general protection")
        bad = [line for line in told("dmesg").splitlines() if any(word in line for word in words)]
        self.assertEqual(bad, [])


def program_test(name):
    def test(self):
        self.ended(name, 0)
        trace = self.trace(name)
        expectations.nothing_lost(self, trace, **INCOMPLETE.get(name, {}))
        getattr(expectations, name)(self, trace, Facts(told(name)), f"/tmp/{support.BACKEND}/{name}")
    return test


for program in PROGRAMS:
    setattr(Launched, "test_" + program, program_test(program))

if __name__ == "__main__":
    result = unittest.main(argv=[sys.argv[0]], defaultTest="Launched" if support.BACKEND == "ptrace" else "ByEbpf", exit=False).result
    sys.exit(0 if result.wasSuccessful() and result.testsRun and not result.skipped else 1)
