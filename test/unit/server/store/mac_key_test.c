// MACs as integer keys.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "server/store/mac_key.h"

static void test_there_and_back(void **state)
{
    static const struct {
        const char *mac;
        int64_t key;
    } rows[] = {
        {"000000000000", 0},
        {"00000000000f", 15},
        {"84f3eb012345", 0x84f3eb012345},
        {"ffffffffffff", 0xffffffffffff},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char mac[MAC_SIZE];
        int64_t key = -1;

        assert_true(mac_key_from_text(rows[i].mac, &key));
        assert_int_equal(key, rows[i].key);
        mac_key_to_text(key, mac);
        assert_string_equal(mac, rows[i].mac);
    }
}

static void test_refuses(void **state)
{
    static const char *const rows[] = {
        "", "84f3eb01234", "84f3eb0123456", "84F3EB012345", "84f3eb01234g", "84:f3:eb:01:23:45"};

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int64_t key = -1;

        assert_false(mac_key_from_text(rows[i], &key));
        assert_int_equal(key, -1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_there_and_back),
        cmocka_unit_test(test_refuses),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
