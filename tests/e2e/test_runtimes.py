"""OCI runtimes, each under cttrace: what it is known to do must appear, by the names that things really have, and what
the container's program is handed must be what the program says of itself."""

import json
import os
import subprocess

import support
from captured import (Runtime, argument, assert_cgroups, assert_mount_points, assert_program, error, flags_of, names, resolved,
                      succeeded, value)
from runtimes import NAMESPACE_FLAGS, WITNESS_COMMAND, Bundle, namespaces_of
from support import cttrace, require, run

FIVE = {NAMESPACE_FLAGS[name] for name in ("mnt", "uts", "ipc", "net", "pid")}
NEW_USER, NEW_CGROUP = {"CLONE_NEWUSER"}, {"CLONE_NEWCGROUP"}


class Oci(Runtime):
    """What runc and crun have in common."""

    def bundle(self, **options):
        require(self.runtime)
        bundle = Bundle(self, **options)
        self.command = getattr(bundle, self.runtime)
        return bundle

    def detached(self):
        """A container that runs, and the pid of its init."""
        bundle = self.bundle(args=["/bin/sleep", "1000"])
        run(*self.command("run", "-d", bundle.id), cwd=bundle.path, check=True, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        return bundle, json.loads(run(*self.command("state", bundle.id), check=True).stdout)["pid"]

    def assert_container(self, captured, program, witness, bundle):
        assert_mount_points(self, captured, witness, str(bundle.rootfs))
        self.assert_ends(captured, program)
        self.assert_cgroup_writes(captured)
        self.assertEqual(witness.pid, 1)
        mounts = captured.calls("mount", tid=program["tid"], ok=True)
        proc = self.one([call for call in mounts if value(call, "type") == "proc"])
        self.assertRegex(value(proc, "dir_name"), r"^/proc/(thread-)?self/fd/\d+$")
        self.assertEqual(resolved(proc, "dir_name"), f"{bundle.rootfs}/proc")
        self.assertEqual((value(proc, "dev_name"), names(proc, "flags")), ("proc", set()))
        self.assertEqual([value(call, "name") for call in captured.calls("sethostname")], [bundle.config["hostname"]])
        self.assert_pivot(captured, program, bundle)

    def assert_pivot(self, captured, program, bundle):
        pivot = self.one(captured.calls("pivot_root"))
        self.assertTrue(succeeded(pivot))
        self.assertEqual(pivot["tid"], program["tid"])
        self.assertEqual((value(pivot, "new_root"), value(pivot, "put_old")), (".", "."))
        self.assertEqual(resolved(pivot, "new_root"), str(bundle.rootfs))
        umounts = captured.calls("umount2", tid=program["tid"], ok=True)
        away = self.one([call for call in umounts if value(call, "name") == "."])
        self.assertEqual(names(away, "flags"), {"MNT_DETACH"})
        self.assert_in_order(pivot, away)

    def assert_devices(self, captured, program, bundle):
        """The nodes that the runtime makes have the numbers that the host's have."""
        calls = captured.calls("mknodat", tid=program["tid"], ok=True)
        made = {resolved(call, "filename"): value(call, "dev") for call in calls}
        expected = {}
        for name in ("null", "zero", "full", "random", "urandom", "tty"):
            number = os.stat(f"/dev/{name}").st_rdev
            expected[f"{bundle.rootfs}/dev/{name}"] = {"major": os.major(number), "minor": os.minor(number)}
        self.assertEqual(made, expected)

    def assert_nodes_bound(self, captured, program, bundle):
        """Where nodes cannot be made, the host's are bound."""
        mounts = captured.calls("mount", tid=program["tid"], ok=True)
        bound = {resolved(call, "dir_name"): value(call, "dev_name") for call in mounts
                 if "MS_BIND" in names(call, "flags") and "MS_REMOUNT" not in names(call, "flags")}
        for name in ("null", "zero", "full", "random", "urandom", "tty"):
            self.assertEqual(bound[f"{bundle.rootfs}/dev/{name}"], f"/dev/{name}")
        self.assertEqual(captured.calls("mknodat", tid=program["tid"], ok=True), [])


class Runc(Oci):
    runtime = "runc"

    def test_run(self):
        bundle = self.bundle()
        captured, program, witness = self.trace(*self.command("run", bundle.id), cwd=bundle.path)
        assert_program(self, program, witness)
        self.assert_container(captured, program, witness, bundle)
        self.assert_new(program, "mnt", "uts", "ipc", "net", "pid")
        self.assert_devices(captured, program, bundle)
        assert_cgroups(self, captured, witness)
        init = program["tid"]
        # Besides the six nodes, the fifo that the init waits at.
        fifo = self.one([call for call in captured.calls("mknodat") if call["tid"] != init])
        self.assertEqual(resolved(fifo, "filename"), str(bundle.root / bundle.id / "exec.fifo"))
        self.assertEqual(flags_of(captured.calls("unshare"), "unshare_flags"), [FIVE])
        failed = {resolved(call, "dir_name"): error(call) for call in captured.calls("mount", tid=init, ok=False)}
        self.assertEqual(failed, self.normal_failures(bundle))
        # Its stages are siblings; who called clone leads to the runc that was launched.
        started = captured.calls("execve", ok=True)
        launch = self.one([call for call in started if value(call, "argv") == self.command("run", bundle.id)])
        self.assertIn(launch["tgid"], [captured.process_of(tid) for tid in captured.makers(program)])

    @staticmethod
    def normal_failures(bundle):
        """{path: error} of masking, and making read-only, what this kernel does not have or has as a folder."""
        masked, read_only = bundle.config["linux"]["maskedPaths"], bundle.config["linux"]["readonlyPaths"]
        missing = {path: "ENOENT" for path in masked + read_only if not os.path.exists(path)}
        return missing | {path: "ENOTDIR" for path in masked if os.path.isdir(path)}

    def test_user_namespace(self):
        bundle = self.bundle(user_namespace=True, cgroup_namespace=True)
        captured, program, witness = self.trace(*self.command("run", bundle.id), cwd=bundle.path)
        assert_program(self, program, witness, cgroup="/" + bundle.id)
        self.assert_container(captured, program, witness, bundle)
        self.assert_new(program, *NAMESPACE_FLAGS)
        self.assert_nodes_bound(captured, program, bundle)
        self.assertEqual(flags_of(captured.calls("unshare"), "unshare_flags"), [NEW_USER, FIVE, NEW_CGROUP])
        self.assert_maps_written(captured, "0 100000 65536\n\0")  # runc writes the NUL too
        self.assert_moves_told()
        handed = [line for line in cttrace("show", "-v", self.tmp / "record.ctt").stdout.splitlines() if 'exec {comm="sh"' in line]
        self.assertIn(", uid_map=[0 100000 65536], gid_map=[0 100000 65536], ", self.one(handed))

    def assert_moves_told(self):
        """Moves to cgroups are told beside the calls, where calls that move are asked for."""
        for options, told in [([], True), (["-e", "%cgroup"], True), (["-z"], True), (["-e", "%mount"], False), (["-Z"], False)]:
            shown = cttrace("show", *options, self.tmp / "record.ctt").stdout
            self.assertEqual("--- cgroup {" in shown, told, options)

    def test_exec(self):
        bundle, init = self.detached()
        captured, program, witness = self.trace(*self.command("exec", bundle.id, *WITNESS_COMMAND))
        assert_program(self, program, witness)
        container = namespaces_of(init)
        self.assertEqual(captured.joined(), [(kind, container[kind]) for kind in ("ipc", "uts", "net", "pid", "mnt")])
        self.assert_ends(captured, program)
        self.assert_cgroup_writes(captured)


class Crun(Oci):
    runtime = "crun"

    def test_run(self):
        bundle = self.bundle()
        captured, program, witness = self.trace(*self.command("run", bundle.id), cwd=bundle.path)
        assert_program(self, program, witness)
        self.assert_container(captured, program, witness, bundle)
        self.assert_new(program, "mnt", "uts", "ipc", "net", "pid")
        self.assert_devices(captured, program, bundle)
        assert_cgroups(self, captured, witness)
        self.assertEqual(flags_of(captured.calls("clone"), "clone_flags"), [FIVE])

    def test_user_namespace(self):
        bundle = self.bundle(user_namespace=True, cgroup_namespace=True)
        captured, program, witness = self.trace(*self.command("run", bundle.id), cwd=bundle.path)
        assert_program(self, program, witness)
        self.assert_container(captured, program, witness, bundle)
        self.assert_new(program, *NAMESPACE_FLAGS)
        self.assert_nodes_bound(captured, program, bundle)
        self.assertEqual(flags_of(captured.calls("clone"), "clone_flags"), [NEW_USER])
        self.assertEqual(flags_of(captured.calls("unshare"), "unshare_flags")[-2:], [FIVE, NEW_CGROUP])
        self.assert_maps_written(captured, "0 100000 65536\n")
        self.assert_in_order(captured.writes("/gid_map")[0][1], captured.writes("/uid_map")[0][1])

    def test_exec(self):
        bundle, init = self.detached()
        captured, program, witness = self.trace(*self.command("exec", bundle.id, *WITNESS_COMMAND))
        assert_program(self, program, witness)
        container = namespaces_of(init)
        once = [(kind, container[kind]) for kind in ("mnt", "net", "ipc", "pid", "uts", "cgroup", "time")]
        self.assertEqual(captured.joined(), once + once)
        # It tries its own user namespace too, which the kernel refuses.
        refused = captured.calls("setns", ok=False)
        self.assertEqual({error(call) for call in refused}, {"EINVAL"})
        self.assertIn(container["user"], [argument(call, "fd")["file"]["inode"] for call in refused])
        self.assert_ends(captured, program)


if __name__ == "__main__":
    support.main()
