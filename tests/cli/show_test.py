"""`cttrace show` on files that are no recordings, on broken ones, and what the output options do."""

import json
import lzma
import os
import re
import subprocess
import unittest

import support
from support import cttrace, require


class Unreadable(support.Case):
    def assert_refused(self, path, *parts):
        result = cttrace("show", path)
        self.assertEqual(result.returncode, 2, result.stderr)
        self.assertEqual(result.stdout, "")
        self.assertRegex(result.stderr, r"\Acttrace: [^\n]+\n\Z")
        for part in (str(path), *parts):
            self.assertIn(part, result.stderr)

    def write(self, name, content):
        path = self.tmp / name
        path.write_bytes(content)
        return path

    def test_missing(self):
        self.assert_refused(self.tmp / "none.ctt", "No such file")

    def test_folder(self):
        self.assert_refused(self.tmp)

    def test_empty(self):
        self.assert_refused(self.write("empty", b""))

    def test_foreign(self):
        self.assert_refused(self.write("text", b"hello, world\n" * 100))
        self.assert_refused("/bin/true")


class Moments(support.Case):
    """--at of recordings of real runtimes."""

    def recording(self, name):
        path = self.tmp / f"{name}.ctt"
        path.write_bytes(lzma.decompress((support.SOURCE / f"tests/golden/{name}.ctt.xz").read_bytes()))
        return path

    def show(self, at, recording):
        return cttrace("show", "--format", "ndjson", "--at", at, recording, env={"PATH": "/bin", "TZ": "UTC"})

    def moment(self, at, recording):
        result = self.show(at, recording)
        self.assertEqual((result.returncode, result.stderr), (0, ""), at)
        return json.loads(result.stdout.splitlines()[1])

    def assert_not_there(self, at, recording, *parts):
        for form in ("story", "json", "ndjson"):
            result = cttrace("show", "--format", form, "--at", at, recording, env={"PATH": "/bin", "TZ": "UTC"})
            self.assertEqual((result.returncode, result.stdout), (2, ""), at)
            self.assertRegex(result.stderr, r"\Acttrace: cannot use --at[^\n]+\n\Z")
            for part in parts:
                self.assertIn(part, result.stderr)

    def test_the_last_second_is_one_that_is_printed(self):
        recording = self.recording("runc")
        last = self.moment("2026-11-28T23:52:10Z", recording)
        self.assertEqual((last["event"], last["time"][:19]), (324, "2026-11-28T23:52:10"))
        self.assertEqual(self.moment("23:52:10", recording), last)
        self.assertEqual(self.moment(last["time"], recording), last)
        self.assert_not_there("2026-11-28T23:52:11Z", recording, "the trace ends before that")

    def test_the_last_event(self):
        recording = self.recording("chroot")
        self.assertEqual(self.moment("11", recording)["event"], 11)
        self.assert_not_there("12", recording, "after 11 events and 3.970181 ms")
        self.assertEqual(self.moment("+3.970181ms", recording)["event"], 11)
        self.assert_not_there("+3.970182ms", recording)

    def test_a_long_id_is_told_once(self):
        text = cttrace("show", "--format", "story", "--at", "484", self.recording("docker")).stdout
        [id] = re.findall(r"(?m)^  id +([0-9a-f]{64})$", text)
        self.assertEqual(text.count(id), 1, text)
        self.assertIn("<id>", text)

    def test_a_time_of_the_story(self):
        recording = self.recording("chroot")
        events = [json.loads(line) for line in cttrace("show", "--format", "ndjson", recording).stdout.splitlines()]
        start_ns = events[0]["start_ns"]
        [container] = [each for each in events if each["type"] == "container"]
        since_ns = container["set_up"]["start_ns"] - start_ns
        story = cttrace("show", "--format", "story", recording).stdout
        times = re.findall(r"(?m)^ *\+([0-9.]+ ms) ", story)
        self.assertGreater(len(times), 2)
        for time in times:
            then_ns = self.moment(f"echo+{time}", recording)["since_start_ns"]
            self.assertAlmostEqual(then_ns - since_ns, float(time[:-3]) * 1e6, delta=50_000)
        # The execve that is printed with this time is in it.
        [handed] = [each["event"] for each in events if each["type"] == "call" and each["name"] == "execve"][1:]
        self.assertEqual(self.moment(f"echo+{times[-1]}", recording)["event"], handed)
        self.assert_not_there("ecko+1ms", recording, "no container of this name", "did you mean echo?")
        with open(recording) as file:
            self.assertIn("read twice", cttrace("show", "--format", "story", "--at", "echo+1ms", "-", stdin=file).stderr)
        before = self.show("+1ns", recording)
        self.assertEqual(before.returncode, 0)
        self.assertIn("--at echo+TIME counts from there", before.stderr)
        # Who names an event means no time of the story, and of several stories nobody knows which.
        self.assertEqual(self.moment("1", recording)["event"], 1)
        self.moment("+1ns", self.recording("crun"))

    def test_a_story_is_named_as_its_container_is(self):
        recording = self.recording("docker")
        events = [json.loads(line) for line in cttrace("show", "--format", "ndjson", recording).stdout.splitlines()]
        [container] = [each for each in events if each["type"] == "container"]
        self.assertLess(len(container["short_name"]), len(container["name"]))
        self.assertEqual(self.moment(f"{container['short_name']}+9ms", recording),
                         self.moment(f"{container['name']}+9ms", recording))
        self.assert_not_there("sh+1ms", self.recording("crun-newer"), "of this name there are 2 containers")


class Recorded(support.Case):
    """A recording of a shell that mounts nothing but tries to."""

    recording = None

    @classmethod
    def setUpClass(cls):
        require("tracing")
        cls.folder = support.tempfile.TemporaryDirectory(prefix="cttrace-test-")
        cls.addClassCleanup(cls.folder.cleanup)
        cls.recording = support.pathlib.Path(cls.folder.name) / "a.ctt"
        cls.live = cttrace("--record", cls.recording, "sh", "-c", "for i in 1 2 3 4 5 6 7 8; do umount /none; done")
        assert cls.live.returncode == 32, cls.live.stderr

    def test_the_recording_shows_what_the_live_run_showed(self):
        calls = [line for line in self.live.stderr.splitlines() if "umount2(" in line]
        self.assertEqual(len(calls), 8, self.live.stderr)
        shown = cttrace("show", self.recording)
        self.assertEqual((shown.returncode, shown.stderr), (0, ""))
        for line in calls:
            self.assertIn(line + "\n", shown.stdout)

    def test_live_and_replayed_are_the_same_bytes_in_every_format(self):
        for form in ["calls", "json", "ndjson"]:
            out, record = self.tmp / ("live." + form), self.tmp / "b.ctt"
            options = ["--format", form, "-T", "-ttt", "-y"]
            live = cttrace(*options, "-o", out, "--record", record, "sh", "-c", "umount /none")
            self.assertEqual(live.returncode, 32)
            shown = cttrace("show", *options, record)
            self.assertEqual(shown.returncode, 0, shown.stderr)
            self.assertGreater(len(shown.stdout), 100)
            self.assertEqual(shown.stdout, out.read_text())

    def test_from_standard_input(self):
        with open(self.recording) as file:
            shown = cttrace("show", "-", stdin=file)
        self.assertEqual((shown.returncode, shown.stderr), (0, ""))
        self.assertEqual(shown.stdout, cttrace("show", self.recording).stdout)

    def test_filters(self):
        only = cttrace("show", "-e", "umount2", self.recording).stdout
        self.assertEqual(only.count("umount2("), 8)
        self.assertNotIn("execve(", only)
        self.assertNotIn("umount2(", cttrace("show", "-e", "!umount2", self.recording).stdout)
        self.assertNotIn("umount2(", cttrace("show", "-z", self.recording).stdout)
        failed = cttrace("show", "-Z", self.recording).stdout
        self.assertEqual(failed.count("umount2("), 8)
        self.assertNotIn(") = 0", failed)

    def test_into_a_file(self):
        out = self.tmp / "out.txt"
        result = cttrace("show", self.recording, "-o", out)
        self.assertEqual((result.returncode, result.stdout, result.stderr), (0, "", ""))
        self.assertEqual(out.read_text(), cttrace("show", self.recording).stdout)

    def test_output_that_cannot_be_written(self):
        result = cttrace("show", "-o", self.tmp / "none" / "x", self.recording)
        self.assertEqual(result.returncode, 1)
        self.assertRegex(result.stderr, r"\Acttrace: cannot write to [^\n]+No such file or directory\n\Z")
        result = cttrace("show", "-o", "/dev/full", self.recording)
        self.assertEqual(result.returncode, 1)
        self.assertIn("No space left", result.stderr)

    def test_output_that_is_the_recording(self):
        before = self.recording.read_bytes()
        result = cttrace("show", "-o", self.recording, self.recording)
        self.assertEqual(result.returncode, 2)
        self.assertRegex(result.stderr, r"\Acttrace: [^\n]*the same file[^\n]*\n\Z")
        self.assertEqual(self.recording.read_bytes(), before)

    def test_output_that_is_closed(self):
        result = support.run("sh", "-c", '"$0" show --format calls "$1" >&-', support.CTTRACE, self.recording)
        self.assertEqual((result.returncode, result.stdout), (1, ""))
        self.assertRegex(result.stderr, r"\Acttrace: cannot write to standard output: [^\n]+\n\Z")

    def test_standard_output_by_its_usual_name(self):
        self.assertEqual(cttrace("show", "-o", "-", self.recording).stdout, cttrace("show", self.recording).stdout)

    def test_color_only_where_it_is_wanted(self):
        plain = cttrace("show", self.recording).stdout
        self.assertNotIn("\x1b", plain)
        colored = cttrace("show", "--color", "always", self.recording, env={**os.environ, "NO_COLOR": "1"}).stdout
        self.assertIn("\x1b[", colored)
        self.assertNotIn("\x1b", self.on_terminal({"NO_COLOR": "1"}))
        self.assertNotIn("\x1b", self.on_terminal({"TERM": "dumb"}))
        self.assertIn("\x1b[", self.on_terminal({"NO_COLOR": ""}))

    def on_terminal(self, environment):
        main, terminal = os.openpty()
        environment = {**os.environ, "TERM": "xterm", **environment}
        process = subprocess.Popen([support.CTTRACE, "show", "--format", "calls", self.recording], stdout=terminal, env=environment)
        os.close(terminal)
        text = b""
        try:
            while part := os.read(main, 65536):
                text += part
        except OSError:  # EIO: the terminal's other side has been closed
            pass
        os.close(main)
        self.assertEqual(process.wait(timeout=60), 0)
        self.assertIn(b"umount2", text)
        return text.decode()

    def test_reader_that_goes_away(self):
        result = support.run("bash", "-c", 'set -o pipefail; for i in {1..50}; do cat "$1"; done >/dev/null; '
                             '"$0" show --format calls "$1" | head -n 1', support.CTTRACE, self.recording)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        self.assertEqual(len(result.stdout.splitlines()), 1)

    def test_truncated_shows_what_can_be_read_first(self):
        whole = self.recording.read_bytes()
        cut = self.tmp / "cut.ctt"
        cut.write_bytes(whole[:len(whole) * 3 // 4])
        result = cttrace("show", cut)
        self.assertEqual(result.returncode, 2)
        self.assertIn("execve(", result.stdout)
        self.assertRegex(result.stderr, r"\Acttrace: [^\n]+\n\Z")
        self.assertIn(str(cut), result.stderr)

    def test_cut_anywhere_it_is_told_and_never_crashes(self):
        whole = self.recording.read_bytes()
        cut = self.tmp / "cut.ctt"
        for length in [1, 7, 8, 12, 40, len(whole) // 2, len(whole) - 1]:
            cut.write_bytes(whole[:length])
            result = cttrace("show", cut)
            self.assertEqual(result.returncode, 2, f"cut at {length}: {result.stderr}")
            self.assertRegex(result.stderr, r"\Acttrace: [^\n]+\n\Z")


if __name__ == "__main__":
    support.main()
