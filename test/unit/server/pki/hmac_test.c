// HMAC-SHA-256, by the test cases of RFC 4231, 4.
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>

#include "server/base/hex.h"
#include "server/pki/hmac.h"

static const struct {
    const char *key, *text, *tag;
} rows[] = {
    {"\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b", "Hi There",
        "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
    {"Jefe", "what do ya want for nothing?",
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
};

static void test_the_rfc_s(void **state)
{
    uint8_t tag[HMAC_SHA256_SIZE];
    char hex[2 * HMAC_SHA256_SIZE + 1];

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const uint8_t *text = (const uint8_t *)rows[i].text;
        size_t n = strlen(rows[i].text);
        struct hmac_part parts[] = {{text, 3}, {text + 3, n - 3}};

        assert_int_equal(
            hmac_sha256((const uint8_t *)rows[i].key, strlen(rows[i].key), parts, 2, tag), 0);
        hex_encode(tag, sizeof tag, hex);
        assert_string_equal(hex, rows[i].tag);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_the_rfc_s)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
