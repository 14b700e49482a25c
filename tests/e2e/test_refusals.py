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
            ("umount2", "EBUSY", "something in it is in use: a file that is open, a program that runs, a root or working directory"),
            ("umount2", None, None))

    def test_remounting_read_only(self):
        self.expect("""
own_mounts(); folders('m'); mount('t', 'm', 'tmpfs')
file = open('m/file', 'w')
mount(None, 'm', None, REMOUNT | BIND | RDONLY)
to('mount_setattr', -100, 'm', 0, ctypes.byref((ctypes.c_uint64 * 4)(1, 0, 0, 0)), 32)
file.close()
mount(None, 'm', None, REMOUNT | BIND | RDONLY)
to('umount2', 'm', 0x100)
to('umount2', 'm', 4 | DETACH)
to('umount2', 'm', DETACH)
""",
            ("mount", "EBUSY", "something in it is open for writing"),
            ("mount_setattr", "EBUSY", "something in it is open for writing"),
            ("mount", None, None),
            ("umount2", "EINVAL", "it takes no such flag"),
            ("umount2", "EINVAL", "MNT_EXPIRE goes with no other flag"),
            ("umount2", None, None))

    def test_places_in_another_mount_namespace(self):
        self.expect("""
own_mounts(); folders('m'); mount('t', 'm', 'tmpfs'); folders('m/old')
here = os.open('m', os.O_PATH)
def elsewhere():
    to('unshare', NEWNS)
    mount(f'/proc/self/fd/{here}', 'm', None, BIND)
    mount('t', f'/proc/self/fd/{here}', 'tmpfs')
    to('open_tree', here, '', 1 | 0x1000)
    mount('m', 'm', None, BIND)
in_child(elsewhere)
""",
            ("mount", "EINVAL", "the source is in another mount namespace"),
            ("mount", "EINVAL", "the target is in another mount namespace"),
            ("open_tree", "EINVAL", "the source is in another mount namespace"),
            ("mount", None, None))

    @support.requires("userns")
    def test_maps(self):
        self.expect(r"""
def other(text, file='uid_map'):  # of a child in a user namespace of its own
    ready, done = os.pipe(), os.pipe()
    pid = os.fork()
    if not pid:
        to('unshare', NEWUSER); os.write(ready[1], b'x'); os.read(done[0], 1); os._exit(0)
    os.read(ready[0], 1)
    for each in text if isinstance(text, list) else [text]:
        out = os.open(f'/proc/{pid}/{file}', os.O_WRONLY)
        try: os.write(out, each.encode())
        except OSError: pass
        os.close(out)
    os.write(done[1], b'x'); os.waitpid(pid, 0)
other('0 0')
other('0 0 0')
other('0 4294967290 10')
other('0 0 10\n5 100 10')
other(['0 100000 10', '0 100000 10'])
other('\n'.join(f'{i} {i} 1' for i in range(341)))
def inside():
    mapped(0, 0)
    other(['0 5 1', '0 0 2', '0 0 1'])
    other(['0 5 1'], 'gid_map')
in_child(inside)
def alone():
    to('setresgid', 1000, 1000, 1000); to('setresuid', 1000, 1000, 1000)
    to('prctl', 4, 1, 0, 0, 0)
    to('unshare', NEWUSER)
    for file, text in (('uid_map', '0 1000 5'), ('uid_map', '0 1000 1'), ('gid_map', '0 1000 1'), ('setgroups', 'deny'),
                       ('gid_map', '0 1000 1'), ('setgroups', 'allow')):
        out = os.open('/proc/self/' + file, os.O_WRONLY)
        try: os.write(out, text.encode())
        except OSError: pass
        os.close(out)
in_child(alone)
""",
            ("write", "EINVAL", "not three numbers a line"),
            ("write", "EINVAL", "one of its lines is for a count of 0"),
            ("write", "EINVAL", "a line of it has ids that there are not"),
            ("write", "EINVAL", "two lines of it have the same ids"),
            ("write", None, None), ("write", "EPERM", "it has been written already"),
            ("write", "EINVAL", "more than 340 lines"),
            ("write", "EPERM", "the user namespace above has no uid 5"),
            ("write", "EPERM", "the user namespace above has no uid 1"),
            ("write", None, None),
            ("write", "EPERM", "the user namespace above has no gid 5"),
            ("write", "EPERM", "it has no CAP_SETUID in the user namespace above, and maps more than its own uid"),
            ("write", None, None),
            ("write", "EPERM", "it has no CAP_SETGID in the user namespace above: setgroups has to be denied first"),
            ("write", None, None), ("write", None, None),
            ("write", "EPERM", "it is denied already"))

    @support.requires("userns")
    def test_ids_in_options(self):
        self.expect("""
folders('m')
def inside():
    mapped(0, 0)
    to('unshare', NEWNS)
    mount('t', 'm', 'tmpfs', 0, 'mode=700,uid=1000')
    mount('d', 'm', 'devpts', 0, 'newinstance,gid=5')
    mount('d', 'm', 'devpts', 0, 'newinstance,gid=0')
    to('unshare', NEWPID)
    to('unshare', NEWPID)
in_child(inside)
""",
            ("mount", "EINVAL", "its user namespace has no uid 1000"),
            ("mount", "EINVAL", "its user namespace has no gid 5"),
            ("mount", None, None),
            ("unshare", None, None),
            ("unshare", "EINVAL", "its children have another pid namespace than itself already"))

    def test_limits(self):
        calls = self.told("""
import resource
def unprivileged():
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    to('setresuid', 65534, 65534, 65534)
    for pid in (os.getppid(), 0):
        try: resource.prlimit(pid, resource.RLIMIT_CORE, (10, 10))
        except (PermissionError, ValueError): pass
in_child(unprivileged)
""")
        failed = [why for name, error, why in calls if (name, error) == ("prlimit64", "EPERM")]
        self.assertEqual(failed, ["above the hard limit, or the process has other ids; no CAP_SYS_RESOURCE",
                                  "above the hard limit; no CAP_SYS_RESOURCE"])

    def test_who_stands_in_it(self):
        calls = self.told("""
own_mounts(); folders('m'); mount('t', 'm', 'tmpfs')
os.chdir('m'); to('umount2', '../m', 0)
""")
        [why] = [why for name, error, why in calls if (name, error) == ("umount2", "EBUSY")]
        self.assertRegex(why, r"^something in it is in use, as root or working directory of python[\d.]* \d+$")

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
            ("mount", "ENOTBLK", "the source is no block device"),
            ("mount", "EINVAL", "an option, most likely: the kernel's log may say which"))

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
            ("mount", "ENOTDIR", "the target is a folder, the source is not"),
            ("mount", "ENOTDIR", "the source is a folder, the target is not"),
            ("mount", "ENOENT", "the source is missing, the target is there"),
            ("mount", "ENOENT", None),
            ("mount", "ENOENT", "the source, or what an option names, is missing; the target is there"))

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

    def test_capabilities(self):
        self.expect("""
CHOWN, SETPCAP, NET_RAW, SYS_ADMIN = 1 << 0, 1 << 8, 1 << 13, 1 << 21
def capset(effective, permitted, inheritable, pid=0):
    to('capset', ctypes.byref((ctypes.c_uint32 * 2)(0x20080522, pid)),
       ctypes.byref((ctypes.c_uint32 * 6)(effective, permitted, inheritable, 0, 0, 0)))
def less():
    capset(0, 0, 0, os.getppid())
    capset(CHOWN | SETPCAP, CHOWN | SETPCAP, 0)
    capset(CHOWN, CHOWN | SYS_ADMIN | NET_RAW, 0)
    capset(SYS_ADMIN, CHOWN, 0)
    to('prctl', 24, 13, 0, 0, 0)
    capset(CHOWN | SETPCAP, CHOWN | SETPCAP, NET_RAW)
    capset(CHOWN, CHOWN, 0)
    capset(CHOWN, CHOWN, SYS_ADMIN)
    to('prctl', 24, 21, 0, 0, 0)
    to('prctl', 47, 2, 21, 0, 0)
    to('prctl', 47, 2, 0, 0, 0)
    capset(CHOWN, CHOWN, CHOWN)
    to('prctl', 47, 2, 0, 0, 0)
    to('prctl', 47, 2, 63, 0, 0)
in_child(less)
to('prctl', 24, 63, 0, 0, 0)
""",
            ("capset", "EPERM", "a thread can set no capabilities but its own"),
            ("capset", None, None),
            ("capset", "EPERM", "permitted CAP_NET_RAW, CAP_SYS_ADMIN: it does not have what it asks for"),
            ("capset", "EPERM", "effective CAP_SYS_ADMIN: not among the permitted ones that it asks for"),
            ("prctl", None, None),
            ("capset", "EPERM", "inheritable CAP_NET_RAW: not in its bounding set"),
            ("capset", None, None),
            ("capset", "EPERM", "inheritable CAP_SYS_ADMIN: not permitted to it, and no CAP_SETPCAP"),
            ("prctl", "EPERM", "no CAP_SETPCAP"),
            ("prctl", "EPERM", "it is not in its permitted set"),
            ("prctl", "EPERM", "it is not in its inheritable set"),
            ("capset", None, None), ("prctl", None, None),
            ("prctl", "EINVAL", "this kernel has no such capability"),
            ("prctl", "EINVAL", "this kernel has no such capability"))

    def test_securebits(self):
        self.expect("""
def locked():
    to('prctl', 28, 0x10 | 0x20 | 0x40, 0, 0, 0)
    to('prctl', 28, 0x20 | 0x40, 0, 0, 0)
    to('prctl', 28, 0x10, 0, 0, 0)
    to('prctl', 8, 1, 0, 0, 0)
    to('prctl', 47, 2, 0, 0, 0)
    to('setresuid', 65534, 65534, 65534)
    to('prctl', 28, 0x10 | 0x20 | 0x40, 0, 0, 0)
    to('prctl', 28, 0x10 | 0x20 | 0x40 | 1, 0, 0, 0)
def unprivileged():
    to('setresuid', 65534, 65534, 65534)
    to('prctl', 28, 1, 0, 0, 0)
in_child(locked)
in_child(unprivileged)
""",
            ("prctl", None, None),
            ("prctl", "EPERM", "some of those that it changes are locked"),
            ("prctl", "EPERM", "some of those that it changes are locked"),
            ("prctl", "EPERM", "its securebits are locked (KEEP_CAPS_LOCKED)"),
            ("prctl", "EPERM", "it is not in its inheritable set"),
            ("setresuid", None, None),
            ("setresuid", None, None), ("prctl", "EPERM", "no CAP_SETPCAP"))

    @support.requires("userns")
    def test_id_maps_of_mounts(self):
        self.expect("""
own_mounts(); folders('m'); mount('t', 'm', 'tmpfs')
ready, done = os.pipe(), os.pipe()
child = os.fork()
if not child:
    to('unshare', NEWUSER); os.write(ready[1], b'x'); os.read(done[0], 1); os._exit(0)
os.read(ready[0], 1)
for file in ('uid_map', 'gid_map'):
    with open(f'/proc/{child}/{file}', 'w') as out: out.write('0 100000 65536')
users = os.open(f'/proc/{child}/ns/user', os.O_RDONLY)
def idmap(where, path, empty):
    to('mount_setattr', where, path, empty, ctypes.byref((ctypes.c_uint64 * 4)(0x100000, 0, 0, users)), 32)
idmap(-100, 'm', 0)
tree = to('open_tree', -100, 'm', 1)
idmap(tree, '', 0x1000)
idmap(tree, '', 0x1000)
proc = to('open_tree', -100, '/proc', 1)
idmap(proc, '', 0x1000)
os.write(done[1], b'x'); os.waitpid(child, 0)
""",
            ("mount_setattr", "EINVAL",
             "it is attached already: what gets an id map is a copy (open_tree, OPEN_TREE_CLONE), before it is attached"),
            ("open_tree", None, None),
            ("mount_setattr", None, None),
            ("mount_setattr", "EPERM", "it has an id map already"),
            ("mount_setattr", "EINVAL", "this kernel's proc takes no id maps, or not this one"))

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
            ("mknod", "EPERM", "it takes CAP_MKNOD in the host's user namespace, and it is in another one"),
            ("setgroups", "EPERM", "setgroups is denied in its user namespace"),
            ("setresuid", "EINVAL", "its user namespace has no uid 1000"),
            ("setresgid", "EINVAL", "its user namespace has no gid 1000"),
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
            ("mount", "EPERM", "every proc that its mount namespace has is covered in part by other mounts, or locked read-only"))

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
            ("setns", "EINVAL", "it is a namespace of type net"),
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
        self.assertEqual(failed, [("EACCES", f"its mount is noexec: {self.tmp}/m"),
                                  ("ENOEXEC", "neither a program for this machine nor a script that begins with #! and its interpreter"),
                                  ("ETXTBSY", "somebody has it open for writing")])

    def test_under_a_seccomp_filter(self):
        """What a filter denies is told apart from what the kernel refuses."""
        calls = self.told("""
allow, deny = 0x7fff0000, 0x50000 | 1  # EPERM
class Filter(ctypes.Structure):
    _fields_ = [('code', ctypes.c_uint16), ('jt', ctypes.c_uint8), ('jf', ctypes.c_uint8), ('k', ctypes.c_uint32)]
code = (Filter * 4)(Filter(0x20, 0, 0, 0), Filter(0x15, 0, 1, NUMBERS['sethostname']), Filter(6, 0, 0, deny), Filter(6, 0, 0, allow))
own_mounts(); folders('b')
with open('nothing', 'w') as out: out.write('nothing')
os.chmod('nothing', 0o755)
to('seccomp', 1, 0, ctypes.byref((ctypes.c_uint64 * 2)(4, ctypes.addressof(code))))
to('sethostname', 'x', 1)
mount('x', 'b', 'nosuchfs')
def executes():
    try: os.execv('nothing', ['nothing'])
    except OSError: pass
in_child(executes)
""")
        told = [call for call in calls if call[0] in ("sethostname", "mount", "execve") and call[1]]
        self.assertEqual(told, [
            ("sethostname", "EPERM", None),
            ("mount", "ENODEV", "this kernel has no such filesystem, or no module of it"),
            ("execve", "ENOEXEC", "neither a program for this machine nor a script that begins with #! and its interpreter")])

    @support.requires("userns")
    def test_maps_that_are_not_complete(self):
        self.expect("""
to('setresgid', 1000, 1000, 1000); to('setresuid', 1000, 1000, 1000); to('prctl', 4, 1, 0, 0, 0)
to('unshare', NEWUSER)
to('setresuid', 0, 0, 0)
def write(file, text):
    with open('/proc/self/' + file, 'w') as out: out.write(text)
write('setgroups', 'deny'); write('uid_map', '0 1000 1')
to('unshare', NEWUSER)
write('gid_map', '0 1000 1')
to('unshare', NEWUSER)
""",
            ("unshare", None, None),
            ("setresuid", "EINVAL", "uid_map of its user namespace has not been written yet"),
            ("unshare", "EPERM", "no gids are mapped in the user namespace that it is in (gid_map)"),
            ("unshare", None, None))

    def test_what_is_no_namespace(self):
        self.expect("""
file = os.open('file', os.O_RDWR | os.O_CREAT)
to('setns', file, NEWNET)
""",
            ("setns", "EINVAL", "it is no namespace"))

    def test_a_thread_after_a_new_pid_namespace(self):
        calls = self.told("""
import threading
def threads():
    to('unshare', NEWPID)
    try: threading.Thread(target=print).start()
    except RuntimeError: pass
in_child(threads)
""")
        failed = [(error, why) for name, error, why in calls if name in ("clone", "clone3") and error]
        self.assertEqual(failed, [("EINVAL", "its children have another pid namespace: it can make no threads")])

    def test_unmounting_the_own_root(self):
        self.expect("""
own_mounts(); folders('r'); mount('t', 'r', 'tmpfs')
to('chroot', 'r'); os.chdir('/')
file = open('file', 'w')
to('umount2', '/', 0)
file.close()
to('umount2', '/', 0)
""",
            ("umount2", "EBUSY", "it is its root, which is only made read-only, and something in it is open for writing"),
            ("umount2", None, None))

    def test_overlays(self):
        calls = self.told("""
own_mounts(); folders('l', 'u', 'w', 'm')
mount('o', 'm', 'overlay', 0, 'lowerdir=nosuch,upperdir=u,workdir=w')
mount('o', 'm', 'overlay', 0, 'lowerdir=l:l')
""")
        missing, twice = [(error, why) for name, error, why in calls if name == "mount" and error]
        self.assertEqual(twice, ("ELOOP", "one of its folders is given twice, or lies in another one"))
        # Whether the target was there is known where the kernel tells where paths led.
        self.assertIn(missing, [("ENOENT", "lowerdir, upperdir or workdir is missing, or the target is"),
                                ("ENOENT", "the source, or what an option names, is missing; the target is there")])

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
