"""Reads what strace and cttrace write: the calls, in the order in which they began."""

import collections
import re

# i386 has two calls for each of these. strace shows the names of its table, cttrace those of the calls.
OF_16_BITS = """setuid setgid setreuid setregid setresuid setresgid setgroups setfsuid setfsgid chown fchown lchown""".split()

# Names that strace 6.1 does not have (most came with later kernels): the value that it writes instead, and what it says
# of a value without any name. Some it has not in one call only.
NEWER = {
    "FSCONFIG_CMD_CREATE_EXCL": (8, "FSCONFIG_???"),
    "MOVE_MOUNT_BENEATH": (0x200, "MOVE_MOUNT_???"),
    "MFD_NOEXEC_SEAL": (8, "MFD_???"),
    "MFD_EXEC": (16, "MFD_???"),
    "SECBIT_EXEC_RESTRICT_FILE": (0x100, "SECBIT_???"),
    "SECBIT_EXEC_RESTRICT_FILE_LOCKED": (0x200, "SECBIT_???"),
    "SECBIT_EXEC_DENY_INTERACTIVE": (0x400, "SECBIT_???"),
    "SECBIT_EXEC_DENY_INTERACTIVE_LOCKED": (0x800, "SECBIT_???"),
    "PIDFD_THREAD": (0x80, "PIDFD_???"),
    "PR_SET_MDWE": (65, "PR_???"),
    "AT_EXECVE_CHECK": (0x10000, "AT_???"),
    "CLONE_DETACHED": (0x400000, "CLONE_???"),
    "fsmount MOUNT_ATTR_IDMAP": (0x100000, "MOUNT_ATTR_???"),
    "fsmount MOUNT_ATTR_NOSYMFOLLOW": (0x200000, "MOUNT_ATTR_???"),
}
# What cttrace has one name for.
_ATIME = ("MOUNT_ATTR__ATIME", ["MOUNT_ATTR_NOATIME", "MOUNT_ATTR_STRICTATIME"], 0x40)
_NAMES = re.compile(r"\b[A-Z][A-Z0-9_]+(?:\|(?:[A-Z][A-Z0-9_]+|0x[0-9a-f]+))*")


def _older_flags(parts, newer):
    """The text of `parts` (names, and hexadecimal numbers of what has none), where those in `newer` are numbers."""
    known, rest, unknown = [], 0, ""
    for part in parts:
        if part in newer:
            rest, unknown = rest + newer[part][0], newer[part][1]
        elif part == _ATIME[0]:
            known, rest = known + _ATIME[1], rest + _ATIME[2]
        elif part.startswith("0x"):
            rest += int(part, 0)
        else:
            known.append(part)
    number = [hex(rest)] if rest else []
    signal = [known.pop()] if known and re.match(r"SIG[A-Z]", known[-1]) else []
    return "|".join(known + number + signal) if known else f"{rest:#x} /* {unknown} */"


def as_older(text, strace_text):
    """cttrace's text without the names that the strace of `strace_text` does not have."""
    newer = {name: value for name, value in NEWER.items() if " " in name or name not in strace_text}

    def older_line(line):
        call = re.search(r"\b([a-z][a-z0-9_]*)\(", line)
        here = {name.removeprefix(call[1] + " "): value for name, value in newer.items()} if call else newer

        def replaced(match):
            parts = match[0].split("|")
            return _older_flags(parts, here) if here.keys() & set(parts) or _ATIME[0] in parts else match[0]

        return _NAMES.sub(replaced, line)

    return "".join(map(older_line, text.splitlines(keepends=True)))


# Operations that cttrace shows with plain numbers (`cttrace syscalls` says "generic"): their results are compared, and
# that they are the same operations.
GENERIC = {"PR_" + name for name in """GET_PDEATHSIG GET_UNALIGN SET_UNALIGN GET_FPEMU GET_FPEXC GET_ENDIAN GET_TSC SET_TSC
MCE_KILL MCE_KILL_GET GET_CHILD_SUBREAPER GET_TID_ADDRESS SET_FP_MODE GET_SPECULATION_CTRL SET_TAGGED_ADDR_CTRL
SET_SYSCALL_USER_DISPATCH SCHED_CORE SVE_SET_VL SVE_GET_VL SME_SET_VL SME_GET_VL SET_VMA""".split()}
GENERIC |= {"KEYCTL_" + name for name in """UPDATE INSTANTIATE NEGATE INSTANTIATE_IOV DH_COMPUTE PKEY_QUERY PKEY_ENCRYPT
PKEY_DECRYPT PKEY_SIGN PKEY_VERIFY RESTRICT_KEYRING CAPABILITIES""".split()}

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


def births_of(records):
    """{tid: (parent tid, is a thread)}, of the ndjson of a recording."""
    forks = [record for record in records if record["type"] == "fork"]
    return {fork["child"]["tid"]: (fork["tid"], fork["child"]["tgid"] == fork["tgid"]) for fork in forks}


def parse(text, first=0):
    """The calls in the text of either tool, in the order in which they began; and {tid: (parent tid, is a thread)}.

    `first`: who made the calls of lines without a pid.
    """
    calls, open_calls, births, superseded = [], {}, {}, {}
    for line in text.splitlines():
        match = _LINE.match(line)
        tid, body = int(match[1] or match[2] or first), match[3]
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
    result = re.sub(r" \((?:denied by seccomp|answered by a seccomp supervisor)\)$|(?<=^\?) \(did not return\)$", "", result)
    inside = inside.replace(" => ", ", => ")  # what clone3 wrote back
    name = start[1]
    if name.endswith("32") and name[:-2] in OF_16_BITS:
        name = name[:-2]
    args = split_arguments(inside)
    if name in ("prctl", "keyctl") and args and args[0] in GENERIC:
        args = args[:1]
    if args and args[0] == "PR_SET_NAME":  # strace takes a name of 15 bytes for the beginning of one
        args[1] = args[1].removesuffix("...")
    if name == "prctl":  # strace names what the call returned
        named = re.match(r"(0x[0-9a-f]+|\d+) \([A-Z_|]+\)$", result)
        result = str(int(named[1], 0)) if named else result
    return Call(tid, name, args, result or "?")
