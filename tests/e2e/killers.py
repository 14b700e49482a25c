"""Who ended the processes of tests/e2e/programs/killers.c, as the program itself tells."""

import support

# What the processes call themselves; by the way they end.
COMM = "killers"
HOSTILE = b"\x1b[31m\n\x9b\xff\""


def expected(way, kind, killer):
    """`killed_by` of the end; None: nobody is told."""
    if kind == "none" or support.BACKEND == "ptrace":
        return None
    if kind in ("kernel", "out_of_memory"):
        return {"kind": kind}
    comm = {"text": "\x1b[31m\n\ufffd\ufffd\"", "base64": "G1szMW0Km/8i"} if way == "hostile" else COMM
    return {"kind": kind, "pid": int(killer), "comm": comm}


def check(test, facts, trace):
    told, real = {}, {}
    ends = {event["tgid"]: event for event in trace.events if event["type"] == "exit" and event["last_of_process"]}
    for way, said in facts.lines:
        if way == "oom_kill":
            continue
        pid, kind, killer = said.split()
        test.assertEqual(ends[int(pid)]["signal"] is None, way == "exit", way)
        told[way] = ends[int(pid)].get("killed_by")
        real[way] = expected(way, kind, killer)
    test.assertEqual(told, real)
