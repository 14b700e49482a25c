"""Why calls fail: cttrace says what is in the way, and where that is taken out of it, the same call succeeds."""

import json
import os
import subprocess
import sys

import support
from support import cttrace, require

# What the scripts are written with. `to(call, *arguments)` makes a call, and prints nothing: the trace tells what came of it.
PRELUDE = """
import ctypes, os, time
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long
NEWNS, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET, NEWCGROUP = 1 << 17, 1 << 26, 1 << 27, 1 << 28, 1 << 29, 1 << 30, 1 << 25
RDONLY, NOSUID, NODEV, NOEXEC, REMOUNT, BIND, MOVE, REC = 1, 2, 4, 8, 32, 4096, 8192, 16384
UNBINDABLE, PRIVATE, SLAVE, SHARED = 1 << 17, 1 << 18, 1 << 19, 1 << 20
DETACH = 2
NUMBERS = {'pivot_root': 155, 'setns': 308, 'mknod': 133, 'open_tree': 428, 'move_mount': 429, 'fsopen': 430, 'setresuid': 117,
           'setgroups': 116, 'sethostname': 170, 'seccomp': 317, 'capset': 126, 'setresgid': 119, 'mount': 165, 'umount2': 166,
           'unshare': 272, 'chroot': 161, 'mount_setattr': 442, 'prctl': 157, 'fsmount': 432}
def to(name, *arguments):
    given = [each.encode() if isinstance(each, str) else each for each in arguments]
    given = [ctypes.c_long(each) if isinstance(each, int) else each for each in given]
    return libc.syscall(ctypes.c_long(NUMBERS[name]), *given)
def mount(source, target, type=None, flags=0, data=None):
    return to('mount', source, target, type, flags, data)
def folders(*names):
    for name in names: os.makedirs(name, exist_ok=True)
def in_child(what):
    pid = os.fork()
    if not pid:
        try: what()
        finally: os._exit(0)
    os.waitpid(pid, 0)
def mapped(inner, outer, count=1):
    '''In a user namespace of its own, with this map.'''
    to('unshare', NEWUSER)
    for file, text in (('setgroups', 'deny'), ('uid_map', f'{inner} {outer} {count}'), ('gid_map', f'{inner} {outer} {count}')):
        with open('/proc/self/' + file, 'w') as out: out.write(text)
def until_alone():
    '''A thread that was joined is still there for a moment.'''
    while len(os.listdir('/proc/self/task')) > 1: time.sleep(0.001)
def own_mounts():
    to('unshare', NEWNS)
    mount('none', '/', None, REC | PRIVATE)
"""


class Refusals(support.Case):
    def setUp(self):
        super().setUp()
        require("root", "tracing")

    def told(self, script):
        """The calls that the script makes with `to`, in order: (name, error or None, why or None)."""
        record = self.tmp / "record.ctt"
        command = [sys.executable, "-I", "-S", "-c", PRELUDE + f"os.chdir({str(self.tmp)!r})\n" + script]
        done = cttrace("-q", "-o", os.devnull, "--record", record, "--", *command, timeout=120)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))
        shown = cttrace("show", "--format", "ndjson", record)
        self.assertEqual((shown.returncode, shown.stderr), (0, ""))
        events = [json.loads(line) for line in shown.stdout.splitlines()]
        calls = []
        for event in events:
            if event["type"] == "call":
                error = event["error"]["name"] if event.get("error") else None
                calls.append([event["name"], error, None])
            elif event["type"] == "changes":
                for change in event["changes"]:
                    if change["change"] == "refused":
                        calls[-1][2] = change["why"]
        return [tuple(call) for call in calls]

    def expect(self, script, *expected):
        """Each of the calls is made so, in this order, others in between or not."""
        told = iter(calls := self.told(script))
        for call in expected:
            self.assertTrue(any(call == each for each in told), f"no {call} in its place among\n" + "\n".join(map(str, calls)))

    def test_pivot_root(self):
        self.expect("""
own_mounts(); folders('new/old', 'other')
to('pivot_root', 'new', 'new/old')
mount('new', 'new', None, BIND)
to('pivot_root', 'new', 'other')
to('pivot_root', 'new', 'new/old')
""",
            ("pivot_root", "EBUSY", "new_root is on the mount that is the root: bind it on itself first"),
            ("pivot_root", "EBUSY", "put_old is on the mount that is the root"),
            ("pivot_root", None, None))

    def test_pivot_root_to_what_is_no_mount_point(self):
        self.expect("""
own_mounts(); folders('top'); mount('t', 'top', 'tmpfs'); folders('top/new/old')
to('pivot_root', 'top/new', 'top/new/old')
mount('top/new', 'top/new', None, BIND)
folders('top/elsewhere')
to('pivot_root', 'top/new', 'top/elsewhere')
to('pivot_root', 'top/new', 'top/new/old')
""",
            ("pivot_root", "EINVAL", "new_root is no mount point: bind it on itself first"),
            ("pivot_root", "EINVAL", "put_old is not below new_root"),
            ("pivot_root", None, None))

    def test_pivot_root_among_shared(self):
        self.expect("""
own_mounts(); folders('new'); mount('t', 'new', 'tmpfs'); folders('new/old')
mount(None, '/', None, SHARED)
to('pivot_root', 'new', 'new/old')
mount(None, '/', None, PRIVATE); mount(None, 'new', None, SHARED)
to('pivot_root', 'new', 'new/old')
mount(None, 'new', None, PRIVATE)
to('pivot_root', 'new', 'new/old')
""",
            ("pivot_root", "EINVAL", "what new_root is mounted on is shared"),
            ("pivot_root", "EINVAL", "put_old is on a shared mount"),
            ("pivot_root", None, None))

    def test_pivot_root_in_a_chroot(self):
        self.expect("""
own_mounts(); folders('jail/new'); mount('t', 'jail/new', 'tmpfs'); folders('jail/new/old')
to('chroot', 'jail'); os.chdir('/')
to('pivot_root', 'new', 'new/old')
""",
            ("pivot_root", "EINVAL", "its root is no mount point (chroot)"))

    def test_unmounting(self):
        self.expect("""
own_mounts(); folders('m'); to('umount2', 'm', 0)
mount('t', 'm', 'tmpfs'); folders('m/one', 'm/two'); mount('t', 'm/one', 'tmpfs'); mount('t', 'm/two', 'tmpfs')
to('umount2', 'm', 0)
to('umount2', 'm/one', 0); to('umount2', 'm/two', 0)
file = open('m/file', 'w')
to('umount2', 'm', 0)
file.close()
os.chdir('m'); to('umount2', '../m', 0); os.chdir('..')
to('umount2', 'm', 0)
""",
            ("umount2", "EINVAL", "nothing is mounted there"),
            ("umount2", "EBUSY", f"mounts are on it: {self.tmp}/m/one, {self.tmp}/m/two"),
            ("umount2", None, None), ("umount2", None, None),
            ("umount2", "EBUSY", "a file in it is open, or somebody has it as root or working directory"),
            ("umount2", None, None))

    def test_who_stands_in_it(self):
        calls = self.told("""
own_mounts(); folders('m'); mount('t', 'm', 'tmpfs')
os.chdir('m'); to('umount2', '../m', 0)
""")
        [why] = [why for name, error, why in calls if (name, error) == ("umount2", "EBUSY")]
        self.assertRegex(why, r"^the root or working directory is in it of \d+$")

    def test_moving_and_binding(self):
        self.expect("""
own_mounts(); folders('a', 'b', 'c'); mount('t', 'a', 'tmpfs'); folders('a/in')
mount('b', 'c', None, MOVE)
mount('a', 'a/in', None, MOVE)
mount(None, 'a', None, UNBINDABLE)
mount('a', 'c', None, BIND)
mount(None, 'a', None, PRIVATE)
mount('a', 'c', None, BIND); to('umount2', 'c', 0)
mount(None, '/', None, SHARED)
mount('a', 'c', None, MOVE)
mount(None, '/', None, PRIVATE)
mount('a', 'c', None, MOVE)
mount(None, 'b', None, SHARED)
mount(None, 'b', None, REMOUNT | BIND | RDONLY)
mount('x', 'b', 'nosuchfs')
mount('/proc/self/comm', 'b', 'ext4')
mount('t', 'b', 'tmpfs', 0, 'nosuchoption=1')
""",
            ("mount", "EINVAL", "what is to be moved is no mount point"),
            ("mount", "ELOOP", "it would be mounted below itself"),
            ("mount", "EINVAL", "the source is unbindable"),
            ("mount", None, None), ("umount2", None, None),
            ("mount", "EINVAL", "what it is mounted on is shared"),
            ("mount", None, None),
            ("mount", "EINVAL", "it is no mount point"),
            ("mount", "EINVAL", "it is no mount point"),
            ("mount", "ENODEV", "this kernel has no such filesystem, or no module of it"),
            ("mount", "ENOTBLK", "the source is none"),
            ("mount", "EINVAL", "the filesystem does not take an option, or the source: the kernel's log may say what"))

    @support.only_with("ptrace", "there it depends on the kernel whether it tells where paths led")
    def test_what_the_target_is(self):
        self.expect("""
own_mounts(); folders('b'); open('file', 'w').close()
mount('file', 'b', None, BIND)
mount('b', 'file', None, BIND)
mount('nosuch', 'b', None, BIND)
mount('b', 'nosuch', None, BIND)
mount('o', 'b', 'overlay', 0, 'lowerdir=/nosuch')
""",
            ("mount", "ENOTDIR", "the target is a folder, and the source is none"),
            ("mount", "ENOTDIR", "the source is a folder, and the target is none"),
            ("mount", "ENOENT", "the source; the target is there"),
            ("mount", "ENOENT", None),
            ("mount", "ENOENT", "the source, or what an option names; the target is there"))

    @support.only_with("ptrace", "there it depends on the kernel whether it tells where paths led")
    def test_where_a_symbolic_link_leads(self):
        self.expect("""
own_mounts(); folders('m', 'plain'); mount('t', 'm', 'tmpfs'); os.symlink('m', 'link'); os.symlink('plain', 'other')
mount(None, 'link', None, SHARED)
mount(None, 'other', None, SHARED)
""",
            ("mount", None, None),
            ("mount", "EINVAL", "it is no mount point"))

    def test_the_newer_calls(self):
        self.expect("""
own_mounts(); folders('a', 'b'); mount('t', 'a', 'tmpfs')
mount(None, 'a', None, UNBINDABLE)
to('open_tree', -100, 'a', 1)
mount(None, 'a', None, PRIVATE)
tree = to('open_tree', -100, 'b', 0)
to('move_mount', tree, '', -100, 'a', 4)
to('move_mount', -100, 'a', -100, 'b', 0)
to('fsopen', 'nosuchfs', 0)
to('mount_setattr', -100, 'a', 0, ctypes.byref((ctypes.c_uint64 * 4)(1, 0, 0, 0)), 32)
""",
            ("open_tree", "EINVAL", "the source is unbindable"),
            ("move_mount", "EINVAL", "what is to be moved is no mount point"),
            ("move_mount", None, None),
            ("fsopen", "ENODEV", "this kernel has no such filesystem, or no module of it"),
            ("mount_setattr", "EINVAL", "it is no mount point"))

    def test_without_privilege(self):
        self.expect("""
own_mounts(); folders('m')
def unprivileged():
    to('prctl', 38, 0, 0, 0, 0)
    os.setgroups([]); to('setresgid', 65534, 65534, 65534); to('setresuid', 65534, 65534, 65534)
    mount('t', '/mnt', 'tmpfs')
    to('umount2', '/proc', 0)
    to('unshare', NEWNS)
    to('unshare', NEWNS | NEWPID)
    to('chroot', '/')
    to('sethostname', 'x', 1)
    to('mknod', '/tmp/x', 0o20666, 0x103)
    to('setgroups', 0, None)
    to('prctl', 24, 21, 0, 0, 0)
    to('setresuid', 0, 0, 0)
    to('seccomp', 1, 0, ctypes.byref((ctypes.c_uint64 * 2)(1, ctypes.addressof(ctypes.c_uint64(6 | 0x7fff0000 << 32)))))
in_child(unprivileged)
""",
            ("mount", "EPERM", "no CAP_SYS_ADMIN"),
            ("umount2", "EPERM", "no CAP_SYS_ADMIN"),
            ("unshare", "EPERM", "no CAP_SYS_ADMIN, and no user namespace is made with them"),
            ("unshare", "EPERM", "no CAP_SYS_ADMIN, and no user namespace is made with them"),
            ("chroot", "EPERM", "no CAP_SYS_CHROOT"),
            ("sethostname", "EPERM", "no CAP_SYS_ADMIN"),
            ("mknod", "EPERM", "no CAP_MKNOD"),
            ("setgroups", "EPERM", "no CAP_SETGID"),
            ("prctl", "EPERM", "no CAP_SETPCAP"),
            ("setresuid", "EPERM", "no CAP_SETUID"))

    def test_seccomp_without_privilege(self):
        script = """
filter = ctypes.c_uint64(6 | 0x7fff0000 << 32)
program = (ctypes.c_uint64 * 2)(1, ctypes.addressof(filter))
def unprivileged():
    to('setresuid', 65534, 65534, 65534)
    to('seccomp', 1, 0, ctypes.byref(program))
    to('prctl', 38, 1, 0, 0, 0)
    to('seccomp', 1, 0, ctypes.byref(program))
in_child(unprivileged)
"""
        self.expect(script,
                    ("seccomp", "EACCES", "no CAP_SYS_ADMIN, and no_new_privs is not set"),
                    ("seccomp", None, None))

    @support.requires("userns")
    def test_in_a_user_namespace(self):
        self.expect("""
folders('m', 'jail')
def inside():
    mapped(0, 0)
    mount('t', 'm', 'tmpfs')
    to('sethostname', 'x', 1)
    to('unshare', NEWNS | NEWUTS)
    mount('t', 'm', 'tmpfs')
    to('sethostname', 'x', 1)
    mount('proc', 'm', 'proc')
    mount('sysfs', 'm', 'sysfs')
    mount('mqueue', 'm', 'mqueue')
    mount('/dev/null', 'm', 'ext4')
    to('mknod', 'null', 0o20666, 0x103)
    to('setgroups', 0, None)
    to('setresuid', 1000, 1000, 1000)
    to('setresgid', 1000, 1000, 1000)
    to('setresuid', 0, 0, 0)
in_child(inside)
""",
            ("mount", "EPERM", "its mount namespace belongs to another user namespace, and CAP_SYS_ADMIN counts there"),
            ("sethostname", "EPERM", "its uts namespace belongs to another user namespace, and CAP_SYS_ADMIN counts there"),
            ("unshare", None, None), ("mount", None, None), ("sethostname", None, None),
            ("mount", "EPERM", "the pid namespace that it is in belongs to another user namespace, and CAP_SYS_ADMIN counts there"),
            ("mount", "EPERM", "its network namespace belongs to another user namespace, and CAP_SYS_ADMIN counts there"),
            ("mount", "EPERM", "its ipc namespace belongs to another user namespace, and CAP_SYS_ADMIN counts there"),
            ("mount", "EPERM", "this filesystem can only be mounted from the host's user namespace"),
            ("mknod", "EPERM", "CAP_MKNOD counts in the host's user namespace only"),
            ("setgroups", "EPERM", "setgroups is denied in its user namespace"),
            ("setresuid", "EINVAL", "its user namespace has no 1000 (uid_map)"),
            ("setresgid", "EINVAL", "its user namespace has no 1000 (gid_map)"),
            ("setresuid", None, None))

    @support.requires("userns")
    def test_what_came_along_is_locked(self):
        self.expect("""
own_mounts(); folders('over', 'm'); mount('t', 'over', 'tmpfs', NOSUID | NODEV | RDONLY)
mount('u', 'm', 'tmpfs'); folders('m/hides'); mount('t', 'm/hides', 'tmpfs'); folders('copy')
def inside():
    mapped(0, 0)
    to('unshare', NEWNS)
    to('umount2', 'over', DETACH)
    mount(None, 'over', None, REMOUNT | BIND | NOSUID)
    mount(None, 'over', None, REMOUNT | BIND | NOSUID | NODEV | RDONLY | NOEXEC)
    mount('m', 'copy', None, BIND)
    mount('m', 'copy', None, BIND | REC)
    mount('over', 'copy', None, MOVE)
in_child(inside)
""",
            ("umount2", "EINVAL", "it came from a more privileged mount namespace, and would show what it hides"),
            ("mount", "EPERM", "it would lose what is locked, as it came from a more privileged mount namespace: ro, nodev"),
            ("mount", None, None),
            ("mount", "EINVAL", "what is mounted below came from a more privileged mount namespace, and would show what it hides: "
                                "only all of it can be bound"),
            ("mount", None, None),
            ("mount", "EINVAL", "it came from a more privileged mount namespace with what is around it, and cannot be moved alone"))

    @support.requires("userns")
    def test_a_masked_proc(self):
        self.expect("""
own_mounts(); mount('t', '/proc/sys', 'tmpfs')
def inside():
    mapped(0, 0)
    to('unshare', NEWNS | NEWPID)
    in_child(lambda: mount('proc', '/mnt', 'proc'))
in_child(inside)
""",
            ("mount", "EPERM", "in its mount namespace nothing shows all of such a filesystem, without mounts over parts of it"))

    @support.requires("userns")
    def test_user_namespaces(self):
        self.expect("""
folders('jail')
import threading
def with_threads():
    event = threading.Event(); thread = threading.Thread(target=event.wait); thread.start()
    to('unshare', NEWUSER)
    event.set(); thread.join(); until_alone()
    to('unshare', NEWUSER)
in_child(with_threads)
def in_jail():
    to('chroot', 'jail')
    to('unshare', NEWUSER)
in_child(in_jail)
def before_the_map():
    to('unshare', NEWUSER)
    to('setgroups', 0, None)
in_child(before_the_map)
""",
            ("unshare", "EINVAL", "it has several threads"),
            ("unshare", None, None),
            ("unshare", "EPERM", "its root is not that of its mount namespace (chroot)"),
            ("setgroups", "EPERM", "gid_map of its user namespace has not been written yet"))

    def test_setns(self):
        self.expect("""
import threading
net, user, mnt = (os.open('/proc/self/ns/' + each, os.O_RDONLY) for each in ('net', 'user', 'mnt'))
to('setns', net, NEWUTS)
to('setns', net, NEWNET)
to('setns', user, NEWUSER)
def with_threads():
    event = threading.Event(); thread = threading.Thread(target=event.wait); thread.start()
    to('setns', mnt, NEWNS)
    event.set(); thread.join(); until_alone()
    to('setns', mnt, NEWNS)
in_child(with_threads)
def unprivileged():
    to('setresuid', 65534, 65534, 65534)
    to('setns', net, 0)
in_child(unprivileged)
""",
            ("setns", "EINVAL", "it is of type net"),
            ("setns", None, None),
            ("setns", "EINVAL", "it is in this user namespace already"),
            ("setns", "EINVAL", "its threads share root and working directory: unshare(CLONE_FS) comes first"),
            ("setns", None, None),
            ("setns", "EPERM", "no CAP_SYS_ADMIN"))

    def test_programs(self):
        calls = self.told("""
own_mounts(); folders('m'); mount('t', 'm', 'tmpfs', NOEXEC)
for name, text in (('m/script', '#!/bin/sh\\n'), ('nothing', 'nothing'), ('busy', '#!/bin/sh\\n')):
    with open(name, 'w') as out: out.write(text)
    os.chmod(name, 0o755)
busy = open('busy', 'a')
def executes(name):
    try: os.execv(name, [name])
    except OSError: pass
for name in ('m/script', 'nothing', 'busy'): in_child(lambda: executes(name))
""")
        failed = [(error, why) for name, error, why in calls if name == "execve" and error and error != "ENOENT"]
        self.assertEqual(failed, [("EACCES", f"it is on a mount that is noexec, {self.tmp}/m"),
                                  ("ENOEXEC", "neither a program for this machine nor a script that begins with #! and its interpreter"),
                                  ("ETXTBSY", "somebody has it open for writing")])

    def test_is_told_in_the_story(self):
        require("unshare")
        script = "mount --make-rprivate / && mkdir -p new/old && pivot_root new new/old; exit 3"
        done = subprocess.run([str(support.CTTRACE), "-q", *(["--backend", "ptrace"] if support.BACKEND == "ptrace" else []), "--",
                               "unshare", "--mount", "--propagation", "unchanged", "sh", "-c", script], cwd=self.tmp,
                              capture_output=True, text=True, env={**os.environ, "COLUMNS": "999"}, timeout=120)
        self.assertEqual(done.returncode, 3)
        self.assertIn(": failed: EBUSY (Device or resource busy: new_root is on the mount that is the root: bind it on itself first)",
                      done.stderr)

    def test_nothing_is_said_of_what_succeeds(self):
        calls = self.told("own_mounts(); folders('m'); mount('t', 'm', 'tmpfs'); to('umount2', 'm', 0)")
        self.assertEqual([call for call in calls if call[2] and not call[1]], [])


if __name__ == "__main__":
    support.main()
