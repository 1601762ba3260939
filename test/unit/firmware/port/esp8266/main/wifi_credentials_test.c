// Tests of the file of Wi-Fi credentials.
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/wifi_networks.h"
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

// How many the provisioned file has.
static unsigned load(struct wifi_credentials *out)
{
    return wifi_credentials_load(&flash.port, WIFI_NETWORKS_FILE, 0, out);
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
        assert_int_equal(load(&out), 1);
        assert_memory_equal(&out, &in, sizeof in);
    }
}

static void test_incomplete(void **state)
{
    const struct wifi_credentials open = credentials('s', 32, 'p', 0);
    const struct wifi_credentials nameless = credentials('s', 0, 'p', 64);
    struct wifi_credentials out;

    (void)state;
    assert_int_equal(load(&out), 0); // no file
    assert_false(wifi_credentials_are_complete(&open));
    assert_false(wifi_credentials_are_complete(&nameless));
    assert_int_equal(wifi_credentials_store(&flash.port, &open), 0);
    assert_int_equal(load(&out), 0);
    assert_int_equal(wifi_credentials_store(&flash.port, &nameless), 0);
    assert_int_equal(load(&out), 0);
}

static void test_sizes(void **state)
{
    static const size_t sizes[] = {0, 1, 95, 97, 1000};
    uint8_t bytes[1000];
    struct wifi_credentials out;

    (void)state;
    memset(bytes, 'x', sizeof bytes);
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        assert_int_equal(files_write(&flash.port, WIFI_NETWORKS_FILE, bytes, sizes[i]), 0);
        assert_int_equal(load(&out), 0);
    }
    assert_int_equal(files_write(&flash.port, WIFI_NETWORKS_FILE, bytes, 96), 0);
    assert_int_equal(load(&out), 1);
}

static void test_flash_fails(void **state)
{
    struct wifi_credentials in = credentials('s', 4, 'p', 8);
    struct wifi_credentials out;

    (void)state;
    assert_int_equal(wifi_credentials_store(&flash.port, &in), 0);
    flash.power.is_off = true;
    assert_int_equal(wifi_credentials_store(&flash.port, &in), PORT_FAILED);
    assert_int_equal(load(&out), 1);
}

// Of a list that a command brought each is read by its number, at full length too.
static void test_list(void **state)
{
    struct wifi_network networks[WIFI_NETWORKS_MAX] = {{"", ""}};
    uint8_t bytes[WIFI_NETWORKS_SIZE];
    struct wifi_credentials out;

    (void)state;
    for (size_t i = 0; i < WIFI_NETWORKS_MAX; i++) {
        memset(networks[i].ssid, 'a' + (int)i, i == 3 ? WIFI_NETWORKS_SSID_SIZE : 4);
        memset(networks[i].password, '0' + (int)i, i == 3 ? WIFI_NETWORKS_PASSWORD_SIZE : 8);
    }
    for (unsigned count = 1; count <= WIFI_NETWORKS_MAX; count++) {
        size_t n = wifi_networks_write(networks, count, 7, bytes);

        assert_int_equal(files_write(&flash.port, "wifi.new", bytes, n), 0);
        for (unsigned i = 0; i < count; i++) {
            struct wifi_credentials in =
                credentials((char)('a' + i), i == 3 ? 32 : 4, (char)('0' + i), i == 3 ? 64 : 8);

            assert_int_equal(wifi_credentials_load(&flash.port, "wifi.new", i, &out), count);
            assert_memory_equal(&out, &in, sizeof in);
        }
        memset(&out, 7, sizeof out);
        assert_int_equal(wifi_credentials_load(&flash.port, "wifi.new", count, &out), count);
        assert_int_equal(out.ssid[0], 7);
        assert_int_equal(files_write(&flash.port, "wifi.new", bytes, n - 1), 0);
        assert_int_equal(wifi_credentials_load(&flash.port, "wifi.new", 0, &out), 0);
    }
    assert_int_equal(load(&out), 0); // the other file
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_round_trip, setup),
        cmocka_unit_test_setup(test_incomplete, setup),
        cmocka_unit_test_setup(test_sizes, setup),
        cmocka_unit_test_setup(test_list, setup),
        cmocka_unit_test_setup(test_flash_fails, setup),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
