"""What sequences have exercised: how often each kind of operation worked and failed, and what came of it."""

import collections

PROPAGATION = {"MS_SHARED": "shared", "MS_SLAVE": "slave", "MS_PRIVATE": "private", "MS_UNBINDABLE": "unbindable"}


def mount_kind(flags, kind):
    if "MS_REMOUNT" in flags:
        return "bind-remount" if "MS_BIND" in flags else "remount"
    for flag, name in PROPAGATION.items():
        if flag in flags:
            return f"make r{name}" if "MS_REC" in flags else f"make {name}"
    if "MS_BIND" in flags:
        return "rbind" if "MS_REC" in flags else "bind"
    return "move" if "MS_MOVE" in flags else "new " + kind


def kinds_of(line):
    """What an operation counts as: its name with what matters of its arguments."""
    _, name, *words = line.split(" ")
    flags = set("|".join(words).split("|"))
    if name == "mount":
        kind = "mount " + mount_kind(flags, words[2])
        file = words[1].rstrip("}").endswith(("x", "y")) and "bind" in kind
        return [kind + " of a file" if file and "remount" not in kind else kind]
    if name == "pivot_root":
        return ['pivot_root(".", ".")' if words[:2] == [".", "."] else "pivot_root(folder)"]
    if name in ("umount2", "unshare"):
        return [f"{name} {words[-1]}"]
    if name in ("fsconfig", "spawn"):
        return [f"{name} {words[1]}"]
    if name == "setns":
        return [f"setns {words[1]} {words[2]}"]
    if name in ("open_tree", "open_tree_attr"):
        return [name + " clone" * ("OPEN_TREE_CLONE" in flags) + " recursive" * ("AT_RECURSIVE" in flags)
                + " of a held tree" * words[1].startswith("{f")]
    if name == "move_mount":
        special = " set group" * ("MOVE_MOUNT_SET_GROUP" in flags) + " beneath" * ("MOVE_MOUNT_BENEATH" in flags)
        return [name + special + (" of a held tree" if words[0].startswith("{f") else " by path")
                + " into a held tree" * words[1].startswith("{f")]
    if name == "mount_setattr":
        return [name + " recursive" * ("AT_RECURSIVE" in flags) + (" " + PROPAGATION.get(words[4], "") if words[4] != "0" else "")
                + " idmap" * ("MOUNT_ATTR_IDMAP" in flags) + " of a held tree" * words[0].startswith("{f")]
    return [name]


def forms_of(line):
    """How its places are named."""
    for word in line.split(" ")[2:]:
        if word.startswith("{proc:"):
            yield "/proc/self/fd/N"
        elif word.startswith("{f"):
            yield "kept descriptor"
        elif word.startswith("{"):
            yield "empty path" if word.endswith("}") else "dirfd"
        elif "/../" in word and word.startswith("/"):
            yield 'with ".."'
        elif word.startswith("/"):
            yield "symbolic link" if {"l", "abs"} & set(word.split("/")) else "absolute"
        elif "/" in word or word in (".", ".."):
            yield "relative"


class Coverage:
    def __init__(self):
        self.worked, self.failed, self.forms = (collections.Counter() for _ in range(3))
        self.features = collections.Counter()

    def add(self, played):
        for step in played.steps[1:]:
            if step.result == "skipped":
                continue
            for kind in kinds_of(step.line):
                (self.worked if step.worked else self.failed)[kind] += 1
            if step.worked:
                self.forms.update(set(forms_of(step.line)))
                others = set(step.changed) - {step.actor_ns}
                name = step.line.split(" ")[1]
                if others and name not in ("spawn", "unshare", "setns"):
                    self.features["propagated to another namespace"] += 1
                    self.features["propagated to two or more others"] += len(others) > 1
        for row in played.rows:
            tags = row.split(" - ")[0].split(" ")[5:]
            shared, slave = (any(tag.startswith(name) for tag in tags) for name in ("shared:", "master:"))
            self.features["rows: shared"] += shared and not slave
            self.features["rows: slave"] += slave and not shared
            self.features["rows: shared and slave"] += slave and shared
            self.features["rows: unbindable"] += "unbindable" in tags
            self.features["rows: idmapped"] += ",idmapped" in row
            self.features["rows: of part of a filesystem"] += row.split(" ")[2] != "/"

    def text(self):
        lines = [f"{'operation':52} worked  failed"]
        for kind in sorted(set(self.worked) | set(self.failed)):
            lines.append(f"{kind:52} {self.worked[kind]:6}  {self.failed[kind]:6}")
        worked, failed = self.worked.total(), self.failed.total()
        lines.append(f"{'all':52} {worked:6}  {failed:6}  ({100 * worked / max(1, worked + failed):.0f} % worked)")
        lines += [f"{name:52} {count:6}" for name, count in sorted(self.forms.items())]
        return "\n".join(lines + [f"{name:52} {count:6}" for name, count in sorted(self.features.items())])
