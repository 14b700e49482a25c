"""What a call has made of its caller, told at its end, is what /proc says then."""

import aftermath
import support
from traced import Case, raw


class Aftermath(Case):
    maxDiff = None

    def test_each_call(self):
        said, trace = self.trace("aftermath", self.dir)
        self.whole(trace)
        aftermath.check(self, said, trace)

    def test_nothing_is_told_of_calls_that_change_nothing_of_it(self):
        _, trace = self.trace("aftermath", self.dir)
        others = [call for call in trace.calls() if call["name"] not in aftermath.TOLD.keys() | aftermath.TREES]
        self.assertGreater(len(others), 3)
        self.assertEqual({call["name"] for call in others if call["after"] is not None}, set())


class Closes(Case):
    """close is told of a descriptor that holds a detached tree or is a filesystem context, and of no other, unless it is
    asked for by name."""

    def test_detached_trees(self):
        said, trace = self.trace("detached", self.dir)
        aftermath.check_closes(self, said, trace)
        self.whole(trace)

    def test_all_of_them(self):
        said, trace = self.trace("detached", self.dir, options=["-e", "trace=close"])
        closed = [raw(call, 0) for call in trace.calls("close")]
        told = said.all("closes") + said.all("contexts") + said.all("others")
        for value in told:
            self.assertIn(int(value.split()[0]), closed)
        self.assertGreaterEqual(len(closed), len(told))


if __name__ == "__main__":
    support.main()
