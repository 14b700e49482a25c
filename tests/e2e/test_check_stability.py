"""No false alarm: runs of the same container are the same by the baseline of the first of them, whoever makes it and
however busy the machine is. CTTRACE_CHECK_RUNS says how often each is run (nightly: 50)."""

import os
import signal
import subprocess
import sys

import support
from ctrun import CtrunBundle
from runtimes import Bundle, Containerd, Docker, Podman, below, bwrap, rootfs, unique
from support import CTTRACE, cttrace, require, run

RUNS = int(os.environ.get("CTTRACE_CHECK_RUNS", "5"))
PROGRAM = ["/bin/true"]


class Busy:
    """Keeps a core busy while it is entered."""

    def __enter__(self):
        self.process = subprocess.Popen([sys.executable, "-c", "while True: pass"])

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()


class Stability(support.Case):
    def setUp(self):
        super().setUp()
        require("root", "ebpf", "busybox")

    def launched(self, *command):
        """Records a run of the command."""
        def record(recording):
            result = run(CTTRACE, "-q", "-o", "/dev/null", "--buffer", "32M", "--record", recording, "--", *command, timeout=120)
            self.assertEqual(result.returncode, 0, result.stderr)
        return record

    def served(self, daemon, *command):
        """Records what a daemon does when a client runs the command."""
        def record(recording):
            ready, theirs = os.pipe()
            pids = [str(pid) for pid in below(daemon.pid)]
            tracer = subprocess.Popen([CTTRACE, "-q", "-o", "/dev/null", "--buffer", "32M", "--record", recording,
                                       "--ready-fd", str(theirs), "-p", *pids], pass_fds=[theirs], start_new_session=True)
            os.close(theirs)
            with open(ready) as told:
                self.assertTrue(told.readline(), "cttrace never got ready")
            try:
                run(*command, check=True, timeout=120)
            finally:
                tracer.send_signal(signal.SIGINT)
                tracer.wait(timeout=60)
        return record

    def assert_stable(self, record, *options):
        recordings = [self.tmp / f"{number}.ctt" for number in range(RUNS + 1)]
        for number, recording in enumerate(recordings):
            if number % 2:
                with Busy():
                    record(recording)
            else:
                record(recording)
        baseline = self.tmp / "baseline.json"
        made = cttrace("baseline", recordings[0], "-o", baseline, *options)
        self.assertEqual((made.returncode, made.stderr), (0, ""))
        for recording in recordings:
            checked = cttrace("check", recording, "--baseline", baseline, *options)
            self.assertEqual((checked.returncode, checked.stderr), (0, ""), f"{recording.name} of {RUNS}:\n{checked.stdout}")

    def test_runc(self):
        bundle = Bundle(self, args=PROGRAM)
        self.assert_stable(self.launched(*bundle.runc("run", "--bundle", str(bundle.path), bundle.id)))

    def test_runc_in_a_user_namespace(self):
        bundle = Bundle(self, args=PROGRAM, user_namespace=True)
        self.assert_stable(self.launched(*bundle.runc("run", "--bundle", str(bundle.path), bundle.id)))

    def test_crun(self):
        require("crun")
        bundle = Bundle(self, args=PROGRAM)
        self.assert_stable(self.launched(*bundle.crun("run", "--bundle", str(bundle.path), bundle.id)))

    def test_ctrun(self):
        bundle = CtrunBundle(self, args=PROGRAM)
        self.assert_stable(self.launched(*bundle.run_words()))

    def test_bwrap(self):
        require("userns")
        root = rootfs(self.tmp / "rootfs")
        self.assert_stable(self.launched(*bwrap(root, *PROGRAM)))

    def test_podman(self):
        podman = Podman(self, "runc")
        self.assert_stable(self.launched(*podman.run(*PROGRAM)))

    def test_containerd(self):
        containerd = Containerd(self)
        self.assert_stable(self.served(containerd.daemon, *containerd.ctr("run", "--rm", "demo:1", unique(self), *PROGRAM)))

    def test_docker(self):
        docker = Docker(self)
        self.assert_stable(self.served(docker.daemon, *docker.docker("run", "--rm", "--network", "none", "demo:1", *PROGRAM)))


if __name__ == "__main__":
    support.main()
