"""Plays sequences under cttrace, and lets the judge compare."""

import dataclasses
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile


class Broken(Exception):
    """Nothing can be said: the driver, cttrace or the judge failed."""


@dataclasses.dataclass
class Step:
    """An operation as it was done, with concrete paths."""
    line: str
    result: str = ""  # "0", "-22", "skipped"
    changed: list = dataclasses.field(default_factory=list)  # inodes of the namespaces whose tables it changed
    actor_ns: int = 0  # of who did it, before

    @property
    def worked(self):
        return self.result.isdigit()


@dataclasses.dataclass
class Played:
    name: str
    steps: list = dataclasses.field(default_factory=list)
    differences: list = dataclasses.field(default_factory=list)  # as the judge has them; of one operation
    rows: list = dataclasses.field(default_factory=list)  # lines of mountinfo that were seen, for coverage

    @property
    def admitted(self):
        """The model differs, and says so."""
        return bool(self.differences) and all(each["admitted"] for each in self.differences)

    @property
    def failed_at(self):
        return self.differences[0]["operation"] if self.differences else None

    def lines(self):
        """To be played again, up to the operation where they differ."""
        return [step.line for step in self.steps[1:] if step.result != "skipped"][:self.done_before_failing()]

    def done_before_failing(self):
        if self.failed_at is None:
            return None
        return sum(step.result != "skipped" for step in self.steps[1:self.failed_at + 1])


def read_results(path):
    """The driver's file: world.h has the format."""
    played, spaces = [], {}
    with open(path, errors="surrogateescape") as file:
        for line in file:
            kind, _, rest = line.rstrip("\n").partition(" ")
            if kind == "S":
                played.append(Played(rest.split(" ")[1]))
                spaces = {}
            elif kind == "O":
                line = rest.partition(" ")[2]
                played[-1].steps.append(Step(line, actor_ns=spaces.get(line.split(" ")[0], 0)))
            elif kind == "R":
                played[-1].steps[-1].result = rest
            elif kind == "N":
                played[-1].steps[-1].changed.append(int(rest.split(" ")[0]))
            elif kind == "U":
                actor, inode = rest.split(" ")[:2]
                spaces[actor] = int(inode)
            elif kind.isdigit():
                played[-1].rows.append(rest)
    return played


def write_sequences(path, sequences):
    with open(path, "w", errors="surrogateescape") as file:
        for name, lines in sequences:
            file.write(f"sequence {name}\n" + "".join(line + "\n" for line in lines))


class Player:
    def __init__(self, bin_folder, ignored=(), timeout=900, backend="ebpf"):
        self.bin = pathlib.Path(bin_folder)
        self.ignored = ignored
        self.timeout = timeout
        self.backend = backend

    def record(self, folder, sequences):
        """Leaves FOLDER/recording and FOLDER/results."""
        write_sequences(folder / "sequences", sequences)
        socket = folder / "socket"
        driver = subprocess.Popen([self.bin / "oracle/oracle_driver", socket, folder / "sequences", folder / "results"])
        try:
            # Ends at once where the driver cannot listen.
            while not socket.exists() and driver.poll() is None:
                os.sched_yield()
            traced = subprocess.run([self.bin / "cttrace", "-q", "--backend", self.backend, "--buffer", "64M",
                                     "--record", folder / "recording", "-o", "/dev/null", "--",
                                     self.bin / "oracle/oracle_actor", socket],
                                    timeout=self.timeout, stdin=subprocess.DEVNULL, capture_output=True, text=True)
            driver.wait(timeout=60)
        finally:
            driver.kill()
            driver.wait()
        if (driver.returncode, traced.returncode) != (0, 0):
            raise Broken(f"driver: exit status {driver.returncode}; cttrace: {traced.returncode}: {traced.stderr}")

    def judge(self, folder):
        """Of what record() left: (Played..., the judge's summary)."""
        judged = subprocess.run([self.bin / "oracle/oracle_judge", folder / "recording", folder / "results",
                                 *self.ignored], capture_output=True, text=True, timeout=self.timeout)
        if judged.returncode not in (0, 1):
            raise Broken(f"judge: exit status {judged.returncode}: {judged.stderr}")
        *said, summary = [json.loads(line) for line in judged.stdout.splitlines()]
        differences = [line for line in said if line["type"] == "difference"]
        summary["needless"] = [line for line in said if line["type"] == "doubt"]
        played = read_results(folder / "results")
        by_name = {each.name: each for each in played}
        for difference in differences:
            by_name[difference["sequence"]].differences.append(difference)
        if (summary["sequences"], judged.returncode == 1) != (len(played), bool(differences)):
            raise Broken(f"judge: its lines do not add up: {summary}")
        return played, summary

    def play(self, sequences, kept=None):
        """`kept`: a folder that gets the recording and the results if one of the sequences differs."""
        with tempfile.TemporaryDirectory(prefix="oracle-") as folder:
            folder = pathlib.Path(folder)
            self.record(folder, sequences)
            played, summary = self.judge(folder)
            differing = [each.name for each in played if each.differences and not each.admitted]
            if differing and kept:
                shutil.copytree(folder, kept / f"{differing[0]}.batch", ignore=shutil.ignore_patterns("socket"), dirs_exist_ok=True)
            return played, summary


def read_saved(path):
    """Sequences in a file; without a line "sequence NAME" it is one, named for the file."""
    sequences = []
    for line in pathlib.Path(path).read_text().splitlines():
        if line.startswith("sequence "):
            sequences.append((line.split(" ")[1], []))
        elif re.match(r"\d+ ", line):
            if not sequences:
                sequences.append((pathlib.Path(path).stem, []))
            sequences[-1][1].append(line)
    return sequences
