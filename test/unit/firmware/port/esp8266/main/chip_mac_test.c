// Tests of the chip's MAC: whatever the SDK's store says.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "firmware/port/esp8266/main/chip_mac.h"
#include "test/esp8266/sdk/efuse.h"
#include "test/esp8266/sdk/esp_system.h"

static void test_burnt(void **state)
{
    static const uint8_t burnt[] = {0x84, 0xf3, 0xeb, 0x01, 0x23, 0x45};
    static const uint8_t other[] = {0x5c, 0xcf, 0x7f, 0x00, 0x00, 0x01};
    static const struct {
        const char *name;
        const uint8_t *copy;
    } stores[] = {
        {"empty", NULL},
        {"its own", burnt},
        {"copied from another board", other},
    };

    (void)state;
    for (size_t i = 0; i < sizeof stores / sizeof stores[0]; i++) {
        char mac[MAC_SIZE] = "";
        uint8_t of_radio[EFUSE_MAC_SIZE];

        print_message("store: %s\n", stores[i].name);
        efuse_burn(burnt, stores[i].copy);
        chip_mac_take(mac);
        assert_string_equal(mac, "84f3eb012345");
        assert_int_equal(esp_read_mac(of_radio, ESP_MAC_WIFI_STA), ESP_OK);
        assert_memory_equal(of_radio, burnt, sizeof of_radio);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_burnt),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
