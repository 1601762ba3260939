// What names a key in a token, and what does not. Signing with one is a scenario's.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "server/pki/token_key.h"

static void an_uri_is_known_by_its_scheme(void **state)
{
    static const struct {
        const char *text;
        bool is_uri;
    } rows[] = {
        {"pkcs11:token=fleet", true},
        {"pkcs11:", true},
        {"pkcs11", false},
        {"", false},
        {" pkcs11:", false},
        {"-----BEGIN", false},
        {"PKCS11:", false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_int_equal(
            token_key_is_uri((const uint8_t *)rows[i].text, strlen(rows[i].text)), rows[i].is_uri);
}

static void what_cannot_be_opened_is_told(void **state)
{
    static const struct {
        const char *text;
        int rc;
        const char *why;
    } rows[] = {
        {"pkcs11:token=fleet object=ca", ERR_INVALID, "no character 0x20; write it as %20"},
        {"pkcs11:object=\xc3\xa4", ERR_INVALID, "write it as %C3"},
        {"pkcs11:object=ca?module-path=libsofthsm2.so", ERR_INVALID, "the whole path"},
        {"pkcs11:object=ca?module-path=", ERR_INVALID, "the whole path"},
        {"pkcs11:object=ca?pin-source=/p&module-path=/a%20b", ERR_INVALID, "without '%'"},
        {"pkcs11:object=ca?module-path=/nowhere/at/all.so", ERR_UNAVAILABLE,
            "/nowhere/at/all.so cannot be read"},
        {"pkcs11:object=ca?module-path=/nowhere/first.so&pin-source=/p\r\nmore", ERR_UNAVAILABLE,
            "/nowhere/first.so cannot be read"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct err err = {0};
        EVP_PKEY *key;

        assert_int_equal(
            token_key_open((const uint8_t *)rows[i].text, strlen(rows[i].text), &key, &err),
            rows[i].rc);
        if (strstr(err.message, rows[i].why) == NULL)
            fail_msg("row %zu: %s", i, err.message);
    }
}

static void it_has_a_bound(void **state)
{
    uint8_t text[TOKEN_KEY_URI_MAX + 40];
    static const char module[] = "?module-path=/nowhere/at/all.so\n";
    struct err err = {0};
    EVP_PKEY *key;

    (void)state;
    memset(text, 'a', sizeof text);
    memcpy(text, "pkcs11:", 7);
    memcpy(text + TOKEN_KEY_URI_MAX - sizeof module + 1, module, sizeof module - 1);
    assert_int_equal(token_key_open(text, sizeof text, &key, &err), ERR_UNAVAILABLE);
    memset(text + TOKEN_KEY_URI_MAX - sizeof module + 1, 'a', 1);
    memcpy(text + TOKEN_KEY_URI_MAX - sizeof module + 2, module, sizeof module - 1);
    assert_int_equal(token_key_open(text, sizeof text, &key, &err), ERR_INVALID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_uri_is_known_by_its_scheme),
        cmocka_unit_test(what_cannot_be_opened_is_told),
        cmocka_unit_test(it_has_a_bound),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
