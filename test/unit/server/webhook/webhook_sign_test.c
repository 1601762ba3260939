// Secrets and signatures, beside what the openssl command makes of the same.
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/hex.h"
#include "server/webhook/webhook_sign.h"

// The example of the specification.
#define SECRET "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
#define ID "msg_p5jXN8AQM9LWM0D4loKWxJek"
#define BODY "{\"test\": 2432232314}"
#define HALF "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define AT 1614265330
#define SIGNATURE "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="

static void the_specification_s_example_comes_out(void **state)
{
    struct webhook_key key;
    char out[WEBHOOK_SIGN_SIZE];

    (void)state;
    assert_int_equal(webhook_sign_read(SECRET, &key, NULL), 0);
    assert_int_equal(webhook_sign_run(&key, ID, AT, BODY, out), 0);
    assert_string_equal(out, SIGNATURE);
    assert_int_equal(webhook_sign_run(&key, ID, AT + 1, BODY, out), 0);
    assert_string_not_equal(out, SIGNATURE);
    assert_int_equal(webhook_sign_run(&key, ID "x", AT, BODY, out), 0);
    assert_string_not_equal(out, SIGNATURE);
    assert_int_equal(webhook_sign_run(&key, ID, AT, BODY " ", out), 0);
    assert_string_not_equal(out, SIGNATURE);
}

// As somebody else would.
static void openssl_makes_the_same(void **state)
{
    struct webhook_key key;
    char hex[2 * WEBHOOK_KEY_MAX + 1];
    char command[1024];
    char expected[64] = "v1,";
    char out[WEBHOOK_SIGN_SIZE];
    FILE *pipe;

    (void)state;
    assert_int_equal(webhook_sign_make(&key, NULL), 0);
    hex_encode(key.bytes, key.n, hex);
    snprintf(command, sizeof command,
        "printf '%%s' 'msg_1.1700000000.{\"a\":\"b\"}' |"
        " openssl dgst -sha256 -mac HMAC -macopt hexkey:%s -binary | openssl base64",
        hex);
    pipe = popen(command, "r");
    assert_non_null(pipe);
    assert_non_null(fgets(expected + 3, sizeof expected - 3, pipe));
    assert_int_equal(pclose(pipe), 0);
    expected[strcspn(expected, "\n")] = '\0';
    assert_int_equal(webhook_sign_run(&key, "msg_1", 1700000000, "{\"a\":\"b\"}", out), 0);
    assert_string_equal(out, expected);
}

static void secrets_are_read_as_they_are_written(void **state)
{
    struct webhook_key key, other, again;
    char text[WEBHOOK_SIGN_SECRET_SIZE];

    (void)state;
    assert_int_equal(webhook_sign_make(&key, NULL), 0);
    assert_int_equal(webhook_sign_make(&other, NULL), 0);
    assert_int_equal(key.n, 32);
    assert_memory_not_equal(key.bytes, other.bytes, key.n);
    webhook_sign_write(&key, text);
    assert_int_equal(webhook_sign_read(text, &again, NULL), 0);
    assert_int_equal(again.n, key.n);
    assert_memory_equal(again.bytes, key.bytes, key.n);
    key.n = WEBHOOK_KEY_MAX;
    webhook_sign_write(&key, text);
    assert_int_equal(webhook_sign_read(text, &again, NULL), 0);
    assert_int_equal(again.n, WEBHOOK_KEY_MAX);
}

static const char bytes_65[] = "whsec_" HALF "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
static const char bytes_66[] = "whsec_" HALF HALF;

static void others_are_refused_without_repeating_them(void **state)
{
    static const char *const rows[] = {"", "whsec_", "sesame", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLa", // 23 bytes and less
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLa==",
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS=", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS-",
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n", "whsec_ MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        bytes_65, bytes_66};
    struct webhook_key key = {.n = 1};
    struct err err;

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        err = (struct err){0};
        if (webhook_sign_read(rows[i], &key, &err) != ERR_INVALID)
            fail_msg("%s is taken", rows[i]);
        assert_null(strstr(err.message, "sesame"));
        assert_null(strstr(err.message, "MfKQ"));
    }
    assert_int_equal(key.n, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_specification_s_example_comes_out),
        cmocka_unit_test(openssl_makes_the_same),
        cmocka_unit_test(secrets_are_read_as_they_are_written),
        cmocka_unit_test(others_are_refused_without_repeating_them),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
