"""A trace as its ndjson tells it, and what a traced program said about itself: the two witnesses that tests compare."""

import json


class Trace:
    """The objects of one ndjson document."""

    def __init__(self, text):
        self.header, *self.events, self.completeness = [json.loads(line) for line in text.splitlines()]
        assert self.header["type"] == "header", self.header
        assert self.completeness["type"] == "completeness", self.completeness

    def calls(self, name=None, **wanted):
        """The calls with this name (none: all) whose fields are as `wanted`, in order."""
        return [call for call in of(self, "call", **wanted) if name in (None, call["name"])]


class Facts:
    """Lines of "name value", as tests/e2e/programs write them."""

    def __init__(self, text):
        self.lines = [line.partition(" ")[::2] for line in text.splitlines()]

    def all(self, name):
        return [value for key, value in self.lines if key == name]

    def one(self, name):
        values = self.all(name)
        assert len(values) == 1, f"{name} is said {len(values)} times"
        return values[0]

    def numbers(self, name):
        return [int(word) for word in self.one(name).split()]

    def number(self, name):
        return int(self.one(name))


def of(trace, kind, **wanted):
    """The events of one type whose fields are as `wanted`."""
    return [event for event in trace.events
            if event["type"] == kind and all(event.get(name) == value for name, value in wanted.items())]


def one(trace, kind, **wanted):
    found = of(trace, kind, **wanted)
    assert len(found) == 1, f"{len(found)} events, not one: {kind} {wanted}"
    return found[0]


def call_of(trace, name, **wanted):
    return one(trace, "call", name=name, **wanted)


def value(call, index):
    """An argument as it is decoded."""
    return call["args"][index]["value"]


def values(call):
    return [argument["value"] for argument in call["args"]]


def raw(call, index):
    return int(call["args"][index]["raw"], 16)


def names(flag_set):
    """The names in a flag set; bits without a name are a failure."""
    assert int(flag_set["rest"], 16) == 0, flag_set
    return set(flag_set["names"])


def flags(call, index):
    return names(value(call, index))


def resolved(call, index):
    return call["args"][index].get("resolved")


def file_of(call, index):
    return call["args"][index].get("file")


def mount(call):
    """What a mount call says: source, target, type, flags, data, result."""
    return (value(call, 0), value(call, 1), value(call, 2), flags(call, 3), value(call, 4), call["result"])


PRIVATE_MOUNTS = ("none", "/", None, {"MS_REC", "MS_PRIVATE"}, None, 0)  # private_mounts() of programs/program.h
