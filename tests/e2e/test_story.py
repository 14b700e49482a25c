"""Stories of real runtimes: a recording tells what the live run told, and every run of one container tells the same."""

import difflib
import json
import os
import re
import shlex
import subprocess
from pathlib import Path

import support
from runtimes import Bundle, bwrap, lxc_execute, rootfs
from support import cttrace, require, run

HELLO = ["/bin/echo", "hello"]
RUNS = 20
# So wide that no line is broken.
WIDE = {**os.environ, "COLUMNS": "9999"}


class Told:
    """A story without what is different each time: the order of processes that run side by side, numbers and times."""

    def __init__(self, text, objects):
        self.names = {}
        for each in objects:
            for stage in each["set_up"]["stages"]:
                self.names.setdefault(str(stage["task"]["tid"]), f"<pid {len(self.names)}>")
        for each in objects:
            for namespace in each["set_up"]["namespaces"]:
                if namespace["how"] != "inherited":
                    self.names.setdefault(str(namespace["inode"]), f"<{namespace['type']}>")
        # By process: what it did, in its order, with the phase of each.
        self.by_process, self.rest, phase = {}, [], ""
        for line in text.splitlines():
            step = re.match(r" *\+[\d.]+ m?s  (.{11})  (.*)", line)
            if step is None:
                # How much was captured, who still ran when the first process had ended, and what others did, differs.
                if not line.startswith(("cttrace: ebpf ", "cttrace: ptrace ", "cttrace: mounts here were also changed ")):
                    self.rest.append(self.plain(line))
                continue
            phase = step[1].strip() or phase
            said = self.plain(step[2])
            who, did = said.split(": ", 1) if re.match(r"\S+ <pid \d+>: ", said) else ("", said)
            self.by_process.setdefault(who, []).append((phase, did))

    def plain(self, line):
        line = re.sub(r" \(\d+\.\d+ m?s\)$", "", line)
        # Go makes as many threads as it happens to need: so many more calls.
        line = re.sub(r"\d+\.\d+ m?s|live from \S+|\d+ (events|calls)", "<some>", line)
        return re.sub(r"\d+", lambda number: self.names.get(number[0], number[0]), line)


class Story(support.Case):
    def setUp(self):
        super().setUp()
        require("root", "tracing")
        self.maxDiff = None

    def told(self, *command, **options):
        story, record = self.tmp / "story", self.tmp / "record.ctt"
        live = cttrace("--format", "story", "-o", story, "--record", record, *command, env=WIDE, **options)
        self.assertEqual((live.returncode, live.stderr), (0, ""))
        text = story.read_text()
        lines = cttrace("show", "--format", "ndjson", record).stdout.splitlines()
        objects = [each for each in map(json.loads, lines) if each["type"] == "container"]
        self.assertEqual([each["set_up"]["ending"] for each in objects], ["handed_over"])
        return Told(text, objects)

    def assert_replayed(self):
        shown = cttrace("show", "--format", "story", self.tmp / "record.ctt", env=WIDE)
        self.assertEqual((shown.returncode, shown.stderr), (0, ""))
        self.assertEqual(shown.stdout, (self.tmp / "story").read_text())

    def check_runs(self, *command, **options):
        first = self.told(*command, **options)
        self.assert_replayed()
        self.assertGreater(sum(len(steps) for steps in first.by_process.values()), 10)
        for run in range(1, RUNS):
            again = self.told(*command, **options)
            with self.subTest(run=run):
                self.assertEqual(again.by_process.keys(), first.by_process.keys())
                for who, steps in first.by_process.items():
                    self.assert_same(again.by_process[who], steps)
                self.assert_same(again.rest, first.rest)

    def assert_same(self, lines, expected):
        if lines != expected:
            self.fail("\n".join(difflib.unified_diff(list(map(str, expected)), list(map(str, lines)), n=0, lineterm="")))

    def test_no_container(self):
        """It is said how many programs there were, and which of them ended with an error."""
        out = self.tmp / "story"
        by = ", by itself" if support.BACKEND == "ebpf" else ""
        for script, said in (("exit 0", ""), ("exit 3", r"dash \d+ exited with 3: what it has printed or logged may say why\.\n"),
                             ("kill -9 $$", rf"dash \d+ killed by SIGKILL{by}\.\n")):
            cttrace("-q", "--format", "story", "-o", out, "--", "dash", "-c", script)
            self.assertRegex(out.read_text(), r"^No container was set up: 1 program began, \d+ calls? traced\. "
                             rf"--format calls shows them\.\n{said}$")

    def test_what_fails_before_anything_is_set_up(self):
        """The call is told of the program that it ended, and not of the shell around it."""
        out = self.tmp / "story"
        cttrace("-q", "--format", "story", "-o", out, "--", "setpriv", "--reuid", "4242", "--clear-groups", "dash", "-c",
                "unshare -m true; exit 3")
        self.assertRegex(out.read_text(), r"^unshare \d+ set up nothing   unshare -m true   exited with 1 after \S+ ms\n"
                         r" +\+\S+ ms  namespaces   new mnt: failed: EPERM \(Operation not permitted: no CAP_SYS_ADMIN, and no user namespace is made with them\)\n"
                         r" +\+\S+ ms  says         unshare: unshare failed: Operation not permitted\n\n"
                         r"No container was set up: 3 programs began, \d+ calls traced\. --format calls shows them\.\n$")

    def test_an_id_map_that_is_refused(self):
        """What has made the namespaces is killed by who made it, before it did more."""
        require("newuidmap")
        # The ids of nobody on the host.
        refused = "".join(f"lxc.idmap = {which} 0 4000000000 10\n" for which in "ug")
        command = lxc_execute(self, rootfs(self.tmp / "rootfs"), "/bin/true", more=refused)
        self.assertNotEqual(run(*command).returncode, 0)
        story = cttrace("-q", "--format", "story", *command, env=WIDE).stderr
        self.assertRegex(story, r"(?m)^container \S+ \(lxc-execute\) .* NOT STARTED")
        self.assertRegex(story, r"new user \d+, mnt \d+, pid \d+")
        self.assertRegex(story, r"says +(newuidmap|lxc-execute) \d+: .*not allowed")
        self.assertNotRegex(story, "(?m)^cgroup")

    def test_what_is_done_to_a_container_later(self):
        """It is told of one that was set up before, too; the kernel's own file says the same."""
        bundle = Bundle(self, args=["/bin/sleep", "99"])
        run(*bundle.runc("create", bundle.id), cwd=bundle.path, check=True,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        update = bundle.runc("update", "--pids-limit", "77", bundle.id)
        told = cttrace("-q", "--format", "story", *update, env=WIDE)
        self.assertEqual(told.returncode, 0)
        heading, step = told.stderr.splitlines()
        self.assertRegex(heading, rf"^cgroup {bundle.id}   runc \d+: "
                         + re.escape(shlex.join(update)) + "$")
        self.assertRegex(step, r"^ +\+\d+\.\d ms  cgroup       pids\.max = 77( \(\S+ ms\))?$")
        self.assertEqual(Path(f"/sys/fs/cgroup/pids/{bundle.id}/pids.max").read_text(), "77\n")

    def test_a_hook_that_fails_behind_its_container(self):
        bundle = Bundle(self, args=["/bin/true"])
        bundle.config["hooks"] = {"poststop": [{"path": "/bin/sh", "args": ["sh", "-c", "echo no such device >&2; exit 3"]}]}
        bundle.write()
        story = cttrace("-q", "--format", "story", "-o", self.tmp / "story", *bundle.runc("run", bundle.id), cwd=bundle.path,
                        env=WIDE)
        self.assertEqual(story.returncode, 0, story.stderr)
        told = (self.tmp / "story").read_text()
        self.assertRegex(told, rf"(?m)^container {bundle.id}   exited with 0 after")
        self.assertRegex(told, rf"\ncontainer {bundle.id}   after [\d.]+ m?s \w+ \d+: sh -c 'echo no such device >&2; exit 3'\n"
                         r" +\+\S+ ms  says         \w+ \d+: no such device\n"
                         r" +\+\S+ ms  ended        \w+ \d+ exited with 3\n")

    def test_what_goes_on_beside_a_hand_over(self):
        """A runtime that began before the program did, and does what it is for when that runs."""
        bundle = Bundle(self, args=["/bin/sleep", "99"])
        update = shlex.join(map(str, bundle.runc("update", "--resources", "-", bundle.id)))
        create = shlex.join(map(str, bundle.runc("create", "--pid-file", "pid", bundle.id)))
        script = f"""{create} </dev/null >/dev/null 2>&1
            is() {{ read -r name </proc/$1/comm && [ "$name" = $2 ]; }}
            mkfifo resources; exec 3<>resources
            {update} <&3 & update=$!
            until is $update runc; do :; done
            {shlex.join(map(str, bundle.runc("start", bundle.id)))}
            until is $(cat pid) sleep; do :; done
            echo '{{"pids": {{"limit": 77}}}}' >&3; wait $update"""
        traced = cttrace("-q", "--format", "story", "-o", self.tmp / "story", "dash", "-c", script, cwd=bundle.path, env=WIDE)
        self.assertEqual(traced.returncode, 0, traced.stderr)
        told = (self.tmp / "story").read_text()
        self.assertRegex(told, rf"\ncontainer {bundle.id}   after [\d.]+ m?s runc \d+: {re.escape(update)}\n"
                         r" +\+\S+ ms  cgroup       pids\.max = 77( \(\S+ ms\))?\n")

    def test_twenty_runs_of_runc(self):
        bundle = Bundle(self, args=HELLO)
        self.check_runs(*bundle.runc("run", bundle.id), cwd=bundle.path)

    def test_twenty_runs_of_bubblewrap(self):
        require("userns")
        self.tmp.chmod(0o755)
        self.check_runs(*bwrap(rootfs(self.tmp / "rootfs"), *HELLO))


if __name__ == "__main__":
    support.main()
