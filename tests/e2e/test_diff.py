"""cttrace diff: every mistake of ctrun and every edit of a config.json is told, naming what it means."""

import copy
import json
import re

import support
from ctrun import SECCOMP, CtrunBundle
from support import cttrace, require, run

# What a diff against the right container says of each mistake, under "isolation is weaker".
MISTAKES = {
    "old-root-mounted": r"the starter's root, with all files of the host, can be reached at /\.ctrun-old-root",
    "shared-propagation": r"/\S* (is now a peer of mounts of the host|is now a slave of the host)",
    "host-proc": r"/proc is now the host's proc instead of one of its own",
    "writable-sys": r"/sys is now writable",
    "unmasked-path": r"/proc/\S+ can be read now: it is not masked",
    "writable-path": r"/proc/\S+ can be written now: it is bound on itself, but not made read-only",
    "leaked-fd": r"a descriptor of / is open when the program begins|close_range",
    "cwd-outside": r"its working directory is outside its root",
    "no-new-privs-forgotten": r"no_new_privs is not set any more",
    "capabilities-kept": r"it has (CAP_\w+(, | and )?)+.* now",
    "seccomp-too-late": r"no seccomp filter is loaded any more",
    "chroot-only": r"the starter's root is still there, above the container's|its root is only a chroot",
    "disk-device": r"there is a device node more: /dev/\S+ \(b \d+:\d+",
    "setuid-first": r"it is in group 0 now",
}


class Diff(support.Case):
    @classmethod
    def setUpClass(cls):
        require("ebpf", "mount", "busybox")

    def record(self, bundle, name, *options):
        recording = self.tmp / f"{name}.ctt"
        result = run(support.CTTRACE, "-q", "-o", "/dev/null", "--record", recording, "--", *bundle.run_words(*options), timeout=120)
        self.assertEqual(result.returncode, 0, result.stderr)
        return recording

    def diff(self, before, after, *options):
        """Its exit status, and {what it means: messages}."""
        result = cttrace("diff", *options, before, after)
        self.assertEqual(result.stderr, "")
        sections, title = {}, None
        for line in result.stdout.splitlines():
            if re.match(r"  \S", line):
                title = line.strip().rstrip(":")
            elif re.match(r"    \S", line):
                sections.setdefault(title, []).append(line.strip())
        return result.returncode, sections, result.stdout

    def bundle(self):
        bundle = CtrunBundle(self, args=["/bin/true"])
        bundle.config["linux"]["seccomp"] = SECCOMP
        bundle.config["process"]["user"] = {"uid": 1000, "gid": 1000, "additionalGids": [2000]}
        bundle.write()
        return bundle

    def test_every_mistake(self):
        bundle = self.bundle()
        right = self.record(bundle, "right")
        mistakes = [line.split()[0] for line in run(*bundle.command("mistakes"), check=True).stdout.splitlines()]
        self.assertEqual(set(mistakes), set(MISTAKES))
        for mistake in mistakes:
            with self.subTest(mistake=mistake):
                wrong = self.record(bundle, mistake, "--mistake", mistake)
                status, sections, text = self.diff(right, wrong)
                print(mistake, text)
                self.assertEqual(status, 1, text)
                self.assertRegex("\n".join(sections.get("isolation is weaker", [])), MISTAKES[mistake], text)


if __name__ == "__main__":
    support.main()
