#!/usr/bin/env python3
"""What each function of core, enrol, common and the user's code takes of the stack, as the compiler for the
ESP8266 says it (-fstack-usage): the largest of each file, the largest of all, and the ceiling of
test/lx106/ceilings for a single one."""

import sys

from figures import BUILD, ROOT, Table

FOLDERS = ("common", "firmware/core", "firmware/enrol", "firmware/app", "firmware/app/examples")
CHOSEN = ("firmware/core/tls_library", "firmware/enrol/tls_library")  # of each one file is built
LARGEST = 20


def usage_of(source):
    """The compiler's report on a source file."""
    return (BUILD / source).with_suffix(".su")


def sources():
    for folder in FOLDERS:
        yield from sorted(path.relative_to(ROOT) for path in (ROOT / folder).glob("*.c"))
    for folder in CHOSEN:
        for path in (ROOT / folder).glob("*.c"):
            if usage_of(path.relative_to(ROOT)).exists():
                yield path.relative_to(ROOT)


def functions(source):
    """(bytes, name, kind) of each function of a source file."""
    for line in usage_of(source).read_text().splitlines():
        where, size, kind = line.split("\t")
        yield int(size), where.split(":")[-1], kind


def main():
    table = Table()
    every = []
    unbounded = []
    for source in sources():
        found = [(size, name, str(source)) for size, name, _ in functions(source)]
        unbounded += [f"{source}: {name}()" for _, name, kind in functions(source)
                      if kind == "dynamic"]
        if found:
            size, name, _ = max(found)
            table.row(f"{source}: {name}()", size)
        every += found
    print(f"the {LARGEST} largest:")
    for size, name, source in sorted(every, reverse=True)[:LARGEST]:
        table.row(f"{name}() of {source}", size, "function_stack_bytes")
    for function in unbounded:
        print(f"its stack has no bound: {function}")
    return 1 if unbounded else table.end()


if __name__ == "__main__":
    sys.exit(main())
