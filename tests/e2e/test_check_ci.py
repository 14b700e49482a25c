"""The jobs of docs/ci.md, run as they are written, without the services that they are for."""

import json
import os
import pathlib
import re
import textwrap

import support
from runtimes import Bundle
from support import require, run


def block(name):
    page = (support.SOURCE / "docs/ci.md").read_text()
    return re.search(rf"<!-- {name} -->\n```\w+\n(.*?)```", page, re.DOTALL)[1]


def scripts_of_github(text):
    return [textwrap.dedent(each) for each in re.findall(r"run: \|\n((?: {10}.*\n)+)", text)]


def scripts_of_gitlab(text):
    script = re.search(r"script:\n((?:    - .*\n)+)", text)[1]
    return [line.removeprefix("    - ") for line in script.splitlines()]


class Jobs(support.Case):
    def setUp(self):
        super().setUp()
        require("root", "ebpf", "busybox", "runc")
        self.bundle = Bundle(self, args=["/bin/true"])
        self.addCleanup(lambda: run("runc", "--root", self.tmp / "state", "delete", "--force", "demo"))
        self.run_script(block("once"))

    def run_script(self, text, status=0):
        path = f"{pathlib.Path(support.CTTRACE).parent}:{os.environ['PATH']}"
        result = run("bash", "-e", "-c", text, cwd=self.tmp, env={**os.environ, "PATH": path}, timeout=120)
        self.assertEqual(result.returncode, status, result.stdout + result.stderr)
        return result

    def test_github(self):
        record, check = scripts_of_github(block("github"))
        self.run_script(record)
        self.assertEqual(self.run_script(check).stderr, "")
        self.assertEqual(json.loads((self.tmp / "cttrace.sarif").read_text())["version"], "2.1.0")

    def test_gitlab(self):
        for script in scripts_of_gitlab(block("gitlab")):
            self.run_script(script)
        self.assertIn("<testsuites>", (self.tmp / "junit.xml").read_text())

    def test_shell(self):
        self.run_script(block("shell"))

    def test_they_fail_when_the_container_is_another(self):
        self.bundle.config["process"]["capabilities"]["bounding"].append("CAP_SYS_ADMIN")
        self.bundle.write()
        record, check = scripts_of_github(block("github"))
        self.run_script(record)
        result = self.run_script(check, status=1)
        self.assertIn("CAP_SYS_ADMIN", result.stdout)
        self.assertRegex(result.stderr, r"(?m)^::error title=")


if __name__ == "__main__":
    support.main()
