"""Whatever call of ctrun's set-up fails: one line says so, and nothing is left. See programs/fail_nth.c.

CTRUN_FAILURES=all in the environment lets every call of every way fail, which takes minutes; else some of most ways.
"""

import errno
import os
import pathlib
import re

import seen_inside
import support
from ctrun import ALTERNATIVES, CTRUN, SECCOMP, CtrunBundle
from support import require, run

FAIL_NTH = pathlib.Path(CTRUN).parent / "e2e/fail_nth"
ALL = os.environ.get("CTRUN_FAILURES") == "all"
# One that no call of ctrun's is prepared for.
UNEXPECTED = errno.EIO

# Calls without which a container is made all the same, and as whole as ever. All others must fail it.
OPTIONAL = {
    # Tells a hook the state; what was not written is written once more.
    "write pipe",
    # Tells a terminal that there is no more input, when the program has ended.
    "write /dev/pts/ptmx",
    # Looks whether a place is there; where it cannot look, it makes the place, and looks once more.
    "openat2 ",
    # Gives way to other commands on the container while its program runs, and asks for it back: by then it is made.
    "flock ",
}


class Failures(support.Case):
    maxDiff = None
    NETLINK = ": Unspecific failure"

    def setUp(self):
        super().setUp()
        require("root", "busybox")
        if not FAIL_NTH.exists():
            raise AssertionError(f"{FAIL_NTH} has not been built")
        self.report = self.tmp / "report"

    def bundle(self, **options):
        """Of a container whose program tells what it sees."""
        self.made = CtrunBundle(self, args=seen_inside.COMMAND, **options)
        return self.made

    def standing(self):
        files = {}
        for top in (self.made.path, self.made.root):
            for path in [top, *top.rglob("*")]:
                if os.path.lexists(path):
                    found = path.lstat()
                    files[str(path)] = (found.st_mode, found.st_uid, found.st_gid, found.st_rdev)
        return files, seen_inside.cgroup_folders(self.made.id)

    def lets_fail(self, number, error, commands):
        words = [word for command in commands for word in (*command, "+")][:-1]
        result = run(FAIL_NTH, number, error, self.report, *words, timeout=60)
        lines = self.report.read_text(errors="replace").splitlines()
        call = next((line.split(" ", 2)[2].split(" ", 1) for line in lines if line.startswith("call ")), None)
        return result, call, [line for line in lines if line.startswith("left ")], int(lines[-1].split()[1])

    def problems(self, call, result, left, error, before, wanted):
        """What is not as it must be after `call` has failed."""
        if left:
            yield "left: " + "; ".join(left)
        files, cgroups = self.standing()
        if files != before[0]:
            yield "files: " + ", ".join(sorted({path for path, _ in files.items() ^ before[0].items()}))
        if cgroups != before[1]:
            yield f"cgroups: {cgroups}"
        if result.returncode == 0:
            if not any(" ".join(call).startswith(each) for each in OPTIONAL):
                yield "succeeds without it"
            elif self.seen(result.stdout) != wanted:
                yield "succeeds, but the container is not whole"
            return
        lines = result.stderr.splitlines()
        if len(lines) != 1 or not re.match(r"ctrun: cannot \w+.*: .", lines[0]):
            yield f"says {result.stderr!r}"
        # Where a process cannot even tell why, it ends.
        elif self.NETLINK in lines[0] and call[0] in ("socket", "bind", "sendmsg"):
            return  # libnl has no other words for an error that it does not expect
        elif os.strerror(error).lower() not in lines[0].lower() and (call[0] != "sendto" or "its process ended" not in lines[0]):
            yield f"does not say why: {lines[0]}"

    def sweep(self, commands, every, error, clean):
        """Lets each `every`-th call fail. `commands` make one container; `clean` takes away what they leave on purpose."""
        self.made.root.mkdir(exist_ok=True)
        before = self.standing()
        usual, _, left, total = self.lets_fail(0, error, commands)
        clean()
        self.assertEqual((usual.returncode, usual.stderr, left), (0, "", []))
        self.assertEqual(self.standing(), before)
        self.assertGreater(total, 50)
        wanted = self.seen(usual.stdout)
        made_by_then = self.lets_fail(0, error, commands[:1])[3] if len(commands) > 1 else total
        clean()
        for number in range(1 + len(commands[0]) % every, total + 1, every):
            result, call, left, _ = self.lets_fail(number, error, commands)
            if result.returncode == 0 or number > made_by_then:
                clean()
            if call is None:
                continue  # how often the processes wait for each other differs a little from run to run
            if number > made_by_then:  # whoever only starts a container leaves it as it was
                left = [line for line in left if not line.startswith("left process")]
            for problem in self.problems(call, result, left, error, before, wanted):
                yield f"call {number} of {total}, {' '.join(call)}: {problem}"
            self.tidy_up(before)

    def seen(self, text):
        return seen_inside.comparable(text, self.made.id)

    def tidy_up(self, before):
        """What one failure has left must not count for the next too."""
        if self.standing() == before:
            return
        run(*self.made.command("delete", "--force", self.made.id))
        for path in sorted(map(pathlib.Path, set(self.standing()[0]) - set(before[0])), reverse=True):
            path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()
        for folder in reversed(self.standing()[1]):
            os.rmdir(folder)

    def check(self, *commands, every=13, error=UNEXPECTED, clean=lambda: None):
        found = list(self.sweep(commands, 1 if ALL else every, error, clean))
        self.assertEqual(found, [], "\n".join(found))

    def check_run(self, *options, **named):
        self.check(self.made.run_words(*options), **named)


class Run(Failures):
    def test_as_usual(self):
        self.bundle()
        self.check_run(every=1)
        if ALL:
            self.check_run(error=errno.ENOMEM)

    def test_alternatives(self):
        self.bundle()
        for name, values in ALTERNATIVES.items():
            for value in values[1:]:
                with self.subTest(**{name: value}):
                    self.check_run(f"--{name}", value)

    def test_in_a_user_namespace(self):
        self.bundle(user_namespace=True)
        for way in ALTERNATIVES["create-by"]:
            with self.subTest(way):
                self.check_run("--create-by", way)

    def test_virtual_ethernet(self):
        self.bundle()
        self.check_run("--net", "veth:10.99.0.2/24")

    def test_much_that_can_be_asked_for(self):
        self.ask_for_much(self.bundle())
        for mounts in ALTERNATIVES["mount-by"]:
            with self.subTest(mounts):
                self.check_run("--mount-by", mounts)

    def ask_for_much(self, bundle):
        config, process, linux = bundle.config, bundle.config["process"], bundle.config["linux"]
        shared = self.tmp / "shared"
        shared.mkdir()
        process["user"] = {"uid": 1000, "gid": 100, "additionalGids": [7, 8], "umask": 0o27}
        process["capabilities"]["inheritable"] = process["capabilities"]["ambient"] = ["CAP_KILL"]
        process.update(oomScoreAdj=100, noNewPrivileges=True, rlimits=[{"type": "RLIMIT_NOFILE", "soft": 100, "hard": 200}])
        config["root"]["readonly"] = True
        config["domainname"] = "example"
        # Those of poststart and poststop may fail, by the specification.
        config["hooks"] = {kind: [{"path": "/bin/true"}] for kind in ("prestart", "createRuntime")}
        for destination, source in (("/y", shared), ("/etc/passwd", "/etc/passwd")):
            config["mounts"].append({"destination": destination, "type": "bind", "source": str(source),
                                     "options": ["rbind", "ro", "rslave"]})
        linux["namespaces"].append({"type": "cgroup"})
        linux["sysctl"] = {"net.ipv4.ip_forward": "1"}
        linux["seccomp"] = SECCOMP
        linux["devices"] = [{"path": "/dev/fuse", "type": "c", "major": 10, "minor": 229, "fileMode": 0o666}]
        linux["resources"] = {"memory": {"limit": 1 << 26}, "pids": {"limit": 64}, "cpu": {"shares": 512, "quota": 50000, "period": 100000}}
        bundle.write()

    def test_terminal(self):
        self.bundle().config["process"]["terminal"] = True
        self.made.write()
        self.check_run()

    def test_pid_file(self):
        self.bundle()
        pid_file = self.made.path / "pid"
        self.check([*self.made.run_words()[:-1], "--pid-file", str(pid_file), self.made.id], every=3,
                   clean=lambda: pid_file.unlink(missing_ok=True))


class InParts(Failures):
    def delete(self):
        self.assertEqual(run(*self.made.command("delete", "--force", self.made.id)).returncode, 0)

    def test_create_and_start(self):
        bundle = self.bundle()
        create, start = bundle.command("create", "--bundle", bundle.path, bundle.id), bundle.command("start", bundle.id)
        self.check(create, start, clean=self.delete, every=5)


if __name__ == "__main__":
    support.main()
