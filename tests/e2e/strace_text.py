"""Reads what strace and cttrace write: the calls, in the order in which they began."""

import collections
import re

# i386 has two calls for each of these. strace shows the names of its table, cttrace those of the calls.
OF_16_BITS = """setuid setgid setreuid setregid setresuid setresgid setgroups setfsuid setfsgid chown fchown lchown""".split()

# Names that the kernel got after strace 6.1: what it writes instead, with what it says of a value without any name.
NEWER = {
    "FSCONFIG_CMD_CREATE_EXCL": (8, "FSCONFIG_???"),
    "MOVE_MOUNT_BENEATH": (0x200, "MOVE_MOUNT_???"),
    "MFD_NOEXEC_SEAL": (8, "MFD_???"),
    "MFD_EXEC": (16, "MFD_???"),
    "PIDFD_THREAD": (0x80, "PIDFD_???"),
    "PR_SET_MDWE": (65, "PR_???"),
    "AT_EXECVE_CHECK": (0x10000, "AT_???"),
    "CLONE_DETACHED": (0x400000, "CLONE_???"),
}
_NAMES = re.compile(r"\b[A-Z][A-Z0-9_]+(?:\|(?:[A-Z][A-Z0-9_]+|0x[0-9a-f]+))*")


def as_older(text, strace_text):
    """cttrace's text without the names that the strace of `strace_text` does not have."""
    newer = {name: value for name, value in NEWER.items() if name not in strace_text}

    def replaced(match):
        parts = match[0].split("|")
        missing = [part for part in parts if part in newer]
        if not missing:
            return match[0]
        known = [part for part in parts if part not in newer and not part.startswith("0x")]
        rest = sum(int(part, 0) for part in parts if part.startswith("0x")) + sum(newer[part][0] for part in missing)
        return "|".join(known + [hex(rest)]) if known else f"{rest:#x} /* {newer[missing[0]][1]} */"

    return _NAMES.sub(replaced, text)


Call = collections.namedtuple("Call", "tid name args result")

# Comments that both tools write, and in the same words; all others are cttrace's own, or say what differs by itself.
_SHARED_COMMENT = re.compile(r"/\* (?:[A-Z0-9_]+\?\?\??|\d+ vars?) \*/")


def _end_of_arguments(text, start):
    """Where the ')' is that closes the call whose arguments begin at `start`; None when there is none."""
    depth, quoted, at = 0, False, start
    while at < len(text):
        c = text[at]
        if quoted:
            if c == "\\":
                at += 1
            elif c == '"':
                quoted = False
        elif text.startswith("/*", at):
            at = text.index("*/", at) + 1
        elif c == '"':
            quoted = True
        elif c in "([{":
            depth += 1
        elif c in ")]}":
            if depth == 0:
                return at
            depth -= 1
        at += 1
    return None


def split_arguments(text):
    """The arguments between the parentheses: split at commas that are in no string, bracket or comment. Comments go, but
    those that both tools write."""
    parts, depth, quoted, current, at = [], 0, False, "", 0
    while at < len(text):
        c = text[at]
        if quoted:
            current += c
            if c == "\\":
                at += 1
                current += text[at]
            elif c == '"':
                quoted = False
        elif text.startswith("/*", at):
            comment = text[at:text.index("*/", at) + 2]
            comment = re.sub(r"\?\?+", "???", comment)
            current = current + comment if _SHARED_COMMENT.fullmatch(comment) else current.rstrip()
            at = text.index("*/", at) + 1
        elif c == "," and depth == 0:
            parts.append(current.strip())
            current = ""
        else:
            if c == '"':
                quoted = True
            depth += (c in "([{") - (c in ")]}")
            current += c
        at += 1
    if current.strip() or parts:
        parts.append(current.strip())
    return parts


_LINE = re.compile(r"^(?:\[pid\s+(\d+)\]\s+|(\d+)\s+)?(.*)$")
_START = re.compile(r"^([a-z_][a-z0-9_]*)\(")
_RESUMED = re.compile(r"^<\.\.\. ([a-z0-9_]+) resumed>")


def parse(text):
    """The calls in the text of either tool, in the order in which they began; and {tid: (parent tid, is a thread)}."""
    calls, open_calls, births, superseded = [], {}, {}, {}
    for line in text.splitlines():
        match = _LINE.match(line)
        tid, body = int(match[1] or match[2] or 0), match[3]
        supersede = re.match(r"\+\+\+ superseded by execve in pid (\d+) \+\+\+", body)
        if supersede:
            superseded[tid] = int(supersede[1])
            continue
        resumed = _RESUMED.match(body)
        if resumed:
            # After execve by a thread that is no leader, the call ends under the leader's tid.
            place = open_calls.pop(tid, None)
            if place is None and tid in superseded:
                place = open_calls.pop(superseded[tid], None)
            if place is None:
                continue  # it began before tracing did
            begun_tid, begun = calls[place]
            calls[place] = (begun_tid, begun + body[resumed.end():])
        elif _START.match(body):
            if "<unfinished ...>" in body:
                body, rest = body.split("<unfinished ...>", 1)
                body = body.rstrip(" ")
                if rest.strip().startswith(")"):
                    body += rest.strip()
                else:
                    open_calls[tid] = len(calls)
            calls.append((tid, body))
    parsed = []
    for tid, body in calls:
        call = _parse_call(tid, body)
        parsed.append(call)
        if call.name in ("clone", "clone3", "fork", "vfork"):
            child = re.match(r"^(\d+)(?: /\* (\d+) in )?", _result_of(body))
            if child:
                births[int(child[2] or child[1])] = (tid, any("CLONE_THREAD" in arg for arg in call.args))
    return parsed, births


def _result_of(body):
    start = _START.match(body)
    end = _end_of_arguments(body, start.end())
    return "" if end is None else body[end + 1:].partition("=")[2].strip()


def _parse_call(tid, body):
    start = _START.match(body)
    end = _end_of_arguments(body, start.end())
    inside = body[start.end():] if end is None else body[start.end():end]
    result = re.sub(r"\s*/\*.*?\*/", "", _result_of(body))
    result = re.sub(r"\s*<\d+\.\d+>$", "", result)
    # What cttrace knows, and strace does not.
    result = re.sub(r" \(denied by seccomp\)$|(?<=^\?) \(did not return\)$", "", result)
    inside = inside.replace(" => ", ", => ")  # what clone3 wrote back
    name = start[1]
    if name.endswith("32") and name[:-2] in OF_16_BITS:
        name = name[:-2]
    return Call(tid, name, split_arguments(inside), result or "?")
