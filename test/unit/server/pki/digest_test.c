// Digests of known texts.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "server/pki/digest.h"

static void test_known(void **state)
{
    char sha256[DIGEST_SHA256_TEXT_SIZE];
    char md5[DIGEST_MD5_TEXT_SIZE];

    (void)state;
    // FIPS 180-4 and RFC 1321, A.5
    digest_sha256((const uint8_t *)"abc", 3, sha256);
    assert_string_equal(sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    digest_md5((const uint8_t *)"abc", 3, md5);
    assert_string_equal(md5, "900150983cd24fb0d6963f7d28e17f72");
}

static void test_empty(void **state)
{
    char sha256[DIGEST_SHA256_TEXT_SIZE];
    char md5[DIGEST_MD5_TEXT_SIZE];

    (void)state;
    digest_sha256((const uint8_t *)"", 0, sha256);
    assert_string_equal(sha256, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    digest_md5((const uint8_t *)"", 0, md5);
    assert_string_equal(md5, "d41d8cd98f00b204e9800998ecf8427e");
}

static void test_place(void **state)
{
    (void)state;
    assert_int_equal(digest_place("0000000f", 16), 15);
    assert_int_equal(digest_place("00000010ffff", 16), 0);
    assert_int_equal(digest_place("ffffffff", 1024), 1023);
    assert_int_equal(digest_place("80000001", UINT32_MAX), 0x80000001);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known),
        cmocka_unit_test(test_empty),
        cmocka_unit_test(test_place),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
