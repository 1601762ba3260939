// Tests of the example with a button: the test is the pin, the clock and the device.
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "firmware/app/app.h"
#include "firmware/app/pins.h"

static uint32_t now_ms;
static bool level = true;
static unsigned sent;
static unsigned logged;

bool pins_configure(unsigned gpio, enum pins_mode mode)
{
    assert_int_equal(gpio, 0);
    assert_int_equal(mode, PINS_INPUT_PULL_UP);
    return true;
}

bool pins_read(unsigned gpio)
{
    assert_int_equal(gpio, 0);
    return level;
}

uint32_t app_millis(void)
{
    return now_ms;
}

void app_send_status(void)
{
    sent++;
}

void app_log(const char *line)
{
    logged += strstr(line, "pressed") != NULL;
}

// The button is like that for so long.
static void hold(bool pressed, uint32_t ms)
{
    level = !pressed;
    for (uint32_t i = 0; i < ms; i++, now_ms++)
        app_loop();
}

static unsigned presses(void)
{
    static const uint8_t config_hash[8] = {0};
    static const struct report_status status = {
        .config_hash = config_hash, .name = "", .image = "", .build = "", .ip = "", .error = ""};
    struct report_members members;
    char out[REPORT_SIZE];
    unsigned n = 1000;

    report_begin_status(&members, &status, out, sizeof out);
    app_status(&members);
    assert_true(report_end(&members) > 0);
    assert_int_equal(sscanf(strstr(out, "\"presses\""), "\"presses\":%u}", &n), 1);
    assert_int_equal(sent, n);
    assert_int_equal(logged, n);
    return n;
}

static void test_presses(void **state)
{
    (void)state;
    now_ms = UINT32_MAX - 1000; // the clock wraps on the way
    app_setup();
    hold(false, 500);
    assert_int_equal(presses(), 0);
    hold(true, 30); // one less than counts
    hold(false, 100);
    assert_int_equal(presses(), 0);
    hold(true, 31);
    assert_int_equal(presses(), 1);
    hold(true, 5000);
    assert_int_equal(presses(), 1);
    hold(false, 30); // not long enough to be let go
    hold(true, 100);
    assert_int_equal(presses(), 1);
    hold(false, 31);
    for (int i = 0; i < 20; i++) { // contacts bounce
        hold(true, 5);
        hold(false, 5);
    }
    assert_int_equal(presses(), 1);
    hold(true, 31);
    assert_int_equal(presses(), 2);
    for (int i = 0; i < 20; i++) {
        hold(false, 5);
        hold(true, 5);
    }
    hold(false, 31);
    assert_int_equal(presses(), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_presses)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
