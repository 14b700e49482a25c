"""Who sent the signal that ended a process, and whether memory ran out: as the processes themselves and the kernel say."""

import json
import os
import re
import shlex
import sys

import killers
import support
from runtimes import CGROUPS, Bundle, remove_cgroups, unique
from support import BACKEND, cttrace, require
from traced import Case

LIMIT = 32 << 20
# So wide that no line is broken.
WIDE = {**os.environ, "COLUMNS": "9999"}
TOLD = BACKEND == "ebpf"


def memory_group(name):
    """Its folder in the hierarchy that limits memory."""
    v1 = CGROUPS / "memory"
    return (v1 if v1.is_dir() else CGROUPS) / name


def oom_kills(group):
    """How often, as the kernel counts it, its OOM killer chose a process of the cgroup."""
    counts = group / "memory.events"
    counts = counts if counts.exists() else group / "memory.oom_control"
    return int(dict(line.split() for line in counts.read_text().splitlines())["oom_kill"])


class Programs(Case):
    def setUp(self):
        super().setUp()
        require("root")
        self.maxDiff = None

    def test_as_they_say(self):
        said, trace = self.trace("killers")
        self.assertGreater(len(said.lines), 15)
        killers.check(self, said, trace)
        self.whole(trace)

    def test_out_of_memory(self):
        name = unique(self)
        group = memory_group(name)
        group.mkdir()
        self.addCleanup(remove_cgroups, name)
        v1 = group / "memory.limit_in_bytes"
        (v1 if v1.exists() else group / "memory.max").write_text(str(LIMIT))
        said, trace = self.trace("killers", "oom", group)
        self.assertEqual((said.number("oom_kill"), oom_kills(group)), (1, 1))
        killers.check(self, said, trace)

    def test_names_that_are_not_for_terminals(self):
        killer = (f"import ctypes, os; ctypes.CDLL(None).prctl(15, {killers.HOSTILE!r}, 0, 0, 0); "
                  "os.kill(os.getppid(), 9)")
        command = ["sh", "-c", f"{shlex.join([sys.executable, '-c', killer])}; sleep 99"]
        told = cttrace("-q", "--format", "story", "--", *command, env=WIDE)
        by = r', by \\x1b\[31m\\x0a\\x9b\\xff" \d+' if TOLD else ""
        self.assertRegex(told.stderr, rf"\n\S+ \d+ killed by SIGKILL{by}\.\n\Z")


class Containers(support.Case):
    def setUp(self):
        super().setUp()
        require("root", "tracing", "runc")
        self.maxDiff = None

    def trace(self, bundle, *command):
        """Traces a container that is left alone, and then this command, until the container has ended. Returns the story,
        and its objects by kind."""
        story, record, pid = self.tmp / "story", self.tmp / "record.ctt", self.tmp / "pid"
        run = bundle.runc("run", "--detach", "--pid-file", pid, bundle.id)
        script = "; ".join(f"{shlex.join(map(str, each))} </dev/null >/dev/null 2>&1" for each in [run, command] if each)
        script += f"; exec tail -s 0.01 --pid $(cat {pid}) -f /dev/null"
        traced = cttrace("-q", "--format", "story", "-o", story, "--record", record, "sh", "-c", script, cwd=bundle.path,
                         env=WIDE)
        self.assertEqual((traced.returncode, traced.stderr), (0, ""))
        shown = cttrace("show", "--format", "ndjson", record)
        self.assertEqual((shown.returncode, shown.stderr), (0, ""))
        objects = {}
        for each in map(json.loads, shown.stdout.splitlines()):
            support.validate(each, "ndjson")
            objects.setdefault(each["type"], []).append(each)
        return story.read_text(), objects

    def assert_end(self, bundle, traced, by, killed_by):
        story, objects = traced
        self.assertRegex(story, rf"(?m)^container {bundle.id}   killed by SIGKILL after [\d.]+ m?s{by if TOLD else ''}$")
        [end] = objects["container_end"]
        self.assertEqual(end.get("killed_by"), killed_by if TOLD else None)
        [program] = [each["set_up"]["program"]["tid"] for each in objects["container"]]
        [exit] = [each for each in objects["exit"] if each["tid"] == program]
        self.assertEqual(exit.get("killed_by"), killed_by if TOLD else None)

    def test_by_another_process_of_the_container(self):
        bundle = Bundle(self, args=["/bin/sh", "-c", "sleep 99 & kill -9 $!; wait $!"])
        _, objects = self.trace(bundle)
        [program] = [each["set_up"]["program"]["tid"] for each in objects["container"]]
        [killed] = [each for each in objects["exit"] if each["last_of_process"] and each["signal"]]
        self.assertEqual(killed.get("killed_by"), {"kind": "process", "pid": program, "comm": "sh"} if TOLD else None)

    def test_by_its_runtime(self):
        bundle = Bundle(self, args=["/bin/sleep", "99"])
        traced = self.trace(bundle, *bundle.runc("kill", bundle.id, "KILL"))
        story, objects = traced
        # The program that was executed to kill.
        [call] = [each for each in objects["call"] if each["name"] == "execve" and each["result"] == 0
                  and "kill" in each["args"][1]["value"]]
        self.assert_end(bundle, traced, f", by runc {call['tgid']}", {"kind": "process", "pid": call["tgid"], "comm": "runc"})

    def kill_runtime(self, until):
        """Traces a shell that has runc run a container, and kills it when `until` says so. Returns the bundle, the story and
        who it was that killed whom."""
        bundle = Bundle(self, args=["/bin/sh", "-c", "echo up; exec sleep 99"])
        command = shlex.join(map(str, bundle.runc("run", bundle.id)))
        script = f"""{command} </dev/null >out 2>&1 & runtime=$!
            until {until}; do :; done
            kill -9 $runtime; wait $runtime
            {shlex.join(map(str, bundle.runc("kill", bundle.id, "KILL")))} 2>/dev/null
            echo $$ $runtime"""
        traced = cttrace("-q", "--format", "story", "-o", self.tmp / "story", "dash", "-c", script, cwd=bundle.path, env=WIDE)
        self.assertEqual(traced.returncode, 0, traced.stderr)
        shell, runtime = traced.stdout.split()
        return bundle, (self.tmp / "story").read_text(), f", by dash {shell}" if TOLD else "", runtime

    def test_a_runtime_whose_container_runs(self):
        bundle, story, by, runtime = self.kill_runtime("grep -q up out")
        self.assertRegex(story, rf"\ncontainer {bundle.id}   after [\d.]+ m?s runc {runtime}: .*\n"
                         rf" +\+\S+ ms  ended        runc {runtime} killed by SIGKILL{by}\n")

    def test_a_runtime_that_has_made_nothing(self):
        _, story, by, runtime = self.kill_runtime('{ read -r name </proc/$runtime/comm; [ "$name" = runc ]; }')
        self.assertRegex(story, rf"(?m)^runc {runtime} set up nothing   .*   killed by SIGKILL after [\d.]+ m?s{by}$")

    def test_out_of_memory(self):
        bundle = Bundle(self, args=["/bin/sh", "-c", "x=aaaaaaaaaaaaaaaa; while :; do x=$x$x; done"])
        bundle.config["linux"]["resources"]["memory"] = {"limit": LIMIT}
        bundle.write()
        traced = self.trace(bundle)
        self.assertEqual(oom_kills(memory_group(bundle.id)), 1)
        self.assert_end(bundle, traced, ", by the kernel: out of memory", {"kind": "out_of_memory"})

    def test_out_of_memory_where_the_first_process_goes_on(self):
        bundle = Bundle(self, args=["/bin/sh", "-c", "(x=aaaaaaaaaaaaaaaa; while :; do x=$x$x; done); exit $?"])
        bundle.config["linux"]["resources"]["memory"] = {"limit": LIMIT}
        bundle.write()
        story, objects = self.trace(bundle)
        self.assertEqual(oom_kills(memory_group(bundle.id)), 1)
        self.assertRegex(story, rf"(?m)^container {bundle.id}   exited with 137 after [\d.]+ m?s$")
        [end] = objects["container_end"]
        chosen = [(each["program"], each["killed_by"]) for each in end.get("out_of_memory", [])]
        self.assertEqual(chosen, [("busybox", {"kind": "out_of_memory"})] if TOLD else [])
        words = re.findall(r"  killed       (\S+) \d+ killed by SIGKILL, by the kernel: out of memory\n", story)
        self.assertEqual(words, ["busybox"] if TOLD else [])

    def test_with_the_first_process_of_its_pid_namespace(self):
        bundle = Bundle(self, args=["/bin/sh", "-c", "sleep 99 & exit 3"])
        _, objects = self.trace(bundle)
        [program] = [each["set_up"]["program"]["tid"] for each in objects["container"]]
        [killed] = [each for each in objects["exit"] if each["last_of_process"] and each["signal"]]
        self.assertEqual(killed.get("killed_by"), {"kind": "pid_namespace", "pid": program, "comm": "sh"} if TOLD else None)


if __name__ == "__main__":
    support.main()
