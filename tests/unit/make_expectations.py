#!/usr/bin/env python3
"""Writes what this system says of names that the tables have, for tables_test.cc: make_expectations.py CC SETS OUT.

Numbers of calls come from the kernel headers' own lists, values of flags from the C library, which has its own copy.
"""
import pathlib
import re
import subprocess
import sys

# Each abi's list, with what its architecture's asm/unistd.h defines before it.
LISTS = {
    "x86_64": ("asm/unistd_64.h", []),
    "i386": ("asm/unistd_32.h", []),
    "aarch64": ("asm-generic/unistd.h", ["__ARCH_WANT_RENAMEAT", "__ARCH_WANT_NEW_STAT", "__ARCH_WANT_SET_GET_RLIMIT",
                                         "__ARCH_WANT_TIME32_SYSCALLS", "__ARCH_WANT_SYS_CLONE3", "__BITS_PER_LONG=64"]),
}
LIBC = ["fcntl.h", "sched.h", "signal.h", "sys/mount.h", "sys/resource.h", "sys/stat.h"]
# On 64 bits every file is large, and the C library's name has no bit; the other is its own private name.
NOT_THE_KERNELS = {"O_LARGEFILE", "__O_TMPFILE"}


def numbers(compiler, header, defines):
    command = [*compiler, "-E", "-dM", "-x", "c", *(f"-D{name}" for name in defines), "-include", header, "/dev/null"]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        return {}  # another architecture's headers are not here
    macros = dict(re.findall(r"^#define (__NR\w+) (\S+)$", done.stdout, re.MULTILINE))
    found = {}
    for name, value in macros.items():
        while value in macros:
            value = macros[value]
        if name.startswith("__NR_") and value.isdigit() and name != "__NR_syscalls":
            found[name.removeprefix("__NR_")] = int(value)
    return found


def main():
    compiler, sets, out = sys.argv[1].split(), pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
    lines = [f"#include <{header}>" for header in LIBC]
    lines += ['#include "expectations.h"', "namespace cttrace::test {", "const std::vector<SystemNumber> kSystemNumbers = {"]
    for abi, (header, defines) in LISTS.items():
        for name, number in sorted(numbers(compiler, header, defines).items()):
            lines.append(f'  {{Abi::{abi}, "{name}", {number}}},')
    lines += ["};", "const std::vector<NamedValue> kLibraryValues = {"]
    for name in sorted(set(re.findall(r"\bN\((\w+)\)", sets.read_text())) - NOT_THE_KERNELS):
        lines += [f"#ifdef {name}", f'  {{"{name}", sizeof({name}) <= 4 ? static_cast<uint32_t>({name}) : '
                  f"static_cast<uint64_t>({name})}},", "#endif"]
    lines += ["};", "}", ""]
    out.write_text("\n".join(lines))


if __name__ == "__main__":
    main()
