// Tests of the example with a temperature sensor: the test is the sensor and the clock.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "firmware/app/app.h"
#include "firmware/app/pins.h"

static uint32_t now_ms;
static unsigned analog;
static unsigned reads;

unsigned pins_read_analog(void)
{
    reads++;
    return analog;
}

uint32_t app_millis(void)
{
    return now_ms;
}

static void run(uint32_t ms)
{
    for (uint32_t i = 0; i < ms; i += 10, now_ms += 10)
        app_loop();
}

static void expect(const char *ending)
{
    static const uint8_t config_hash[8] = {0};
    static const struct report_status status = {
        .config_hash = config_hash, .name = "", .image = "", .build = "", .ip = "", .error = ""};
    struct report_members members;
    char out[REPORT_SIZE];

    report_begin_status(&members, &status, out, sizeof out);
    app_status(&members);
    assert_true(report_end(&members) > 0);
    assert_string_equal(strstr(out, ",\"temperature\""), ending);
}

static void start(unsigned value)
{
    analog = value;
    reads = 0;
    app_setup();
}

static void test_values(void **state)
{
    static const struct {
        unsigned analog;
        const char *ending;
    } rows[] = {
        {0, ",\"temperature\":-50.0,\"temperature_raw\":0}"},
        {158, ",\"temperature\":-0.6,\"temperature_raw\":158}"},
        {160, ",\"temperature\":0.0,\"temperature_raw\":160}"},
        {240, ",\"temperature\":25.0,\"temperature_raw\":240}"},
        {1023, ",\"temperature\":270.0,\"temperature_raw\":1023}"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        start(rows[i].analog);
        expect(rows[i].ending);
    }
}

// One reading every ten seconds, over the clock's wrap too.
static void test_interval(void **state)
{
    (void)state;
    now_ms = UINT32_MAX - 25000;
    start(240);
    run(10000);
    assert_int_equal(reads, 1);
    run(10);
    assert_int_equal(reads, 2);
    run(990000);
    assert_int_equal(reads, 101);
    expect(",\"temperature\":25.0,\"temperature_raw\":240}");
}

// A single wild reading shows little, a lasting change within some readings wholly.
static void test_smooth(void **state)
{
    (void)state;
    start(240);
    analog = 1023;
    run(10010);
    expect(",\"temperature\":55.6,\"temperature_raw\":1023}");
    analog = 240;
    run(600000);
    expect(",\"temperature\":25.1,\"temperature_raw\":240}");
    analog = 320;
    run(600000);
    expect(",\"temperature\":49.9,\"temperature_raw\":320}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_interval),
        cmocka_unit_test(test_smooth),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
