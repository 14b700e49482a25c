"""ctrun's commands, from create to delete; hooks, networks, images; root file systems that want to get out."""

import json
import os
import pathlib
import signal
import subprocess

import support
from ctrun import ALTERNATIVES, CTRUN, CtrunBundle
from support import require, run


class LifecycleCase(support.Case):
    maxDiff = None

    def setUp(self):
        super().setUp()
        require("root", "busybox")

    def bundle(self, script, **named):
        return CtrunBundle(self, args=["/bin/sh", "-c", script], **named)

    def detached(self, bundle, *words):
        """Runs a command whose container lives on: its output is not waited for."""
        with open(self.tmp / "out", "w") as out:
            return subprocess.run(bundle.command(*words), stdin=subprocess.DEVNULL, stdout=out, stderr=out, timeout=60)

    def status(self, bundle):
        return json.loads(run(*bundle.command("state", bundle.id), check=True).stdout)["status"]


class Commands(LifecycleCase):
    def test_create_start_kill_delete(self):
        bundle = self.bundle("echo started; exec sleep 1000")
        bundle.config["annotations"] = {"org.example.kept": "yes"}
        bundle.write()
        self.assertEqual(self.detached(bundle, "create", "--pid-file", self.tmp / "pid", "--bundle", bundle.path, bundle.id).returncode, 0)
        state = json.loads(run(*bundle.command("state", bundle.id), check=True).stdout)
        self.assertEqual((state["status"], str(state["pid"]), state["bundle"], state["annotations"]),
                         ("created", (self.tmp / "pid").read_text(), str(bundle.path), {"org.example.kept": "yes"}))
        again = run(*bundle.command("create", "--bundle", bundle.path, bundle.id))
        self.assertEqual((again.returncode, "already exists" in again.stderr), (1, True), again.stderr)
        self.assertEqual((self.tmp / "out").read_text(), "")
        run(*bundle.command("start", bundle.id), check=True)
        self.assertEqual(self.status(bundle), "running")
        inside = run(*bundle.command("exec", "--user", "5:6", "--env", "A=b", "--cwd", "/tmp", bundle.id, "/bin/sh", "-c", "id; pwd; echo $A; exit 7"))
        self.assertEqual((inside.returncode, inside.stdout), (7, "uid=5 gid=6\n/tmp\nb\n"), inside.stderr)
        self.assertEqual(run(*bundle.command("exec", bundle.id, "nowhere")).returncode, 255)
        for command, status in (("pause", "paused"), ("resume", "running")):
            run(*bundle.command(command, bundle.id), check=True)
            self.assertEqual(self.status(bundle), status)
        refused = run(*bundle.command("delete", bundle.id))
        self.assertEqual((refused.returncode, "it is running" in refused.stderr), (1, True))
        listed = json.loads(run(*bundle.command("list", "--format", "json"), check=True).stdout)
        self.assertEqual([row["id"] for row in listed], [bundle.id])
        pid = json.loads(run(*bundle.command("ps", "--format", "json", bundle.id), check=True).stdout)
        self.assertEqual(pid, [state["pid"]])
        run(*bundle.command("kill", bundle.id, "KILL"), check=True)
        run(*bundle.command("delete", "--force", bundle.id), check=True)
        self.assertEqual((self.tmp / "out").read_text(), "started\n")
        self.assertEqual(os.listdir(bundle.root), [])
        self.assertEqual(run("find", "/sys/fs/cgroup", "-name", bundle.id).stdout, "")
        gone = run(*bundle.command("state", bundle.id))
        self.assertEqual((gone.returncode, "does not exist" in gone.stderr), (1, True))

    def test_exit_status_is_the_programs(self):
        self.assertEqual(self.bundle("exit 42").run().returncode, 42)

    def test_exit_status_of_a_signal(self):
        self.assertEqual(self.bundle("kill -9 $$; kill -s SEGV 1; exit 3").run().returncode, 3)
        held = subprocess.Popen(CtrunBundle(self._folder("b"), args=["/bin/sleep", "1000"]).run_words(), stdout=subprocess.DEVNULL)
        self.addCleanup(held.kill)
        pid = self._child_of(held.pid)
        os.kill(pid, signal.SIGKILL)
        self.assertEqual(held.wait(timeout=30), 128 + 9)

    def _folder(self, name):
        folder = self.tmp / name
        folder.mkdir()
        return type("Case", (), {"tmp": folder, "addCleanup": self.addCleanup})()

    @staticmethod
    def _child_of(pid):
        for _ in range(10000):
            words = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
            if words and os.readlink(f"/proc/{words[0]}/exe").endswith("busybox"):
                return int(words[0])
        raise AssertionError("no program")

    def test_without_a_bundle(self):
        bundle = self.bundle("")
        words = bundle.command("run", "--rootfs", bundle.rootfs, "--hostname", "here", "--user", "3", "--", "/bin/sh", "-c", "hostname; id -u")
        self.assertEqual(run(*words, check=True).stdout, "here\n3\n")

    def test_refusals_name_what_is_wrong(self):
        bundle = self.bundle("")
        bundle.config["process"]["user"]["uid"] = "root"
        bundle.write()
        result = bundle.run()
        self.assertEqual((result.returncode, result.stderr), (1, "ctrun: cannot use the configuration's process.user.uid: it must be a whole number\n"))
        systemd = run(*bundle.command("--systemd-cgroup", "list"))
        self.assertEqual((systemd.returncode, "--systemd-cgroup" in systemd.stderr), (1, True))

    def test_log_in_json(self):
        log = self.tmp / "log"
        self.assertEqual(run(CTRUN, "--root", self.tmp / "state", "--log", log, "--log-format", "json", "start", "nobody").returncode, 1)
        line = json.loads(log.read_text())
        self.assertEqual((line["level"], "does not exist" in line["msg"]), ("error", True))


class Hooks(LifecycleCase):
    def test_all_six_in_their_order(self):
        log = self.tmp / "log"
        log.touch()
        hook = self.tmp / "hook"
        hook.write_text(f'#!/bin/sh\nread -r line; read -r line; read -r id; echo "$1 $(cat /proc/self/mountinfo | wc -l) $id" >> {log}\n')
        hook.chmod(0o755)
        bundle = self.bundle("echo program >> /log")
        bundle.config["root"]["readonly"] = False
        bundle.config["mounts"].append({"destination": "/log", "type": "bind", "source": str(log), "options": ["bind"]})
        kinds = ["prestart", "createRuntime", "createContainer", "startContainer", "poststart", "poststop"]
        bundle.config["hooks"] = {kind: [{"path": str(hook), "args": ["hook", kind]}] for kind in kinds}
        # This one is looked for in the container.
        (bundle.rootfs / "hook").write_text('#!/bin/sh\necho "startContainer in $(hostname)" >> /log\n')
        (bundle.rootfs / "hook").chmod(0o755)
        bundle.config["hooks"]["startContainer"] = [{"path": "/hook"}]
        bundle.write()
        result = bundle.run()
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        lines = [line.split() for line in log.read_text().splitlines()]
        order = [line[0] for line in lines]
        # The program and poststart run at the same time.
        self.assertEqual(order[:4], ["prestart", "createRuntime", "createContainer", "startContainer"])
        self.assertEqual((set(order[4:6]), order[6:]), ({"program", "poststart"}, ["poststop"]))
        self.assertEqual(lines[0][-1], f'"{bundle.id}",')
        self.assertEqual(lines[3], ["startContainer", "in", "ctrun"])
        # createContainer sees the container's mounts beside the host's.
        self.assertGreater(int(lines[2][1]), int(lines[0][1]))

    def test_one_that_fails_or_hangs_undoes_everything(self):
        for path, timeout, why in (("/bin/false", None, "exit status 1"), ("/bin/sleep", 1, "longer than 1 s")):
            with self.subTest(path=path):
                bundle = CtrunBundle(self._fresh(path), args=["/bin/true"])
                hook = {"path": path, "args": [path, "1000"]}
                bundle.config["hooks"] = {"createRuntime": [hook | ({"timeout": timeout} if timeout else {})]}
                bundle.write()
                result = bundle.run()
                self.assertEqual((result.returncode, why in result.stderr), (1, True), result.stderr)
                self.assertEqual(os.listdir(bundle.root), [])
                self.assertEqual(run("find", "/sys/fs/cgroup", "-name", bundle.id).stdout, "")

    def _fresh(self, path):
        folder = self.tmp / path.replace("/", "_")
        folder.mkdir()
        return type("Case", (), {"tmp": folder, "addCleanup": self.addCleanup})()


class Network(LifecycleCase):
    SCRIPT = "cat /proc/net/dev /proc/net/fib_trie /proc/net/route"

    def test_none_has_loopback_only(self):
        shown = self.bundle(self.SCRIPT).run("--net", "none", check=True).stdout
        self.assertIn(" lo:", shown)
        self.assertNotIn("eth0", shown)
        self.assertIn("127.0.0.1", shown)

    def test_host_has_the_hosts(self):
        script = "readlink /proc/self/ns/net"
        self.assertEqual(self.bundle(script).run("--net", "host", check=True).stdout.strip(), os.readlink("/proc/self/ns/net"))

    def test_veth(self):
        require("ip")
        # In a network namespace of the test's own: the pair's other end, and its route, are gone with it.
        bundle = self.bundle(self.SCRIPT)
        # The kernel takes it away with the container's namespace, in its own time.
        words = ["unshare", "--net", "sh", "-c", '"$@"; while ip -o link | grep -q ": ct"; do :; done', "x",
                 *bundle.run_words("--net", "veth:10.99.7.2/24")]
        shown = run(*words, check=True).stdout
        for expected in ("eth0:", "10.99.7.2", "eth0\t00000000\t0107630A"):
            self.assertIn(expected, shown)

    def test_what_is_no_address(self):
        for net in ("veth:", "veth:10.0.0.1", "veth:10.0.0.1/33", "bridge"):
            result = self.bundle_of(net).run("--net", net)
            self.assertEqual((result.returncode, "--net" in result.stderr), (2, True), result.stderr)

    def bundle_of(self, net):
        folder = self.tmp / net.replace("/", "_").replace(":", "_")
        folder.mkdir()
        return CtrunBundle(type("Case", (), {"tmp": folder, "addCleanup": self.addCleanup})(), args=["/bin/true"])


class Hostile(LifecycleCase):
    """Nothing that the image has made of its paths leads out."""

    def setUp(self):
        super().setUp()
        self.outside = self.tmp / "outside"
        self.outside.mkdir()
        (self.outside / "file").write_text("untouched\n")

    def hostile(self, change):
        bundle = self.bundle("for f in /proc/self/mountinfo; do cat $f; done")
        bundle.config["root"]["readonly"] = False
        change(bundle)
        bundle.write()
        return bundle

    def assert_untouched(self):
        self.assertEqual(sorted(os.listdir(self.outside)), ["file"])
        self.assertEqual((self.outside / "file").read_text(), "untouched\n")

    def every_way(self, bundle, check):
        before = pathlib.Path("/proc/self/mountinfo").read_text()
        for mounts in ALTERNATIVES["mount-by"]:
            with self.subTest(mounts=mounts):
                check(bundle.run("--mount-by", mounts))
                self.assert_untouched()
                self.assertEqual(pathlib.Path("/proc/self/mountinfo").read_text(), before)

    def test_dev_is_a_link_out(self):
        def change(bundle):
            (bundle.rootfs / "dev").rmdir()
            (bundle.rootfs / "dev").symlink_to(self.outside)
        self.every_way(self.hostile(change), lambda result: self.assertEqual(result.returncode, 0, result.stderr))

    def test_a_mount_point_below_links_out(self):
        def change(bundle):
            (bundle.rootfs / "way").symlink_to("../../../.." + str(self.outside))
            bundle.config["mounts"].append({"destination": "/way/deep/er", "type": "tmpfs", "source": "tmpfs"})
        def check(result):
            self.assertEqual(result.returncode, 0, result.stderr)
            self.assertIn(f" {self.outside}/deep/er ", result.stdout)  # below the container's own root
        self.every_way(self.hostile(change), check)

    def test_a_file_to_bind_on_is_a_link_out(self):
        def change(bundle):
            (bundle.rootfs / "etc/resolv.conf").symlink_to(self.outside / "file")
            bundle.config["mounts"].append({"destination": "/etc/resolv.conf", "type": "bind", "source": "/etc/hostname", "options": ["bind"]})
        self.every_way(self.hostile(change), lambda result: self.assertEqual(result.returncode, 0, result.stderr))

    def test_links_in_a_circle(self):
        def change(bundle):
            (bundle.rootfs / "a").symlink_to("b")
            (bundle.rootfs / "b").symlink_to("a")
            bundle.config["mounts"].append({"destination": "/a/x", "type": "tmpfs", "source": "tmpfs"})
        self.every_way(self.hostile(change), lambda result: self.assertEqual((result.returncode, "/a/x" in result.stderr), (1, True)))

    def test_proc_is_mounted_over(self):
        # Sysctls and labels are written by the host's /proc: what the container mounts there changes nothing of it.
        def change(bundle):
            fake = self.outside
            bundle.config["mounts"].append({"destination": "/proc/sys", "type": "bind", "source": str(fake), "options": ["bind"]})
            bundle.config["linux"]["sysctl"] = {"net.ipv4.ip_forward": "1"}
            bundle.config["linux"]["readonlyPaths"] = []
        self.every_way(self.hostile(change), lambda result: self.assertEqual(result.returncode, 0, result.stderr))

    def test_masked_and_readonly_paths_are_links_out(self):
        def change(bundle):
            (bundle.rootfs / "masked").symlink_to(self.outside / "file")
            (bundle.rootfs / "kept").symlink_to(self.outside)
            bundle.config["linux"]["maskedPaths"].append("/masked")
            bundle.config["linux"]["readonlyPaths"].append("/kept")
        self.every_way(self.hostile(change), lambda result: self.assertEqual(result.returncode, 0, result.stderr))


class Mounts(LifecycleCase):
    def test_an_image_of_a_filesystem(self):
        require("mkfs.ext4")
        if not os.path.exists("/dev/loop-control"):
            self.skipTest("needs /dev/loop-control")
        image = self.tmp / "image"
        with open(image, "wb") as file:
            file.truncate(8 << 20)
        run("mkfs.ext4", "-q", image, check=True)
        bundle = self.bundle("echo x > /img/written; while read -r l; do case $l in *' /img '*) echo $l; esac; done < /proc/self/mountinfo")
        bundle.config["root"]["readonly"] = False
        bundle.config["mounts"].append({"destination": "/img", "type": "ext4", "source": str(image), "options": ["nosuid"]})
        bundle.write()
        for mounts in ALTERNATIVES["mount-by"]:
            with self.subTest(mounts=mounts):
                result = bundle.run("--mount-by", mounts)
                self.assertEqual((result.returncode, result.stderr), (0, ""))
                self.assertRegex(result.stdout, r"rw,nosuid,relatime - ext4 /dev/loop\d+ ")
                self.assertNotIn(str(image), run("losetup", "-a").stdout)  # it went with the mount

    def test_overlay_and_options(self):
        for name in ("lower", "upper", "work"):
            (self.tmp / name).mkdir()
        (self.tmp / "lower/from-below").write_text("below\n")
        for mounts in ALTERNATIVES["mount-by"]:
            folder = self.tmp / mounts
            folder.mkdir()
            bundle = CtrunBundle(type("Case", (), {"tmp": folder, "addCleanup": self.addCleanup})(),
                                 args=["/bin/sh", "-c", "cat /o/from-below; echo x > /o/new; while read -r l; do case $l in *' /t '*) echo $l; esac; done < /proc/self/mountinfo"])
            data = ",".join(f"{key}dir={self.tmp / name}" for key, name in (("lower", "lower"), ("upper", "upper"), ("work", "work")))
            bundle.config["mounts"] += [
                {"destination": "/o", "type": "overlay", "source": "overlay", "options": data.split(",")},
                {"destination": "/t", "type": "tmpfs", "source": "mine", "options": ["ro", "noexec", "noatime", "size=1m", "rshared"]}]
            bundle.write()
            with self.subTest(mounts=mounts):
                result = bundle.run("--mount-by", mounts)
                self.assertEqual((result.returncode, result.stderr), (0, ""))
                below, row = result.stdout.splitlines()
                self.assertEqual(below, "below")
                self.assertEqual((self.tmp / "upper/new").read_text(), "x\n")
                self.assertEqual(row.split()[5], "ro,noexec,noatime")
                self.assertIn("shared:", row)
                self.assertIn(" tmpfs mine ro,size=1024k", row)


if __name__ == "__main__":
    support.main()
