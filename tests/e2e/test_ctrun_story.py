"""ctrun's plan is the expected story: what cttrace reconstructs of a container equals what was planned, call by call."""

import itertools
import json

import support
from captured import succeeded
from ctrun import ALTERNATIVES, CTRUN, SECCOMP, CtrunBundle, options_of, read_journal
from ctrun_calls import NOT_TRACED, planned, traced
from support import cttrace, require, run


def all_mistakes():
    return [line.split()[0] for line in run(CTRUN, "mistakes", check=True).stdout.splitlines()]


class Traced:
    """A run of ctrun under cttrace, with the plan and the journal of the same run."""

    def __init__(self, case, bundle, *options):
        self.steps = bundle.plan(*options)
        journal, trace = case.tmp / "journal", case.tmp / "trace.json"
        # A descriptor that the shell opens goes through cttrace to ctrun.
        command = ["sh", "-c", 'exec "$@" 9>"$0"', str(journal), support.CTTRACE, "--format", "json", "-o", str(trace), "--",
                   *bundle.run_words("--journal", "9", *options)]
        result = run(*command, timeout=120)
        case.assertEqual(result.returncode, 0, result.stderr)
        self.journal = read_journal(journal)
        document = json.loads(trace.read_text())
        self.events = document["events"]
        self.completeness = document["completeness"]
        containers = [event for event in self.events if event["type"] == "container"]
        case.assertEqual(len(containers), 1)
        self.story = containers[0]["set_up"]

    def actors(self):
        """{"parent", "maker", "init"}: tid, from the story's stages."""
        tids = [stage["task"]["tid"] for stage in self.story["stages"] if stage["program"] == "ctrun"]
        found = {"parent": tids[0], "init": tids[-1]}
        if len(tids) > 2:
            found["maker"] = tids[1]
        return found

    def calls_of(self, tid):
        """The calls of a process up to the program's own: what ctrun did."""
        end = self.story["last_event"]
        return [(number, event) for number, event in self.numbered() if event["type"] == "call" and event["tid"] == tid and number <= end]

    def numbered(self):
        number = 0
        for event in self.events:
            if event["type"] in ("changes", "container", "container_end"):
                continue
            number += 1
            yield event.get("event", number), event

    def planned_of(self, actor):
        """(step, call) of what is traced, without the steps that were skipped."""
        for step in self.steps:
            if step["actor"] == actor and self.journal[step["id"]] == "done":
                for call in step["calls"]:
                    if call["name"] not in NOT_TRACED:
                        yield step, call


class PlanIsStory(support.Case):
    maxDiff = 4000

    def setUp(self):
        super().setUp()
        require("root", "ebpf", "busybox")

    def assert_story(self, bundle, *options):
        seen = Traced(self, bundle, *options)
        self.assertTrue(seen.completeness["complete"] if "complete" in seen.completeness else True)
        self.assertEqual(list(seen.journal), [step["id"] for step in seen.steps])
        phases = {number: phase["phase"] for phase in seen.story["phases"] for step in phase["steps"] for number in step["calls"]}
        for actor, tid in seen.actors().items():
            expected = list(seen.planned_of(actor))
            made = self.made_calls(seen, actor, tid)
            self.assertEqual([traced(event) for _, event in made], [planned(call) for _, call in expected], actor)
            for (number, event), (step, _) in zip(made, expected):
                with self.subTest(step=step["id"], call=event["name"]):
                    self.assertIn(phases.get(number, step["phase"]), self.phases_of(step))
        return seen

    @staticmethod
    def phases_of(step):
        return {step["phase"]}

    def made_calls(self, seen, actor, tid):
        names = {call["name"] for step in seen.steps for call in step["calls"]}
        made = [(number, event) for number, event in seen.calls_of(tid) if event["name"] in names]
        if actor != "parent":
            return made
        # Its own execve, and what libseccomp asks the kernel before there is anything to set up.
        return [(number, event) for number, event in made if event["name"] not in ("execve", "seccomp", "prlimit64", "prctl")]

    def bundle(self, **named):
        return CtrunBundle(self, args=["/bin/true"], **named)

    def test_default(self):
        self.assert_story(self.bundle())

    def test_every_pair_of_alternatives(self):
        # Each value of each together with each value of each other, once at least.
        bundle = self.bundle()
        for choices in pairs(ALTERNATIVES):
            with self.subTest(**choices):
                self.assert_story(bundle, *options_of(choices))


def pairs(alternatives):
    """Combinations such that every two values of two alternatives are together in one of them."""
    names = list(alternatives)
    missing = {((a, x), (b, y)) for a, b in itertools.combinations(names, 2)
               for x in alternatives[a] for y in alternatives[b]}
    chosen = []
    for values in itertools.product(*alternatives.values()):
        choices = dict(zip(names, values))
        new = {((a, choices[a]), (b, choices[b])) for a, b in itertools.combinations(names, 2)} & missing
        if new:
            missing -= new
            chosen.append(choices)
    return chosen


if __name__ == "__main__":
    support.main()
