"""The flash file of an emulated board: what a board did to it last, and what of that a power cut
would have left half done. The emulator itself never leaves an operation half done."""

import ctypes
import os
import select

SIZE = 4 << 20
SECTOR = 0x10000
BLOCK = 512  # that the board writes at once
SLOTS = (0x10000, 0x110000)
FILES = 0x200000
HEADER = 48  # of a file's copy: written when its contents are
BLANK = b"\xff"

IN_MODIFY = 2
libc = ctypes.CDLL(None, use_errno=True)


def read(path, offset=0, size=SIZE):
    with open(path, "rb") as file:
        return os.pread(file.fileno(), size, offset)


class Watch:
    """Tells when the file is written to."""

    def __init__(self, path):
        self.fd = libc.inotify_init1(os.O_CLOEXEC | os.O_NONBLOCK)
        if libc.inotify_add_watch(self.fd, os.fsencode(path), IN_MODIFY) < 0:
            raise OSError(ctypes.get_errno(), path)

    def forget(self):
        try:
            while os.read(self.fd, 65536):
                pass
        except BlockingIOError:
            pass

    def wait(self, seconds):
        return bool(select.select([self.fd], [], [], seconds)[0])


class Operation:
    """An erasure, or a write: its range of the flash, and what stood there before it and after."""

    def __init__(self, kind, offset, before, after):
        self.kind, self.offset, self.before, self.after = kind, offset, before, after


def only_clears(before, after):
    return int.from_bytes(before, "big") & int.from_bytes(after, "big") == int.from_bytes(
        after, "big")


def last_block(before, after):
    """Begin and end of the last block that differs."""
    at = len(after) - BLOCK
    while before[at:at + BLOCK] == after[at:at + BLOCK]:
        at -= BLOCK
    return at, at + BLOCK


def last_operation(before, after):
    """What must have been the last operation that made one of the other; None if that is not
    certain. Slots are written from their beginning on; of a file, first the contents and then the
    header."""
    changed = [at for at in range(0, SIZE, SECTOR) if before[at:at + SECTOR] != after[at:at + SECTOR]]
    if not changed or (changed[-1] >= FILES and len(changed) > 1):
        return None
    sector = changed[-1]
    old, new = before[sector:sector + SECTOR], after[sector:sector + SECTOR]
    if new == BLANK * SECTOR:
        return Operation("erasure", sector, old, new)
    if not only_clears(old, new):
        old = BLANK * SECTOR  # it was erased in between
    if sector < FILES:
        kind, (begin, end) = "write to a slot", last_block(old, new)
    elif old[:HEADER] != new[:HEADER]:
        kind, begin, end = "file's header", 0, HEADER
    else:
        kind, (begin, end) = "file's contents", last_block(old, new)
        begin = max(begin, HEADER)
    return Operation(kind, sector + begin, old[begin:end], new[begin:end])


def mask(n, dice):
    """Which bits of n bytes an interrupted operation has reached."""
    reached = dice.randrange(n)
    style = dice.randrange(3)
    if style == 0:  # the first bytes
        return b"\xff" * reached + b"\0" * (n - reached)
    noise = dice.randbytes(n)
    if style == 1:  # some of the first bytes, none of the rest
        return noise[:reached] + b"\0" * (n - reached)
    return noise  # some of all


def tear(path, operation, dice):
    """Leaves the operation half done."""
    torn = operation.after
    while torn == operation.after:
        bits = mask(len(torn), dice)
        torn = bytes((new & m) | (old & ~m & 0xff)
                     for old, new, m in zip(operation.before, operation.after, bits))
    with open(path, "r+b") as file:
        os.pwrite(file.fileno(), torn, operation.offset)
