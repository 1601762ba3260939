// What a machine is called.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "server/setup/setup_names.h"

static struct setup_names names;
static struct err err;

// The names in their order, and what devices are told.
static void check(const struct setup_names_facts *facts, const char *expected, const char *told)
{
    char text[2048] = "";

    assert_int_equal(setup_names_decide(facts, &names, &err), 0);
    for (size_t i = 0; i < names.count; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text), "%s ", names.names[i]);
    assert_string_equal(text, expected);
    assert_string_equal(names.told, told);
}

static void test_decide(void **state)
{
    const char *addresses[] = {"192.0.2.1", "198.51.100.1"};
    const char *given[] = {"fleet.example", "2001:db8::1", "HOST"};
    struct setup_names_facts facts = {.host = "host", .full = ""};

    (void)state;
    check(&facts, "host host.local localhost ", "host");
    facts.addresses = addresses;
    facts.address_count = 2;
    check(&facts, "host host.local 192.0.2.1 198.51.100.1 localhost ", "192.0.2.1");
    facts.full = "host"; // no domain
    check(&facts, "host host.local 192.0.2.1 198.51.100.1 localhost ", "192.0.2.1");
    facts.full = "host.example";
    facts.host = "host.example";
    check(&facts, "host.example host host.local 192.0.2.1 198.51.100.1 localhost ", "host.example");
    facts.given = given;
    facts.given_count = 3;
    check(&facts,
        "fleet.example 2001:db8::1 HOST host.example host.local 192.0.2.1 198.51.100.1 localhost ",
        "fleet.example");
}

static void test_bad(void **state)
{
    const char *given[] = {"no host"};
    struct setup_names_facts facts = {.host = "my_own host", .full = "(none)"};
    char text[32];

    (void)state;
    check(&facts, "localhost ", "localhost"); // what the machine says is left out
    facts.given = given;
    facts.given_count = 1;
    assert_int_equal(setup_names_decide(&facts, &names, &err), ERR_INVALID);
    assert_non_null(strstr(err.message, "\"no host\" is neither a host name nor an address"));

    names.count = 0;
    for (int i = 0; i < SETUP_NAMES_MAX; i++) {
        snprintf(text, sizeof text, "h%d", i);
        assert_int_equal(setup_names_add(&names, text, &err), 0);
    }
    assert_int_equal(setup_names_add(&names, "h0", &err), 0); // there already
    assert_int_equal(setup_names_add(&names, "more", &err), ERR_TOO_LARGE);
}

static void test_find(void **state)
{
    (void)state;
    assert_int_equal(setup_names_find(NULL, 0, &names, &err), 0);
    assert_true(setup_names_has(&names, "LOCALHOST"));
    assert_true(names.told[0] != '\0');
    assert_true(setup_names_is_address("::1"));
    assert_false(setup_names_is_address("1.2.3"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_decide),
        cmocka_unit_test(test_bad),
        cmocka_unit_test(test_find),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
