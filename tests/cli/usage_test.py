"""The command line: help, version, and one clear line with exit status 2 for what is wrong."""

import json
import os
import unittest

import support
from support import cttrace


class Help(unittest.TestCase):
    def test_alone_it_says_what_it_is_and_gives_five_examples(self):
        result = cttrace()
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("strace for containers", result.stdout)
        self.assertEqual(sum(line.startswith("  cttrace ") for line in result.stdout.splitlines()), 5)

    def test_help_fits_a_screen_80_columns_wide(self):
        for command in [["--help"], ["-h"], ["show", "--help"], []]:
            result = cttrace(*command)
            self.assertEqual((result.returncode, result.stderr), (0, ""))
            for line in result.stdout.splitlines():
                self.assertLessEqual(len(line), 80, line)

    def test_help_of_a_command_has_its_options(self):
        for command, has, has_not in [("show", ["-e", "--at", "-f"], ["-p", "--policy", "--record"]),
                                      ("check", ["--policy", "--report"], ["-e", "--at"]),
                                      ("policy", ["-o"], ["--policy", "-c"])]:
            text = cttrace(command, "--help").stdout
            self.assertIn(f"cttrace {command} [OPTIONS]", text)
            for option in has:
                self.assertRegex(text, rf"(?m)^  {option}[ ,]")
            for option in has_not:
                self.assertNotRegex(text, rf"(?m)^  {option}[ ,]")
        self.assertRegex(" ".join(cttrace("--help").stdout.split()), r"--update .* \(of check\) --policy")

    def test_help_names_every_option_that_strace_users_know(self):
        text = cttrace("--help").stdout
        for option in "-a -c -C -e -f -o -p -q -r -s -t -T -v -y -z -Z".split():
            self.assertRegex(text, rf"(?m)^  {option}[ ,]")

    def test_version(self):
        result = cttrace("--version")
        self.assertEqual(result.returncode, 0)
        self.assertRegex(result.stdout, r"^cttrace \d+\.\d+\.\d+\n$")

    def test_help_survives_a_reader_that_goes_away(self):
        reader, writer = os.pipe()
        os.close(reader)
        result = cttrace("--help", stdout=writer, stderr=support.subprocess.PIPE)
        os.close(writer)
        self.assertEqual((result.returncode, result.stderr), (0, ""))

    def test_help_that_cannot_be_written_is_told(self):
        with open("/dev/full", "w") as full:
            result = cttrace("--help", stdout=full, stderr=support.subprocess.PIPE)
        self.assertEqual(result.returncode, 1)
        self.assertEqual(result.stderr, "cttrace: cannot write to standard output: No space left on device\n")


class Mistakes(unittest.TestCase):
    def assert_refused(self, arguments, *parts, status=2):
        result = cttrace(*arguments)
        self.assertEqual(result.returncode, status, result.stderr)
        self.assertEqual(result.stdout, "")
        self.assertRegex(result.stderr, r"\Acttrace: [^\n]+\n\Z")
        for part in parts:
            self.assertIn(part, result.stderr)

    def test_unknown_options_and_the_nearest_one(self):
        self.assert_refused(["--formt", "json", "true"], "--formt", "did you mean --format?")
        self.assert_refused(["--no-such-thing", "true"], "--no-such-thing", "--help")
        self.assert_refused(["-qQ", "true"], "-Q")

    def test_missing_and_superfluous_values(self):
        self.assert_refused(["-o"], "-o", "FILE is missing")
        self.assert_refused(["--format"], "--format", "FORMAT is missing")
        self.assert_refused(["--quiet=3", "true"], "takes no value")
        self.assert_refused(["-o", "", "true"], "-o: FILE is empty")
        self.assert_refused(["check", "x.ctt", "--baseline", ""], "--baseline: FILE is empty")
        self.assert_refused(["check", "x.ctt", "--policy", ""], "--policy: POLICY is empty")
        self.assert_refused(["show", "--format=", "x.ctt"], "--format", "FORMAT is missing")
        self.assert_refused(["--output=", "true"], "-o", "FILE is missing")
        self.assertEqual(cttrace("--", "true", "--format=", "x").returncode, 0)
        self.assert_refused(["--record", "-", "true"], "--record /dev/stdout")

    def test_bad_values(self):
        self.assert_refused(["--format", "xml", "true"], "xml", "calls|json|ndjson")
        self.assert_refused(["--color", "red", "true"], "red")
        self.assert_refused(["-s", "ten", "true"], "ten")
        self.assert_refused(["-s", "-1", "true"], "-1")
        self.assert_refused(["-s", "99999999999999999999", "true"], "99999999999999999999")
        for size in ["8X", "0", "-1", "2G", "99999999999G", "", "K"]:
            self.assert_refused(["--buffer", size, "true"], "--buffer")
        for seconds in ["0", "-1", "nan", "inf", "1e3x", ""]:
            self.assert_refused(["--duration", seconds, "true"], "--duration")

    def test_moments(self):
        for moment in ["", "0", "x", "12.5", "5m", "+5", "-1", "25:00:00", "99999999999999999999"]:
            self.assert_refused(["--at", moment, "true"], "--at")
            self.assert_refused(["show", "--at", moment, "x.ctt"], "--at")
        self.assert_refused(["--at"], "--at", "MOMENT is missing")
        self.assert_refused(["--at", "9" * 23, "true"], "9" * 23, "no trace has so many events")
        self.assert_refused(["--format", "story", "--at", "web+1ms", "true"], "--at web+", "--record FILE")
        self.assert_refused(["--at", "3", "--format", "calls", "true"], "--at", "it shows a state")
        self.assert_refused(["--at", "3", "--format", "list", "true"], "--at", "it shows a state")
        self.assert_refused(["--trees", "--format", "list", "true"], "--trees", "part of a story")
        self.assert_refused(["inspect", "--format", "list", "1"], "--format", "list", "is no trace")
        self.assert_refused(["--at", "3", "-e", "mount", "true"], "--at", "--format story, json or ndjson")

    def test_json_is_a_format(self):
        self.assert_refused(["--json", "--format", "calls", "true"], "--json", "--format calls was given too")
        self.assert_refused(["syscalls", "--format", "ndjson", "--json"], "--format ndjson was given too")

    def test_trees(self):
        self.assert_refused(["--trees", "-e", "mount", "true"], "--trees", "part of a story", "--format story")
        self.assert_refused(["show", "--format", "story", "--trees", "--at", "3", "x.ctt"], "--at", "--trees")
        self.assert_refused(["inspect", "--trees", "1"], "--trees", "inspect")

    def test_filters(self):
        self.assert_refused(["-e", "trace=mont", "true"], "mont", "mount")
        self.assert_refused(["-e", "mont", "true"], "mont", "mount")
        self.assert_refused(["-e", "trace=%mont", "true"], "%mount")
        self.assert_refused(["--trace", "no_such_call_at_all", "true"], "no_such_call_at_all")
        self.assert_refused(["-e", "status=faild", "true"], "faild", "failed")
        self.assert_refused(["-e", "status=", "true"], "status")
        self.assert_refused(["-e", "signal=none", "true"], "signal=none", "trace=", "status=")

    def test_pids(self):
        self.assert_refused(["-p", "abc"], "abc", "not a process id")
        self.assert_refused(["-p", "12x"], "12x")
        self.assert_refused(["-p", "0"], "0")
        self.assert_refused(["-p", "-5"], "-5")
        self.assert_refused(["-p", ""], "pgrep")
        self.assert_refused(["-p"], "PID is missing", "pgrep")
        for process in ["x", "0", "self"]:
            self.assert_refused(["inspect", process], f"cannot inspect {process}: that is not a process id")
        self.assert_refused(["-p", "1", "ls"], "ls", "not a process id")

    def test_targets(self):
        self.assert_refused(["-q"], "COMMAND")
        self.assert_refused(["-a", "ls"], "ls", "-a")
        self.assert_refused(["-a", "-p", "1"], "-a", "-p")

    def test_commands(self):
        self.assert_refused(["show"], "FILE")
        self.assert_refused(["show", ""], "cttrace show: FILE is empty")
        self.assert_refused(["diff"], "cttrace diff: A is missing")
        self.assert_refused(["diff", "a"], "cttrace diff: B is missing")
        self.assert_refused(["diff", "a", ""], "cttrace diff: B is empty")
        self.assert_refused(["show", "a", "b"], "b")
        self.assert_refused(["shwo", "x.ctt"], "'shwo'", "did you mean show?", status=127)
        self.assert_refused(["show", "--record", "x", "y"], "--record", "show")
        self.assert_refused(["show", "--verify", "y"], "--verify", "show", "only what runs can be compared with /proc")
        self.assert_refused(["doctor", "--at", "1"], "--at", "doctor")
        self.assert_refused(["inspect", "--verify", "1"], "--verify", "inspect")
        self.assert_refused(["doctor", "x"], "x")
        self.assert_refused(["syscalls", "-p", "1"], "-p")

    def test_what_would_have_no_effect(self):
        self.assert_refused(["-c", "-C", "true"], "-C", "-c was given too")
        self.assert_refused(["--ptrace-seccomp", "on", "--backend", "ebpf", "true"], "--ptrace-seccomp", "--backend ebpf")
        self.assert_refused(["--ptrace-seccomp", "on", "-p", "1"], "--ptrace-seccomp", "COMMAND")
        for command in (["inspect", "1"], ["doctor"], ["syscalls"]):
            self.assert_refused([*command, "--format", "calls"], f"cttrace {command[0]} shows no calls")
        for option in (["-Z"], ["-z"], ["-v"], ["-s", "3"]):
            self.assert_refused(["--format", "list", *option, "true"], option[0], "a list has no calls")
        self.assert_refused(["syscalls", "-e", "status=failed"], "status=failed", "syscalls")
        self.assert_refused(["show", "-ff", "/none.ctt"], "/none.ctt")

    def test_ptrace_does_not_follow_the_whole_host(self):
        self.assert_refused(["--backend", "ptrace", "-a"], "-a")

    def test_hostile_text_is_escaped(self):
        self.assert_refused(["--format", "\x1b[2Jx\nfake line", "true"], "\\x1b[2Jx\\x0afake line")


class Syscalls(unittest.TestCase):
    def test_lists_calls_and_groups(self):
        result = cttrace("syscalls")
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        mount = [line.split() for line in result.stdout.splitlines() if line.startswith("mount ")]
        self.assertEqual(mount[0][:4], ["mount", "165", "21", "40"])
        self.assertIn("%mount", mount[0][-1])
        self.assertIn("Groups", result.stdout)

    def test_json_and_filter(self):
        rows = json.loads(cttrace("syscalls", "--format", "json", "-e", "pivot_root").stdout)["syscalls"]
        self.assertEqual([row["name"] for row in rows], ["pivot_root"])
        self.assertEqual(rows[0]["numbers"], {"x86_64": 155, "i386": 217, "aarch64": 41})
        # What goes to the standard error stream has a row of its own.
        writes = json.loads(cttrace("syscalls", "--format", "json", "-e", "write").stdout)["syscalls"]
        self.assertEqual([(row["groups"], row.get("variant")) for row in writes], [(["cgroup"], None), (["words"], ["stderr"])])

    def test_json_of_all_is_as_the_schema_says(self):
        document = json.loads(cttrace("syscalls", "--format", "json").stdout)
        support.validate(document, "syscalls")
        self.assertGreater(len(document["syscalls"]), 60)


if __name__ == "__main__":
    support.main()
