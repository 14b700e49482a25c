"""What is made of the option table (manual page, completions), what is installed, and the Debian package."""

import os
import re
import subprocess
import unittest

import support
from support import cttrace, require, run

BUILD = support.BUILD


def generated(what):
    result = cttrace("--generate", what)
    assert result.returncode == 0, result.stderr
    return result.stdout


class Manual(support.Case):
    def test_renders_without_a_warning(self):
        require("groff")
        page = self.tmp / "cttrace.1"
        page.write_text(generated("man"))
        result = run("groff", "-man", "-ww", "-Tutf8", "-rLL=80n", page)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        text = re.sub(r".\x08|\x1b\[[0-9;]*m", "", result.stdout)
        for heading in ["NAME", "SYNOPSIS", "OPTIONS", "EXAMPLES", "EXIT STATUS"]:
            self.assertRegex(text, rf"(?m)^{heading}$")

    def test_has_every_option_that_help_has(self):
        page = generated("man").replace("\\-", "-").replace("\\fB", "").replace("\\fR", "").replace("\\fI", "")
        options = re.findall(r"(?m)^  (-[^\s,]+(?:, --\S+)?(?: [A-Z=\[\]]+)?)", cttrace("--help").stdout)
        self.assertGreater(len(options), 25)
        for option in options:
            self.assertIn(f".TP\n{option}\n", page)


class Bash(support.Case):
    """Completion as bash does it: with `=` among the characters that break words, unless told otherwise."""

    def complete(self, *words, breaks="= "):
        script = self.tmp / "completion.bash"
        if not script.exists():
            script.write_text(generated("bash"))
        broken = []
        for word in words:
            broken += [part for part in re.split("(=)", word) if part] or [""] if "=" in breaks else [word]
        result = run("bash", "--norc", "-c",
                     'source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=(); _cttrace; '
                     'printf "%s\\n" "${COMPREPLY[@]}"', "bash", script, *broken)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        return result.stdout.split()

    def test_options(self):
        self.assertEqual(self.complete("cttrace", "--rec"), ["--record"])
        self.assertIn("-e", self.complete("cttrace", "-"))
        self.assertNotIn("--generate", self.complete("cttrace", "--"))

    def test_values(self):
        self.assertEqual(self.complete("cttrace", "--format", ""), ["story", "list", "calls", "json", "ndjson"])
        self.assertEqual(self.complete("cttrace", "--format=nd"), ["ndjson"])
        self.assertEqual(self.complete("cttrace", "--backend", "e"), ["ebpf"])
        self.assertEqual(self.complete("cttrace", "--buffer", ""), [])

    def test_calls_and_groups(self):
        self.assertEqual(self.complete("cttrace", "-e", "trace=pivot"), ["pivot_root"])
        self.assertEqual(self.complete("cttrace", "-e", "trace=pivot", breaks=""), ["trace=pivot_root"])
        self.assertEqual(self.complete("cttrace", "-e", "trace=mount,pivot"), ["mount,pivot_root"])
        self.assertEqual(self.complete("cttrace", "-e", "trace=!pivot"), ["!pivot_root"])
        self.assertEqual(self.complete("cttrace", "-e", "trace=%mo"), ["%mount"])
        self.assertEqual(self.complete("cttrace", "-e", "status=fa"), ["failed"])
        self.assertEqual(self.complete("cttrace", "-e", "pivot"), ["pivot_root"])
        self.assertEqual(self.complete("cttrace", "--trace=pivot"), ["pivot_root"])
        self.assertIn("mount", self.complete("cttrace", "-e", "trace="))

    def test_commands_and_their_operands(self):
        self.assertIn("doctor", self.complete("cttrace", "doc"))
        self.assertIn("bash", self.complete("cttrace", "-q", "bas"))
        (self.tmp / "recording.ctt").touch()
        self.assertEqual(self.complete("cttrace", "show", str(self.tmp / "rec")), [str(self.tmp / "recording.ctt")])
        self.assertEqual(self.complete("cttrace", "show", "--format", "js"), ["json"])
        self.assertEqual(self.complete("cttrace", "check", str(self.tmp / "rec")), [str(self.tmp / "recording.ctt")])
        self.assertEqual(self.complete("cttrace", "check", "--report", "s"), ["sarif"])
        self.assertEqual(self.complete("cttrace", "policy", ""), ["list", "show", "test"])
        self.assertEqual(self.complete("cttrace", "policy", "test", str(self.tmp / "rec")), [str(self.tmp / "recording.ctt")])
        self.assertIn(str(os.getpid()), self.complete("cttrace", "-p", str(os.getpid())))
        self.assertIn(str(os.getpid()), self.complete("cttrace", "inspect", str(os.getpid())))


class OtherShells(support.Case):
    def check(self, shell, name):
        require(shell)
        script = self.tmp / name
        script.write_text(generated(shell))
        result = run(shell, "-n", script)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        self.assertIn("pivot_root", script.read_text())

    def test_zsh_reads_its_script(self):
        self.check("zsh", "_cttrace")

    def test_fish_reads_its_script(self):
        self.check("fish", "cttrace.fish")

    def test_fish_completes(self):
        require("fish")
        script = self.tmp / "cttrace.fish"
        script.write_text(generated("fish"))
        result = run("fish", "-N", "-c", f"source {script}; complete -C 'cttrace -e trace=pivot'; "
                     "complete -C 'cttrace --format nd'; complete -C 'cttrace --rec'")
        self.assertEqual([line.split("\t")[0] for line in result.stdout.splitlines()],
                         ["trace=pivot_root", "ndjson", "--record"], result.stderr)


class Installed(support.Case):
    FILES = ["bin/cttrace", "share/man/man1/cttrace.1.gz", "share/bash-completion/completions/cttrace",
             "share/fish/vendor_completions.d/cttrace.fish", "share/doc/cttrace/copyright",
             "share/doc/cttrace/README.md", "share/doc/cttrace/exit-status.md", "share/doc/cttrace/schema/trace.json"]

    def test_install(self):
        require("cmake")
        result = run("cmake", "--install", BUILD, "--prefix", self.tmp)
        self.assertEqual(result.returncode, 0, result.stderr)
        for name in [*self.FILES, "share/zsh/site-functions/_cttrace"]:
            self.assertTrue((self.tmp / name).is_file(), name)
        self.assertEqual(run(self.tmp / "bin/cttrace", "--version").stdout, cttrace("--version").stdout)

    def test_debian_package(self):
        require("cpack", "dpkg-deb")
        # Everything else writes elsewhere; cpack's own work folder is in the build folder unless told.
        result = run("cpack", "-G", "DEB", "-B", self.tmp, "--config", BUILD / "CPackConfig.cmake", cwd=self.tmp,
                     timeout=300)
        self.assertEqual(result.returncode, 0, result.stderr)
        packages = list(self.tmp.glob("*.deb"))
        version = cttrace("--version").stdout.split()[1]
        self.assertEqual([package.name.split("_")[:2] for package in packages], [["cttrace", version]])
        listed = run("dpkg-deb", "-c", packages[0]).stdout
        for name in [*self.FILES, "share/zsh/vendor-completions/_cttrace"]:
            self.assertRegex(listed, rf"(?m)^-rw[x-]r-[x-]r-[x-] root/root .* \./usr/{re.escape(name)}$")
        for line in listed.splitlines():
            if line.startswith("d"):
                self.assertTrue(line.startswith("drwxr-xr-x root/root"), line)
        fields = run("dpkg-deb", "-f", packages[0]).stdout
        self.assertRegex(fields, r"(?m)^Architecture: (amd64|arm64)$")
        self.assertRegex(fields, r"(?m)^Description: strace for containers$")
        if "statically linked" in run("file", "-L", support.CTTRACE).stdout:
            self.assertNotIn("Depends:", fields)


class Static(support.Case):
    def test_the_release_binary_needs_nothing(self):
        cache = (BUILD / "CMakeCache.txt").read_text()
        if not re.search(r"(?m)^CTTRACE_STATIC:\w+=ON$", cache):
            self.skipTest("this build is not static")
        require("readelf")
        headers = run("readelf", "-ld", support.CTTRACE).stdout
        self.assertNotIn("INTERP", headers)
        self.assertNotIn("NEEDED", headers)


if __name__ == "__main__":
    support.main()
