"""An OCI configuration against what happened: right containers satisfy it, and every single edit is told as that field."""

import copy
import json
import pathlib
import re

import support
from ctrun import SECCOMP, CtrunBundle
from runtimes import Bundle
from support import CTTRACE, require, run


def mount(config, destination):
    return next(each for each in config["mounts"] if each["destination"] == destination)


def without(entries, wanted):
    entries.remove(next(entry for entry in entries if wanted in (entry, *(entry.values() if isinstance(entry, dict) else ()))))


def change(path, value):
    def edit(config):
        *folders, last = path.split(".")
        for folder in folders:
            config = config.setdefault(folder, {})
        config[last] = value
    return edit


# What is edited, and the field that has to be named.
EDITS = [
    (change("process.user.uid", 1001), "process.user.uid"),
    (change("process.user.gid", 1001), "process.user.gid"),
    (change("process.user.additionalGids", [2001]), "process.user.additionalGids"),
    (change("process.args", ["/bin/false"]), "process.args"),
    (change("process.cwd", "/tmp"), "process.cwd"),
    (change("process.terminal", True), "process.terminal"),
    (change("process.noNewPrivileges", False), "process.noNewPrivileges"),
    (change("process.oomScoreAdj", 200), "process.oomScoreAdj"),
    (lambda c: c["process"]["capabilities"]["bounding"].append("CAP_CHOWN"), "process.capabilities.bounding"),
    (lambda c: c["process"]["capabilities"]["permitted"].append("CAP_CHOWN"), "process.capabilities.permitted"),
    (lambda c: c["process"]["capabilities"]["effective"].remove("CAP_KILL"), "process.capabilities.effective"),
    (lambda c: c["process"]["rlimits"][0].update(soft=99), "process.rlimits[RLIMIT_NOFILE]"),
    (lambda c: c["process"]["rlimits"][0].update(hard=201), "process.rlimits[RLIMIT_NOFILE]"),
    (lambda c: c["process"]["rlimits"].clear(), "process.rlimits[RLIMIT_NOFILE]"),
    (change("root.path", "/srv/other"), "root.path"),
    (change("root.readonly", False), "root.readonly"),
    (change("hostname", "other"), "hostname"),
    (lambda c: without(c["mounts"], "/dev/mqueue"), "mounts[/dev/mqueue]"),
    (lambda c: c["mounts"].append({"destination": "/tmp", "type": "tmpfs", "source": "tmpfs"}), "mounts[/tmp]"),
    (lambda c: mount(c, "/dev/shm")["options"].remove("noexec"), "mounts[/dev/shm].options"),
    (lambda c: mount(c, "/dev/pts")["options"].append("nodev"), "mounts[/dev/pts].options"),
    (lambda c: mount(c, "/dev")["options"].append("mode=700"), "mounts[/dev].options"),
    (lambda c: mount(c, "/dev/mqueue").update(type="tmpfs"), "mounts[/dev/mqueue].type"),
    (lambda c: mount(c, "/y").update(source="/srv/elsewhere"), "mounts[/y].source"),
    (lambda c: without(c["linux"]["namespaces"], "ipc"), "linux.namespaces[ipc]"),
    (lambda c: c["linux"]["namespaces"].append({"type": "cgroup"}), "linux.namespaces[cgroup]"),
    (lambda c: c["linux"]["devices"][0].update(minor=230), "linux.devices[/dev/fuse].minor"),
    (lambda c: c["linux"]["devices"][0].update(fileMode=0o666), "linux.devices[/dev/fuse].fileMode"),
    (lambda c: c["linux"]["devices"].clear(), "linux.devices[/dev/fuse]"),
    (lambda c: c["linux"]["maskedPaths"].append("/proc/cpuinfo"), "linux.maskedPaths[/proc/cpuinfo]"),
    (lambda c: c["linux"]["maskedPaths"].remove("/proc/keys"), "linux.maskedPaths[/proc/keys]"),
    (lambda c: c["linux"]["readonlyPaths"].append("/proc/driver"), "linux.readonlyPaths[/proc/driver]"),
    (lambda c: c["linux"]["readonlyPaths"].remove("/proc/irq"), "linux.readonlyPaths[/proc/irq]"),
    (change("linux.cgroupsPath", "/other"), "linux.cgroupsPath"),
    (lambda c: c["linux"]["resources"]["memory"].update(limit=32 << 20), "linux.resources.memory.limit"),
    (lambda c: c["linux"]["resources"].update(pids={"limit": 63}), "linux.resources.pids.limit"),
    (lambda c: c["linux"].pop("seccomp"), "linux.seccomp"),
    (lambda c: c["linux"]["sysctl"].update({"net.ipv4.ip_forward": "0"}), "linux.sysctl[net.ipv4.ip_forward]"),
]

# The field that is not satisfied by each mistake, and what is said that this means. None: no field asks for it.
MISTAKES = {
    "old-root-mounted": ("mounts[/.ctrun-old-root]", "nobody asked for it"),
    "shared-propagation": (None, ""),
    "host-proc": ("mounts[/proc].type", "shows the starter's proc, and not that of its own pid namespace"),
    "writable-sys": ("mounts[/sys].options", "is not ro"),
    "unmasked-path": ("linux.maskedPaths[/sys/firmware]", "is not masked"),
    "writable-path": ("linux.readonlyPaths[/proc/bus]", "can be written"),
    "leaked-fd": (None, ""),
    "cwd-outside": ("process.cwd", "outside of the container"),
    "no-new-privs-forgotten": ("process.noNewPrivileges", "setuid programs give privileges"),
    "capabilities-kept": ("process.capabilities.bounding", "too many are .*CAP_SYS_ADMIN"),
    "seccomp-too-late": ("linux.seccomp", "there is no seccomp filter"),
    "chroot-only": (None, ""),
    "disk-device": ("linux.devices[/dev/disk]", "nobody asked for it"),
    "setuid-first": ("process.user.gid", "it is 0 instead of 1000"),
}


class Oci(support.Case):
    def setUp(self):
        super().setUp()
        require("root", "ebpf", "busybox")

    def record(self, *command, cwd=None):
        path = self.tmp / f"{len(list(self.tmp.glob('*.ctt')))}.ctt"
        result = run(CTTRACE, "-o", "/dev/null", "--record", path, "--", *command, cwd=cwd, timeout=120)
        self.assertEqual(result.returncode, 0, result.stderr)
        return path

    def findings(self, recording, config):
        """The exit status, and what was found."""
        path = self.tmp / "edited.json"
        path.write_text(json.dumps(config))
        result = run(CTTRACE, "check", recording, "--oci", path, "--report", "json")
        self.assertEqual(result.stderr, "")
        return result.returncode, json.loads(result.stdout)["reports"][0]["findings"]

    def judged(self, recording, config):
        """The exit status, and the fields that are broken or cannot be judged."""
        status, findings = self.findings(recording, config)
        return status, {finding["subject"] for finding in findings if finding["verdict"] in ("broken", "cannot-judge")}

    def broken(self, recording, config):
        status, findings = self.findings(recording, config)
        self.assertEqual(status, 1)
        return [finding for finding in findings if finding["verdict"] == "broken"]

    def full_bundle(self):
        bundle = CtrunBundle(self, args=["/bin/true"])
        config = bundle.config
        volume = self.tmp / "volume"
        volume.mkdir()
        config["process"].update(user={"uid": 1000, "gid": 1000, "additionalGids": [2000]}, oomScoreAdj=100,
                                 rlimits=[{"type": "RLIMIT_NOFILE", "soft": 100, "hard": 200}])
        config["mounts"].append({"destination": "/y", "type": "bind", "source": str(volume), "options": ["rbind", "ro"]})
        config["linux"].update(
            seccomp=SECCOMP, sysctl={"net.ipv4.ip_forward": "1"},
            devices=[{"path": "/dev/fuse", "type": "c", "major": 10, "minor": 229, "fileMode": 0o600, "uid": 5, "gid": 6}])
        config["linux"]["resources"].update(memory={"limit": 64 << 20}, pids={"limit": 64})
        # The first one is forgotten by a mistake, and every kernel has it.
        config["linux"]["maskedPaths"].sort(key=lambda path: path != "/sys/firmware")
        bundle.write()
        return bundle

    def test_runtimes_do_what_they_are_asked(self):
        bundle = Bundle(self, args=["/bin/true"])
        for runtime in ("runc", "crun"):
            with self.subTest(runtime=runtime):
                require(runtime)
                recording = self.record(*getattr(bundle, runtime)("run", bundle.id), cwd=bundle.path)
                self.assertEqual(self.judged(recording, bundle.config), (0, set()))

    def test_a_volume_and_many_capabilities(self):
        own = int(re.search(r"CapEff:\s*(\w+)", pathlib.Path("/proc/self/status").read_text())[1], 16)
        header = pathlib.Path("/usr/include/linux/capability.h").read_text()
        known = [name for name, number in re.findall(r"#define (CAP_\w+)\s+(\d+)\n", header) if own >> int(number) & 1]
        volume = self.tmp / "volume"
        volume.mkdir()
        bundle = Bundle(self, args=["/bin/true"])
        bundle.config["mounts"].append({"destination": "/y", "type": "bind", "source": str(volume), "options": ["rbind", "ro"]})
        # Of more than 20 a step says how many; of all that the runtime has it need not ask the kernel for any.
        for names in (known, known[3:]):
            bundle.config["process"]["capabilities"] = {name: names for name in ("bounding", "permitted", "effective")}
            bundle.write()
            for runtime in ("runc", "crun"):
                with self.subTest(runtime=runtime, capabilities=len(names)):
                    require(runtime)
                    recording = self.record(*getattr(bundle, runtime)("run", bundle.id), cwd=bundle.path)
                    self.assertEqual(self.judged(recording, bundle.config), (0, set()))
                    config = copy.deepcopy(bundle.config)
                    config["mounts"][-1]["source"] = "/srv" + str(volume)
                    self.assertEqual(self.judged(recording, config), (1, {"mounts[/y].source"}))

    def test_every_single_edit_is_told_as_that_field(self):
        bundle = self.full_bundle()
        recording = self.record(*bundle.run_words())
        self.assertEqual(self.judged(recording, bundle.config), (0, set()))
        self.assertGreaterEqual(len(EDITS), 30)
        for edit, field in EDITS:
            with self.subTest(field=field):
                config = copy.deepcopy(bundle.config)
                edit(config)
                self.assertNotEqual(config, bundle.config)
                self.assertEqual(self.judged(recording, config), (1, {field}))

    def test_what_is_not_known_is_said(self):
        bundle = self.full_bundle()
        recording = self.record(*bundle.run_words())
        for edit, field in [(change("linux.newThing", 1), "linux.newThing"), (change("process.user.uid", "x"), "process.user.uid"),
                            (change("linux", []), "linux"),
                            (lambda c: c["mounts"][0].update(newThing=1), "mounts[/proc].newThing")]:
            config = copy.deepcopy(bundle.config)
            edit(config)
            status, fields = self.judged(recording, config)
            self.assertIn(field, fields)
            self.assertIn(status, (1, 2))

    def test_every_mistake(self):
        bundle = self.full_bundle()
        mistakes = {line.split()[0] for line in run(*bundle.command("mistakes"), check=True).stdout.splitlines()}
        self.assertEqual(mistakes, MISTAKES.keys())
        for mistake, (field, words) in MISTAKES.items():
            with self.subTest(mistake=mistake):
                recording = self.record(*bundle.run_words("--mistake", mistake))
                if not field:
                    self.assertEqual(self.judged(recording, bundle.config), (0, set()))
                    continue
                told = [each for each in self.broken(recording, bundle.config) if each["subject"] == field]
                self.assertEqual(len(told), 1)
                self.assertEqual(told[0]["consequence"], "weaker")
                self.assertRegex(told[0]["message"], words)


if __name__ == "__main__":
    support.main()
