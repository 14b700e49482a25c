"""Policies on real containers: right ones pass, and every deliberate mistake is found, by the rule that is there for it."""

import json

import support
from ctrun import SECCOMP, CtrunBundle
from runtimes import Bundle
from support import CTTRACE, require, run

# The rules of `hardened` that a mistake breaks, and what the finding is about.
MISTAKES = {
    "old-root-mounted": {("old-root-gone", "/.ctrun-old-root")},
    "shared-propagation": {("mounts-not-shared", "/y")},
    "host-proc": {("proc-own", "/proc")},
    "writable-sys": {("read-only", "/sys")},
    "unmasked-path": {("masked", "/sys/firmware")},
    "writable-path": {("read-only", "/proc/sys")},
    "cwd-outside": {("cwd-inside", "/")},
    "no-new-privs-forgotten": {("no-new-privs", "no_new_privs")},
    "capabilities-kept": {("capabilities", "CAP_SYS_ADMIN")},
    "seccomp-too-late": {("seccomp", "seccomp")},
    "chroot-only": {("old-root-gone", "/")},
    "disk-device": {("devices", "/dev/disk")},
    "leaked-fd": {("descriptors", "descriptor ")},
    "setuid-first": {("identity-given", "setgroups")},
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

    def found(self, recording, policy):
        """(rule, subject) of all that is broken."""
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
        return {(finding["rule"], finding["subject"]) for finding in broken}

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
        config["linux"]["maskedPaths"] = ["/sys/firmware", "/proc/keys"]
        config["linux"]["readonlyPaths"] = ["/proc/sys", "/proc/bus"]
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
        for mistake, expected in MISTAKES.items():
            with self.subTest(mistake=mistake):
                found = self.found(self.record(*self.bundle.run_words("--mistake", mistake)), "hardened")
                self.assertTrue(any(rule == wanted and wanted_subject in subject for rule, subject in found
                                    for wanted, wanted_subject in expected), found)


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
        # So small a buffer that a runtime's set-up does not fit.
        run(CTTRACE, "-o", "/dev/null", "--buffer", "4K", "--record", path, "--",
            *bundle.runc("run", bundle.id), cwd=bundle.path, timeout=120)
        result = check(path, "--policy", "oci-default")
        self.assertEqual(result.returncode, 2, result.stdout)
        self.assertRegex(result.stdout, r"cannot judge: .*lost")


if __name__ == "__main__":
    support.main()
