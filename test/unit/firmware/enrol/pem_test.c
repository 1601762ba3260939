// Tests of DER as text.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "firmware/enrol/pem.h"

static void expect(const char *bytes, size_t n, const char *text)
{
    char *out = malloc(PEM_SIZE("X", n)); // no byte more
    size_t written = pem_write("X", (const uint8_t *)bytes, n, out);

    assert_string_equal(out, text);
    assert_int_equal(written, strlen(text));
    assert_int_equal(written + 1, PEM_SIZE("X", n));
    free(out);
}

// Lines have 64 characters (RFC 7468, 2), the last as many as are left.
static void test_lines(void **state)
{
    static const char zeros[97] = {0};

    (void)state;
    expect("", 0, "-----BEGIN X-----\n-----END X-----\n");
    expect("\xff", 1, "-----BEGIN X-----\n/w==\n-----END X-----\n");
    expect("\xfb\xef\xbe", 3, "-----BEGIN X-----\n++++\n-----END X-----\n");
    expect(zeros, 48,
        "-----BEGIN X-----\n"
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n"
        "-----END X-----\n");
    expect(zeros, 97,
        "-----BEGIN X-----\n"
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n"
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n"
        "AA==\n"
        "-----END X-----\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
