"""Real container runtimes for tests: each in a folder of its own, made offline, and gone afterwards whatever happened.

Daemons run as the first process of a pid namespace (in a mount namespace of their own): when it is killed, the kernel
kills every shim and container below it and drops its mounts. Only cgroup folders are left to be removed by name.
"""

import ctypes
import json
import os
import pathlib
import re
import shlex
import shutil
import signal
import subprocess
import tarfile
import threading

from support import NEWER, require, run

CGROUPS = pathlib.Path("/sys/fs/cgroup")

# What the container's program says about itself: the truth that a trace is compared with. Needs /proc.
WITNESS = r"""
echo "pid $$"
for n in mnt uts ipc net cgroup pid pid_for_children time time_for_children user; do
  echo "ns $n $(readlink /proc/$$/ns/$n)"
done
for f in status uid_map gid_map cgroup mountinfo oom_score_adj; do
  while IFS= read -r line; do echo "$f $line"; done < /proc/$$/$f
done
echo "cwd $(readlink /proc/$$/cwd)"
echo end
"""
WITNESS_COMMAND = ["/bin/sh", "/witness.sh"]
APPLETS = "sh ls cat readlink echo hostname sleep mount umount grep true id kill mkdir chroot env".split()


# The namespaces that can be made, as in /proc/PID/ns, and clone's flag for each.
NAMESPACE_FLAGS = {"mnt": "CLONE_NEWNS", "uts": "CLONE_NEWUTS", "ipc": "CLONE_NEWIPC", "net": "CLONE_NEWNET",
                   "cgroup": "CLONE_NEWCGROUP", "pid": "CLONE_NEWPID", "user": "CLONE_NEWUSER"}


def namespaces_of(pid):
    """{kind: inode} of a process on the host."""
    return {kind: os.stat(f"/proc/{pid}/ns/{kind}").st_ino for kind in [*NAMESPACE_FLAGS, "time"]}


def children(pid):
    try:
        return [int(word) for word in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []  # it has ended


def below(pid):
    """The process itself, and all that descend from it."""
    found = [pid]
    for each in found:
        found += children(each)
    return found


def kill_below(pid):
    """Kills it and all that it started: a sandbox outlives the program that set it up, and holds what that inherited."""
    for each in reversed(below(pid)):
        try:
            os.kill(each, signal.SIGKILL)
        except ProcessLookupError:
            pass  # with what it was in


class Witness:
    """What the container's program printed."""

    def __init__(self, text):
        lines = text.replace("\r", "").splitlines()
        assert "end" in lines, f"the container's program did not finish: {text!r}"
        self.lines = {}
        for line in lines:
            key, _, rest = line.partition(" ")
            self.lines.setdefault(key, []).append(rest)
        self.pid = int(self.lines["pid"][0])
        self.namespaces = {}
        for entry in self.lines["ns"]:
            name, _, link = entry.partition(" ")
            self.namespaces[name] = int(link.partition("[")[2].rstrip("]"))
        self.status = {}
        for entry in self.lines["status"]:
            name, _, value = entry.partition(":")
            self.status[name] = value.split()

    def extents(self, which):
        """The rows of uid_map or gid_map: (first, lower_first, count)."""
        return [tuple(int(n) for n in row.split()) for row in self.lines[which]]

    def to_host(self, which, number):
        """An id of the container's as the host has it."""
        for first, lower, count in self.extents(which):
            if first <= number < first + count:
                return lower + number - first
        raise AssertionError(f"{number} is not in {which}")

    @property
    def cgroups(self):
        """{number of the hierarchy: path}; 0 is cgroup2."""
        return {int(row.split(":")[0]): row.split(":", 2)[2] for row in self.lines["cgroup"]}

    @property
    def mount_points(self):
        return [row.split()[4] for row in self.lines["mountinfo"]]


def rootfs(folder):
    """A busybox root file system at `folder`."""
    require("busybox")
    folder = pathlib.Path(folder)
    for name in ("bin", "usr/bin", "etc", "proc", "sys", "dev", "tmp", "y"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    shutil.copy(shutil.which("busybox"), folder / "bin/busybox")
    for applet in APPLETS:
        (folder / "bin" / applet).symlink_to("busybox")
    (folder / "etc/os-release").write_text("ID=test\n")
    (folder / "etc/passwd").write_text("root:x:0:0::/:/bin/sh\n")
    (folder / "witness.sh").write_text(WITNESS)
    return folder


def unique(case):
    """A name for a container that nobody else on this host has. containerd takes no two dashes in a row."""
    return f"cttrace-{os.getpid()}-{case.tmp.name[-8:].replace('_', 'x')}"


def remove_cgroups(name):
    """Removes every cgroup folder called `name` (anywhere below a hierarchy) and what is below it."""
    for found in run("find", CGROUPS, "-depth", "-type", "d", "(", "-name", name, "-o", "-path", f"*/{name}/*", ")").stdout.splitlines():
        try:
            os.rmdir(found)
        except OSError:
            pass


class Bundle:
    """An OCI bundle from `runc spec`, with a state folder for the runtime and an id."""

    def __init__(self, case, args=WITNESS_COMMAND, user_namespace=False, cgroup_namespace=False):
        require("runc")
        self.path = case.tmp / "bundle"
        self.path.mkdir()
        self.id = unique(case)
        self.root = case.tmp / "state"
        self.rootfs = rootfs(self.path / "rootfs")
        run("runc", "spec", cwd=self.path, check=True)
        config = json.loads((self.path / "config.json").read_text())
        config["process"]["terminal"] = False
        config["process"]["args"] = list(args)
        config["linux"]["cgroupsPath"] = "/" + self.id
        if user_namespace:
            config["linux"]["namespaces"].append({"type": "user"})
            mapping = [{"containerID": 0, "hostID": 100000, "size": 65536}]
            config["linux"]["uidMappings"] = config["linux"]["gidMappings"] = mapping
            for path in [self.path, *self.path.rglob("*")]:
                os.lchown(path, 100000, 100000)
            self._open_the_way(case.tmp)
        if cgroup_namespace:
            config["linux"]["namespaces"].append({"type": "cgroup"})
        self.config = config
        self.write()
        case.addCleanup(self._clean)
        self.delete = None

    @staticmethod
    def _open_the_way(folder):
        # The container's root is an ordinary user of the host, who must get to the root file system.
        os.chmod(folder, 0o755)

    def write(self):
        (self.path / "config.json").write_text(json.dumps(self.config))

    def runc(self, *arguments):
        return ["runc", "--root", str(self.root), *arguments]

    def crun(self, *arguments):
        return [*cg1(), "crun", "--root", str(self.root), "--cgroup-manager=cgroupfs", *arguments]

    def _clean(self):
        for state in (self.root / self.id, self.root / self.id):
            if state.exists():
                command = self.runc if (state / "state.json").exists() else self.crun
                run(*command("delete", "--force", self.id))
        remove_cgroups(self.id)


def cg1():
    """What to put before crun where cgroups are hybrid, which it refuses: hides the unified hierarchy from it alone."""
    if not (CGROUPS / "unified").is_dir():
        return []
    script = 'umount -l /sys/fs/cgroup/unified; exec "$@"'
    return ["unshare", "-m", "--propagation", "slave", "sh", "-c", script, "x"]


def _die_with_parent():
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


class Daemon:
    """A daemon in pid and mount namespaces of its own. Killed, with everything below, at the end of the test."""

    def __init__(self, case, *command, up):
        self.log = case.tmp / "daemon.log"
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(
                ["unshare", "--mount", "--pid", "--fork", "--mount-proc", "--kill-child", *map(str, command)],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, preexec_fn=_die_with_parent)
        case.addCleanup(self._end)
        self._wait_until(up)

    def _wait_until(self, up):
        # Daemons have no other way to say that they listen than to answer.
        pause = threading.Event()
        for _ in range(300):
            if up():
                return
            if self.process.poll() is not None:
                break
            pause.wait(0.1)
        raise AssertionError("the daemon did not come up: " + self.log.read_text(errors="replace")[-2000:])

    @property
    def pid(self):
        """The daemon itself, which is unshare's child."""
        return children(self.process.pid)[0]

    def _end(self):
        # The namespace's first process takes all in it along, and ends when they have; unshare waits for it.
        if self.process.poll() is None:
            os.kill(self.pid, signal.SIGKILL)
        self.process.wait()


def image_tar(case):
    """An OCI image archive of the busybox root file system, called demo:1 when imported."""
    require("umoci")
    layout, bundle, archive = case.tmp / "image", case.tmp / "image-bundle", case.tmp / "image.tar"
    run("umoci", "init", "--layout", layout, check=True)
    run("umoci", "new", "--image", f"{layout}:t", check=True)
    run("umoci", "unpack", "--image", f"{layout}:t", bundle, check=True)
    rootfs(bundle / "rootfs")
    run("umoci", "repack", "--image", f"{layout}:t", bundle, check=True)
    with tarfile.open(archive, "w") as tar:
        tar.add(layout, ".")
    return archive


class Containerd:
    def __init__(self, case):
        require("containerd", "ctr")
        folder = case.tmp / "containerd"
        folder.mkdir()
        self.socket = folder / "s"
        self.namespace = unique(case)
        config = folder / "config.toml"
        config.write_text(f'version = 2\nroot = "{folder}/root"\nstate = "{folder}/state"\n'
                          'disabled_plugins = ["io.containerd.grpc.v1.cri", "io.containerd.internal.v1.opt"]\n'
                          f'[grpc]\n  address = "{self.socket}"\n')
        case.addCleanup(remove_cgroups, self.namespace)
        self.daemon = Daemon(case, "containerd", "-c", config, up=lambda: run(*self.ctr("version")).returncode == 0)
        run(*self.ctr("image", "import", "--index-name", "demo:1", image_tar(case)), check=True)

    def ctr(self, *arguments):
        return ["ctr", "-a", str(self.socket), "-n", self.namespace, *arguments]

    def pgrep(self):
        """The shell words that a user types for this containerd. Where another one runs, told from it by its pid namespace."""
        others = set(run("pgrep", "containerd").stdout.split()) - set(run(*self._own_pgrep()).stdout.split())
        return "$(" + shlex.join(self._own_pgrep() if others else ["pgrep", "containerd"]) + ")"

    def _own_pgrep(self):
        return ["pgrep", "--ns", str(self.daemon.pid), "--nslist", "pid", "containerd"]


def rootfs_tar(case):
    """The busybox root file system as an archive, which docker and podman import."""
    archive = case.tmp / "root.tar"
    with tarfile.open(archive, "w") as tar:
        tar.add(rootfs(case.tmp / "tar-rootfs"), ".")
    return archive


class Docker:
    def __init__(self, case, **runtimes):
        """runtimes: {name: binary} that it knows besides runc."""
        require("dockerd", "docker", "containerd")
        folder = case.tmp / "docker"
        folder.mkdir()
        self.socket = f"unix://{folder}/s"
        # /usr/bin's client: a wrapper before it on the PATH may choose another daemon.
        self.client = "/usr/bin/docker" if os.path.exists("/usr/bin/docker") else "docker"
        name = unique(case)
        case.addCleanup(remove_cgroups, name)
        self.daemon = Daemon(case, "unshare", "-n", "dockerd", "--data-root", folder / "data", "--exec-root", folder / "exec",
                             "-H", self.socket, "--pidfile", folder / "pid", "--iptables=false", "--ip-forward=false",
                             "--bridge=none", "--cgroup-parent", "/" + name,
                             *(f"--add-runtime={word}={binary}" for word, binary in runtimes.items()),
                             up=lambda: run(*self.docker("version")).returncode == 0)
        run(*self.docker("import", rootfs_tar(case), "demo:1"), check=True)

    def docker(self, *arguments):
        return [self.client, "-H", self.socket, *arguments]

    @staticmethod
    def pid_here(told):
        """The container's init, as this test sees it, whose pid the daemon, in a pid namespace of its own, told."""
        found = []
        for status in pathlib.Path("/proc").glob("[0-9]*/status"):
            try:
                pids = re.search(r"^NSpid:\s+(.*)$", status.read_text(), re.MULTILINE)[1].split()
            except (OSError, TypeError):
                continue  # it has ended
            if len(pids) > 1 and pids[-2:] == [told, "1"]:
                found.append(int(pids[0]))
        assert len(found) == 1, f"{len(found)} inits of containers are pid {told} of the daemon's"
        return found[0]


class Podman:
    """podman, with an OCI runtime, in folders of its own."""

    def __init__(self, case, runtime):
        require("podman", "conmon", runtime)
        self.name = unique(case)
        folders = {name: case.tmp / "podman" / name for name in ("root", "runroot", "tmpdir")}
        self.base = [*(cg1() if runtime == "crun" else []), "podman", *(f"--{name}={folder}" for name, folder in folders.items()),
                     "--cgroup-manager=cgroupfs", "--storage-driver=vfs", "--runtime", runtime]
        case.addCleanup(remove_cgroups, self.name)
        case.addCleanup(lambda: run(*self.podman("rm", "--force", "--time", "0", self.name)))
        run(*self.podman("import", rootfs_tar(case), "demo:1"), check=True)

    def podman(self, *arguments):
        return [*self.base, *arguments]

    def run(self, *command):
        # Not everybody who is root may raise the limits that it asks for by default, nor set that of the cgroup.
        limits = ["--ulimit", "nofile=1024:1024", "--ulimit", "nproc=1024:1024", "--pids-limit", "0"]
        return self.podman("run", "--rm", "--name", self.name, "--cgroup-parent", "/" + self.name, *limits, "--network", "none",
                           "demo:1", *command)


def bwrap(root, *command, user=None):
    require("bwrap")
    # A rootfs of root's may hold /witness.sh at its top: --ro-bind of the whole is what the users do.
    words = ["bwrap", "--unshare-all", "--ro-bind", str(root), "/", "--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp", *command]
    if user is None:
        return words
    require("setpriv")
    return ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups", *words]


def own_cgroups():
    """{number of the hierarchy: path} of this process, whose children are there too when nobody moves them."""
    rows = pathlib.Path("/proc/self/cgroup").read_text().splitlines()
    return {int(row.split(":")[0]): row.split(":", 2)[2] for row in rows}


def nspawn(case, root, *command):
    require("systemd-nspawn")
    # It divides the cgroup that it is started in, and leaves it so.
    for name in ("payload", "supervisor"):
        if not any(CGROUPS.glob(f"*{own_cgroups()[0]}/{name}")):
            case.addCleanup(remove_cgroups, name)
    return ["env", "SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=0", "systemd-nspawn", "-q", "--register=no", "--keep-unit", "--pipe",
            "--as-pid2", "-D", str(root), *command]


def lxc_execute(case, root, *command, more=""):
    """`more`: lines of its configuration."""
    require("lxc-execute")
    folder = case.tmp / "lxc"
    folder.mkdir()
    name = unique(case)
    config = folder / "config"
    config.write_text(f"lxc.rootfs.path = dir:{root}\nlxc.net.0.type = none\nlxc.mount.auto = proc\nlxc.uts.name = lxc\n{more}")
    case.addCleanup(remove_cgroups, "lxc." + "*" + name)
    return ["lxc-execute", "-P", str(folder), "-n", name, "-f", str(config), "--", *command]


def newer(folder, *command):
    """`command`, run in `folder`, as Debian 13 has it: its root is switched to, as a chroot would forbid user namespaces."""
    require("debian-13")
    script = """set -e
        mount --bind "$0" "$0"
        cd "$0"
        for each in dev proc sys run tmp; do mount --rbind /$each $each; done
        pivot_root . mnt
        umount -l /mnt
        cd "$1"
        shift
        exec "$@" """
    return ["unshare", "--mount", "--propagation", "slave", "sh", "-c", script, str(NEWER), str(folder), *map(str, command)]


def unshare(root, *command):
    return ["unshare", "-mpniuCf", "--mount-proc", "--root", str(root), *command]
