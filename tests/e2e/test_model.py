"""Random sequences of what changes tasks: the model, told the calls alone, knows after each what /proc said then."""

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
        support.require("root", "ebpf", "userns")

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
                for field in FIELDS:
                    count = modelled.sum["witnessed"][field]
                    self.assertGreater(count["confirmed"], 500, (field, count))
                    self.assertEqual(count["unknown"], 0, field)
                self.assertGreater(modelled.sum["programs"], 100)


if __name__ == "__main__":
    support.main()
