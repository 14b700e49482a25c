"""`cttrace show` on files that are no recordings, on broken ones, and what the output options do."""

import os
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
