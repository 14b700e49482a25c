"""What is shown of recordings of real runtimes is what it was when somebody read it last: tests/golden/README.md."""

import unittest

import golden
import support


class Golden(unittest.TestCase):
    def test_all_are_there(self):
        expected = {file for name in golden.NAMES for file in golden.texts(name)}
        there = {path.name for kind in ("story", "json") for path in golden.HERE.glob(f"*.{kind}")}
        self.assertEqual(there, expected)
        self.assertGreater(len(golden.NAMES), 10)

    def test_what_differs(self):
        self.maxDiff = None
        expected = golden.diffs()
        self.assertEqual({path.name for path in golden.HERE.glob("*.diff")}, set(expected))
        for file, text in expected.items():
            self.assertEqual((golden.HERE / file).read_text(), text, f"{file}: read what has changed, then tests/golden/rewrite")


def shows(name):
    def test(self):
        self.maxDiff = None
        for file, text in golden.texts(name).items():
            self.assertEqual((golden.HERE / file).read_text(), text, f"{file}: read what has changed, then tests/golden/rewrite")
    return test


for each in golden.NAMES:
    setattr(Golden, "test_" + each.replace("-", "_"), shows(each))

if __name__ == "__main__":
    support.main()
