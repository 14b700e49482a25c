"""What a container's program was handed, read from /proc while it waits, to be compared with what a trace says of it."""

import os
import pathlib
import stat

import inspected
from support import run

# Waits until it is killed. The last word is for telling it from others.
SCRIPT = "echo up; sleep 1000; true"


def command(mark):
    return ["/bin/sh", "-c", SCRIPT, mark]


def find(argv):
    """The pid of the one process that runs exactly this."""
    wanted = "\0".join(argv) + "\0"
    found = []
    for folder in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            if inspected.proc(folder.name, "cmdline") == wanted:
                found.append(int(folder.name))
        except OSError:
            pass  # it has ended
    # Its own child has its words until it executes sleep.
    first = [pid for pid in found if int(inspected.status(pid)["PPid"]) not in found]
    assert len(first) == 1, f"{argv} runs {len(first)} times"
    return first[0]


def nodes_below(root, mount_points):
    """{path: device node} of what can be seen from a task's root; in proc and sysfs only what is mounted there."""
    found = {}

    def look_at(path):
        entry = os.lstat(root + path)
        if stat.S_ISCHR(entry.st_mode) or stat.S_ISBLK(entry.st_mode):
            found[path] = {"type": "block" if stat.S_ISBLK(entry.st_mode) else "char", "major": os.major(entry.st_rdev),
                           "minor": os.minor(entry.st_rdev), "permissions": entry.st_mode & 0o7777, "uid": entry.st_uid,
                           "gid": entry.st_gid}

    for folder, folders, files in os.walk(root):
        if folder == root:
            folders[:] = [name for name in folders if name not in ("proc", "sys")]
        for name in files:
            look_at(f"{folder}/{name}".removeprefix(root))
    for path in mount_points:
        look_at(path)
    return found


class Facts:
    """Of a process that stands still."""

    def __init__(self, pid):
        self.pid = pid
        self.status = inspected.status(pid)
        self.mounts = inspected.mountinfo(pid)
        self.namespaces = {name: os.stat(f"/proc/{pid}/ns/{name}").st_ino for name in inspected.NAMESPACES}
        self.maps = {name: [tuple(int(word) for word in line.split()) for line in inspected.proc(pid, name).splitlines()]
                     for name in ("uid_map", "gid_map")}
        self.setgroups = inspected.proc(pid, "setgroups").strip() == "allow"
        rows = [line.split(":", 2) for line in inspected.proc(pid, "cgroup").splitlines()]
        self.cgroups = {number: path for number, _, path in rows}
        self.oom_score_adj = int(inspected.proc(pid, "oom_score_adj"))
        self.limits = inspected.limits(pid)
        self.root, self.cwd = (os.readlink(f"/proc/{pid}/{name}") for name in ("root", "cwd"))
        self.nodes = nodes_below(f"/proc/{pid}/root", {row["path"] for row in self.mounts.values()})
        self.hostname = run("nsenter", "-t", pid, "-u", "uname", "-n", check=True).stdout.strip()

    def numbers(self, name):
        return [int(word) for word in self.status[name].split()]

    def identity(self):
        ids = ("real", "effective", "saved", "fs")
        sets = {"inheritable": "CapInh", "permitted": "CapPrm", "effective": "CapEff", "bounding": "CapBnd", "ambient": "CapAmb"}
        return {"pids": self.numbers("NSpid"),
                "uid": dict(zip(ids, self.numbers("Uid"))),
                "gid": dict(zip(ids, self.numbers("Gid"))),
                "groups": sorted(self.numbers("Groups")),
                "capabilities": {name: int(self.status[line], 16) for name, line in sets.items()},
                "no_new_privs": self.status["NoNewPrivs"].strip() == "1",
                "seccomp": {"mode": self.numbers("Seccomp")[0], "filters": self.numbers("Seccomp_filters")[0]},
                "oom_score_adj": self.oom_score_adj,
                "setgroups_allowed": self.setgroups,
                "hostname": self.hostname,
                "cgroups": self.cgroups,
                **self.maps}


def identity_told(document):
    """The same of what a trace says."""
    told = {name: document[name] for name in ("pids", "uid", "gid", "no_new_privs", "seccomp", "oom_score_adj",
                                              "setgroups_allowed", "hostname", "cgroups")}
    told["groups"] = sorted(document["groups"])
    told["capabilities"] = {name: int(bits, 16) for name, bits in document["capabilities"].items()}
    for name in ("uid_map", "gid_map"):
        told[name] = [tuple(extent[key] for key in ("first", "lower_first", "count")) for extent in document[name]]
    return told


def placed(rows):
    """{place: row}: a place is the way from the root, mount by mount, so that what is stacked has different ones.

    rows: {id: row}, with "parent" (an id, or what is in no row) and "path".
    """
    def place(number, seen=()):
        row = rows[number]
        assert number not in seen, f"mount {number} is on itself"
        above = place(row["parent"], (*seen, number)) if row["parent"] in rows and row["parent"] != number else ()
        return (*above, row["path"])

    places = {place(number): row for number, row in rows.items()}
    assert len(places) == len(rows), "two mounts are at one place"
    return places


def mounts_told(document):
    """As inspected.mountinfo() has them, by the model's ids: those that are below the root.

    A root that is a folder of its mount, chroot's, is not where anything is mounted: mountinfo has no line for that mount.
    """
    rows, root = {}, document["root"]
    for mount in document["mounts"]:
        around = mount["id"] == root["mount"] and mount["root"] != root["in_filesystem"]
        if mount["path"] is None or around:
            continue
        filesystem = mount["filesystem"]
        tags = {tag: mount[key] for tag, key in (("shared", "peer_group"), ("master", "master")) if mount[key] is not None}
        rows[mount["id"]] = {
            "parent": mount["parent"], "path": mount["path"], "root": mount["root"], "source": mount["source"],
            "attributes": set(mount["attributes"]["names"]), "rest": mount["attributes"]["rest"],
            "unbindable": mount["unbindable"], "type": filesystem["type"], "read_only": filesystem["read_only"],
            "dev": filesystem["dev"] and "{major}:{minor}".format(**filesystem["dev"]), "groups": tags}
    return rows


def assert_mounts(case, document, facts):
    told, real = placed(mounts_told(document)), placed(facts.mounts)
    case.assertEqual(sorted(told), sorted(real))
    ours, theirs = {}, {}
    for place, row in real.items():
        mount = told[place]
        # What is unlinked afterwards is not followed, and changes nothing of the mount.
        row["root"] = row["root"].removesuffix("//deleted")
        case.assertEqual(mount["rest"], "0x0", place)
        for key in ("root", "type", "source", "attributes", "unbindable"):
            case.assertEqual(mount[key], row[key], (place, key))
        for key in ("dev", "read_only"):
            if mount[key] is not None:
                case.assertEqual(mount[key], row[key], (place, key))
        # Propagation: the same tags, and their numbers equal up to renaming.
        tags = {tag: row["groups"][tag] for tag in ("shared", "master") if tag in row["groups"]}
        case.assertEqual(mount["groups"].keys(), tags.keys(), place)
        for tag, number in tags.items():
            case.assertEqual(ours.setdefault(mount["groups"][tag], number), number, (place, tag))
            case.assertEqual(theirs.setdefault(number, mount["groups"][tag]), mount["groups"][tag], (place, tag))


def assert_handed_over(case, set_up, facts):
    """Fails unless what a trace says that the program was handed is what /proc says."""
    document, steps = set_up["handed_over"], [step for phase in set_up["phases"] for step in phase["steps"]]
    case.maxDiff = None
    case.assertEqual({name: document["namespaces"][name]["inode"] for name in inspected.NAMESPACES}, facts.namespaces)
    told, real = identity_told(document), facts.identity()
    # Of what was not moved while tracing, and of names that were there before, nobody has told.
    real["cgroups"] = {number: path for number, path in real["cgroups"].items() if number in told["cgroups"]}
    if told["hostname"] is None:
        case.assertNotIn("hostname", [step["kind"] for step in steps])
        del told["hostname"], real["hostname"]
    case.assertEqual(told, real)
    case.assertEqual({name: document[name]["path"] for name in ("root", "cwd")}, {"root": facts.root, "cwd": facts.cwd})
    case.assertEqual({name: facts.limits[name] for name in document["limits"]}, document["limits"])
    assert_mounts(case, document, facts)
    for each in document["devices"]:
        there = facts.nodes[each["path"]]
        said = {key: each[key] for key in there}
        case.assertEqual(said, {key: value if said[key] is not None else None for key, value in there.items()}, each["path"])
    case.assertIsNone(document["doubtful_since"])
