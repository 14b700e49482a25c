"""ctrun for an ordinary user, who is root in the container: with one id, and with a range by newuidmap."""

import json
import os
import shutil

import support
from ctrun import ALTERNATIVES, CTRUN
from runtimes import rootfs
from support import require, run

USER = 1000
SHOW = "id -u; cat /proc/self/uid_map; readlink /proc/self/ns/user; cat /proc/self/mountinfo; echo > /tmp/written"


class Rootless(support.Case):
    def setUp(self):
        super().setUp()
        require("root", "userns", "busybox", "setpriv")
        self.tmp.chmod(0o755)
        self.home = self.tmp / "home"
        rootfs(self.home / "bundle/rootfs")
        (self.home / "run").mkdir()
        # Where the build is may be closed to others.
        self.ctrun = shutil.copy(CTRUN, self.home / "ctrun")
        for path in [self.home, *self.home.rglob("*")]:
            os.lchown(path, USER, USER)

    def as_user(self, *words):
        return ["setpriv", f"--reuid={USER}", f"--regid={USER}", "--clear-groups", "env", f"XDG_RUNTIME_DIR={self.home}/run", *map(str, words)]

    def run_as_user(self, *words, **named):
        return run(*self.as_user(*words), cwd=self.home / "bundle", **named)

    def config(self, change=None):
        config = self.home / "bundle/config.json"
        config.unlink(missing_ok=True)
        self.run_as_user(self.ctrun, "spec", "--rootless", check=True)
        document = json.loads(config.read_text())
        document["process"].update(terminal=False, rlimits=[], args=["/bin/sh", "-c", SHOW])
        document["root"]["readonly"] = False
        if change:
            change(document)
        config.write_text(json.dumps(document))

    def test_every_way(self):
        self.config()
        tables = set()
        for name in ("create-by", "mount-by", "root-by"):
            for value in ALTERNATIVES[name]:
                with self.subTest(**{name: value}):
                    result = self.run_as_user(self.ctrun, f"--{name}", value, "run", "mine")
                    self.assertEqual((result.returncode, result.stderr), (0, ""))
                    uid, uid_map, user, *mounts = result.stdout.splitlines()
                    self.assertEqual((uid, uid_map.split()), ("0", ["0", str(USER), "1"]))
                    self.assertNotEqual(user, os.readlink("/proc/self/ns/user"))
                    tables.add(tuple((row.split()[4], row.split()[5]) for row in mounts))
                    self.assertEqual((self.home / "bundle/rootfs/tmp/written").stat().st_uid, USER)
        self.assertEqual(len(tables), 1)
        self.assertEqual(os.listdir(self.home / "run/ctrun"), [])

    def test_a_range_of_ids(self):
        require("newuidmap")

        def change(document):
            document["linux"]["uidMappings"] = document["linux"]["gidMappings"] = [
                {"containerID": 0, "hostID": USER, "size": 1}, {"containerID": 1, "hostID": 200000, "size": 1000}]
            document["process"]["user"] = {"uid": 5, "gid": 6, "additionalGids": [7]}
            document["process"]["args"] = ["/bin/sh", "-c", "id -u; cat /proc/self/uid_map; grep Groups /proc/self/status"]
        self.config(change)
        allowed = self.tmp / "subid"
        allowed.write_text(f"{USER}:200000:1000\n")
        # The system's list of who may have which ids is another one in a mount namespace of the test's own.
        words = ["unshare", "--mount", "sh", "-c", 'for f in subuid subgid; do mount --bind "$0" /etc/$f || exit; done; exec "$@"',
                 str(allowed), *self.as_user(self.ctrun, "run", "mine")]
        result = run(*words, cwd=self.home / "bundle")
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        lines = [line.split() for line in result.stdout.splitlines()]
        self.assertEqual(lines, [["5"], ["0", str(USER), "1"], ["1", "200000", "1000"], ["Groups:", "7"]])

    def test_what_is_not_allowed_is_one_line(self):
        require("newuidmap")

        def change(document):
            document["linux"]["uidMappings"] = [{"containerID": 0, "hostID": 0, "size": 10}]
        self.config(change)
        result = self.run_as_user(self.ctrun, "run", "mine")
        self.assertEqual((result.returncode, result.stderr.count("\n")), (1, 1), result.stderr)
        self.assertIn("newuidmap", result.stderr)
        self.assertEqual(os.listdir(self.home / "run/ctrun"), [])


if __name__ == "__main__":
    support.main()
