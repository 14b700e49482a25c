"""What is written where: never over what is read, and never half of it over what was there."""

import json
import lzma
import os
import resource
import stat
import unittest

import support
from support import require, run

GOLDEN = support.SOURCE / "tests/golden"


class InFolder(support.Case):
    """Commands are run in self.tmp, where there is a recording, a baseline of it, a policy and a configuration."""

    def setUp(self):
        super().setUp()
        (self.tmp / "r.ctt").write_bytes(lzma.decompress((GOLDEN / "runc.ctt.xz").read_bytes()))
        self.cttrace("baseline", "r.ctt", "-o", "good.json", check=True)
        (self.tmp / "ours.json").write_text('{"version": 1, "rules": [{"rule": "proc-own"}]}')
        (self.tmp / "config.json").write_text('{"ociVersion": "1.2.0"}')
        (self.tmp / "test.json").write_text('{"policy": "ours.json", "cases": [{"recording": "r.ctt", "findings": []}]}')

    def cttrace(self, *words, **options):
        return run(support.CTTRACE, *words, cwd=self.tmp, **options)

    def files(self):
        return {path.name: path.read_bytes() for path in self.tmp.iterdir() if path.is_file()}


class NotOverWhatIsRead(InFolder):
    def assert_refused(self, *words, says="is the same file"):
        before = self.files()
        result = self.cttrace(*words)
        self.assertEqual((result.returncode, result.stdout), (2, ""), words)
        self.assertRegex(result.stderr, r"\Acttrace: [^\n]+\n\Z")
        self.assertIn(says, result.stderr)
        self.assertEqual(self.files(), before, words)

    def test_whatever_is_read(self):
        (self.tmp / "reference.ctt").write_bytes((self.tmp / "r.ctt").read_bytes())
        os.link(self.tmp / "good.json", self.tmp / "linked.json")
        os.symlink("config.json", self.tmp / "link.json")
        policy, baseline = ["--policy", "./ours.json"], ["--baseline", "good.json"]
        for words in (["check", "r.ctt", *policy, "-o", "r.ctt"], ["check", "r.ctt", *policy, "-o", "ours.json"],
                      ["check", "r.ctt", *baseline, "-o", "good.json"], ["check", "r.ctt", *baseline, "-o", "linked.json"],
                      ["check", "r.ctt", *baseline, "--update", "--report", "text", "--report", "json=good.json"],
                      ["check", "r.ctt", "--oci", "config.json", "--report", "json=config.json"],
                      ["check", "r.ctt", "--oci", "config.json", "--report", "json=./link.json"],
                      ["check", "r.ctt", *baseline, "--reference", "reference.ctt", "-o", "reference.ctt"],
                      ["baseline", "r.ctt", "--reference", "reference.ctt", "-o", "reference.ctt"],
                      ["baseline", "r.ctt", "-o", "../" + self.tmp.name + "/r.ctt"],
                      ["diff", "r.ctt", "good.json", "-o", "good.json"], ["show", "r.ctt", "-o", "./r.ctt"],
                      ["policy", "test", "test.json", "-o", "test.json"], ["policy", "test", "test.json", "-o", "r.ctt"],
                      ["policy", "test", "test.json", "-o", "ours.json"]):
            self.assert_refused(*words)

    def test_two_reports_are_not_for_one_file(self):
        os.symlink("y", self.tmp / "link")
        for one, other in (("x", "./x"), ("x", str(self.tmp / "x")), ("link", "y"), ("-", "/dev/stdout")):
            self.assert_refused("check", "r.ctt", "--policy", "oci-default", "--report", f"json={one}", "--report",
                                f"junit={other}", says="two reports cannot go to one place")
        self.assert_refused("check", "r.ctt", "--policy", "oci-default", "--report", "text", "--report", "json=-",
                            says="two reports cannot go to one place")

    def test_a_policy_that_is_built_in_is_no_file(self):
        result = self.cttrace("check", "r.ctt", "--policy", "oci-default", "-o", "oci-default")
        self.assertEqual((result.returncode, result.stderr), (0, ""))


class Whole(InFolder):
    def test_what_was_there_stays_where_the_disk_is_full(self):
        before = self.files()
        for words in (["baseline", "r.ctt", "-o", "good.json"], ["check", "r.ctt", "--baseline", "good.json", "--update"],
                      ["policy", "show", "hardened", "-o", "ours.json"],
                      ["check", "r.ctt", "--policy", "hardened", "--report", "json=test.json"],
                      ["check", "r.ctt", "--policy", "hardened", "--report", "json=new.json"]):
            # Python ignores SIGXFSZ, and so does what it starts: writing fails, as where the disk is full.
            result = self.cttrace(*words, restore_signals=False,
                                  preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100)))
            self.assertEqual(result.returncode, 1, result.stderr)
            self.assertIn("File too large", result.stderr)
            self.assertEqual(self.files(), before, words)

    def test_mode_owner_and_links_stay(self):
        require("root")
        target = self.tmp / "target"
        target.write_text("old")
        target.chmod(0o640)
        os.chown(target, 1234, 1235)
        os.symlink("target", self.tmp / "link")
        self.cttrace("baseline", "r.ctt", "-o", "link", check=True)
        self.assertTrue((self.tmp / "link").is_symlink())
        self.assertEqual(target.read_bytes(), (self.tmp / "good.json").read_bytes())
        there = target.stat()
        self.assertEqual((stat.S_IMODE(there.st_mode), there.st_uid, there.st_gid), (0o640, 1234, 1235))

    def test_a_new_file_is_as_the_umask_says(self):
        self.cttrace("baseline", "r.ctt", "-o", "new", check=True, preexec_fn=lambda: os.umask(0o027))
        self.assertEqual(stat.S_IMODE((self.tmp / "new").stat().st_mode), 0o640)

    def test_what_has_another_name_or_is_no_file_is_written_in_place(self):
        good = (self.tmp / "good.json").read_text()
        (self.tmp / "one").write_text("old" * 10000)
        os.link(self.tmp / "one", self.tmp / "two")
        self.cttrace("baseline", "r.ctt", "-o", "one", check=True)
        self.assertEqual((self.tmp / "two").read_text(), good)
        for place in ("-", "/dev/stdout", "/dev/fd/1"):
            self.assertEqual(self.cttrace("baseline", "r.ctt", "-o", place).stdout, good)
            with open(self.tmp / "out", "w") as out:
                self.cttrace("baseline", "r.ctt", "-o", place, check=True, stdout=out, stderr=support.subprocess.PIPE)
                self.assertEqual(os.fstat(out.fileno()).st_nlink, 1)
            self.assertEqual((self.tmp / "out").read_text(), good)
        require("root")
        run("unshare", "-m", "sh", "-c", 'touch mounted && mount --bind out mounted && "$0" baseline r.ctt -o mounted',
            support.CTTRACE, cwd=self.tmp, check=True)
        self.assertEqual((self.tmp / "out").read_text(), good)

    def test_a_report_to_standard_output(self):
        result = self.cttrace("check", "r.ctt", "--policy", "oci-default", "--report", "text", "--report", "json=-", "-o",
                              "text")
        self.assertEqual(json.loads(result.stdout)["exit_status"], 0)
        self.assertFalse((self.tmp / "-").exists())

    def test_annotations_that_cannot_be_written_are_told_by_the_status(self):
        with open("/dev/full", "w") as full:
            result = self.cttrace("check", "r.ctt", "--policy", "hardened", "--annotate", "github", "-o", "text",
                                  stderr=full, stdout=support.subprocess.PIPE)
        self.assertEqual(result.returncode, 1)


class Updating(InFolder):
    def test_only_what_the_baseline_says_is_forgiven(self):
        (self.tmp / "other.ctt").write_bytes(lzma.decompress((GOLDEN / "crun.ctt.xz").read_bytes()))
        update = ["check", "other.ctt", "--baseline", "good.json", "--report", "json"]
        differs = self.cttrace(*update)
        self.assertEqual(differs.returncode, 1)
        result = self.cttrace(*update, "--policy", "hardened", "--update")
        document = json.loads(result.stdout)
        self.assertEqual((result.returncode, document["exit_status"], document["verdict"]), (1, 1, "broken"))
        self.assertEqual([report["verdict"] for report in document["reports"]], ["broken", "broken"])
        self.assertEqual(self.cttrace(*update).returncode, 0)
        self.cttrace("baseline", "r.ctt", "-o", "good.json", check=True)
        result = self.cttrace(*update, "--update")
        self.assertEqual((result.returncode, json.loads(result.stdout)["exit_status"]), (0, 0))


if __name__ == "__main__":
    support.main()
