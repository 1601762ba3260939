// Fingerprints of keys.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "server/pki/key_pin.h"

#define HEX "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define BASE64 "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU"

static void test_parse(void **state)
{
    static const struct {
        const char *text;
        int rc;
    } rows[] = {
        {"SHA256:" BASE64, 0},
        {"SHA256:" BASE64 "=", 0},
        {BASE64, 0},
        {BASE64 "=", 0},
        {HEX, 0},
        {"E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855", 0},
        {"SHA256:" HEX, 0},
        {"", ERR_INVALID},
        {"SHA256:", ERR_INVALID},
        {"SHA256:" BASE64 "==", ERR_INVALID},
        {"SHA256:" BASE64 " ", ERR_INVALID},
        {"SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuF", ERR_INVALID},
        {"SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFV", ERR_INVALID}, // bits left over
        {"SHA256:47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU", ERR_INVALID},
        {"MD5:" BASE64, ERR_INVALID},
        {"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b85", ERR_INVALID},
        {"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b85g", ERR_INVALID},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char pin[KEY_PIN_SIZE] = "as before";
        struct err err = {0};

        assert_int_equal(key_pin_parse(rows[i].text, pin, &err), rows[i].rc);
        assert_string_equal(pin, rows[i].rc == 0 ? "SHA256:" BASE64 : "as before");
        assert_int_equal(err.code, rows[i].rc);
    }
}

// What `openssl x509 -pubkey | openssl pkey -pubin -outform DER | openssl dgst -sha256` says.
static void test_of_a_certificate(void **state)
{
    static const char pem[] = "-----BEGIN CERTIFICATE-----\n"
                              "MIIBdjCCAR2gAwIBAgIUA3TBLSKSIwS3UUsP+3aLVLhKtZQwCgYIKoZIzj0EAwIw\n"
                              "ETEPMA0GA1UEAwwGc2VydmVyMB4XDTI2MTEzMDE2NDM1MVoXDTM2MTEyNzE2NDM1\n"
                              "MVowETEPMA0GA1UEAwwGc2VydmVyMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE\n"
                              "azfw+GUwITw4aKcXy+vSLFAREfOC+BctrdedmzxT5b1q8MoQB5rzmt5Fhh6asdN6\n"
                              "9vLwW3vZc9gEtvMq/tC4KaNTMFEwHQYDVR0OBBYEFIkZ8KOlxzZ3m1gVs5w8r5mn\n"
                              "NJXlMB8GA1UdIwQYMBaAFIkZ8KOlxzZ3m1gVs5w8r5mnNJXlMA8GA1UdEwEB/wQF\n"
                              "MAMBAf8wCgYIKoZIzj0EAwIDRwAwRAIfOtWemwxezy2hg8fyPjuXTwtm72BWk5+a\n"
                              "nr/UlI2nywIhANIIRB+d1F58wLyZ2V419a8wL+uN812PVSoLgWSTXhWs\n"
                              "-----END CERTIFICATE-----\n";
    struct certificate *certificate;
    char pin[KEY_PIN_SIZE];

    (void)state;
    assert_int_equal(
        certificate_from_pem((const uint8_t *)pem, sizeof pem - 1, &certificate, NULL), 0);
    assert_int_equal(key_pin_of(certificate, pin, NULL), 0);
    assert_string_equal(pin, "SHA256:piZEI0dYmv7kqn52iN3vb+YvbuM+GdJcBYl5C4r+Puo");
    certificate_free(certificate);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parse),
        cmocka_unit_test(test_of_a_certificate),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
