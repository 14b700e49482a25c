"""cttrace diff: every mistake of ctrun and every edit of a config.json is told, naming what it means."""

import copy
import json
import re

import support
from ctrun import SECCOMP, CtrunBundle
from support import cttrace, require, run

# What a diff against the right container says of each mistake, under "isolation is weaker".
MISTAKES = {
    "old-root-mounted": r"the starter's root, with all files of the host, can be reached at /\.ctrun-old-root",
    "shared-propagation": r"/\S* (is now a peer of mounts of the host|is now a slave of the host)",
    "host-proc": r"/proc is now the host's proc instead of one of its own",
    "writable-sys": r"/sys is now writable",
    "unmasked-path": r"/proc/\S+ can be read now: it is not masked",
    "writable-path": r"/proc/\S+ can be written now: it is bound on itself, but not made read-only",
    "leaked-fd": r"a descriptor of / is open when the program begins",
    "cwd-outside": r"its working directory is outside its root",
    "no-new-privs-forgotten": r"no_new_privs is not set any more",
    "capabilities-kept": r"it has (CAP_\w+(, | and )?)+.* now",
    "seccomp-too-late": r"no seccomp filter is loaded any more",
    "chroot-only": r"the starter's root is still there, above the container's|its root is only a chroot",
    "disk-device": r"there is one more device node: /dev/\S+ \(b \d+:\d+",
    "setuid-first": r"its gid is 0 instead of 1000",
}



def mount(config, destination):
    return next(each for each in config["mounts"] if each["destination"] == destination)


def without_option(destination, option):
    return lambda config: mount(config, destination)["options"].remove(option)


def with_option(destination, option):
    return lambda config: mount(config, destination)["options"].append(option)


def without_mount(destination):
    return lambda config: config["mounts"].remove(mount(config, destination))


def with_mount(**row):
    return lambda config: config["mounts"].append(row)


def capability(name, sets=("bounding", "effective", "permitted")):
    return lambda config: [config["process"]["capabilities"][each].append(name) for each in sets]


def without_namespace(kind):
    return lambda config: config["linux"]["namespaces"].remove({"type": kind})


def in_process(**what):
    return lambda config: config["process"].update(what)


def in_linux(**what):
    return lambda config: config["linux"].update(what)


def changed(path, value):
    """Of the place that the words of `path` lead to."""
    def edit(config):
        *way, last = path.split(".")
        for word in way:
            config = config[word]
        config[last] = value
    return edit


# What is edited, and every line that a diff then has, in order; the first says of which kind they are.
EDITS = {
    "a mount less": (without_mount("/dev/mqueue"), ["/dev/mqueue is no longer mounted"]),
    "a mount more": (with_mount(destination="/tmp", type="tmpfs", source="tmpfs", options=["nosuid", "nodev"]),
                     [r"/tmp is now mounted \(tmpfs, writable, nodev, nosuid\)"]),
    "a folder of the host": (with_mount(destination="/y", type="bind", source="/etc", options=["rbind", "ro"]),
                             [r"WEAKER /y is now mounted \(\S+\[/etc\], read-only\), which shows something of the host"]),
    "/sys writable": (without_option("/sys", "ro"), ["WEAKER /sys is now writable: by .*instead of"]),
    "/dev/shm without nosuid": (without_option("/dev/shm", "nosuid"), ["WEAKER /dev/shm honours set-user-ID programs now: nosuid is missing"]),
    "/dev/shm without nodev": (without_option("/dev/shm", "nodev"), ["WEAKER /dev/shm honours device nodes now"]),
    "/dev/shm without noexec": (without_option("/dev/shm", "noexec"), ["WEAKER /dev/shm lets programs be executed now"]),
    "/proc with nosuid": (lambda config: mount(config, "/proc").update(options=["nosuid"]), ["STRONGER /proc is nosuid now"]),
    "another size": (lambda config: mount(config, "/dev/shm")["options"].__setitem__(-1, "size=32m"),
                     ["/dev/shm has the options mode=1777,size=32m instead of mode=1777,size=65536k"]),
    "other access times": (without_option("/dev", "strictatime"), ["/dev has access times none instead of strictatime"]),
    "a writable root": (changed("root.readonly", False), ["WEAKER / is now writable"]),
    "a capability more": (capability("CAP_SYS_ADMIN"), ["WEAKER it has CAP_SYS_ADMIN now: sets bounding, effective, permitted"]),
    "a capability less": (lambda config: [names.remove("CAP_KILL") for names in config["process"]["capabilities"].values()],
                          ["STRONGER it has no CAP_KILL any more: sets bounding, effective, permitted"]),
    "a bounding capability more": (capability("CAP_NET_RAW", ["bounding"]), ["WEAKER it has CAP_NET_RAW now: set bounding"]),
    "no_new_privs forgotten": (in_process(noNewPrivileges=False), ["WEAKER no_new_privs is not set any more"]),
    "another user": (in_process(user={"uid": 1000, "gid": 0}),
                     ["STRONGER its uid is 1000 instead of 0",
                      r"STRONGER it has no CAP_AUDIT_WRITE in some sets any more: set\w* ",
                      r"STRONGER it has no CAP_KILL in some sets any more: set\w* ",
                      r"STRONGER it has no CAP_NET_BIND_SERVICE in some sets any more: set\w* "]),
    "another group": (in_process(user={"uid": 0, "gid": 5}), ["STRONGER its gid is 5 instead of 0"]),
    "a group more": (in_process(user={"uid": 0, "gid": 0, "additionalGids": [7]}), ["WEAKER it is in group 7 now"]),
    "a limit": (in_process(rlimits=[{"type": "RLIMIT_NPROC", "hard": 512, "soft": 512}]),
                ["STRONGER its limit nproc is 512 instead of not set"]),
    "another oom_score_adj": (in_process(oomScoreAdj=100), ["its oom_score_adj is 100 instead of 0"]),
    "another working directory": (in_process(cwd="/tmp"), ["its working directory is /tmp instead of /"]),
    "another hostname": (changed("hostname", "other"), ["its hostname is other instead of ctrun"]),
    "the starter's network": (without_namespace("network"),
                              ["WEAKER its net namespace is the starter's instead of its own", "WEAKER /sys is now the host's sysfs"]),
    "the starter's ipc": (without_namespace("ipc"),
                          ["WEAKER its ipc namespace is the starter's instead of its own"]),
    "a cgroup namespace": (lambda config: config["linux"]["namespaces"].append({"type": "cgroup"}),
                           ["STRONGER its cgroup namespace is its own instead of the starter's"]),
    "a path masked no more": (lambda config: config["linux"]["maskedPaths"].remove("/proc/keys"),
                              ["WEAKER /proc/keys can be read now: it is not masked: .*is missing"]),
    "a path masked": (lambda config: config["linux"]["maskedPaths"].append("/proc/version"),
                      ["STRONGER /proc/version is masked now, with /dev/null"]),
    "a path read-only no more": (lambda config: config["linux"]["readonlyPaths"].remove("/proc/sys"),
                                 ["WEAKER /proc/sys can be written now: it is not made read-only"]),
    "a path read-only": (lambda config: config["linux"]["readonlyPaths"].append("/etc"),
                         ["/etc is made read-only now; before that it could not be written either: / is read-only"]),
    "a device": (in_linux(devices=[{"path": "/dev/fuse", "type": "c", "major": 10, "minor": 229, "fileMode": 0o666, "uid": 0, "gid": 0}]),
                 [r"WEAKER there is one more device node: /dev/fuse \(c 10:229"]),
    "a seccomp filter": (in_linux(seccomp=SECCOMP), [r"STRONGER its seccomp is filter \(1\) instead of none"]),
    "a sysctl": (in_linux(sysctl={"kernel.shm_rmid_forced": "1"}), ["the sysctl kernel/shm_rmid_forced is new: 1"]),
    "other arguments": (in_process(args=["/bin/echo", "x"]), ["its program is /bin/echo x instead of /bin/true"]),
}
KINDS = {"isolation is weaker": "WEAKER ", "isolation is stronger": "STRONGER ", "something else, neither weaker nor stronger": ""}


class Diff(support.Case):
    @classmethod
    def setUpClass(cls):
        require("ebpf", "mount", "busybox")

    def record(self, bundle, name, *options):
        recording = self.tmp / f"{name}.ctt"
        result = run(support.CTTRACE, "-q", "-o", "/dev/null", "--record", recording, "--", *bundle.run_words(*options), timeout=120)
        self.assertEqual(result.returncode, 0, result.stderr)
        return recording

    def diff(self, before, after, *options):
        """Its exit status, and {what it means: messages}."""
        result = cttrace("diff", *options, before, after)
        self.assertEqual(result.stderr, "")
        sections, title = {}, None
        for line in result.stdout.splitlines():
            if re.match(r"  \S", line):
                title = line.strip().rstrip(":")
            elif re.match(r"    \S", line):
                sections.setdefault(title, []).append(line.strip())
        return result.returncode, sections, result.stdout

    def tells_descriptors(self, recording):
        baseline = json.loads(cttrace("baseline", recording).stdout)
        return baseline["containers"][0]["outcome"].get("descriptors") != {"all": None}

    def volume(self, bundle):
        """A volume on a mount that is shared, as those of hosts with systemd are."""
        folder = self.tmp / "volume"
        folder.mkdir()
        run("mount", "-t", "tmpfs", "volume", folder, check=True)
        self.addCleanup(run, "umount", "-l", folder)
        run("mount", "--make-shared", folder, check=True)
        bundle.config["mounts"].append({"destination": "/y", "type": "bind", "source": str(folder), "options": ["rbind"]})

    def bundle(self):
        bundle = CtrunBundle(self, args=["/bin/true"])
        bundle.config["linux"]["seccomp"] = SECCOMP
        bundle.config["process"]["user"] = {"uid": 1000, "gid": 1000, "additionalGids": [2000]}
        self.volume(bundle)
        bundle.write()
        return bundle

    def test_every_mistake(self):
        bundle = self.bundle()
        right = self.record(bundle, "right")
        mistakes = [line.split()[0] for line in run(*bundle.command("mistakes"), check=True).stdout.splitlines()]
        self.assertEqual(set(mistakes), set(MISTAKES))
        for mistake in mistakes:
            with self.subTest(mistake=mistake):
                wrong = self.record(bundle, mistake, "--mistake", mistake)
                status, sections, text = self.diff(right, wrong)
                if mistake == "leaked-fd":
                    self.assertTrue(self.tells_descriptors(right), "recordings tell which descriptors are open")
                self.assertEqual(status, 1, text)
                self.assertRegex("\n".join(sections.get("isolation is weaker", [])), MISTAKES[mistake], text)

    def test_every_edit_is_told_as_exactly_that(self):
        self.assertGreaterEqual(len(EDITS), 30)
        bundle = CtrunBundle(self, args=["/bin/true"])
        before = copy.deepcopy(bundle.config)
        first = self.record(bundle, "first")
        for name, (edit, expected) in EDITS.items():
            with self.subTest(edit=name):
                bundle.config = copy.deepcopy(before)
                edit(bundle.config)
                bundle.write()
                status, sections, text = self.diff(first, self.record(bundle, "edited"), "-v")
                self.assertEqual(status, 1, text)
                told = [prefix + line for title, prefix in KINDS.items() for line in sections.get(title, [])]
                for line in told:
                    self.assertTrue(any(re.match(each, line) for each in expected), f"{line}: was not asked for\n{text}")
                for each in expected:
                    self.assertTrue(any(re.match(each, line) for line in told), f"{each}: is missing\n{text}")

    def test_the_way_alone_is_the_same_container(self):
        bundle = CtrunBundle(self, args=["/bin/true"])
        by_path = self.record(bundle, "by-path", "--mount-by", "path")
        for way in ("fd", "new"):
            with self.subTest(way=way):
                other = self.record(bundle, way, "--mount-by", way)
                status, sections, text = self.diff(by_path, other)
                self.assertEqual(status, 0, text)
                # A path that leads through a descriptor of it is that path.
                same = {"fd": "(the same|same container, at another cost)", "new": "same container, made differently"}
                self.assertRegex(text, f": {same[way]}\n")
                status, sections, text = self.diff(by_path, other, "--how")
                self.assertEqual(set(sections) & set(KINDS), set(), text)
                self.assertEqual("only how it is made" in sections, way == "new", text)


if __name__ == "__main__":
    support.main()
