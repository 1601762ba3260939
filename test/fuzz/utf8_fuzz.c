// UTF-8: what counts as well-formed is what the code points decoded from it are written as.
#include "server/base/utf8.h"

#include <string.h>

#include "test/fuzz/fuzz.h"

static uint32_t decode(const uint8_t *p, size_t length)
{
    static const uint8_t masks[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
    uint32_t code = p[0] & masks[length];

    for (size_t i = 1; i < length; i++) {
        FUZZ_CHECK((p[i] & 0xc0) == 0x80);
        code = code << 6 | (p[i] & 0x3f);
    }
    return code;
}

// How many bytes a code point takes (RFC 3629, 3); 0 if it is none.
static size_t length_of(uint32_t code)
{
    if (code >= 0xd800 && code <= 0xdfff)
        return 0;
    return code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : code < 0x110000 ? 4 : 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    const char *s = fuzz_text(p, n);
    size_t size = strlen(s);
    size_t done = 0;
    size_t length;

    while ((length = utf8_sequence_length((const uint8_t *)s + done, size - done)) > 0) {
        FUZZ_CHECK(length <= 4 && length <= size - done);
        FUZZ_CHECK(length_of(decode((const uint8_t *)s + done, length)) == length);
        for (size_t i = 1; i < length; i++) // cut off, it is none
            FUZZ_CHECK(utf8_sequence_length((const uint8_t *)s + done, i) == 0);
        done += length;
    }
    FUZZ_CHECK(utf8_is_valid(s) == (done == size));
    return 0;
}
