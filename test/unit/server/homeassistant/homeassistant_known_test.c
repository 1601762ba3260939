// Tests of which devices are announced.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/homeassistant/homeassistant_known.h"

static void test_many(void **state)
{
    struct homeassistant_known known = {0};
    char mac[MAC_SIZE];

    (void)state;
    for (unsigned i = 0; i < 1000; i++) {
        struct homeassistant_known_device *device;

        snprintf(mac, sizeof mac, "84f3eb%06x", i * 7919 % 1000);
        device = homeassistant_known_get(&known, mac);
        assert_non_null(device);
        assert_string_equal(device->mac, mac);
        device->said[0] = device->said[1] = device->said[2] = i + 1;
        device->is_there = i % 2 == 0;
        device->shown = malloc(sizeof *device->shown);
    }
    assert_int_equal(known.count, 1000);
    for (size_t i = 1; i < known.count; i++)
        assert_true(strcmp(known.items[i - 1].mac, known.items[i].mac) < 0);
    snprintf(mac, sizeof mac, "84f3eb%06x", 7919 % 1000);
    assert_int_equal(homeassistant_known_get(&known, mac)->said[1], 2);
    assert_int_equal(known.count, 1000);

    homeassistant_known_forget_said(&known, true);
    assert_int_equal(homeassistant_known_get(&known, mac)->said[0], 0);
    assert_int_equal(homeassistant_known_get(&known, mac)->said[1], 2);
    homeassistant_known_forget_said(&known, false);
    assert_int_equal(homeassistant_known_get(&known, mac)->said[1], 0);
    assert_int_equal(homeassistant_known_get(&known, mac)->said[2], 0);

    homeassistant_known_sweep(&known);
    assert_int_equal(known.count, 500);
    for (size_t i = 0; i < known.count; i++)
        assert_true(known.items[i].is_there);
    homeassistant_known_clear(&known);
    assert_int_equal(known.count, 0);
}

static void test_hash(void **state)
{
    (void)state;
    assert_int_equal(homeassistant_known_hash("", 0), UINT64_C(0xcbf29ce484222325));
    assert_int_equal(homeassistant_known_hash("a", 1), UINT64_C(0xaf63dc4c8601ec8c)); // FNV's
    assert_int_equal(homeassistant_known_hash("foobar", 6), UINT64_C(0x85944171f73967e8));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_many),
        cmocka_unit_test(test_hash),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
