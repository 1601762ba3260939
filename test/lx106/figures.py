"""Figures against their committed ceilings, as a table."""

import pathlib
import re
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = ROOT / "build/lx106"
CEILINGS = {"2": "ceilings", "3": "ceilings_mbedtls_3"}  # by the generation of Mbed TLS


def generation():
    """That of the sources that the firmware is built with."""
    headers = BUILD / "src/mbedtls/include/mbedtls"
    for name in ("build_info.h", "version.h"):
        path = headers / name
        found = path.exists() and re.search(r"define MBEDTLS_VERSION_MAJOR +(\d)", path.read_text())
        if found:
            return found[1]
    raise SystemExit(f"{headers}: no version of Mbed TLS")


def ceilings():
    path = ROOT / "test/lx106" / CEILINGS[generation()]
    lines = (line.split("#")[0].split() for line in path.read_text().splitlines())
    return {words[0]: int(words[1]) for words in lines if words}


def symbols(elf):
    """Addresses by name."""
    out = subprocess.run(
        ["xtensa-lx106-elf-nm", elf], check=True, capture_output=True, text=True
    ).stdout
    words = (line.split() for line in out.splitlines())
    return {w[2]: int(w[0], 16) for w in words if len(w) == 3}


class Table:
    """Rows of figures, each with its ceiling if there is one."""

    def __init__(self):
        self.ceilings = ceilings()
        self.over = []
        print(f"{'WHAT':<58} {'MEASURED':>12} {'CEILING':>12}", flush=True)

    def row(self, what, measured, ceiling=None):
        limit = self.ceilings[ceiling] if ceiling else None
        print(f"{what:<58} {measured:>12,} {'-' if limit is None else format(limit, ','):>12}",
              flush=True)
        if limit is not None and measured > limit:
            self.over.append(what)

    def end(self):
        """The exit status: 1 if a figure is above its ceiling."""
        for what in self.over:
            print(f"above its ceiling: {what}")
        return 1 if self.over else 0
