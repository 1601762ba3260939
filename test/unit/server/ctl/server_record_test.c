// A log-in's file, as text.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "server/ctl/server_record.h"

#define PIN "SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU"

static const struct server_record whole = {.url = "https://fleet.example:9443",
    .pin = PIN,
    .user = "anna",
    .role = "operator",
    .token_name = "cli-laptop-1",
    .token = "ses_abc",
    .until_ms = 1796056925412};

static void test_round_trip(void **state)
{
    struct server_record out = {0};
    char *text;
    size_t n;

    (void)state;
    assert_int_equal(server_record_encode(&whole, &text, &n, NULL), 0);
    assert_int_equal(server_record_decode(text, n, &out, NULL), 0);
    assert_memory_equal(&out, &whole, sizeof out);
    free(text);
}

// A part of it is never taken for all.
static void test_truncated(void **state)
{
    char *text;
    size_t n;

    (void)state;
    assert_int_equal(server_record_encode(&whole, &text, &n, NULL), 0);
    for (size_t i = 0; i < n; i++) {
        struct server_record out = {.user = "as before"};
        struct err err = {0};

        assert_int_equal(server_record_decode(text, i, &out, &err), ERR_INVALID);
        assert_string_equal(out.user, "as before");
        assert_null(strstr(err.message, "ses_"));
    }
    free(text);
}

// Replaces one text by another in the whole.
static int decode_with(const char *what, const char *by)
{
    struct server_record out = {.user = "as before"};
    char *text;
    char changed[2048];
    size_t n;

    assert_int_equal(server_record_encode(&whole, &text, &n, NULL), 0);

    const char *at = strstr(text, what);

    assert_non_null(at);
    snprintf(changed, sizeof changed, "%.*s%s%s", (int)(at - text), text, by, at + strlen(what));
    free(text);

    int rc = server_record_decode(changed, strlen(changed), &out, NULL);

    if (rc < 0)
        assert_string_equal(out.user, "as before");
    return rc;
}

static void test_damaged(void **state)
{
    static const struct {
        const char *what, *by;
        int rc;
    } rows[] = {
        {"operator", "", 0},
        {"cli-laptop-1", "", 0},
        {"\"url\"", "\"u\"", ERR_INVALID},
        {"\"pin\"", "\"p\"", ERR_INVALID},
        {"\"user\"", "\"u\"", ERR_INVALID},
        {"\"role\"", "\"r\"", ERR_INVALID},
        {"\"token_name\"", "\"t\"", ERR_INVALID},
        {"\"token\"", "\"t\"", ERR_INVALID},
        {"\"until_ms\"", "\"t\"", ERR_INVALID},
        {"1796056925412", "\"soon\"", ERR_INVALID},
        {"\"anna\"", "7", ERR_INVALID},
        {"anna", "", ERR_INVALID},
        {"anna", "an\\u0000na", ERR_INVALID},
        {"ses_abc", "", ERR_INVALID},
        {"ses_abc", "ses_abc\\r\\nX: y", ERR_INVALID},
        {"ses_abc", "ses abc", ERR_INVALID},
        {"https:", "http:", ERR_INVALID},
        {"fleet.example", "Fleet.example", ERR_INVALID},
        {PIN, "", ERR_INVALID},
        {PIN, PIN "=", ERR_INVALID},
        {"{", "{\"token\": \"ses_other\",", ERR_INVALID},
        {"{", "[", ERR_INVALID},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int rc = decode_with(rows[i].what, rows[i].by);

        if (rc != rows[i].rc)
            fail_msg("%s -> %s: %d", rows[i].what, rows[i].by, rc);
    }
}

static void test_too_long(void **state)
{
    char token[SERVER_RECORD_TEXT_SIZE + 1];

    (void)state;
    memset(token, 'a', sizeof token - 1);
    token[sizeof token - 1] = '\0';
    assert_int_equal(decode_with("ses_abc", token), ERR_INVALID);
    token[sizeof token - 2] = '\0';
    assert_int_equal(decode_with("ses_abc", token), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_truncated),
        cmocka_unit_test(test_damaged),
        cmocka_unit_test(test_too_long),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
