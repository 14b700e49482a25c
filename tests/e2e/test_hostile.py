"""Calls as nobody sane makes them: what is shown is what was there, as far as it goes, and what is missing is counted."""

import base64
import re
import subprocess

import support
from support import cttrace
from traced import Case, program, raw, value


class Hostile(Case):
    def run_it(self, *arguments, options=()):
        return self.trace("hostile", *arguments, options=options)

    def test_two_mebibytes_of_arguments_and_no_environment(self):
        said, trace = self.run_it("arguments")
        call = trace.only("execve", lambda call: value(call, 0) == "/proc/self/exe")
        self.assertEqual((call["args"][1]["reading"], call["args"][2]["reading"], call["result"]), ("truncated", "null", 0))
        shown = value(call, 1)
        self.assertEqual(shown[:3], [str(program("hostile")), "execs", "0"])
        self.assertRegex(shown[3], r"\Ax{4000,}\Z")
        self.assertEqual(trace.missing, {"truncated": 1})
        self.assertEqual(len(trace.of("exec")), 2)

    def test_a_program_that_executes_itself_again_and_again(self):
        said, trace = self.run_it("execs", 200)
        self.assertEqual(len(said.all("exec")), 200)
        calls = [call for call in trace.calls("execve") if value(call, 0) == "/proc/self/exe"]
        self.assertEqual([value(call, 1)[2] for call in calls], [str(number) for number in range(199, 0, -1)])
        self.assertEqual({(call["outcome"], call["result"]) for call in calls}, {("returned", 0)})
        self.assertEqual(len(trace.of("exec")), 200)
        self.whole(trace)

    def test_vectors_of_thousands_of_parts(self):
        said, trace = self.run_it("vectors")
        calls = dict(zip(("some", "many", "too_many", "negative", "nothing", "nowhere"), trace.calls("writev"), strict=True))
        self.assertEqual({name: call["result"] for name, call in calls.items()},
                         {name: said.number(name) for name in calls})
        self.assertEqual((calls["some"]["args"][1]["reading"], value(calls["some"], 1)), ("ok", {"parts": 61, "data": "42"}))
        for name, parts in (("many", 1024), ("too_many", 5000)):
            self.assertEqual((calls[name]["args"][1]["reading"], value(calls[name], 1)["parts"]), ("truncated", parts))
        self.assertEqual(calls["nothing"]["args"][1]["reading"], "null")
        self.assertEqual(calls["nowhere"]["args"][1]["reading"], "faulted")

    def test_strings_that_end_where_memory_ends(self):
        said, trace = self.run_it("ends")
        good, *bad = trace.calls("chdir")
        self.assertEqual((value(good, 0), good["result"]), ("/nonexistent-end", said.number("terminated")))
        self.assertEqual([call["result"] for call in bad], [said.number(name) for name in ("open", "kernel", "null")])
        self.assertEqual([call["args"][0]["reading"] for call in bad], ["faulted", "faulted", "null"])
        self.assertEqual([value(call, 0) for call in bad], [None] * 3)
        part = trace.only("clone3")
        self.assertEqual((part["result"], part["args"][0]["reading"]), (said.number("struct"), "faulted"))
        self.whole(trace)  # the kernel could not read them either

    def test_names_that_are_not_for_terminals(self):
        record = self.tmp / "recording"
        said, trace = self.run_it("names", self.dir, options=["--record", record])
        ugly = b"new\nline \x1b[31mred\x9b \xff\xfe \" \\ \xe2\x80\xae"
        empty, call = trace.calls("chdir")[1:]
        self.assertEqual((value(empty, 0), empty["result"]), ("", said.number("empty")))
        self.assertEqual((base64.b64decode(value(call, 0)["base64"]), call["result"]), (ugly, said.number("ugly")))
        self.assertEqual(base64.b64decode(call["args"][0]["resolved"]["base64"]), bytes(self.dir) + b"/" + ugly)
        for form in ("calls", "ndjson", "json"):
            shown = subprocess.run([support.CTTRACE, "show", "-y", "--format", form, record], capture_output=True, check=True)
            self.assertEqual(re.findall(rb"[^\x20-\x7e\n]", shown.stdout), [], form)
        lines = cttrace("show", "-e", "chdir", record).stdout.splitlines()
        self.assertEqual(len([line for line in lines if line.startswith("chdir(")]), 3)

    def test_sizes_of_nothing_and_of_everything(self):
        said, trace = self.run_it("sizes")
        calls = dict(zip(("zero", "huge", "nowhere"), trace.calls("clone3"), strict=True))
        self.assertEqual({name: call["result"] for name, call in calls.items()},
                         {name: said.number(name) for name in calls})
        self.assertEqual((raw(calls["zero"], 1), value(calls["zero"], 0)), (0, {}))
        self.assertEqual(raw(calls["huge"], 1), 2**64 - 1)
        self.assertIn(calls["huge"]["args"][0]["reading"], ("truncated", "faulted"))
        self.assertEqual(calls["nowhere"]["args"][0]["reading"], "null")
        groups = trace.only("setgroups")
        self.assertEqual(groups["result"], said.number("groups"))

    def test_roots_in_roots_without_descriptors(self):
        said, trace = self.run_it("jail", self.dir)
        calls = [call for call in trace.events if call.get("name") in ("chroot", "chdir")][1:]
        self.assertEqual([call["result"] for call in calls], said.numbers("jail"))
        self.assertEqual([(call["name"], value(call, 0), call["args"][0]["resolved"]) for call in calls],
                         [("chroot", "outer", f"{self.dir}/outer"), ("chdir", "/inner", f"{self.dir}/outer/inner"),
                          ("chroot", ".", f"{self.dir}/outer/inner"), ("chdir", "/there", f"{self.dir}/outer/inner/there")])
        self.whole(trace)

    def remove_deep(self):
        support.run("rm", "-rf", self.dir, check=True)

    @support.only_with("ebpf", "no path in /proc is longer than PATH_MAX")
    def test_a_folder_deeper_than_any_path(self):
        self.addCleanup(self.remove_deep)
        # Longer than PATH_MAX, but all there; then with more components than are walked, and longer than a record.
        said, trace, _ = self.trace_chosen("hostile", "deep", self.dir, 50, 200, options=["-e", "trace=chroot"])
        call = trace.only("chroot")
        self.assertEqual(call["result"], said.number("deep"))
        self.assertEqual(call["args"][0]["resolved"], f"{self.dir}{('/' + 'd' * 200) * 50}/nonexistent")
        self.whole(trace)
        said, trace, _ = self.trace_chosen("hostile", "deep", self.dir, 2500, 1, options=["-e", "trace=chroot"])
        base = trace.only("chroot")["args"][0]["base"]
        self.assertTrue(base["path_cut"])
        self.assertEqual(trace.missing, {"path_depth": 1})
        said, trace, _ = self.trace_chosen("hostile", "deep", self.dir, 200, 201, options=["-e", "trace=chroot"])
        call = trace.only("chroot")
        self.assertEqual((value(call, 0), call["result"], call["cut"]), ("nonexistent", said.number("deep"), True))
        self.assertEqual((trace.missing, trace.completeness["cut"]), ({"record_cut": 1}, 1))


if __name__ == "__main__":
    support.main()
