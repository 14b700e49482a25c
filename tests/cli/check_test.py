"""`cttrace check` and `cttrace policy` on recordings of real runtimes: verdicts, reports in every form, refusals."""

import json
import lzma
import os
import re
import unittest
import xml.etree.ElementTree

import support
from support import cttrace, require, run

GOLDEN = support.SOURCE / "tests/golden"
# Containers that hold what oci-default asks for.
RIGHT = ["containerd", "crun", "crun-newer", "crun-user-namespace", "ctrun-new", "ctrun-path", "docker", "podman", "runc",
         "runc-exec", "runc-hooks", "runc-newer", "runc-user-namespace"]


class OnRecordings(support.Case):
    def recording(self, name):
        path = self.tmp / f"{name}.ctt"
        path.write_bytes(lzma.decompress((GOLDEN / f"{name}.ctt.xz").read_bytes()))
        return path

    def check(self, recording, *options, policy="oci-default", width=None):
        environment = {**os.environ, "COLUMNS": str(width)} if width else None
        return run(support.CTTRACE, "check", recording, "--policy", policy, *options, env=environment)


class Verdicts(OnRecordings):
    def test_right_containers_hold(self):
        for name in RIGHT:
            with self.subTest(name=name):
                result = self.check(self.recording(name))
                self.assertEqual((result.returncode, result.stderr), (0, ""), result.stdout)
                self.assertIn("against policy oci-default: holds", result.stdout)

    def test_what_a_recording_of_an_earlier_version_does_not_tell_cannot_be_judged(self):
        result = self.check(self.recording("runc-of-version-2"))
        self.assertEqual((result.returncode, result.stderr), (2, ""))
        self.assertRegex(result.stdout, r"cannot be judged:\n +descriptors: which descriptors are open at execve is not known")

    def test_what_is_less_than_a_container_does_not(self):
        for name in ["bwrap", "lxc", "nspawn", "unshare"]:
            with self.subTest(name=name):
                result = self.check(self.recording(name))
                self.assertEqual((result.returncode, result.stderr), (1, ""))
                self.assertIn("isolation is weaker:", result.stdout)

    def test_rootless(self):
        for name in ["crun-user-namespace", "runc-user-namespace"]:
            self.assertEqual(self.check(self.recording(name), policy="rootless").returncode, 0)
        result = self.check(self.recording("runc"), policy="rootless")
        self.assertEqual(result.returncode, 1)
        self.assertIn("root in it is root on the host", result.stdout)

    def test_what_cannot_be_judged(self):
        result = self.check(self.recording("runc-failed"))
        self.assertEqual(result.returncode, 2)
        # As diff and baseline say it.
        self.assertIn("its set-up failed: no program was handed over to; no traced call failed but", result.stdout)
        result = self.check(self.recording("chroot"))
        self.assertEqual(result.returncode, 2)
        self.assertIn("no container that this policy judges", result.stdout)

    def test_a_recording_that_is_cut_short(self):
        path = self.recording("runc")
        whole = path.read_bytes()
        for part in (len(whole) - 1, len(whole) // 2):
            path.write_bytes(whole[:part])
            result = self.check(path)
            self.assertEqual(result.returncode, 2, result.stdout)
            self.assertIn("cannot judge: ", result.stdout)
            self.assertIn("the recording is truncated at byte ", result.stdout)

    def test_why_a_recording_is_read_only_in_part(self):
        path = self.recording("runc")
        whole = bytearray(path.read_bytes())
        whole[len(whole) // 2] ^= 1
        path.write_bytes(whole)
        corrupt = "corrupt: a block that is not as it was written, at byte"
        self.assertIn(corrupt, cttrace("show", path).stderr)
        for words in (["check", path, "--policy", "oci-default"], ["diff", path, path], ["baseline", path]):
            result = run(support.CTTRACE, *words)
            self.assertEqual(result.returncode, 2)
            self.assertIn(corrupt, " ".join((result.stdout + result.stderr).split()))

    def test_the_worst_of_several_policies_counts(self):
        result = self.check(self.recording("runc"), "--policy", "hardened")
        self.assertEqual(result.returncode, 1)
        self.assertIn("against policy oci-default: holds", result.stdout)
        self.assertIn("against policy hardened: broken", result.stdout)

    def test_no_line_is_wider_than_asked_for(self):
        for width in (80, 160):
            result = self.check(self.recording("bwrap"), "-v", policy="hardened", width=width)
            self.assertLessEqual(max(len(line) for line in result.stdout.splitlines()), width)

    def test_color(self):
        colored = self.check(self.recording("bwrap"), "--color", "always").stdout
        self.assertIn("\x1b[31m", colored)
        self.assertEqual(re.sub(r"\x1b\[\d*m", "", colored), self.check(self.recording("bwrap")).stdout)


class Reports(OnRecordings):
    def reports(self, name, policy="hardened"):
        files = {form: self.tmp / f"report.{form}" for form in ("json", "junit", "sarif")}
        wanted = [word for form, path in files.items() for word in ("--report", f"{form}={path}")]
        result = self.check(self.recording(name), *wanted, policy=policy)
        self.assertEqual((result.stdout, result.stderr), ("", ""))
        document = json.loads(files["json"].read_text())
        self.assertEqual(document["exit_status"], result.returncode)
        return document, files

    def test_json_is_as_its_schema_says(self):
        for name in ("bwrap", "runc", "runc-failed", "chroot"):
            support.validate(self.reports(name)[0], "report")

    def test_junit_is_what_its_readers_read(self):
        require("junitparser")
        for name, policy in (("bwrap", "hardened"), ("runc", "oci-default"), ("runc-failed", "oci-default")):
            document, files = self.reports(name, policy)
            verdict = run("junitparser", "verify", files["junit"])
            self.assertEqual(verdict.returncode, int(document["exit_status"] != 0), verdict.stderr)
            merged = self.tmp / "merged.xml"
            run("junitparser", "merge", files["junit"], files["junit"], merged, check=True)
            root = xml.etree.ElementTree.parse(merged).getroot()
            by_rule = {}
            for finding in document["reports"][0]["findings"]:
                by_rule.setdefault(finding["rule"], set()).add(finding["verdict"])
            broken = [rule for rule, verdicts in by_rule.items() if "broken" in verdicts]
            self.assertEqual((int(root.get("tests")), int(root.get("failures"))), (2 * len(by_rule), 2 * len(broken)))

    def test_junit_has_what_is_common_and_no_more(self):
        """By the rules of Jenkins' xunit-plugin for JUnit (junit-10.xsd)."""
        allowed = {"testsuites": set(), "testcase": {"classname", "name", "time"}, "skipped": {"message"},
                   "testsuite": {"id", "package", "name", "tests", "failures", "errors", "skipped", "time"},
                   "failure": {"type", "message"}, "error": {"type", "message"}}
        for name in ("bwrap", "runc-failed", "chroot"):
            root = xml.etree.ElementTree.parse(self.reports(name)[1]["junit"]).getroot()
            self.assertEqual(root.tag, "testsuites")
            for parent in root.iter():
                self.assertLessEqual(set(parent.keys()), allowed[parent.tag])
                inner = {"testsuites": {"testsuite"}, "testsuite": {"testcase"}, "testcase": {"failure", "error", "skipped"}}
                self.assertLessEqual({child.tag for child in parent}, inner.get(parent.tag, set()))

    def test_sarif_is_valid_by_the_official_tool(self):
        require("sarif-multitool")
        for name in ("bwrap", "runc-failed", "chroot"):
            path = self.reports(name)[1]["sarif"]
            result = run(support.SARIF_MULTITOOL, "validate", path, timeout=120,
                         env={**os.environ, "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1"})
            self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
            self.assertNotRegex(result.stdout, r"(?i): error ")
            # It asks for a home page, which there is none of.
            self.assertEqual(set(re.findall(r"warning (SARIF\d+)", result.stdout)) - {"SARIF2005"}, set(), result.stdout)

    def test_annotations(self):
        result = self.check(self.recording("bwrap"), "--annotate", "github")
        lines = result.stderr.splitlines()
        self.assertEqual(len(lines), 2)
        for line in lines:
            self.assertRegex(line, r"^::error title=policy oci-default%2C echo%3A [a-z-]+::[^\r\n]+$")
        self.assertIn("isolation is weaker", result.stdout)

    def test_one_place_holds_one_report(self):
        recording = self.recording("runc")
        for reports in (["text", "json"], ["junit=/tmp/x", "sarif=/tmp/x"]):
            result = self.check(recording, *(word for form in reports for word in ("--report", form)))
            self.assertEqual((result.returncode, result.stdout), (2, ""))
            self.assertIn("two reports", result.stderr)
        result = self.check(recording, "--report", f"json={recording}")
        self.assertEqual(result.returncode, 2)
        self.assertIn("the same file", result.stderr)

    def test_a_report_that_cannot_be_written(self):
        result = self.check(self.recording("runc"), "--report", "json=/dev/full")
        self.assertEqual(result.returncode, 1)
        self.assertIn("No space left", result.stderr)


class Refusals(OnRecordings):
    def assert_refused(self, result, *parts):
        self.assertEqual((result.returncode, result.stdout), (2, ""), result.stderr)
        self.assertRegex(result.stderr, r"\Acttrace: [^\n]+\n\Z")
        for part in parts:
            self.assertIn(part, result.stderr)

    def test_what_is_missing_or_wrong(self):
        recording = self.recording("runc")
        self.assert_refused(run(support.CTTRACE, "check", recording), "--policy")
        self.assert_refused(run(support.CTTRACE, "check"), "FILE is missing")
        self.assert_refused(self.check(recording, policy="oci-defualt"), "did you mean oci-default?")
        self.assert_refused(self.check(recording, policy=self.tmp), "Is a directory")
        self.assert_refused(self.check(self.tmp / "none.ctt"), "none.ctt", "No such file")
        self.assert_refused(self.check(recording, "--report", "xml"), "text|json|junit|sarif")
        self.assert_refused(self.check(recording, "--report", "json="), "file name")
        self.assert_refused(self.check(recording, "--annotate", "gitlab"), "github")
        self.assert_refused(self.check(recording, "--format", "json"), "it is not for cttrace check")
        for option in (["--update"], ["--how"], ["--reference", recording]):
            self.assert_refused(self.check(recording, *option), f"cannot use {option[0]}: there is no baseline")

    def test_a_recording_is_neither_a_baseline_nor_a_policy(self):
        recording = self.recording("runc")
        self.assert_refused(run(support.CTTRACE, "check", recording, "--baseline", recording), "it is a recording",
                            "make a baseline of it with cttrace baseline")
        self.assert_refused(self.check(recording, policy=recording), "it is a recording")
        self.assert_refused(run(support.CTTRACE, "check", recording, "--oci", recording), "it is a recording")

    def test_a_baseline_is_no_configuration(self):
        recording, baseline = self.recording("runc"), self.tmp / "good.json"
        run(support.CTTRACE, "baseline", recording, "-o", baseline, check=True)
        self.assert_refused(run(support.CTTRACE, "check", recording, "--oci", baseline), "it is not one", "ociVersion")

    def test_a_policy_that_is_wrong_is_refused_by_its_place(self):
        policy = self.tmp / "p.json"
        policy.write_text('{"version": 1, "rules": [{"rule": "masked", "paths": ["/a", 7]}]}')
        self.assert_refused(self.check(self.recording("runc"), policy=policy), "p.json", "rules[0].paths[1]: it must be text")
        policy.write_text('{\n  // a comment\n  "version": 1,\n  "rules" []}')
        self.assert_refused(self.check(self.recording("runc"), policy=policy), "line 4, column 11")


class NormalFailures(unittest.TestCase):
    def test_every_row_is_documented(self):
        def versions(since, until):
            return ", ".join(filter(None, (since and f"from {since}", until and f"before {until}"))) or "all"

        table = (support.SOURCE / "src/story/normal_failures.def").read_text()
        rows = re.findall(r'(?m)^NORMAL\("([^"]+)", (\w+), (\w+), "([^"]+)", "([^"]*)", "([^"]*)", "([^"]+)"\)$', table)
        self.assertGreater(len(rows), 20)
        self.assertEqual(len(rows), len(re.findall("(?m)^NORMAL", table)))
        told = re.findall(r"(?m)^\| `(\w+)` \| (\w+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \| (.+) \|$",
                          (support.SOURCE / "docs/normal-failures.md").read_text())
        self.assertEqual(told, [(call, error, condition.replace("_", " "), by, versions(since, until), reason)
                                for call, error, condition, by, since, until, reason in rows])


class Policies(OnRecordings):
    def policy(self, *words):
        return run(support.CTTRACE, "policy", *words)

    def test_every_one_that_is_listed_can_be_shown_and_used(self):
        listed = self.policy("list").stdout
        names = re.findall(r"(?m)^(\S+)", listed)
        self.assertEqual(names, ["hardened", "oci-default", "rootless"])
        for line in listed.splitlines():
            self.assertLessEqual(len(line), 80)
        for name in names:
            text = self.policy("show", name).stdout
            self.assertEqual(text, (support.SOURCE / f"src/check/policies/{name}.json").read_text())
            copy = self.tmp / "copy.json"
            copy.write_text(text)
            recording = self.recording("bwrap")
            copied, built_in = (run(support.CTTRACE, "check", recording, "--policy", policy) for policy in (copy, name))
            self.assertEqual((copied.returncode, copied.stdout), (built_in.returncode, built_in.stdout))
            without_comments = re.sub(r"(?m)^\s*//.*$", "", text)
            support.validate(json.loads(without_comments), "policy")

    def test_a_policy_is_tested(self):
        self.recording("runc")
        self.recording("runc-user-namespace")
        (self.tmp / "ours.json").write_text('{"version": 1, "rules": [{"rule": "user-namespace", "id": "no-root"}]}')
        test = {"policy": "ours.json",
                "cases": [{"recording": "runc-user-namespace.ctt", "findings": []},
                          {"recording": "runc.ctt", "findings": [{"rule": "no-root", "subject": "user"}]}]}
        support.validate(test, "policy-test")
        path = self.tmp / "test.json"
        path.write_text(json.dumps(test))
        result = self.policy("test", path)
        self.assertEqual((result.returncode, result.stderr), (0, ""), result.stdout)
        test["cases"][0]["findings"], test["cases"][1]["findings"] = [{"rule": "no-root"}], []
        path.write_text(json.dumps(test))
        result = self.policy("test", path)
        self.assertEqual((result.returncode, result.stderr), (1, ""))
        self.assertEqual(result.stdout.splitlines()[:2],
                         ["runc-user-namespace.ctt: not as expected", "  not found: no-root broken"])
        self.assertRegex(result.stdout, r"  not expected: no-root broken, in web: ")

    def test_what_is_wrong(self):
        for words, part in [(["lst"], "list, show and test"), (["show"], "NAME is missing"), (["test"], "FILE is missing"),
                            (["list", "x"], "no such argument"), (["show", "hardend"], "did you mean hardened?"),
                            ([], "ACTION is missing"), (["show", "x"], "cttrace policy list"), (["show", ""], "NAME is empty"), (["test", "/none"], "No such file"), (["show", "a", "b"], "no such argument")]:
            result = self.policy(*words)
            self.assertEqual((result.returncode, result.stdout), (2, ""), words)
            self.assertIn(part, result.stderr)


if __name__ == "__main__":
    support.main()
