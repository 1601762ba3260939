// Addresses and names of servers.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "server/ctl/server_url.h"

static void test_normalize(void **state)
{
    static const struct {
        const char *text, *url; // NULL: refused
    } rows[] = {
        {"https://fleet.example:9443", "https://fleet.example:9443"},
        {"https://fleet.example:9443/", "https://fleet.example:9443"},
        {"HTTPS://Fleet.Example:9443", "https://fleet.example:9443"},
        {"https://fleet.example:443", "https://fleet.example"},
        {"https://fleet.example", "https://fleet.example"},
        {"https://192.0.2.7:9443", "https://192.0.2.7:9443"},
        {"https://[2001:DB8::7]:9443", "https://[2001:db8::7]:9443"},
        {"https://fleet:1", "https://fleet:1"},
        {"https://fleet:65535", "https://fleet:65535"},
        {"https://fleet:65536", NULL},
        {"https://fleet:x", NULL},
        {"https://", NULL},
        {"", NULL},
        {"fleet:9443", NULL},
        {"http://fleet:9443", NULL},
        {"ftp://fleet", NULL},
        {"file:///etc/passwd", NULL},
        {"https://anna@fleet:9443", NULL},
        {"https://anna:secret@fleet:9443", NULL},
        {"https://fleet:9443/api", NULL},
        {"https://fleet:9443/?a=b", NULL},
        {"https://fleet:9443/#a", NULL},
        {"https://fleet:9443 ", NULL},
        {"https://fl\reet:9443", NULL},
        {"https://fl%0aeet:9443", NULL},
        {"https://[fe80::1%25eth0]:9443", NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char url[SERVER_URL_SIZE] = "as before";
        struct err err = {0};
        int rc = server_url_normalize(rows[i].text, url, &err);

        if (rc != (rows[i].url != NULL ? 0 : ERR_INVALID))
            fail_msg("%s: %d %s", rows[i].text, rc, url);
        assert_string_equal(url, rows[i].url != NULL ? rows[i].url : "as before");
        assert_int_equal(err.code, rc);
    }
}

static void test_too_long(void **state)
{
    char text[SERVER_URL_SIZE + 16] = "https://";
    char url[SERVER_URL_SIZE];

    (void)state;
    memset(text + 8, 'a', SERVER_URL_SIZE - 8);
    assert_int_equal(server_url_normalize(text, url, NULL), ERR_INVALID);
    text[SERVER_URL_SIZE - 1] = '\0';
    assert_int_equal(server_url_normalize(text, url, NULL), 0);
}

static void test_names(void **state)
{
    static const char *const good[] = {"a", "Home", "fleet.example", "10.0.0.1", "a_b-c", "7"};
    static const char *const bad[] = {"", ".", "..", ".a", "-a", "_a", "a/b", "../a", "a b", "a:b",
        "home.AbCdEf.tmp", "\xc3\xa9"};
    char name[SERVER_NAME_SIZE + 1];

    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        assert_true(server_url_is_name(good[i]));
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(server_url_is_name(bad[i]));
    memset(name, 'a', SERVER_NAME_SIZE);
    name[SERVER_NAME_SIZE] = '\0';
    assert_false(server_url_is_name(name));
    name[SERVER_NAME_SIZE - 1] = '\0';
    assert_true(server_url_is_name(name));
    assert_true(server_url_is_meant("https://a"));
    assert_false(server_url_is_meant("home"));
}

static void test_a_name_by_the_address(void **state)
{
    static const struct {
        const char *url, *name;
    } rows[] = {
        {"https://fleet.example:9443", "fleet.example"},
        {"https://fleet", "fleet"},
        {"https://192.0.2.7:9443", "192.0.2.7"},
        {"https://[2001:db8::7]:9443", "2001-db8--7"},
        {"https://[::1]", "server"},
    };
    char name[SERVER_NAME_SIZE];

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        server_url_to_name(rows[i].url, name);
        assert_string_equal(name, rows[i].name);
        assert_true(server_url_is_name(name));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_normalize),
        cmocka_unit_test(test_too_long),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_a_name_by_the_address),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
