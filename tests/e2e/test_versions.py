"""The version of a runtime in the story's header is what the runtime says of itself, or none: it is never guessed."""

import json
import os
import re
import subprocess
import threading

import runtimes
import support
from runtimes import Bundle, bwrap, nspawn, rootfs, unique, unshare
from support import cttrace, require, run

COMMAND = ["/bin/cat"]  # ends with its input
SYSTEMD = {"systemd-nspawn": r"systemd \d+ \((\S+)\)"}  # its package's is the second


def said(program, *words):
    """The version that a program tells when it is asked."""
    text = run(*words, check=True).stdout
    return re.search(SYSTEMD.get(program, r"^\D*(\d\S*)"), text).group(1)


class Versions(support.Case):
    def setUp(self):
        super().setUp()
        require("root", "tracing", "userns")
        self.tmp.chmod(0o755)
        self.rootfs = rootfs(self.tmp / unique(self))

    def story_of(self, program, command):
        """The story of a container whose program ends when it has been told: its runtime's process is there till then."""
        story, theirs = os.pipe()
        words = support.in_calls(["--format", "story", "-o", f"/proc/self/fd/{theirs}", "--record", self.tmp / "record.ctt",
                                  "--", *command])
        live = subprocess.Popen([support.CTTRACE, *words], pass_fds=[theirs], stdin=subprocess.PIPE,
                                stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        os.close(theirs)
        given_up = threading.Timer(60, live.stdin.close)
        given_up.start()
        lines = []
        with open(story) as told:
            for line in told:
                lines.append(line)
                if re.match(rf"container \S+ \({program}\b", line):
                    live.stdin.close()
        given_up.cancel()
        errors = live.stderr.read()
        self.assertEqual(live.wait(), 0, errors)
        live.stderr.close()
        return "".join(lines)

    def check(self, program, command, version):
        story = self.story_of(program, command)
        record = self.tmp / "record.ctt"
        self.assertEqual(cttrace("show", "--format", "story", record).stdout, story)
        objects = map(json.loads, cttrace("show", "--format", "ndjson", record).stdout.splitlines())
        found = [each["set_up"]["runtime"] for each in objects if each["type"] == "container"]
        [runtime] = [each for each in found if each["name"] == program]
        self.assertEqual(runtime["version"], version)
        shown = f"{program} {version}" if version else program
        self.assertRegex(story, rf"(?m)^container \S+ \({re.escape(shown)}\)")

    def check_newer(self, program, command):
        version = said(program, *runtimes.newer(self.tmp, program, "--version"))
        self.check(program, runtimes.newer(self.tmp, *command), version)

    def test_bubblewrap(self):
        self.check("bwrap", bwrap(self.rootfs, *COMMAND), said("bwrap", "bwrap", "--version"))

    def test_bubblewrap_of_an_ordinary_user(self):
        self.check("bwrap", bwrap(self.rootfs, *COMMAND, user=1000), said("bwrap", "bwrap", "--version"))

    def test_unshare(self):
        self.check("unshare", unshare(self.rootfs, *COMMAND), said("unshare", "unshare", "--version"))

    def test_nspawn(self):
        command = nspawn(self, self.rootfs, *COMMAND)
        self.check("systemd-nspawn", command, said("systemd-nspawn", "systemd-nspawn", "--version"))

    def test_newer_bubblewrap(self):
        self.check_newer("bwrap", bwrap(self.rootfs, *COMMAND))

    def test_newer_nspawn(self):
        self.check_newer("systemd-nspawn", nspawn(self, self.rootfs, *COMMAND))

    def test_one_that_is_called_otherwise(self):
        """What a file says of another program than it is called, it does not say of itself."""
        require("bwrap")
        other = self.tmp / "sandbox"
        run("cp", "/usr/bin/bwrap", other, check=True)
        self.check("sandbox", [str(other), *bwrap(self.rootfs, *COMMAND)[1:]], None)

    # Their files hold version strings, and nothing says whose they are.

    def test_none_of_runc(self):
        self.check("runc", self.run_by("runc"), None)

    def test_none_of_crun(self):
        self.check("crun", self.run_by("crun"), None)

    def test_none_of_newer_runc(self):
        self.check("runc", runtimes.newer(self.tmp, *self.run_by("runc")), None)

    def test_none_of_newer_crun(self):
        self.check("crun", runtimes.newer(self.tmp, *self.run_by("crun")), None)

    def run_by(self, runtime):
        bundle = Bundle(self, args=COMMAND)
        return getattr(bundle, runtime)("run", "--bundle", bundle.path, bundle.id)


if __name__ == "__main__":
    support.main()
