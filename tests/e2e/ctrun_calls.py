"""Calls of a plan and calls of a trace in one form, so that they can be compared.

A call becomes its name and a tuple of what the plan knows of it in advance: descriptors and sizes are left out, sets of
flags are sets, a path is the one that is meant, whatever it is called by.
"""

import re

# Calls that ctrun makes and cttrace does not trace by default, or that are no step of a set-up.
NOT_TRACED = {"mkdir", "mknod", "umask", "fcntl"}


def flags(text):
    return frozenset(word for word in text.split("|") if word not in ("0", ""))


def unquoted(text):
    if text == "NULL":
        return None
    return text[1:-1].encode().decode("unicode_escape") if text.startswith('"') else text


def meant(text):
    """A path of a plan: "/proc/self/fd/<X>" and <X> are X."""
    path = unquoted(text)
    found = re.fullmatch(r"(?:/proc/self/fd/)?<(.*)>", path or "")
    return found[1] if found else path


def nothing(_):
    return ()


def fsconfig_key(command, key, value):
    return command.replace("FSCONFIG_", ""), key, value if "STRING" in command else None


PLANNED = {
    "mount": lambda a: (meant(a[0]), meant(a[1]), unquoted(a[2]), flags(a[3]), unquoted(a[4])),
    "umount2": lambda a: (unquoted(a[0]), flags(a[1])),
    "pivot_root": lambda a: (unquoted(a[0]), unquoted(a[1])),
    "chroot": lambda a: (unquoted(a[0]),),
    "chdir": lambda a: (unquoted(a[0]),),
    "fchdir": nothing,
    "setns": lambda a: (flags(a[1]),),
    "unshare": lambda a: (flags(a[0]),),
    "clone": lambda a: (flags(a[1].partition("=")[2]),),
    "clone3": lambda a: (flags(re.search(r"flags=([A-Z_|0-9a-z]*)", a[0])[1]),),
    "fsopen": lambda a: (unquoted(a[0]),),
    "fsconfig": lambda a: fsconfig_key(a[1], unquoted(a[2]), unquoted(a[3])),
    "fsmount": lambda a: (flags(a[2]),),
    "move_mount": lambda a: (meant(a[2]),),
    "open_tree": lambda a: (meant(a[1]) if a[0] == "AT_FDCWD" else None, flags(a[2])),
    "mount_setattr": lambda a: tuple(flags(found or "") for found in re.search(
        r"attr_set=([^,}]*), attr_clr=([^,}]*)(?:, propagation=([^,}]*))?", a[3]).groups()),
    "mknodat": lambda a: (unquoted(a[1]), flags(a[2]), a[3]),
    "fchownat": lambda a: (unquoted(a[1]), a[2], a[3]),
    "write": lambda a: (re.sub(r"<init>|<maker>", "PID", unquoted(a[0])),
                        "PID" if a[1] == '"<init>"' else None if a[1].startswith("<") else unquoted(a[1])),
    "sethostname": lambda a: (unquoted(a[0]),),
    "setdomainname": lambda a: (unquoted(a[0]),),
    "keyctl": lambda a: (a[0], unquoted(a[1])),
    "personality": lambda a: (a[0],),
    "prctl": lambda a: (a[0], unquoted(a[1] if a[0] != "PR_CAP_AMBIENT" else a[2])),
    "seccomp": lambda a: (a[0],),
    "setgroups": lambda a: (a[0],),
    "setresgid": lambda a: (a[0],),
    "setresuid": lambda a: (a[0],),
    "capset": lambda a: tuple(frozenset(word for word in sets.split(", ") if word != "none") for sets in re.search(
        r"effective=(.*), permitted=(.*), inheritable=(.*)}", a[1]).groups()),
    "prlimit64": lambda a: (a[1],),
    "close_range": lambda a: (flags(a[2]),),
    "execve": nothing,
}


def planned(call):
    return (call["name"], *PLANNED[call["name"]](call["args"]))


class TracedArguments:
    def __init__(self, call):
        self.by_name = {argument["name"]: argument for argument in call["args"]}

    def value(self, name):
        return self.by_name[name]["value"]

    def number(self, name):
        return str(self.value(name))

    def flags(self, name):
        found = self.value(name)
        assert int(found["rest"], 16) == 0, f"unknown bits: {found}"
        return frozenset(found["names"])

    def enum(self, name):
        return "|".join(sorted(self.flags(name)))

    def path(self, name):
        """By what it means where it was called by a descriptor, otherwise as it was given."""
        argument = self.by_name[name]
        given = argument["value"]
        return argument["resolved"] if given is not None and given.startswith("/proc/self/fd/") else given

    def file(self, name):
        return self.by_name[name]["file"]["path"]


def sets_of(data):
    return tuple(frozenset(data[kind]["names"]) for kind in ("effective", "permitted", "inheritable"))


def traced_prctl(a):
    option = a.enum("option")
    second = [argument for argument in a.by_name.values() if argument["name"] != "option"]
    chosen = second[1] if option == "PR_CAP_AMBIENT" else second[0]
    value = chosen["value"]
    return option, "|".join(value["names"]) if isinstance(value, dict) else str(value)


def traced_device(value):
    return "0" if not value["major"] and not value["minor"] else f"makedev({value['major']}, {value['minor']})"


def traced_write(a):
    path, value = a.file("fd"), a.value("buf")
    by_pid = re.sub(r"^/proc/\d+/", "/proc/PID/", path)
    if path.endswith("/cgroup.procs"):
        value = "PID"
    return by_pid, None if re.search(r"/cpuset\.(cpus|mems)$", path) else value


def traced_setattr(a):
    attr = a.value("uattr")
    return tuple(frozenset(attr[key]["names"]) for key in ("attr_set", "attr_clr", "propagation"))


def traced_fsconfig(a):
    command = a.enum("cmd")
    return fsconfig_key(command, a.value("_key") if "SET" in command else None, a.by_name["_value"]["value"] if "STRING" in command else None)


TRACED = {
    "mount": lambda a: (a.path("dev_name"), a.path("dir_name"), a.value("type"), a.flags("flags"), a.value("data")),
    "umount2": lambda a: (a.value("name"), a.flags("flags")),
    "pivot_root": lambda a: (a.value("new_root"), a.value("put_old")),
    "chroot": lambda a: (a.value("filename"),),
    "chdir": lambda a: (a.value("filename"),),
    "fchdir": nothing,
    "setns": lambda a: (a.flags("flags"),),
    "unshare": lambda a: (a.flags("unshare_flags"),),
    "clone": lambda a: (a.flags("clone_flags"),),
    "clone3": lambda a: (frozenset(a.value("uargs")["flags"]["names"]),),
    "fsopen": lambda a: (a.value("_fs_name"),),
    "fsconfig": traced_fsconfig,
    "fsmount": lambda a: (a.flags("attr_flags"),),
    "move_mount": lambda a: (a.by_name["to_dfd"]["file"]["path"],),
    "open_tree": lambda a: (a.value("filename") if a.value("dfd") == -100 else None, a.flags("flags")),
    "mount_setattr": traced_setattr,
    "mknodat": lambda a: (a.by_name["filename"]["resolved"],
                          frozenset([a.value("mode")["type"], a.value("mode")["permissions"]]), traced_device(a.value("dev"))),
    "fchownat": lambda a: (a.by_name["filename"]["resolved"], a.number("user"), a.number("group")),
    "write": traced_write,
    "sethostname": lambda a: (a.value("name"),),
    "setdomainname": lambda a: (a.value("name"),),
    "keyctl": lambda a: (a.enum("option"), a.value("name")),
    "personality": lambda a: (a.enum("personality"),),
    "prctl": traced_prctl,
    "seccomp": lambda a: (a.enum("op"),),
    "setgroups": lambda a: (a.number("gidsetsize"),),
    "setresgid": lambda a: (a.number("rgid"),),
    "setresuid": lambda a: (a.number("ruid"),),
    "capset": lambda a: sets_of(a.value("data")),
    "prlimit64": lambda a: (a.enum("resource"),),
    "close_range": lambda a: (a.flags("flags"),),
    "execve": nothing,
}


def traced(call):
    return (call["name"], *TRACED[call["name"]](TracedArguments(call)))
