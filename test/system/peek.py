"""Tries to look into another process's memory, in each way that Linux has: peek.py PID. Prints the
ways that worked."""

import ctypes
import os
import sys

SEIZE, DETACH = 0x4206, 17
libc = ctypes.CDLL(None, use_errno=True)


class Iovec(ctypes.Structure):
    _fields_ = [("base", ctypes.c_void_p), ("len", ctypes.c_size_t)]


def reads(path):
    try:
        with open(path, "rb", buffering=0) as f:
            return f.read(1) != b"" if not path.endswith("/mem") else True
    except OSError:
        return False


def links(path):
    try:
        return os.readlink(path) != ""
    except OSError:
        return False


def first_address(pid):
    """Of a stack that every process has; 0 if that is not told."""
    try:
        with open(f"/proc/{pid}/maps", encoding="ascii") as f:
            return next((int(line.split("-")[0], 16) for line in f if "[stack]" in line), 0)
    except OSError:
        return 0


def reads_across(pid):
    buffer = ctypes.create_string_buffer(8)
    here = Iovec(ctypes.addressof(buffer), 8)
    there = Iovec(first_address(pid) or 0x1000, 8)
    got = libc.process_vm_readv(pid, ctypes.byref(here), 1, ctypes.byref(there), 1, 0)
    return got > 0 or ctypes.get_errno() not in (1, 13)  # EPERM, EACCES


def attaches(pid):
    return libc.ptrace(SEIZE, pid, None, None) == 0


def main():
    pid = int(sys.argv[1])
    ways = {
        "mem": lambda: reads(f"/proc/{pid}/mem"),
        "maps": lambda: first_address(pid) > 0,
        "environ": lambda: reads(f"/proc/{pid}/environ"),
        "auxv": lambda: reads(f"/proc/{pid}/auxv"),
        "fd": lambda: links(f"/proc/{pid}/fd/0"),
        "readv": lambda: reads_across(pid),
        "ptrace": lambda: attaches(pid),
    }
    print(" ".join(name for name, way in ways.items() if way()))


main()
