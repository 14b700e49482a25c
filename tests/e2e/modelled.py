"""What the model makes of a recording, and how far the kernel agrees."""

import json
import pathlib

import support
from support import run

MODEL_DUMP = pathlib.Path(support.CTTRACE).parent / "model_dump"


class Modelled:
    """What tests/tools/model_dump.cc says of a recording."""

    def __init__(self, record):
        result = run(MODEL_DUMP, record, timeout=300)
        assert result.returncode in (0, 1), f"model_dump: exit status {result.returncode}: {result.stderr}"
        *self.events, self.sum = [json.loads(line) for line in result.stdout.splitlines()]

    def changes(self, kind, **wanted):
        """The changes of this kind whose fields are as `wanted`."""
        return [change for event in self.events for change in event["changes"]
                if change["change"] == kind and all(change[key] == value for key, value in wanted.items())]


def assert_agreed(case, record):
    """What the model inferred from calls is what the kernel said afterwards, at every program that was executed."""
    modelled = Modelled(record)
    case.assertEqual(modelled.changes("contradicted"), [])
    case.assertEqual(modelled.sum["impossible"], [])
    case.assertGreater(modelled.sum["programs"], 0)
    return modelled
