"""bubblewrap, systemd-nspawn, unshare and nsenter, each under cttrace: as test_runtimes.py has it for OCI runtimes."""

import os
import pathlib
import re
import subprocess

import support
from captured import Runtime, assert_mount_points, assert_program, flags_of, names, resolved, value
from runtimes import NAMESPACE_FLAGS, WITNESS_COMMAND, bwrap, namespaces_of, nspawn, own_cgroups, rootfs, unique, unshare
from support import cttrace, require

NEW_USER, NEW_CGROUP = {"CLONE_NEWUSER"}, {"CLONE_NEWCGROUP"}


class Bubblewrap(Runtime):
    def setUp(self):
        super().setUp()
        require("userns")
        self.tmp.chmod(0o755)  # an ordinary user must get to it
        self.rootfs = rootfs(self.tmp / "rootfs")

    def assert_sandbox(self, captured, program, witness):
        assert_mount_points(self, captured, witness, "/newroot")
        self.assert_ends(captured, program)
        self.assert_new(program, *NAMESPACE_FLAGS)
        self.assertEqual(flags_of(captured.calls("clone"), "clone_flags"), [set(NAMESPACE_FLAGS.values())])
        self.assertEqual(witness.pid, 2)  # the first process is its own
        pivots = captured.calls("pivot_root", ok=True)
        self.assertEqual([(value(call, "new_root"), value(call, "put_old")) for call in pivots],
                         [("/tmp", "oldroot"), (".", ".")])
        self.assertEqual([(resolved(call, "new_root"), resolved(call, "put_old")) for call in pivots],
                         [("/tmp", "/tmp/oldroot"), ("/newroot", "/newroot")])
        root = [call for call in captured.calls("mount", ok=True) if value(call, "dev_name") == f"/oldroot{self.rootfs}"]
        self.assertEqual(resolved(self.one(root), "dir_name"), "/newroot")

    def test_as_root(self):
        captured, program, witness = self.trace(*bwrap(self.rootfs, *WITNESS_COMMAND))
        assert_program(self, program, witness, cgroup=own_cgroups()[0])
        self.assert_sandbox(captured, program, witness)
        self.assert_maps_written(captured, "0 0 1\n")
        # The pid that the first process gets of the second leads to the lines of the second.
        clone = rf"^\[pid +{captured.makers(program)[0]}\] clone\(.*\) = 2 /\* {program['tid']} in cttrace's PID NS \*/$"
        self.assertRegex(cttrace("show", self.tmp / "record.ctt").stdout, re.compile(clone, re.MULTILINE))

    def test_as_an_ordinary_user(self):
        captured, program, witness = self.trace(*bwrap(self.rootfs, *WITNESS_COMMAND, user=1000))
        assert_program(self, program, witness, host_id=1000, cgroup=own_cgroups()[0])
        self.assert_sandbox(captured, program, witness)
        self.assertEqual(flags_of(captured.calls("unshare"), "unshare_flags"), [NEW_USER])
        self.assert_maps_written(captured, "0 1000 1\n", "1000 0 1\n")
        self.assertEqual([text for text, _ in captured.writes("/setgroups")], ["deny\n"])


class Others(Runtime):
    def test_nspawn(self):
        root = rootfs(self.tmp / unique(self))
        captured, program, witness = self.trace(*nspawn(self, root, *WITNESS_COMMAND))
        assert_program(self, program, witness, cgroup=os.path.join(own_cgroups()[0], "payload"))
        assert_mount_points(self, captured, witness, str(root))
        self.assert_ends(captured, program)
        self.assert_new(program, "mnt", "uts", "ipc", "cgroup", "pid")
        self.assertEqual(captured.calls("pivot_root"), [])
        move = self.one([call for call in captured.calls("mount", ok=True) if "MS_MOVE" in names(call, "flags")])
        self.assertEqual((value(move, "dev_name"), resolved(move, "dir_name")), (str(root), "/"))
        chroot = self.one(captured.calls("chroot", ok=True))
        self.assertEqual(value(chroot, "filename"), ".")
        self.assert_in_order(move, chroot)
        self.assertEqual(flags_of(captured.calls("clone"), "clone_flags"),
                         [{"CLONE_NEWNS"}, {NAMESPACE_FLAGS[name] for name in ("mnt", "uts", "ipc", "pid")}])
        self.assertEqual(flags_of(captured.calls("unshare"), "unshare_flags"), [NEW_CGROUP])
        filters = [call for call in captured.calls("seccomp", ok=True) if names(call, "op") == {"SECCOMP_SET_MODE_FILTER"}]
        self.assertEqual(len(filters), int(witness.status["Seccomp_filters"][0]))
        self.assertGreater(len(filters), 1)

    def test_unshare(self):
        root = rootfs(self.tmp / "rootfs")
        captured, program, witness = self.trace(*unshare(root, *WITNESS_COMMAND))
        assert_program(self, program, witness, cgroup=own_cgroups()[0])
        self.assert_ends(captured, program)
        self.assert_new(program, "mnt", "uts", "ipc", "net", "cgroup", "pid")
        self.assertEqual(flags_of(captured.calls("unshare"), "unshare_flags"), [set(NAMESPACE_FLAGS.values()) - NEW_USER])
        self.assertEqual([value(call, "filename") for call in captured.calls("chroot")], [str(root)])
        # Its root is a folder of the mount namespace's, so that is where its /proc is.
        proc = self.one([call for call in captured.calls("mount") if value(call, "type") == "proc"])
        self.assertEqual((value(proc, "dir_name"), resolved(proc, "dir_name")), ("/proc", f"{root}/proc"))
        assert_mount_points(self, captured, witness, str(root))
        self.assertEqual(program["root"]["path"], str(root))
        fork = self.one([fork for fork in captured.of("fork") if fork["child"]["tid"] == program["tid"]])
        self.assertEqual(fork["child"]["pids"][-1], witness.pid)

    def test_unshare_as_an_ordinary_user(self):
        require("userns", "setpriv")
        self.tmp.chmod(0o755)
        root = rootfs(self.tmp / "rootfs")
        command = unshare(root, *WITNESS_COMMAND)
        command.insert(1, "--map-root-user")
        user = ["setpriv", "--reuid=1000", "--regid=1000", "--clear-groups"]
        captured, program, witness = self.trace(*user, *command)
        assert_program(self, program, witness, cgroup=own_cgroups()[0])
        self.assert_new(program, *NAMESPACE_FLAGS)
        self.assertEqual(program["uid"]["real"], 1000)
        self.assertEqual(flags_of(captured.calls("unshare"), "unshare_flags"), [set(NAMESPACE_FLAGS.values())])
        self.assert_maps_written(captured, "0 1000 1")
        self.assertEqual([text for text, _ in captured.writes("/setgroups")], ["deny"])

    def test_nsenter(self):
        root = rootfs(self.tmp / "rootfs")
        held = unshare(root, "/bin/sh", "-c", "echo up; exec sleep 1000")
        holder = subprocess.Popen(held, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.addCleanup(holder.stdout.close)
        self.addCleanup(holder.wait)
        self.assertEqual(holder.stdout.readline(), "up\n")
        target = pathlib.Path(f"/proc/{holder.pid}/task/{holder.pid}/children").read_text().strip()
        self.addCleanup(os.kill, int(target), 9)
        captured, program, witness = self.trace("nsenter", "-t", target, "-a", "-r", *WITNESS_COMMAND)
        assert_program(self, program, witness, cgroup=own_cgroups()[0])
        there = namespaces_of(target)
        self.assertEqual({kind: witness.namespaces[kind] for kind in there}, there)
        own = namespaces_of("self")
        joined = captured.joined()
        self.assertEqual(len(joined), len(set(joined)))
        self.assertEqual(set(joined) >= {(kind, there[kind]) for kind in there if there[kind] != own[kind]}, True, joined)
        self.assertLessEqual(set(joined), {(kind, there[kind]) for kind in there})
        self.assertEqual([resolved(call, "filename") for call in captured.calls("chroot")], [str(root)])


if __name__ == "__main__":
    support.main()
