"""`cttrace diff`, `cttrace baseline` and `cttrace check --baseline` on recordings of real runtimes."""

import json
import lzma
import os
import re
import subprocess

import support
from support import cttrace

GOLDEN = support.SOURCE / "tests/golden"


class Recordings(support.Case):
    def recording(self, name):
        path = self.tmp / f"{name}.ctt"
        path.write_bytes(lzma.decompress((GOLDEN / f"{name}.ctt.xz").read_bytes()))
        return path

    def baseline(self, *recordings, options=()):
        path = self.tmp / "baseline.json"
        result = cttrace("baseline", *recordings, "-o", path, *options)
        self.assertEqual((result.returncode, result.stdout, result.stderr), (0, "", ""))
        return path

    def assert_ends(self, status, *arguments, says="", error=""):
        result = cttrace(*arguments)
        self.assertEqual(result.returncode, status, result.stdout + result.stderr)
        self.assertTrue(re.search(says, result.stdout), result.stdout)
        self.assertTrue(re.search(error or "^$", result.stderr), result.stderr)
        self.assertLessEqual(result.stderr.count("\n"), 1)
        return result


class Diff(Recordings):
    def test_every_recording_is_the_same_as_itself(self):
        for path in sorted(GOLDEN.glob("*.ctt.xz")):
            name = path.name.removesuffix(".ctt.xz")
            if name == "runc-failed":
                continue
            recording = self.recording(name)
            with self.subTest(name=name):
                result = cttrace("diff", recording, recording, "--how")
                self.assertNotIn("isolation", result.stdout)
                self.assertEqual((result.returncode, result.stderr), (0, ""), result.stdout)
                self.assertIn(": the same\n", result.stdout)

    def test_what_comes_by_a_pipe_is_compared(self):
        runc, crun = self.recording("runc"), self.recording("crun")
        baseline = self.baseline(runc)
        differs = cttrace("diff", runc, crun).stdout.splitlines()[1:]
        os.mkfifo(self.tmp / "fifo")
        for script, told in [('"$0" diff <(cat "$1") <(cat "$2")', differs), ('"$0" diff <(cat "$1") "$1"', []),
                             ('"$0" diff <(cat "$3") <(cat "$1")', []), ('cat "$2" > fifo & "$0" diff "$1" fifo', differs)]:
            with self.subTest(script=script):
                result = subprocess.run(["bash", "-c", script, support.CTTRACE, runc, crun, baseline], cwd=self.tmp,
                                        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
                self.assertEqual((result.returncode, result.stderr), (1 if told else 0, ""))
                self.assertEqual(result.stdout.splitlines()[1:], told)

    def test_reports_are_as_their_schema_says(self):
        runc, crun = self.recording("runc"), self.recording("crun")
        report = json.loads(self.assert_ends(1, "diff", runc, crun, "--report", "json").stdout)
        support.validate(report, "report")
        self.assertEqual(report["reports"][0]["judge"], "diff")
        report = json.loads(self.assert_ends(2, "diff", runc, self.recording("runc-failed"), "--report", "json").stdout)
        support.validate(report, "report")
        self.assertEqual({finding["verdict"] for finding in report["reports"][0]["findings"]}, {"cannot-judge", "noted"})

    def test_a_set_up_that_failed_has_no_outcome_to_compare(self):
        runc, failed = self.recording("runc"), self.recording("runc-failed")
        for before, after in [(runc, failed), (failed, runc), (failed, failed)]:
            with self.subTest(before=before.name, after=after.name):
                text = self.assert_ends(2, "diff", before, after, says=r"\A.*: cannot be judged\n").stdout
                self.assertRegex(text, r"container \S+\n  cannot be judged:\n    .*its set-up failed: no program was handed over to")
                self.assertNotRegex(text, "isolation|neither weaker nor stronger|instead of")
        text = self.assert_ends(2, "diff", runc, failed, "--how", says="only how it is made:\n    no longer: ").stdout
        self.assertLess(text.index("its set-up failed"), text.index("only how"))
        self.assertNotIn("done by another process", text)

    def test_width_and_color(self):
        environment = {**os.environ, "COLUMNS": "60"}
        result = support.run(support.CTTRACE, "diff", self.recording("docker"), self.recording("podman"), "--color", "always", env=environment)
        self.assertIn("\x1b[", result.stdout)
        words = [line for line in re.sub(r"\x1b\[[0-9;]*m", "", result.stdout).splitlines() if " " in line.strip()]
        self.assertTrue(all(len(line) <= 60 or len(line.split()) < 3 for line in words), result.stdout)

    def test_recordings_that_nothing_can_be_said_of(self):
        whole, cut = self.recording("runc"), self.tmp / "cut.ctt"
        cut.write_bytes(whole.read_bytes()[:-40])
        self.assert_ends(2, "diff", whole, cut, says="cannot judge: .*truncated at byte")
        (self.tmp / "no").write_text("something")
        self.assert_ends(2, "diff", whole, self.tmp / "no", error="^cttrace: cannot ")
        self.assert_ends(2, "diff", whole, self.tmp / "missing", error="^cttrace: cannot ")
        self.assert_ends(2, "diff", whole, error="^cttrace: ")
        self.assert_ends(2, "diff", whole, whole, "--container", "nobody", error="no container of this name")


class Baselines(Recordings):
    def test_every_recording_is_as_its_baseline(self):
        for name in ["bwrap", "containerd", "crun", "docker", "podman", "runc", "runc-exec", "unshare"]:
            with self.subTest(name=name):
                recording = self.recording(name)
                self.assert_ends(0, "check", recording, "--baseline", self.baseline(recording), "--how")

    def test_it_is_as_its_schema_says(self):
        for options in [(), ("--budget",)]:
            text = self.baseline(self.recording("docker"), options=options).read_text()
            support.validate(json.loads(text), "baseline")
            self.assertTrue(text.isascii())
            # Nothing of the run is in it.
            self.assertNotRegex(text, r"/proc/[0-9]|[0-9a-f]{32}")
        broken = json.loads(text)
        broken["containers"][0]["outcome"]["mounts"]["/"] = 1
        with self.assertRaises(Exception):
            support.validate(broken, "baseline")

    def test_a_difference_is_told(self):
        baseline = self.baseline(self.recording("runc"))
        crun = self.recording("crun")
        self.assert_ends(1, "check", crun, "--baseline", baseline, "--container", "web", says="isolation is weaker")
        self.assert_ends(1, "diff", baseline, crun, "--container", "web", says="isolation is weaker")

    def test_update(self):
        runc, newer = self.recording("runc"), self.recording("crun-newer")
        baseline = self.baseline(runc)
        before = baseline.read_text()
        self.assert_ends(1, "check", newer, "--baseline", baseline)
        self.assertEqual(baseline.read_text(), before, "a check changes nothing")
        self.assert_ends(0, "check", newer, "--baseline", baseline, "--update")
        self.assert_ends(0, "check", newer, "--baseline", baseline)
        cut = self.tmp / "cut.ctt"
        cut.write_bytes(newer.read_bytes()[:-40])
        after = baseline.read_text()
        self.assert_ends(2, "check", cut, "--baseline", baseline, "--update", error="truncated at byte")
        self.assertEqual(baseline.read_text(), after)

    def test_what_varies_is_learned(self):
        runc, crun = self.recording("runc"), self.recording("crun")
        options = ("--container", "web")
        baseline = self.tmp / "baseline.json"
        self.assert_ends(0, "baseline", runc, crun, "-o", baseline, *options,
                         error=r"\Acttrace: web: not the same in every run, so not compared: cgroup/devices.allow, .*\n\Z")
        learned = json.loads(baseline.read_text())["containers"][0]["variable"]
        self.assertIn("cgroup/devices.allow", learned)
        self.assertIn("how", learned)
        for recording in (runc, crun):
            self.assert_ends(0, "check", recording, "--baseline", baseline, *options)
        self.assert_ends(1, "check", self.recording("runc-user-namespace"), "--baseline", baseline, *options)

    def test_budget(self):
        runc = self.recording("runc")
        baseline = self.baseline(runc, options=("--budget",))
        self.assert_ends(0, "check", runc, runc, "--baseline", baseline)
        document = json.loads(baseline.read_text())
        document["containers"][0]["budget"]["calls"]["mount"] = 51
        document["containers"][0]["budget"]["set_up_ms"] = 1
        baseline.write_text(json.dumps(document))
        result = self.assert_ends(1, "check", runc, "--baseline", baseline, says="52 calls of mount, and its budget is 51")
        self.assertIn("its set-up takes", result.stdout)

    def test_a_budget_relative_to_a_reference(self):
        runc, reference = self.recording("runc"), self.recording("unshare")
        baseline = self.baseline(runc, options=("--budget", "--reference", reference))
        self.assert_ends(2, "check", runc, "--baseline", baseline, says="--reference is missing")
        self.assert_ends(0, "check", runc, "--baseline", baseline, "--reference", reference)

    def test_other_rules_cannot_be_judged(self):
        runc = self.recording("runc")
        baseline = self.baseline(runc)
        baseline.write_text(baseline.read_text().replace('"rules": 1', '"rules": 2'))
        self.assert_ends(2, "check", runc, "--baseline", baseline, says="made by the rules of version 2")

    def test_what_is_no_baseline_is_refused(self):
        runc = self.recording("runc")
        path = self.tmp / "no.json"
        for text in ["", "{", "[]", "{}", "\0", '{"format": "cttrace baseline", "version": 99}', "[" * 100000, '{"a": ' * 5000]:
            path.write_text(text)
            self.assert_ends(2, "check", runc, "--baseline", path, error="^cttrace: cannot read the baseline .*no.json: ")
        self.assert_ends(2, "check", runc, "--baseline", self.tmp / "missing", error="^cttrace: ")
        self.assert_ends(2, "check", runc, "--update", "--policy", "oci-default", error="there is no baseline")

    def test_a_set_up_that_failed_is_no_baseline(self):
        runc, failed = self.recording("runc"), self.recording("runc-failed")
        refusal = r"\Acttrace: cannot make a baseline of \S+runc-failed.ctt: web: its set-up failed: .* \(record a run in which it starts\)\n\Z"
        for runs in [(failed,), (runc, failed), (failed, runc)]:
            self.assert_ends(2, "baseline", *runs, "-o", self.tmp / "none.json", error=refusal)
        self.assertFalse((self.tmp / "none.json").exists())
        baseline = self.baseline(runc)
        before = baseline.read_text()
        self.assert_ends(2, "check", failed, "--baseline", baseline, "--update", error=refusal)
        self.assertEqual(baseline.read_text(), before)
        self.assert_ends(2, "check", failed, "--baseline", baseline, "--how", says=r"\A.*: cannot be judged\n(.*\n)*.*its set-up failed")

    def test_a_baseline_that_was_learned_with_a_failure_judges_nothing(self):
        runc = self.recording("runc")
        baseline = self.baseline(runc)
        good = json.loads(baseline.read_text())
        for weaken in [lambda web: web["outcome"]["set-up"].update(ending="failed"), lambda web: web["variable"].append("set-up/ending")]:
            weak = json.loads(json.dumps(good))
            weaken(weak["containers"][0])
            baseline.write_text(json.dumps(weak))
            self.assert_ends(2, "check", runc, "--baseline", baseline, says="it is of a set-up that failed: make it anew")

    def test_where_no_container_was_set_up_nothing_is_judged(self):
        baseline, nothing = self.baseline(self.recording("runc")), self.tmp / "nothing.ctt"
        cttrace("--backend", "ptrace", "-q", "-o", "/dev/null", "--record", nothing, "true", check=True)
        self.assert_ends(2, "check", nothing, "--baseline", baseline, says="cannot judge: .*no container was set up in it")
        self.assert_ends(2, "diff", self.recording("runc"), nothing, says="cannot judge: .*no container was set up in it")
        failing = self.tmp / "failing.ctt"
        cttrace("--backend", "ptrace", "-q", "-o", "/dev/null", "--record", failing, "chroot", self.tmp / "absent", "true")
        self.assert_ends(2, "diff", failing, failing, says=r"no\s+container was set up in it: chroot\s+set up nothing: .*ENOENT")

    def test_a_baseline_of_nothing_is_refused(self):
        self.assert_ends(2, "baseline", self.recording("runc"), "-o", self.recording("runc"), error="^cttrace: ")
        cut = self.tmp / "cut.ctt"
        cut.write_bytes(self.recording("runc").read_bytes()[:-40])
        self.assert_ends(2, "baseline", cut, error="truncated at byte")


if __name__ == "__main__":
    support.main()
