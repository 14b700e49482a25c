"""What the Python tests share: the binary under test, what a test requires of the host, and running things."""

import functools
import importlib.util
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest
import warnings

SOURCE = pathlib.Path(__file__).resolve().parent.parent
# ctest names both; by hand it is what was built last.
_BUILT = max(SOURCE.glob("build/*/bin/cttrace"), key=lambda binary: binary.stat().st_mtime,
             default=SOURCE / "build/dev/bin/cttrace")
CTTRACE = os.path.abspath(os.environ.get("CTTRACE", _BUILT))
BUILD = pathlib.Path(os.environ.get("CTTRACE_BUILD", pathlib.Path(CTTRACE).parent.parent)).absolute()
NEWER = SOURCE / "build/debian-13"  # runtimes of the next Debian, in a root of their own
SARIF_MULTITOOL = SOURCE / "build/npm/sarif-multitool"
SKIPPED = 77  # ctest: every test of the file was skipped

# "ptrace" runs every test that it can with that backend; otherwise it is eBPF.
BACKEND = os.environ.get("CTTRACE_BACKEND", "ebpf")

# What a machine has or has not: nothing can be installed for it, and nothing of cttrace's could be why.
_GIVEN = {"i386"}
_must_work = os.environ.get("CTTRACE_MUST_WORK", "").replace(",", " ").split()


def run(*command, timeout=60, check=False, **options):
    """Runs `command` and returns its CompletedProcess. Output is text; bytes that are not UTF-8 survive as surrogates."""
    if not {"stdout", "stderr", "capture_output"} & options.keys():
        options["capture_output"] = True
    if "stdin" not in options and "input" not in options:
        options["stdin"] = subprocess.DEVNULL
    result = subprocess.run([str(part) for part in command], timeout=timeout, text=True, errors="surrogateescape",
                            **options)
    if check and result.returncode != 0:
        raise AssertionError(f"{' '.join(map(str, command))}: exit status {result.returncode}: {result.stderr or result.stdout}")
    return result


_JUDGING = {"diff", "baseline", "check", "policy"}
_WITHOUT_FORMAT = {"doctor", "syscalls", "inspect", "--help", "-h", "--version", "-V", "--generate"} | _JUDGING
_NOT_LIVE = _WITHOUT_FORMAT | {"show"}


def in_calls(arguments):
    """cttrace's arguments, for lines of calls unless they say what they want: what most tests were written for."""
    words = [str(argument) for argument in arguments]
    options = words[:words.index("--")] if "--" in words else words
    if BACKEND == "ptrace" and words and words[0] not in _NOT_LIVE and "--backend" not in options:
        words = ["--backend", "ptrace", *words]
    if not words or _WITHOUT_FORMAT & set(words[:1]) or any(word.startswith("--format") for word in options):
        return words
    return ["show", "--format", "calls", *words[1:]] if words[0] == "show" else ["--format", "calls", *words]


def cttrace(*arguments, **options):
    return run(CTTRACE, *in_calls(arguments), **options)


@functools.lru_cache(maxsize=None)
def _missing(what):
    """Why `what` does not work here, or None. A name that is none of these is a command that must be installed."""
    if what == "root":
        return None if os.geteuid() == 0 else "not root"
    if what in ("ebpf", "ptrace"):
        doctor = json.loads(cttrace("doctor", "--format", "json").stdout)
        works = {row["name"]: row["verdict"] == "works" for row in doctor["capabilities"]}
        there = doctor["backend"] == "ebpf" if what == "ebpf" else works["ptrace"]
        return None if there else "cttrace doctor: " + doctor["why"]
    if what == "tracing":
        return _missing(BACKEND)
    if what == "userns":
        made = run("unshare", "--user", "--map-root-user", "true")
        return None if made.returncode == 0 else "no user namespace can be made: " + made.stderr.strip()
    if what == "debian-13":
        return None if NEWER.is_dir() else f"{NEWER} is not there, which tools/setup --for test makes"
    if what == "sarif-multitool":
        return None if SARIF_MULTITOOL.exists() else f"{SARIF_MULTITOOL} is not there, which tools/setup --for test makes"
    if what == "jsonschema":
        return None if importlib.util.find_spec(what) else "Python's jsonschema is not installed"
    if what == "i386":
        probe = pathlib.Path(CTTRACE).parent / "e2e/i386_calls"
        takes = probe.exists() and run(probe, "probe").returncode == 0
        return None if takes else "no calls of i386 programs can be made"
    return None if shutil.which(what) else what + " is not installed"


def require(*whats):
    """Skips the test where the host lacks one of `whats`; fails it where CTTRACE_MUST_WORK (all, or a list) names it. All
    is all that can be had on every machine."""
    for what in whats:
        reason = _missing(what)
        if reason is None:
            continue
        if what in _must_work or ("all" in _must_work and what not in _GIVEN):
            raise AssertionError(f"{what} must work here (CTTRACE_MUST_WORK), but: {reason}")
        raise unittest.SkipTest(f"needs {what}: {reason}")


def requires(*whats):
    """require() as a decorator of a test method."""
    def decorate(test):
        @functools.wraps(test)
        def checked(*arguments, **named):
            require(*whats)
            return test(*arguments, **named)
        return checked
    return decorate


def only_with(backend, why):
    """A test method that the other backend skips: it cannot do that."""
    def decorate(test):
        return test if BACKEND == backend else unittest.skip(f"not with {BACKEND}: {why}")(test)
    return decorate


@functools.lru_cache(maxsize=None)
def _validator(schema):
    import jsonschema
    folder = SOURCE / "docs/schema"
    schemas = {path.name: json.loads(path.read_text()) for path in folder.glob("*.json")}
    for each in schemas.values():
        jsonschema.Draft202012Validator.check_schema(each)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # what replaces it is not in Debian 12
        resolver = jsonschema.RefResolver(schema + ".json", schemas[schema + ".json"], store=schemas)
    return jsonschema.Draft202012Validator(schemas[schema + ".json"], resolver=resolver)


def validate(document, schema):
    """Fails unless `document` is as docs/schema/SCHEMA.json says."""
    require("jsonschema")
    _validator(schema).validate(document)


class Case(unittest.TestCase):
    """A test with a folder of its own, self.tmp."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="cttrace-test-")
        self.addCleanup(folder.cleanup)
        self.tmp = pathlib.Path(folder.name)


class Tracing:
    """cttrace at work: `with Tracing("-p", pid) as trace` begins when every hook is live. Give the result with finish()."""

    def __init__(self, *arguments, timeout=60, **options):
        ready, theirs = os.pipe()
        options.setdefault("stdin", subprocess.DEVNULL)
        options.setdefault("stdout", subprocess.PIPE)
        options.setdefault("stderr", subprocess.PIPE)
        self.process = subprocess.Popen([CTTRACE, "--ready-fd", str(theirs), *in_calls(arguments)], pass_fds=[theirs],
                                        text=True, errors="surrogateescape", **options)
        os.close(theirs)
        self._timeout = timeout
        with open(ready) as line:
            self.ready = line.readline()
        if not self.ready:
            out, err = self.process.communicate(timeout=timeout)
            raise AssertionError(f"cttrace never got ready, exit status {self.process.returncode}: {err or out}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
            self.process.communicate()

    def finish(self, signal=None):
        """Sends `signal` (none: waits for cttrace to end by itself) and returns a CompletedProcess."""
        if signal is not None:
            self.process.send_signal(signal)
        out, err = self.process.communicate(timeout=self._timeout)
        return subprocess.CompletedProcess(self.process.args, self.process.returncode, out, err)


def main():
    """Runs the tests of the calling file. Ends with 77 when all were skipped, so that ctest says so."""
    result = unittest.main(module="__main__", exit=False, verbosity=2).result
    if not result.wasSuccessful() or not (result.testsRun or result.skipped):
        sys.exit(1)
    sys.exit(SKIPPED if len(result.skipped) >= max(result.testsRun, 1) else 0)
