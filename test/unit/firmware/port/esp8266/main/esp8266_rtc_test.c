// Tests of what a restart leaves in RTC memory.
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "firmware/port/esp8266/main/esp8266_rtc.h"
#include "test/esp8266/sdk/sdk_chip.h"

static uint8_t written[ESP8266_RTC_RETAINED_SIZE];

static int setup(void **state)
{
    (void)state;
    sdk_chip_reset();
    for (size_t i = 0; i < sizeof written; i++)
        written[i] = (uint8_t)(i * 7 + 1);
    return 0;
}

// Sizes that are no multiple of a word, from places that are none: nothing beside them changes.
static void test_retained(void **state)
{
    uint8_t before[ESP8266_RTC_RETAINED_SIZE];
    uint8_t after[ESP8266_RTC_RETAINED_SIZE + 8];

    (void)state;
    for (size_t n = 0; n <= ESP8266_RTC_RETAINED_SIZE; n++) {
        size_t odd = n % 4;

        esp8266_rtc_read_retained(before, sizeof before);
        for (size_t i = 0; i < sizeof written; i++)
            written[i] = (uint8_t)(written[i] + 13);
        esp8266_rtc_write_retained(written + (n < sizeof written ? 1 : 0), n);
        memset(after, 0xa5, sizeof after);
        esp8266_rtc_read_retained(after + odd, n);
        assert_memory_equal(after + odd, written + (n < sizeof written ? 1 : 0), n);
        for (size_t i = odd + n; i < sizeof after; i++)
            assert_int_equal(after[i], 0xa5);
        esp8266_rtc_read_retained(after, ESP8266_RTC_RETAINED_SIZE);
        assert_memory_equal(after + n, before + n, ESP8266_RTC_RETAINED_SIZE - n);
    }
}

static void test_note(void **state)
{
    uint32_t words[ESP8266_RTC_NOTE_SIZE / 4];
    uint32_t out[ESP8266_RTC_NOTE_SIZE / 4];
    uint8_t retained[ESP8266_RTC_RETAINED_SIZE];

    (void)state;
    esp8266_rtc_write_retained(written, sizeof written);
    for (size_t i = 0; i < ESP8266_RTC_NOTE_SIZE / 4; i++)
        words[i] = 0x01020304u * (uint32_t)i;
    esp8266_rtc_write_note(words);
    esp8266_rtc_read_note(out);
    assert_memory_equal(out, words, sizeof words);
    esp8266_rtc_read_retained(retained, sizeof retained);
    assert_memory_equal(retained, written, sizeof written);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_retained, setup),
        cmocka_unit_test_setup(test_note, setup),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
