#!/usr/bin/env python3
"""What the emulated board's firmware takes of flash and memory, by its link map."""

import collections
import itertools
import re
import sys

from figures import BUILD, Table, symbols

# An input section in a map file of GNU ld, its name on the same line or on the one before:
#   .text.name
#                  0x0000000040210000       0x12 build/lx106/firmware/core/startup.o
SECTION = re.compile(r"^ (\.[\w.]+)?\s+0x[0-9a-f]+\s+0x([0-9a-f]+) (\S+)$")
# Below it: how large it was. What is larger than that stands for the strings of all objects, which
# some versions of ld say of the first.
BEFORE = re.compile(r"^\s+0x([0-9a-f]+) \(size before relaxing\)$")
LIBRARY = re.compile(r"(?:.*/)?(lib\w+)\.a\(")
FLASH = (".literal", ".text", ".rodata", ".vectors", ".iram", ".data", ".srodata", ".sdata")
OWN = {"firmware/core": "core_bytes", "firmware/enrol": "enrol_bytes"}
STATIC = (".data", ".bss", ".sdata", ".sbss", "COMMON")


def parts(path):
    """Bytes of flash and of static memory by part of the program, as in folders."""
    flash = collections.Counter()
    static = collections.Counter()
    name = ""
    is_map = False
    lines = path.read_text().splitlines()
    for line, following in itertools.pairwise([*lines, ""]):
        is_map = is_map or line.startswith("Linker script and memory map")
        alone = re.match(r"^ (\.[\w.]+|COMMON)$", line)
        if alone:
            name = alone[1]
        found = SECTION.match(line)
        if not found or not is_map:
            continue
        name = found[1] or name
        size = int(found[2], 16)
        before = BEFORE.match(following)
        if before and ".str1." in name:
            size = min(size, int(before[1], 16))
        library = LIBRARY.match(found[3])
        part = library[1] if library else re.sub(r"^build/lx106/(.*)/[^/]*$", r"\1", found[3])
        part = re.sub(r"^(lwip|mbedtls|cjson|firmware/core|firmware/enrol)(/.*)?$", r"\1", part)
        if name.startswith(FLASH):
            flash[part] += size
        if name.startswith(STATIC):
            static[part] += size
    return flash, static


def main():
    table = Table()
    flash, static = parts(BUILD / "firmware.map")
    for part in sorted(flash, key=flash.get, reverse=True):
        table.row(f"flash: {part}", flash[part], OWN.get(part))
    image = symbols(BUILD / "firmware.elf")["_image_end"]
    table.row("flash: code and read-only data, whole image", image, "image_bytes")
    table.row("flash: boot loader", (BUILD / "boot.bin").stat().st_size, "boot_bytes")
    for part in sorted(static, key=static.get, reverse=True)[:4]:
        table.row(f"static memory: {part}", static[part])
    table.row("static memory, whole image", sum(static.values()), "static_bytes")
    return table.end()


if __name__ == "__main__":
    sys.exit(main())
