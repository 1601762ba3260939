// Bodies of EST: base64 in the forms that clients send it, DER, and what is neither.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "server/enrol/est_body.h"

static void assert_decodes(const char *text, size_t n, const char *expected, size_t expected_n)
{
    uint8_t *der = NULL;
    size_t size = 0;
    struct err err = {0};

    if (est_body_decode((const uint8_t *)text, n, &der, &size, &err) < 0)
        fail_msg("\"%s\": %s", text, err.message);
    assert_int_equal(size, expected_n);
    assert_memory_equal(der, expected, size);
    free(der);
}

static void assert_refused(const char *text, size_t n, int code, const char *reason)
{
    uint8_t *der = NULL;
    size_t size = 0;
    struct err err = {0};

    assert_int_equal(est_body_decode((const uint8_t *)text, n, &der, &size, &err), code);
    assert_null(der);
    if (strstr(err.message, reason) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", err.message, reason);
}

static void test_base64(void **state)
{
    static const struct {
        const char *text, *bytes;
    } rows[] = {
        // RFC 4648, 10
        {"Zg==", "f"},
        {"Zm8=", "fo"},
        {"Zm9v", "foo"},
        {"Zm9vYg==", "foob"},
        {"Zm9vYmE=", "fooba"},
        {"Zm9vYmFy", "foobar"},
        // with white space anywhere
        {"Zm9vYmFy\n", "foobar"},
        {"\r\nZm9v\r\nYmFy\r\n", "foobar"},
        {" Z\tm 9v Yg=\n= ", "foob"},
        {"Z\nm\n8\n=\n", "fo"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_decodes(rows[i].text, strlen(rows[i].text), rows[i].bytes, strlen(rows[i].bytes));
}

static void test_each_byte(void **state)
{
    uint8_t bytes[256];

    (void)state;
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(i * 7);
    for (size_t n = 1; n <= sizeof bytes; n++) {
        char *text;
        size_t size;

        assert_int_equal(est_body_encode(bytes, n, &text, &size), 0);
        assert_int_equal(size, (n + 2) / 3 * 4 + 1);
        assert_int_equal(strlen(text), size);
        assert_int_equal(strcspn(text, "\n"), size - 1);
        assert_decodes(text, size, (const char *)bytes, n);
        free(text);
    }
}

static void test_der(void **state)
{
    (void)state;
    assert_decodes("0\x82\x01\x02", 4, "0\x82\x01\x02", 4);
    assert_decodes("0\x03\x02\x01\x00", 5, "0\x03\x02\x01\x00", 5);
}

static void test_neither(void **state)
{
    static const char *const texts[] = {"Zg", "Zg=", "Zg===", "Zh==", "Zm9=", "=",
        "====", "Zg==Zg==", "Zg==a", "Zm9v!", "Z", " ", "\n", "Zm9v_w==", "{}"};

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        assert_refused(texts[i], strlen(texts[i]), ERR_INVALID, "neither base64 nor DER");
    assert_refused("", 0, ERR_INVALID, "empty");
    assert_refused("1\x82\x01\x02", 4, ERR_INVALID, "neither");
    assert_refused("Zm9v\0", 5, ERR_INVALID, "neither");
    assert_refused("-----BEGIN CERTIFICATE REQUEST-----\nZm9v\n", 41, ERR_INVALID, "leave out");
}

static void test_bound(void **state)
{
    char *text = malloc(EST_BODY_MAX + 1);
    uint8_t *der;
    size_t n;

    (void)state;
    assert_non_null(text);
    memset(text, 'A', EST_BODY_MAX + 1);
    assert_int_equal(est_body_decode((uint8_t *)text, EST_BODY_MAX, &der, &n, NULL), 0);
    assert_int_equal(n, EST_BODY_MAX / 4 * 3);
    free(der);
    assert_refused(text, EST_BODY_MAX + 1, ERR_TOO_LARGE, "8192");
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_base64),
        cmocka_unit_test(test_each_byte),
        cmocka_unit_test(test_der),
        cmocka_unit_test(test_neither),
        cmocka_unit_test(test_bound),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
