// What the chip's printf does not know, the board's does not, either.
#include "firmware/port/lx106/board/nano_format.h"

#include <stdint.h>
#include <string.h>

#define FORMAT_SIZE 160 // with its NUL, of a format that must be rewritten; longer ones are cut

// picolibc's for integers; it takes "%lld" for "%ld", and "%zu" for what it is.
int __i_vfprintf(FILE *stream, const char *format, va_list arguments);

// The first conversion that is not known, and how much of it stands before the first letter that is
// printed as it is; or NULL.
static char *find_foreign(const char *s, size_t *length)
{
    for (; (s = strchr(s, '%')) != NULL; s += *length + 1) {
        size_t n = strspn(s + 1, "-+ #0123456789*.") + 1;

        n += s[n] == 'h' || s[n] == 'l';
        *length = n;
        if (s[n] == '\0' || strchr("cdiuoxXpnsfFeEgG%", s[n]) == NULL)
            return (char *)(uintptr_t)s;
    }
    return NULL;
}

static int print_rewritten(FILE *stream, const char *format, va_list arguments)
{
    char out[FORMAT_SIZE];
    char *at = out;
    size_t length;

    out[FORMAT_SIZE - 1] = '\0';
    strncpy(out, format, FORMAT_SIZE - 1);
    while ((at = find_foreign(at, &length)) != NULL) {
        memmove(at, at + length, strlen(at + length) + 1);
        at += *at != '\0';
    }
    return __i_vfprintf(stream, out, arguments);
}

int nano_format_print(FILE *stream, const char *format, va_list arguments)
{
    size_t length;

    return find_foreign(format, &length) == NULL ? __i_vfprintf(stream, format, arguments)
                                                 : print_rewritten(stream, format, arguments);
}
