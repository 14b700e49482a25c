"""The examples of docs/schema/README.md: every line with jq is run on recordings."""

import lzma
import re
import subprocess

import support
from support import requires

GOLDEN = support.SOURCE / "tests/golden"
# One whose program was killed by a signal, and one whose set-up failed.
RECORDINGS = ["runc-exec", "runc-failed"]


def examples():
    page = (support.SOURCE / "docs/schema/README.md").read_text()
    return re.findall(r"^    cttrace show (?:.*\n)(?:      .*\n)*", page, re.MULTILINE)


class Jq(support.Case):
    @requires("jq")
    def test_every_example_works(self):
        self.assertGreaterEqual(len(examples()), 8)
        for name in RECORDINGS:
            (self.tmp / name).write_bytes(lzma.decompress((GOLDEN / f"{name}.ctt.xz").read_bytes()))
        for example in examples():
            with self.subTest(example=example):
                for name in RECORDINGS:
                    command = example.replace("cttrace show", '"$0" show', 1).replace("r.cttrace", name, 1)
                    result = subprocess.run(["bash", "-c", command, support.CTTRACE], cwd=self.tmp, capture_output=True,
                                            text=True, stdin=subprocess.DEVNULL, timeout=60)
                    self.assertEqual((result.returncode, result.stderr), (0, ""), name)

    @requires("jq")
    def test_what_killed_a_container_is_told(self):
        example = next(each for each in examples() if "container_end" in each)
        (self.tmp / "r.cttrace").write_bytes(lzma.decompress((GOLDEN / "runc-exec.ctt.xz").read_bytes()))
        result = subprocess.run(["bash", "-c", example.replace("cttrace show", '"$0" show', 1), support.CTTRACE],
                                cwd=self.tmp, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=60)
        self.assertIn("\tSIGKILL", result.stdout)


if __name__ == "__main__":
    support.main()
