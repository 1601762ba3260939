// Tests of the LED's patterns.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "firmware/port/esp8266/policy/blink.h"

struct count {
    unsigned flashes;
    uint32_t lit_ms;
};

// As the LED's timer sees it.
static struct count watch(enum port_led pattern, uint32_t ms)
{
    struct count count = {0};
    bool was_lit = false;

    for (uint32_t at = 0; at < ms; at += BLINK_TICK_MS) {
        bool is_lit = blink_is_lit(pattern, at);

        count.flashes += is_lit && !was_lit;
        count.lit_ms += is_lit ? BLINK_TICK_MS : 0;
        was_lit = is_lit;
    }
    return count;
}

static void test_patterns(void **state)
{
    static const struct {
        enum port_led pattern;
        unsigned flashes; // in 10 s
        uint32_t lit_ms;
    } rows[] = {
        {PORT_LED_OFF, 0, 0},
        {PORT_LED_SMARTCONFIG, 100, 5000},
        {PORT_LED_CONNECTING, 10, 5000},
        {PORT_LED_CONNECTED, 5, 250},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct count count = watch(rows[i].pattern, 10000);

        assert_int_equal(count.flashes, rows[i].flashes);
        assert_int_equal(count.lit_ms, rows[i].lit_ms);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_patterns)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
