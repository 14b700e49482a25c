"""Random sequences of operations on mounts: the same ones for the same seed."""

import random

ACTORS = 4
STRANGERS = 8  # the number of the one beside actor 0
SLOTS = 8

# How often each operation comes up, by kind of sequence; one that is not named: as in "mixed".
WEIGHTS = {
    "mixed": {"new": 12, "bind": 14, "bind_file": 4, "remount": 4, "bind_remount": 5, "move": 6, "propagation": 11,
              "umount": 9, "pivot": 2, "chroot": 1, "chdir": 4, "context": 2, "new_mount": 4, "pick": 2, "tree": 5,
              "tree_attr": 2, "attach": 5, "beneath": 2, "set_group": 2, "setattr": 7, "idmap": 1, "open": 2, "dup": 1,
              "pass_on": 2, "close": 3, "spawn": 5, "unshare": 2, "setns": 3, "exit": 1},
    # mount and umount2, in namespaces that propagate to each other
    "classic": {"context": 0, "new_mount": 0, "pick": 0, "tree": 0, "tree_attr": 0, "attach": 0, "beneath": 0,
                "set_group": 0, "setattr": 0, "idmap": 0, "open": 0, "dup": 0, "pass_on": 0, "close": 0, "pivot": 1},
    # trees that descriptors hold
    "objects": {"new": 5, "bind": 6, "bind_file": 2, "remount": 1, "bind_remount": 1, "context": 4, "new_mount": 8,
                "tree": 12, "tree_attr": 5, "attach": 14, "beneath": 4, "set_group": 4, "setattr": 12, "dup": 2,
                "pass_on": 5, "close": 6, "open": 4},
    "roots": {"pivot": 12, "chroot": 6, "chdir": 10, "setns": 5},
    "users": {"spawn": 10, "unshare": 6, "setns": 6},
    # Some are done by who is not traced.
    "strangers": {"chroot": 0, "unshare": 1, "setns": 1},
    "links": {},
}
KINDS = list(WEIGHTS)
OF_ACTORS_ALONE = {"pass_on", "spawn", "unshare", "setns", "exit"}

MOUNT_FLAGS = ["MS_NOSUID", "MS_NODEV", "MS_NOEXEC", "MS_NOATIME", "MS_NODIRATIME", "MS_RELATIME", "MS_STRICTATIME",
               "MS_NOSYMFOLLOW"]
ATTRIBUTES = ["MOUNT_ATTR_NOSUID", "MOUNT_ATTR_NODEV", "MOUNT_ATTR_NOEXEC", "MOUNT_ATTR_NODIRATIME",
              "MOUNT_ATTR_NOSYMFOLLOW", "MOUNT_ATTR_RDONLY"]
ATIMES = ["MOUNT_ATTR_RELATIME", "MOUNT_ATTR_NOATIME", "MOUNT_ATTR_STRICTATIME"]
PROPAGATION = ["MS_SHARED", "MS_SLAVE", "MS_PRIVATE", "MS_UNBINDABLE"]
PROPAGATION_WEIGHTS = [9, 5, 4, 1]


class Generator:
    """Knows roughly who lives and what they hold, so that most operations can succeed; the driver finds the places."""

    def __init__(self, seed, kind):
        self.random = random.Random(f"{kind} {seed}")
        self.kind = kind
        self.weights = {**WEIGHTS["mixed"], **WEIGHTS[kind]}
        self.alive = {0}
        self.held = {}  # (actor, slot): "tree", "place"
        self.made = 0
        self.who = 0

    def sequence(self, length):
        lines = self.beginning()
        while len(lines) < length:
            self.who = self.random.choice(sorted(self.alive))
            names = list(self.weights)
            name = self.random.choices(names, [self.weights[each] for each in names])[0]
            if self.kind == "strangers" and name not in OF_ACTORS_ALONE and self.chance(0.4):
                self.who += STRANGERS
            lines += getattr(self, name)() or []
        return lines[:length]

    def beginning(self):
        """Something to propagate to, mostly."""
        lines = []
        if self.chance(0.75):
            lines += self.op("mount", "-", self.random.choice(["/", "/", "/w"]), "-", "MS_REC|MS_SHARED", "-")
        lines += self.new()
        if self.chance(0.7):
            lines += self.spawn()
        return lines

    # --- Words

    def op(self, *words):
        return [" ".join([str(self.who), *words])]

    def chance(self, probability):
        return self.random.random() < probability

    def number(self):
        return self.random.randrange(1024)

    def form(self, forms):
        if self.kind == "links" and self.chance(0.3):
            return "link:"
        return self.random.choice(forms) if self.chance(0.3) else ""

    def path(self, place):
        """For a call that takes a path alone."""
        return self.form(["rel:", "rel:", "proc:", "procdir:", "dots:"]) + place

    def at(self, place):
        """For a call that takes a dirfd, too."""
        return self.form(["rel:", "dir:", "fd:", "fd:", "proc:", "dots:"]) + place

    def folder(self):
        return f"@D{self.number()}.{self.random.choice([0, 0, 0, 1, 2, 3, 4])}"

    def file(self):
        return f"@F{self.number()}"

    def mountpoint(self):
        return f"@M{self.number()}"

    def some(self, names, most=3):
        return "|".join(self.random.sample(names, self.random.choice([0, 0, 1, 2, most]))) or "0"

    def either(self, base, *more):
        """base, and each of `more` or not."""
        return "|".join([base] * (base != "0") + [name for name in more if self.chance(0.4)]) or "0"

    def propagation_type(self):
        return self.random.choices(PROPAGATION, PROPAGATION_WEIGHTS)[0]

    def name(self):
        self.made += 1
        return self.random.choice(["-", "none", "a\\040b"] + [f"m{self.made}"] * 8)

    def type(self):
        return self.random.choices(["tmpfs", "ramfs", "proc", "sysfs", "mqueue", "devpts"], [30, 5, 4, 2, 1, 1])[0]

    # --- mount and umount2

    def new(self):
        flags = self.some(MOUNT_FLAGS + ["MS_RDONLY"])
        data = self.random.choice(["-", "-", "size=64k", "mode=700"])
        kind = self.type()
        return self.op("mount", self.name(), self.path(self.folder()), kind, flags, data if kind == "tmpfs" else "-")

    def bind(self):
        return self.op("mount", self.path(self.folder()), self.path(self.folder()), "-", self.either("MS_BIND", "MS_REC"), "-")

    def bind_file(self):
        source = self.file() if self.chance(0.95) else self.random.choice(["/proc/self/ns/uts", "/proc/self/ns/mnt"])
        return self.op("mount", self.path(source), self.path(self.file()), "-", self.either("MS_BIND", "MS_REC"), "-")

    def remount(self):
        flags = self.either("MS_REMOUNT", self.random.choice(MOUNT_FLAGS), "MS_RDONLY")
        return self.op("mount", self.name(), self.path(self.mountpoint()), "-", flags, self.random.choice(["-", "size=1m"]))

    def bind_remount(self):
        flags = self.either("MS_REMOUNT|MS_BIND", *self.random.sample(MOUNT_FLAGS, 3), "MS_RDONLY")
        return self.op("mount", "-", self.path(self.mountpoint()), "-", flags, "-")

    def move(self):
        # Nothing moves out of a mount that is shared.
        first = self.op("mount", "-", self.path(self.mountpoint()), "-", "MS_PRIVATE", "-") if self.chance(0.3) else []
        if self.chance(0.15):
            first = self.op("mount", "-", "/", "-", self.random.choice(["MS_PRIVATE", "MS_SLAVE", "MS_REC|MS_SLAVE"]), "-")
        return first + self.op("mount", self.path(self.mountpoint()), self.path(self.folder()), "-", "MS_MOVE", "-")

    def propagation(self):
        place = "/" if self.chance(0.1) else self.path(self.mountpoint())
        return self.op("mount", "-", place, "-", self.either(self.propagation_type(), "MS_REC"), "-")

    def umount(self):
        place = self.path(self.mountpoint())
        flags = self.random.choice(["0"] * 6 + ["MNT_DETACH"] * 4 + ["MNT_EXPIRE", "UMOUNT_NOFOLLOW", "MNT_FORCE",
                                                                   "MNT_DETACH|UMOUNT_NOFOLLOW"])
        return self.op("umount2", place, flags) * (2 if "MNT_EXPIRE" in flags else 1)

    # --- Roots and working directories

    def pivot(self):
        lines = self.op("mount", "-", "/", "-", self.either(self.random.choice(PROPAGATION[1:3]), "MS_REC"), "-")
        which = self.number()
        if self.chance(0.7):  # what makes it a mount of its own, under one that is not shared
            place = self.folder()
            lines += self.op("mount", place, place, "-", "MS_BIND|MS_REC", "-")
        if self.chance(0.5):
            lines += self.op("chdir", f"@M{which}") + self.op("pivot_root", ".", ".")
            if self.chance(0.7):
                lines += self.op("umount2", ".", "MNT_DETACH")
            return lines + (self.op("chdir", "/") if self.chance(0.8) else [])
        folder = self.random.choice(["/a", "/a/b", "/c", "/s\\040p", ""])
        lines += self.op("pivot_root", self.path(f"@M{which}"), f"@M{which}{folder}")
        if self.chance(0.8):
            lines += self.op("chdir", "/")
        return lines + (self.op("umount2", folder, "MNT_DETACH") if self.chance(0.3) and folder else [])

    def chroot(self):
        return self.op("chroot", self.path(self.folder()))

    def chdir(self):
        if self.chance(0.3):
            return self.op("fchdir", "fd:" + self.folder())
        return self.op("chdir", self.path(self.folder()))

    # --- Descriptors

    def slot(self, what):
        slot = self.random.randrange(SLOTS)
        self.held[self.who, slot] = what
        return f"f{slot}"

    def tree_held(self):
        slots = [slot for (who, slot), what in sorted(self.held.items()) if who == self.who and what == "tree"]
        return f"f{self.random.choice(slots)}" if slots else None

    def attributes(self):
        """SET CLEAR PROPAGATION"""
        to_set, clear = set(self.some(ATTRIBUTES).split("|")), set(self.some(ATTRIBUTES).split("|"))
        if self.chance(0.3):
            to_set.add(self.random.choice(ATIMES))
            clear.add("MOUNT_ATTR__ATIME")
        words = [sorted(to_set - {"0"}), sorted(clear - to_set - {"0"})]
        propagation = self.propagation_type() if self.chance(0.4) else "0"
        return ["|".join(word) or "0" for word in words] + [propagation]

    def context(self):
        slot, kind = self.slot("context"), self.type()
        lines = self.op("fsopen", slot, kind)
        if self.chance(0.6):
            lines += self.op("fsconfig", slot, "string", "source", self.name())
        opener = self.who
        if self.who < STRANGERS and self.chance(0.3):
            handed_on, slot = self.hand_on(slot)
            lines += handed_on
        if self.chance(0.2):
            lines += self.op("fsconfig", slot, "flag", "ro", "-")
        lines += self.op("fsconfig", slot, "create", "-", "-")
        lines += self.op("fsmount", self.slot("tree"), slot, self.some(ATTRIBUTES)) + self.attach()
        self.who = opener
        return lines

    def hand_on(self, slot):
        """The context is another descriptor's from now on, or another actor's."""
        others = sorted(self.alive - {self.who})
        if others and self.chance(0.5):
            to, there = self.random.choice(others), f"f{self.random.randrange(SLOTS)}"
            lines = self.op("pass", slot, str(to), there)
            if self.chance(0.5):
                lines += self.op("close", slot)
            self.who = to
            self.held[to, int(there[1:])] = "context"
            return lines, there
        there = self.slot("context")
        if there == slot:
            return [], slot
        return self.op("dup", there, slot) + self.op("close", slot), there

    def new_mount(self):
        return self.op("new_mount", self.slot("tree"), self.type(), self.some(ATTRIBUTES + ATIMES[:2], 2), self.name())

    def pick(self):
        slot = self.slot("context")
        lines = self.op("fspick", slot, self.at(self.mountpoint()), self.random.choice(["0", "FSPICK_EMPTY_PATH"]))
        lines += self.op("fsconfig", slot, "flag", self.random.choice(["ro", "rw"]), "-")
        return lines + self.op("fsconfig", slot, "reconfigure", "-", "-")

    def tree_source(self):
        held = self.tree_held()
        if held and self.chance(0.2):
            return "{" + held + "}" + self.random.choice(["", "", "a", "c"])
        if self.chance(0.2):
            return self.at(self.file())
        return self.at(self.folder())

    def tree_flags(self):
        return self.either("AT_EMPTY_PATH" if self.chance(0.1) else "AT_EMPTY_PATH|OPEN_TREE_CLONE", "AT_RECURSIVE")

    def tree(self):
        source, flags = self.tree_source(), self.tree_flags()
        return self.op("open_tree", self.slot("tree" if "CLONE" in flags else "place"), source, flags)

    def tree_attr(self):
        source, flags = self.tree_source(), self.tree_flags()
        return self.op("open_tree_attr", self.slot("tree" if "CLONE" in flags else "place"), source, flags, *self.attributes())

    def attach(self):
        held = self.tree_held()
        if not held:
            return self.move_by_path()
        lines, target = [], self.at(self.folder())
        if self.chance(0.2):  # one detached tree into another
            other = self.slot("tree")
            if other != held:
                lines = self.op("new_mount", other, "tmpfs", "0", self.name()) if self.chance(0.7) else []
                target = "{" + other + "}" + self.random.choice(["", "a", "c"])
        return lines + self.op("move_mount", "{" + held + "}", target, self.move_flags())

    def move_flags(self):
        return "MOVE_MOUNT_F_EMPTY_PATH|MOVE_MOUNT_T_EMPTY_PATH"

    def move_by_path(self):
        return self.op("move_mount", self.at(self.mountpoint()), self.at(self.folder()), self.move_flags())

    def beneath(self):
        held = self.tree_held()
        source = "{" + held + "}" if held and self.chance(0.8) else self.at(self.mountpoint())
        return self.op("move_mount", source, self.at(self.mountpoint()), self.move_flags() + "|MOVE_MOUNT_BENEATH")

    def set_group(self):
        """A private bind of what is shared joins its group."""
        flags = self.move_flags() + "|MOVE_MOUNT_SET_GROUP"
        if self.chance(0.3):
            return self.op("move_mount", self.at(self.mountpoint()), self.at(self.mountpoint()), flags)
        # Both are mounts of /w, so that the source's root is not below the target's.
        place = "/w" if self.chance(0.7) else self.mountpoint()
        if self.chance(0.3):
            to = self.random.choice(["/a", "/c", "/a/b"])
            return (self.op("mount", place, to, "-", "MS_BIND", "-") + self.op("mount", "-", to, "-", "MS_PRIVATE", "-")
                    + self.op("move_mount", place, to, flags))
        slot = self.slot("tree")
        lines = self.op("open_tree", slot, place, "OPEN_TREE_CLONE")
        lines += self.op("mount_setattr", "{" + slot + "}", "AT_EMPTY_PATH", "0", "0", "MS_PRIVATE")
        if self.chance(0.5):
            lines += self.op("move_mount", "{" + slot + "}", self.folder(), self.move_flags())
        return lines + self.op("move_mount", place, "{" + slot + "}", flags)

    def setattr(self):
        held = self.tree_held()
        place = "{" + held + "}" if held and self.chance(0.4) else self.at(self.mountpoint())
        return self.op("mount_setattr", place, self.either("AT_EMPTY_PATH", "AT_RECURSIVE"), *self.attributes())

    def idmap(self):
        slot = self.slot("tree")
        lines = self.op("open_tree", slot, self.at(self.folder()), self.either("OPEN_TREE_CLONE|AT_EMPTY_PATH", "AT_RECURSIVE"))
        flags = self.either("AT_EMPTY_PATH", "AT_RECURSIVE")
        return lines + self.op("mount_setattr", "{" + slot + "}", flags, "MOUNT_ATTR_IDMAP", "0", "0")

    def open(self):
        return self.op("open", self.slot("place"), self.at(self.folder()))

    def dup(self):
        held = self.tree_held()
        return self.op("dup", self.slot("tree"), held) if held else None

    def pass_on(self):
        held, others = self.tree_held(), sorted(self.alive - {self.who})
        if not held or not others:
            return None
        to, slot = self.random.choice(others), self.random.randrange(SLOTS)
        self.held[to, slot] = "tree"
        return self.op("pass", held, str(to), f"f{slot}")

    def close(self):
        held = self.tree_held()
        if not held:
            return None
        self.held.pop((self.who, int(held[1:])))
        return self.op("close", held)

    # --- Actors and namespaces

    def spawn(self):
        free = sorted(set(range(ACTORS)) - self.alive)
        if not free:
            return None
        kinds = {"ns": 6, "user": 4, "fork": 2, "fs": 1, "files": 1, "thread": 2, "pid": 1, "userpid": 1, "useronly": 1}
        if self.kind == "users":
            kinds.update(user=10, userpid=4, useronly=2)
        child = free[0]
        lines = self.op("spawn", str(child), self.random.choices(list(kinds), list(kinds.values()))[0])
        self.alive.add(child)
        for slot in range(SLOTS):
            if (self.who, slot) in self.held:
                self.held[child, slot] = self.held[self.who, slot]
        return lines

    def unshare(self):
        user = self.chance(0.5 if self.kind == "users" else 0.15)
        return self.op("unshare", "CLONE_NEWUSER|CLONE_NEWNS" if user else "CLONE_NEWNS")

    def setns(self):
        others = sorted(self.alive - {self.who})
        if not others:
            return None
        how = self.random.choice(["mnt CLONE_NEWNS", "mnt CLONE_NEWNS", "mnt 0", "pidfd CLONE_NEWNS",
                                  "pidfd CLONE_NEWUSER|CLONE_NEWNS", "user CLONE_NEWUSER"])
        return self.op("setns", str(self.random.choice(others)), how)

    def exit(self):
        if len(self.alive) < 2:
            return None
        self.alive.discard(self.who)
        self.held = {key: what for key, what in self.held.items() if key[0] != self.who}
        return self.op("exit")


def sequences(seed, kind, count, length):
    """(name, lines) each; the same whatever else is generated."""
    return [(f"{kind}-{number}", Generator(number, kind).sequence(length)) for number in range(seed, seed + count)]
