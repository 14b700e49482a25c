"""The programs of tests/e2e/programs under cttrace: what they say they did, and what the trace says."""

import collections
import json
import os
import pathlib
import subprocess
import time

import support
from support import Tracing

PROGRAMS = pathlib.Path(support.CTTRACE).parent / "e2e"


def program(name):
    path = PROGRAMS / name
    assert path.exists(), f"{path} has not been built"
    return path


class Facts:
    """The "name value" lines that a program printed."""

    def __init__(self, text):
        self.lines = [tuple(line.partition(" ")[::2]) for line in text.splitlines()]

    def all(self, name):
        return [value for key, value in self.lines if key == name]

    def one(self, name):
        values = self.all(name)
        assert len(values) == 1, f"{name} was said {len(values)} times: {self.lines}"
        return values[0]

    def number(self, name):
        return int(self.one(name))

    def numbers(self, name):
        return [int(word) for word in self.one(name).split()]


class Trace:
    """An ndjson trace, which must be as its schema says."""

    def __init__(self, text):
        objects = [json.loads(line) for line in text.splitlines()]
        assert objects and objects[0]["type"] == "header", text[:200]
        assert objects[-1]["type"] == "completeness", text[-200:]
        # All of a usual trace; of one with thousands of the same calls the beginning and the end.
        for line in objects[:300] + objects[300:][-50:]:
            support.validate(line, "ndjson")
        self.header, *self.events, self.completeness = objects

    def of(self, kind):
        return [event for event in self.events if event["type"] == kind]

    def calls(self, name=None, **wanted):
        """The calls with this name (any), whose fields are as `wanted`."""
        return [event for event in self.of("call") if name in (None, event["name"])
                and all(event[key] == value for key, value in wanted.items())]

    def only(self, name, which=lambda call: True):
        """The one call with this name for which `which` is true."""
        found = [call for call in self.calls(name) if which(call)]
        assert len(found) == 1, f"{len(found)} calls of {name}, expected one: {found}"
        return found[0]

    @property
    def missing(self):
        """What the completeness statement says is missing, by kind: those numbers that are not zero."""
        counts = {**self.completeness["lost"], **self.completeness["incomplete"]}
        return {kind: number for kind, number in counts.items() if number != 0}


def raw(call, index):
    return int(call["args"][index]["raw"], 16)


def value(call, index):
    return call["args"][index]["value"]


def flags(call, index):
    """(names in order of name, what no name covers)"""
    found = value(call, index)
    return sorted(found["names"]), int(found["rest"], 16)


def tell_tales(calls):
    """How often each number was seen in pidfd_open(1, 0x10000000 + number), which fork_storm, many_calls, ... make."""
    return collections.Counter(raw(call, 1) - 0x10000000 for call in calls if raw(call, 1) & 0x10000000)


def boottime_ns():
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME)


class Case(support.Case):
    def setUp(self):
        super().setUp()
        support.require("tracing")
        self.out = self.tmp / "trace.ndjson"
        self.dir = self.tmp / "dir"
        self.dir.mkdir()

    def trace_chosen(self, name, *arguments, options=()):
        """As trace(), but nothing is captured beyond what `options` choose: stories and JSON tell of containers, and capture
        what those need as well. Lines of calls do not. Returns what the program said, the trace, and its recording."""
        record = self.tmp / "recording"
        result = support.cttrace("-o", os.devnull, "--record", record, *options, "--", program(name), *arguments, timeout=300)
        self.assertEqual((result.returncode, result.stderr), (0, ""), result.stdout)
        return Facts(result.stdout), self.shown(record), record

    def shown(self, record):
        """The trace that is in a recording."""
        result = support.cttrace("show", "--format", "ndjson", "-o", self.out, record, timeout=300)
        self.assertEqual((result.returncode, result.stdout, result.stderr), (0, "", ""))
        return Trace(self.out.read_text())

    def trace(self, name, *arguments, options=(), status=0):
        """Runs a program under cttrace. Returns what it said, and the trace."""
        result = support.cttrace("--format", "ndjson", "-o", self.out, *options, "--", program(name), *arguments,
                                 timeout=300)
        self.assertEqual((result.returncode, result.stderr), (status, ""), result.stdout)
        return Facts(result.stdout), Trace(self.out.read_text())

    def whole(self, trace):
        """Fails unless the trace says that nothing is missing."""
        self.assertEqual(trace.missing, {})
        self.assertEqual([trace.completeness[key] for key in ("whole", "closed", "truncated", "cut")], [True, True, 0, 0])


class Talking:
    """A program that says something, waits for its standard input, and goes on."""

    def __init__(self, case, command, **options):
        self.process = subprocess.Popen([str(part) for part in command], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        text=True, **options)
        self.said = ""
        case.addCleanup(self.close)

    @property
    def pid(self):
        return self.process.pid

    def until(self, name):
        """Reads until it says `name`; returns the value."""
        for line in self.process.stdout:
            self.said += line
            if line.split(" ")[0] == name:
                return line.partition(" ")[2].rstrip("\n")
        raise AssertionError(f"ended without saying {name}: {self.said!r}")

    def say(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def end(self):
        """Lets it go on to its end. Returns everything that it said."""
        self.process.stdin.close()
        self.said += self.process.stdout.read()
        assert self.process.wait(timeout=120) == 0, (self.process.returncode, self.said)
        return Facts(self.said)

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
        for stream in (self.process.stdin, self.process.stdout):
            if not stream.closed:
                stream.close()
        self.process.wait()


