// Tests of why the last run ended.
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "firmware/port/esp8266/main/last_reset.h"
#include "test/esp8266/sdk/sdk_chip.h"

#define CRASH "exception 28 at 0x40212345, 0x00000000"

static const char *told(void)
{
    static char text[80];

    memset(text, 'x', sizeof text);
    last_reset_tell(text, sizeof text);
    return text;
}

static void do_nothing(void *ctx)
{
    (void)ctx;
}

static void start(esp_reset_reason_t reason)
{
    sdk_chip_reset_by(reason);
    assert_int_equal(sdk_chip_start(do_nothing, NULL), SDK_CHIP_RUNS);
}

static int setup(void **state)
{
    (void)state;
    sdk_chip_reset();
    sdk_chip_put_image(0, 1);
    start(ESP_RST_POWERON);
    return 0;
}

static void test_reason_of_sdk(void **state)
{
    static const struct {
        esp_reset_reason_t reason;
        const char *text;
    } rows[] = {
        {ESP_RST_UNKNOWN, ""},
        {ESP_RST_POWERON, ""},
        {ESP_RST_EXT, ""},
        {ESP_RST_SW, ""},
        {ESP_RST_PANIC, "exception"},
        {ESP_RST_INT_WDT, "watchdog"},
        {ESP_RST_TASK_WDT, "watchdog"},
        {ESP_RST_WDT, "watchdog"},
        {ESP_RST_DEEPSLEEP, ""},
        {ESP_RST_BROWNOUT, "brownout"},
        {ESP_RST_SDIO, ""},
        {ESP_RST_FAST_SW, ""},
    };

    (void)state; // garbage in RTC memory
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        start(rows[i].reason);
        assert_string_equal(told(), rows[i].text);
    }
    last_reset_forget();
    start(ESP_RST_WDT);
    assert_string_equal(told(), "watchdog");
}

static void test_note(void **state)
{
    (void)state;
    last_reset_note(CRASH);
    start(ESP_RST_PANIC);
    assert_string_equal(told(), CRASH);
    start(ESP_RST_SW); // into the other slot: nothing has come up yet
    assert_string_equal(told(), CRASH);
    last_reset_note("watchdog"); // what came of it
    assert_string_equal(told(), CRASH);
    last_reset_forget();
    assert_string_equal(told(), "");
    last_reset_note("watchdog");
    start(ESP_RST_SW);
    assert_string_equal(told(), "watchdog");
}

static void restart(void *ctx)
{
    (void)ctx;
    last_reset_restart();
}

// The chip itself still says "watchdog" after a restart of ours, if that was its last reset.
static void test_own_restart(void **state)
{
    (void)state;
    last_reset_forget();
    sdk_chip_reset_by(ESP_RST_WDT);
    assert_int_equal(sdk_chip_start(restart, NULL), SDK_CHIP_RESTARTED);
    sdk_chip_reset_by(ESP_RST_WDT);
    assert_int_equal(sdk_chip_start(do_nothing, NULL), SDK_CHIP_RUNS);
    assert_string_equal(told(), "");
    last_reset_note(CRASH); // of this run
    assert_string_equal(told(), CRASH);
    sdk_chip_reset_by(ESP_RST_WDT);
    assert_int_equal(sdk_chip_start(restart, NULL), SDK_CHIP_RESTARTED); // into the other slot
    assert_string_equal(told(), CRASH);
    last_reset_forget();
    assert_string_equal(told(), "watchdog"); // a dog that nobody noted
}

static void test_garbage(void **state)
{
    (void)state;
    for (unsigned dirt = 1; dirt <= UINT8_MAX; dirt++) {
        last_reset_forget();
        last_reset_note(CRASH);
        assert_string_equal(told(), CRASH);
        sdk_chip_spoil_rtc((uint8_t)dirt);
        assert_string_equal(told(), "");
        last_reset_note("watchdog");
        assert_string_equal(told(), "watchdog");
    }
}

static void test_lengths(void **state)
{
    char longest[LAST_RESET_SIZE + 2];
    char small[5];

    (void)state;
    memset(longest, 'a', sizeof longest);
    longest[LAST_RESET_SIZE - 1] = '\0';
    last_reset_note(longest);
    assert_string_equal(told(), longest);
    last_reset_forget();
    longest[LAST_RESET_SIZE - 1] = 'b';
    longest[LAST_RESET_SIZE + 1] = '\0';
    last_reset_note(longest);
    longest[LAST_RESET_SIZE - 1] = '\0';
    assert_string_equal(told(), longest);
    last_reset_tell(small, sizeof small);
    assert_string_equal(small, "aaaa");
    last_reset_forget();
    last_reset_note("");
    assert_string_equal(told(), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_reason_of_sdk, setup),
        cmocka_unit_test_setup(test_note, setup),
        cmocka_unit_test_setup(test_own_restart, setup),
        cmocka_unit_test_setup(test_garbage, setup),
        cmocka_unit_test_setup(test_lengths, setup),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
