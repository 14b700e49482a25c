"""ctrun's plan is the expected story: what cttrace reconstructs of a container equals what was planned, call by call."""

import itertools
import json
import subprocess

import support
from captured import value
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
            if step["actor"] == actor and self.journal[step["id"]] != "skipped":
                for call in step["calls"]:
                    if call["name"] not in NOT_TRACED:
                        yield step, call


class PlanIsStory(support.Case):
    maxDiff = 4000

    def setUp(self):
        super().setUp()
        require("root", "tracing", "busybox")

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
        # That a mount of a file of a devtmpfs which is mounted nowhere is a device cannot be seen by its calls.
        taken = any("<devtmpfs>" in call["args"] for call in step["calls"])
        # Nor that /dev/null on a file of the image's is there to mask it.
        masked = step["id"] == "mask:/etc/passwd"
        # Nor that what is bound on itself, and can be written as before, was to become read-only.
        left = step["id"].startswith("readonly:") and len(step["calls"]) == 1
        return {step["phase"], "mounts"} if taken or masked or left else {step["phase"]}

    def made_calls(self, seen, actor, tid):
        names = {call["name"] for step in seen.steps for call in step["calls"]}
        made = [(number, event) for number, event in seen.calls_of(tid) if event["name"] in names]
        if actor != "parent":
            return made
        # Its own execve, what the C library asks of ctrun itself, and libseccomp of the kernel, before there is anything
        # to set up.
        asks = {"execve", "seccomp", "prctl"}
        return [(number, event) for number, event in made if event["name"] not in asks and
                not (event["name"] == "prlimit64" and value(event, "pid") == 0)]

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

    def test_every_mistake(self):
        bundle = self.bundle()
        bundle.config["linux"]["seccomp"] = SECCOMP
        bundle.config["process"]["user"] = {"uid": 1000, "gid": 1000, "additionalGids": [2000]}
        bundle.write()
        for mistake in all_mistakes():
            with self.subTest(mistake=mistake):
                self.assertNotEqual(bundle.plan(), bundle.plan("--mistake", mistake))
                self.assert_story(bundle, "--mistake", mistake)

    def test_every_kind_of_creation_in_a_user_namespace(self):
        bundle = self.bundle(user_namespace=True)
        bundle.config["linux"]["namespaces"] += [{"type": "cgroup"}, {"type": "time"}]
        bundle.write()
        for create, mounts in itertools.product(ALTERNATIVES["create-by"], ["fd", "new"]):
            with self.subTest(create=create, mounts=mounts):
                self.assert_story(bundle, "--create-by", create, "--mount-by", mounts)

    def test_namespaces_of_somebody_else(self):
        held = subprocess.Popen(["unshare", "--net", "--ipc", "sh", "-c", "echo; exec sleep 1000"], stdout=subprocess.PIPE)
        self.addCleanup(held.communicate)
        self.addCleanup(held.kill)
        held.stdout.readline()
        bundle = self.bundle()
        for namespace in bundle.config["linux"]["namespaces"]:
            if namespace["type"] in ("network", "ipc"):
                kind = "net" if namespace["type"] == "network" else "ipc"
                namespace["path"] = f"/proc/{held.pid}/ns/{kind}"
        bundle.write()
        for create in ALTERNATIVES["create-by"]:
            with self.subTest(create=create):
                seen = self.assert_story(bundle, "--create-by", create)
                self.assertIn("join:net", seen.journal)

    def test_everything_at_once(self):
        bundle = self.bundle()
        shared = self.tmp / "shared"
        shared.mkdir()
        config = bundle.config
        config["domainname"] = "example.org"
        config["process"].update(
            user={"uid": 1000, "gid": 1000, "additionalGids": [10, 20], "umask": 0o77}, noNewPrivileges=False, oomScoreAdj=100,
            cwd="/tmp", rlimits=[{"type": "RLIMIT_NOFILE", "soft": 100, "hard": 200}])
        config["mounts"] += [
            {"destination": "/y", "type": "bind", "source": str(shared), "options": ["rbind", "ro", "nosuid", "rprivate"]},
            {"destination": "/made/here", "type": "tmpfs", "source": "tmpfs", "options": ["noatime", "size=1m", "slave"]}]
        config["linux"].update(
            seccomp=SECCOMP, sysctl={"net.ipv4.ip_forward": "1"}, personality={"domain": "LINUX"}, rootfsPropagation="private",
            devices=[{"path": "/dev/fuse", "type": "c", "major": 10, "minor": 229, "fileMode": 0o600, "uid": 5, "gid": 6}])
        config["linux"]["resources"].update(memory={"limit": 64 << 20}, cpu={"shares": 512}, pids={"limit": 64})
        config["linux"]["maskedPaths"].append("/etc/passwd")
        bundle.write()
        for mounts in ALTERNATIVES["mount-by"]:
            with self.subTest(mounts=mounts):
                self.assert_story(bundle, "--mount-by", mounts)


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
