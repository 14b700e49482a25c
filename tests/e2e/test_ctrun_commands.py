"""The commands and options by which managers use a runtime: ctrun answers as runc does."""

import array
import json
import os
import pathlib
import re
import select
import socket
import subprocess
import termios
import threading

import seen_inside
import support
from clients import BINARIES
from ctrun import CTRUN
from runtimes import Bundle, remove_cgroups, unique
from support import require, run


class Runtime:
    """One of BINARIES with a state folder of its own, and containers of one bundle."""

    def __init__(self, case, name, bundle):
        self.name, self.bundle, self.root = name, bundle, case.tmp / f"state-{name}"
        self.id = f"{unique(case)}-{name}"
        bundle.config["linux"]["cgroupsPath"] = "/" + self.id
        bundle.write()
        case.addCleanup(remove_cgroups, self.id)
        case.addCleanup(lambda: self("delete", "--force", self.id))

    def words(self, *arguments):
        return [BINARIES[self.name], "--root", str(self.root), *map(str, arguments)]

    def __call__(self, *arguments, **options):
        return run(*self.words(*arguments), cwd=self.bundle.path, **options)

    def quietly(self, *arguments, **options):
        """Where a container goes on running with what it was given as its output."""
        return self(*arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **options)

    def state(self):
        return json.loads(self("state", self.id).stdout)

    def left(self):
        return [*self.root.rglob("*")], seen_inside.cgroup_folders(self.id), seen_inside.mounts_with(self.id)


def until(condition):
    pause = threading.Event()
    for _ in range(500):
        if condition():
            return True
        pause.wait(0.02)
    return False


class Commands(support.Case):
    maxDiff = None

    def setUp(self):
        super().setUp()
        require("root", "runc")

    def runtimes(self, *args, terminal=False):
        """Each in turn, with a bundle whose program is `args`; and nothing of it afterwards."""
        bundle = Bundle(self, args=args)
        bundle.config["process"]["terminal"] = terminal
        for name in BINARIES:
            runtime = Runtime(self, name, bundle)
            yield runtime
            runtime("delete", "--force", runtime.id)
            self.assertEqual(runtime.left(), ([], [], []), name)

    def same(self, told):
        self.assertEqual(told["ctrun"], told["runc"])
        return told["ctrun"]

    def test_a_life(self):
        told = {}
        for runtime in self.runtimes("/bin/sleep", "1000"):
            statuses, states = [], []

            def note(result):
                statuses.append(result.returncode)
                state = runtime("state", runtime.id)
                states.append(json.loads(state.stdout) if state.returncode == 0 else state.returncode)

            note(runtime.quietly("create", runtime.id))
            note(runtime.quietly("create", runtime.id))
            note(runtime("start", runtime.id))
            note(runtime("start", runtime.id))
            note(runtime("kill", runtime.id, "0"))
            note(runtime("kill", runtime.id, "SIGWINCH"))
            note(runtime("kill", runtime.id, "NOSUCH"))
            note(runtime("pause", runtime.id))
            note(runtime("exec", runtime.id, "/bin/true"))
            note(runtime("resume", runtime.id))
            note(runtime("exec", runtime.id, "/bin/true"))
            note(runtime("exec", runtime.id, "/bin/sh", "-c", "exit 9"))
            note(runtime("exec", runtime.id, "/bin/sh", "-c", "kill -KILL $$"))
            note(runtime("exec", runtime.id, "/no/such"))
            note(runtime("delete", runtime.id))
            self.assertEqual(runtime("kill", runtime.id, "KILL").returncode, 0)
            self.assertTrue(until(lambda: runtime.state()["status"] == "stopped"))
            note(runtime("kill", runtime.id, "KILL"))
            note(runtime("exec", runtime.id, "/bin/true"))
            note(runtime("start", runtime.id))
            note(runtime("delete", runtime.id))
            note(runtime("delete", runtime.id))
            note(runtime("delete", "--force", runtime.id))
            told[runtime.name] = statuses, [self.known(state, runtime) for state in states]
        statuses, states = self.same(told)
        self.assertEqual([state if isinstance(state, int) else state["status"] for state in states],
                         ["created"] * 2 + ["running"] * 5 + ["paused"] * 2 + ["running"] * 6 + ["stopped"] * 3 + [1] * 3)

    def known(self, state, runtime):
        """A state without what is each container's own, once that is as it must be."""
        if isinstance(state, int):
            return state
        self.assertRegex(state["created"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$")
        self.assertEqual(state["pid"] > 0, state["status"] != "stopped")
        self.assertEqual(state["id"], runtime.id)
        return {**state, "created": None, "pid": state["pid"] > 0, "id": None, "ociVersion": None}

    def test_exit_statuses(self):
        told = {}
        for script in ("exit 0", "exit 7", "/bin/sh -c 'kill -KILL $$'; exit $?", "/bin/sh -c 'kill -TERM $$'; exit $?"):
            for runtime in self.fresh("/bin/sh", "-c", script):
                told.setdefault(runtime.name, []).append(runtime("run", runtime.id).returncode)
        for args in (["/no/such"], ["nosuch"], ["/etc/passwd"], ["/etc"]):
            for runtime in self.fresh(*args):
                result = runtime("run", runtime.id)
                told[runtime.name].append(result.returncode)
                self.assertEqual((result.stdout, len(result.stderr.splitlines())), ("", 1), result)
        self.assertEqual(self.same(told), [0, 7, 137, 143, 1, 1, 1, 1])

    def fresh(self, *args):
        """runtimes() in a folder of their own."""
        super().setUp()
        return self.runtimes(*args)

    def test_errors_in_the_log(self):
        told = {}
        for runtime in self.runtimes("/no/such"):
            log, lines = self.tmp / f"{runtime.name}.log", []
            for words in (["start", "nobody"], ["state", "nobody"], ["kill", "nobody"], ["create", runtime.id], ["delete", "nobody"]):
                result = runtime("--log", log, "--log-format", "json", *words)
                lines.append((result.returncode, [json.loads(line) for line in log.read_text().splitlines()]))
                log.unlink()
                text = runtime("--log", log, *words)
                self.assertRegex(log.read_text(), r'^time="[^"]+" level=error msg=".+"\n$')
                log.unlink()
                self.assertEqual((text.returncode, len(text.stderr.splitlines())), (result.returncode, 1))
            told[runtime.name] = [(status, [(sorted(line), line["level"]) for line in found]) for status, found in lines]
            # What containerd and docker look for in the text.
            for _, found in (*lines[:3], lines[4]):
                self.assertRegex(found[-1]["msg"], "does not exist")
            self.assertRegex(lines[3][1][-1]["msg"], "/no/such: (stat /no/such: )?no such file or directory")
        self.same(told)

    def test_what_is_not_understood_or_cannot_be_used(self):
        broken = self.tmp / "broken"
        broken.mkdir()
        (broken / "config.json").write_text('{\n  "ociVersion": x\n}')
        for status, words, part in [
                (1, ["--log", "/nosuch/x", "list"], "/nosuch/x: No such file or directory"),
                (1, ["--root", "/dev/null/x", "list"], "/dev/null/x: Not a directory"),
                (1, ["--root", self.tmp, "state", "a/b"], "the container id a/b"),
                (2, ["--root", self.tmp, "--net", "x", "plan", "--rootfs", "/tmp"], "use --net x"),
                (2, ["--create-by", "x", "list"], "use --create-by x"),
                (2, ["x"], "there is no subcommand x"), (2, ["--root", "/tmp"], "subcommand"),
                (1, ["--root", self.tmp, "run", "--bundle", broken, "x"], f"{broken}/config.json: line 2, column 17")]:
            result = run(CTRUN, *words)
            self.assertEqual((result.returncode, result.stdout), (status, ""), result.stderr)
            self.assertRegex(result.stderr, r"\Actrun: [^\n]+\n\Z")
            self.assertIn(part, result.stderr)
        self.assertEqual(run(CTRUN, "--root", self.tmp / "none", "list", "-q").returncode, 0)

    def test_pid_files(self):
        for runtime in self.runtimes("/bin/sleep", "1000"):
            files = {name: self.tmp / f"{runtime.name}-{name}" for name in ("create", "exec")}
            self.assertEqual(runtime.quietly("create", "--pid-file", files["create"], runtime.id).returncode, 0)
            self.assertEqual(files["create"].read_text(), str(runtime.state()["pid"]))
            runtime("start", runtime.id)
            self.assertEqual(runtime.quietly("exec", "-d", "--pid-file", files["exec"], runtime.id, "/bin/sleep", "77").returncode, 0)
            self.assertEqual(pathlib.Path(f"/proc/{files['exec'].read_text()}/cmdline").read_text(), "/bin/sleep\x0077\0")

    def test_preserved_descriptors(self):
        told = {}
        for runtime in self.runtimes("/bin/sh", "-c", "echo three >&3; readlink /proc/$$/fd/4; ls /proc/$$/fd; true"):
            reading, writing = os.pipe()
            # Of the runtime's descriptors 3 is this pipe, 4 something that is not meant for the program.
            script = 'exec 3>&"$0" 4</dev/zero; exec "$@"'
            words = runtime.words("run", "--preserve-fds", 1, runtime.id)
            result = run("bash", "-c", script, writing, *words, cwd=runtime.bundle.path, pass_fds=[writing])
            os.close(writing)
            with open(reading) as pipe:
                self.assertEqual(pipe.read(), "three\n", result)
            told[runtime.name] = result.returncode, result.stdout.split(), result.stderr
        self.assertEqual(self.same(told)[1], ["0", "1", "2", "3"])

    def listen(self, path):
        listening = socket.socket(socket.AF_UNIX)
        self.addCleanup(listening.close)
        listening.bind(str(path))
        listening.listen(1)
        listening.settimeout(20)
        return listening

    def terminal(self, listening):
        """The descriptor that came over the console socket."""
        connection, _ = listening.accept()
        with connection:
            _, parts, _, _ = connection.recvmsg(4096, socket.CMSG_SPACE(4))
        self.assertEqual([(level, kind) for level, kind, _ in parts], [(socket.SOL_SOCKET, socket.SCM_RIGHTS)])
        fds = array.array("i", parts[0][2])
        self.assertEqual(len(fds), 1)
        self.addCleanup(os.close, fds[0])
        self.assertTrue(os.isatty(fds[0]))
        return fds[0]

    def read_until(self, terminal, wanted):
        text = b""
        while not re.search(wanted, text):
            self.assertTrue(select.select([terminal], [], [], 20)[0], f"nothing but {text!r}, and no {wanted!r}")
            text += os.read(terminal, 4096)
        return text.decode().replace("\r\n", "\n")

    def test_console_sockets(self):
        script = 'for fd in 0 1 2; do readlink /proc/$$/fd/$fd; done; read line; echo "got $line"; sleep 1000'
        told = {}
        for runtime in self.runtimes("/bin/sh", "-c", script, terminal=True):
            runtime.bundle.config["process"]["consoleSize"] = {"height": 33, "width": 99}
            runtime.bundle.write()
            path = self.tmp / f"{runtime.name}.sock"
            listening = self.listen(path)
            self.assertEqual(runtime.quietly("create", "--console-socket", path, runtime.id).returncode, 0)
            terminal = self.terminal(listening)
            size = termios.tcgetwinsize(terminal)
            runtime("start", runtime.id)
            first = self.read_until(terminal, rb"(/dev/pts/0\r\n){3}")
            os.write(terminal, b"words\n")
            second = self.read_until(terminal, b"got words\r\n")
            # Ctrl-C reaches the program by its controlling terminal, also that of an exec.
            self.assertEqual(runtime.quietly("exec", "-d", "-t", "--console-socket", path, runtime.id, "/bin/sh", "-c",
                                             "trap 'echo interrupted; exit' INT; echo ready; while true; do sleep 0.05; done").returncode, 0)
            without = runtime.quietly("exec", "--console-socket", path, runtime.id, "/bin/true")
            self.assertNotEqual(without.returncode, 0, "there is no terminal to send")
            inside = self.terminal(listening)
            self.read_until(inside, b"ready\r\n")
            os.write(inside, b"\x03")
            third = self.read_until(inside, b"interrupted\r\n")
            told[runtime.name] = size, first, second, third
        self.assertEqual(self.same(told), ((33, 99), "/dev/pts/0\n" * 3, "words\ngot words\n", "^Cinterrupted\n"))

    def test_a_terminal_needs_somebody(self):
        told = {}
        for runtime in self.runtimes("/bin/true", terminal=True):
            told[runtime.name] = [runtime("create", runtime.id).returncode, runtime("run", "-d", runtime.id).returncode]
            self.assertEqual(runtime.left(), ([], [], []))
        self.same(told)


if __name__ == "__main__":
    support.main()
