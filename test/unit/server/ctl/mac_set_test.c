// Sets of MACs.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "server/ctl/mac_set.h"

#define MANY 5000

static void test_each_is_new_once(void **state)
{
    struct mac_set set = {0};
    char mac[16];

    (void)state;
    for (int round = 0; round < 2; round++) {
        for (unsigned i = 0; i < MANY; i++) {
            snprintf(mac, sizeof mac, "%012x", i * (i % 2 == 0 ? 1 : 65536));
            assert_int_equal(mac_set_add(&set, mac), round == 0);
        }
    }
    assert_int_equal(set.count, MANY);
    assert_int_equal(mac_set_add(&set, "ffffffffffff"), 1);
    assert_int_equal(mac_set_add(&set, "ffffffffffff"), 0);
    mac_set_clear(&set);
    mac_set_clear(&set);
    assert_int_equal(mac_set_add(&set, "000000000000"), 1);
    mac_set_clear(&set);
}

static void test_what_is_none_is_refused(void **state)
{
    static const char *const rows[] = {"", "84f3eb00000", "84F3EB000001", "84f3eb0000011"};
    struct mac_set set = {0};

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_int_equal(mac_set_add(&set, rows[i]), ERR_INVALID);
    assert_int_equal(set.count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_is_new_once),
        cmocka_unit_test(test_what_is_none_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
