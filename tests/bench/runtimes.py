#!/usr/bin/env python3
"""Measures how long one container takes, from the command to its end: ctrun by each way, beside runc and crun."""
import argparse
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tests/e2e")]
os.environ.setdefault("CTTRACE", str(ROOT / "build/release/bin/cttrace"))

from ctrun import ALTERNATIVES, CTRUN  # noqa: E402
from runtimes import cg1  # noqa: E402


def milliseconds(command):
    begin = time.perf_counter()
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    return (time.perf_counter() - begin) * 1000


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=20)
    runs = parser.parse_args().runs
    with tempfile.TemporaryDirectory() as folder:
        bundle, state = f"{folder}/bundle", f"{folder}/state"
        subprocess.run([ROOT / "tools/bundle", "--runtime", CTRUN, bundle, "--", "/bin/true"], check=True)
        end = ["run", "--bundle", bundle, "bench"]
        commands = {"ctrun": [CTRUN, "--root", state, *end]}
        for name, values in ALTERNATIVES.items():
            for value in values[1:]:
                commands[f"ctrun --{name} {value}"] = [CTRUN, "--root", state, f"--{name}", value, *end]
        if shutil.which("runc"):
            commands["runc"] = ["runc", "--root", f"{state}-runc", *end]
        if shutil.which("crun"):
            # Where cgroups are hybrid crun is started by something else, which costs too: ctrun likewise, to compare.
            commands["crun"] = [*cg1(), "crun", "--root", f"{state}-crun", "--cgroup-manager=cgroupfs", *end]
            if cg1():
                commands["ctrun, started as crun"] = [*cg1(), CTRUN, "--root", state, *end]
        took = {name: [] for name in commands}
        # In turns: what else the machine does hits all alike.
        for _ in range(runs):
            for name, command in commands.items():
                took[name].append(milliseconds(command))
    for name, times in took.items():
        print(f"{name:32} {statistics.median(times):7.1f} ms   ({min(times):.1f} to {max(times):.1f})")


if __name__ == "__main__":
    main()
