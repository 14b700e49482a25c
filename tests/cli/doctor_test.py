"""`cttrace doctor`: says what works, what is missing and why, and leaves nothing."""

import json
import os
import unittest

import support
from support import cttrace, require


def verdicts(result):
    return {row["name"]: row for row in json.loads(result.stdout)["capabilities"]}


class Doctor(unittest.TestCase):
    def test_text_and_json_agree_with_the_exit_status(self):
        text, document = cttrace("doctor"), cttrace("doctor", "--format", "json")
        self.assertEqual(text.returncode, document.returncode)
        parsed = json.loads(document.stdout)
        support.validate(parsed, "doctor")
        self.assertEqual(parsed["can_trace"], document.returncode == 0)
        self.assertIn(parsed["backend"], ["ebpf", "ptrace"] if document.returncode == 0 else [None])
        self.assertEqual("Tracing works here" in text.stdout, document.returncode == 0)
        for name, row in verdicts(document).items():
            self.assertIn(name, text.stdout)
            self.assertIn(row["verdict"], ["works", "missing", "unknown"])
            if row["needed"] and row["verdict"] == "missing":
                self.assertTrue(row["remedy"], name)
        for line in text.stdout.splitlines():
            self.assertLessEqual(len(line), 80, line)

    def test_what_is_needed_works_where_tracing_does(self):
        require("ebpf")
        rows = verdicts(cttrace("doctor", "--format", "json"))
        for name in ["privileges", "BTF", "ring buffer", "kernel memory reads", "raw tracepoints", "task iterator",
                     "capture programs"]:
            self.assertEqual((rows[name]["verdict"], rows[name]["needed"]), ("works", True), rows[name])

    def test_without_privileges_it_says_so(self):
        require("root", "setpriv")
        user = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", "--inh-caps=-all"]
        result = support.run(*user, support.CTTRACE, "doctor", "--format", "json")
        self.assertEqual((result.returncode, json.loads(result.stdout)["backend"]), (0, "ptrace"), result.stderr)
        row = verdicts(result)["privileges"]
        self.assertEqual(row["verdict"], "missing")
        self.assertIn("CAP_BPF", row["found"])
        self.assertIn("root", row["remedy"])
        traced = support.run(*user, support.CTTRACE, "--backend", "ebpf", "true")
        self.assertEqual(traced.returncode, 1)
        self.assertRegex(traced.stderr, r"\Acttrace: cannot trace: [^\n]*CAP_BPF[^\n]*root[^\n]*doctor\)\n\Z")

    def test_without_btf_it_says_so(self):
        require("root", "unshare")
        hidden = 'mount -t tmpfs none /sys/kernel/btf && exec "$@"'
        without = ["unshare", "--mount", "sh", "-c", hidden, "sh", support.CTTRACE]
        result = support.run(*without, "doctor", "--format", "json")
        self.assertEqual((result.returncode, json.loads(result.stdout)["backend"]), (0, "ptrace"), result.stderr)
        self.assertEqual(verdicts(result)["BTF"]["verdict"], "missing")
        traced = support.run(*without, "--backend", "ebpf", "true")
        self.assertEqual(traced.returncode, 1)
        self.assertRegex(traced.stderr, r"\Acttrace: [^\n]*no BTF[^\n]*CONFIG_DEBUG_INFO_BTF=y[^\n]*\n\Z")

    def test_ndjson_is_one_line(self):
        for command in ["doctor", "syscalls"]:
            result = cttrace(command, "--format", "ndjson")
            self.assertEqual(result.stdout.count("\n"), 1)
            self.assertEqual(json.loads(result.stdout)["type"], command)

    def test_leaves_no_program_and_no_process(self):
        require("ebpf", "bpftool")

        def loaded():
            return {program["id"] for program in json.loads(support.run("bpftool", "-j", "prog").stdout or "[]")
                    if program.get("name", "").startswith(("cttrace", "sys_e", "process_", "find_tasks", "cgroup_att"))}

        before = loaded()
        process = support.subprocess.Popen([support.CTTRACE, "doctor"], stdout=support.subprocess.DEVNULL,
                                           start_new_session=True)
        self.assertEqual(process.wait(timeout=60), 0)
        self.assertEqual(support.run("pgrep", "--session", str(process.pid)).stdout, "")
        # The kernel frees programs a moment after the last descriptor.
        for _ in range(100):
            if loaded() <= before:
                break
            os.sched_yield()
            support.run("bpftool", "prog", "show", "name", "none")
        self.assertLessEqual(loaded(), before)


if __name__ == "__main__":
    support.main()
