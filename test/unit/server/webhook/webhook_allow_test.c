// Networks that the configuration allows.
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include <string.h>

#include "server/webhook/webhook_allow.h"

static const char *refuse(const char *networks, const char *text, bool has_tls)
{
    struct webhook_address address;
    struct webhook_allow allow;
    struct err err = {0};

    if (webhook_allow_parse(networks, &allow, &err) < 0)
        fail_msg("%s: %s", networks, err.message);
    assert_true(webhook_address_parse(text, &address));
    return webhook_allow_refuse(&allow, &address, has_tls);
}

static void what_is_named_is_allowed(void **state)
{
    (void)state;
    assert_non_null(refuse("", "192.168.1.7", true));
    assert_null(refuse("192.168.1.0/24", "192.168.1.7", true));
    assert_non_null(refuse("192.168.1.0/24", "192.168.2.0", true));
    assert_null(refuse("  10.0.0.0/8   192.168.1.7 ", "192.168.1.7", true));
    assert_non_null(refuse("192.168.1.7", "192.168.1.6", true));
    assert_null(refuse("192.168.1.0/25", "192.168.1.127", true));
    assert_non_null(refuse("192.168.1.0/25", "192.168.1.128", true));
    assert_null(refuse("192.168.1.0/24", "::ffff:192.168.1.7", true));
    assert_null(refuse("fd00:1::/64", "fd00:1::2", true));
    assert_non_null(refuse("fd00:1::/64", "fd00:1:0:1::2", true));
    assert_null(refuse("0.0.0.0/0", "127.0.0.1", true));
    assert_non_null(refuse("0.0.0.0/0", "::1", true));
    assert_null(refuse("::/0", "::1", true));
    // What leads to an allowed one is not allowed by that.
    assert_non_null(refuse("192.168.1.0/24", "64:ff9b::192.168.1.7", true));
    assert_non_null(refuse("192.168.1.0/24", "2002:c0a8:107::1", true));
    assert_null(refuse("", "8.8.8.8", true));
}

static void without_tls_it_is_this_machine_alone(void **state)
{
    (void)state;
    assert_non_null(refuse("", "127.0.0.1", false));
    assert_null(refuse("127.0.0.1", "127.0.0.1", false));
    assert_null(refuse("::1", "::1", false));
    assert_non_null(refuse("0.0.0.0/0 ::/0", "192.168.1.7", false));
    assert_non_null(refuse("", "8.8.8.8", false));
    assert_non_null(refuse("8.8.8.8", "8.8.8.8", false));
}

static void what_is_no_network_is_refused(void **state)
{
    static const char *const rows[] = {"all", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/",
        "10.0.0.0/08", "10.0.0.0/8/8", "10.0.0.1/8", "10.0.0/8", "10.0.0.0/8,11.0.0.0/8", "/8",
        "fd00::/129", "fd00::1/64", "::ffff:10.0.0.0/8", "10.0.0.0/1000", "10.0.0.0/8 x",
        "0x0a.0.0.0/8", "1111111111111111111111111111111111111111111111111111111111111111111"};
    struct webhook_allow allow = {.count = 7};
    struct err err;

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        err = (struct err){0};
        if (webhook_allow_parse(rows[i], &allow, &err) != ERR_INVALID || err.message[0] == '\0')
            fail_msg("%s is taken", rows[i]);
    }
    assert_int_equal(allow.count, 7);
}

static void there_are_no_more_than_so_many(void **state)
{
    char text[8 * (WEBHOOK_ALLOW_MAX + 1) + 1] = "";
    struct webhook_allow allow;

    (void)state;
    for (int i = 0; i < WEBHOOK_ALLOW_MAX; i++)
        strcat(text, "1.2.3.4 ");
    assert_int_equal(webhook_allow_parse(text, &allow, NULL), 0);
    assert_int_equal(allow.count, WEBHOOK_ALLOW_MAX);
    strcat(text, "1.2.3.4");
    assert_int_equal(webhook_allow_parse(text, &allow, NULL), ERR_INVALID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_named_is_allowed),
        cmocka_unit_test(without_tls_it_is_this_machine_alone),
        cmocka_unit_test(what_is_no_network_is_refused),
        cmocka_unit_test(there_are_no_more_than_so_many),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
