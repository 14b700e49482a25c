"""Compares what strace wrote with what cttrace wrote.

Two comparisons. Of the *same run* (cttrace follows a strace that follows a runtime): every thread's calls, in order,
must be equal word for word. Of *two runs* of the same bundle: calls by stage (a process, named by its place in the clone
tree), after the numbers that differ from run to run are replaced (pids, addresses, descriptors, key serials).

What a Go program's scheduler does differently in each run is normalised by three rules, none of which drops a call that
a container could notice:
  1. A process's threads are one stage: its calls are compared in the order in which they began, whichever thread ran them.
  2. How many threads the runtime made is the scheduler's choice; that it made some, and how, is compared.
  3. A call that the kernel restarts after a signal (ERESTART...) is the same call as the one that follows it.
"""

import collections
import difflib
import re

from strace_text import OF_16_BITS

# The calls that both tools can be asked for by name. Writes are compared where they go to procfs, sysfs or cgroupfs, as
# -y tells.
NAMES = """clone clone3 fork vfork unshare setns execve execveat mount umount2 pivot_root chroot fsopen fsconfig fsmount
fspick move_mount open_tree mount_setattr mknod mknodat chdir fchdir setuid setgid setreuid setregid setresuid setresgid
setgroups setfsuid setfsgid capset prctl seccomp keyctl prlimit64 setrlimit personality sethostname setdomainname
pidfd_open pidfd_getfd memfd_create close_range""".split()
WRITES = ["write", "pwrite64", "writev", "pwritev"]
# %fs, and what cttrace shows only in part unless it is asked for by name: owners (of device nodes), close (of
# descriptors that hold a detached mount tree, or are a filesystem context).
FILES = """close mkdir mkdirat link linkat symlink symlinkat chmod fchmod fchmodat rename renameat renameat2 openat2 chown fchown
lchown fchownat""".split()


def strace_command(names, out):
    """What traces with strace. Long vectors and filters are abbreviated, as cttrace has them."""
    every = names + ["umount"] + [name + "32" for name in names if name in OF_16_BITS]
    return ["strace", "-f", "-v", "-e", "abbrev=execve,execveat,prctl,seccomp", "-y", "-s", "4095", "--decode-pids=pidns",
            "-e", "trace=" + ",".join("?" + name for name in every), "-o", str(out)]


def cttrace_options(names, out):
    return ["-v", "-y", "-s", "4095", "-o", str(out), "-e", "trace=" + ",".join(names + ["umount"])]


_CONTROL = re.compile(r"\d+<(/proc/|/sys/|cgroup)")


def in_scope(calls):
    """All calls but writes that go elsewhere than to a control file."""
    return [call for call in calls if call.name not in WRITES or _CONTROL.match(call.args[0])]


def _without_places(text):
    """3</path> is 3."""
    return re.sub(r"\b(\d+|AT_FDCWD)<(?:[^<>]|<[^<>]*>)*>(?:\(deleted\))?", r"\1", text)


def plain(call):
    """A call as one line, for the comparison of the same run."""
    args = list(call.args)
    for at, arg in enumerate(args):
        # Where an absolute path would begin, only strace says.
        path = args[at - 1] if call.name == "fsconfig" else "".join(args[at + 1:at + 2])
        if call.name == "pidfd_getfd" and at == 1:
            args[at] = _without_places(arg)  # a descriptor of another process
        if arg.startswith("AT_FDCWD<") and path.startswith('"/'):
            args[at] = "AT_FDCWD"
    # strace takes what mount_setattr returns for a descriptor.
    result = _without_places(call.result) if call.name == "mount_setattr" else call.result
    line = f"{call.name}({', '.join(args)}) = {result}"
    line = re.sub(r"(userns_fd=\d+)<[^<>]*>", r"\1", line)
    # What cttrace knows more of: which process, which filesystem, where in a mount that is attached nowhere.
    line = re.sub(r"<(pidfd|fscontext):\[\w+\]>", r"<anon_inode:[\1]>", line)
    line = re.sub(r"<\(detached \w+\)[^<>]*>", "</>", line)
    return re.sub(r"(</memfd:[^>]*>)\(deleted\)", r"\1", line)


def by_thread(calls):
    threads = collections.defaultdict(list)
    for call in calls:
        threads[call.tid].append(plain(call))
    return threads


# Arguments that are descriptors, processes or keys: numbers that a run chooses.
_FD_ARGUMENTS = {"setns": [0], "fchdir": [0], "mknodat": [0], "execveat": [0], "fsconfig": [0, 4], "fsmount": [0], "fspick": [0],
                 "move_mount": [0, 2], "open_tree": [0], "mount_setattr": [0], "pidfd_getfd": [0, 1], "close_range": [0, 1],
                 "write": [0], "pwrite64": [0], "writev": [0]}
_PID_ARGUMENTS = {"prlimit64": [0], "pidfd_open": [0]}
_KEY_ARGUMENTS = {"keyctl": [1]}
_NEW_FD = {"fsopen", "fsmount", "fspick", "open_tree", "pidfd_open", "pidfd_getfd", "memfd_create"}
_NEW_PID = {"clone", "clone3", "fork", "vfork"}


def normalised(call):
    """A call as one line without what differs between two runs of the same thing."""
    args = [_without_places(arg) for arg in call.args]
    # A number below 3 is 0, 1 or 2 in each run, and 0 as a pid means the caller itself: that is to be compared.
    for table, name, least in ((_FD_ARGUMENTS, "fd", 3), (_PID_ARGUMENTS, "pid", 1), (_KEY_ARGUMENTS, "key", 1)):
        for index in table.get(call.name, []):
            if index < len(args) and re.fullmatch(r"\d+|0x[0-9a-f]+", args[index]) and int(args[index], 0) >= least:
                args[index] = f"<{name}>"
    result = _without_places(call.result)
    if re.match(r"\d+", result):
        if call.name in _NEW_PID:
            result = "<pid>"
        elif call.name in _NEW_FD:
            result = "<fd>"
        elif call.name == "keyctl" and args[0] in ("KEYCTL_JOIN_SESSION_KEYRING", "KEYCTL_GET_KEYRING_ID"):
            result = "<key>"
    if call.name in WRITES and re.search(r"/(cgroup\.procs|tasks)>", call.args[0]):
        args[1] = '"<pid>"'
        if len(args) > 2:
            args[2], result = "<length>", re.sub(r"^\d+$", "<length>", result)
    line = f"{call.name}({', '.join(args)}) = {result}"
    line = re.sub(r"(/proc/)\d+(?=[/\"])", r"\1<pid>", line)
    line = re.sub(r"(/proc/(?:self|thread-self|<pid>)(?:/task/\d+)?/fd/)\d+", r"\1<fd>", line)
    line = re.sub(r"\b0x[0-9a-f]{6,}\b", "<addr>", line)
    line = re.sub(r"(=>\s*\{[^}]*)", lambda m: re.sub(r"\[\d+\]", "[<pid>]", m[0]), line)
    line = re.sub(r"(child_tid|parent_tid|parent_tidptr|child_tidptr|pidfd)=\[\d+\]", r"\1=[<number>]", line)
    # mkstemp in the runtimes' own protection of their binaries.
    return re.sub(r"(/(?:runc|crun)\.)[A-Za-z0-9]{6}\b", r"\1<random>", line)


def by_stage(calls, births, root):
    """{place in the clone tree: lines}, from `root` (a pid) on. The root is "0", its first child "0.1"."""
    process, stage = {root: root}, {root: "0"}
    children = collections.Counter()
    # Births are in call order, so a parent is always known before its children.
    for child, (parent, is_thread) in births.items():
        owner = process.get(parent)
        if owner is None:
            continue
        if is_thread:
            process[child] = owner
        else:
            children[owner] += 1
            process[child] = child
            stage[child] = f"{stage[owner]}.{children[owner]}"
    stages, threads = collections.defaultdict(list), collections.defaultdict(set)
    restarted = {}
    for call in calls:
        owner = process.get(call.tid)
        if owner is None:
            continue
        line = normalised(call)
        if re.search(r"= \? ?ERESTART", line):
            restarted[call.tid] = call.name
            continue
        restarted.pop(call.tid, None)
        if call.name in _NEW_PID and "CLONE_THREAD" in line:
            threads[stage[owner]].add("makes threads: " + line)
        else:
            stages[stage[owner]].append(line)
    if restarted:
        raise AssertionError(f"calls to be restarted, that never were: {restarted}")
    for name, made in threads.items():
        stages[name] = sorted(made) + stages[name]
    return dict(stages)


def difference(left, right, left_name="strace", right_name="cttrace"):
    """What differs between two {name: lines}, for a person to read; empty when nothing does."""
    out = []
    for name in sorted(set(left) | set(right), key=str):
        a, b = left.get(name, []), right.get(name, [])
        if a != b:
            out.append(f"--- {name}: {len(a)} calls by {left_name}, {len(b)} by {right_name}")
            out += [line for line in difflib.unified_diff(a, b, left_name, right_name, lineterm="", n=1)][2:]
    return "\n".join(out)


def find_root(calls, program):
    """The pid that first executes `program`."""
    for call in calls:
        if call.name == "execve" and call.result == "0" and call.args[0].strip('"').rsplit("/", 1)[-1] == program:
            return call.tid
    raise AssertionError(f"nobody executed {program}")
