#!/usr/bin/env python3
"""Measures what tracing costs: one table, everything interleaved, medians, and ratios to native within this run; and what
telling a long recording costs."""
import argparse
import json
import os
import pathlib
import platform
import statistics
import subprocess
import sys
import tempfile

import scale
import tracers

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
RUNS = 4  # containers a round and way, with one start of the tracer


class Samples:
    """Values by what was measured and how, as they come in."""

    def __init__(self):
        self._values = {}

    def add(self, what, how, *values):
        self._values.setdefault((what, how), []).extend(values)

    def median(self, what, how):
        values = self._values.get((what, how))
        return statistics.median(values) if values else None

    def spread(self, what, how):
        """Half of the distance between the quartiles."""
        values = self._values.get((what, how), [])
        if len(values) < 4:
            return None
        low, _, high = statistics.quantiles(values, n=4)
        return (high - low) / 2


class Bench:
    def __init__(self, bin_folder, work):
        self.bin = pathlib.Path(bin_folder)
        self.binary = self.bin / "cttrace"
        self.work = pathlib.Path(work)
        self.samples = Samples()
        self.bytes_a_record = []
        bundle = self.work / "bundle"
        subprocess.run([str(ROOT / "tools" / "bundle"), str(bundle), "--", "/bin/true"], check=True)
        self.container = ["runc", "--root", str(self.work / "state"), "run", "-b", str(bundle), "bench"]
        self.launched = [tracers.Cttrace(self.binary), tracers.strace(), tracers.strace_seccomp(), tracers.perf_trace()]
        self.unusable = {}
        for tracer in list(self.launched):
            reason = tracer.why_not()
            if reason:
                self.unusable[tracer.name] = reason
                self.launched.remove(tracer)

    def containers(self, how, loop):
        for _ in range(RUNS):
            self.samples.add("run", how, loop.run_ms())

    def whole(self, how, command):
        loop = tracers.Loop(self.bin, command)
        self.samples.add("whole", how, loop.run_ms())
        loop.end()

    def getppid(self, what, how, tracer=None):
        command = [str(self.bin / "bench_getppid"), "20000" if what == "traced" else "200000"]
        out = subprocess.run(tracer.launch(command) if tracer else command, stdin=subprocess.DEVNULL,
                             stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=True)
        self.samples.add(what, how, float(out.stdout))

    def native(self):
        loop = tracers.Loop(self.bin, self.container)
        self.containers("native", loop)
        loop.end()
        self.whole("native", self.container)
        self.getppid("untraced", "native")
        self.getppid("traced", "native")

    def attached(self):
        how = "cttrace, attached"
        loop = tracers.Loop(self.bin, self.container)
        trace = tracers.Attached(self.binary, loop.process.pid)
        self.containers(how, loop)
        self.getppid("untraced", how)
        self.samples.add("live", how, trace.live_ms)
        self.samples.add("detach", how, trace.detach())
        loop.end()

    def launch(self, tracer):
        how = tracer.name
        loop = tracers.Loop(self.bin, self.container, tracer)
        self.containers(how, loop)
        self.getppid("untraced", how)
        loop.end()
        self.whole(how, tracer.launch(self.container))
        self.getppid("traced", how, tracer)

    def record(self):
        """Bytes a record of one container's recording."""
        file = self.work / "recording"
        subprocess.run([str(self.binary), "-q", "-o", "/dev/null", "--record", str(file), "--", *self.container],
                       stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=True)
        shown = subprocess.run([str(self.binary), "show", "--format", "ndjson", str(file)], capture_output=True,
                               text=True, check=True)
        completeness = json.loads(shown.stdout.splitlines()[-1])
        self.bytes_a_record.append((file.stat().st_size, completeness["recorded"]))

    def round(self, number):
        steps = [self.native, self.attached, self.record]
        steps += [lambda tracer=tracer: self.launch(tracer) for tracer in self.launched]
        turn = number % len(steps)
        for step in steps[turn:] + steps[:turn]:
            step()


def number(value, unit="", digits=1):
    return "-" if value is None else f"{value:.{digits}f}{unit}"


def ratio(samples, what, how):
    value, native = samples.median(what, how), samples.median(what, "native")
    return number(value / native, "x", 2) if value is not None and native else "-"


def table(bench):
    samples = bench.samples
    ways = ["native", "cttrace, attached"]
    ways += [tracer.name for tracer in bench.launched]
    rows = [["", "runc run, ms", "", "with the tracer's", "", "getppid, ns,", "", "getppid, ns,", ""],
            ["", "(quartiles)", "ratio", "start and end, ms", "ratio", "untraced", "ratio", "traced", "ratio"]]
    for how in ways:
        spread = samples.spread("run", how)
        rows.append([how, number(samples.median("run", how)) + (f" ±{spread:.1f}" if spread is not None else ""),
                     ratio(samples, "run", how),
                     number(samples.median("whole", how)), ratio(samples, "whole", how),
                     number(samples.median("untraced", how), "", 0), ratio(samples, "untraced", how),
                     number(samples.median("traced", how), "", 0), ratio(samples, "traced", how)])
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return ["  ".join(cell.ljust(width) if column == 0 else cell.rjust(width)
                      for column, (cell, width) in enumerate(zip(row, widths))).rstrip() for row in rows]


def report(bench, rounds):
    samples, how = bench.samples, "cttrace, attached"
    host = platform.uname()
    print(f"Linux {host.release} {host.machine}, {os.cpu_count()} cpus, load {os.getloadavg()[0]:.1f}; "
          f"{rounds} rounds of {RUNS} containers, interleaved; medians")
    print("\n".join(table(bench)))
    for name, reason in bench.unusable.items():
        print(f"{name}: not measured: {reason}")
    print(f"hooks are live {number(samples.median('live', how))} ms after the start; "
          f"cttrace has ended {number(samples.median('detach', how))} ms after SIGINT")
    size, records = bench.bytes_a_record[len(bench.bytes_a_record) // 2]
    print(f"a recording of one runc run: {size} bytes, {records} records, {size / max(records, 1):.0f} bytes a record")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--bin", default=str(ROOT / "build/release/bin"), help="the folder of cttrace and bench_*")
    options = parser.parse_args()
    if os.geteuid() != 0:
        sys.exit("bench: root is needed: runc and eBPF are measured")
    with tempfile.TemporaryDirectory(prefix="cttrace-bench-") as work:
        bench = Bench(options.bin, work)
        for number_ in range(options.rounds):
            bench.round(number_)
            if sys.stderr.isatty():
                print(f"\rround {number_ + 1} of {options.rounds}", end="", file=sys.stderr)
        if sys.stderr.isatty():
            print("\r\033[K", end="", file=sys.stderr)
        report(bench, options.rounds)
        scale.report(options.bin, work, bench.container)


if __name__ == "__main__":
    main()
