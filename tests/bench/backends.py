#!/usr/bin/env python3
"""Measures what tracing by ptrace costs, with and without its filter, beside strace's and beside stopping where they stop
and doing nothing there: the same commands with the same calls, in turns; medians, and the ratio to strace's in this run."""
import argparse
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

import tracers

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
GOAL = 0.7  # of strace's time
PROGRAMS = 200  # of the storm


def ways(folder):
    calls = "trace=" + ",".join(tracers.CALLS)
    cttrace = [str(folder / "cttrace"), "-q", "--format", "calls", "-o", "/dev/null", "-e", calls, "--backend", "ptrace", "--ptrace-seccomp"]
    stops = str(folder / "bench_stops")
    return {"native": [],
            "stops alone, every call": [stops, "every"],
            "cttrace, every call": [*cttrace, "off", "--"],
            "strace -f": tracers.strace().command,
            "stops alone, filter": [stops, ",".join(tracers.call_numbers())],
            "cttrace, filter": [*cttrace, "on", "--"],
            "strace -f --seccomp-bpf": tracers.strace_seccomp().command}


def commands(work):
    bundle = work / "bundle"
    subprocess.run([str(ROOT / "tools" / "bundle"), str(bundle), "--", "/bin/true"], check=True)
    storm = f"i=0; while [ $i -lt {PROGRAMS} ]; do /bin/true; i=$((i + 1)); done"
    return {"runc run": ["runc", "--root", str(work / "state"), "run", "-b", str(bundle), "bench"],
            "bwrap": ["bwrap", "--ro-bind", "/", "/", "--unshare-all", "/bin/true"],
            f"{PROGRAMS} programs": ["sh", "-c", storm]}


def milliseconds(command):
    began = time.perf_counter()
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    return 1e3 * (time.perf_counter() - began)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bin", default=ROOT / "build/release/bin", type=pathlib.Path, help="folder of cttrace")
    parser.add_argument("--rounds", default=15, type=int)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        tried, run_by = commands(pathlib.Path(folder)), ways(options.bin)
        times = {(command, way): [] for command in tried for way in run_by}
        for _ in range(options.rounds):
            for command, words in tried.items():
                for way, before in run_by.items():
                    times[command, way].append(milliseconds([*before, *words]))
    median = {key: statistics.median(values) for key, values in times.items()}
    print(f"{'ms (medians of ' + str(options.rounds) + ')':26}" + "".join(f"{command:>14}" for command in tried))
    for way in run_by:
        print(f"{way:26}" + "".join(f"{median[command, way]:14.1f}" for command in tried))
    for theirs, kind in (("strace -f", "every call"), ("strace -f --seccomp-bpf", "filter")):
        print(f"of {theirs}'s (goal: {GOAL})")
        for mine in (f"stops alone, {kind}", f"cttrace, {kind}"):
            ratios = "".join(f"{median[command, mine] / median[command, theirs]:14.2f}" for command in tried)
            print(f"    {mine:22}" + ratios)


if __name__ == "__main__":
    sys.exit(main())
