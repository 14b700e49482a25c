"""Runtimes that start a container by themselves, each under cttrace: what it is known to do must appear, by the names
that things really have, and what the container's program is handed must be what the program says of itself."""

import json
import os
import pathlib
import re
import subprocess

import support
from captured import (argument, assert_cgroups, assert_mount_points, assert_program, error, flags_of,
                      launched, names, resolved, succeeded, value)
from runtimes import (NAMESPACE_FLAGS, WITNESS_COMMAND, Bundle, Witness, bwrap, namespaces_of, nspawn, own_cgroups, rootfs,
                      unique, unshare)
from support import cttrace, require, run

FIVE = {NAMESPACE_FLAGS[name] for name in ("mnt", "uts", "ipc", "net", "pid")}
NEW_USER, NEW_CGROUP = {"CLONE_NEWUSER"}, {"CLONE_NEWCGROUP"}


class Runtime(support.Case):
    def setUp(self):
        super().setUp()
        require("root", "ebpf")

    def trace(self, *command, **options):
        captured, printed = launched(self, *command, **options)
        return captured, captured.program(WITNESS_COMMAND), Witness(printed)

    def one(self, found):
        self.assertEqual(len(found), 1, found)
        return found[0]

    def assert_in_order(self, *calls):
        """Each of these calls began when the one before had returned."""
        for before, after in zip(calls, calls[1:]):
            self.assertLessEqual(before["time_ns"] + before["duration_ns"], after["time_ns"])

    def assert_ends(self, captured, program):
        ends = [end for end in captured.of("exit") if end["tid"] == program["tid"]]
        self.assertEqual([(end["exit_status"], end["last_of_process"]) for end in ends], [(0, True)])

    def assert_new(self, program, *kinds):
        """The program is in namespaces of these kinds that are not ours, and in no others."""
        own = namespaces_of("self")
        self.assertEqual({kind for kind in own if program["namespaces"][kind] != own[kind]}, set(kinds))

    def assert_maps_written(self, captured, *texts):
        for which in ("uid_map", "gid_map"):
            self.assertEqual([text for text, _ in captured.writes("/" + which)], list(texts))
            for _, call in captured.writes("/" + which):
                self.assertRegex(argument(call, "fd")["file"]["path"], r"^/(\w+/)*proc/\d+/" + which + "$")

    def assert_cgroup_writes(self, captured):
        """What is written to cgroup.procs is what the kernel moves, and nothing else is moved."""
        written = {int(text) for text, _ in captured.writes("/cgroup.procs")}
        self.assertEqual({event["moved"]["tgid"] for event in captured.of("cgroup")}, written)
        self.assertTrue(written)


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
        self.assertEqual(flags_of(captured.calls("unshare"), "unshare_flags"), [FIVE | NEW_CGROUP])
        self.assertEqual([value(call, "filename") for call in captured.calls("chroot")], [str(root)])
        # Its root is a folder of the mount namespace's, so that is where its /proc is.
        proc = self.one([call for call in captured.calls("mount") if value(call, "type") == "proc"])
        self.assertEqual((value(proc, "dir_name"), resolved(proc, "dir_name")), ("/proc", f"{root}/proc"))
        assert_mount_points(self, captured, witness, str(root))
        self.assertEqual(program["root"]["path"], str(root))
        fork = self.one([fork for fork in captured.of("fork") if fork["child"]["tid"] == program["tid"]])
        self.assertEqual(fork["child"]["pids"][-1], witness.pid)

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
