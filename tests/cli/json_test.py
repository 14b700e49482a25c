"""JSON of real traces: every object and the document are as docs/schema says, and the schemas refuse what is not."""

import base64
import collections
import copy
import json
import os
import pathlib
import platform
import re
import signal
import unittest

import support
from support import cttrace, require

PROGRAMS = support.BUILD / "bin/e2e"

# Makes namespaces, mounts, device nodes, failures, children, an early end and text that is no UTF-8.
SCRIPT = r"""
import ctypes, os, signal
libc = ctypes.CDLL(None, use_errno=True)
folder = os.fsencode(os.environ["FOLDER"])
os.mkdir(folder + b"/a")
if os.fork() == 0:
    libc.unshare(0x00020000)                                        # CLONE_NEWNS
    libc.mount(None, b"/", None, 0x44000, None)                     # MS_REC|MS_PRIVATE
    libc.mount(b"none", folder + b"/a", b"tmpfs", 6, b"size=64k,mode=755")
    target = os.open(folder + b"/a", os.O_PATH)
    libc.mount(b"none", b"/proc/self/fd/%d" % target, b"tmpfs", 0, None)
    namespace = os.open("/proc/self/ns/mnt", os.O_RDONLY)
    libc.setns(namespace, 0)
    os.kill(os.getpid(), signal.SIGKILL)
os.wait()
os.mknod(folder + b"/null", 0o020666, os.makedev(1, 3))
libc.mount(b"bad\xff", folder + b"/\xc3\xa9\xfe\x1b", b"t", 1 << 9, b"x" * 50)
libc.umount2(ctypes.c_void_p(1), 2)
libc.setgroups(2, (ctypes.c_uint32 * 2)(0, 5))
libc.prctl(8, ctypes.c_ulong(1 << 53))
os.setresuid(-1, -1, -1)
context = libc.syscall(430, b"tmpfs", 0)
libc.syscall(431, context, 1, b"bogus", b"x", 0)
pidfd = os.pidfd_open(os.getpid())
libc.setns(pidfd, 0)
attributes = (ctypes.c_uint64 * 5)(1, 2, 0, 0, 7)
libc.syscall(442, -100, b"/none", 0, attributes, 40)
with open("/proc/self/oom_score_adj", "w") as file:
    file.write("1")
os.execv("/bin/sh", ["sh", "-c", "exit 3"])
"""


class Schemas(support.Case):
    @classmethod
    def setUpClass(cls):
        require("tracing", "jsonschema")
        cls.folder = support.tempfile.TemporaryDirectory(prefix="cttrace-test-")
        cls.addClassCleanup(cls.folder.cleanup)
        cls.recording = pathlib.Path(cls.folder.name) / "a.ctt"
        cls.script = pathlib.Path(cls.folder.name) / "script.py"
        cls.script.write_text(SCRIPT)
        work = pathlib.Path(cls.folder.name) / "work"
        work.mkdir()
        cls.environment = {**os.environ, "FOLDER": str(work)}
        cls.live = cttrace("--record", cls.recording, "--format", "ndjson", "-o", cls.folder.name + "/live", "python3",
                           cls.script, env=cls.environment)
        assert cls.live.returncode == 3, cls.live.stderr

    def lines(self, *options):
        shown = cttrace("show", "--format", "ndjson", *options, self.recording)
        self.assertEqual((shown.returncode, shown.stderr), (0, ""))
        return [json.loads(line) for line in shown.stdout.splitlines()]

    def document(self, *options):
        shown = cttrace("show", "--format", "json", *options, self.recording)
        self.assertEqual((shown.returncode, shown.stderr), (0, ""))
        return json.loads(shown.stdout)

    def calls(self, name):
        return [line for line in self.lines() if line.get("name") == name]

    @staticmethod
    def argument(call, name):
        return next(arg for arg in call["args"] if arg["name"] == name)

    def test_every_line_is_as_the_schema_says(self):
        for options in [[], ["-s", "4", "-v", "-y"], ["-c"], ["-C", "-Z"], ["-e", "mount"]]:
            lines = self.lines(*options)
            for line in lines:
                support.validate(line, "ndjson")
            self.assertEqual([line["type"] for line in lines].count("header"), 1)
            self.assertEqual([lines[0]["type"], lines[-1]["type"]], ["header", "completeness"])
        self.assertLessEqual({"call", "fork", "exec", "exit", "header", "completeness"},
                             {line["type"] for line in self.lines()})

    def test_the_document_is_as_the_schema_says_and_has_the_lines(self):
        for options in [[], ["-s", "4"], ["-c"]]:
            document, lines = self.document(*options), self.lines(*options)
            support.validate(document, "trace")
            self.assertEqual([document["header"], *document["events"], document["completeness"]], lines)

    def test_attached_to_the_whole_host(self):
        with support.Tracing("--format", "ndjson", "-a") as trace:
            ran = support.run("python3", self.script, env={**self.environment, "FOLDER": str(self.tmp)})
            self.assertEqual(ran.returncode, 3, ran.stderr)
            result = trace.finish(signal.SIGINT)
        lines = [json.loads(line) for line in result.stdout.splitlines()]
        for line in lines:
            support.validate(line, "ndjson")
        self.assertEqual(lines[0]["roots"], [])
        self.assertIn("bad\ufffd", [arg["value"]["text"] for line in lines for arg in line.get("args", [])
                                    if isinstance(arg["value"], dict) and "base64" in arg["value"]])
        self.assertLessEqual({"state", "mounts", "call"}, {line["type"] for line in lines})

    def test_every_call_with_every_kind_of_value(self):
        program = PROGRAMS / "every_call"
        out = self.tmp / "out"
        traced = cttrace("--format", "ndjson", "-e", "trace=all", "-o", out, program, self.tmp, timeout=300)
        self.assertTrue(out.exists(), traced.stderr)
        seen = collections.Counter()
        for line in out.read_text().splitlines():
            line = json.loads(line)
            name = line.get("name")
            seen[name] += 1
            if seen[name] % 7 == 1:  # some of them: validating is slow
                support.validate(line, "ndjson")
        known = json.loads(cttrace("syscalls", "--format", "json").stdout)["syscalls"]
        # Those of the program: others are newer than strace, or traced only in what makes device nodes, holds a
        # detached mount tree, or is a filesystem context.
        others = {"open_tree_attr", "fchmodat2", "chown", "fchown", "lchown", "fchownat", "close"}
        names = {row["name"] for row in known if platform.machine() in row["numbers"]}
        self.assertLessEqual(names - others, set(seen))

    @support.requires("bpftool")
    def test_the_traits_are_those_of_the_kernel(self):
        types = support.run("bpftool", "btf", "dump", "file", "/sys/kernel/btf/vmlinux", "format", "c", check=True).stdout

        def has(struct, member):
            body = re.search(rf"^struct {struct} {{\n(.*?)^}}", types, re.MULTILINE | re.DOTALL)[1]
            return re.search(rf"\b{member};", body) is not None

        expected = {"mount.by_id": has("mnt_namespace", "nr_mounts"), "mount.overmount": has("mount", "overmount")}
        self.assertEqual(self.lines()[0]["kernel_traits"], [trait for trait, found in expected.items() if found])

    def test_what_the_header_says_is_true(self):
        header = self.lines()[0]
        self.assertEqual(header["kernel"], platform.release())
        self.assertEqual(header["host"], platform.node())
        self.assertEqual(header["machine"], platform.machine())
        self.assertEqual(header["command"][-2:], ["python3", str(self.script)])

    def test_bytes_survive(self):
        mount = next(call for call in self.calls("mount") if isinstance(self.argument(call, "dev_name")["value"], dict))
        self.assertEqual(self.argument(mount, "dev_name")["value"], {"text": "bad\ufffd", "base64": "YmFk/w=="})
        target = self.argument(mount, "dir_name")["value"]
        path = os.fsencode(self.environment["FOLDER"]) + b"/\xc3\xa9\xfe\x1b"
        self.assertEqual(base64.b64decode(target["base64"]), path)
        self.assertEqual(target["text"], path.decode(errors="replace"))
        self.assertEqual(self.argument(mount, "flags")["value"], {"names": [], "rest": "0x200"})
        self.assertEqual(mount["error"]["name"], "ENODEV" if mount["result"] == -19 else "ENOENT")
        self.assertEqual(self.argument(mount, "data")["value"], "x" * 50)

    def test_facts(self):
        node = self.calls("mknod")[0] if self.calls("mknod") else self.calls("mknodat")[0]
        self.assertEqual(self.argument(node, "dev")["value"], {"major": 1, "minor": 3})
        self.assertEqual(self.argument(node, "mode")["value"], {"octal": "020666", "type": "S_IFCHR", "permissions": "0666"})
        unmount = self.calls("umount2")[-1]
        self.assertEqual((unmount["args"][0]["reading"], unmount["args"][0]["value"], unmount["error"]["name"]),
                         ("faulted", None, "EFAULT"))
        keep = next(call for call in self.calls("prctl") if call["args"][0]["value"]["names"] == ["PR_SET_KEEPCAPS"])
        self.assertEqual((keep["args"][1]["value"], keep["args"][1]["raw"]), (str(1 << 53), hex(1 << 53)))
        pidfd = self.argument(self.calls("setns")[-1], "fd")["file"]
        self.assertEqual((pidfd["kind"], pidfd["pid"]), ("pidfd", self.calls("setns")[-1]["tgid"]))
        onto = next(arg for call in self.calls("mount") for arg in call["args"]
                    if isinstance(arg["value"], str) and arg["value"].startswith("/proc/self/fd/"))
        self.assertEqual(onto["resolved"], self.environment["FOLDER"] + "/a")
        tail = self.argument(self.calls("mount_setattr")[-1], "uattr")
        self.assertEqual(tail["unknown_bytes"], {"offset": 32, "base64": "BwAAAAAAAAA="})
        self.assertIn("bogus", self.calls("fsconfig")[-1]["fs_message"])
        ends = [line for line in self.lines() if line["type"] == "exit"]
        self.assertIn(("SIGKILL", None), [(end["signal"] and end["signal"]["name"], end["exit_status"]) for end in ends])
        self.assertIn(3, [end["exit_status"] for end in ends])

    def test_cut_strings_say_so(self):
        data = [arg for line in self.lines("-s", "4") if line.get("name") == "mount" for arg in line["args"]
                if arg["name"] == "data" and arg["value"]]
        self.assertIn({"text": "xxxx", "cut": True}, [arg["value"] for arg in data])
        self.assertNotIn({"text": "xxxx", "cut": True}, [arg["value"] for call in self.calls("mount") for arg in call["args"]])

    def test_status_and_summary(self):
        lines = self.lines("-Z", "-C")
        failed = [line for line in lines if line["type"] == "call"]
        self.assertTrue(failed)
        self.assertTrue(all(line["error"] for line in failed))
        counted = {row["name"]: row["calls"] for row in lines[-1]["summary"]}
        self.assertEqual(sum(counted.values()), len(failed))
        only = self.lines("-c")
        self.assertEqual([line["type"] for line in only], ["header", "completeness"])

    def test_replayed_lines_are_those_of_the_live_run(self):
        live = pathlib.Path(self.folder.name, "live").read_text()
        self.assertEqual([json.loads(line) for line in live.splitlines()], self.lines())
        self.assertTrue(live.isascii())

    def refused(self, document, schema):
        import jsonschema
        with self.assertRaises(jsonschema.ValidationError):
            support.validate(document, schema)

    def test_the_schemas_refuse_what_is_not_so(self):
        lines = self.lines()
        seen = {}
        for line in lines:
            if line["type"] != "call" or (len(line["args"]) == 5 and line["error"]):
                seen.setdefault(line["type"], line)
        self.assertLessEqual({"header", "call", "fork", "exec", "exit", "completeness"}, set(seen))
        for kind, line in seen.items():
            for field in line:  # each is required, and of a type; but for what not every recording tells
                mutant = {name: value for name, value in line.items() if name != field}
                if field in ("open", "killed_by"):
                    support.validate(mutant, "ndjson")
                else:
                    self.refused(mutant, "ndjson")
                self.refused({**line, field: {"no": "such"}}, "ndjson")
            self.refused({**line, "extra": 1}, "ndjson")
        self.refused([], "ndjson")
        self.refused({"type": "other"}, "ndjson")

    def test_the_schemas_refuse_it_deep_inside_too(self):
        call = next(line for line in self.lines() if line.get("name") == "mknod" or line.get("name") == "mknodat")
        mode = next(i for i, arg in enumerate(call["args"]) if arg["kind"] == "mode")

        def changed(change):
            mutant = copy.deepcopy(call)
            change(mutant["args"][mode])
            return mutant

        support.validate(changed(lambda arg: None), "ndjson")
        for change in [lambda arg: arg.pop("raw"), lambda arg: arg.update(raw=5), lambda arg: arg.update(raw="0x00"),
                       lambda arg: arg.update(kind="color"), lambda arg: arg.update(value=5),
                       lambda arg: arg.update(value=None), lambda arg: arg["value"].update(more=1),
                       lambda arg: arg["value"].pop("octal"), lambda arg: arg["value"].update(type="CHR"),
                       lambda arg: arg.update(resolved="/x"), lambda arg: arg.update(ignored=False)]:
            self.refused(changed(change), "ndjson")
        for number in [1 << 53, -1, 1.5, "5", "-9007199254740992"]:
            self.refused({**call, "time_ns": number}, "ndjson")
        support.validate({**call, "time_ns": "9007199254740992"}, "ndjson")
        self.refused({**call, "outcome": "did_not_return"}, "ndjson")  # with a result

    def test_the_schemas_refuse_other_documents(self):
        document = self.document("-e", "mount")
        for field in document:
            self.refused({name: value for name, value in document.items() if name != field}, "trace")
        self.refused({**document, "version": 2}, "trace")
        self.refused({**document, "extra": None}, "trace")
        self.refused({**document, "events": [document["header"]]}, "trace")
        self.refused({**document, "events": document["events"] + [{"type": "call"}]}, "trace")


if __name__ == "__main__":
    support.main()
