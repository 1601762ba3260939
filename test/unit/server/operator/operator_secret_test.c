// Secrets of tokens and sessions: how they are made, and read out of headers.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <string.h>

#include "server/operator/operator_secret.h"

#define FORTY "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMN"
#define TEXT FORTY "-_0"

static void they_are_long_and_never_the_same(void **state)
{
    char one[OPERATOR_SECRET_SIZE];
    char two[OPERATOR_SECRET_SIZE];
    char hash[USER_HASH_SIZE];

    (void)state;
    assert_int_equal(operator_secret_make_token(one, NULL), 0);
    assert_int_equal(operator_secret_make_token(two, NULL), 0);
    assert_int_equal(strlen(one), 47);
    assert_memory_equal(one, "ses_", 4);
    assert_string_not_equal(one, two);
    assert_int_equal(operator_secret_make_session(two, NULL), 0);
    assert_int_equal(strlen(two), 43);
    operator_secret_hash("abc", hash); // FIPS 180-2, B.1
    assert_string_equal(hash, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

static void a_token_is_read(void **state)
{
    static const struct {
        const char *value;
        bool good;
    } rows[] = {
        {"Bearer ses_" TEXT, true},
        {"bearer  ses_" TEXT, true},
        {"Bearer ses_" TEXT " ", false},
        {"Bearer ses_" TEXT "A", false},
        {"Bearer ses_" FORTY "-_", false},
        {"Bearer ses_" FORTY "-_+", false},
        {"Bearer SES_" TEXT, false},
        {"Bearer " TEXT, false},
        {"Bearerses_" TEXT, false},
        {"Basic ses_" TEXT, false},
        {"Bearer", false},
        {"Bearer ", false},
        {"", false},
    };
    char out[OPERATOR_SECRET_SIZE] = "-";

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        strcpy(out, "-");
        if (operator_secret_of_bearer(rows[i].value, out) != rows[i].good)
            fail_msg("%s", rows[i].value);
        assert_string_equal(out, rows[i].good ? "ses_" TEXT : "-");
    }
}

static void a_cookie_is_read(void **state)
{
    static const struct {
        const char *value;
        int rc;
    } rows[] = {
        {"__Host-secureesp=" TEXT, 1},
        {"a=b; __Host-secureesp=" TEXT "; c=d", 1},
        {"a=b;__Host-secureesp=" TEXT, 1},
        {"x__Host-secureesp=" TEXT, 0},
        {"__Host-SECUREESP=" TEXT, 0},
        {"secureesp=" TEXT, 0},
        {"a=b", 0},
        {"", 0},
        {";", 0},
        {"__Host-secureesp", 0},
        {"__Host-secureesp=", ERR_INVALID},
        {"__Host-secureesp=" TEXT "A", ERR_INVALID},
        {"__Host-secureesp=" FORTY "-_", ERR_INVALID},
        {"__Host-secureesp=" FORTY "-_ ", ERR_INVALID},
        {"__Host-secureesp=\"" FORTY "\"", ERR_INVALID},
        {"__Host-secureesp=" TEXT "; __Host-secureesp=" TEXT, ERR_INVALID},
    };
    char out[OPERATOR_SECRET_SIZE];

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        strcpy(out, "-");
        if (operator_secret_of_cookie(rows[i].value, out) != rows[i].rc)
            fail_msg("%s", rows[i].value);
        assert_string_equal(out, rows[i].rc == 1 ? TEXT : "-");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(they_are_long_and_never_the_same),
        cmocka_unit_test(a_token_is_read),
        cmocka_unit_test(a_cookie_is_read),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
