#!/usr/bin/env python3
"""Checks that includes between the layers point down only: docs/architecture.md has the picture."""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent

# A layer, and the layers whose headers it may include beside its own and those of include/cttrace.
ALLOWED = {
    "base": set(),
    "event": {"base"},
    "tables": {"base"},
    "wire": {"base"},
    "decode": {"base", "tables", "wire"},
    "model": {"base", "tables"},
    "source": {"base", "tables", "wire", "bpf"},
    "story": {"base", "model"},
    "render": {"base"},
    "check": {"base", "render"},
    "cli": {"base", "tables", "wire", "decode", "source", "model", "story", "render", "check"},
}
# What the capture programs, compiled for the kernel, may include from outside their folder.
BPF_ALLOWED = {"cttrace/wire.h"}
# Slow to compile: only .cc files include them (json_fwd.hpp declares, and is quick).
HEAVY = re.compile(r"^(nlohmann/(?!json_fwd)|CLI/|fmt/)")
INCLUDE = re.compile(r'^\s*#\s*include\s+(["<])([^">]+)[">]', re.MULTILINE)


def includes(file):
    text = file.read_text()
    for match in INCLUDE.finditer(text):
        yield text.count("\n", 0, match.start()) + 1, match[1] == '"', match[2]


def sources(folder):
    return sorted(path for path in folder.rglob("*") if path.suffix in (".h", ".cc", ".c"))


def check_layer(layer, file):
    for line, quoted, name in includes(file):
        if file.suffix == ".h" and HEAVY.match(name):
            yield line, f"a header includes <{name}>: only .cc files may"
        if not quoted:
            continue
        first = name.split("/")[0]
        if first == "cttrace":
            if not (ROOT / "include" / name).exists():
                yield line, f"there is no include/{name}"
        elif (ROOT / "src" / first).is_dir():
            if first != layer and first not in ALLOWED[layer]:
                yield line, f"{layer} includes {name}: {layer} may use {', '.join(sorted(ALLOWED[layer])) or 'nothing'}"
        elif first.endswith(".skel.h"):
            if "bpf" not in ALLOWED[layer]:
                yield line, f"{layer} includes the capture programs: only source may"
        elif not (ROOT / "src" / layer / name).exists():
            yield line, f"{name}: write it as LAYER/FILE"


def check_public(file):
    for line, quoted, name in includes(file):
        if quoted and not name.startswith("cttrace/"):
            yield line, f"a public header includes {name}: only cttrace/ headers may be"


def check_bpf(file):
    for line, quoted, name in includes(file):
        if quoted and not (file.parent / name).exists() and name not in BPF_ALLOWED:
            yield line, f"a capture program includes {name}"


def check_ctrun(file):
    for line, quoted, name in includes(file):
        first = name.split("/")[0]
        if quoted and (first == "cttrace" or (ROOT / "src" / first).is_dir()) and first != "base":
            yield line, f"ctrun includes {name}: of cttrace it may use base alone"


def problems():
    layers = sorted(path.name for path in (ROOT / "src").iterdir() if path.is_dir())
    for layer in layers:
        if layer not in ALLOWED:
            yield f"src/{layer}: a new layer: say in tests/layers.py what it may use"
            continue
        for file in sources(ROOT / "src" / layer):
            yield from (f"{file.relative_to(ROOT)}:{line}: {what}" for line, what in check_layer(layer, file))
    for folder, check in (("include", check_public), ("bpf", check_bpf), ("tools/ctrun", check_ctrun)):
        for file in sources(ROOT / folder):
            yield from (f"{file.relative_to(ROOT)}:{line}: {what}" for line, what in check(file))


def main():
    found = list(problems())
    print("\n".join(found) or f"layers: all includes point down ({len(ALLOWED)} layers)")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
