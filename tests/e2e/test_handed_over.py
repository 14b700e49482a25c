"""What every runtime hands over, as a trace from its beginning tells it, is what /proc says while the program waits."""

import signal
import subprocess

import handed_over
import runtimes
import support
from captured import read
from handed_over import Facts, assert_handed_over
from runtimes import Bundle, Containerd, Docker, Podman, bwrap, lxc_execute, nspawn, rootfs, unique, unshare
from support import CTTRACE, require, run


class Case(support.Case):
    def setUp(self):
        super().setUp()
        require("root", "tracing")
        self.command = handed_over.command(unique(self))
        self.out, self.record = self.tmp / "out.ndjson", self.tmp / "record.ctt"

    def hold(self, *command, **options):
        """Runs `command` until the container's program waits. Returns the process and the facts."""
        log = self.tmp / "log"
        with open(log, "w") as errors:
            process = subprocess.Popen([str(word) for word in command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                       stderr=errors, text=True, **options)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        up = process.stdout.readline().strip()
        self.assertEqual(up, "up", log.read_text(errors="replace"))
        pid = handed_over.find(self.command)
        return process, Facts(pid)

    def release(self, process, facts):
        runtimes.kill_below(facts.pid)
        process.communicate(timeout=60)

    def options(self):
        return ["--verify", "--format", "ndjson", "-o", self.out, "--record", self.record]

    def launched(self, *command, **options):
        """The container that `command` sets up, in the trace of it, and the facts."""
        process, facts = self.hold(CTTRACE, *self.options(), *command, **options)
        self.release(process, facts)
        return self.container(), facts

    def attached(self, daemon, *command):
        """The same, where a daemon sets it up for who asks for it."""
        with support.Tracing(*self.options(), "-p", daemon.pid) as tracing:
            process, facts = self.hold(*command)
            self.release(process, facts)
            result = tracing.finish(signal.SIGINT)
        self.assertEqual((result.returncode, result.stderr), (-signal.SIGINT, ""))
        return self.container(), facts

    def container(self):
        captured = read(self, self.out, self.record)
        found = [container for container in captured.of("container") if container["set_up"]["argv"] == self.command]
        self.assertEqual(len(found), 1, [container["set_up"]["argv"] for container in captured.of("container")])
        self.assertEqual(found[0]["set_up"]["ending"], "handed_over")
        return found[0]

    def check(self, container, facts, new):
        """new: kinds of the namespaces that it has for itself."""
        assert_handed_over(self, container["set_up"], facts)
        own = runtimes.namespaces_of("self")
        self.assertEqual({kind for kind in own if facts.namespaces[kind] != own[kind]}, set(new.split()))
        self.assertEqual({each["type"] for each in container["set_up"]["namespaces"] if each["how"] != "inherited"},
                         set(new.split()))


class Oci(Case):
    def check_bundle(self, runtime, new, **options):
        require(runtime)
        bundle = Bundle(self, args=self.command, **options)
        self.check(*self.launched(*getattr(bundle, runtime)("run", bundle.id), cwd=bundle.path), new)

    def test_runc(self):
        self.check_bundle("runc", "mnt uts ipc net pid")

    def test_runc_with_a_user_namespace(self):
        self.check_bundle("runc", "mnt uts ipc net pid user cgroup", user_namespace=True, cgroup_namespace=True)

    def test_crun(self):
        self.check_bundle("crun", "mnt uts ipc net pid")

    def test_crun_with_a_user_namespace(self):
        self.check_bundle("crun", "mnt uts ipc net pid user cgroup", user_namespace=True, cgroup_namespace=True)


class Newer(Case):
    """Runtimes of Debian 13: what they do by other calls comes to the same."""

    def check_newer(self, words, new):
        self.check(*self.launched(*runtimes.newer(self.tmp, *words)), new)

    def check_bundle(self, runtime, new, **options):
        bundle = Bundle(self, args=self.command, **options)
        self.check_newer(getattr(bundle, runtime)("run", "--bundle", bundle.path, bundle.id), new)

    def test_runc(self):
        self.check_bundle("runc", "mnt uts ipc net pid")

    def test_runc_with_a_user_namespace(self):
        self.check_bundle("runc", "mnt uts ipc net pid user cgroup", user_namespace=True, cgroup_namespace=True)

    def test_crun(self):
        self.check_bundle("crun", "mnt uts ipc net pid")

    def test_crun_with_a_user_namespace(self):
        self.check_bundle("crun", "mnt uts ipc net pid user cgroup", user_namespace=True, cgroup_namespace=True)

    def test_bubblewrap(self):
        root = rootfs(self.tmp / "rootfs")
        self.check_newer(bwrap(root, *self.command), "mnt uts ipc net pid user cgroup")

    def test_nspawn(self):
        root = rootfs(self.tmp / unique(self))
        self.check_newer(nspawn(self, root, *self.command), "mnt uts ipc pid cgroup")


class Sandboxes(Case):
    def setUp(self):
        super().setUp()
        require("userns")
        self.tmp.chmod(0o755)  # an ordinary user must get to it
        self.root = rootfs(self.tmp / "rootfs")

    def test_bubblewrap(self):
        self.check(*self.launched(*bwrap(self.root, *self.command)), "mnt uts ipc net pid user cgroup")

    def test_bubblewrap_as_an_ordinary_user(self):
        self.check(*self.launched(*bwrap(self.root, *self.command, user=1000)), "mnt uts ipc net pid user cgroup")

    def test_nspawn(self):
        root = rootfs(self.tmp / unique(self))
        self.check(*self.launched(*nspawn(self, root, *self.command)), "mnt uts ipc pid cgroup")

    def test_nspawn_with_a_user_namespace(self):
        root = rootfs(self.tmp / unique(self))
        words = nspawn(self, root, *self.command)
        words[words.index("-D"):words.index("-D")] = ["--private-users=131072:65536", "--private-users-ownership=chown"]
        self.check(*self.launched(*words), "mnt uts ipc pid cgroup user")

    def test_lxc(self):
        self.check(*self.launched(*lxc_execute(self, self.root, *self.command)), "mnt uts ipc pid cgroup")

    def test_unshare_with_a_chroot(self):
        self.check(*self.launched(*unshare(self.root, *self.command)), "mnt uts ipc net pid cgroup")

    def test_unshare_as_an_ordinary_user(self):
        require("setpriv")
        words = unshare(self.root, *self.command)
        words.insert(1, "--map-root-user")
        user = ["setpriv", "--reuid=1000", "--regid=1000", "--clear-groups"]
        self.check(*self.launched(*user, *words), "mnt uts ipc net pid cgroup user")

    def test_chroot_alone(self):
        require("chroot")
        self.check(*self.launched("chroot", self.root, *self.command), "")


class Daemons(Case):
    def test_containerd(self):
        containerd = Containerd(self)
        command = containerd.ctr("run", "--rm", "demo:1", "held", *self.command)
        self.check(*self.attached(containerd.daemon, *command), "mnt uts ipc net pid")

    def test_containerd_with_a_user_namespace(self):
        self.tmp.chmod(0o755)  # the container's root is an ordinary user of the host
        containerd = Containerd(self)
        maps = ["--uidmap", "0:100000:65536", "--gidmap", "0:100000:65536"]
        command = containerd.ctr("run", "--rm", *maps, "demo:1", "held", *self.command)
        self.check(*self.attached(containerd.daemon, *command), "mnt uts ipc net pid user")

    def test_docker(self):
        docker = Docker(self)
        command = docker.docker("run", "--rm", "--network", "none", "demo:1", *self.command)
        self.check(*self.attached(docker.daemon, *command), "mnt uts ipc net pid")

    def test_docker_hardened(self):
        docker = Docker(self)
        shared = self.tmp / "shared"
        shared.mkdir()
        command = docker.docker(
            "run", "--rm", "--network", "none", "--read-only", "--tmpfs", "/tmp", "-v", f"{shared}:/y:ro", "--device",
            "/dev/null:/dev/fuse", "--cap-drop", "ALL", "--security-opt", "no-new-privileges", "--user", "1000", "--memory", "64m",
            "--pids-limit", "64", "demo:1", *self.command)
        self.check(*self.attached(docker.daemon, *command), "mnt uts ipc net pid")


class PodmanTest(Case):
    def check_run(self, runtime):
        podman = Podman(self, runtime)
        self.check(*self.launched(*podman.run(*self.command)), "mnt uts ipc net pid")

    def test_runc(self):
        self.check_run("runc")

    def test_crun(self):
        self.check_run("crun")


if __name__ == "__main__":
    support.main()
