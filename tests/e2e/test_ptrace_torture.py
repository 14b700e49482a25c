"""ptrace under hard conditions: nothing hangs, nobody is left stopped or traced, no call is lost, no signal changed."""

import os
import pathlib
import random
import signal
import subprocess
import time

import support
from support import Tracing, cttrace
from traced import Case, Talking, Trace, program, tell_tales

support.BACKEND = "ptrace"


def below(pid):
    """The process and all that descend from it."""
    found = [pid]
    for each in found:
        for task in pathlib.Path(f"/proc/{each}/task").glob("*"):
            try:
                found += [int(word) for word in (task / "children").read_text().split()]
            except OSError:
                pass  # it has ended
    return found


def tasks(*pids):
    """{tid: (state, TracerPid)} of every thread of the processes."""
    found = {}
    for pid in pids:
        for task in pathlib.Path(f"/proc/{pid}/task").glob("*"):
            try:
                status = dict(line.split(":", 1) for line in (task / "status").read_text().splitlines())
            except OSError:
                continue
            found[int(task.name)] = (status["State"].split()[0], int(status["TracerPid"]))
    return found


class Torture(Case):
    def setUp(self):
        super().setUp()
        support.require("ptrace")

    def assert_left_alone(self, *pids):
        """Nobody is traced, or stopped, or gone."""
        seen = tasks(*pids)
        self.assertTrue(seen)
        self.assertEqual({tid: task for tid, task in seen.items() if task[1] != 0 or task[0] not in "RSD"}, {})

    def busy(self, threads):
        talking = Talking(self, [program("busy"), threads])
        talking.until("ready")
        return talking

    def ends_well(self, *words, timeout=120):
        """Runs a program under cttrace; what it said, and the trace, which lacks nothing."""
        said, trace = self.trace(*words)
        self.assertEqual(trace.missing, {})
        return said, trace

    def test_five_hundred_processes_fork_at_once(self):
        _, trace = self.ends_well("fork_storm", 20, 25)
        self.assertEqual(tell_tales(trace.calls("pidfd_open")), {number: 1 for number in range(500)})
        self.assertEqual(trace.completeness["still_running"], 0)
        made = {event["child"]["tid"] for event in trace.of("fork")}
        self.assertEqual(made - {event["tid"] for event in trace.of("exit")}, set())

    def test_signals_come_as_they_were_sent(self):
        said, trace = self.ends_well("signals")
        self.assertEqual((said.one("received"), said.one("ticked")), ("0", "1"))
        continued = trace.calls("chdir")
        self.assertEqual(len(continued), 20)

    def test_ends_in_the_middle_of_things(self):
        said, trace = self.ends_well("ends", 150)
        self.assertEqual(said.numbers("ended"), [50, 50, 50])
        # Every thread that was made is seen to end, or to become its process's first by execve.
        gone = {event["tid"] for event in trace.of("exit")} | {event["old_tid"] for event in trace.of("exec")}
        self.assertLessEqual(len({event["child"]["tid"] for event in trace.of("fork")} - gone),
                             trace.completeness["still_running"])

    def test_a_thread_executes_fifty_times(self):
        for _ in range(50):
            result = cttrace("-o", self.out, "--format", "ndjson", "--", program("thread_exec"))
            self.assertEqual((result.returncode, result.stderr), (0, ""))

    def test_attaching_and_detaching_two_hundred_times(self):
        busy = self.busy(8)
        for turn in range(200):
            with Tracing("-o", "/dev/null", "-e", "trace=chdir", "-p", busy.pid) as tracing:
                result = tracing.finish(random.choice([signal.SIGINT, signal.SIGTERM]))
            self.assertEqual(result.stderr, "")
            self.assert_left_alone(busy.pid)
        self.assertGreater(busy.end().number("calls"), 1000)

    def test_a_stopped_process_stays_stopped(self):
        busy = self.busy(4)
        os.kill(busy.pid, signal.SIGSTOP)
        os.waitid(os.P_PID, busy.pid, os.WSTOPPED | os.WNOWAIT)
        with Tracing("-o", self.out, "--format", "ndjson", "-p", busy.pid) as tracing:
            os.kill(busy.pid, signal.SIGCONT)
            while "R" not in "".join(state for state, _ in tasks(busy.pid).values()) and tracing.process.poll() is None:
                time.sleep(0.001)
            time.sleep(0.05)
            os.kill(busy.pid, signal.SIGSTOP)
            while {state for state, _ in tasks(busy.pid).values()} != {"t"}:
                time.sleep(0.001)
            tracing.finish(signal.SIGINT)
        self.assertEqual({task for task in tasks(busy.pid).values()}, {("T", 0)})
        self.assertTrue(Trace(self.out.read_text()).calls("chdir"))
        os.kill(busy.pid, signal.SIGCONT)
        busy.end()

    def test_kill_nine_of_cttrace(self):
        for turn in range(20):
            busy = self.busy(6)
            storm = subprocess.Popen([program("ends"), "90"], stdout=subprocess.PIPE, text=True)
            with Tracing("-o", "/dev/null", "-p", f"{busy.pid},{storm.pid}") as tracing:
                time.sleep(random.uniform(0, 0.05))
                tracing.process.kill()
                tracing.process.wait()
            self.assert_left_alone(busy.pid)
            self.assertEqual(storm.communicate(timeout=120)[0], "ended 30 30 30\n")
            busy.end()

    def test_the_command_outlives_kill_nine(self):
        marker = self.tmp / "marker"
        loop = f"touch {marker}-here; while ! test -e {marker}-go; do :; done; touch {marker}"
        with Tracing("-o", "/dev/null", "--", "sh", "-c", loop) as tracing:
            # Who has not executed the command yet ends with cttrace.
            while not pathlib.Path(f"{marker}-here").exists():
                time.sleep(0.001)
            shell = below(tracing.process.pid)[1]
            tracing.process.kill()
            tracing.process.wait()
            self.assert_left_alone(shell)
            pathlib.Path(f"{marker}-go").touch()
            for _ in range(500):
                if marker.exists():
                    break
                time.sleep(0.01)
            self.assertTrue(marker.exists())

    def test_detaching_from_a_storm(self):
        for turn in range(20):
            storm = subprocess.Popen([program("ends"), "90"], stdout=subprocess.PIPE, text=True)
            with Tracing("-o", "/dev/null", "-p", storm.pid) as tracing:
                time.sleep(random.uniform(0, 0.05))
                self.assertEqual(tracing.finish(signal.SIGTERM).stderr, "")
            self.assertEqual(storm.communicate(timeout=120)[0], "ended 30 30 30\n")

    def test_two_tracers(self):
        support.require("strace")
        busy = self.busy(2)
        other = subprocess.Popen(["strace", "-f", "-qq", "-o", "/dev/null", "-p", str(busy.pid)])
        while {tracer for _, tracer in tasks(busy.pid).values()} != {other.pid}:
            time.sleep(0.01)
        result = cttrace("-o", "/dev/null", "-p", busy.pid)
        self.assertEqual(result.returncode, 1)
        self.assertRegex(result.stderr, rf"\Acttrace: cannot follow process {busy.pid}: it is traced already, by process "
                                        rf"{other.pid} \(strace\), and a process can have one tracer\n\Z")
        other.terminate()
        other.wait()
        busy.end()

    def test_a_tracer_that_is_traced(self):
        support.require("strace")
        result = cttrace("-o", "/dev/null", "--", "strace", "-o", "/dev/null", "true")
        self.assertNotEqual(result.returncode, 0)
        self.assertRegex(result.stderr, r"cttrace: process \d+ may not use ptrace on processes that cttrace follows")

    def test_the_exit_status_is_kept(self):
        for script, status in (("exit 7", 7), ("kill -TERM $$", -signal.SIGTERM), ("kill -KILL $$", -signal.SIGKILL)):
            self.assertEqual(cttrace("-o", "/dev/null", "--", "sh", "-c", script).returncode, status)


class Filtered(Case):
    """With --ptrace-seccomp on."""

    def setUp(self):
        super().setUp()
        support.require("root", "ptrace")

    def test_the_same_calls_with_and_without(self):
        for name in ("seccomp_denied", "seccomp_kill", "identity", "thread_exec"):
            words = [self.dir] if name == "seccomp_denied" else []
            seen = []
            for filtered in ("off", "on"):
                _, trace = self.trace(name, *words, options=["--ptrace-seccomp", filtered])
                self.assertEqual(trace.missing.get("read_fault"), None)
                seen.append([(call["name"], call["outcome"], call["error"]) for call in trace.calls()])
            with self.subTest(name):
                self.assertEqual(*seen)

    def test_the_statement_tells(self):
        for filtered, hooks in (("auto", "stops at every call"), ("off", "stops at every call"),
                                ("on", "stops at the calls that are traced, by a seccomp filter")):
            result = cttrace("--ptrace-seccomp", filtered, "-e", "trace=chdir", "--", "true")
            self.assertIn(f"cttrace: ptrace ({hooks})", result.stderr)

    def test_our_filter_is_not_told_of(self):
        _, trace = self.trace("identity", options=["--ptrace-seccomp", "on"])
        self.assertEqual({(event["seccomp"]["mode"], event["seccomp"]["filters"]) for event in trace.of("exec")}, {(0, 0)})


if __name__ == "__main__":
    support.main()
