"""What cannot be recorded is counted exactly: recorded and lost together are what the program did, whoever counts."""

import collections
import json
import pathlib
import re
import struct
import subprocess
import time
import unittest

import support
from support import Tracing, cttrace
from traced import Case, Trace, program, raw, tell_tales, value

UNPACK_RECORDS = pathlib.Path(support.CTTRACE).parent / "unpack_records"
ENTER, EXIT, FORK, EXEC, TASK_EXIT, SNAPSHOT = 1, 2, 3, 4, 5, 7
USER = 0x40000000  # made by cttrace itself, outside the kernel
MAX_TASKS = 65536  # of the table in bpf/state.h

Record = collections.namedtuple("Record", "kind cpu seq flags")


def unpacked(path):
    """The bytes of the records in a recording, which may still be being written."""
    return subprocess.run([UNPACK_RECORDS, str(path)], stdin=subprocess.DEVNULL, capture_output=True,
                          check=True).stdout


def records(path):
    """The headers of the records in a recording, as include/cttrace/wire.h has them."""
    data = unpacked(path)
    at = 0
    found = []
    while at < len(data):
        kind, _, _, length, seq, _, _, _, _, cpu, flags = struct.unpack_from("<HBBIQQQIIII", data, at)
        found.append(Record(kind, cpu, seq, flags))
        at += length
    return found


class RingFull(Case):
    def many_calls(self, buffer, count):
        said, trace, record = self.trace_chosen("many_calls", count, options=["-e", "trace=pidfd_open", "--buffer", buffer])
        self.assertEqual(said.number("calls"), count)
        return record, trace

    def check(self, buffer):
        count = 100000
        # Whether the reader is ever late is for the scheduler to say.
        for _ in range(5):
            record, trace = self.many_calls(buffer, count)
            end = trace.completeness
            lost = end["lost"]["ring_full"]
            if lost:
                break
        self.assertGreater(lost, 0, "the test proves nothing: nothing was lost")
        # The state of the command before it started, its execve, its end, and two records for every call.
        self.assertEqual(end["recorded"] + lost, 3 + 2 * count)
        kinds = collections.Counter(entry.kind for entry in records(record) if not entry.cpu & USER)
        self.assertEqual(sum(kinds.values()), end["recorded"])

        # Each call at most once, and what is known of it follows from which of its records is there.
        calls = trace.calls("pidfd_open")
        numbers = tell_tales(calls)
        self.assertEqual((max(numbers.values()), end["calls"]), (1, len(calls)))
        self.assertLess(max(numbers), count)
        entry_lost = [call for call in calls if call["entry_lost"]]
        without_return = [call for call in calls if call["result"] is None]
        self.assertEqual([call["result"] for call in calls if call["result"] is not None],
                         [-22] * (len(calls) - len(without_return)))
        self.assertEqual({call["outcome"] for call in without_return} - {"return_lost"}, set())
        self.assertEqual(kinds[ENTER] + len(entry_lost), len(calls))
        self.assertEqual(kinds[EXIT] + len(without_return), len(calls))
        self.assertEqual((end["lost"]["entries"], end["lost"]["returns"]), (len(entry_lost), len(without_return)))
        others = 3 - kinds[SNAPSHOT] - kinds[EXEC] - kinds[TASK_EXIT]
        wholly_lost = count - len(calls)
        self.assertEqual(lost, len(entry_lost) + len(without_return) + 2 * wholly_lost + others)
        return record, lost

    @support.only_with("ebpf", "tasks wait until there is room")
    def test_a_small_buffer(self):
        self.check("16K")

    @support.only_with("ebpf", "tasks wait until there is room")
    def test_the_smallest_buffer_and_what_is_said_about_it(self):
        record, lost = self.check("4K")
        text = cttrace("show", record)
        self.assertEqual((text.returncode, text.stderr), (0, ""))
        self.assertRegex(text.stdout, rf"(?m)^cttrace: lost: {lost} records: the ring buffer was full")
        self.assertNotIn("nothing lost", text.stdout)

    @support.only_with("ptrace", "records are lost")
    def test_nothing_is_lost_where_there_is_no_room(self):
        record, trace = self.many_calls("16K", 100000)
        self.whole(trace)
        self.assertEqual(len(trace.calls("pidfd_open")), 100000)

    def test_nothing_is_lost_where_there_is_room(self):
        record, trace = self.many_calls("64M", 20000)
        self.whole(trace)
        self.assertEqual(trace.completeness["recorded"], 3 + 2 * 20000)
        self.assertEqual(len(trace.calls("pidfd_open")), 20000)
        self.assertIn("cttrace: nothing lost\n", cttrace("show", record).stdout)

    def appear(self, record, numbers):
        """Whether the entries of these calls are recorded before long. They are not when they were lost, too."""
        wanted = [struct.pack("<Q", 0x10000000 + number) for number in numbers]
        for _ in range(20):
            recorded = unpacked(record)
            if all(argument in recorded for argument in wanted):
                return True
            time.sleep(0.01)
        return False

    def see_the_flood_out(self, tracing, record):
        """Until calls after the flood have come through on every cpu: then every gap has an end."""
        said = tracing.process.stdout
        self.assertEqual(said.readline().split()[0], "flooded")
        for _ in range(600):
            tracing.process.stdin.write("x")
            tracing.process.stdin.flush()
            name, first, end = said.readline().split()
            self.assertEqual(name, "more")
            if self.appear(record, range(int(first), int(end))):
                return
        self.fail("no call came through")

    @support.only_with("ebpf", "tasks wait until there is room")
    def test_after_a_loss_a_container_is_not_said_to_be_known(self):
        record = self.tmp / "recording"
        told = {}
        for buffer in ("16K", "64M"):
            options = ["--format", "ndjson", "-o", self.out, "--record", record, "--buffer", buffer, "-e", "trace=pidfd_open"]
            with Tracing(*options, "--", "sh", "-c", f"{program('flood')} 40000; exec unshare -m true",
                         stdin=subprocess.PIPE) as tracing:
                self.see_the_flood_out(tracing, record)
                self.assertEqual(tracing.finish().returncode, 0)
            trace = Trace(self.out.read_text())
            self.assertEqual(trace.completeness["lost"]["ring_full"] > 0, buffer == "16K")
            container, = [event for event in trace.events if event["type"] == "container"]
            told[buffer] = container["set_up"]["handed_over"]
        self.assertRegex(told["16K"]["doubt"], r"^\d+ records were lost$")
        self.assertTrue([words for words in told["16K"]["unknown"] if re.fullmatch(r"whether (\d+) of \1 mounts are as shown", words)],
                        told["16K"]["unknown"])
        self.assertIn("root", told["16K"]["unknown"])
        self.assertEqual((told["64M"]["doubt"], [words for words in told["64M"]["unknown"] if "mount" in words]), (None, []))

    @support.only_with("ebpf", "tasks wait until there is room")
    def test_the_numbers_of_records_have_gaps_of_just_what_was_lost(self):
        record = self.tmp / "recording"
        with Tracing("-o", self.out, "--record", record, "--buffer", "16K", "-e", "trace=pidfd_open", "--",
                     program("flood"), 40000, stdin=subprocess.PIPE) as tracing:
            self.see_the_flood_out(tracing, record)
            result = tracing.finish()
            self.assertEqual(result.returncode, 0)
        trace = self.shown(record)
        calls = int(result.stdout.split()[-1])
        lost = trace.completeness["lost"]["ring_full"]
        self.assertGreater(lost, 0, "the test proves nothing: nothing was lost")
        self.assertEqual(trace.completeness["recorded"] + lost, 3 + 2 * calls)
        numbers = collections.defaultdict(list)
        for entry in records(record):
            if not entry.cpu & USER:
                numbers[entry.cpu].append(entry.seq)
        gaps = 0
        for cpu, seqs in numbers.items():
            self.assertEqual(len(seqs), len(set(seqs)), f"a number twice on cpu {cpu}")
            gaps += max(seqs) - len(seqs)
        self.assertEqual(gaps, lost)


class Truncated(Case):
    def test_arguments_that_are_longer_than_what_is_captured(self):
        said, trace = self.trace("identity", options=["-e", "trace=setgroups"])
        calls = {raw(call, 0): call for call in trace.calls("setgroups")}
        self.assertEqual({number: call["result"] for number, call in calls.items()},
                         {1000: said.number("groups_1000"), 65536: said.number("groups_65536"),
                          65537: said.number("groups_too_many")})
        self.assertEqual({number: call["args"][1]["reading"] for number, call in calls.items()},
                         {1000: "ok", 65536: "truncated", 65537: "truncated"})
        self.assertEqual(value(calls[1000], 1), list(range(1000, 2000)))
        self.assertEqual(value(calls[65536], 1), list(range(1000, 1000 + 1024)))
        self.assertEqual((trace.missing, trace.completeness["truncated"]), ({"truncated": 2}, 2))


class TasksFull(Case):
    def raise_pid_max(self, needed):
        pid_max = pathlib.Path("/proc/sys/kernel/pid_max")
        before = pid_max.read_text()
        if int(before) < needed:
            pid_max.write_text(str(needed))
            self.addCleanup(pid_max.write_text, before)

    @support.only_with("ebpf", "its table has no end")
    def test_more_tasks_than_can_be_followed(self):
        threads = 70000
        try:
            self.raise_pid_max(4 * threads)
        except OSError as error:
            raise unittest.SkipTest(f"there cannot be so many tasks here: {error}")
        record = self.tmp / "recording"
        with Tracing("-c", "-o", self.out, "--record", record, "--buffer", "256M", "-e", "trace=pidfd_open", "--",
                     program("crowd"), threads, stdin=subprocess.PIPE, timeout=300) as tracing:
            self.assertEqual(tracing.process.stdout.readline(), f"threads {threads}\n")
            self.assertEqual(tracing.finish().returncode, 0)
        end = self.shown(record).completeness
        self.assertEqual(end["lost"]["tasks_full"], 1 + threads - MAX_TASKS)
        self.assertEqual(end["lost"]["ring_full"], 0)
        # State, execve, a fork for every thread, and the ends of those that were followed.
        self.assertEqual(end["recorded"], 2 + threads + MAX_TASKS)
        self.assertEqual(end["still_running"], 0)


if __name__ == "__main__":
    support.main()
