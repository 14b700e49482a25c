"""--at and --trees of a real container: what they show is what the container's program, and the trace, say of that moment."""

import json
import re
import signal
import subprocess

import runtimes
import support
from captured import Captured
from runtimes import WITNESS_COMMAND, Witness
from support import Tracing, cttrace, require, validate


class Recorded(support.Case):
    """A container of runc's, recorded."""

    def setUp(self):
        super().setUp()
        require("root", "tracing", "runc")
        self.record = self.tmp / "record.ctt"
        self.bundle = runtimes.Bundle(self)
        result = cttrace("--format", "ndjson", "-o", self.tmp / "out", "--record", self.record,
                         *self.bundle.runc("run", self.bundle.id), cwd=self.bundle.path)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.witness = Witness(result.stdout)
        self.captured = Captured((self.tmp / "out").read_text())
        self.program = self.captured.program(WITNESS_COMMAND)


class At(Recorded):
    def show(self, at, *options, format="ndjson"):
        result = cttrace("show", "--format", format, "--at", at, *options, self.record)
        self.assertEqual((result.returncode, result.stderr), (0, ""), at)
        return result.stdout

    def moment(self, at):
        lines = [json.loads(line) for line in self.show(at).splitlines()]
        for line in lines:
            validate(line, "ndjson")
        self.assertEqual([line["type"] for line in lines], ["header", "moment", "completeness"])
        return lines[1]

    def one(self, at):
        """The one container that there is, in the midst of this trace."""
        moment = self.moment(at)
        self.assertEqual(len(moment["containers"]), 1, moment)
        self.assertEqual(moment["containers"][0]["name"], self.bundle.id)
        self.assertEqual(moment["containers"][0]["runtime"], "runc")
        return moment["containers"][0]

    def test_from_its_execve_on_it_is_what_the_program_says(self):
        then = self.one(self.program["event"])
        self.assertEqual(then["stage"], "runs")
        state = then["state"]
        self.assertEqual(state["event"], self.program["event"])
        self.assertEqual(state["pids"][-1], self.witness.pid)
        self.assertEqual({kind: ns["inode"] for kind, ns in state["namespaces"].items()}, self.witness.namespaces)
        self.assertEqual(sorted(mount["path"] for mount in state["mounts"] if mount["path"]),
                         sorted(self.witness.mount_points))

    def test_around_a_call(self):
        """The state before it and after it."""
        [named] = self.captured.calls("sethostname", ok=True)
        before, after = self.one(named["event"] - 1), self.one(named["event"])
        self.assertEqual((before["stage"], after["stage"]), ("setting_up", "setting_up"))
        self.assertNotEqual(before["state"]["hostname"], self.bundle.config["hostname"])
        self.assertEqual(after["state"]["hostname"], self.bundle.config["hostname"])
        [pivot] = self.captured.calls("pivot_root", ok=True)
        before, after = self.one(pivot["event"] - 1), self.one(pivot["event"])
        self.assertEqual(before["state"]["tid"], pivot["tid"])
        # On the root is the container's file system only afterwards, and what was there is on it.
        self.assertEqual(before["state"]["root"]["path"], "/")
        inside = {mount["path"] for mount in after["state"]["mounts"]}
        self.assertLessEqual({"/proc", "/dev", "/sys"}, inside)
        self.assertIn(f"{self.bundle.rootfs}/proc", {mount["path"] for mount in before["state"]["mounts"]})

    def test_a_time_is_the_event_that_began_then(self):
        [named] = self.captured.calls("sethostname", ok=True)
        since = named["time_ns"] - self.captured.header["start_ns"]
        begun = max(event["event"] for event in self.captured.events
                    if "event" in event and event.get("time_ns", named["time_ns"] + 1) <= named["time_ns"])
        for at in (f"+{since}ns", f"{since / 1e3:.3f}us", f"{since // 10**9}.{since % 10**9:09}s"):
            moment = self.moment(at)
            self.assertEqual((moment["event"], moment["since_start_ns"]), (begun, since), at)
        self.assertEqual(self.moment(f"{since - 1}ns")["event"] < begun, True)

    def test_a_time_as_it_was_printed(self):
        [named] = self.captured.calls("sethostname", ok=True)
        for option in ("-t", "-tt", "-ttt"):
            lines = cttrace("show", "--format", "calls", option, "-e", "sethostname", self.record, env={"TZ": "UTC-3", "PATH": "/bin"}).stdout
            [line] = [line for line in lines.splitlines() if "sethostname(" in line]
            stamp = line.partition("sethostname")[0].split()[-1]
            result = cttrace("show", "--format", "ndjson", "--at", stamp, self.record, env={"TZ": "UTC-3", "PATH": "/bin"})
            self.assertEqual(result.returncode, 0, result.stderr)
            self.assertGreaterEqual(json.loads(result.stdout.splitlines()[1])["event"], named["event"], option)

    def test_live_is_as_recorded(self):
        out, record = self.tmp / "live", self.tmp / "live.ctt"
        result = cttrace("--format", "ndjson", "--at", "60", "-o", out, "--record", record, "unshare", "-mpf", "sh", "-c",
                         "for i in 1 2 3 4 5 6 7 8 9; do mount -t tmpfs x /mnt; umount /mnt; done")
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        shown = cttrace("show", "--format", "ndjson", "--at", "60", record)
        self.assertEqual((shown.returncode, shown.stdout), (0, out.read_text()))
        moment = json.loads(out.read_text().splitlines()[1])
        self.assertEqual((moment["event"], len(moment["containers"])), (60, 1))

    def test_text_in_any_width(self):
        [pivot] = self.captured.calls("pivot_root", ok=True)
        for columns in (80, 160):
            for color in ("never", "always"):
                text = cttrace("show", "--format", "story", "--at", pivot["event"], "--color", color, self.record,
                               env={"COLUMNS": str(columns), "PATH": "/bin"}).stdout
                plain = text if color == "never" else re.sub(r"\x1b\[[0-9;]*m", "", text)
                self.assertEqual("\x1b" in text, color == "always")
                first, _, rest = plain.partition("\n")
                self.assertTrue(first.startswith(f"event {pivot['event']}   +"), first)
                self.assertIn(f"container {self.bundle.id} (runc", rest)
                self.assertIn(f"being set up, as process {pivot['tid']} sees it", " ".join(rest.split()))
                tree = [line for line in plain.splitlines() if "|- " in line or "`- " in line]
                self.assertTrue(tree)
                for line in tree:
                    self.assertLessEqual(len(line), columns)

    def test_json_document(self):
        document = json.loads(self.show(self.program["event"], format="json"))
        validate(document, "trace")
        self.assertEqual([event["type"] for event in document["events"]], ["moment"])

    def test_after_the_end(self):
        last = self.captured.completeness["events"] + 1
        for at, why in [(str(last), "the trace ends before that"), ("3600s", "the trace ends before that")]:
            result = cttrace("show", "--format", "ndjson", "--at", at, self.record)
            self.assertEqual((result.returncode, result.stdout), (2, ""), result.stderr)
            self.assertRegex(result.stderr, rf"\Acttrace: cannot use --at: {why}[^\n]+\n\Z")
        launched = cttrace("--format", "story", "--at", "100000", "-o", "/dev/null", "true")
        self.assertEqual(launched.returncode, 1)
        self.assertRegex(launched.stderr, r"\Acttrace: cannot use --at: the trace ends before that[^\n]+\n\Z")

    def test_an_attached_cttrace_that_is_interrupted_before(self):
        held = subprocess.Popen(["sleep", "1000"])
        self.addCleanup(held.wait)
        self.addCleanup(held.kill)
        with Tracing("--format", "story", "--at", "3600s", "-o", "/dev/null", "-p", held.pid) as tracing:
            result = tracing.finish(signal.SIGINT)
        self.assertEqual(result.returncode, 1)
        self.assertRegex(result.stderr, r"\Acttrace: cannot use --at: the trace ends before that[^\n]+\n\Z")

    def test_before_the_beginning(self):
        result = cttrace("show", "--format", "ndjson", "--at", "2001-01-01T00:00:00Z", self.record)
        self.assertEqual((result.returncode, result.stdout), (2, ""))
        self.assertRegex(result.stderr, r"\Acttrace: cannot use --at: that is \d+\.\d{3} s before the trace begins[^\n]+\n\Z")


class Trees(Recorded):
    def show(self, *options, columns=0):
        environment = {"PATH": "/bin", **({"COLUMNS": str(columns)} if columns else {})}
        result = cttrace("show", "--trees", *options, self.record, env=environment)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        return result.stdout

    def steps(self, kind):
        lines = [json.loads(line) for line in self.show("--format", "ndjson").splitlines()]
        for line in lines:
            validate(line, "ndjson")
        [container] = [line for line in lines if line["type"] == "container"]
        return [step for phase in container["set_up"]["phases"] for step in phase["steps"] if step["kind"] == kind]

    def paths(self, tree):
        return {mount["id"]: mount["path"] for mount in tree["mounts"]}

    def test_a_pivot_in_json(self):
        [pivot] = self.steps("pivot_root")
        before, after = pivot["trees"]["before"], pivot["trees"]["after"]
        rootfs = str(self.bundle.rootfs)
        # The same mount is there before and after, at another place; the host's are gone.
        self.assertEqual(self.paths(before)[after["root_mount"]], rootfs)
        self.assertEqual(self.paths(after)[after["root_mount"]], "/")
        self.assertNotIn(before["root_mount"], self.paths(after))
        marks = {entry["id"]: entry["as"] for entry in before["marked"]}
        self.assertEqual((marks[before["root_mount"]], marks[after["root_mount"]]), ("gone", "moved"))
        inside = {id: path[len(rootfs):] for id, path in self.paths(before).items() if path and path.startswith(rootfs + "/")}
        self.assertEqual({id: path for id, path in self.paths(after).items() if path not in (None, "/")}, inside)

    def test_a_bind_in_json(self):
        binds = [step for step in self.steps("mount") if step["how"] == "bind"]
        rootfs = [step for step in binds if step["mounts"][0]["target"]["path"] == str(self.bundle.rootfs)]
        trees = rootfs[0]["trees"]
        self.assertEqual([entry["as"] for entry in trees["after"]["marked"]], ["new"])
        new = trees["after"]["marked"][0]["id"]
        self.assertEqual(self.paths(trees["after"])[new], str(self.bundle.rootfs))
        self.assertNotIn(new, self.paths(trees["before"]))

    def test_masks_in_json(self):
        masks = [step for step in self.steps("paths_masked") if "trees" in step]
        self.assertTrue(masks)
        hidden = set()
        for step in masks:
            paths = self.paths(step["trees"]["after"])
            hidden |= {paths[entry["id"]] for entry in step["trees"]["after"]["marked"] if entry["as"] == "new"}
        self.assertIn("/proc/sys", hidden)
        self.assertLessEqual(hidden, set(self.witness.mount_points))

    def test_without_it_there_are_none(self):
        result = cttrace("show", "--format", "ndjson", self.record)
        self.assertNotIn('"trees"', result.stdout)

    def test_text_in_any_width(self):
        wide = self.show("--format", "story")
        self.assertRegex(wide, r"(?m)^ {6}before$")
        self.assertRegex(wide, r"(?m)^ {6}  - /  ")
        self.assertIn("(becomes the root)", wide)
        for columns in (80, 160):
            text = self.show("--format", "story", "--color", "never", columns=columns)
            colored = self.show("--format", "story", "--color", "always", columns=columns)
            self.assertEqual(re.sub(r"\x1b\[[0-9;]*m", "", colored), text)
            self.assertEqual(len(re.findall(r"(?m)^ {6}before", text)), len(re.findall(r"(?m)^ {6}before", wide)))
            for line in text.splitlines():
                # Paths are never cut: a longer line has nothing but one.
                if re.match(r" {8}[-+>~] ", line) and len(line) > columns:
                    self.assertRegex(line, r"^ {8}[-+>~] [ |`-]*/\S+( more})?$")

    def test_live_is_as_recorded(self):
        out, record = self.tmp / "live", self.tmp / "live.ctt"
        result = cttrace("--trees", "--format", "ndjson", "-o", out, "--record", record, "unshare", "-mpf", "sh", "-c",
                         "mkdir -p $0/a $0/b; mount --bind $0/a $0/b; exec true", self.tmp)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        shown = cttrace("show", "--trees", "--format", "ndjson", record)
        self.assertEqual((shown.returncode, shown.stdout), (0, out.read_text()))


if __name__ == "__main__":
    support.main()
