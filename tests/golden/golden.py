"""What is shown of the recordings in this folder, and what it is expected to be."""

import json
import lzma
import os
import pathlib
import subprocess
import tempfile

import support

HERE = pathlib.Path(__file__).resolve().parent
NAMES = sorted(path.name.removesuffix(".ctt.xz") for path in HERE.glob("*.ctt.xz"))
# Calls below the steps, and what programs were handed as data, of those that show something of their own.
VERBOSE = ["bwrap", "chroot", "unshare"]
IN_JSON = ["bwrap-user", "chroot", "runc", "runc-exec", "runc-failed"]
TOLD = ["container", "entry", "container_command", "container_served", "container_end", "entry_end",
        "program_failed"]

# Compared with each other: their containers called web, which the same config.json asks for.
COMPARED = [("runc", "runc-newer"), ("runc", "crun"), ("crun", "crun-newer"), ("runc", "runc-user-namespace"),
            ("ctrun-path", "ctrun-new")]


def show(name, *options):
    recording = lzma.decompress((HERE / f"{name}.ctt.xz").read_bytes())
    # Bytes, so that nothing is changed on the way.
    result = subprocess.run([support.CTTRACE, "show", *options, "-"], input=recording, capture_output=True, timeout=60,
                                    env={**os.environ, "COLUMNS": "80"})
    assert (result.returncode, result.stderr) == (0, b""), (name, result.returncode, result.stderr)
    return result.stdout.decode()


def containers(name):
    """What is told in JSON, with a line a field, so that a difference can be read."""
    objects = [json.loads(line) for line in show(name, "--format", "ndjson").splitlines()]
    return "".join(json.dumps(each, indent=1) + "\n" for each in objects if each["type"] in TOLD)


def texts(name):
    """{file: what it should hold}"""
    made = {f"{name}.story": show(name)}
    if name in VERBOSE:
        made[f"{name}.verbose.story"] = show(name, "-v")
    if name in IN_JSON:
        made[f"{name}.json"] = containers(name)
    return made


def diff(before, after, *options):
    with tempfile.TemporaryDirectory(prefix="cttrace-test-") as folder:
        for name in (before, after):
            (pathlib.Path(folder) / f"{name}.ctt").write_bytes(lzma.decompress((HERE / f"{name}.ctt.xz").read_bytes()))
        result = subprocess.run([os.path.abspath(support.CTTRACE), "diff", "--container", "web", *options, f"{before}.ctt", f"{after}.ctt"],
                                cwd=folder, capture_output=True, timeout=60, env={**os.environ, "COLUMNS": "100"})
    assert result.stderr == b"" and result.returncode in (0, 1), (before, after, result.returncode, result.stderr)
    return result.stdout.decode()


def diffs():
    """{file: what it should hold}: what differs in the outcome, and with the way."""
    made = {}
    for before, after in COMPARED:
        made[f"{before}.{after}.diff"] = diff(before, after)
        made[f"{before}.{after}.how.diff"] = diff(before, after, "--how")
    return made
