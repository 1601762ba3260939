#!/usr/bin/env python3
"""memory_has.py PID TEXT...: prints those of the texts that stand in a process's memory.

Exit status 2 if this user may not look."""
import sys


def regions(pid):
    with open(f"/proc/{pid}/maps", encoding="utf-8", errors="replace") as maps:
        for line in maps:
            span, rights = line.split()[:2]
            start, end = (int(part, 16) for part in span.split("-"))
            # The shadow of a sanitizer is terabytes of nothing.
            if rights.startswith("rw") and end - start < 1 << 32:
                yield start, end


def main():
    pid, texts = sys.argv[1], [text.encode() for text in sys.argv[2:]]
    found = set()
    try:
        with open(f"/proc/{pid}/mem", "rb", buffering=0) as memory:
            for start, end in regions(pid):
                try:
                    memory.seek(start)
                    piece = memory.read(end - start)
                except (OSError, OverflowError):
                    continue
                found.update(text for text in texts if text in piece)
    except PermissionError:
        return 2
    for text in sorted(found):
        print(text.decode())
    return 0


sys.exit(main())
