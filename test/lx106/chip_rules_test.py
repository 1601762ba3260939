#!/usr/bin/env python3
"""Tests of scripts/lib/chip_rules.py: each thing that may not run on the chip, planted, and what may."""

import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts/lib"))
import chip_rules  # noqa: E402  (by the path above)

# Sources in which something is found.
PLANTED = [
    # sizes
    'printf("%lld", x);',
    'printf("%llu", x);',
    'printf("%-5zu", x);',
    'printf("%*zu", 3, x);',
    'printf("%zd %d", x, y);',
    'printf("%jd", x);',
    'printf("%ju", x);',
    'printf("%hhu", x);',
    'printf("%02hhx", x);',
    'printf("%td", x);',
    'printf("%Lf", x);',
    'printf("%qd", x);',
    'printf("%\'d", x);',
    'printf("%1$d", x);',
    'printf("%m");',
    'printf("%b", x);',
    'printf("100 %% of %lld", x);',
    'printf("%%%lld", x);',
    # floating point
    'printf("%f", x);',
    'printf("%.3f", x);',
    'printf("%-8.*f", 3, x);',
    'printf("%e", x);',
    'printf("%G", x);',
    'printf("%a", x);',
    "float x = 0;",
    "static const double x[2];",
    "long double x;",
    "int x = (int)(1.5 * y);",
    "int x = y * 1e3;",
    "int x = y * .5f;",
    "int x = 0x1p3;",
    "x = item->valuedouble;",
    "x = cJSON_GetNumberValue(item);",
    "_Float32 x;",
    "#include <math.h>",
    "  #  include <float.h> // for one limit",
    "#include <inttypes.h>",
    "x = strtod(s, NULL);",
    "x = strtof(s, NULL);",
    "x = atof(s);",
    "flo\\\nat x;",
    # scanf
    'sscanf(s, "%d", &x);',
    'n = vsscanf(s, format, list);',
    # cJSON's printing
    "s = cJSON_PrintUnformatted(json);",
    "cJSON_AddNumberToObject(json, name, 5);",
    # put together
    'printf("%" "lld", x);',
    'printf("%"\n       "l"\n       "ld", x);',
    'printf("%l" /* of 64 bits */ "ld", x);',
    'printf("a %l\\\nld", x);',
    'printf("\\x25zu", x);',
    'printf("\\45zu", x);',
    'printf(L"%lld", x);',
    'printf("%" PRId64, x);',
    'printf("%" PRIu64 " of them", x);',
    'printf("%" PRIuMAX, x);',
    'printf("%5" PRIx64, x);',
    'printf(PRIuPTR, x);',
    'sscanf(s, "%" SCNd64, &x);',
    'printf("%" U16_F, x);',
    'printf("%" MINE, x);',
    'printf("%5l" MINE "d", x);',
    '#define MINE "ll"\nprintf("%" MINE "d", x);',
    '#define PERCENT "%" // of it\nprintf(PERCENT "zu", x);',
    '#define FORMAT "%lld"',
    '#define FORMAT(size) "%" #size "d"',
    '#define TEXT(code) #code',
    '#define TEXT(code) \\\n    #code',
    'static const char *const formats[] = {"%d", "%lld"};',
    "static const char format[] = {'%', 'l', 'l', 'd', 0};",
    "static const char format[] = {'a', '\\x25', 'z', 'u', 0};",
    'log(has_more ? "%d" : "%zu", x);',
]

# Sources in which nothing is.
GOOD = [
    "",
    'printf("%d %i %u %o %x %X %c %s %p %%", a);',
    'printf("%ld %5lu %-8lx %+d %#x %05d %hd", a);',
    'printf("%.*s %.3s %*d %.*d", a);',
    'printf("%0*lu", a);',
    'printf("load 100%");',
    'printf("load 100%%, %d", a);',
    'printf("%" "s", a);',
    'printf("%" /* a */ "l"\n "u", a);',
    '#define NAME "esp-"\nprintf(NAME "%s" NAME, a);',
    '#define BUILD __DATE__ " " __TIME__',
    "// a float costs time: %lld, 1.5",
    "/* double\n * %zu \" */ int x;",
    "int floats, doubles, x = y % z, lld, t = a %llu;",
    "int PRIMARY = 0x1f + 0xe + 10u;",
    "p = strchr(format, '%');",
    "if (*p == '%' || *p == '\"')\n    x = \"%d\";",
    'const char *set = "/-._~!%";',
    '__asm__ volatile("rsr %0, excvaddr\\n\\tl32i %[t], %[d], 0" : "=a"(address));',
    '#define READ(name, value) __asm__ volatile("rsr %0, " #name : "=a"(value))',
    "# define A 1\n#undef A\n#if A\n#error no %lld\n#endif",
    'asm("nop"); printf("%d", a);',
]

# Whole files that the compiler turns into something that is found, though their text hides it.
COMPILED = [
    "#define TEXT(x) #x\nconst char *format = TEXT(%lld);",
    "const char format[] = {37, 108, 108, 100, 0};",
    "int f(int a) { return (int)((__typeof__(1.0))a * 3); }",
    "_Bool f(__typeof__(1.0f) a, __typeof__(1.0f) b) { return a < b; }",
    "int sscanf(const char *, const char *, ...);\n"
    "int f(const char *s, int *n) { return sscanf(s, \"%d\", n); }",
    "struct f { __typeof__(0.0) v; };\nint f(struct f *a) { return (int)a->v; }",
    "__typeof__(1.0) strtod(const char *, char **);\n"
    "void f(const char *s, __typeof__(1.0) *d) { *d = strtod(s, 0); }",
]
COMPILED_GOOD = [
    "const char *format = \"%ld %5.2s %%\";\nint f(int a) { return a / 3 % 7; }",
    "long long f(long long a, long long b) { return a * b / 7; }",
]


def findings_in(source):
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "planted.c"
        path.write_text(source, encoding="utf-8")
        return chip_rules.check_sources([str(path)])


def findings_compiled(source):
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "planted.o"
        subprocess.run(
            ["xtensa-lx106-elf-gcc", "-Os", "-w", "-x", "c", "-c", "-o", path, "-"],
            input=source,
            text=True,
            check=True,
        )
        return list(chip_rules.check_object(path, "planted.c"))


def test_line_numbers():
    source = '#define A \\\n    1\nint x; /* two\nlines */\nfloat y;\nprintf("%d"\n       "%zu", y);'
    found = [finding.split(":")[1] for finding in findings_in(source)]
    return [] if found == ["5", "6"] else [f"lines of findings: {found}"]


def test_macro_of_another_file():
    with tempfile.TemporaryDirectory() as folder:
        paths = [pathlib.Path(folder) / name for name in ("a.h", "b.c")]
        paths[0].write_text('#define MINE "ll"\n', encoding="utf-8")
        paths[1].write_text('printf("%" MINE "d", x);\n', encoding="utf-8")
        found = chip_rules.check_sources([str(path) for path in paths])
    return [] if len(found) == 1 and "'%lld'" in found[0] else [f"macro of another file: {found}"]


def main():
    failures = test_line_numbers() + test_macro_of_another_file()
    failures += [f"not found: {source!r}" for source in PLANTED if not findings_in(source)]
    failures += [
        f"found: {source!r}: {found}" for source in GOOD if (found := findings_in(source))
    ]
    failures += [f"not found: {source!r}" for source in COMPILED if not findings_compiled(source)]
    failures += [
        f"found: {source!r}: {found}"
        for source in COMPILED_GOOD
        if (found := findings_compiled(source))
    ]
    print("\n".join(failures), end="\n" if failures else "")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
