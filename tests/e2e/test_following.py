"""Who is followed: all threads of a daemon, everybody's descendants, at once or in the middle of being made."""

import collections
import pathlib
import signal
import subprocess
import sys

import support
from support import Tracing, cttrace
from traced import Case, Facts, Talking, Trace, boottime_ns, program, tell_tales, value


class Following(Case):
    def attached(self, *pids):
        return Tracing("--format", "ndjson", "-o", self.out, "-p", *pids)

    def read(self):
        return Trace(self.out.read_text())

    def test_every_thread_of_a_daemon(self):
        for whom in ("leader", "thread"):
            with self.subTest(attached_to=whom):
                daemon = Talking(self, [program("threads"), 20])
                daemon.until("ready")
                early = [int(tid) for tid in Facts(daemon.said).all("tid")]
                pid = daemon.pid if whom == "leader" else early[10]
                with self.attached(pid) as tracing:
                    said = daemon.end()
                    self.assertEqual(tracing.finish().returncode, 0)
                trace = self.read()
                self.assertEqual(trace.header["roots"], [daemon.pid])
                self.assertEqual({event["tid"] for event in trace.of("state")}, {daemon.pid, *early})
                expected = {}
                for who in ("early", "late", "child"):
                    for words in said.all(who):
                        tid, result = words.split()
                        expected[int(tid)] = (f"/nonexistent-{tid}", int(result))
                self.assertEqual(len(expected), 22)
                calls = trace.calls("chdir")
                self.assertEqual(len(calls), len(expected))
                self.assertEqual({call["tid"]: (value(call, 0), call["result"]) for call in calls}, expected)
                child = int(said.one("child").split()[0])
                self.assertEqual({call["tid"]: call["tgid"] for call in calls},
                                 {tid: tid if tid == child else daemon.pid for tid in expected})
                self.assertEqual({event["tid"] for event in trace.of("exit")}, {daemon.pid, *expected})
                self.assertEqual(trace.completeness["still_running"], 0)
                self.whole(trace)

    def test_of_threads_that_end_at_once_one_is_the_last(self):
        script = """import os, threading
for _ in range(8):
    if not os.fork():
        for _ in range(15):
            threading.Thread(target=threading.Event().wait).start()
        os._exit(3)
    os.wait()
"""
        result = cttrace("--format", "ndjson", "-o", self.out, sys.executable, "-c", script)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        ends = self.read().of("exit")
        last = collections.Counter(event["tgid"] for event in ends if event["last_of_process"])
        self.assertEqual(last, {event["tgid"]: 1 for event in ends})
        self.assertEqual(len(last), 9)
        # It is told when all others have ended, and with what its process ended.
        for event in ends:
            others = [other for other in ends if other["tgid"] == event["tgid"]]
            self.assertEqual(event["last_of_process"], event is others[-1])
        self.assertEqual({event["exit_status"] for event in ends if event["last_of_process"]}, {0, 3})

    def test_a_daemon_is_followed_after_all_before_it_have_ended(self):
        told = self.tmp / "told"
        # exec: the shell, too, is one of those whose end the daemon waits for.
        shell = Talking(self, ["sh", "-c", 'read line; exec "$0" "$1"', program("daemon"), told])
        with self.attached(shell.pid) as tracing:
            shell.end()
            self.assertEqual(tracing.finish().returncode, 0)  # which it does when the daemon has ended
        said, trace = Facts(told.read_text()), self.read()
        call = trace.only("chdir", lambda call: value(call, 0) == "/nonexistent-daemon")
        self.assertEqual((call["tid"], call["result"]), (said.number("daemon"), said.number("chdir")))
        self.assertGreater(call["time_ns"], max(event["time_ns"] for event in trace.of("exit") if event["tid"] != call["tid"]))
        self.assertEqual(trace.completeness["still_running"], 0)
        self.whole(trace)

    def test_a_command_that_leaves_somebody_behind(self):
        gate = subprocess.Popen(["sleep", "1000"], stdin=subprocess.DEVNULL)
        self.addCleanup(gate.wait)
        self.addCleanup(gate.kill)
        result = cttrace("--format", "ndjson", "-o", self.out, "--", "sh", "-c",
                         f"tail --pid={gate.pid} -f /dev/null >/dev/null 2>&1 & exit 3")
        self.assertEqual(result.returncode, 3)
        self.assertEqual(self.read().completeness["still_running"], 1)

    def check_storm(self, trace, forkers, children):
        everybody = forkers * children
        calls = [call for call in trace.calls("pidfd_open") if call["result"] == -22]
        self.assertEqual(tell_tales(calls), collections.Counter(range(everybody)))
        self.assertEqual(len({(call["tid"], call["task_start_ns"]) for call in calls}), everybody)
        born = collections.Counter((event["child"]["tid"], event["child"]["start_ns"]) for event in trace.of("fork"))
        died = collections.Counter((event["tid"], event["task_start_ns"]) for event in trace.of("exit"))
        return born, died, {(call["tid"], call["task_start_ns"]) for call in calls}

    def test_a_storm_of_forks(self):
        forkers, children = 8, 500
        said, trace = self.trace("fork_storm", forkers, children, options=["--buffer", "64M"])
        self.assertEqual(said.number("children"), forkers * children)
        born, died, speakers = self.check_storm(trace, forkers, children)
        # Everybody was born once and died once; only the first one was there before.
        self.assertEqual(sum(born.values()), forkers * (children + 1))
        first = {(event["tid"], event["task_start_ns"]) for event in trace.of("state")}
        self.assertEqual(died, born + collections.Counter(first))
        self.assertEqual(speakers - set(born), set())
        self.assertEqual(trace.completeness["still_running"], 0)
        self.whole(trace)

    @support.only_with("ebpf", "-a follows the whole host")
    def test_a_storm_of_forks_seen_with_the_whole_host(self):
        with Tracing("--format", "ndjson", "-o", self.out, "-a", "-e", "trace=pidfd_open", "--buffer", "64M") as tracing:
            said = Facts(support.run(program("fork_storm"), 4, 250).stdout)
            self.assertEqual(tracing.finish(signal.SIGINT).returncode, -signal.SIGINT)
        trace = self.read()
        self.assertEqual(said.number("children"), 1000)
        born, died, speakers = self.check_storm(trace, 4, 250)
        self.assertEqual({born[task] for task in speakers}, {1})
        self.assertEqual({died[task] for task in speakers}, {1})

    def test_descendants_that_are_made_while_attaching(self):
        chain = Talking(self, [program("generations")])
        chain.until("link")
        with self.attached(chain.pid) as tracing:
            live_ns = boottime_ns()
            while int(chain.until("link").split()[1]) < live_ns:
                pass
            for _ in range(500):
                chain.until("link")
            said = chain.end()
            self.assertEqual(tracing.finish().returncode, 0)
        trace = self.read()
        links = [tuple(map(int, words.split())) for words in said.all("link")]
        self.assertEqual([number for number, _ in links], list(range(len(links))))
        expected = [number for number, before_ns in links if before_ns >= live_ns]
        self.assertGreater(len(expected), 500)
        shown = sorted(tell_tales(trace.calls("pidfd_open")).elements())
        # Every call since it said that it was ready, and those before from some point on: nothing missing in between.
        self.assertEqual(shown, list(range(shown[0], len(links))))
        self.assertLessEqual(shown[0], expected[0])
        self.whole(trace)

    @support.only_with("ptrace", "nobody has to be stopped")
    def test_a_kernel_thread_cannot_be_followed_by_anybody(self):
        support.require("root")
        first = pathlib.Path("/proc/2/comm")
        if not first.exists() or first.read_text() != "kthreadd\n":
            self.skipTest("there is none in this pid namespace")
        result = cttrace("-p", 2)
        self.assertEqual((result.returncode, result.stderr),
                         (1, "cttrace: cannot follow process 2: it is a kernel thread, which makes no system calls\n"))

    @support.only_with("ptrace", "nobody has to be stopped")
    def test_whoever_attaches_finds_the_one_that_is_there(self):
        """There is always just one of the chain, about to fork, in fork, or about to end."""
        chain = subprocess.Popen([program("generations")], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
        self.addCleanup(chain.communicate)
        found = [cttrace("--format", "calls", "-e", "trace=pidfd_open", "-o", self.out, "--duration", "0.05", "-p",
                         chain.pid).returncode or self.out.read_text().count("pidfd_open(") for _ in range(100)]
        self.assertGreater(min(found), 1, found)

    def test_calls_faster_than_they_can_be_shown_do_not_keep_it_from_ending(self):
        flooders = [subprocess.Popen([program("many_calls"), str(2**31)], stdout=subprocess.DEVNULL) for _ in range(2)]
        for flooder in flooders:
            self.addCleanup(flooder.wait)
            self.addCleanup(flooder.kill)
        for end in (["--duration", "0.2"], []):
            with Tracing("-o", "/dev/null", "-e", "trace=pidfd_open", *end, "-p", *(f.pid for f in flooders)) as tracing:
                result = tracing.finish(None if end else signal.SIGTERM)
                self.assertEqual(result.returncode, 0 if end else -signal.SIGTERM)
        self.assertEqual([flooder.poll() for flooder in flooders], [None, None])


if __name__ == "__main__":
    support.main()
