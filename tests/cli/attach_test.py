"""Attaching with -p and -a: what pids may look like, and how it ends."""

import os
import signal
import subprocess
import unittest

import support
from support import Tracing, cttrace, require


class Shell:
    """A shell that runs the lines it is given."""

    def __init__(self):
        self.process = subprocess.Popen(["sh"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                        stderr=subprocess.DEVNULL)
        self.pid = self.process.pid

    def do(self, line):
        self.process.stdin.write(line + "; echo .\n")
        self.process.stdin.flush()
        assert self.process.stdout.readline() == ".\n"

    def end(self):
        if not self.process.stdin.closed:
            self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait(timeout=60)


class Attach(support.Case):
    def setUp(self):
        super().setUp()
        require("tracing")
        self.out = self.tmp / "out.txt"

    def shell(self):
        shell = Shell()
        self.addCleanup(shell.end)
        return shell

    def gone(self):
        process = subprocess.Popen(["true"])
        process.wait()
        return process.pid

    def test_descendants_are_traced_and_it_ends_with_the_process(self):
        shell = self.shell()
        with Tracing("-o", self.out, "-p", shell.pid) as trace:
            shell.do("umount /no/such/mine")
            shell.end()
            result = trace.finish()
        self.assertEqual((result.returncode, result.stdout, result.stderr), (0, "", ""))
        self.assertIn("/no/such/mine", self.out.read_text())

    def test_every_way_to_name_several(self):
        for spell in [lambda a, b: ["-p", f"{a},{b}"], lambda a, b: ["-p", f"{a} {b}"], lambda a, b: ["-p", f"{a}\n{b}"],
                      lambda a, b: ["-p", a, "-p", b], lambda a, b: ["-p", a, b], lambda a, b: ["-p", a, b, "-q"],
                      lambda a, b: [f"-p{a}", b], lambda a, b: [f"--attach={a}", "--", b]]:
            first, second = self.shell(), self.shell()
            with Tracing("-o", self.out, *spell(first.pid, second.pid)) as trace:
                first.do("umount /no/such/first")
                second.do("umount /no/such/second")
                first.end()
                second.end()
                self.assertEqual(trace.finish().returncode, 0)
            text = self.out.read_text()
            self.assertIn("/no/such/first", text)
            self.assertIn("/no/such/second", text)

    def test_signals_end_it_with_everything_flushed(self):
        for number in [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT]:
            shell = self.shell()
            record = self.tmp / "r.ctt"
            with Tracing("-o", self.out, "--record", record, "-p", shell.pid) as trace:
                shell.do("umount /no/such/flushed")
                result = trace.finish(number)
            self.assertEqual((result.returncode, result.stderr), (-number, ""))
            self.assertIn("/no/such/flushed", self.out.read_text())
            shown = cttrace("show", record)
            self.assertEqual((shown.returncode, shown.stderr), (0, ""))
            self.assertEqual(shown.stdout, self.out.read_text())
            shell.do("true")  # it goes on

    def test_no_such_process(self):
        pid = self.gone()
        result = cttrace("-p", pid)
        self.assertEqual(result.returncode, 1)
        self.assertEqual(result.stderr, f"cttrace: cannot attach to {pid}: there is no such process\n")

    def test_those_that_exist_are_traced_and_the_others_told(self):
        pid, shell = self.gone(), self.shell()
        with Tracing("-o", self.out, "-p", f"{pid},{shell.pid}") as trace:
            shell.do("umount /no/such/there")
            shell.end()
            result = trace.finish()
        self.assertEqual(result.returncode, 0)
        self.assertEqual(result.stderr, f"cttrace: cannot attach to {pid}: there is no such process\n")
        self.assertIn("/no/such/there", self.out.read_text())

    def test_a_process_that_is_only_a_zombie(self):
        process = subprocess.Popen(["sh", "-c", "exit 0"])
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        result = cttrace("-p", process.pid)
        process.wait()
        self.assertEqual(result.returncode, 1)
        self.assertRegex(result.stderr, r"\Acttrace: [^\n]*%d[^\n]*\n\Z" % process.pid)

    def test_calls_go_to_standard_error_and_json_to_standard_output(self):
        for form, stream in [("calls", "stderr"), ("json", "stdout"), ("ndjson", "stdout")]:
            shell = self.shell()
            with Tracing("--format", form, "-p", shell.pid) as trace:
                shell.do("umount /no/such")
                shell.end()
                result = trace.finish()
            self.assertEqual(result.returncode, 0)
            self.assertIn("/no/such", getattr(result, stream))
            self.assertEqual(result.stdout if stream == "stderr" else result.stderr, "")

    def test_a_reader_that_goes_away_ends_it(self):
        shell = self.shell()
        reader, writer = os.pipe()
        with Tracing("-p", shell.pid, stderr=writer) as trace:
            os.close(writer)
            os.close(reader)
            for _ in range(100):
                shell.do("umount /no/such")
                if trace.process.poll() is not None:
                    break
            self.assertEqual(trace.process.wait(timeout=60), 0)

    def test_a_reader_that_goes_away_is_noticed_where_nothing_happens(self):
        shell = self.shell()
        reader, writer = os.pipe()
        with Tracing("-p", shell.pid, stderr=writer) as trace:
            os.close(writer)
            os.close(reader)
            self.assertEqual(trace.process.wait(timeout=60), 0)

    def test_duration(self):
        shell = self.shell()
        result = cttrace("--duration", "0.05", "-o", self.out, "-p", shell.pid)
        self.assertEqual((result.returncode, result.stderr), (0, ""))

    @support.only_with("ebpf", "-a follows the whole host")
    def test_the_whole_host(self):
        with Tracing("-o", self.out, "-a", "-e", "umount2") as trace:
            self.assertEqual(support.run("umount", "/no/such/anywhere").returncode, 32)
            result = trace.finish(signal.SIGINT)
        self.assertEqual((result.returncode, result.stderr), (-signal.SIGINT, ""))
        self.assertIn("/no/such/anywhere", self.out.read_text())


if __name__ == "__main__":
    support.main()
