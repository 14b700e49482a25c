"""Daemons that start containers on behalf of clients, with cttrace attached as a user types it."""

import os
import shlex
import signal
import subprocess

import support
from captured import (Captured, argument, assert_mount_points, assert_program, error, names, read, resolved, value, verification)
from runtimes import WITNESS_COMMAND, Bundle, Containerd, Docker, Witness, namespaces_of
from support import CTTRACE, Tracing, cttrace, require, run
from traced import Talking, Trace

KINDS = {"mnt", "uts", "ipc", "net", "pid"}


def overlays(captured):
    """Where overlays were mounted."""
    return {resolved(call, "dir_name") for call in captured.calls("mount", ok=True) if value(call, "type") == "overlay"}


class Attached:
    """A shell in which a user has typed `cttrace ... -p WORDS`; with its Ctrl-C."""

    def __init__(self, case, words):
        self.case, self.out, self.record = case, case.tmp / "out.ndjson", case.tmp / "record.ctt"
        ready, theirs = os.pipe()
        files = f"-o {shlex.quote(str(self.out))} --record {shlex.quote(str(self.record))}"
        line = f"cttrace --verify --format ndjson {files} --ready-fd {theirs} -p {words}"
        path = os.path.dirname(CTTRACE) + ":" + os.environ["PATH"]
        # Of its own process group, which is what a terminal sends SIGINT to.
        self.shell = subprocess.Popen(["sh", "-c", line], pass_fds=[theirs], env={**os.environ, "PATH": path}, text=True,
                                      start_new_session=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                      stderr=subprocess.PIPE)
        os.close(theirs)
        case.addCleanup(self._end)
        with open(ready) as told:
            if not told.readline():
                raise AssertionError("cttrace never got ready: " + "".join(self.shell.communicate(timeout=60)))

    def _end(self):
        if self.shell.poll() is None:
            os.killpg(self.shell.pid, signal.SIGKILL)
        self.shell.communicate()

    def until_told(self, words):
        while words not in self.out.read_text():
            self.case.assertIsNone(self.shell.poll(), f"ended before it told {words}")
            os.sched_yield()

    def interrupt(self):
        """Ctrl-C; what was captured until then."""
        os.killpg(self.shell.pid, signal.SIGINT)
        printed = self.shell.communicate(timeout=60)
        self.case.assertEqual(verification(self.out)["disagreements"], [])
        self.case.assertEqual((self.shell.returncode, *printed), (-signal.SIGINT, "", ""))
        return read(self.case, self.out, self.record)


class Daemon(support.Case):
    def setUp(self):
        super().setUp()
        require("root", "tracing")

    def assert_container(self, captured, command, witness, **where):
        program = captured.program(command)
        assert_program(self, program, witness, **where)
        own = namespaces_of("self")
        self.assertEqual({kind for kind in own if program["namespaces"][kind] != own[kind]}, KINDS)
        # The daemon and we are in pid namespaces above the container's: three pids.
        self.assertEqual((len(program["pids"]), program["pids"][-1]), (3, witness.pid))
        pivots = [call for call in captured.calls("pivot_root", ok=True) if call["tid"] == program["tid"]]
        self.assertEqual([(value(call, "new_root"), value(call, "put_old")) for call in pivots], [(".", ".")])
        assert_mount_points(self, captured, witness, resolved(pivots[0], "new_root"))
        ends = [(end["exit_status"], end["last_of_process"]) for end in captured.of("exit") if end["tid"] == program["tid"]]
        self.assertEqual(ends, [(0, True)])
        return program, resolved(pivots[0], "new_root")


class ContainerdTest(Daemon):
    def test_eight_in_parallel(self):
        containerd = Containerd(self)
        attached = Attached(self, containerd.pgrep())
        # Each holds until all run, so that no namespace's or process's number is used twice.
        hold = 'echo up; read line; exec /bin/sh /witness.sh "$0"'
        clients = {}
        for name in [f"container-{n}" for n in range(8)]:
            command = containerd.ctr("run", "--rm", "demo:1", name, "/bin/sh", "-c", hold, name)
            clients[name] = subprocess.Popen(command, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                             stderr=subprocess.PIPE)
            self.addCleanup(clients[name].communicate)
            self.addCleanup(clients[name].kill)
        for client in clients.values():
            self.assertEqual(client.stdout.readline(), "up\n", client)
        witnesses = {}
        for name, client in clients.items():
            printed, errors = client.communicate("go\n", timeout=60)
            self.assertEqual((client.returncode, errors), (0, ""))
            witnesses[name] = Witness(printed)
        captured = attached.interrupt()
        roots = set()
        for name, witness in witnesses.items():
            _, root = self.assert_container(captured, [*WITNESS_COMMAND, name], witness)
            self.assertRegex(root, f"/{containerd.namespace}/{name}/rootfs$")
            roots.add(root)
        made = {witness.namespaces[kind] for witness in witnesses.values() for kind in KINDS}
        self.assertEqual(len(made), 8 * len(KINDS))
        # The shim of each mounts what its container gets as its root.
        self.assertLessEqual(roots, overlays(captured))


    def test_exec_in_a_user_namespace(self):
        self.tmp.chmod(0o755)  # the container's root is an ordinary user of the host
        containerd = Containerd(self)
        maps = ["--uidmap", "0:100000:65536", "--gidmap", "0:100000:65536"]
        result = run(*containerd.ctr("run", "-d", *maps, "demo:1", "held", "/bin/sleep", "1000"))
        self.assertEqual(result.returncode, 0, result.stderr)
        attached = Attached(self, containerd.pgrep())
        witness = Witness(run(*containerd.ctr("task", "exec", "--exec-id", "e", "held", *WITNESS_COMMAND), check=True).stdout)
        captured = attached.interrupt()
        program = captured.program(WITNESS_COMMAND)
        assert_program(self, program, witness)
        self.assertEqual(program["uid_map"], [{"first": 0, "lower_first": 100000, "count": 65536}])
        self.assertEqual(captured.joined(), [(kind, witness.namespaces[kind]) for kind in ("user", "ipc", "uts", "net", "pid", "mnt")])
        # The shim was there before, and its daemon: both are told as they were when tracing began.
        self.assertIn("containerd-shim", [state["comm"] for state in captured.of("state")])

    def test_a_shim_that_is_killed(self):
        containerd = Containerd(self)
        attached = Attached(self, containerd.pgrep())
        run(*containerd.ctr("run", "-d", "demo:1", "held", "/bin/sleep", "1000"), check=True)
        own = ["pgrep", "--ns", str(containerd.daemon.pid), "--nslist", "pid", "containerd-shim"]
        [shim] = map(int, run(*own).stdout.split())
        os.kill(shim, signal.SIGKILL)
        # containerd cleans up behind it.
        attached.until_told("container_end")
        captured = attached.interrupt()
        [served] = [each for each in captured.of("container_served") if each["stages"][0]["task"]["tid"] == shim]
        self.assertEqual((served["name"], served["stages"][0]["signal"]["name"], served["phases"]), ("held", "SIGKILL", []))


class DockerTest(Daemon):
    def setUp(self):
        super().setUp()
        self.docker = Docker(self)
        self.attached = Attached(self, str(self.docker.daemon.pid))

    def run_docker(self, *arguments):
        result = run(*self.docker.docker(*arguments), timeout=120)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        return result.stdout

    def test_run(self):
        witness = Witness(self.run_docker("run", "--rm", "--network", "none", "demo:1", *WITNESS_COMMAND))
        captured = self.attached.interrupt()
        _, root = self.assert_container(captured, WITNESS_COMMAND, witness)
        self.assertIn(root, overlays(captured))

    def test_hardened(self):
        shared = self.tmp / "shared"
        shared.mkdir()
        witness = Witness(self.run_docker(
            "run", "--rm", "--network", "none", "--read-only", "--tmpfs", "/tmp", "-v", f"{shared}:/y:ro",
            "--device", "/dev/null:/dev/fuse", "--cap-drop", "ALL", "--security-opt", "no-new-privileges", "--user", "1000",
            "--memory", "64m", "--pids-limit", "64", "demo:1", *WITNESS_COMMAND))
        captured = self.attached.interrupt()
        program, root = self.assert_container(captured, WITNESS_COMMAND, witness)
        # What was asked for, as docker's users know it.
        self.assertEqual((program["uid"]["real"], program["no_new_privs"], program["seccomp"]["mode"]), (1000, True, 2))
        self.assertEqual({int(bits, 16) for bits in program["capabilities"].values()}, {0})
        self.assertIn(str(64 << 20), [text.strip() for text, _ in captured.writes("/memory.limit_in_bytes")])
        self.assertIn("64", [text.strip() for text, _ in captured.writes("/pids.max")])
        all_mounts = captured.calls("mount", tid=program["tid"], ok=True)
        # What is mounted first at each place; what follows there changes its flags.
        mounts = {resolved(call, "dir_name"): call for call in reversed(all_mounts)}
        self.assertEqual(value(mounts[f"{root}/y"], "dev_name"), str(shared))
        self.assertEqual(value(mounts[f"{root}/tmp"], "type"), "tmpfs")
        null = os.stat("/dev/null").st_rdev
        made = captured.calls("mknodat", tid=program["tid"], ok=True)
        nodes = {resolved(call, "filename"): value(call, "dev") for call in made}
        self.assertEqual(nodes[f"{root}/dev/fuse"], {"major": os.major(null), "minor": os.minor(null)})
        read_only = [call for call in all_mounts
                     if resolved(call, "dir_name") == "/" and names(call, "flags") >= {"MS_REMOUNT", "MS_RDONLY"}]
        self.assertEqual(len(read_only), 1)

    def test_denied_by_seccomp(self):
        # docker's default profile lets no container mount; that the capability is missing too does not come to bear.
        command = ["/bin/mount", "-t", "tmpfs", "mine", "/tmp"]
        result = run(*self.docker.docker("run", "--rm", "--network", "none", "demo:1", *command), timeout=120)
        self.assertNotEqual(result.returncode, 0)
        captured = self.attached.interrupt()
        program = captured.program(command)
        self.assertEqual(program["seccomp"]["mode"], 2)
        calls = [call for call in captured.calls("mount", tid=program["tid"]) if value(call, "dev_name") == "mine"]
        self.assertTrue(calls)
        self.assertEqual({(call["outcome"], error(call), value(call, "dir_name")) for call in calls},
                         {("denied_by_seccomp", "EPERM", "/tmp")})

    def test_exec(self):
        name = "held"
        self.run_docker("run", "-d", "--name", name, "--network", "none", "demo:1", "/bin/sleep", "1000")
        witness = Witness(self.run_docker("exec", name, *WITNESS_COMMAND))
        captured = self.attached.interrupt()
        program = captured.program(WITNESS_COMMAND)
        assert_program(self, program, witness)
        # The stage that joins is the maker of the one that becomes the program.
        makers = captured.makers(program)
        joined = [argument(call, "fd")["file"] for call in captured.calls("setns", ok=True) if call["tid"] in makers[:1]]
        self.assertEqual([(file["kind"], file["shown"].partition(":")[0], file["inode"]) for file in joined],
                         [("namespace", kind, witness.namespaces[kind]) for kind in ("ipc", "uts", "net", "pid", "mnt")])


class Untraced(Daemon):
    """Mounts of who is not traced: by eBPF they are known as if he were, by ptrace as far as what is bound of them shows."""

    def test_a_root_that_a_daemon_mounted_who_is_not_traced(self):
        bundle = Bundle(self, args=["/bin/true"])
        lower, upper, work = self.tmp / "lower", self.tmp / "upper", self.tmp / "work"
        bundle.rootfs.rename(lower)
        for folder in (bundle.rootfs, upper, work):
            folder.mkdir()
        runtime = Talking(self, ["sh", "-c", 'read line; exec "$@"', "sh", *bundle.runc("run", "--bundle", bundle.path, bundle.id)])
        out, record = self.tmp / "out", self.tmp / "record.ctt"
        options = f"lowerdir={lower},upperdir={upper},workdir={work}"
        with Tracing("--verify", "--format", "ndjson", "-o", out, "--record", record, "-p", runtime.pid) as tracing:
            run("mount", "-t", "overlay", "merged", "-o", options, bundle.rootfs, check=True)
            self.addCleanup(run, "umount", "-l", bundle.rootfs, check=True)
            runtime.end()
            self.assertEqual(tracing.finish().returncode, 0)
        self.assertEqual(verification(out)["disagreements"], [])
        [container] = Trace(out.read_text()).of("container")
        state = container["set_up"]["handed_over"]
        [root] = [mount for mount in state["mounts"] if mount["path"] == "/"]
        self.assertEqual((root["filesystem"]["type"], root["source"], root["root"]), ("overlay", "merged", "/"))
        self.assertEqual(state["root"]["path"], "/")
        told = [call for call in Captured(out.read_text()).calls("mount") if value(call, "type") == "overlay"]
        self.assertEqual(told, [])
        story = " ".join(cttrace("show", "--format", "story", record).stdout.split())
        unseen = f"{bundle.rootfs} led to a mount of somebody who is not traced (overlay)"
        if support.BACKEND == "ptrace":
            self.assertIn(unseen, story)
            return
        self.assertNotIn(unseen, story)
        self.assertNotIn(" unknown ", story.partition(" handed over ")[2])
        self.assertEqual(sorted(root["filesystem"]["options"].split(",")[-3:]), sorted(options.split(",")))
        self.assertRegex(story, r"cttrace: mounts here were also changed by processes that are not traced, in \d+ calls?: mount \d+")

    def assert_merged_root_is_known(self, around, mounter):
        """A runtime that runs in `around`, and alone is traced, is given a root that `mounter` mounts elsewhere: a
        function that is called with the words of the mount."""
        require("ebpf")
        bundle = Bundle(self, args=["/bin/sh", "-c", "read line || true"])
        run("mount", "--bind", self.tmp, self.tmp, check=True)
        self.addCleanup(run, "umount", "-l", self.tmp, check=True)
        run("mount", "--make-shared", self.tmp, check=True)
        lower, empty = self.tmp / "lower", self.tmp / "empty"
        bundle.rootfs.rename(lower)
        for folder in (bundle.rootfs, empty):
            folder.mkdir()
        options = f"lowerdir={lower}:{empty}"
        mount = mounter(["mount", "-t", "overlay", "merged", "-o", options, str(bundle.rootfs)])
        command = bundle.runc("run", "--bundle", bundle.path, bundle.id)
        runtime = Talking(self, [*around, "sh", "-c", 'echo up $$; read line; exec "$@"', "sh", *command])
        out = self.tmp / "out"
        with Tracing("--verify", "--format", "ndjson", "-o", out, "-p", runtime.until("up")) as tracing:
            mount()
            runtime.say("go")
            while '"type":"container"' not in out.read_text():  # and has been compared with what the kernel says
                self.assertIsNone(tracing.process.poll())
                os.sched_yield()
            runtime.end()
            self.assertEqual(tracing.finish().returncode, 0)
        told = verification(out)
        self.assertEqual((told["containers"], told["disagreements"]), (1, []))
        captured = Captured(out.read_text())
        [container] = captured.of("container")
        state = container["set_up"]["handed_over"]
        [root] = [mount for mount in state["mounts"] if mount["path"] == "/"]
        self.assertEqual((root["filesystem"]["type"], root["source"]), ("overlay", "merged"))
        self.assertIn(options, root["filesystem"]["options"])
        self.assertEqual([mount for mount in state["mounts"] if mount["path"] and mount["evidence"] == "unknown"], [])
        self.assertGreater(captured.completeness["strangers"]["calls"], 0)

    def here(self, words):
        return lambda: run(*words, check=True)

    def test_a_root_that_comes_from_a_master(self):
        self.assert_merged_root_is_known(["unshare", "-m", "--propagation", "slave"], self.here)

    def test_a_root_that_comes_from_a_master_of_another_namespace(self):
        between = ["unshare", "-m", "--propagation", "slave", "sh", "-c", 'mount --make-rshared /; "$@"; true', "sh"]
        self.assert_merged_root_is_known([*between, "unshare", "-m", "--propagation", "slave"], self.here)

    def test_a_root_that_comes_from_a_peer(self):
        def by_a_peer(words):
            shell = ["sh", "-c", 'echo up here; read line; "$@" && echo done here; read line', "sh", *words]
            peer = Talking(self, ["unshare", "-m", "--propagation", "unchanged", *shell])
            peer.until("up")

            def mount():
                peer.say("go")
                peer.until("done")
            return mount
        self.assert_merged_root_is_known([], by_a_peer)

    def test_who_mounts_nothing_is_not_recorded(self):
        """Whatever else it does: numbers of calls mean others in other abis (access is the mount of i386)."""
        require("ebpf")
        held = Talking(self, ["unshare", "-m", "sh", "-c", "echo up here; read line || true"])
        held.until("up")
        out = self.tmp / "out"
        calls = "import os; os.getpid(); os.pipe(); os.access('/', 0); os.lstat('/'); os.listdir('/'); os.fork() or os._exit(0); os.wait()"
        with Tracing("--backend", "ebpf", "--format", "ndjson", "-o", out, "-p", held.pid) as tracing:
            run("nsenter", "-t", held.pid, "-m", "python3", "-c", calls, check=True)
            held.end()
            self.assertEqual(tracing.finish().returncode, 0)
        self.assertEqual(Captured(out.read_text()).completeness["strangers"], {"calls": 0, "some": []})

    def test_docker_where_only_containerd_is_traced(self):
        require("ebpf")
        docker = Docker(self)
        attached = Attached(self, "$(" + shlex.join(["pgrep", "--parent", str(docker.daemon.pid), "containerd"]) + ")")
        run(*docker.docker("run", "-d", "--name", "held", "--network", "none", "demo:1", "/bin/sleep", "1000"), check=True)
        attached.until_told('"type":"container"')  # and has been compared with what the kernel says
        run(*docker.docker("rm", "-f", "held"), check=True)
        captured = attached.interrupt()
        self.assertEqual(verification(attached.out)["containers"], 1)
        [container] = captured.of("container")
        state = container["set_up"]["handed_over"]
        [root] = [mount for mount in state["mounts"] if mount["path"] == "/"]
        self.assertIn("lowerdir=", root["filesystem"]["options"])
        self.assertEqual([mount for mount in state["mounts"] if mount["path"] and mount["evidence"] == "unknown"], [])
        self.assertGreater(captured.completeness["strangers"]["calls"], 0)


if __name__ == "__main__":
    support.main()
