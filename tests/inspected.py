"""What `cttrace inspect` must say of a process, read from /proc a second time, by other code."""

import json
import os
import re

import support

NAMESPACES = ["mnt", "uts", "ipc", "net", "cgroup", "pid", "pid_for_children", "time", "time_for_children", "user"]
# /proc/PID/mountinfo's words for attributes, and mount_setattr(2)'s names.
ATTRIBUTES = {"ro": "MOUNT_ATTR_RDONLY", "nosuid": "MOUNT_ATTR_NOSUID", "nodev": "MOUNT_ATTR_NODEV",
              "noexec": "MOUNT_ATTR_NOEXEC", "noatime": "MOUNT_ATTR_NOATIME", "nodiratime": "MOUNT_ATTR_NODIRATIME",
              "nosymfollow": "MOUNT_ATTR_NOSYMFOLLOW"}
# /proc/PID/limits' words, and setrlimit(2)'s names.
LIMITS = {"cpu time": "cpu", "file size": "fsize", "data size": "data", "stack size": "stack",
          "core file size": "core", "resident set": "rss", "processes": "nproc", "open files": "nofile",
          "locked memory": "memlock", "address space": "as", "file locks": "locks", "pending signals": "sigpending",
          "msgqueue size": "msgqueue", "nice priority": "nice", "realtime priority": "rtprio",
          "realtime timeout": "rttime"}


def proc(pid, name):
    with open(f"/proc/{pid}/{name}", encoding="utf-8", errors="surrogateescape") as file:
        return file.read()


def status(pid):
    return dict(line.split(":", 1) for line in proc(pid, "status").splitlines())


def unescaped(text):
    return re.sub(r"\\([0-3][0-7][0-7])", lambda match: chr(int(match[1], 8)), text)


def mountinfo(pid):
    """{id: what a row says}"""
    rows = {}
    for line in proc(pid, "mountinfo").splitlines():
        fields, _, rest = line.partition(" - ")
        number, parent, dev, root, mountpoint, flags, *tags = fields.split(" ")
        fs_type, source, options = rest.split(" ")
        tags = dict(tag.partition(":")[::2] for tag in tags)
        names = {ATTRIBUTES[flag] for flag in flags.split(",") if flag in ATTRIBUTES}
        if not {"noatime", "relatime"} & set(flags.split(",")):
            names.add("MOUNT_ATTR_STRICTATIME")
        rows[int(number)] = {
            "parent": int(parent), "dev": dev, "root": unescaped(root), "path": unescaped(mountpoint),
            "attributes": names, "shared": "shared" in tags, "slave": "master" in tags,
            "unbindable": "unbindable" in tags, "type": fs_type, "source": unescaped(source),
            "read_only": "ro" in options.split(","), "options": unescaped(options), "groups": tags}
    return rows


def limits(pid):
    found = {}
    for line in proc(pid, "limits").splitlines()[1:]:
        name, soft, hard = re.match(r"Max (.*?) {2,}(\S+) +(\S+)", line).groups()
        found[LIMITS[name]] = {key: word if word == "unlimited" else int(word) for key, word in (("soft", soft), ("hard", hard))}
    return found


def as_rows(document):
    """The same of what inspect said."""
    by_id = {mount["id"]: mount for mount in document["mounts"]}
    rows = {}
    for mount in document["mounts"]:
        if mount["path"] is None or mount["filesystem"] is None:
            continue
        filesystem = mount["filesystem"]
        parent = by_id[mount["parent"]] if mount["parent"] is not None else mount
        rows[mount["kernel_id"]] = {
            "parent": parent["kernel_id"], "dev": "{major}:{minor}".format(**filesystem["dev"]),
            "root": mount["root"], "path": mount["path"], "attributes": set(mount["attributes"]["names"]),
            "shared": mount["peer_group"] is not None, "slave": mount["master"] is not None,
            "unbindable": mount["unbindable"], "type": filesystem["type"], "source": mount["source"],
            "read_only": filesystem["read_only"], "options": filesystem["options"]}
    return rows


def inspect(pid, *, command=(support.CTTRACE,)):
    """The document that inspect prints, checked against its schema; and its text."""
    result = support.run(*command, "inspect", "--json", pid)
    assert (result.returncode, result.stderr) == (0, ""), result
    document = json.loads(result.stdout)
    support.validate(document, "state")
    text = support.run(*command, "inspect", pid)
    assert (text.returncode, text.stderr) == (0, ""), text
    return document, text.stdout


def groups_agree(case, document, rows):
    """Peer groups are equal up to renaming."""
    ours, theirs = {}, {}
    for mount in document["mounts"]:
        row = rows.get(mount["kernel_id"])
        if row is None or mount["path"] is None:
            continue
        for key, tag in (("peer_group", "shared"), ("master", "master")):
            if mount[key] is None:
                continue
            case.assertEqual(ours.setdefault(mount[key], row["groups"][tag]), row["groups"][tag], mount)
            case.assertEqual(theirs.setdefault(row["groups"][tag], mount[key]), mount[key], mount)


def agrees_with_proc(case, pid, document):
    """Fails unless everything that inspect said is what /proc says of a process that stands still."""
    facts = status(pid)
    case.assertEqual(document["pids"], [int(word) for word in facts["NSpid"].split()])
    case.assertEqual(document["tgid"], int(facts["Tgid"]))
    case.assertEqual({name: document["namespaces"][name]["inode"] for name in NAMESPACES},
                     {name: os.stat(f"/proc/{pid}/ns/{name}").st_ino for name in NAMESPACES})
    rows = mountinfo(pid)
    expected = {number: {key: value for key, value in row.items() if key != "groups"} for number, row in rows.items()}
    case.assertEqual(as_rows(document), expected)
    groups_agree(case, document, rows)
    for key, name in (("uid", "Uid"), ("gid", "Gid")):
        case.assertEqual([document[key][which] for which in ("real", "effective", "saved", "fs")],
                         [int(word) for word in facts[name].split()])
    case.assertEqual(document["groups"], [int(word) for word in facts["Groups"].split()])
    for key, name in (("inheritable", "CapInh"), ("permitted", "CapPrm"), ("effective", "CapEff"),
                      ("bounding", "CapBnd"), ("ambient", "CapAmb")):
        case.assertEqual(int(document["capabilities"][key], 16), int(facts[name], 16), key)
    case.assertEqual(document["no_new_privs"], facts["NoNewPrivs"].strip() == "1")
    case.assertEqual(document["seccomp"], {"mode": int(facts["Seccomp"]), "filters": int(facts["Seccomp_filters"])})
    for key in ("uid_map", "gid_map"):
        case.assertEqual([(row["first"], row["lower_first"], row["count"]) for row in document[key]],
                         [tuple(int(word) for word in line.split()) for line in proc(pid, key).splitlines()])
    case.assertEqual(document["setgroups_allowed"], proc(pid, "setgroups").strip() == "allow")
    case.assertEqual(document["cgroups"], {line.split(":")[0]: line.split(":", 2)[2] for line in proc(pid, "cgroup").splitlines()})
    case.assertEqual(document["oom_score_adj"], int(proc(pid, "oom_score_adj")))
    case.assertEqual(document["limits"], limits(pid))
    case.assertEqual(document["program"]["argv"], proc(pid, "cmdline").split("\0")[:-1])
    case.assertEqual(document["program"]["exe"], os.readlink(f"/proc/{pid}/exe"))
    case.assertEqual(document["root"]["path"], os.readlink(f"/proc/{pid}/root"))
    case.assertEqual(document["cwd"]["path"], os.readlink(f"/proc/{pid}/cwd"))


def says_the_same(case, text, document):
    """What a person reads is what is in the document."""
    words = text.replace(",", " ").split()
    case.assertIn(str(document["tid"]), text)
    for name in ("mnt", "uts", "ipc", "net", "cgroup", "pid", "time", "user"):
        case.assertIn(f"{name} {document['namespaces'][name]['inode']}", text)
    shown = sum(mount["path"] is not None for mount in document["mounts"])
    case.assertRegex(text, rf"\n +{shown} mounts?[,;\n]")
    effective = bin(int(document["capabilities"]["effective"], 16)).count("1")
    case.assertRegex(text, rf"\n +capabilities +{effective} of 41")
    case.assertEqual("no_new_privs is not set" in text, not document["no_new_privs"])
    for unknown in document["unknown"]:
        case.assertIn(unknown.split()[0], words if " " not in unknown else text)
