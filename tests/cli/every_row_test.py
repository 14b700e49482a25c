"""Every row of the table, recorded without running it: each output has it, and JSON is as docs/schema says."""

import collections
import json
import pathlib
import platform
import re
import unittest

import support
from support import cttrace, require

CALL = re.compile(r"(?:\[pid +\d+\] )?(\w+)\(")
# Whose arguments are what another one says, or an offset in two halves.
OWN_NAMES = {"prctl", "keyctl", "seccomp", "pwritev"}
KERNELS_NAME = {"umount2": "umount"}
READINGS = 4  # make_recording reads the memory of arguments in so many ways


class EveryRow(support.Case):
    @classmethod
    def setUpClass(cls):
        folder = support.tempfile.TemporaryDirectory(prefix="cttrace-test-")
        cls.addClassCleanup(folder.cleanup)
        cls.recording = pathlib.Path(folder.name) / "every"
        made = support.run(support.BUILD / "bin/make_recording", cls.recording)
        assert made.returncode == 0, made.stderr
        table = cttrace("syscalls", "--format", "json")
        assert table.returncode == 0, table.stderr
        cls.names = {call["name"] for call in json.loads(table.stdout)["syscalls"]}

    def shown(self, *options):
        result = cttrace("show", *options, self.recording)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        return result.stdout

    def test_ndjson(self):
        require("jsonschema")
        for options in [[], ["-v", "-y", "-s", "3"]]:
            lines = [json.loads(line) for line in self.shown("--format", "ndjson", *options).splitlines()]
            for line in lines:
                support.validate(line, "ndjson")
            calls = [line for line in lines if line["type"] == "call"]
            self.assertEqual({call["name"] for call in calls}, self.names)
            self.assertEqual({call["abi"] for call in calls}, {"x86_64", "i386", "aarch64"})
            for call in calls:
                if call["result"] == 0 and call["name"] in ("mount", "umount2", "move_mount", "pivot_root"):
                    self.assertEqual((call["after"]["mounts"], call["after"]["newest_mount"]["path"]), (24, "/a/b"))
                for arg in call["args"]:
                    self.assertTrue("value" in arg or arg["reading"] in ("null", "faulted"), (call["name"], arg))

    def test_calls(self):
        count = collections.Counter(line["name"] for line in map(json.loads, self.shown("--format", "ndjson").splitlines())
                                    if line["type"] == "call")
        for options in [[], ["-v", "-y", "-s", "3"]]:
            lines = self.shown("-q", *options).splitlines()
            for line in lines:
                self.assertTrue(line.isprintable(), line)
            shown = collections.Counter(match[1] for match in map(CALL.match, lines) if match)
            for name in self.names:
                self.assertEqual(shown[name], count[name], name)
                self.assertGreaterEqual(count[name], READINGS, name)

    def test_arguments_have_the_kernels_names(self):
        require("root")
        folder = self.tmp / "tracefs"
        folder.mkdir()
        mounted = support.run("mount", "-t", "tracefs", "none", folder)
        if mounted.returncode != 0:
            raise unittest.SkipTest("this kernel tells no names: " + mounted.stderr.strip())
        self.addCleanup(support.run, "umount", folder)
        events = folder / "events/syscalls"
        if not events.exists():
            raise unittest.SkipTest("this kernel tells no names of arguments: CONFIG_FTRACE_SYSCALLS")
        compared = set()
        for call in map(json.loads, self.shown("--format", "ndjson").splitlines()):
            if call["type"] != "call" or call["abi"] != platform.machine() or call["name"] in OWN_NAMES:
                continue
            event = events / f"sys_enter_{KERNELS_NAME.get(call['name'], call['name'])}/format"
            if event.exists():  # newer than this kernel
                # The first five fields are those of every event, and the call's number.
                names = re.findall(r"field:.*?(\w+);\toffset", event.read_text())[5:]
                self.assertEqual([arg["name"] for arg in call["args"]], names, call["name"])
                compared.add(call["name"])
        self.assertGreater(len(compared), 60)


if __name__ == "__main__":
    support.main()
