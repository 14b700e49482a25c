"""What descriptors stand for, mounts that are objects, and identities: compared with what the program itself found."""

import errno
import os
import re
import sys

import support
from support import cttrace, run
from traced import Case, Trace, flags, raw, value

CAPABILITIES = {"CAP_CHOWN": 0, "CAP_KILL": 5, "CAP_SYSLOG": 34}


def inode(link):
    """Of the text of a /proc/PID/ns link."""
    return int(re.fullmatch(r"\w+:\[(\d+)\]", link).group(1))


class Descriptors(Case):
    def setUp(self):
        super().setUp()
        self.record = self.tmp / "recording"
        self.said, self.traced = self.trace("descriptors", self.dir, options=["--record", self.record])

    def file(self, call, index):
        return call["args"][index]["file"]

    def test_pidfds_are_their_processes(self):
        child, pidfd = self.said.number("child"), self.said.number("pidfd")
        opened = self.traced.only("pidfd_open", lambda call: value(call, 0) == child)
        self.assertEqual((opened["result"], opened["returned_file"]["kind"], opened["returned_file"]["pid"]),
                         (pidfd, "pidfd", child))
        ours, theirs = self.said.numbers("getfd")
        got = self.traced.only("pidfd_getfd")
        self.assertEqual((got["result"], value(got, 1)), (theirs, ours))
        self.assertEqual((self.file(got, 0)["kind"], self.file(got, 0)["pid"]), ("pidfd", child))
        joined = self.traced.only("setns", lambda call: self.file(call, 0)["kind"] == "pidfd")
        self.assertEqual([raw(joined, 0), joined["result"]], self.said.numbers("setns_pidfd"))
        self.assertEqual(self.file(joined, 0)["pid"], child)
        self.assertEqual(flags(joined, 1), (["CLONE_NEWIPC", "CLONE_NEWUTS"], 0))

    def test_namespace_files_are_their_namespaces(self):
        calls = [call for call in self.traced.calls("setns") if self.file(call, 0)["kind"] == "namespace"]
        self.assertEqual([[raw(call, 0), call["result"]] for call in calls],
                         [self.said.numbers(name) for name in ("setns_uts", "setns_any", "setns_wrong")])
        for call in calls:
            self.assertEqual((self.file(call, 0)["namespace"], self.file(call, 0)["inode"]),
                             ("uts", inode(self.said.one("uts"))))
        text = cttrace("show", "-y", "-e", "setns", self.record).stdout
        fd = self.said.numbers("setns_uts")[0]
        self.assertIn(f"setns({fd}<{self.said.one('uts')}>, CLONE_NEWUTS) = 0\n", text)

    def test_paths_that_name_descriptors(self):
        # The program's own words for the path, and the folder that it opened.
        folders = {"magic-self": "self", "magic-thread": "thread", "magic-pid": "pid", "magic-below": "below/in"}
        text = cttrace("show", "-e", "mount", self.record).stdout
        for name, folder in folders.items():
            path, result = self.said.one(name).split()
            call = self.traced.only("mount", lambda call: value(call, 0) == name)
            self.assertEqual((value(call, 1), call["result"]), (path, int(result)))
            self.assertEqual(call["args"][1]["resolved"], f"{self.dir}/{folder}")
            self.assertRegex(text, rf'(?m)mount\("{name}", "{path}" [^,]*{re.escape(str(self.dir))}/{folder}\b')
        call = self.traced.only("mount", lambda call: value(call, 0) == "relative-path")
        self.assertEqual((value(call, 1), call["args"][1]["resolved"]), ("relative", f"{self.dir}/relative"))

    def test_paths_from_descriptors_and_nodes(self):
        dirfd = self.said.number("dirfd")
        made, fifo = self.traced.calls("mknodat")  # which is what mknod(3) calls, too
        owned = self.traced.only("fchownat")
        for call in (made, owned):
            self.assertEqual((raw(call, 0), self.file(call, 0)["path"]), (dirfd, f"{self.dir}/below"))
            self.assertEqual((value(call, 1), call["args"][1]["resolved"]), ("null", f"{self.dir}/below/null"))
        self.assertEqual((value(made, 2)["type"], value(made, 2)["permissions"]), ("S_IFCHR", "0640"))
        self.assertEqual((value(made, 3), made["result"]), ({"major": 1, "minor": 3}, self.said.number("mknodat")))
        self.assertEqual(([value(owned, i) for i in (2, 3)], owned["result"]), ([12, 34], self.said.number("fchownat")))
        self.assertEqual((value(fifo, 2)["type"], fifo["args"][1]["resolved"]), ("S_IFIFO", f"{self.dir}/fifo"))
        changed, closed = self.traced.calls("fchdir")
        self.assertEqual((raw(changed, 0), self.file(changed, 0)["path"], changed["result"]), (dirfd, f"{self.dir}/below", 0))
        self.assertEqual((raw(closed, 0), closed["args"][0].get("file"), closed["result"]),
                         (777, None, self.said.number("closed")))
        self.assertEqual(closed["error"]["name"], "EBADF")
        self.whole(self.traced)


class Numbers(Case):
    def test_a_number_of_another_pid_namespace(self):
        said, trace = self.trace("same_number", self.dir)
        path, result, on_inner = said.one("twin").split()
        self.assertEqual((result, on_inner), ("0", "1"), "the test proves nothing: the path meant something else")
        call = trace.only("mount", lambda call: value(call, 0) == "twin")
        self.assertEqual((value(call, 1), call["result"]), (path, 0))
        # Better no more than the path itself than the descriptor of the other process with this number.
        self.assertIn(call["args"][1]["resolved"], (path, f"{self.dir}/inner"))


class NodeOwners(Case):
    def test_what_any_thread_gives_away_of_a_program_that_has_made_a_node(self):
        said, trace, _ = self.trace_chosen("node_owner", self.dir)
        gave = [[int(word) for word in words.split()] for words in said.all("gave")]
        self.assertEqual([owner for owner, _ in gave], [100, 101, 102, 103, 104])
        self.assertEqual([(value(call, 2), call["result"]) for call in trace.calls("fchownat")],
                         [tuple(words) for words in gave[1:4]])


class MountObjects(Case):
    def test_mounts_made_of_objects(self):
        record = self.tmp / "recording"
        said, trace = self.trace("mount_objects", self.dir, options=["--record", record])
        context, mounted = said.number("context"), said.number("mounted")
        opened = trace.only("fsopen")
        self.assertEqual((opened["result"], opened["returned_file"]["kind"], opened["returned_file"]["fs_type"]),
                         (context, "fs_context", "tmpfs"))
        configured = [call for call in trace.calls("fsconfig") if raw(call, 0) == context]
        self.assertEqual([call["result"] for call in configured],
                         [said.number(name) for name in ("size", "bogus", "flag", "create")])
        for call in configured:
            self.assertEqual((call["args"][0]["file"]["kind"], call["args"][0]["file"]["fs_type"]), ("fs_context", "tmpfs"))
        # The kernel's message as the program has read it, which nobody may have taken from it: "e tmpfs: ...".
        message = said.one("message").removeprefix("e ")
        if support.BACKEND == "ebpf":  # by ptrace nobody can read it without taking it
            self.assertEqual([call["fs_message"] for call in configured], [None, message, None, None])
            self.assertIn(message, next(line for line in cttrace("show", record).stdout.splitlines() if '"bogus"' in line))
        self.assertEqual([value(call, 2) for call in configured[:3]], ["size", "bogus", "ro"])
        self.assertEqual([value(call, 3) for call in configured[:2]], ["64k", "1"])

        made = trace.only("fsmount")
        self.assertEqual((made["result"], made["returned_file"]["fs_type"], made["returned_file"]["detached"]),
                         (mounted, "tmpfs", True))
        set_, junk = trace.calls("mount_setattr")
        self.assertEqual((set_["result"], junk["result"]), (said.number("setattr"), said.number("junk")))
        attributes = value(set_, 3)
        self.assertEqual(sorted(attributes["attr_set"]["names"]), ["MOUNT_ATTR_NOEXEC", "MOUNT_ATTR_NOSUID"])
        self.assertEqual(attributes["propagation"]["names"], ["MS_SLAVE"])
        self.assertEqual(value(junk, 3)["attr_set"], {"names": [], "rest": "0x10000000000"})
        moved = trace.only("move_mount")
        self.assertEqual((raw(moved, 0), moved["result"]), (mounted, said.number("move")))
        self.assertEqual(moved["args"][3]["resolved"], f"{self.dir}/made")

    def test_what_is_in_a_detached_mount_has_no_path(self):
        record = self.tmp / "recording"
        said, trace = self.trace("mount_objects", self.dir, options=["--record", record])
        tree, inside = said.number("tree"), said.number("inside")
        copied = trace.only("open_tree")
        self.assertEqual((copied["result"], copied["returned_file"]["detached"], copied["args"][1]["resolved"]),
                         (tree, True, f"{self.dir}/copy"))
        node, change = trace.only("mknodat"), trace.only("fchdir")
        for call in (node, change):
            file = call["args"][0]["file"]
            self.assertEqual((raw(call, 0), file["detached"], file["path"], file["fs_type"]), (inside, True, "/b", "tmpfs"))
        self.assertRegex(cttrace("show", "-y", record).stdout, rf"(?m)^fchdir\({inside}<\(detached tmpfs\)/b>\) += 0$")
        picked = trace.only("fspick")
        self.assertEqual((picked["result"], picked["args"][1]["resolved"], picked["returned_file"]["kind"]),
                         (said.number("picked"), f"{self.dir}/copy", "fs_context"))
        last = trace.calls("fsconfig")[-1]
        self.assertEqual((raw(last, 0), last["result"]), (said.number("picked"), said.number("reconfigure")))
        self.whole(trace)

    def test_a_tree_that_is_on_its_way_lives(self):
        for name in ("from", "to"):
            (self.dir / name).mkdir()
        _, trace = self.trace("passed_on", self.dir)
        [state] = [container["set_up"]["handed_over"] for container in trace.of("container")
                   if container["set_up"]["ending"] == "handed_over"]
        [mount] = [mount for mount in state["mounts"] if mount["path"] == f"{self.dir}/to"]
        self.assertEqual((mount["root"], mount["filesystem"]["type"], state["doubt"]),
                         (f"{self.dir}/from", trace.only("open_tree")["returned_file"]["fs_type"], None))

    @support.only_with("ebpf", "to read a message is to take it")
    def test_a_message_is_told_only_with_its_own_call(self):
        said, trace = self.trace("old_message")
        refused, busy = [call for call in trace.calls("fsconfig") if call["result"] < 0]
        self.assertEqual([refused["result"], busy["result"]], [said.number("bogus"), said.number("unknown")])
        self.assertEqual(refused["fs_message"], said.one("message").removeprefix("e "))
        self.assertIsNone(busy["fs_message"])


class Inherited(Case):
    """Descriptors that a program begins with, of files that are elsewhere than in its mount namespace."""

    def handed_over(self, script, before=(), **options):
        """{descriptor: file} of the one program that gets a mount namespace of its own."""
        chosen = ["--backend", support.BACKEND, "--format", "ndjson", "-o", self.out]
        result = run(*before, support.CTTRACE, *chosen, "--", "sh", "-c", script, cwd=self.dir, **options)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        [container] = Trace(self.out.read_text()).of("container")
        program = container["set_up"]["handed_over"]["program"]
        return {file["fd"]: file for file in program["descriptors"]}

    def test_a_file_of_the_host_stays_there(self):
        # Whoever looked at the host's mounts last, after the change, has left them.
        own = os.stat("/proc/self/ns/mnt").st_ino
        for path in ("/dev/null", "/etc/passwd"):
            with open(path) as opened:
                fd = opened.fileno()
                file = self.handed_over("mount --bind . .; unshare -m sleep 0; umount .", pass_fds=[fd])[fd]
            self.assertEqual((file["path"], file.get("detached"), file["mount_ns"]), (path, None, own))

    def test_what_was_unmounted_is_detached(self):
        file = self.handed_over('mount -t tmpfs x . && exec 9<"$PWD/." && umount -l . && unshare -m sleep 0')[9]
        self.assertEqual((file["fs_type"], file.get("detached"), file["mount_ns"]), ("tmpfs", True, None))

    def test_a_file_of_a_namespace_that_nobody_traced_was_in(self):
        with open("/dev/null") as opened:
            fd = opened.fileno()
            file = self.handed_over("unshare -m sleep 0", before=["unshare", "-m"], pass_fds=[fd])[fd]
        self.assertEqual((file["path"], file.get("detached")), ("/dev/null", None))


# In namespaces of its own: CLONE_NEWNS, CLONE_NEWUTS.
NAMES = """
import ctypes, os, sys
libc = ctypes.CDLL(None)
assert libc.unshare(0x04020000) == 0
assert libc.sethostname(b"localhost\\0", 10) == 0 and libc.setdomainname(b"(none)\\0x", 8) == 0
if sys.argv[1:]:
    with open("/proc/sys/kernel/hostname", "wb", buffering=0) as file:
        file.write(os.fsencode(sys.argv[1]))
print(os.uname().nodename, flush=True)
os.execv("/bin/true", ["true"])
"""


class Names(Case):
    def test_they_end_where_uname_ends_them(self):
        for written in ([], ["two\nlines"], ["x" * 100]):
            result = cttrace("--format", "ndjson", "-o", self.out, "--", sys.executable, "-c", NAMES, *written)
            self.assertEqual((result.returncode, result.stderr), (0, ""))
            [container] = Trace(self.out.read_text()).of("container")
            state = container["set_up"]["handed_over"]
            self.assertEqual((state["hostname"], state["domainname"]), (result.stdout.rstrip("\n"), "(none)"), written)


class Identity(Case):
    def test_identity(self):
        said, trace = self.trace("identity")
        result = {name: said.number(name) for name in ("sethostname", "prlimit", "oom", "capset", "bounding", "setresgid",
                                                       "setresuid", "setfsuid")}
        host = trace.only("sethostname")
        self.assertEqual((value(host, 0), raw(host, 1), host["result"]),
                         ("torture\n\x1b[31m", 13, result["sethostname"]))
        limit = trace.only("prlimit64", lambda call: raw(call, 2) != 0)
        self.assertEqual((value(limit, 1)["names"], value(limit, 2)), (["RLIMIT_NOFILE"], {"rlim_cur": 64, "rlim_max": 128}))
        written = trace.only("write")
        self.assertEqual((raw(written, 0), value(written, 1), written["result"]), (said.number("control"), "123", result["oom"]))
        self.assertEqual(written["args"][0]["file"]["path"], f"/proc/{written['tgid']}/oom_score_adj")
        caps = trace.only("capset")
        wanted = 1 << CAPABILITIES["CAP_CHOWN"] | 1 << CAPABILITIES["CAP_KILL"]
        self.assertEqual((caps["result"], self.inheritable(value(caps, 1))), (result["capset"], wanted))
        dropped = trace.only("prctl", lambda call: value(call, 0)["names"] == ["PR_CAPBSET_DROP"])
        self.assertEqual((dropped["result"], raw(dropped, 1)), (result["bounding"], CAPABILITIES["CAP_SYSLOG"]))
        group, user, fs = trace.only("setresgid"), trace.only("setresuid"), trace.only("setfsuid")
        self.assertEqual(([value(group, i) for i in range(3)], group["result"]), ([11, 12, 13], result["setresgid"]))
        self.assertEqual(([value(user, i) for i in range(3)], user["result"]), ([-1, 22, -1], result["setresuid"]))
        self.assertEqual((value(fs, 0), fs["result"]), (23, result["setfsuid"]))
        many = [call for call in trace.calls("setgroups") if raw(call, 0) == 65537]
        self.assertEqual([call["result"] for call in many], [-errno.EINVAL])

    def inheritable(self, data):
        """The set of a __user_cap_data_struct[2], however its halves are put together."""
        found = data["inheritable"]
        self.assertEqual(int(found["rest"], 16), 0)
        return sum(1 << CAPABILITIES[name] for name in found["names"])


if __name__ == "__main__":
    support.main()
