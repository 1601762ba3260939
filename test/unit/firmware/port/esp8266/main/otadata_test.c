// Tests of whether the boot loader's record is blank or whole.
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <esp_ota_ops.h>

#include "firmware/port/esp8266/main/otadata.h"
#include "test/esp8266/sdk/ota.h"
#include "test/esp8266/sdk/sdk_chip.h"

static void check(bool is_blank, bool is_good)
{
    struct otadata otadata = otadata_read();
    unsigned slot;

    assert_int_equal(otadata.is_blank, is_blank);
    assert_int_equal(otadata.is_good, is_good);
    assert_int_equal(ota_selected(&slot), is_blank ? OTA_BLANK : is_good ? OTA_GOOD : OTA_INVALID);
}

static void test_states(void **state)
{
    (void)state;
    sdk_chip_reset();
    sdk_chip_put_image(0, 1);
    sdk_chip_put_image(1, 2);
    check(true, false);
    for (unsigned i = 0; i < 5; i++) { // the first one, then sector by sector
        assert_int_equal(esp_ota_set_boot_partition(ota_slot(i / 2 % 2)), ESP_OK);
        check(false, true);
    }
    sdk_chip_tear_otadata();
    check(false, false);
    sdk_chip_blank_otadata();
    check(true, false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_states),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
