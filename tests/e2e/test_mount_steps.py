"""Set-ups by mount calls that no runtime makes so: what their steps say, and that the model is as the kernel says."""

import os
import re
import sys

import support
from runtimes import rootfs
from support import cttrace, require

# Set-ups begin in a mount namespace in which nothing propagates. `root` becomes the root of what is executed.
BEGINNING = """
import ctypes, os, struct, sys
libc = ctypes.CDLL(None, use_errno=True)
root = sys.argv[1]
CWD, BIND, REC, PRIVATE, SHARED = -100, 4096, 16384, 1 << 18, 1 << 20

def done(result):
    if result < 0:
        raise OSError(ctypes.get_errno(), "call failed")
    return result

def call(number, *arguments):
    return done(libc.syscall(number, *(each.encode() if isinstance(each, str) else each for each in arguments)))

def mount(source, target, kind=None, flags=0, data=None):
    call(165, source, target, kind, ctypes.c_ulong(flags), data)

def open_tree(path, flags=1):
    return call(428, CWD, path, flags)

def move_mount(source, source_path, target, target_path, flags):
    call(429, source, source_path, target, target_path, flags)

def attributes(fd, path, flags, set=0, clear=0):
    call(442, fd, path, flags, struct.pack("QQQQ", set, clear, 0, 0), 32)

def begin(new_root=root):
    os.chroot(new_root)
    os.chdir("/")
    os.execv("/bin/sh", ["/bin/sh", "-c", "sleep 0.2"])

done(libc.unshare(0x20000))
mount(None, "/", None, REC | PRIVATE)
"""


class Steps(support.Case):
    def setUp(self):
        super().setUp()
        require("root", "tracing")
        self.rootfs = rootfs(self.tmp / "rootfs")

    def told(self, set_up):
        """The lines of the story's steps: [phase, what]."""
        story = self.tmp / "story"
        result = cttrace("--format", "story", "--verify", "-o", story, "--", sys.executable, "-c", BEGINNING + set_up, self.rootfs, cwd=self.tmp,
                         env={**os.environ, "COLUMNS": "9999"})
        self.assertEqual((result.returncode, result.stderr), (0, ""), result.stdout)
        text = story.read_text()
        self.assertIn("cttrace: verified: 1 container is as the kernel says", text)
        rootfs = re.search(r"(?m)^  rootfs +(\S+)$", text)
        lines, phase = [], ""
        for step in re.finditer(r"^ *\+[\d.]+ m?s  (.{11})  (.*?)(?: \([\d.]+ m?s\))?$", text, re.MULTILINE):
            phase = step[1].strip() or phase
            lines.append((phase, step[2].replace("<rootfs>", rootfs[1] if rootfs else "<rootfs>").replace(str(self.tmp), "TMP")))
        return lines, text

    def assert_told(self, lines, *expected):
        self.assertEqual([line for line in lines if line in expected], list(expected), lines)

    def test_unmounting_the_own_root(self):
        lines, text = self.told("""
os.mkdir("top")
mount("t", "top", "tmpfs")
os.system("cp -a " + root + "/. top")
os.chroot("top")
os.chdir("/")
call(166, "/", 0)
os.execv("/bin/sh", ["/bin/sh", "-c", "sleep 0.2"])
""")
        self.assertRegex(text, r"filesystem on \S+ reconfigured \(ro\)")
        self.assertNotIn("unmounted", text)

    def test_a_sharing_group(self):
        lines, _ = self.told("""
mount("a", root, "tmpfs", 0)
mount(None, root, None, SHARED)
for folder in ("x", "bin", "lib", "lib64", "usr"):
    os.mkdir(root + "/" + folder)
mount(root, root + "/x", None, BIND)
mount(None, root + "/x", None, PRIVATE)
move_mount(CWD, root, CWD, root + "/x", 0x100)
os.execv("/bin/sh", ["/bin/sh", "-c", "sleep 0.2"])
""")
        self.assertIn("TMP/rootfs/x joins the sharing group of TMP/rootfs", [what for _, what in lines])
        self.assertFalse([what for _, what in lines if "moved" in what])

    def test_a_mount_beneath_another(self):
        lines, _ = self.told("""
os.mkdir("new")
mount("top", "new", "tmpfs")
move_mount(open_tree(root), "", CWD, "new", 4 | 0x200)
done(libc.umount2(b"new", 2))
begin("new")
""")
        self.assertIn("TMP/rootfs bound on TMP/new, beneath what is mounted there", [what for _, what in lines])

    def test_a_filesystem_that_is_reconfigured(self):
        lines, text = self.told("""
mount("a", root + "/tmp", "tmpfs", 0, "size=1m")
picked = call(433, CWD, root + "/tmp", 0)
for options in (("size", "2m"), ("size", "3m")):
    call(431, picked, 1, *options, 0)
    call(431, picked, 7, None, None, 0)
call(431, picked, 0, "ro", None, 0)
call(431, picked, 7, None, None, 0)
attributes(CWD, root + "/tmp", 0x8000, set=2)
begin()
""")
        self.assert_told(lines, ("mounts", "tmpfs on /tmp (size=1m)"), ("mounts", "filesystem on /tmp reconfigured (size=2m)"),
                         ("mounts", "filesystem on /tmp reconfigured (size=3m)"),
                         ("mounts", "filesystem on /tmp reconfigured (ro)"), ("mounts", "/tmp and all below now nosuid"))
        self.assertRegex(text, r"/tmp +tmpfs +rw,nosuid +a  filesystem ro,size=3m\n")

    def test_links_of_proc_are_followed(self):
        lines, _ = self.told("""
mount(root, root, None, BIND)
mount("a", f"/proc/{os.getpid()}/cwd/rootfs/tmp", "tmpfs")
mount("b", "/proc/self/root" + root + "/tmp", "tmpfs")
os.chdir(root)
begin("/proc/self/cwd")
""")
        self.assertEqual([line for line in lines if line[1].startswith("tmpfs")], [("mounts", "tmpfs on /tmp")] * 2)
        self.assertIn('chroot("/proc/self/cwd"): TMP/rootfs becomes /', [what for _, what in lines])

    def test_what_is_put_into_a_detached_tree(self):
        lines, _ = self.told("""
context = call(430, "tmpfs", 0)
call(431, context, 6, None, None, 0)
detached = call(432, context, 0, 0)
os.mkdir("inner", dir_fd=detached)
tree = open_tree(root + "/bin")
attributes(tree, "", 0x1000, set=1)
move_mount(tree, "", detached, "inner", 4)
move_mount(detached, "", CWD, root + "/tmp", 4)
begin()
""")
        self.assert_told(lines, ("mounts", "tmpfs on /tmp"), ("mounts", "TMP/rootfs/bin bound on /tmp/inner (ro)"))

    def told_of_a_context(self, between):
        """Of a tmpfs of which `between` has somebody make what the first one configured."""
        lines, text = self.told("""
import socket
context = call(430, "tmpfs", 1)
call(431, context, 1, "source", "a", 0)
call(431, context, 1, "size", "64k", 0)
def make(context):
    call(431, context, 1, "mode", "0711", 0)
    call(431, context, 6, None, None, 0)
    call(429, call(432, context, 1, 0), "", CWD, root + "/tmp", 4)
""" + between + "begin()")
        made = [re.sub(r"^\S+ \d+: ", "", what) for _, what in lines if "tmpfs on" in what]
        self.assertEqual(made, ["tmpfs on /tmp (size=64k,mode=0711)"])
        self.assertRegex(text, r"/tmp +tmpfs +rw +a  size=64k,mode=0711\n")

    def test_a_context_that_is_duplicated(self):
        self.told_of_a_context("""
again = os.dup(context)
os.close(context)
make(again)
""")

    def test_a_context_that_is_inherited(self):
        self.told_of_a_context("""
if os.fork() == 0:
    make(context)
    os._exit(0)
os.wait()
""")

    def test_a_context_that_is_passed_on(self):
        self.told_of_a_context("""
here, there = socket.socketpair()
if os.fork() == 0:
    os.close(context)
    make(socket.recv_fds(there, 1, 1)[1][0])
    os._exit(0)
socket.send_fds(here, [b"x"], [context])
os.wait()
""")

    def test_capabilities_that_the_kernel_has_not(self):
        lines, _ = self.told("""
for capability in (0, 1, *range(57, 64)):
    libc.prctl(24, capability, 0, 0, 0)
begin()
""")
        self.assertIn(("identity", "dropped from the bounding set: CHOWN, DAC_OVERRIDE; not dropped from the bounding set, "
                       "unknown to the kernel: 7 capabilities"), lines)

    def test_what_is_bound_where_it_is_masks_nothing(self):
        lines, _ = self.told("""
mount("proc", root + "/proc", "proc")
mount("/sys", root + "/sys", None, BIND | REC)
mount("/sys/kernel", root + "/sys/kernel", None, BIND)
mount("/dev/null", root + "/proc/version", None, BIND)
begin()
""")
        self.assertIn(("mounts", "/sys/kernel (outside) bound on /sys/kernel"), lines)
        self.assertIn(("masking", "/proc/version <- /dev/null"), lines)


if __name__ == "__main__":
    support.main()
