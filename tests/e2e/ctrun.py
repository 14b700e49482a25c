"""ctrun for tests: bundles for it, its plan, its journal, and what a container of it says of itself."""

import json
import os
import pathlib

import support
from runtimes import WITNESS_COMMAND, remove_cgroups, rootfs, unique
from support import run

CTRUN = os.environ.get("CTRUN", str(pathlib.Path(support.CTTRACE).parent / "ctrun"))

# How a container can be made. The first of each is what is done where nothing is asked for.
ALTERNATIVES = {
    "create-by": ["clone", "clone3", "unshare"],
    "mount-by": ["fd", "path", "new"],
    "root-by": ["pivot", "pivot-folder", "move", "chroot"],
    "devices-by": ["mknod", "bind", "devtmpfs"],
}

# A filter that hinders nobody: for what the order of things with a filter is.
SECCOMP = {"defaultAction": "SCMP_ACT_ALLOW",
           "syscalls": [{"names": ["kexec_load"], "action": "SCMP_ACT_ERRNO", "errnoRet": 38}]}


def options_of(choices):
    """{"create-by": "clone3"} as words of a command line."""
    return [word for name, value in choices.items() for word in (f"--{name}", value)]


class CtrunBundle:
    """A bundle of `ctrun spec` with the busybox root file system, a state folder, and a name. Gone after the test."""

    def __init__(self, case, args=WITNESS_COMMAND, user_namespace=False):
        self.path = case.tmp / "bundle"
        self.path.mkdir()
        self.rootfs = rootfs(self.path / "rootfs")
        self.id = unique(case)
        self.root = case.tmp / "state"
        run(CTRUN, "spec", "--bundle", self.path, check=True)
        self.config = json.loads((self.path / "config.json").read_text())
        self.config["process"].update(terminal=False, args=list(args), rlimits=[])
        self.config["linux"]["cgroupsPath"] = "/" + self.id
        if user_namespace:
            self.config["linux"]["namespaces"].append({"type": "user"})
            mapping = [{"containerID": 0, "hostID": 100000, "size": 65536}]
            self.config["linux"]["uidMappings"] = self.config["linux"]["gidMappings"] = mapping
            for path in [self.path, *self.path.rglob("*")]:
                os.lchown(path, 100000, 100000)
            case.tmp.chmod(0o755)
        self.write()
        case.addCleanup(remove_cgroups, self.id)
        case.addCleanup(lambda: run(*self.command("delete", "--force", self.id)))

    def write(self):
        (self.path / "config.json").write_text(json.dumps(self.config))

    def command(self, *words):
        return [CTRUN, "--root", str(self.root), *map(str, words)]

    def run_words(self, *options):
        return self.command(*options, "run", "--bundle", self.path, self.id)

    def run(self, *options, **named):
        return run(*self.run_words(*options), **named)

    def plan(self, *options):
        """The steps of the plan."""
        printed = run(*self.command(*options, "plan", "--json", "--bundle", self.path, self.id), check=True).stdout
        return json.loads(printed)["steps"]


def read_journal(path):
    """{id of a step: "done", "skipped" or "failed"}, in the order in which they were done."""
    return {line["step"]: line["result"] for line in map(json.loads, pathlib.Path(path).read_text().splitlines())}
