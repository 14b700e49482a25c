"""What it costs to tell a long recording: time and memory by how long it is, beside perf trace telling one of its own."""
import json
import pathlib
import shutil
import statistics
import subprocess

import tracers

ROUNDS = 3
CALLS = 1_000_000
CONTAINERS = 10_000
LIVE = (500, 1_000, 2_000, 4_000)
CHECKED, CHECKED_MOST_S = 1_000, 2
SHOWN = {"calls": ["--format", "calls"], "story": ["--format", "story"], "ndjson": ["--format", "ndjson"]}


def measured(bin_folder, command, rounds):
    """CPU seconds (median) and bytes of memory at most (largest) of a command. Its parent is small: a child counts the memory
    that its parent had before it executed the command."""
    loop = tracers.Loop(bin_folder, [str(part) for part in command])
    runs = [loop.run() for _ in range(rounds)]
    loop.end()
    return statistics.median(cpu_us for _, cpu_us, _ in runs) / 1e6, max(memory for _, _, memory in runs) * 1024


class Scale:
    def __init__(self, bin_folder, work, container):
        self.bin = pathlib.Path(bin_folder)
        self.work = pathlib.Path(work)
        self.one = self.record(self.work / "one.cttrace", container)
        self.calls_of_one = self.calls(self.one)

    def record(self, file, command):
        subprocess.run([str(self.bin / "cttrace"), "-q", "--format", "story", "-o", "/dev/null", "--record", str(file), "--",
                        *map(str, command)], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=True)
        return file

    def calls(self, recording):
        shown = subprocess.run([str(self.bin / "cttrace"), "show", "--format", "ndjson", str(recording)], capture_output=True,
                               text=True, check=True)
        end = json.loads(shown.stdout.splitlines()[-1])
        if not end["whole"]:
            raise SystemExit("bench: the recording to be multiplied is not whole")
        return end["calls"]

    def times(self, count, *how):
        """A recording of so many containers, one after the other."""
        file = self.work / "many.cttrace"
        subprocess.run([str(self.bin / "bench_multiply"), str(self.one), str(file), str(count), *how], check=True)
        return file

    def show(self, recording, form, rounds=ROUNDS):
        return measured(self.bin, [self.bin / "cttrace", "show", *SHOWN[form], "-o", "/dev/null", recording], rounds)

    def lengths(self):
        """Rows of a table: containers, calls, and for each form CPU seconds a million calls and MiB at most."""
        many = max(1, CALLS // self.calls_of_one)
        rows = [["containers", "calls", *(f"{form}, s a million, MiB" for form in SHOWN)]]
        self.memory = {}
        for count in sorted({many // 10, many, CONTAINERS}):
            recording = self.times(count)
            row = [f"{count:,}", f"{count * self.calls_of_one:,}"]
            for form in SHOWN:
                if form == "ndjson" and count > many:
                    row.append("-")
                    continue
                cpu, memory = self.show(recording, form, ROUNDS if count <= many else 1)
                self.memory[form, count] = memory
                row.append(f"{cpu / (count * self.calls_of_one) * 1e6:.2f}, {memory / 2**20:5.1f}")
            rows.append(row)
            recording.unlink()
        self.bytes_a_container = (self.memory["story", CONTAINERS] - self.memory["story", many // 10]) / (CONTAINERS - many // 10)
        return rows

    def live(self):
        """Containers of which none ends: how many, CPU seconds a thousand, bytes of memory each."""
        found = []
        for count in LIVE:
            cpu, memory = self.show(self.times(count, "live"), "story")
            found.append((count, cpu / count * 1000, memory / count))
        return found

    def checked(self):
        """1,000 containers checked against the baseline of the same: seconds, CPU seconds, and bytes of memory at most."""
        recording, baseline = self.times(CHECKED), self.work / "baseline.json"
        subprocess.run([str(self.bin / "cttrace"), "baseline", str(recording), "-o", str(baseline)], check=True)
        command = [self.bin / "cttrace", "check", "-o", "/dev/null", "--baseline", baseline, recording]
        loop = tracers.Loop(self.bin, [str(part) for part in command])
        runs = [loop.run() for _ in range(ROUNDS)]
        loop.end()
        return (statistics.median(ns for ns, _, _ in runs) / 1e9, statistics.median(cpu_us for _, cpu_us, _ in runs) / 1e6,
                max(memory for _, _, memory in runs) * 1024)

    def copies(self):
        """A mount namespace of 1,000 mounts copied 1,000 times, beside the same of one mount, and one copy."""
        folder = self.work / "mounts"
        folder.mkdir()
        found = []
        for mounts, copies in ((1000, 1), (1, 1000), (1000, 1000)):
            recording = self.record(self.work / "copies.cttrace", [self.bin / "bench_copies", folder, mounts, copies])
            found.append((mounts, copies, *self.show(recording, "story")))
        return found

    def perf(self):
        """CPU seconds a million calls of `perf trace` telling what it recorded, or why that was not measured."""
        if shutil.which("perf") is None:
            return "perf: not installed"
        count, data = 200_000, self.work / "perf.data"
        recorded = subprocess.run(["perf", "trace", "record", "-o", str(data), "--", str(self.bin / "bench_getppid"), str(count)],
                                  stdin=subprocess.DEVNULL, capture_output=True, text=True)
        if recorded.returncode != 0:
            return f"perf trace record: {recorded.stderr.strip().splitlines()[-1]}"
        return measured(self.bin, ["perf", "trace", "-o", "/dev/null", "-i", data], ROUNDS)[0] / count * 1e6


def report(bin_folder, work, container):
    scale = Scale(bin_folder, work, container)
    rows = scale.lengths()
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    print(f"telling recordings of `runc run`, {scale.calls_of_one} calls each; CPU seconds, medians of {ROUNDS}")
    for row in rows:
        print("  " + "  ".join(cell.rjust(width) for cell, width in zip(row, widths)))
    print(f"  memory a finished container: {scale.bytes_a_container:,.0f} bytes")
    print("containers that are all alive at the end, none of their processes having ended")
    for count, cpu, memory in scale.live():
        print(f"  {count:5,}: {cpu:.2f} s a thousand, {memory / 2**10:.0f} KiB each")
    took, cpu, memory = scale.checked()
    print(f"  {CHECKED:,} containers checked against a baseline: {took:.2f} s (at most {CHECKED_MOST_S}), {cpu:.2f} s of CPU, "
          f"{memory / 2**20:.1f} MiB")
    if took > CHECKED_MOST_S:
        raise SystemExit("bench: a check takes longer than it may")
    perf = scale.perf()
    print(f"  perf trace, of getppid calls of a recording of its own: {perf if isinstance(perf, str) else f'{perf:.2f} s a million'}")
    print("mount namespaces copied, all there at once")
    for mounts, copies, cpu, memory in scale.copies():
        print(f"  {mounts:5,} mounts, {copies:5,} copies: {cpu:.2f} s, {memory / 2**20:.1f} MiB")
