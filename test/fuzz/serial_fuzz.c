// Serial numbers of certificates as people and tools write them.
#include <stdio.h>
#include <string.h>

#include "server/model/serial.h"
#include "test/fuzz/fuzz.h"

// The same serial with ':' between its pairs, and a zero byte before it.
static void check_colons(const char serial[SERIAL_SIZE])
{
    char text[3 * (SERIAL_BYTES_MAX + 1)] = "00";
    char again[SERIAL_SIZE];

    for (size_t i = 0; serial[i] != '\0'; i += 2)
        snprintf(text + strlen(text), 4, ":%.2s", serial + i);
    FUZZ_CHECK(serial_parse(text, again) && strcmp(serial, again) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    const char *s = fuzz_text(p, n);
    char serial[SERIAL_SIZE];
    char again[SERIAL_SIZE];

    fuzz_fill(serial, sizeof serial);
    if (!serial_parse(s, serial)) {
        FUZZ_CHECK(fuzz_is_untouched(serial, sizeof serial) && !serial_is_canonical(s));
    } else {
        FUZZ_CHECK(strlen(serial) < SERIAL_SIZE && strlen(serial) % 2 == 0);
        FUZZ_CHECK(serial_parse(serial, again) && strcmp(serial, again) == 0);
        FUZZ_CHECK(serial_is_canonical(serial));
        FUZZ_CHECK(serial_is_canonical(s) == (strcmp(s, serial) == 0));
        check_colons(serial);
    }
    if (serial_format(fuzz_bytes(p, n), n, serial))
        FUZZ_CHECK(serial_is_canonical(serial));
    else
        FUZZ_CHECK(n > SERIAL_BYTES_MAX);
    return 0;
}
