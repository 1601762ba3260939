// The header of a file of age.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "server/pki/age_header.h"

#define VERSION "age-encryption.org/v1\n"
#define SALT "lM4sSOXzKlKPbnh1DqGBXw"
#define BODY "nikQGVYpAMfdKIqHEgTQipcLa/bFc05J56DCu0SXIxE"
#define MAC "68DdMWajuF0a/ST7X3UBcld/kONri18/xiCIeWEHO3o"
#define GOOD VERSION "-> scrypt " SALT " 18\n" BODY "\n--- " MAC "\n"

static int read_text(const char *text, struct age_header *out, struct err *err)
{
    return age_header_read((const uint8_t *)text, strlen(text), out, err);
}

static void it_is_read_and_written(void **state)
{
    struct age_header header;
    char text[AGE_HEADER_MAX + 1];
    size_t n;

    (void)state;
    assert_int_equal(read_text(GOOD, &header, NULL), 0);
    assert_int_equal(header.work, 18);
    assert_int_equal(header.salt[0], 0x94);
    n = age_header_write(&header, text);
    assert_string_equal(text, GOOD);
    assert_int_equal(n, strlen(GOOD));
    assert_int_equal(age_header_covered(n), strlen(GOOD) - strlen(" " MAC "\n"));
    header.work = 9;
    assert_int_equal(age_header_write(&header, text), n - 1);
    assert_int_equal(read_text(text, &header, NULL), 0);
    assert_int_equal(header.work, 9);
}

static void all_else_is_refused(void **state)
{
    static const struct {
        const char *text, *why;
    } rows[] = {
        {"", "not a file of age"},
        {"age-encryption.org/v2\n", "not a file of age"},
        {VERSION, "not with a passphrase"},
        {VERSION "-> X25519 " BODY "\n" BODY "\n--- " MAC "\n", "not with a passphrase"},
        {VERSION "->  scrypt " SALT " 18\n" BODY "\n--- " MAC "\n", "not with a passphrase"},
        {VERSION "-> scrypt " SALT "== 18\n" BODY "\n--- " MAC "\n", "damaged"},
        {VERSION "-> scrypt " SALT " 018\n" BODY "\n--- " MAC "\n", "damaged"},
        {VERSION "-> scrypt " SALT " 0\n" BODY "\n--- " MAC "\n", "damaged"},
        {VERSION "-> scrypt " SALT " +8\n" BODY "\n--- " MAC "\n", "damaged"},
        {VERSION "-> scrypt " SALT " \n" BODY "\n--- " MAC "\n", "damaged"},
        {VERSION "-> scrypt " SALT " 118\n" BODY "\n--- " MAC "\n", "damaged"},
        {VERSION "-> scrypt " SALT " 21\n" BODY "\n--- " MAC "\n", "costs 2^21"},
        {VERSION "-> scrypt " SALT " 18 x\n" BODY "\n--- " MAC "\n", "damaged"},
        {VERSION "-> scrypt " SALT " 18\r\n" BODY "\r\n--- " MAC "\r\n", "damaged"},
        {VERSION "-> scrypt " SALT "\n18\n" BODY "\n--- " MAC "\n", "damaged"},
        {VERSION "-> scrypt " SALT " 18\n" BODY "=\n--- " MAC "\n", "damaged"},
        {VERSION "-> scrypt " SALT " 18\n" BODY "\n-> scrypt " SALT " 18\n", "damaged"},
        {VERSION "-> scrypt " SALT " 18\n" BODY "\n---  " MAC "\n", "damaged"},
        {VERSION "-> scrypt " SALT " 18\n" BODY "\n--- " MAC "\nx", "damaged"},
        {VERSION "-> scrypt " SALT " 1:\n" BODY "\n--- " MAC "\n", "damaged"},
        // padded within its characters: one byte is missing
        {VERSION "-> scrypt " SALT " 18\nnikQGVYpAMfdKIqHEgTQipcLa/bFc05J56DCu0SXIw=\n--- " MAC
                 "\n",
            "damaged"},
        // a last digit that leaves bits over
        {VERSION "-> scrypt lM4sSOXzKlKPbnh1DqGBXx 18\n" BODY "\n--- " MAC "\n", "damaged"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct age_header header;
        struct err err = {0};

        assert_int_equal(read_text(rows[i].text, &header, &err), ERR_INVALID);
        if (strstr(err.message, rows[i].why) == NULL)
            fail_msg("row %zu: %s", i, err.message);
    }
}

static void a_nul_is_refused(void **state)
{
    char text[] = GOOD;
    struct age_header header;

    (void)state;
    for (size_t i = 0; i < strlen(GOOD); i++) {
        text[i] = '\0';
        assert_int_equal(
            age_header_read((const uint8_t *)text, sizeof text - 1, &header, NULL), ERR_INVALID);
        text[i] = GOOD[i];
    }
}

static void cut_anywhere_it_is_refused(void **state)
{
    struct age_header header;

    (void)state;
    for (size_t n = 0; n < strlen(GOOD); n++)
        assert_int_equal(age_header_read((const uint8_t *)GOOD, n, &header, NULL), ERR_INVALID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_read_and_written),
        cmocka_unit_test(all_else_is_refused),
        cmocka_unit_test(a_nul_is_refused),
        cmocka_unit_test(cut_anywhere_it_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
