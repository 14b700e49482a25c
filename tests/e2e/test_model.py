"""Random sequences of what changes tasks: the model, told the calls alone, knows after each what /proc said then."""

import json
import os

import support
from modelled import Modelled
from traced import program

# What must have been compared, and have been known, nearly always: with nothing known nothing would be wrong.
FIELDS = [*(f"{kind} {index}" for kind in ("uid", "gid") for index in range(4)), "groups", "inheritable", "permitted", "effective",
          "bounding", "ambient", "securebits", "no_new_privs", "seccomp mode", "seccomp filters",
          *(f"namespace {which}" for which in range(10))]
SEEDS = os.environ.get("CTTRACE_TASK_SEEDS", "1 2 3").split()


class Model(support.Case):
    def setUp(self):
        super().setUp()
        support.require("root", "tracing", "userns")

    def test_random_tasks(self):
        for seed in SEEDS:
            with self.subTest(seed=seed):
                record = self.tmp / "record.ctt"
                # More comes in a second than the binary with sanitizers takes in.
                result = support.cttrace("-o", "/dev/null", "--buffer", "256M", "--record", record, program("random_tasks"),
                                         seed, "60", timeout=300)
                self.assertEqual((result.returncode, result.stdout, result.stderr), (0, "done 60\n", ""))
                modelled = Modelled(record)
                self.assertEqual([event["witness"] for event in modelled.events if "witness" in event], [])
                self.assertEqual(modelled.changes("contradicted"), [])
                self.assertEqual(modelled.changes("became_unknown"), [])
                self.assertEqual(modelled.sum["impossible"], [])
                for field in FIELDS:
                    count = modelled.sum["witnessed"][field]
                    self.assertGreater(count["confirmed"], 500, (field, count))
                    self.assertEqual(count["unknown"], 0, field)
                self.assertGreater(modelled.sum["programs"], 100)

    def test_a_bound_namespace_is_there_without_anybody_in_it(self):
        support.require("unshare", "nsenter")
        for kind, option in (("net", "--net"), ("uts", "--uts"), ("ipc", "--ipc")):
            with self.subTest(kind=kind):
                file, out = self.tmp / kind, self.tmp / "out"
                file.touch()
                result = support.cttrace("--format", "ndjson", "-o", out, "--", "sh", "-c",
                                         f'unshare {option}="$0" true && nsenter {option}="$0" true; umount "$0"', file)
                self.assertEqual((result.returncode, result.stderr), (0, ""))
                events = [json.loads(line) for line in out.read_text().splitlines()]
                changes = [change for event in events for change in event.get("changes", ())]
                made = [change for change in changes if change["change"] == "namespace_made"]
                entered = [change for change in changes if change["change"] == "namespace_entered"]
                self.assertEqual([each["namespace"] for each in entered], [each["namespace"] for each in made])
                self.assertEqual([each["namespace"]["type"] for each in made], [kind])


if __name__ == "__main__":
    support.main()
