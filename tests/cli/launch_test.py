"""Launching a command: its streams, signals, descriptors and exit status are its own."""

import os
import shutil
import signal
import subprocess
import time
import unittest

import support
from support import Tracing, cttrace, require, run


class NothingStarted(support.Case):
    def assert_refused(self, status, arguments, *parts):
        result = cttrace(*arguments)
        self.assertEqual(result.returncode, status, result.stderr)
        self.assertRegex(result.stderr, r"\Acttrace: [^\n]+\n\Z")
        for part in parts:
            self.assertIn(part, result.stderr)

    def setUp(self):
        super().setUp()
        require("tracing")
        self.mark = self.tmp / "started"

    def tearDown(self):
        self.assertFalse(self.mark.exists())

    def test_command_that_does_not_exist(self):
        self.assert_refused(127, ["no-such-command"], "'no-such-command'", "PATH")
        self.assert_refused(127, ["/no/such/command"], "'/no/such/command'", "No such file")
        self.assert_refused(127, ["--", "show"], "'show'")

    def test_command_that_cannot_be_executed(self):
        plain = self.tmp / "plain"
        plain.write_text("no program\n")
        self.assert_refused(126, [plain], str(plain), "Permission denied")
        self.assert_refused(126, [self.tmp], str(self.tmp), "directory")
        plain.chmod(0o755)
        self.assert_refused(126, ["-o", self.tmp / "out", "--record", self.tmp / "record", plain], str(plain),
                            "Exec format error")
        self.assertEqual(list(self.tmp.glob("*o*")), [])  # neither out nor record

    def test_script_without_its_interpreter(self):
        script = self.tmp / "script"
        script.write_text("#!/no/such/interpreter\n")
        script.chmod(0o755)
        self.assert_refused(126, [script], str(script), "interpreter")

    def test_output_and_recording_in_one_file(self):
        one = self.tmp / "one"
        one.write_text("precious\n")
        other = self.tmp / "other"
        other.symlink_to(one)
        for name in [one, other]:
            self.assert_refused(2, ["-o", one, "--record", name, "touch", self.mark], str(one), "the same file")
        self.assertEqual(one.read_text(), "precious\n")

    def test_unwritable_output(self):
        for option in ["-o", "--record"]:
            self.assert_refused(1, [option, self.tmp / "none" / "x", "touch", self.mark], "none/x", "No such file")

    def test_what_is_there_is_kept_where_nothing_can_be_traced(self):
        require("root", "setpriv")
        self.tmp.chmod(0o755)
        shutil.copy(support.CTTRACE, self.tmp / "cttrace")
        there = self.tmp / "there"
        there.write_text("precious\n")
        there.chmod(0o666)
        result = run("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "./cttrace", "--backend", "ebpf", "-o", there,
                     "touch", self.mark, cwd=self.tmp)
        self.assertEqual(result.returncode, 1, result.stderr)
        self.assertEqual(there.read_text(), "precious\n")
        self.assertFalse(self.mark.exists())

    def test_ready_fd_that_is_not_open(self):
        self.assert_refused(1, ["--ready-fd", "77", "touch", self.mark], "77", "Bad file descriptor")


class Launched(support.Case):
    def setUp(self):
        super().setUp()
        require("tracing")
        self.out = self.tmp / "out.txt"

    def trace(self, *arguments, **options):
        return cttrace("-o", self.out, *arguments, **options)

    def test_exit_status_is_the_command_s(self):
        for status in [0, 1, 7, 255]:
            result = self.trace("sh", "-c", f"exit {status}")
            self.assertEqual((result.returncode, result.stderr), (status, ""))

    def test_a_signal_that_ends_the_command_ends_cttrace(self):
        for number in [signal.SIGTERM, signal.SIGKILL, signal.SIGSEGV, signal.SIGINT]:
            self.assertEqual(self.trace("sh", "-c", f"kill -{int(number)} $$").returncode, -number)
            self.assertIn("execve(", self.out.read_text())

    def test_streams_belong_to_the_command(self):
        result = self.trace("sh", "-c", "cat; echo to-stderr >&2", input="to-stdin\n")
        self.assertEqual((result.stdout, result.stderr), ("to-stdin\n", "to-stderr\n"))

    def test_options_after_the_command_belong_to_it(self):
        result = self.trace("--", "echo", "-q", "--format", "json", "--")
        self.assertEqual(result.stdout, "-q --format json --\n")
        self.assertEqual(self.trace("echo", "-o", "x").stdout, "-o x\n")

    def test_without_o_the_trace_goes_to_standard_error(self):
        result = cttrace("echo", "hello")
        self.assertEqual(result.stdout, "hello\n")
        self.assertIn("execve(", result.stderr)

    def test_the_first_call_is_the_command_s_execve(self):
        self.trace("true")
        self.assertRegex(self.out.read_text().splitlines()[0], r'execve\("[^"]*/true", \["true"\]')

    def test_descendants_are_followed(self):
        self.trace("sh", "-c", "(umount /no/such/1); (sh -c 'umount /no/such/2'; true)")
        text = self.out.read_text()
        self.assertIn('"/no/such/1"', text)
        self.assertIn('"/no/such/2"', text)

    def test_no_descriptor_of_ours_reaches_the_command(self):
        command = ["sh", "-c", "ls -l /proc/self/fd | sed 's/.* //' | sort"]
        ready, theirs = os.pipe()
        plain = support.run(*command)
        traced = self.trace("--record", self.tmp / "r", "--ready-fd", theirs, *command, pass_fds=[theirs])
        os.close(theirs)
        self.assertEqual(os.read(ready, 100), b"ready\n")
        os.close(ready)

        def names(text):
            return sorted(line.split(":")[0] for line in text.splitlines() if "/proc/" not in line)

        self.assertEqual(names(traced.stdout), names(plain.stdout))

    def test_signal_dispositions_are_as_without_us(self):
        command = ["grep", "^Sig[BIC]", "/proc/self/status"]
        self.assertEqual(self.trace(*command).stdout, support.run(*command).stdout)

    def test_the_command_starts_only_when_ready(self):
        mark = self.tmp / "mark"
        with Tracing("-o", self.out, "sh", "-c", f"touch {mark}; exit 5") as trace:
            self.assertEqual(trace.ready, "ready\n")
            self.assertEqual(trace.finish().returncode, 5)
        self.assertTrue(mark.exists())
        self.assertRegex(self.out.read_text().splitlines()[0], r"execve\(")

    def test_sigterm_goes_to_the_command(self):
        script = "trap 'umount /no/such/trap; exit 9' TERM; echo on; while :; do read line; done"
        stdin, ours = os.pipe()
        with Tracing("-o", self.out, "sh", "-c", script, stdin=stdin) as trace:
            self.assertEqual(trace.process.stdout.readline(), "on\n")
            trace.process.send_signal(signal.SIGTERM)
            os.write(ours, b"\n")  # in case the shell was between two reads
            self.assertEqual(trace.finish().returncode, 9)
        os.close(stdin)
        os.close(ours)
        self.assertIn("/no/such/trap", self.out.read_text())

    def test_a_second_sigterm_ends_us_but_not_the_command(self):
        # A signal may interrupt read, which is then not the end of its input.
        script = "trap 'echo first; caught=1' TERM; echo $$; while :; do caught=; read line || [ $caught ] || exit 0; done"
        stdin, ours = os.pipe()
        with Tracing("-o", self.out, "sh", "-c", script, stdin=stdin) as trace:
            command = int(trace.process.stdout.readline())
            trace.process.send_signal(signal.SIGTERM)
            os.write(ours, b"\n")
            self.assertEqual(trace.process.stdout.readline(), "first\n")
            trace.process.send_signal(signal.SIGTERM)
            self.assertEqual(trace.process.wait(timeout=60), -signal.SIGTERM)
            os.kill(command, 0)
            os.close(ours)
            os.close(stdin)
        self.assertIn("execve(", self.out.read_text())

    def test_ctrl_c_on_the_terminal_is_the_command_s(self):
        script = ("trap 'echo caught; umount /no/such/int; exit 6' INT; echo ready; "
                  "while :; do sleep 0.05; done")
        main, terminal = os.openpty()
        process = subprocess.Popen(["setsid", "-c", "-w", support.CTTRACE, "--format", "calls", "-o", self.out, "sh", "-c", script],
                                   stdin=terminal, stdout=terminal, stderr=terminal)
        os.close(terminal)
        seen = b""
        while b"ready" not in seen:
            seen += os.read(main, 1000)
        os.write(main, b"\x03")
        self.assertEqual(process.wait(timeout=60), 6)
        os.close(main)
        self.assertIn("/no/such/int", self.out.read_text())

    def test_killed_before_the_command_starts_nothing_is_left(self):
        mark = self.tmp / "mark"
        reader, writer = os.pipe()
        os.set_blocking(writer, False)
        try:
            while os.write(writer, b"x" * 4096):  # so that writing the ready line blocks
                pass
        except BlockingIOError:
            pass
        os.set_blocking(writer, True)
        process = subprocess.Popen([support.CTTRACE, "--format", "calls", "-o", self.out, "--ready-fd", str(writer), "touch", mark],
                                   pass_fds=[writer], start_new_session=True)
        deadline = time.monotonic() + 30
        while len(self.session(process.pid)) < 2 and time.monotonic() < deadline:
            os.sched_yield()
        self.assertEqual(len(self.session(process.pid)), 2, "the held command was not seen")
        process.kill()
        process.wait()
        while self.session(process.pid) and time.monotonic() < deadline:
            os.sched_yield()
        self.assertEqual(self.session(process.pid), [])
        self.assertFalse(mark.exists())
        os.close(reader)
        os.close(writer)

    @staticmethod
    def session(leader):
        return support.run("pgrep", "--session", str(leader), "--runstates", "S,R,D,T").stdout.split()

    def test_killed_while_tracing_the_command_goes_on(self):
        mark = self.tmp / "mark"
        stdin, ours = os.pipe()
        with Tracing("-o", self.out, "sh", "-c", f"echo on; read line; touch {mark}; echo done", stdin=stdin) as trace:
            self.assertEqual(trace.process.stdout.readline(), "on\n")
            trace.process.kill()
            trace.process.wait()
            os.write(ours, b"go\n")
            self.assertEqual(trace.process.stdout.readline(), "done\n")
        os.close(stdin)
        os.close(ours)
        self.assertTrue(mark.exists())

    def test_output_that_fills_the_disk_is_told_at_the_end(self):
        mark = self.tmp / "mark"
        for option in ["-o", "--record"]:
            options = [option, "/dev/full"] + ([] if option == "-o" else ["-o", self.out])
            result = cttrace(*options, "touch", mark)
            self.assertTrue(mark.exists())
            self.assertEqual(result.returncode, 1)
            self.assertRegex(result.stderr, r"\Acttrace: [^\n]*/dev/full[^\n]*No space left[^\n]*\n\Z")
            mark.unlink()

    def test_a_reader_that_goes_away_does_not_disturb_the_command(self):
        reader, writer = os.pipe()
        os.close(reader)
        record = self.tmp / "r.ctt"
        result = cttrace("--record", record, "sh", "-c", "umount /no/such 2>/dev/null; echo on; exit 3", stderr=writer,
                         stdout=subprocess.PIPE)
        os.close(writer)
        self.assertEqual((result.returncode, result.stdout), (3, "on\n"))
        self.assertIn("/no/such", cttrace("show", record).stdout)

    def test_duration_ends_tracing_but_not_the_command(self):
        stdin, ours = os.pipe()
        with Tracing("--duration", "0.1", "-o", self.out, "sh", "-c", "read line; umount /no/such/late; exit 4",
                     stdin=stdin) as trace:
            deadline = time.monotonic() + 30
            # The completeness statement is the last line: tracing is over.
            while "ebpf" not in self.out.read_text() and time.monotonic() < deadline:
                os.sched_yield()
            os.write(ours, b"go\n")
            self.assertEqual(trace.finish().returncode, 4)
        os.close(stdin)
        os.close(ours)
        text = self.out.read_text()
        self.assertIn("execve(", text)
        self.assertNotIn("umount2(", text)


if __name__ == "__main__":
    support.main()
