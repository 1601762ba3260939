// Tests of what a restart leaves in RTC memory.
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "firmware/port/esp8266/main/rtc.h"
#include "test/esp8266/sdk/chip.h"

static uint8_t written[RTC_RETAINED_SIZE];

static int setup(void **state)
{
    (void)state;
    chip_reset();
    for (size_t i = 0; i < sizeof written; i++)
        written[i] = (uint8_t)(i * 7 + 1);
    return 0;
}

// Sizes that are no multiple of a word, from places that are none: nothing beside them changes.
static void test_retained(void **state)
{
    uint8_t before[RTC_RETAINED_SIZE];
    uint8_t after[RTC_RETAINED_SIZE + 8];

    (void)state;
    for (size_t n = 0; n <= RTC_RETAINED_SIZE; n++) {
        size_t odd = n % 4;

        rtc_read_retained(before, sizeof before);
        for (size_t i = 0; i < sizeof written; i++)
            written[i] = (uint8_t)(written[i] + 13);
        rtc_write_retained(written + (n < sizeof written ? 1 : 0), n);
        memset(after, 0xa5, sizeof after);
        rtc_read_retained(after + odd, n);
        assert_memory_equal(after + odd, written + (n < sizeof written ? 1 : 0), n);
        for (size_t i = odd + n; i < sizeof after; i++)
            assert_int_equal(after[i], 0xa5);
        rtc_read_retained(after, RTC_RETAINED_SIZE);
        assert_memory_equal(after + n, before + n, RTC_RETAINED_SIZE - n);
    }
}

static void test_note(void **state)
{
    uint32_t words[RTC_NOTE_SIZE / 4];
    uint32_t out[RTC_NOTE_SIZE / 4];
    uint8_t retained[RTC_RETAINED_SIZE];

    (void)state;
    rtc_write_retained(written, sizeof written);
    for (size_t i = 0; i < RTC_NOTE_SIZE / 4; i++)
        words[i] = 0x01020304u * (uint32_t)i;
    rtc_write_note(words);
    rtc_read_note(out);
    assert_memory_equal(out, words, sizeof words);
    rtc_read_retained(retained, sizeof retained);
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
