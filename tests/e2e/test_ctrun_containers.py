"""ctrun's containers: the same by every way of making them, the same as runc's, and wrong where a mistake is asked for."""

import itertools
import json
import os
import re
import subprocess

import support
from ctrun import ALTERNATIVES, SECCOMP, CtrunBundle, options_of
from support import require, run

# What the program says of what it was handed. Needs /proc.
INSIDE = r"""
while IFS= read -r line; do echo "mount $line"; done < /proc/self/mountinfo
while IFS= read -r line; do echo "status $line"; done < /proc/$$/status
for n in mnt uts ipc net cgroup pid time user; do echo "ns $n $(readlink /proc/$$/ns/$n)"; done
for d in /dev/*; do echo "dev $(ls -ldn $d)"; done
for f in /proc/$$/fd/*; do echo "fd $(readlink $f)"; done
while IFS= read -r line; do echo "cgroup $line"; done < /proc/$$/cgroup
echo "cwd $(readlink /proc/$$/cwd)"
echo "host $(hostname)"
echo "umask $(umask)"
"""
OF_THE_PROCESS = ("Uid", "Gid", "Groups", "CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb", "NoNewPrivs", "Seccomp", "NSpid", "Umask")


class Handed:
    """What was handed over, without what differs from one container to the next: numbers of mounts, inodes, times."""

    def __init__(self, text):
        self.rows = {}
        for line in text.splitlines():
            key, _, rest = line.partition(" ")
            self.rows.setdefault(key, []).append(rest)
        self.mounts = [self.mount(row.split()) for row in self.rows["mount"]]
        self.status = dict(re.split(r":\s*", row, maxsplit=1) for row in self.rows["status"])
        self.identity = {name: self.status.get(name) for name in OF_THE_PROCESS}
        own = {kind: os.stat(f"/proc/self/ns/{kind}").st_ino for kind in ("mnt", "uts", "ipc", "net", "cgroup", "pid", "time", "user")}
        inside = {row.split()[0]: int(row.split("[")[1].rstrip("]")) for row in self.rows["ns"]}
        self.own_namespaces = {kind for kind in own if inside[kind] != own[kind]}
        # type and mode, links, owner, group, numbers, name: without the time
        self.devices = {row.split()[8 if row[0] in "l-d" and "," not in row.split()[4] else 9]: row.split() for row in self.rows["dev"]}
        self.descriptors = sorted(path for path in self.rows["fd"] if not path.startswith(("pipe:", "/dev/null", "/proc/")))

    @staticmethod
    def mount(fields):
        dash = fields.index("-")
        return (fields[3], fields[4], fields[5], " ".join(fields[6:dash]).replace("master:", "master "), fields[dash + 1], fields[dash + 3])

    def nodes(self):
        """{name: mode, owner, group, numbers}"""
        return {name: (row[0], *row[2:6]) for name, row in self.devices.items() if row[0][0] in "cb"}

    def mount_table(self, with_devices=True):
        """Without the mounts that bring single devices along, unless asked for."""
        of_devices = {"/dev/" + name for name in ("null", "zero", "full", "random", "urandom", "tty")}
        return [row for row in self.mounts if with_devices or row[1] not in of_devices]

    def mount_at(self, path):
        return [row for row in self.mounts if row[1] == path]


class ContainerCase(support.Case):
    maxDiff = None

    def setUp(self):
        super().setUp()
        require("root", "busybox")

    def bundle(self, script=INSIDE, **named):
        bundle = CtrunBundle(self, args=["/bin/sh", "-c", script], **named)
        bundle.config["root"]["readonly"] = False
        bundle.write()
        return bundle

    def handed(self, bundle, *options):
        result = bundle.run(*options)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        return Handed(result.stdout)


class Alternatives(ContainerCase):
    def assert_same(self, right, other, devices_by_mounts):
        self.assertEqual(other.mount_table(not devices_by_mounts), right.mount_table(not devices_by_mounts))
        self.assertEqual(other.own_namespaces, right.own_namespaces)
        self.assertEqual(other.identity, right.identity)
        self.assertEqual(other.rows["cgroup"], right.rows["cgroup"])
        self.assertEqual(other.descriptors, right.descriptors)
        for key in ("cwd", "host", "umask"):
            self.assertEqual(other.rows[key], right.rows[key])
        # The host may have given its own nodes another group.
        strip = [(name, row[0], row[3:]) for name, row in sorted(right.nodes().items())]
        self.assertEqual([(name, row[0], row[3:]) for name, row in sorted(other.nodes().items())], strip)

    def test_every_way_hands_over_the_same(self):
        bundle = self.bundle()
        right = self.handed(bundle)
        self.assertEqual(right.own_namespaces, {"mnt", "uts", "ipc", "net", "pid"})
        for values in itertools.product(*ALTERNATIVES.values()):
            choices = dict(zip(ALTERNATIVES, values))
            with self.subTest(**choices):
                self.assert_same(right, self.handed(bundle, *options_of(choices)), choices["devices-by"] != "mknod")

    def test_the_same_in_a_user_namespace(self):
        bundle = self.bundle(user_namespace=True)
        right = self.handed(bundle)
        self.assertIn("user", right.own_namespaces)
        self.assertEqual(right.identity["Uid"], "0\t0\t0\t0")
        for create, mounts, root in itertools.product(*[ALTERNATIVES[name] for name in ("create-by", "mount-by", "root-by")]):
            with self.subTest(create=create, mounts=mounts, root=root):
                choices = {"create-by": create, "mount-by": mounts, "root-by": root}
                self.assert_same(right, self.handed(bundle, *options_of(choices)), True)

    def test_the_same_as_runc(self):
        require("runc")
        bundle = self.bundle()
        for readonly in (False, True):
            bundle.config["root"]["readonly"] = readonly
            bundle.write()
            with self.subTest(readonly_root=readonly):
                self.same_as_runc(bundle)

    def same_as_runc(self, bundle):
        ours = self.handed(bundle)
        result = run("runc", "--root", self.tmp / "runc", "run", "--bundle", bundle.path, bundle.id)
        self.assertEqual(result.returncode, 0, result.stderr)
        theirs = Handed(result.stdout)
        self.assertEqual(ours.identity, theirs.identity)
        self.assertEqual(ours.own_namespaces, theirs.own_namespaces)
        self.assertEqual(ours.nodes(), theirs.nodes())
        self.assertEqual(ours.rows["cwd"] + ours.rows["host"] + ours.rows["umask"], theirs.rows["cwd"] + theirs.rows["host"] + theirs.rows["umask"])

        # runc leaves the tmpfs above the cgroups writable, and takes /dev/null of the container, not the host's, to mask.
        def told(handed):
            return sorted((row[0], row[1], row[2]) for row in handed.mounts if row[1] != "/sys/fs/cgroup" and row[0] != "/null")
        self.assertEqual(told(ours), told(theirs))
        self.assertEqual({row[1] for row in ours.mounts}, {row[1] for row in theirs.mounts})


class Mistakes(ContainerCase):
    def wrong(self, mistake, script=INSIDE, change=None):
        bundle = self.bundle(script)
        if change:
            change(bundle.config)
            bundle.write()
        right = bundle.run()
        self.assertEqual((right.returncode, right.stderr), (0, ""))
        mistaken = bundle.run("--mistake", mistake)
        self.assertEqual((mistaken.returncode, mistaken.stderr), (0, ""))
        if script == INSIDE:
            return Handed(right.stdout), Handed(mistaken.stdout)
        return right.stdout, mistaken.stdout

    def test_old_root_mounted(self):
        right, wrong = self.wrong("old-root-mounted")
        self.assertEqual((right.mount_at("/.ctrun-old-root"), len(wrong.mount_at("/.ctrun-old-root"))), ([], 1))

    def test_shared_propagation(self):
        # A volume of a shared mount, in a mount namespace of the test's own: what the container mounts there shows outside.
        volume = self.tmp / "volume"
        volume.mkdir()
        bundle = self.bundle("while read -r line; do case $line in *' /y '*) echo $line; esac; done < /proc/self/mountinfo")
        bundle.config["mounts"].append({"destination": "/y", "type": "bind", "source": str(volume), "options": ["rbind"]})
        bundle.write()
        words = ["unshare", "--mount", "--propagation", "private", "sh", "-c",
                 'mount --bind "$0" "$0"; mount --make-shared "$0"; exec "$@"', str(volume)]
        right = run(*words, *bundle.run_words(), check=True).stdout
        wrong = run(*words, *bundle.run_words("--mistake", "shared-propagation"), check=True).stdout
        self.assertEqual(("master:" in right, "shared:" in right), (True, False), right)
        self.assertIn("shared:", wrong)

    def test_host_proc(self):
        right, wrong = self.wrong("host-proc", "ls -d /proc/[0-9]* 2>/dev/null; true")
        self.assertNotIn(f"/proc/{os.getpid()}\n", right)
        self.assertIn(f"/proc/{os.getpid()}\n", wrong)

    def test_writable_sys(self):
        right, wrong = self.wrong("writable-sys")
        self.assertEqual([handed.mount_at("/sys")[0][2].split(",")[0] for handed in (right, wrong)], ["ro", "rw"])

    def test_unmasked_path(self):
        right, wrong = self.wrong("unmasked-path", change=lambda config: config["linux"].update(maskedPaths=["/proc/keys", "/proc/acpi"]))
        self.assertEqual([len(handed.mount_at("/proc/keys")) for handed in (right, wrong)], [1, 0])
        self.assertEqual([len(handed.mount_at("/proc/acpi")) for handed in (right, wrong)], [1, 1])

    def test_writable_path(self):
        right, wrong = self.wrong("writable-path", change=lambda config: config["linux"].update(readonlyPaths=["/proc/sys", "/proc/fs"]))
        self.assertEqual([handed.mount_at("/proc/sys")[0][2].split(",")[0] for handed in (right, wrong)], ["ro", "rw"])
        self.assertEqual([handed.mount_at("/proc/fs")[0][2].split(",")[0] for handed in (right, wrong)], ["ro", "ro"])

    def test_leaked_fd(self):
        marker = self.tmp / "of-the-host"
        marker.write_text("host\n")
        script = f"for f in /proc/self/fd/*; do cat $f{marker} 2>/dev/null; done; true"
        self.assertEqual(self.wrong("leaked-fd", script), ("", "host\n"))

    def test_cwd_outside(self):
        marker = self.tmp / "of-the-host"
        marker.write_text("host\n")
        script = f"cat .{marker} 2>/dev/null; true"
        self.assertEqual(self.wrong("cwd-outside", script), ("", "host\n"))

    def test_no_new_privs_forgotten(self):
        right, wrong = self.wrong("no-new-privs-forgotten")
        self.assertEqual((right.identity["NoNewPrivs"], wrong.identity["NoNewPrivs"]), ("1", "0"))

    def test_capabilities_kept(self):
        right, wrong = self.wrong("capabilities-kept")
        self.assertEqual(right.identity["CapEff"], right.identity["CapBnd"])
        self.assertGreater(bin(int(wrong.identity["CapEff"], 16)).count("1"), 30)

    def test_seccomp_too_late(self):
        right, wrong = self.wrong("seccomp-too-late", change=lambda config: config["linux"].update(seccomp=SECCOMP))
        self.assertEqual((right.identity["Seccomp"], wrong.identity["Seccomp"]), ("2", "0"))
        self.assertEqual(wrong.identity["NoNewPrivs"], "1")

    def test_chroot_only(self):
        # The container's mount namespace has the host's root still: who enters it, or leaves the chroot, is there.
        marker = self.tmp / "of-the-host"
        marker.write_text("host\n")
        bundle = CtrunBundle(self, args=["/bin/sleep", "1000"])
        outcomes = []
        for options in ([], ["--mistake", "chroot-only"]):
            words = bundle.command(*options, "run", "--detach", "--pid-file", self.tmp / "pid", "--bundle", bundle.path, bundle.id)
            run(*words, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            pid = (self.tmp / "pid").read_text()
            # Without --root nsenter is where the namespace's root is.
            outcomes.append(run("nsenter", f"--mount=/proc/{pid}/ns/mnt", "/bin/cat", marker).stdout)
            run(*bundle.command("delete", "--force", bundle.id), check=True)
        self.assertEqual(outcomes, ["", "host\n"])

    def test_disk_device(self):
        right, wrong = self.wrong("disk-device")
        self.assertNotIn("/dev/disk", right.nodes())
        disk = os.stat("/").st_dev
        self.assertEqual(wrong.nodes()["/dev/disk"], ("brw-rw-rw-", "0", "0", f"{os.major(disk)},", str(os.minor(disk))))

    def test_setuid_first(self):
        def as_user(config):
            config["process"]["user"] = {"uid": 1000, "gid": 1000}
        right, wrong = self.wrong("setuid-first", change=as_user)
        self.assertEqual((right.identity["Gid"], wrong.identity["Gid"]), ("1000\t1000\t1000\t1000", "0\t0\t0\t0"))
        self.assertEqual(wrong.identity["Uid"], "1000\t1000\t1000\t1000")


if __name__ == "__main__":
    support.main()
