// What the chip's printf does not know, the board's does not, either.
#include "firmware/port/lx106/board/nano_format.h"

#include <stdbool.h>
#include <string.h>

#define FORMAT_SIZE 160 // with its NUL, of a format that must be rewritten; longer ones are cut

// picolibc's for integers; it takes "%lld" for "%ld", and "%zu" for what it is.
int __i_vfprintf(FILE *stream, const char *format, va_list arguments);

// The length of the conversion at s, without its last letter. *is_known: newlib has it.
static size_t measure(const char *s, bool *is_known)
{
    size_t n = 1 + strspn(s + 1, "-+ #0");

    n += strspn(s + n, "0123456789*.");
    n += s[n] == 'h' || s[n] == 'l' || s[n] == 'L';
    *is_known = s[n] != '\0' && strchr("cdiuoxXpnsfFeEgG%", s[n]) != NULL;
    return n;
}

static bool is_known(const char *format)
{
    bool known = true;

    while (known && (format = strchr(format, '%')) != NULL) {
        format += measure(format, &known);
        format += known;
    }
    return known;
}

// Leaves out the beginnings of what is not known.
static int print_rewritten(FILE *stream, const char *format, va_list arguments)
{
    char out[FORMAT_SIZE];
    size_t used = 0;

    while (*format != '\0') {
        bool known = true;
        size_t length = *format == '%' ? measure(format, &known) : 0;
        size_t kept = known ? length + 1 : 1;

        if (!known)
            format += length;
        if (*format == '\0' || used + kept >= sizeof out)
            break;
        memcpy(out + used, format, kept);
        used += kept;
        format += kept;
    }
    out[used] = '\0';
    return __i_vfprintf(stream, out, arguments);
}

int nano_format_print(FILE *stream, const char *format, va_list arguments)
{
    return is_known(format) ? __i_vfprintf(stream, format, arguments)
                            : print_rewritten(stream, format, arguments);
}
