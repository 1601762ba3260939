// URLs of webhooks.
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include <string.h>

#include "server/webhook/webhook_url.h"

static const struct {
    const char *url, *host, *origin;
} good[] = {
    {"https://a.example", "a.example", "https://a.example"},
    {"https://a.example/x?y=@z", "a.example", "https://a.example"},
    {"https://a.example?y", "a.example", "https://a.example"},
    {"http://127.0.0.1:80/", "127.0.0.1", "http://127.0.0.1:80"},
    {"https://[2001:db8::1]/", "2001:db8::1", "https://[2001:db8::1]"},
    {"https://[::1]:65535", "::1", "https://[::1]:65535"},
    {"https://A-1.example:8443/T0KEN", "A-1.example", "https://A-1.example:8443"},
};

static const char *const bad[] = {"", "a.example", "//a.example", "ftp://a.example",
    "HTTPS://a.example", "https:/a.example", "https://", "https:///x", "https://:443", "https://?x",
    "https://me@a.example", "https://me:sesame@a.example", "https://a.example@b.example/",
    "https://@a.example", "https://a.example:", "https://a.example:0", "https://a.example:65536",
    "https://a.example:080", "https://a.example:80x", "https://a.example:8:8", "https://a b",
    "https://a.example/a b", "https://a.example/\\b", "https://a\\@b", "https://a.example/#x",
    "https://a.example/\"", "https://a.example/\xc3\xa4", "https://\xc3\xa4.example",
    "https://a.example/\n", "https://a.example/\r\nX: y", "https://[::1", "https://[]",
    "https://[1.2.3.4]", "https://[::1]x", "https://[fe80::1%25eth0]", "https://a_b.example",
    "https://a%2eexample", "https://.a", "https://-a", "https://{a}"};

static void good_ones_are_read(void **state)
{
    struct webhook_url url;

    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        assert_int_equal(webhook_url_parse(good[i].url, &url, NULL), 0);
        assert_string_equal(url.host, good[i].host);
        assert_string_equal(url.origin, good[i].origin);
        assert_int_equal(url.has_tls, good[i].url[4] == 's');
    }
}

static void others_are_refused_without_repeating_them(void **state)
{
    struct webhook_url url;
    struct err err;

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        err = (struct err){0};
        if (webhook_url_parse(bad[i], &url, &err) != ERR_INVALID || err.message[0] == '\0')
            fail_msg("%s is taken", bad[i]);
        assert_null(strstr(err.message, "sesame"));
    }
}

static void the_length_has_a_limit(void **state)
{
    char text[WEBHOOK_URL_SIZE + 1];
    struct webhook_url url;

    (void)state;
    memset(text, 'a', sizeof text);
    memcpy(text, "https://a.example/", 18);
    text[WEBHOOK_URL_SIZE] = '\0';
    assert_int_equal(webhook_url_parse(text, &url, NULL), ERR_INVALID);
    text[WEBHOOK_URL_SIZE - 1] = '\0';
    assert_int_equal(webhook_url_parse(text, &url, NULL), 0);
    text[17] = 'a'; // all of it is the host
    assert_int_equal(webhook_url_parse(text, &url, NULL), ERR_INVALID);
    text[8 + WEBHOOK_URL_HOST_SIZE] = '\0';
    assert_int_equal(webhook_url_parse(text, &url, NULL), ERR_INVALID);
    text[8 + WEBHOOK_URL_HOST_SIZE - 1] = '\0';
    assert_int_equal(webhook_url_parse(text, &url, NULL), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_ones_are_read),
        cmocka_unit_test(others_are_refused_without_repeating_them),
        cmocka_unit_test(the_length_has_a_limit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
