"""What ordinary users, and those to whom eBPF is denied, see: the story of what they run, and no privilege more or less."""

import json
import os
import shutil

import support
from ctrun import CTRUN
from runtimes import Bundle, rootfs
from support import require, run
from traced import Trace, program

USER = 1000
PODMAN = "podman --cgroup-manager cgroupfs --storage-driver vfs --events-backend none"
WHY = "cttrace: tracing by ptrace, as eBPF does not work here"


class User(support.Case):
    def setUp(self):
        super().setUp()
        require("root", "ptrace", "setpriv")
        self.tmp.chmod(0o755)
        self.home = self.tmp / "home"
        (self.home / "run").mkdir(parents=True)
        # Where the build is may be closed to others.
        for name, binary in (("cttrace", support.CTTRACE), ("ctrun", CTRUN)):
            if os.path.exists(binary):
                shutil.copy(binary, self.home / name)
        self.give()
        self.out = self.home / "trace"

    def give(self):
        for path in [self.home, *self.home.rglob("*")]:
            os.lchown(path, USER, USER)

    def as_user(self, *words, before=(), **options):
        """Runs it as the user; `before`: words before those that make it the user's."""
        return run(*before, "setpriv", f"--reuid={USER}", f"--regid={USER}", "--clear-groups", "env", f"HOME={self.home}",
                   f"XDG_RUNTIME_DIR={self.home}/run", *map(str, words), cwd=self.home, **options)

    def story(self, *words, status=0, **options):
        """The story of what the user runs under cttrace, and its result."""
        result = self.as_user("./cttrace", "--format", "story", "-o", self.out, *words, **options)
        self.assertEqual(result.returncode, status, result.stderr)
        self.assertTrue(result.stderr.startswith(WHY), result.stderr)
        return self.out.read_text(), result

    def test_unshare(self):
        require("userns")
        story, _ = self.story("unshare", "-Urm", "sh", "-c", "exit 3", status=3)
        self.assertRegex(story, r"namespaces +new user \d+, mnt \d+")
        self.assertRegex(story, r"user maps .*uids 0 1000 1; gids 0 1000 1")
        self.assertIn("nothing lost", story)

    def test_bubblewrap(self):
        require("bwrap", "userns")
        words = ["bwrap", "--ro-bind", "/", "/", "--unshare-all", "sh", "-c", "grep -E '^(Cap|NoNew)' /proc/self/status"]
        story, traced = self.story(*words)
        self.assertRegex(story, r"namespaces +new user \d+, mnt \d+, pid \d+")
        self.assertIn("hand-over", story)
        self.assertIn("nothing lost", story)
        self.assertEqual(traced.stdout, self.as_user(*words).stdout)

    def ctrun_bundle(self, change):
        require("busybox", "userns")
        rootfs(self.home / "rootfs")
        self.give()
        self.as_user("./ctrun", "spec", "--rootless", check=True)
        config = self.home / "config.json"
        document = json.loads(config.read_text())
        document["process"].update(terminal=False, rlimits=[], args=["/bin/sh", "-c", "cat /proc/self/uid_map; exit 6"])
        document["root"]["readonly"] = False
        change(document)
        config.write_text(json.dumps(document))

    def test_ctrun(self):
        self.ctrun_bundle(lambda document: None)
        story, result = self.story("./ctrun", "run", "mine", status=6)
        self.assertEqual(result.stdout.split(), ["0", str(USER), "1"])
        self.assertRegex(story, r"user maps .*uids 0 1000 1")
        self.assertIn("hand-over", story)
        self.assertIn("nothing lost", story)

    def test_ctrun_with_a_range_of_ids_by_newuidmap(self):
        require("newuidmap")
        maps = [{"containerID": 0, "hostID": USER, "size": 1}, {"containerID": 1, "hostID": 200000, "size": 1000}]
        self.ctrun_bundle(lambda document: document["linux"].update(uidMappings=maps, gidMappings=maps))
        allowed = self.tmp / "subid"
        allowed.write_text(f"{USER}:200000:1000\n")
        # The system's list of who may have which ids is another one in a mount namespace of the test's own.
        before = ["unshare", "--mount", "sh", "-c", 'for f in subuid subgid; do mount --bind "$0" /etc/$f || exit; done; exec "$@"',
                  allowed]
        story, result = self.story("./ctrun", "run", "mine", status=6, before=before)
        self.assertEqual(result.stdout.split(), ["0", str(USER), "1", "1", "200000", "1000"])
        self.assertRegex(result.stderr, r"executes \S*/newuidmap, which gains privileges: it and what it makes are not followed")
        self.assertIn("hand-over", story)
        self.assertIn("lost: 2 tasks not followed", story)

    def with_podman(self, script):
        """A user's script, where `podman` may make containers of the user's ./rootfs."""
        require("podman", "newuidmap", "busybox")
        rootfs(self.home / "rootfs")
        self.give()
        allowed = self.tmp / "subid"
        allowed.write_text(f"{USER}:200000:65536\n")
        # In a pid namespace of their own, with which the process that keeps the user namespace ends. crun refuses cgroups
        # that are hybrid.
        before = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "sh", "-c",
                  'umount -l /sys/fs/cgroup/unified 2>/dev/null; for f in subuid subgid; do mount --bind "$0" /etc/$f || exit; done; "$@"',
                  allowed]
        result = self.as_user("sh", "-c", f"set -e\n{script}", before=before, timeout=120)
        self.assertEqual(result.returncode, 0, result.stderr)
        return result

    def test_rootless_podman(self):
        maps = "/proc/self/uid_map"
        result = self.with_podman(f"""
            ./cttrace -o first {PODMAN} unshare cat {maps}
            tar -C rootfs --owner=0 --group=0 -c . | {PODMAN} import - demo:1 >/dev/null
            ./cttrace -o second {PODMAN} run --rm --network none --cgroups disabled demo:1 /bin/cat {maps}""")
        self.assertEqual(result.stdout.split(), 2 * ["0", str(USER), "1", "1", "200000", "65536"])
        self.assertRegex(result.stderr, r"executes \S*/newuidmap, which gains privileges")
        self.assertIn("lost: 2 tasks not followed", (self.home / "first").read_text())
        story = (self.home / "second").read_text()
        self.assertRegex(story, r"hand-over +execve /bin/cat /proc/self/uid_map: uid 0, gid 0 \(1000, 1000 outside\)")
        self.assertIn("nothing lost", story)

    def test_rootless_podman_that_fails(self):
        self.with_podman(f"""
            fails() {{ "$@" && exit 1 || [ $? = 125 ]; }}
            fails ./cttrace -o first {PODMAN} run --rm nosuch:1 /bin/true
            fails ./cttrace -o second --record recording {PODMAN} run --rm nosuch:1 /bin/true
            ./cttrace show --format list -o list recording
            ./cttrace -o third {PODMAN} ps""")
        why = r"podman \d+: Error: .*nosuch:1"
        # It makes the namespaces to work in, and joins them later.
        first, second = (self.home / "first").read_text(), (self.home / "second").read_text()
        self.assertRegex(first, r"(?m)^container .* NOT STARTED")
        self.assertRegex(first, why)
        self.assertRegex(second, r"(?m)^podman \d+ set up nothing .* exited with 125")
        self.assertRegex(second, "says +Error: .*nosuch:1")
        self.assertRegex((self.home / "list").read_text(), r"\(nothing set up\) +podman .*Error: .*nosuch:1")
        for story in (first, second, (self.home / "third").read_text()):
            self.assertNotIn("exited with 0", story)
            self.assertNotIn("entry", story)

    def test_setuid_programs_keep_their_privileges(self):
        helper = self.tmp / "id\x1b[31m"
        shutil.copy(shutil.which("id"), helper)
        os.chown(helper, 0, 0)
        helper.chmod(0o4755)
        _, result = self.story("sh", "-c", '"$0" -u -r; "$0" -u', helper)
        self.assertEqual(result.stdout.split(), [str(USER), "0"])
        self.assertIn("id\\x1b[31m, which gains privileges", result.stderr)

    def test_others_processes(self):
        result = self.as_user("./cttrace", "-p", os.getpid())
        self.assertEqual(result.returncode, 1)
        self.assertRegex(result.stderr, rf"cttrace: cannot follow process {os.getpid()}: Operation not permitted")


class Denied(support.Case):
    def setUp(self):
        super().setUp()
        require("root", "ptrace")
        self.out = self.tmp / "trace"

    def test_without_bpf(self):
        bundle = Bundle(self)
        result = run(program("deny_bpf"), support.CTTRACE, "--format", "ndjson", "-o", self.out, *bundle.runc("run", bundle.id),
                     cwd=bundle.path)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertTrue(result.stderr.startswith(WHY), result.stderr)
        trace = Trace(self.out.read_text())
        self.assertEqual(trace.header["backend"], "ptrace")
        self.assertTrue(trace.calls("pivot_root"))
        self.assertEqual(trace.missing, {})

    def test_ebpf_that_is_asked_for_is_not_replaced(self):
        result = run(program("deny_bpf"), support.CTTRACE, "--backend", "ebpf", "true")
        self.assertEqual(result.returncode, 1)
        self.assertNotIn("ptrace", result.stderr)

    def test_the_whole_host(self):
        result = run(program("deny_bpf"), support.CTTRACE, "-a")
        self.assertEqual(result.returncode, 1)


if __name__ == "__main__":
    support.main()
