"""Whether a program still gets a signal when its parent ends: as the kernel tells the program, so the trace tells it."""

import os
import shutil
import signal
import struct

import support
from traced import Case, program

USER, OTHER = 1001, 1002
# struct vfs_cap_data, revision 2: CAP_NET_RAW, permitted and effective.
CAPABILITY = struct.pack("<5I", 0x02000001, 1 << 13, 0, 0, 0)

# {way: what the file gives that is executed}
WAYS = {"root": None, "user": None, "asks-first": None, "borrowed": None, "fsuid": None, "fewer": None, "regains": None,
        "ambient": None, "root ids": "ids", "user ids": "ids", "user-nnp ids": "ids", "user capabilities": "capabilities",
        "user-nnp capabilities": "capabilities", "ambient capabilities": "capabilities"}


class DeathSignal(Case):
    def setUp(self):
        super().setUp()
        support.require("root")

    def file(self, gives):
        path = self.dir / (gives or "plain")
        if path.exists():
            return path
        shutil.copy(program("death_signal"), path)
        path.chmod(0o755)
        if gives == "ids":
            os.chown(path, OTHER, OTHER)
            path.chmod(0o6755)
        if gives == "capabilities":
            os.setxattr(path, "security.capability", CAPABILITY)
        return path

    def handed_over(self, way, gives):
        """What the program says, and the state that the trace says it was handed."""
        said, trace = self.trace("death_signal", way, self.file(gives))
        [state] = [container["set_up"]["handed_over"] for container in trace.of("container")
                   if container["set_up"]["ending"] == "handed_over"]
        return said, state

    def test_it_is_told_as_the_kernel_has_it(self):
        told, real = {}, {}
        for way, gives in WAYS.items():
            said, state = self.handed_over(way.split()[0], gives)
            real[way] = (said.number("kept"), [])
            told[way] = (state["parent_death_signal"], [word for word in state["unknown"] if "signal" in word])
        self.maxDiff = None
        self.assertEqual(told, real)
        kept = {way for way, (number, _) in real.items() if number == signal.SIGUSR1}
        self.assertEqual(kept, {"root", "user", "fewer", "ambient", "user-nnp ids"})

    def test_what_is_not_known_is_told_as_not_known(self):
        # Whose the namespace is that was joined decides, and that nobody tells.
        _, state = self.handed_over("joins", None)
        self.assertIsNone(state["parent_death_signal"])
        self.assertIn("parent-death signal", state["unknown"])


if __name__ == "__main__":
    support.main()
