"""What a container's program sees of its container, in a form in which two runtimes' containers can be compared."""

import pathlib
import re

import inspected
from runtimes import CGROUPS
from support import run

# Prints everything by name; needs /proc. The first word is for telling one container from another.
SCRIPT = r"""
for file in status mountinfo cgroup uid_map gid_map setgroups oom_score_adj limits; do
  echo "== $file"
  cat /proc/$$/$file
done
echo "== environment"
env
echo "== folder"
readlink /proc/$$/cwd
echo "== name"
hostname
echo "== descriptors"
ls /proc/$$/fd
echo "== nodes"
ls -ln /dev /dev/pts
echo "== end"
"""
COMMAND = ["/bin/sh", "-c", SCRIPT]

# Of /proc/PID/status: what is the process's own, and different each time.
_OWN = re.compile(r"Vm|Rss|Hugetlb|nonvoluntary|voluntary|Tgid|Ngid|Pid|PPid|NStgid|NSpid|NSpgid|NSsid|SigQ|Threads|State|FDSize|"
                  "Speculation|x86_|untag")


def sections(text):
    """{name: lines} of what SCRIPT printed."""
    found, lines = {}, []
    for line in text.replace("\r", "").splitlines():
        if line.startswith("== "):
            lines = found.setdefault(line[3:], [])
        else:
            lines.append(line)
    assert "end" in found, f"the container's program did not finish: {text!r}"
    return found


def _mounts(lines, known):
    """Rows by where they are, in the order in which they are stacked there; the way a name is found in the storage is not."""
    rows = []
    for line in lines:
        fields, _, rest = line.partition(" - ")
        _, _, _, root, path, flags, *tags = fields.split(" ")
        kind, source, options = rest.split(" ")
        if kind == "overlay":
            options = ",".join(sorted(re.sub(r"=[^,]*", "=", option) for option in options.split(",")))
        tags = sorted(tag.partition(":")[0] for tag in tags)
        rows.append((inspected.unescaped(path), known(root), flags, tuple(tags), kind, known(source), options))
    return sorted(rows, key=lambda row: row[0])


def comparable(text, *names):
    """What SCRIPT printed, without what no two containers share. `names`: the container's own, wherever they occur."""
    def known(line):
        for name in names:
            line = line.replace(str(name), "<name>")
        # Of the containers that a client gave no name, and of what it keeps for each.
        return re.sub(r"[0-9a-f]{64}|[0-9a-f]{12}\b", "<id>", line)

    found = sections(text)
    status = {line.split(":")[0]: line.split(":", 1)[1].split() for line in found["status"]}
    # How many pids there are shows in how many pid namespaces it is.
    depth = len(status["NSpid"])
    nodes = [re.sub(r"^(\S+ +\d+ +\d+ +\d+ +\S+(?: +\d+)?) .* (\S+(?: -> .*)?)$", r"\1 \2", line) for line in found["nodes"]]
    return {"status": {name: value for name, value in status.items() if not _OWN.match(name)}, "depth": depth,
            "pid": status["NSpid"][-1],
            "mounts": _mounts(found["mountinfo"], known),
            "cgroups": [known(line) for line in found["cgroup"]],
            **{name: found[name] for name in ("uid_map", "gid_map", "setgroups", "oom_score_adj", "limits", "folder", "descriptors")},
            "environment": sorted(known(line) for line in found["environment"]),
            "name": known(found["name"][0]), "nodes": nodes}


def cgroup_folders(name):
    """Every cgroup whose path has `name` in it."""
    return sorted(run("find", CGROUPS, "-type", "d", "-name", f"*{name}*").stdout.split())


def mounts_with(*names):
    """Rows of the host's mounts that have one of `names` in them."""
    rows = pathlib.Path("/proc/self/mountinfo").read_text().splitlines()
    return [row for row in rows if any(str(name) in row for name in names)]
