"""--verify on real containers: it agrees with the kernel about what was traced, and says so where it does not."""

import json
import os
import pathlib
import shlex
import signal
import subprocess
import sys

import runtimes
import support
from captured import verification
from support import Tracing, cttrace, require, run, validate

# It waits to be told to go on: until what it is has been read, however busy the machine is.
WAIT = ["/bin/sh", "-c", "echo up; read line"]


def children(pid):
    return [int(word) for each in pathlib.Path(f"/proc/{pid}/task").glob("*/children") for word in each.read_text().split()]


class Case(support.Case):
    def setUp(self):
        super().setUp()
        require("root", "tracing")
        self.out = self.tmp / "out"

    def start(self, *command, format="ndjson", options=(), **more):
        tracing = Tracing("--verify", "--format", format, "-o", self.out, *options, "--", *command, stdin=subprocess.PIPE,
                          **more)
        self.addCleanup(tracing.__exit__)
        self.assertEqual(tracing.process.stdout.readline().strip(), "up", self.out.read_text()[-2000:])
        return tracing

    def until_told(self, tracing, *parts):
        """Waits until the output has a line with all of these."""
        while not any(all(part in line for part in parts) for line in self.out.read_text().splitlines()):
            self.assertIsNone(tracing.process.poll(), "ended before it told " + " ".join(parts))
            os.sched_yield()

    def go_on(self, tracing):
        """The container's program may end. Returns cttrace's exit status."""
        tracing.process.stdin.write("x\n")
        tracing.process.stdin.flush()
        return tracing.finish().returncode

    def innermost(self, pid):
        """The last of the processes below."""
        while children(pid):
            pid = children(pid)[-1]
        return pid


class Agrees(Case):
    def verify(self, *command, **options):
        tracing = self.start(*command, **options)
        # Before an event is told, it has been read what the process is.
        self.until_told(tracing, '"type":"exec"', f'"tid":{self.innermost(tracing.process.pid)},', '"comm":"sh"')
        self.assertEqual(self.go_on(tracing), 0)
        for line in self.out.read_text().splitlines()[-1:]:
            validate(json.loads(line), "ndjson")
        found = verification(self.out)
        self.assertEqual((found["disagreements"], found["more_disagreements"]), ([], 0))
        self.assertGreater(found["containers"], 0)
        self.assertGreaterEqual(found["comparisons"], found["containers"])
        return found

    def test_runc(self):
        bundle = runtimes.Bundle(self, args=WAIT)
        self.verify(*bundle.runc("run", bundle.id), cwd=bundle.path)

    def test_runc_with_a_user_namespace(self):
        bundle = runtimes.Bundle(self, args=WAIT, user_namespace=True, cgroup_namespace=True)
        self.verify(*bundle.runc("run", bundle.id), cwd=bundle.path)

    def test_crun(self):
        require("crun")
        bundle = runtimes.Bundle(self, args=WAIT)
        self.verify(*bundle.crun("run", bundle.id), cwd=bundle.path)

    def test_bubblewrap(self):
        self.verify(*runtimes.bwrap(runtimes.rootfs(self.tmp / "rootfs"), *WAIT))

    def test_nspawn(self):
        self.verify(*runtimes.nspawn(self, runtimes.rootfs(self.tmp / runtimes.unique(self)), *WAIT))

    def test_unshare_with_a_chroot(self):
        self.verify(*runtimes.unshare(runtimes.rootfs(self.tmp / "rootfs"), *WAIT))

    def test_chroot_alone(self):
        self.verify("chroot", runtimes.rootfs(self.tmp / "rootfs"), *WAIT)

    def test_a_container_that_still_runs_at_the_end(self):
        bundle = runtimes.Bundle(self, args=["/bin/sleep", "1000"])
        pid = self.tmp / "pid"
        runs = shlex.join(map(str, bundle.runc("run", "-d", "--pid-file", pid, bundle.id)))
        # runc ends without waiting for the program to begin.
        script = f"{runs} && until grep -q 1000 /proc/$(cat {pid})/cmdline; do :; done"
        result = cttrace("--verify", "--format", "ndjson", "-o", self.out, "sh", "-c", script,
                         cwd=bundle.path, capture_output=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.assertEqual(result.returncode, 0)
        found = verification(self.out)
        self.assertEqual((found["containers"], found["not_verified"], found["disagreements"]), (1, [], []))

    def test_the_file_of_a_namespace_bound_through_a_proc_of_another_root(self):
        root = runtimes.rootfs(self.tmp / "rootfs")
        self.verify("bwrap", "--unshare-pid", "--ro-bind", root, "/", "--proc", "/proc", "--tmpfs", "/tmp", "--ro-bind-try",
                    "/proc/self/ns/user", "/tmp/user", *WAIT)

    def test_filesystems_that_are_read_only_by_themselves(self):
        self.verify("unshare", "-m", "sh", "-ec", f'''cd {self.tmp}; mount -t tmpfs tmpfs .; cd {self.tmp}
            mkdir a b upper work one two debug
            mount -t overlay overlay -o lowerdir=$PWD/a:$PWD/b one
            mount -t overlay overlay -o lowerdir=$PWD/a,upperdir=$PWD/upper,workdir=$PWD/work two
            mount -t debugfs -o ro debugfs debug  # it stays as the kernel has it
            echo up; read line; exec sh -c :''')

    def test_a_mount_behind_a_link_while_another_container_mounts(self):
        for name in ("n", "real", "from"):
            (self.tmp / name).mkdir()
        # One that is nearly always in a call.
        noise = f"""import ctypes, time
libc = ctypes.CDLL(None)
libc.unshare(0x20000)
libc.mount(None, b"/", None, 0x44000, None)
end = time.time() + 2
while time.time() < end:
    libc.mount(b"x", b"{self.tmp}/n", b"tmpfs", 0, None)
    libc.umount2(b"{self.tmp}/n", 2)
"""
        links = f"exec 3<{self.tmp}/real; mount -c --bind {self.tmp}/from /dev/fd/3; exec sleep 0.1"
        script = f"{sys.executable} -c '{noise}' & sleep 0.3; for i in 1 2 3 4 5 6 7 8 9; do unshare -m sh -c '{links}'; done; wait"
        result = cttrace("--verify", "--format", "ndjson", "-o", self.out, "sh", "-c", script)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        self.assertEqual(verification(self.out)["disagreements"], [])

    @support.only_with("ebpf", "who is not traced is not seen")
    def test_beside_a_container_that_is_not_traced(self):
        """Its runtime binds its own program in the mount namespace that the container is made from."""
        require("runc")
        tracing = self.start("sh", "-c", f"echo up; read line; exec unshare -m {shlex.join(WAIT)}")
        other = runtimes.Bundle(self, args=["/bin/true"])
        run(*other.runc("run", other.id), cwd=other.path, check=True)
        tracing.process.stdin.write("x\n")
        tracing.process.stdin.flush()
        self.assertEqual(tracing.process.stdout.readline().strip(), "up")
        self.until_told(tracing, '"type":"container"')  # and has been compared with what the kernel says
        self.assertEqual(self.go_on(tracing), 0)
        found = verification(self.out)
        self.assertEqual((found["disagreements"], found["not_verified"]), ([], []))
        self.assertGreater(found["containers"], 0)

    def test_namespaces_of_one_number_after_each_other(self):
        # What was known of one that is gone must not be taken for what is in the next.
        setup = "".join(f"mount -t tmpfs {name} {self.tmp} && " for name in "xyz")
        script = f"for i in 1 2 3 4; do unshare -m sh -c '{setup} exec sleep 0.1'; done"
        result = cttrace("--verify", "--format", "ndjson", "-o", self.out, "sh", "-c", script)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        self.assertEqual(verification(self.out)["disagreements"], [])
        self.assertEqual(json.loads(self.out.read_text().splitlines()[-1])["contradicted"], 0)

    def test_containerd(self):
        daemon = runtimes.Containerd(self)
        with Tracing("--verify", "--format", "ndjson", "-o", self.out, "-p", daemon.daemon.pid) as tracing:
            run(*daemon.ctr("run", "--rm", "demo:1", "one", "/bin/sh", "-c", "sleep 0.5"), check=True)
            self.assertEqual(tracing.finish(signal.SIGINT).returncode, -signal.SIGINT)
        found = verification(self.out)
        self.assertEqual(found["disagreements"], [])
        self.assertGreater(found["containers"], 0)

    def test_the_end_of_a_namespace_that_others_are_the_slaves_of(self):
        folder = self.tmp / "folder"
        folder.mkdir()
        script = (f"mount -t tmpfs x {folder}; (setsid unshare -m --propagation slave sleep 1 >/dev/null 2>&1 </dev/null &); "
                  "sleep 0.1")
        result = cttrace("--verify", "--format", "ndjson", "-o", self.out, "unshare", "-m", "--propagation", "shared", "sh", "-c",
                         script)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        found = verification(self.out)
        self.assertEqual(found["disagreements"], [])
        self.assertGreater(found["containers"], 0)

    def test_a_thread_in_another_mount_namespace_than_its_process(self):
        script = """import ctypes, os, sys, threading
libc = ctypes.CDLL(None)
def work():
    libc.unshare(0x20200)
    libc.mount(None, b"/", None, 0x44000, None)
    libc.mount(b"x", sys.argv[1].encode(), b"tmpfs", 0, None)
    os.chdir(sys.argv[1])
    print("up", flush=True)
    sys.stdin.readline()
    os.execv("/bin/sh", ["sh", "-c", "read line"])
threading.Thread(target=work).start()
threading.Event().wait()
"""
        held = subprocess.Popen([sys.executable, "-uc", script, self.tmp], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                text=True, bufsize=1)
        self.addCleanup(held.communicate)
        self.assertEqual(held.stdout.readline(), "up\n")
        with Tracing("--verify", "--format", "ndjson", "-o", self.out, "-p", held.pid) as tracing:
            held.stdin.write("x\n")
            self.until_told(tracing, '"type":"exec"', '"comm":"sh"')
            held.stdin.write("x\n")
            self.assertEqual(tracing.finish().returncode, 0)
        found = verification(self.out)
        self.assertEqual((found["disagreements"], found["not_verified"]), ([], []))
        self.assertEqual(found["containers"], 1)

    def test_a_mount_namespace_that_only_a_descriptor_keeps(self):
        script = """import ctypes, os
libc = ctypes.CDLL(None)
outside = os.open("/proc/self/ns/mnt", os.O_RDONLY)
libc.unshare(0x20000)
libc.mount(None, b"/", None, 0x44000, None)
libc.mount(b"kept", b"/mnt", b"tmpfs", 0, None)
inside = os.open("/proc/self/ns/mnt", os.O_RDONLY)
libc.setns(outside, 0x20000)
libc.chdir(b"/")
libc.setns(inside, 0x20000)
os.close(inside)
os.execv("/bin/sh", ["sh", "-c", "echo up; read line"])
"""
        found = self.verify(sys.executable, "-c", script)
        self.assertEqual(found["not_verified"], [])
        self.assertIn('"kept"', self.out.read_text())

    def test_a_root_that_lies_on_the_root_of_its_namespace(self):
        """As systemd-nspawn leaves one: most mounts are beneath it, and no path leads there."""
        (self.tmp / "new").mkdir()
        script = f"""mount --make-rprivate / && mount --rbind / {self.tmp}/new && cd {self.tmp}/new && mount --move . / &&
            exec chroot . sh -c 'echo up; read line; unshare -m sh -c "{{}}"'"""
        again = "mount --rbind / /mnt && cd /mnt && mount --move . / && exec chroot . sh -c " \
                "'\\''mount --make-rshared / && mount --make-rslave / && exec sleep 0.1'\\''"
        held = subprocess.Popen(["unshare", "-m", "sh", "-c", script.replace("{}", again)], stdin=subprocess.PIPE,
                                stdout=subprocess.PIPE, text=True, bufsize=1)
        self.addCleanup(held.communicate)
        self.assertEqual(held.stdout.readline(), "up\n")
        with Tracing("--verify", "--format", "ndjson", "-o", self.out, "-p", held.pid) as tracing:
            held.stdin.write("x\n")
            self.assertEqual(tracing.finish().returncode, 0)
        self.assertEqual(verification(self.out)["disagreements"], [])
        self.assertEqual(json.loads(self.out.read_text().splitlines()[-1])["contradicted"], 0)

    def test_nothing_to_verify(self):
        result = cttrace("--verify", "--format", "story", "-o", self.out, "true")
        self.assertEqual(result.returncode, 0)
        self.assertIn("cttrace: verified: nothing, as no container was handed over\n", self.out.read_text())

    def test_beside_lines_of_calls(self):
        tracing = self.start("unshare", "-m", *WAIT, format="calls", options=["-v"])
        self.until_told(tracing, 'exec {comm="sh"')
        self.assertEqual(self.go_on(tracing), 0)
        self.assertRegex(self.out.read_text(), r"(?m)^cttrace: verified: 1 container is as the kernel says, compared 1 time$")


class Disagrees(Case):
    """Somebody who is not traced mounts in the container: cttrace cannot know, and the kernel does. By eBPF it would know:
    there the mount comes from a mount namespace in which nobody is traced."""

    def setUp(self):
        super().setUp()
        self.folder = self.tmp / "folder"
        (self.folder / "sub").mkdir(parents=True)

    def mount_behind_its_back(self, inside):
        self.assertNotEqual(os.stat(f"/proc/{inside}/ns/mnt").st_ino, os.stat("/proc/self/ns/mnt").st_ino)
        mounts = 'mount -t tmpfs -o ro secret "$0/sub"'
        script = f"exec {mounts}" if support.BACKEND == "ptrace" else f"""mount --bind "$0" "$0" && mount --make-shared "$0" &&
            exec unshare -m --propagation unchanged {mounts}"""
        run("nsenter", "-t", inside, "-m", "sh", "-c", script, self.folder, check=True)

    def test_in_json_and_by_the_exit_status(self):
        tracing = self.start("unshare", "-mpf", "sh", "-c", 'echo up; read line; exec sh -c "read line; exit 5"')
        self.mount_behind_its_back(self.innermost(tracing.process.pid))
        tracing.process.stdin.write("x\n")
        tracing.process.stdin.flush()
        self.until_told(tracing, '"type":"call"', '"read line; exit 5"', '"result":0,')
        self.assertEqual(self.go_on(tracing), 3)
        found = verification(self.out)
        self.assertEqual([(each["when"], each["differences"]) for each in found["disagreements"]],
                         [("at its execve", [{"what": "a mount", "cttrace": "none", "kernel": f"tmpfs on {self.folder}/sub"}])])
        for line in self.out.read_text().splitlines()[-1:]:
            validate(json.loads(line), "ndjson")

    def attached(self, *options):
        """An attached cttrace that is interrupted while the container runs. Returns the container's process."""
        held = subprocess.Popen(["unshare", "-mpf", *WAIT], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.addCleanup(held.communicate)
        self.assertEqual(held.stdout.readline(), "up\n")
        with Tracing("--verify", *options, "-o", self.out, "-p", held.pid) as tracing:
            inside = self.innermost(held.pid)
            self.mount_behind_its_back(inside)
            self.assertEqual(tracing.finish(signal.SIGINT).returncode, 3)
        return inside

    def test_in_words(self):
        for options in (["--format", "story"], ["--format", "story", "-q"], ["--format", "calls", "-q"]):
            with self.subTest(options):
                inside = self.attached(*options)
                self.assertIn(f"cttrace: cttrace and the kernel disagree on process {inside}, at the end:\n"
                              f"cttrace:   a mount: cttrace none; the kernel tmpfs on {self.folder}/sub\n", self.out.read_text())

    def test_an_attached_cttrace_in_json(self):
        inside = self.attached("--format", "json")
        document = json.loads(self.out.read_text())
        validate(document, "trace")
        found = document["completeness"]["verification"]["disagreements"]
        self.assertIn((inside, "at the end"), [(each["pid"], each["when"]) for each in found])


if __name__ == "__main__":
    support.main()
