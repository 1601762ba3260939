#!/usr/bin/env python3
"""What may not stand in code that runs on the chip, whose C library prints with newlib's nano formats.

chip_rules.py FILE...            sources: refuses conversions that those formats do not know, however
                                 they are put together, and floating point
chip_rules.py --objects FOLDER   the emulated board's objects and program: the same in what the compiler
                                 made of it
"""

import pathlib
import re
import subprocess
import sys

PERCENT = ("'%'", "L'%'", "'\\45'", "'\\045'", "'\\x25'")
# All that nano formats know; what else begins with a % is refused, wherever it stands.
KNOWN = re.compile(r"%[-+ #0]*(?:\*|\d+)?(?:\.(?:\*|\d+)?)?[hl]?[diouxXcsp]|%%")
# What could become a conversion with more text behind it.
BEGUN = re.compile(r"%[-+ #0]*(?:\*|\d+)?(?:\.(?:\*|\d+)?)?[hlLqjzt]*$")

TOKEN = re.compile(
    r"""(?P<space>\s+|//[^\n]*|/\*.*?\*/)
    |(?P<text>(?:u8|[LuU])?"(?:\\.|[^"\\\n])*")
    |(?P<char>[LuU]?'(?:\\.|[^'\\\n])*')
    |(?P<number>\.?\d(?:[eEpP][-+]|[\w.])*)
    |(?P<word>[A-Za-z_]\w*)
    |(?P<hash>\#[ \t]*[A-Za-z_]\w*)
    |(?P<other>\#\#|.)""",
    re.VERBOSE | re.DOTALL,
)

WORDS = re.compile(
    r"(?P<formats>(?:PRI|SCN)[diouxX](?:LEAST|FAST)?(?:8|16|32|64|MAX|PTR)|(?:[USX]\d+|SZT)_F)$"
    r"|(?P<floats>float|double|_Float\w+|__float\w+|_Decimal\w+|_?_?Complex(?:__)?|valuedouble"
    r"|cJSON_GetNumberValue|_?strto(?:d|f|ld)(?:_[lr])?|atof|[efg]cvt(?:_r)?|difftime"
    r"|(?:DBL|FLT|LDBL)_\w+|NAN|INFINITY|HUGE_VAL\w*)$"
    r"|(?P<scans>v?[fs]?w?scanf(?:_r)?)$"
    r"|(?P<prints>cJSON_Print\w*|cJSON_(?:Create|Add|Set)\w*Number\w*)$"
)
WHY = {
    "formats": "hides what the chip's printf does not know; common/decimal.h writes digits",
    "floats": "no floating point on the chip: count in units of the last decimal",
    "scans": "no scanf on the chip: it brings floating point, and knows no more than printf",
    "prints": "cJSON prints numbers with %g, which the chip cannot; core/report.h writes JSON",
}
HEADERS = re.compile(
    r"^\s*(?:#|%:)\s*include\s*<(math|tgmath|float|complex|fenv|inttypes)\.h>", re.M
)

# cJSON has numbers as double, which core reads; __fixdfsi() and strtod() are what its own code calls for that.
MAY_FLOAT = {
    "firmware/core/json.c",
    "firmware/port/lx106/board/arith.c",
    "firmware/port/lx106/board/arith.h",
    "firmware/port/lx106/board/number.c",
    "firmware/port/lx106/board/number.h",
}

# Needs Espressif's SDK, so that there may be no objects to look at.
ESP8266 = "firmware/port/esp8266/"


def spliced(source):
    """Without lines that a backslash continues; the lines behind them keep their numbers."""
    lines, owed = [], 0
    for line in source.replace("\r\n", "\n").split("\n"):
        is_continued = line.endswith("\\")
        owed += is_continued
        lines.append(line[:-1] if is_continued else line + "\n" * (1 + owed))
        owed = owed if is_continued else 0
    return "".join(lines)


def tokens(source):
    """(kind, text, line) of each token but white space; asm statements are left out."""
    line = 1
    depth = 0  # of the parentheses of an asm statement
    is_asm = False
    for found in TOKEN.finditer(source):
        kind, text = found.lastgroup, found[0]
        if kind != "space":
            if text in ("asm", "__asm__", "__asm"):
                is_asm = True
            elif is_asm and text in "()":
                depth += 1 if text == "(" else -1
                is_asm = depth > 0
            elif not is_asm:
                yield kind, text, line
        line += text.count("\n")


def unquoted(text):
    """A literal's bytes as the compiler has them: "\\x25zu" and "\\45zu" are formats, too."""
    body = text[text.index(text[-1]) + 1 : -1]
    body = re.sub(r"\\x([0-9a-fA-F]+)", lambda m: chr(int(m[1], 16) & 255), body)
    body = re.sub(r"\\([0-7]{1,3})", lambda m: chr(int(m[1], 8) & 255), body)
    body = re.sub(r"\\u([0-9a-fA-F]{4})", lambda m: chr(int(m[1], 16)), body)
    return re.sub(r"\\(.)", lambda m: {"n": "\n", "t": "\t"}.get(m[1], m[1]), body)


def bad_conversion(text):
    """The first conversion in text that the chip does not know, or None."""
    at = 0
    while (at := text.find("%", at)) >= 0:
        known = KNOWN.match(text, at)
        if not known and at == len(text) - 1:  # alone it is none, and check_text() looks further
            return None
        if not known:
            return re.match(r"%[-+ #0*.\d']*[hlLqjzt]*.?", text[at:], re.DOTALL)[0]
        at = known.end()
    return None


def text_macros(sources):
    """Macros that stand for one text each, by name."""
    macros = {}
    for source in sources:
        for name, body in re.findall(
            r'^[ \t]*#[ \t]*define[ \t]+(\w+)[ \t]+((?:"(?:\\.|[^"\\\n])*"[ \t]*)+)(?:/[/*].*)?$',
            source,
            re.M,
        ):
            macros[name] = "".join(unquoted(t) for t in re.findall(r'"(?:\\.|[^"\\])*"', body))
    return macros


def check_text(text, is_joined):
    """What is wrong with a whole text. is_joined: something unknown, which may be text, follows."""
    if is_joined and BEGUN.search(text.replace("%%", "")):
        return "a conversion must stand in one text, not be put together by a macro"
    found = bad_conversion(text)
    return found and f"the chip's printf does not know {found!r}"


def check_source(name, source, macros):
    """(line, why) of each thing that may not stand in this file."""
    text, text_line = None, 0
    previous = before = ""  # the last token, and the one before it
    may_float = name in MAY_FLOAT
    for kind, token, line in list(tokens(source)) + [("other", "\n", 0)]:
        if kind == "text" or (kind == "word" and token in macros and text is not None):
            if text is None:
                text, text_line = "", line
            text += unquoted(token) if kind == "text" else macros[token]
            previous, before = token, previous
            continue
        if text is not None:
            why = check_text(text, kind in ("word", "hash"))
            if why:
                yield text_line, why
        text = None
        if kind == "word":
            if token in macros:
                text, text_line = macros[token], line
                previous, before = token, previous
                continue
            found = WORDS.match(token)
            if found and not (found.lastgroup == "floats" and may_float):
                yield line, f"{token}: {WHY[found.lastgroup]}"
        elif kind == "number" and not may_float and is_float(token):
            yield line, f"{token}: {WHY['floats']}"
        elif kind == "char" and previous == "," and before in PERCENT:
            yield line, "a format of single letters is one that nobody can check"
        elif kind == "hash" and not is_compiled(name) and is_parameter(source, line, token):
            yield line, "a text made of code may be a format that nobody can check"
        previous, before = token, previous
    for found in HEADERS.finditer(source):
        line = source.count("\n", 0, found.start(1)) + 1
        yield line, f"<{found[1]}.h>: nothing of it is for the chip"


def is_compiled(name):
    """Whether check_objects() sees what becomes of this file."""
    return name.startswith(("common/", "firmware/")) and not name.startswith(ESP8266)


def is_parameter(source, line, token):
    """Whether token, as "#x", makes a text of a macro's parameter and begins no directive."""
    of_line = source.split("\n")[line - 1]
    return not of_line.lstrip().startswith(token)


def is_float(number):
    number = number.replace("'", "")
    if re.match(r"0[xX]", number):
        return "." in number or "p" in number.lower()
    return bool(re.search(r"[.eEfF]", number))


# --- objects

SOFT_FLOAT = re.compile(
    r"__(?:add|sub|mul|div)[sdt]f3$|__(?:neg|eq|ne|lt|le|gt|ge|cmp|unord|powi)[sdt]f2$"
    r"|__(?:fix|fixuns|float|floatun|extend|trunc)[sdt][if]\w*$|__(?:mul|div)[sdt]c3$"
)
FORBIDDEN = re.compile(
    r"(?:v?[fs]?scanf|__[dflm]_v?f(?:print|scan)f|strto(?:d|f|ld)|atof|__[df]toa\w*|[efg]cvt\w*)$"
)
# cJSON reads numbers with strtod(); the program has that, but no more, of floating point.
PROGRAM_MAY_NOT = re.compile(
    r"__(?:add|sub|mul|div)[sdt]f3$|v?[fs]?scanf$|__[dfm]_vfprintf$|__[df]toa\w*$"
)


def undefined(path):
    lines = subprocess.run(
        ["xtensa-lx106-elf-nm", "-u", path], capture_output=True, check=True, text=True
    ).stdout
    return [line.split()[-1] for line in lines.splitlines() if line.strip()]


def data_texts(path):
    """All runs of printable characters in an object's data, and in literals between its code."""
    dump = subprocess.run(
        ["xtensa-lx106-elf-objdump", "-h", "-w", path], capture_output=True, check=True, text=True
    ).stdout
    content = pathlib.Path(path).read_bytes()
    for line in dump.splitlines():
        field = line.split()
        if len(field) > 7 and field[0].isdigit() and re.match(r"\.s?(?:ro)?data", field[1]):
            start, size = int(field[5], 16), int(field[2], 16)
            if "CONTENTS" in line:
                for run in re.findall(rb"[\t\n\x20-\x7e]+", content[start : start + size]):
                    yield run.decode()


def check_object(path, source):
    may_float = source in MAY_FLOAT
    for symbol in undefined(path):
        if FORBIDDEN.match(symbol) or (SOFT_FLOAT.match(symbol) and not may_float):
            yield f"calls {symbol}(), which is not for the chip"
    for text in data_texts(path):
        if found := bad_conversion(text):
            yield f"has the text {text!r}, and the chip's printf does not know {found!r}"


def check_objects(folder):
    findings = []
    for part in ("common", "firmware"):
        for path in sorted((folder / part).rglob("*.o")):
            source = str(path.relative_to(folder).with_suffix(".c"))
            if path.stem != "chosen" and not pathlib.Path(source).exists():
                continue  # left over; "chosen" is the user's code, whichever file that is
            findings += [f"{path}: {why}" for why in check_object(path, source)]
    program = folder / "firmware.elf"
    names = subprocess.run(
        ["xtensa-lx106-elf-nm", program], capture_output=True, check=True, text=True
    ).stdout
    for symbol in sorted({line.split()[-1] for line in names.splitlines()}):
        if PROGRAM_MAY_NOT.match(symbol):
            findings.append(f"{program}: contains {symbol}(), which is not for the chip")
    return findings


def check_sources(paths):
    sources = {path: spliced(pathlib.Path(path).read_text(encoding="utf-8")) for path in paths}
    macros = text_macros(sources.values())
    return [
        f"{path}:{line}: {why}"
        for path, source in sources.items()
        for line, why in check_source(path, source, macros)
    ]


def main(arguments):
    if arguments[:1] == ["--objects"]:
        findings = check_objects(pathlib.Path(arguments[1]))
    else:
        findings = check_sources(arguments)
    print("\n".join(findings), end="\n" if findings else "")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
