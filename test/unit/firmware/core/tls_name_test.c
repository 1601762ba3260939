// Tests of host names against certificates.
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_dns),
        cmocka_unit_test(test_ipv4),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
