// Tests of the file of Wi-Fi credentials.
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "firmware/core/files.h"
#include "firmware/port/esp8266/main/wifi_credentials.h"
#include "test/unit/firmware/fake_port.h"

static struct fake_port flash;

static int setup(void **state)
{
    (void)state;
    fake_init(&flash);
    return 0;
}

static struct wifi_credentials credentials(
    char ssid, size_t ssid_n, char password, size_t password_n)
{
    struct wifi_credentials out = {{0}, {0}};

    memset(out.ssid, ssid, ssid_n);
    memset(out.password, password, password_n);
    return out;
}

static void test_round_trip(void **state)
{
    static const size_t sizes[][2] = {{1, 8}, {31, 63}, {32, 64}, {1, 1}};
    struct wifi_credentials out;

    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        struct wifi_credentials in = credentials('s', sizes[i][0], 'p', sizes[i][1]);

        assert_true(wifi_credentials_are_complete(&in));
        assert_int_equal(wifi_credentials_store(&flash.port, &in), 0);
        assert_true(wifi_credentials_load(&flash.port, &out));
        assert_memory_equal(&out, &in, sizeof in);
    }
}

static void test_incomplete(void **state)
{
    const struct wifi_credentials open = credentials('s', 32, 'p', 0);
    const struct wifi_credentials nameless = credentials('s', 0, 'p', 64);
    struct wifi_credentials out;

    (void)state;
    assert_false(wifi_credentials_load(&flash.port, &out)); // no file
    assert_false(wifi_credentials_are_complete(&open));
    assert_false(wifi_credentials_are_complete(&nameless));
    assert_int_equal(wifi_credentials_store(&flash.port, &open), 0);
    assert_false(wifi_credentials_load(&flash.port, &out));
    assert_int_equal(wifi_credentials_store(&flash.port, &nameless), 0);
    assert_false(wifi_credentials_load(&flash.port, &out));
}

static void test_sizes(void **state)
{
    static const size_t sizes[] = {0, 1, 95, 97, 1000};
    uint8_t bytes[1000];
    struct wifi_credentials out;

    (void)state;
    memset(bytes, 'x', sizeof bytes);
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        assert_int_equal(files_write(&flash.port, CREDENTIALS_FILE, bytes, sizes[i]), 0);
        assert_false(wifi_credentials_load(&flash.port, &out));
    }
    assert_int_equal(files_write(&flash.port, CREDENTIALS_FILE, bytes, 96), 0);
    assert_true(wifi_credentials_load(&flash.port, &out));
}

static void test_flash_fails(void **state)
{
    struct wifi_credentials in = credentials('s', 4, 'p', 8);
    struct wifi_credentials out;

    (void)state;
    assert_int_equal(wifi_credentials_store(&flash.port, &in), 0);
    flash.power.is_off = true;
    assert_int_equal(wifi_credentials_store(&flash.port, &in), PORT_FAILED);
    assert_true(wifi_credentials_load(&flash.port, &out));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_round_trip, setup),
        cmocka_unit_test_setup(test_incomplete, setup),
        cmocka_unit_test_setup(test_sizes, setup),
        cmocka_unit_test_setup(test_flash_fails, setup),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
