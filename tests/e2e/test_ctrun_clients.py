"""ctrun as the runtime of containerd, docker and podman: its containers are those that runc makes for the same client."""

import subprocess

import support
from clients import BINARIES, Client, alike, eventually
from ctrun import CTRUN
from runtimes import Containerd, Docker, Podman
from seen_inside import COMMAND, comparable
from support import run

# Ends as it was told to, with a status of its own.
OBEDIENT = ["/bin/sh", "-c", "trap 'echo bye; exit 3' TERM; echo up; while true; do sleep 0.05; done"]


class ContainerdTest(Client):
    def setUp(self):
        super().setUp()
        self.containerd = Containerd(self)
        self.daemon = self.containerd.daemon

    def ctr_run(self, runtime, *words):
        return self.containerd.ctr("run", "--runc-binary", BINARIES[runtime], *words)

    def seen(self, *options):
        found = {}
        for runtime in BINARIES:
            name, before = f"seen-by-{runtime}", self.standing()
            found[runtime] = comparable(self.printed(*self.ctr_run(runtime, "--rm", *options, "demo:1", name, *COMMAND)), name)
            self.assertEqual(found[runtime]["pid"], "1")
            self.assert_gone(before, name)
        return found

    def test_run(self):
        self.assert_alike(self.seen())

    def test_run_with_much_asked_for(self):
        shared = self.tmp / "shared"
        shared.mkdir()
        self.assert_alike(self.seen("--read-only", "--cwd", "/tmp", "--env", "A=b", "--mount",
                                    f"type=bind,src={shared},dst=/y,options=rbind:ro", "--memory-limit", str(64 << 20), "--device",
                                    "/dev/fuse", "--no-pivot", "--cgroup", f"/{self.containerd.namespace}/own"))

    def test_run_with_a_user_namespace(self):
        self.tmp.chmod(0o755)  # the container's root is an ordinary user of the host
        self.assert_alike(self.seen("--uidmap", "0:100000:65536", "--gidmap", "0:100000:65536"))

    def test_run_with_a_terminal(self):
        # The client wants a terminal for itself too.
        seen = {}
        for runtime in BINARIES:
            words = self.ctr_run(runtime, "--rm", "-t", "demo:1", "terminal", "/bin/sh", "-c", "readlink /proc/self/fd/0; ls -l /dev/console")
            seen[runtime] = run("script", "-qec", " ".join(f"'{word}'" for word in words), "/dev/null", timeout=60)
            self.assertEqual(seen[runtime].returncode, 0, seen[runtime])
            self.assertIn("/dev/pts/0", seen[runtime].stdout)
        self.assertEqual(seen["ctrun"].stdout.split()[:5], seen["runc"].stdout.split()[:5])

    def test_ends(self):
        for script, status in {"exit 7": 7, "kill -KILL $$; sleep 9": None}.items():
            before = self.standing()
            ended = {}
            for runtime in BINARIES:
                # The first process of a pid namespace is deaf to what it sends itself: its child is not.
                words = ["/bin/sh", "-c", f"/bin/sh -c '{script}'; exit $?"] if status is None else ["/bin/sh", "-c", script]
                ended[runtime] = run(*self.ctr_run(runtime, "--rm", "demo:1", f"ends-{runtime}", *words)).returncode
                self.assert_gone(before, f"ends-{runtime}")
            self.assertEqual(ended["ctrun"], ended["runc"])
            self.assertEqual(ended["ctrun"], 137 if status is None else status)

    def test_no_such_program(self):
        before = self.standing()
        result = run(*self.ctr_run("ctrun", "--rm", "demo:1", "nothing", "/no/such"))
        self.assertEqual(result.returncode, 1)
        # The line of ctrun's log is what the client tells.
        self.assertRegex(result.stderr, r"(?m)^ctr: .*cannot execute /no/such: .*[Nn]o such file or directory")
        run(*self.containerd.ctr("container", "rm", "nothing"))
        self.assert_gone(before, "nothing")

    def test_exec(self):
        seen = {}
        for runtime in BINARIES:
            before, name = self.standing(), f"held-{runtime}"
            self.done(self.ctr_run(runtime, "-d", "demo:1", name, "/bin/sleep", "1000"))
            words = self.containerd.ctr("task", "exec", "--exec-id", "e", name)
            seen[runtime] = comparable(self.printed(*words, *COMMAND), name)
            self.done([*words[:-2], "f", name, "/bin/sh", "-c", "exit 9"], status=9)
            self.assertNotEqual(run(*words[:-2], "g", name, "/no/such").returncode, 0)
            self.done(self.containerd.ctr("task", "pause", name))
            self.assertIn("PAUSED", self.printed(*self.containerd.ctr("task", "ls")))
            self.done(self.containerd.ctr("task", "resume", name))
            self.assertIn("RUNNING", self.printed(*self.containerd.ctr("task", "ls")))
            self.done(self.containerd.ctr("task", "kill", "--signal", "SIGKILL", name))
            eventually(lambda: "STOPPED" in self.printed(*self.containerd.ctr("task", "ls")), True)
            self.assertIn("exit code 137", self.done(self.containerd.ctr("task", "rm", name)).stderr)
            self.done(self.containerd.ctr("container", "rm", name))
            self.assert_gone(before, name)
        self.assert_alike(seen)

    def test_eight_in_parallel(self):
        before, clients = self.standing(), {}
        for name in [f"container-{n}" for n in range(8)]:
            clients[name] = subprocess.Popen(self.ctr_run("ctrun", "--rm", "demo:1", name, *COMMAND), text=True,
                                             stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            self.addCleanup(clients[name].communicate)
            self.addCleanup(clients[name].kill)
        seen = []
        for name, client in clients.items():
            printed, errors = client.communicate(timeout=60)
            self.assertEqual((client.returncode, errors), (0, ""))
            seen.append(comparable(printed, name))
        for each in seen[1:]:
            self.assertEqual(each, seen[0])
        self.assert_gone(before, *clients)


class DockerTest(Client):
    def setUp(self):
        super().setUp()
        self.docker = Docker(self, ctrun=CTRUN)
        self.daemon = self.docker.daemon

    def words(self, runtime, *options):
        return self.docker.docker("run", "--runtime", runtime, "--network", "none", *options)

    def seen(self, *options):
        found = {}
        for runtime in BINARIES:
            before, cid = self.standing(), self.tmp / f"cid-{runtime}"
            found[runtime] = comparable(self.printed(*self.words(runtime, "--rm", "--cidfile", cid, *options, "demo:1", *COMMAND)))
            name = cid.read_text()
            cid.unlink()
            self.assert_gone(before, name)
        return found

    def test_run(self):
        seen = self.seen()
        self.assert_alike(seen)
        self.assertEqual(seen["ctrun"]["pid"], "1")
        self.assert_alike(self.seen("--init"))
        self.assert_alike(self.seen("-t", "--ipc", "host", "--pid", "host", "--uts", "host", "--cgroupns", "private"))

    def test_read_only(self):
        seen = self.seen("--read-only")
        self.assert_alike(seen)
        self.assertTrue(next(flags for path, _, flags, *_ in seen["ctrun"]["mounts"] if path == "/").startswith("ro,"))

    def test_hardened(self):
        shared = self.tmp / "shared"
        shared.mkdir()
        seen = self.seen("--read-only", "--tmpfs", "/tmp", "-v", f"{shared}:/y:ro", "--device", "/dev/null:/dev/fuse", "--cap-drop",
                         "ALL", "--security-opt", "no-new-privileges", "--user", "1000", "--memory", "64m", "--pids-limit", "64",
                         "--cpus", "0.5", "--cpuset-cpus", "0", "--ulimit", "nofile=512:1024", "--sysctl", "net.ipv4.ip_forward=1")
        self.assert_alike(seen)
        status = seen["ctrun"]["status"]
        self.assertEqual((status["Uid"][0], status["CapBnd"], status["NoNewPrivs"], status["Seccomp"]),
                         ("1000", ["0" * 16], ["1"], ["2"]))

    def test_many_privileges(self):
        self.assert_alike(self.seen("--cap-add", "SYS_ADMIN", "--security-opt", "seccomp=unconfined", "--shm-size", "1m", "--group-add",
                                    "7", "--hostname", "h", "--workdir", "/new/folder"))

    def test_ends(self):
        ended = {"exit 7": 7, "exec /no/such": 127}
        for script, status in ended.items():
            for runtime in BINARIES:
                self.done(self.words(runtime, "--rm", "demo:1", "/bin/sh", "-c", script), status=status)
        for program, status in {"/no/such": 127, "/etc/passwd": 126, "/etc": 126, "nosuch": 127}.items():
            before = self.standing()
            for runtime in BINARIES:
                result = self.done(self.words(runtime, "--rm", "demo:1", program), status=status)
                self.assertEqual(result.stdout, "")
                self.assertIn(program, result.stderr)
                self.assert_gone(before)

    def test_stop(self):
        for runtime in BINARIES:
            before = self.standing()
            self.printed(*self.words(runtime, "-d", "--name", "stopped", "demo:1", *OBEDIENT))
            logs = self.docker.docker("logs", "stopped")
            self.assertEqual(eventually(lambda: self.printed(*logs), "up\n"), "up\n")
            self.printed(*self.docker.docker("stop", "--time", "30", "stopped"))
            self.assertEqual(self.printed(*logs), "up\nbye\n")
            self.assertEqual(self.printed(*self.docker.docker("wait", "stopped")), "3\n")
            # And once more: what was made for the first run must not be in the way.
            self.printed(*self.docker.docker("start", "stopped"))
            self.printed(*self.docker.docker("kill", "stopped"))
            self.assertEqual(self.printed(*self.docker.docker("wait", "stopped")), "137\n")
            name = self.printed(*self.docker.docker("inspect", "--format", "{{.Id}}", "stopped")).strip()
            self.printed(*self.docker.docker("rm", "--force", "stopped"))
            self.assert_gone(before, name)

    def test_exec(self):
        seen, wrong = {}, {"/no/such": [], "/etc/passwd": [], "nosuch": []}
        for runtime in BINARIES:
            before = self.standing()
            self.printed(*self.words(runtime, "-d", "--name", "held", "demo:1", "/bin/sleep", "1000"))
            docker = self.docker.docker
            seen[runtime] = [comparable(self.printed(*docker("exec", *options, "held", *COMMAND)))
                             for options in ([], ["--user", "1000:7", "--env", "A=b", "--workdir", "/tmp"], ["--tty"])]
            for command, status in {"exit 9": 9, "kill -KILL $$": 137}.items():
                self.done(docker("exec", "held", "/bin/sh", "-c", command), status=status)
            for program, statuses in wrong.items():
                statuses.append(run(*docker("exec", "held", program)).returncode)
            self.printed(*docker("pause", "held"))
            self.assertEqual(self.printed(*docker("inspect", "--format", "{{.State.Status}}", "held")), "paused\n")
            self.printed(*docker("unpause", "held"))
            self.assertEqual(self.printed(*docker("top", "held", "-o", "pid,args")).split()[-2:], ["/bin/sleep", "1000"])
            name = self.printed(*docker("inspect", "--format", "{{.Id}}", "held")).strip()
            self.printed(*docker("rm", "--force", "held"))
            self.assert_gone(before, name)
        for ours, theirs in zip(seen["ctrun"], seen["runc"]):
            self.assertEqual(alike(ours), alike(theirs))
        for program, (theirs, ours) in wrong.items():
            self.assertIn(theirs, (126, 127))
            self.assertEqual(ours, theirs, program)


class PodmanTest(Client):
    def each(self):
        """podman with each runtime, in folders of its own."""
        for runtime, binary in BINARIES.items():
            support.Case.setUp(self)
            self.podman = Podman(self, binary)
            yield runtime

    def test_run(self):
        seen = {}
        for runtime in self.each():
            before = self.standing()
            seen[runtime] = comparable(self.printed(*self.podman.run(*COMMAND)), self.podman.name, self.tmp)
            self.assertEqual(seen[runtime]["pid"], "1")
            self.done(self.podman.run("/bin/sh", "-c", "exit 7"), status=7)
            self.done(self.podman.run("/no/such"), status=127)
            self.assert_gone(before)
            self.assertEqual(self.printed(*self.podman.podman("ps", "--all", "--quiet")), "")
        self.assert_alike(seen)

    def test_exec(self):
        seen = {}
        for runtime in self.each():
            before, podman = self.standing(), self.podman.podman
            words = self.podman.run("/bin/sleep", "1000")
            words.insert(words.index("run") + 1, "-d")
            identity = self.printed(*words).strip()
            name = self.podman.name
            seen[runtime] = [comparable(self.printed(*podman("exec", *options, name, *COMMAND)), name, self.tmp)
                             for options in ([], ["--user", "1000:7", "--workdir", "/tmp"])]
            self.done(podman("exec", name, "/bin/sh", "-c", "exit 9"), status=9)
            self.done(podman("exec", name, "/no/such"), status=127)
            self.done(podman("stop", "--time", "1", name))
            self.assertEqual(eventually(lambda: self.printed(*podman("ps", "--all", "--quiet")), ""), "")
            self.assert_gone(before, identity)
        for ours, theirs in zip(seen["ctrun"], seen["runc"]):
            self.assertEqual(alike(ours), alike(theirs))


if __name__ == "__main__":
    support.main()
