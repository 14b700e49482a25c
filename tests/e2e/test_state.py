"""The state of a task, told when it executes a program and when tracing begins, is what its own /proc says."""

import os
import re
import signal
import subprocess

import support
from support import Tracing
from traced import Case, Talking, Trace, program

NAMESPACES = "mnt uts ipc net cgroup pid pid_for_children time time_for_children user".split()


def groups(pid, tags):
    """Peer groups that a process's mount table names."""
    with open(f"/proc/{pid}/mountinfo") as table:
        return set(re.findall(rf" (?:{tags}):(\d+)(?= )(?=.* - )", table.read()))


class Proc:
    """What /proc says of a process, in the form of an event."""

    def __init__(self, pid):
        self.folder = f"/proc/{pid}"
        self.status = dict(line.split(":", 1) for line in self.text("status").splitlines())

    def text(self, name):
        with open(f"{self.folder}/{name}") as file:
            return file.read()

    def link(self, name):
        return os.readlink(f"{self.folder}/{name}")

    def numbers(self, name):
        return [int(word) for word in self.status[name].split()]

    def state(self):
        ids = ("real", "effective", "saved", "fs")
        capabilities = {"inheritable": "CapInh", "permitted": "CapPrm", "effective": "CapEff", "bounding": "CapBnd",
                        "ambient": "CapAmb"}
        maps = {name: [dict(zip(("first", "lower_first", "count"), map(int, line.split())))
                       for line in self.text(name).splitlines()] for name in ("uid_map", "gid_map")}
        return {
            "tid": self.numbers("Pid")[0],
            "tgid": self.numbers("Tgid")[0],
            "parent_tgid": self.numbers("PPid")[0],
            "comm": self.text("comm").rstrip("\n"),
            "namespaces": {name: int(re.search(r"\[(\d+)\]", self.link(f"ns/{name}")).group(1)) for name in NAMESPACES},
            "pids": self.numbers("NSpid"),
            "uid": dict(zip(ids, self.numbers("Uid"))),
            "gid": dict(zip(ids, self.numbers("Gid"))),
            "groups": self.numbers("Groups"),
            "capabilities": {name: int(self.status[field], 16) for name, field in capabilities.items()},
            "no_new_privs": bool(self.numbers("NoNewPrivs")[0]),
            "seccomp": {"mode": self.numbers("Seccomp")[0], "filters": self.numbers("Seccomp_filters")[0]},
            "oom_score_adj": int(self.text("oom_score_adj")),
            "cgroup": next(line.split(":", 2)[2] for line in self.text("cgroup").splitlines() if line.startswith("0::")),
            "cwd": self.link("cwd"),
            "root": self.link("root"),
            "exe": self.link("exe"),
            **maps,
        }


def told(event):
    """The same of an event."""
    state = {name: event[name] for name in (
        "tid", "tgid", "parent_tgid", "comm", "namespaces", "pids", "uid", "gid", "groups", "no_new_privs", "seccomp",
        "oom_score_adj", "cgroup", "uid_map", "gid_map")}
    state["capabilities"] = {name: int(text, 16) for name, text in event["capabilities"].items()}
    state.update({name: event[name]["path"] for name in ("cwd", "root", "exe")})
    return state


class State(Case):
    def setUp(self):
        super().setUp()
        self.maxDiff = None
        self.dir.chmod(0o755)
        self.tmp.chmod(0o755)

    def at_exec(self, how):
        with Tracing("--format", "ndjson", "-o", self.out, "--", program("prepared"), how, "exec", self.dir,
                     stdin=subprocess.PIPE) as tracing:
            securebits = tracing.process.stdout.readline().split()
            pid = tracing.process.stdout.readline().split()
            self.assertEqual((securebits[0], pid[0]), ("securebits", "pid"))
            truth = Proc(int(pid[1])).state()
            self.assertEqual(tracing.finish().returncode, 0)
        trace = Trace(self.out.read_text())
        self.whole(trace)
        event = [event for event in trace.of("exec") if event["tid"] == int(pid[1])][-1]
        self.assertEqual(told(event), truth)
        self.assertEqual(int(event["securebits"], 16), int(securebits[1]))
        return truth, event

    def at_start(self, how):
        talking = Talking(self, [program("prepared"), how, "stay", self.dir])
        securebits, pid = int(talking.until("securebits")), int(talking.until("pid"))
        truth = Proc(pid).state()
        heard = groups(pid, "shared|master") & groups("self", "shared")
        with Tracing("--format", "ndjson", "-o", self.out, "-p", pid) as tracing:
            self.assertEqual(tracing.finish(signal.SIGINT).returncode, -signal.SIGINT)
        talking.end()
        trace = Trace(self.out.read_text())
        self.whole(trace)
        event, = trace.of("state")
        self.assertEqual(told(event), truth)
        # No /proc tells.
        told_securebits = event["securebits"] and int(event["securebits"], 16)
        self.assertEqual(told_securebits, securebits if support.BACKEND == "ebpf" else None)
        # Its own comes last: behind those from which mounts come into it.
        tables = [mounts["mount_ns"] for mounts in trace.of("mounts")]
        self.assertEqual(tables[-1], truth["namespaces"]["mnt"])
        here = os.stat("/proc/self/ns/mnt").st_ino
        self.assertEqual(here in tables, here == tables[-1] or (support.BACKEND == "ebpf" and heard != set()))
        return truth, event

    def test_a_program_as_it_is(self):
        self.at_exec("plain")
        self.at_start("plain")

    def test_capabilities_without_root(self):
        for truth, _ in (self.at_exec("ambient"), self.at_start("ambient")):
            self.assertEqual((truth["capabilities"]["ambient"], truth["uid"]["effective"]), (1, 8), "the program failed")

    def test_everything_else_than_usual(self):
        own = Proc("self").state()
        for truth, event in (self.at_exec("contained"), self.at_start("contained")):
            # The program has made all that different, or the comparison would prove nothing.
            same = [name for name in NAMESPACES if truth["namespaces"][name] == own["namespaces"][name]]
            self.assertEqual(same, [])
            if event["type"] == "state":
                self.assertNotEqual(truth["namespaces"]["time"], truth["namespaces"]["time_for_children"])
            self.assertNotEqual(truth["namespaces"]["pid"], truth["namespaces"]["pid_for_children"])
            self.assertEqual((truth["root"], len(truth["uid_map"]), len(truth["pids"])),
                             (str(self.dir), 7, len(own["pids"]) + 1))
            self.assertEqual((truth["uid"]["real"], truth["uid"]["effective"], truth["gid"]["effective"]),
                             (200011, 300022, 200104))
            self.assertEqual((truth["groups"], truth["oom_score_adj"]), ([100001, 200101, 200102, 200149], 77))
            self.assertEqual((truth["no_new_privs"], truth["seccomp"]["mode"]), (True, 2))
            self.assertTrue(event["root"]["chroot"])


class Descriptors(Case):
    """What is open when a program begins, but for 0, 1 and 2."""

    def handed(self, opened):
        """As the event of /bin/true's execve has it; `opened` is done before, in Python."""
        script = f"import os; {opened}; os.execv('/bin/true', ['true'])"
        result = support.cttrace("--format", "ndjson", "-o", self.out, "--", "python3", "-c", script)
        self.assertEqual(result.returncode, 0, result.stderr)
        trace = Trace(self.out.read_text())
        self.whole(trace)
        *others, last = trace.of("exec")
        # Nothing of cttrace's own.
        self.assertEqual([event["open"] for event in others], [[] for _ in others])
        return last

    def test_which(self):
        opened = ("os.dup2(os.open('/etc/passwd', os.O_RDONLY), 7); os.dup2(os.pipe()[1], 1200); "
                  "os.dup2(os.open('/', os.O_PATH), 9, inheritable=False)")
        first, second = self.handed(opened)["open"]
        self.assertEqual((first["fd"], first["path"], first["open_flags"]["names"][0]), (7, "/etc/passwd", "O_RDONLY"))
        self.assertEqual((second["fd"], second["internal"]), (1200, True))
        self.assertRegex(second["shown"], r"^pipe:\[[0-9]+\]$")

    def test_all_or_nothing(self):
        many = "[os.dup2(0, fd) for fd in range(3, 3 + {})]"
        self.assertEqual([file["fd"] for file in self.handed(many.format(48))["open"]], list(range(3, 51)))
        self.assertNotIn("open", self.handed(many.format(49)))

    @support.only_with("ebpf", "/proc lists them, however far apart")
    def test_none_of_those_with_high_numbers(self):
        self.assertNotIn("open", self.handed("os.dup2(0, 5000)"))


if __name__ == "__main__":
    support.main()
