"""Policies on real containers: right ones pass, and every deliberate mistake is found, by the rule that is there for it."""

import json

import support
from ctrun import SECCOMP, CtrunBundle
from runtimes import Bundle
from support import CTTRACE, require, run

# The rule of `hardened` that a mistake breaks, what the finding is about, and what it says that this means.
MISTAKES = {
    "old-root-mounted": ("old-root-gone", "/.ctrun-old-root", "can be reached at /.ctrun-old-root: its files can be read"),
    "shared-propagation": ("mounts-not-shared", "/y", "appears there, and the other way round"),
    "host-proc": ("proc-own", "/proc", "shows the processes of who started the container"),
    "writable-sys": ("read-only", "/sys", "is writable"),
    "unmasked-path": ("masked", "/sys/firmware", "it can be read"),
    "writable-path": ("read-only", "/proc/sys", "is writable"),
    "cwd-outside": ("cwd-inside", "/", "relative paths lead out of it"),
    "no-new-privs-forgotten": ("no-new-privs", "no_new_privs", "setuid programs in the container give privileges"),
    "capabilities-kept": ("capabilities", "CAP_SYS_ADMIN", "can still get 40 capabilities that it may not have"),
    "seccomp-too-late": ("seccomp", "seccomp", "loading it failed, and the set-up went on"),
    "chroot-only": ("old-root-gone", "/", "a chroot leads out of it"),
    "disk-device": ("devices", "/dev/disk", "that the container need not have"),
    "leaked-fd": ("descriptors", "descriptor ", "the program inherits descriptor .* which leads to /"),
    "setuid-first": ("identity-given", "setgroups", "the set-up went on: the program has no other groups"),
}


def check(*arguments):
    return run(CTTRACE, "check", *arguments)


class OnRecordings(support.Case):
    around = []  # what cttrace itself is started by

    def record(self, *command, cwd=None):
        path = self.tmp / f"{len(list(self.tmp.glob('*.ctt')))}.ctt"
        result = run(*self.around, CTTRACE, "-o", "/dev/null", "--record", path, "--", *command, cwd=cwd, timeout=120)
        self.assertEqual(result.returncode, 0, result.stderr)
        return path

    def broken(self, recording, policy):
        """The findings that are broken."""
        result = check(recording, "--policy", policy, "--report", "json")
        self.assertEqual(result.stderr, "")
        document = json.loads(result.stdout)
        support.validate(document, "report")
        self.assertEqual(result.returncode, document["exit_status"])
        findings = document["reports"][0]["findings"]
        broken = [finding for finding in findings if finding["verdict"] == "broken"]
        for finding in broken:
            self.assertNotEqual(finding["consequence"], "none")
        self.assertFalse([finding for finding in findings if finding["verdict"] == "cannot-judge"])
        self.assertEqual(document["verdict"], "broken" if broken else "holds")
        return broken

    def assert_holds(self, recording, policy):
        result = check(recording, "--policy", policy)
        self.assertEqual((result.returncode, result.stderr), (0, ""), result.stdout)


class Mistakes(OnRecordings):
    def setUp(self):
        super().setUp()
        require("root", "ebpf", "busybox", "jsonschema")
        self.bundle = CtrunBundle(self, args=["/bin/true"])
        config = self.bundle.config
        config["process"]["user"] = {"uid": 1000, "gid": 1000, "additionalGids": [2000]}
        config["process"]["capabilities"] = {}
        config["linux"]["seccomp"] = SECCOMP
        config["linux"]["resources"].update(memory={"limit": 64 << 20}, pids={"limit": 64})
        # The first of each is the one that a mistake is made with.
        config["linux"]["maskedPaths"] = ["/sys/firmware", "/proc/keys", "/proc/acpi", "/proc/asound", "/proc/kcore", "/proc/scsi",
                                          "/proc/latency_stats", "/proc/timer_list", "/proc/timer_stats", "/proc/sched_debug"]
        config["linux"]["readonlyPaths"] = ["/proc/sys", "/proc/bus", "/proc/fs", "/proc/irq", "/proc/sysrq-trigger"]
        for mount in config["mounts"]:
            if mount["destination"] == "/proc":
                mount["options"] = ["nosuid", "noexec", "nodev"]
        # A volume of a shared mount, in a mount namespace of the test's own.
        volume = self.tmp / "volume"
        volume.mkdir()
        config["mounts"].append({"destination": "/y", "type": "bind", "source": str(volume), "options": ["rbind", "ro"]})
        self.bundle.write()
        self.around = ["unshare", "--mount", "--propagation", "private", "sh", "-c",
                       'mount --bind "$0" "$0"; mount --make-shared "$0"; exec "$@"', str(volume)]

    def test_the_right_container_is_hardened(self):
        recording = self.record(*self.bundle.run_words())
        for policy in ("oci-default", "hardened"):
            self.assert_holds(recording, policy)

    def test_every_mistake_is_found(self):
        mistakes = {line.split()[0] for line in run(self.bundle.command("mistakes")[0], "mistakes", check=True).stdout.splitlines()}
        self.assertEqual(mistakes, MISTAKES.keys())
        for mistake, (rule, subject, words) in MISTAKES.items():
            with self.subTest(mistake=mistake):
                broken = self.broken(self.record(*self.bundle.run_words("--mistake", mistake)), "hardened")
                told = [each for each in broken if each["rule"] == rule and subject in each["subject"]]
                self.assertTrue(told, broken)
                for each in told:
                    self.assertEqual(each["consequence"], "weaker")
                    self.assertRegex(each["message"], words)


class RightOnes(OnRecordings):
    def setUp(self):
        super().setUp()
        require("root", "ebpf", "busybox", "jsonschema")

    def test_runc_and_crun(self):
        for runtime in ("runc", "crun"):
            with self.subTest(runtime=runtime):
                require(runtime)
                bundle = Bundle(self, args=["/bin/true"]) if not (self.tmp / "bundle").exists() else bundle
                command = getattr(bundle, runtime)("run", bundle.id)
                self.assert_holds(self.record(*command, cwd=bundle.path), "oci-default")

    def test_with_a_user_namespace(self):
        require("runc")
        bundle = Bundle(self, args=["/bin/true"], user_namespace=True)
        recording = self.record(*bundle.runc("run", bundle.id), cwd=bundle.path)
        for policy in ("oci-default", "rootless"):
            self.assert_holds(recording, policy)

    def test_a_recording_with_loss_cannot_be_judged(self):
        require("runc")
        bundle = Bundle(self, args=["/bin/true"])
        path = self.tmp / "lossy.ctt"
        # Nothing reads the buffer while cttrace is stopped, and a runtime's set-up does not fit into it.
        run(CTTRACE, "-o", "/dev/null", "--buffer", "4K", "--record", path, "--",
            "sh", "-c", 'kill -STOP $PPID; "$@"; kill -CONT $PPID', "sh", *bundle.runc("run", bundle.id),
            cwd=bundle.path, timeout=120)
        result = check(path, "--policy", "oci-default")
        self.assertEqual(result.returncode, 2, result.stdout)
        self.assertRegex(result.stdout, r"cannot judge: .*lost")


if __name__ == "__main__":
    support.main()
