// Tests of host names against certificates.
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <mbedtls/x509_crt.h>

#include "firmware/core/tls_name.h"

static void test_dns(void **state)
{
    static const struct {
        const char *pattern;
        const char *host;
        bool good;
    } rows[] = {
        {"a.example", "a.example", true},
        {"A.Example", "a.eXample", true},
        {"a.example", "b.example", false},
        {"a.example", "a.example.com", false},
        {"a.example", "xa.example", false},
        {"*.example.org", "a.example.org", true},
        {"*.example.org", "a.b.example.org", false},
        {"*.example.org", "example.org", false},
        {"*.example.org", ".example.org", false},
        {"*.org", "example.org", false},
        {"*", "example", false},
        {"*.", "example", false},
        {"*x.example", "a.example", false},
        {"*.example.org", "example", false},
        {"a*.example.org", "ab.example.org", false},
        {"*.0.0.1", "127.0.0.1", false},
        {"127.0.0.1", "127.0.0.1", true},
        {"", "", false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_int_equal(
            tls_name_matches_dns(rows[i].pattern, strlen(rows[i].pattern), rows[i].host),
            rows[i].good);
    assert_false(tls_name_matches_dns("a.example\0.evil", 15, "a.example"));
}

static void test_ipv4(void **state)
{
    static const char *const bad[] = {
        "",
        "1",
        "1.2.3",
        "1.2.3.",
        "1.2.3.4.",
        "1.2.3.4.5",
        "256.1.1.1",
        "1..1.1",
        "1.2.3.0004",
        "a.b.c.d",
        "1.2.3.4a",
        "-1.2.3.4",
    };
    const uint8_t expected[] = {255, 0, 1, 9};
    uint8_t out[4];

    (void)state;
    assert_true(tls_name_parse_ipv4("255.0.1.9", out));
    assert_memory_equal(out, expected, 4);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(tls_name_parse_ipv4(bad[i], out));
}

// Extensions: basicConstraints, then a critical subjectAltName of rfc822Name, iPAddress, dNSName.
static const uint8_t extensions[] = {
    0x30, 0x30,                                                             //
    0x30, 0x0c, 0x06, 0x03, 0x55, 0x1d, 0x13, 0x01, 0x01, 0xff, 0x04, 0x02, // basicConstraints
    0x30, 0x00,                                                             //
    0x30, 0x20, 0x06, 0x03, 0x55, 0x1d, 0x11, 0x01, 0x01, 0xff, 0x04, 0x16, // subjectAltName
    0x30, 0x14, 0x81, 0x03, 'a', '@', 'b', 0x87, 0x04, 10, 0, 2, 100,       //
    0x82, 0x07, 'b', '.', 'l', 'o', 'c', 'a', 'l',                          //
};

static bool matches(const uint8_t *p, size_t n, const char *host)
{
    uint8_t *copy = malloc(n == 0 ? 1 : n); // so that a read beyond n is seen
    mbedtls_x509_crt cert;
    bool good;

    assert_non_null(copy);
    memcpy(copy, p, n);
    memset(&cert, 0, sizeof cert);
    cert.v3_ext.p = copy;
    cert.v3_ext.len = n;
    good = tls_name_matches(&cert, host);
    free(copy);
    return good;
}

static void test_alt_names(void **state)
{
    (void)state;
    assert_true(matches(extensions, sizeof extensions, "10.0.2.100"));
    assert_true(matches(extensions, sizeof extensions, "B.local"));
    assert_false(matches(extensions, sizeof extensions, "10.0.2.101"));
    assert_false(matches(extensions, sizeof extensions, "a@b"));
    assert_false(matches(extensions, 16, "b.local")); // basicConstraints alone, and too short
    for (size_t n = 0; n < sizeof extensions; n++)
        assert_false(matches(extensions, n, "b.local"));
}

static void test_no_extensions(void **state)
{
    mbedtls_x509_crt cert;

    (void)state;
    memset(&cert, 0, sizeof cert);
    assert_false(tls_name_matches(&cert, "b.local"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_dns),
        cmocka_unit_test(test_ipv4),
        cmocka_unit_test(test_alt_names),
        cmocka_unit_test(test_no_extensions),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
