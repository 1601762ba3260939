// Tests of the attempts to select a slot.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "firmware/port/esp8266/main/attempts.h"
#include "test/esp8266/sdk/sdk_chip.h"

static void use_up(void)
{
    for (int i = 0; i < ATTEMPTS_MAX; i++)
        assert_true(attempts_begin());
    for (int i = 0; i < 3; i++)
        assert_false(attempts_begin());
}

static void test_attempts(void **state)
{
    (void)state;
    sdk_chip_reset();
    use_up();
    attempts_end();
    use_up();
}

// Whatever RTC memory holds after a power cut, it is none.
static void test_power_cut(void **state)
{
    (void)state;
    for (unsigned dirt = 1; dirt <= UINT8_MAX; dirt++) {
        sdk_chip_reset();
        use_up();
        sdk_chip_spoil_rtc((uint8_t)dirt);
        use_up();
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_attempts),
        cmocka_unit_test(test_power_cut),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
