"""Finding events in a trace, and reading the arguments of its calls, for the expectations here."""

from traced import raw, value

__all__ = ["PRIVATE_MOUNTS", "call_of", "file_of", "flags", "mount", "names", "of", "one", "raw", "resolved", "value",
           "values"]


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


def values(call):
    return [argument["value"] for argument in call["args"]]


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
