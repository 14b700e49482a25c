"""Hard to read: strings that are not there yet, or not any more, or long; calls of 32-bit programs, denied calls, calls
that never return, and calls whose thread becomes another one in the middle."""

import base64
import errno
import os
import signal

import support
from support import Tracing, cttrace, only_with
from traced import Case, Facts, Talking, Trace, flags, program, raw, tell_tales, value


def strings(call):
    return [value(call, i) for i in (0, 1, 2, 4)]


class Memory(Case):
    def test_strings_in_absent_pages(self):
        said, trace = self.trace("absent_pages", self.dir)
        target = said.one("target")
        for name in ("never-touched", "dropped"):
            result, resident = said.numbers(name)
            self.assertEqual(resident, 0, "the test proves nothing: the strings were there")
            call = trace.only("mount", lambda call: value(call, 0) == name)
            self.assertEqual(call["result"], result)
            self.assertEqual(strings(call), [name, target, "tmpfs", "mode=711,size=64k"])
            self.assertEqual(flags(call, 3), (["MS_NOSUID"], 0))
            self.assertEqual(call["args"][1]["resolved"], target)
            self.assertFalse([arg for arg in call["args"] if arg.get("changed")])
        self.whole(trace)

    def test_a_thread_that_changes_strings_during_the_call(self):
        record = self.tmp / "recording"
        said, trace = self.trace("changed_during", self.dir, options=["--record", record])
        before, after = said.one("before"), said.one("after")
        # What the kernel took is a mixture, so both have to be told.
        self.assertEqual(said.one("table").split()[:2], ["source-before", after])
        call = trace.only("mount", lambda call: value(call, 2) == "tmpfs")
        self.assertEqual(call["result"], said.number("mount"))
        self.assertEqual(strings(call), ["source-before", before, "tmpfs", "size=64k"])
        self.assertEqual([arg.get("changed") for arg in call["args"]], ["source-after", after, None, None, None])
        text = cttrace("show", "-e", "mount", record).stdout
        self.assertIn('mount("source-before" /* changed during the call: "source-after" */, ', text)
        self.assertIn(f'"{before}" /* changed during the call: "{after}" */, "tmpfs", MS_NODEV, "size=64k")', text)

    def test_the_longest_strings(self):
        record = self.tmp / "recording"
        said, trace = self.trace("long_strings", self.dir, options=["--record", record])
        path, data, longer = said.one("path"), said.one("data"), said.one("longer")
        self.assertEqual([len(path), len(data), len(longer)], [4095, 4095, 4096])
        call = trace.only("mount", lambda call: value(call, 0) == "long-path")
        self.assertEqual((value(call, 1), call["args"][1]["reading"], call["result"]), (path, "ok", 0))
        call = trace.only("mount", lambda call: value(call, 0) == "overlay")
        self.assertEqual((value(call, 4), call["args"][4]["reading"], call["result"]), (data, "ok", said.number("data_mount")))
        # Longer than any path: what is told is its beginning, and this is counted, once.
        call = trace.only("mount", lambda call: value(call, 0) == "too-long")
        self.assertEqual((value(call, 1), call["args"][1]["reading"]), ({"text": longer[:4095], "cut": True}, "truncated"))
        self.assertEqual((call["result"], call["error"]["name"]), (-errno.ENAMETOOLONG, "ENAMETOOLONG"))
        self.assertEqual(trace.missing, {"truncated": 1})
        self.assertEqual(trace.completeness["truncated"], 1)
        text = cttrace("show", "-e", "mount", record).stdout
        self.assertIn(f'mount("long-path", "{path}", "tmpfs", 0, NULL) = 0\n', text)
        merged = f"{self.dir}/long-target/merged"
        self.assertIn(f'mount("overlay", "merged" /* {merged} */, "overlay", 0, "{data}") = 0\n', text)

    def test_the_size_of_clone_args_is_the_callers(self):
        said, trace = self.trace("clone_sizes")
        tales = tell_tales(trace.calls("pidfd_open"))
        for name in ("v0", "v1", "v2", "newer", "set_tid"):
            size, child = said.numbers(name)
            call = trace.only("clone3", lambda call: call["result"] == child)
            self.assertEqual(raw(call, 1), size)
            self.assertEqual(value(call, 0)["exit_signal"]["number"], signal.SIGCHLD)
            # As much of the struct as was given, and nothing from behind it.
            self.assertEqual("cgroup" in value(call, 0), size >= 88)
            self.assertEqual("set_tid" in value(call, 0), size >= 80)
            made = [fork for fork in trace.of("fork") if fork["child"]["tid"] == child]
            self.assertEqual(len(made), 1)
            calls = [c for c in trace.calls("pidfd_open", tid=child) if raw(c, 1) == 0x10000000 + size]
            self.assertEqual(len(calls), 1)
        self.assertEqual(tales[96], 1)
        self.assertEqual(tales[80], 2)
        for name in ("small", "large"):
            size, result = said.numbers(name)
            self.assertEqual(trace.only("clone3", lambda call: raw(call, 1) == size)["result"], result)
        call = trace.only("clone3", lambda call: call["result"] == said.numbers("unknown")[1] and raw(call, 1) == 96)
        self.assertEqual(call["args"][0]["unknown_bytes"],
                         {"offset": 88, "base64": base64.b64encode((0xabcdef).to_bytes(8, "little")).decode()})
        call = trace.only("clone3", lambda call: call["result"] == said.numbers("pidfd")[1])
        self.assertEqual(sorted(value(call, 0)["flags"]["names"]), ["CLONE_NEWUTS", "CLONE_PIDFD"])

    def test_clone_into_a_cgroup(self):
        group = f"cttrace-test-{os.getpid()}"
        support.require("unshare")
        result = cttrace("--format", "ndjson", "-o", self.out, "--", "unshare", "--mount", "sh", "-c",
                         'mount -t cgroup2 none "$0" && mkdir "$0/$2" && "$1" "$0/$2"; status=$?; rmdir "$0/$2"; exit $status',
                         self.dir, program("clone_sizes"), group)
        self.assertEqual(result.returncode, 0, result.stderr)
        said, trace = Facts(result.stdout), Trace(self.out.read_text())
        size, child = said.numbers("into_cgroup")
        call = trace.only("clone3", lambda call: call["result"] == child)
        self.assertEqual(value(call, 0)["flags"], {"names": ["CLONE_INTO_CGROUP"], "rest": "0x0"})
        self.assertEqual((raw(call, 1), value(call, 0)["cgroup"]), (size, said.number("cgroup")))
        # As the one who made it, but for the one that was made into another group.
        born = {event["child"]["tid"]: event["child"].get("cgroup") for event in trace.of("fork")}
        self.assertEqual([path for path in born.values() if path], ["/" + group])
        self.assertEqual(born[child], "/" + group)


class Calls(Case):
    @support.requires("i386")
    def test_calls_of_the_32_bit_table(self):
        said, trace = self.trace("i386_calls", self.dir)
        target = said.one("target")
        self.assertEqual(said.one("mode"), "711", "the call did not do what it says")
        *calls, execve = trace.calls(abi="i386")
        self.assertEqual((execve["name"], execve["number"], execve["result"]), ("execve", 11, 0))
        self.assertEqual([value(execve, i) for i in range(3)], ["/proc/self/exe", ["/proc/self/exe", "again"], {"count": 1}])
        numbers = {"mount": 21, "umount": 22, "umount2": 52, "setgroups": 206, "unshare": 310, "chdir": 12}
        self.assertEqual([(call["name"], call["number"]) for call in calls], list(numbers.items()))
        self.assertEqual([call["result"] for call in calls], [
            said.number(name) for name in ("mount", "umount", "umount2", "setgroups32", "unshare", "chdir")])
        mount, umount, umount2, setgroups, unshare, chdir = calls
        self.assertEqual(strings(mount), ["i386-source", target, "tmpfs", "size=64k,mode=711"])
        self.assertEqual(flags(mount, 3), (["MS_NODEV", "MS_NOSUID"], 0))
        self.assertEqual(value(umount, 0), target)
        self.assertEqual((value(umount2, 0), flags(umount2, 1)), ("/nonexistent/i386", (["MNT_DETACH"], 0)))
        self.assertEqual(value(setgroups, 1), [7, 70000])
        self.assertEqual(flags(unshare, 0), (["CLONE_NEWUTS"], 0))
        self.assertEqual((value(chdir, 0), chdir["error"]["name"]), ("/nonexistent/i386", "ENOENT"))
        self.whole(trace)

    def test_calls_that_seccomp_denies(self):
        record = self.tmp / "recording"
        said, trace = self.trace("seccomp_denied", self.dir, options=["--record", record])
        denied = trace.calls(outcome="denied_by_seccomp")
        self.assertEqual([(call["name"], call["result"]) for call in denied],
                         [("mount", said.number("mount")), ("chroot", said.number("chroot"))])
        self.assertEqual(strings(denied[0]), ["denied-source", str(self.dir), "tmpfs", "size=64k"])
        self.assertEqual(value(denied[1], 0), "/nonexistent-denied")
        self.assertEqual(denied[0]["args"][1]["resolved"], str(self.dir))
        allowed = trace.only("chdir", lambda call: value(call, 0) == "/nonexistent-allowed")
        self.assertEqual((allowed["outcome"], allowed["result"]), ("returned", said.number("allowed")))
        self.assertEqual([fork["child"]["tid"] for fork in trace.of("fork")], [said.number("child")])
        lines = [line for line in cttrace("show", record).stdout.splitlines() if "denied by seccomp" in line]
        self.assertEqual([line.partition("(")[0] for line in lines], ["mount", "chroot"])
        self.whole(trace)

    def test_calls_for_which_seccomp_sends_a_signal(self):
        record = self.tmp / "recording"
        said, trace = self.trace("seccomp_kill", options=["--record", record])
        child, status = said.numbers("status")
        self.assertEqual((said.all("trapped"), said.all("survived"), status), (["1"], [], signal.SIGSYS))
        calls = trace.calls(outcome="sigsys_by_seccomp")
        self.assertEqual([(call["name"], call["tid"], call["result"], call["error"]) for call in calls],
                         [("mount", child, None, None), ("chroot", child, None, None)])
        self.assertEqual(value(calls[1], 0), "/nonexistent-killed")
        self.assertEqual([event["signal"]["number"] for event in trace.of("exit") if event["tid"] == child], [signal.SIGSYS])
        shown = cttrace("show", "-Z", "-e", "chroot", record).stdout
        self.assertRegex(shown, r'chroot\("/nonexistent-killed"\) += \? \(denied by seccomp: SIGSYS\)\n')

    def test_a_call_whose_task_is_killed_in_it(self):
        said, trace = self.trace("interrupted", "kill")
        parent, child = said.numbers("vfork")
        self.assertEqual((said.number("gone"), said.number("status")), (parent, signal.SIGKILL))
        # The kernel ends the wait and the call with its result, though nobody is there any more to whom it returns.
        call = trace.only("vfork")
        if support.BACKEND == "ptrace":  # who is being killed does not stop any more
            self.assertEqual((call["tid"], call["outcome"]), (parent, "did_not_return"))
            return
        self.assertEqual((call["tid"], call["outcome"], call["result"]), (parent, "returned", child))
        exits = {event["tid"]: event for event in trace.of("exit")}
        self.assertEqual((exits[parent]["signal"]["number"], exits[child]["exit_status"]), (signal.SIGKILL, 0))
        self.assertLess(call["time_ns"] + call["duration_ns"], exits[parent]["time_ns"])
        self.assertEqual(trace.completeness["did_not_return"], 0)
        self.whole(trace)

    def test_a_call_that_outlives_the_trace(self):
        shell = Talking(self, ["sh", "-c", 'read line; exec "$0" wait', program("interrupted")])
        with Tracing("--format", "ndjson", "-o", self.out, "-p", shell.pid) as tracing:
            shell.process.stdin.write("\n")
            shell.process.stdin.flush()
            parent = int(shell.until("vfork").split()[0])
            self.assertEqual(tracing.finish(signal.SIGINT).returncode, -signal.SIGINT)
        trace = Trace(self.out.read_text())
        call = trace.only("vfork")
        self.assertEqual((call["tid"], call["outcome"], call["result"]), (parent, "did_not_return", None))
        # The first one, the one in the call, and the one that it waits for.
        self.assertEqual(trace.completeness["still_running"], 3)
        self.assertEqual(shell.end().number("status"), 0)

    def test_exec_by_a_thread_that_is_not_the_leader(self):
        said, trace = self.trace("thread_exec")
        process, thread = said.numbers("thread")
        self.assertEqual(said.numbers("again"), [process, process])
        self.assertNotEqual(process, thread)
        call = trace.only("execve", lambda call: value(call, 0) == "/proc/self/exe")
        self.assertEqual((call["outcome"], call["result"], value(call, 1)[1:]), ("returned", 0, ["again"]))
        event = trace.of("exec")[-1]
        self.assertEqual((event["tid"], event["tgid"], event["old_tid"]), (process, process, thread))
        after = trace.only("chdir", lambda call: value(call, 0) == "/nonexistent-after-exec")
        self.assertEqual((after["tid"], after["result"]), (process, said.number("after")))
        self.assertEqual(trace.calls(outcome="did_not_return"), [])
        self.assertEqual(trace.completeness["still_running"], 0)
        self.whole(trace)


class Verifier(Case):
    @only_with("ebpf", "nothing is loaded")
    def test_it_has_little_to_go_through(self):
        """It follows every way through a program. Where each turn of a loop has two, that is most of the time until the
        hooks are live; and it gives up after a million instructions, of which another kernel counts more."""
        said, trace = self.trace("verified")
        self.whole(trace)
        for name in ("sys_enter", "sys_exit", "process_fork", "process_exec", "process_exit", "cgroup_attach", "signal_sent",
                     "find_tasks", "meet_strangers"):
            with self.subTest(name):
                self.assertIn(max(map(int, said.all(name))), range(1, 60_000))


if __name__ == "__main__":
    support.main()
