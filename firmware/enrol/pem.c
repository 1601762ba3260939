// DER as text.
#include "firmware/enrol/pem.h"

#include <string.h>

#include <mbedtls/base64.h>

static char *put_border(char *out, const char *begin, const char *label)
{
    return stpcpy(stpcpy(stpcpy(out, begin), label), "-----\n");
}

size_t pem_write(const char *label, const uint8_t *der, size_t n, char *out)
{
    char *p = put_border(out, "-----BEGIN ", label);

    for (size_t from = 0; from < n; from += PEM_LINE) {
        const size_t left = n - from;
        size_t line = 0;

        // Cannot fail: there is room for the characters and a NUL, where the newline comes.
        (void)mbedtls_base64_encode((uint8_t *)p, PEM_LINE / 3 * 4 + 1, &line, der + from,
            left < PEM_LINE ? left : PEM_LINE);
        p += line;
        *p++ = '\n';
    }
    return (size_t)(put_border(p, "-----END ", label) - out);
}
