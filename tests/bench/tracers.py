"""The tracers that are compared, and how each is started and stopped."""
import os
import pathlib
import re
import shutil
import signal
import subprocess
import time

# The calls that cttrace captures by default, for the others to trace no more than it does.
CALLS = """clone clone3 fork vfork unshare setns execve execveat mount umount2 pivot_root chroot fsopen fsconfig fsmount
fspick move_mount open_tree mount_setattr mknod mknodat chdir fchdir setuid setgid setreuid setregid setresuid setresgid
setgroups setfsuid setfsgid capset prctl seccomp keyctl prlimit64 setrlimit personality sethostname setdomainname write
pwrite64 writev pidfd_open pidfd_getfd memfd_create close_range""".split()

SLEEPER = ["sleep", "1000"]


def call_numbers():
    """The numbers of these calls here, by the kernel's header; without those that it does not have."""
    header = subprocess.run(["cpp", "-dM", "-include", "sys/syscall.h", "/dev/null"], check=True, capture_output=True, text=True)
    numbers = dict(re.findall(r"#define __NR_(\w+) (\d+)", header.stdout))
    return [numbers[call] for call in CALLS if call in numbers]


class Tracer:
    def __init__(self, name, command):
        self.name = name
        self.command = command  # to be followed by the traced command

    def launch(self, command):
        return self.command + command

    def why_not(self):
        """Why it cannot be used here, or None."""
        if shutil.which(self.command[0]) is None:
            return "not installed"
        tried = subprocess.run(self.launch(["true"]), stdin=subprocess.DEVNULL, capture_output=True, text=True)
        if tried.returncode == 0:
            return None
        return (tried.stderr.strip().splitlines() or ["exit status %d" % tried.returncode])[-1]


def strace():
    return Tracer("strace -f", ["strace", "-f", "-q", "-o", "/dev/null", "-e", "trace=" + ",".join(CALLS)])


def strace_seccomp():
    return Tracer("strace -f --seccomp-bpf",
                  ["strace", "-f", "--seccomp-bpf", "-q", "-o", "/dev/null", "-e", "trace=" + ",".join(CALLS)])


def perf_trace():
    return Tracer("perf trace", ["perf", "trace", "-o", "/dev/null", "-e", ",".join(CALLS), "--"])


class Cttrace(Tracer):
    def __init__(self, binary):
        super().__init__("cttrace, launched", [str(binary), "-q", "--format", "calls", "-o", "/dev/null", "--"])


class Attached:
    """cttrace attached to a process: live when the constructor returns. Tells how long that took, and the end of it."""

    def __init__(self, binary, pid, *options):
        ready, theirs = os.pipe()
        began = time.perf_counter()
        self.process = subprocess.Popen(
            [str(binary), "-q", "--format", "calls", "-o", "/dev/null", "--ready-fd", str(theirs), *map(str, options), "-p", str(pid)],
            pass_fds=[theirs], stdin=subprocess.DEVNULL)
        os.close(theirs)
        with open(ready) as line:
            if not line.readline():
                raise SystemExit("bench: cttrace did not get ready")
        self.live_ms = 1e3 * (time.perf_counter() - began)

    def detach(self):
        """Returns the milliseconds from the signal to the end of the process."""
        began = time.perf_counter()
        self.process.send_signal(signal.SIGINT)
        self.process.wait(timeout=60)
        return 1e3 * (time.perf_counter() - began)


class Loop:
    """A process that runs and times a command as often as it is asked to (tests/bench/spawn.c)."""

    def __init__(self, bin_folder, command, tracer=None):
        loop = [str(pathlib.Path(bin_folder) / "bench_spawn"), *command]
        self.process = subprocess.Popen(tracer.launch(loop) if tracer else loop, stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)

    def run(self):
        """Runs it once: nanoseconds, microseconds of CPU, and KiB of memory at most."""
        self.process.stdin.write("g")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit("bench: a measured command failed")
        return [int(word) for word in line.split()]

    def run_ms(self):
        return self.run()[0] / 1e6

    def end(self):
        self.process.stdin.close()
        self.process.wait(timeout=60)
        self.process.stdout.close()
