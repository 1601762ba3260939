// The same as power_cut_pairs_test.c for the way from the second slot to the first, where the image
// of the factory is no more: all pairs of power cuts.
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "test/unit/firmware/power_cut.h"

static bool install(struct power_cut *p)
{
    return power_cut_update_to(p, "B-3") && power_cut_stays(p, "B-3", "B-2");
}

// From the command to the image that has passed its trial.
static void test_switch(void **state)
{
    struct power_cut *p = *state;
    struct fake_device *d = p->device;

    assert_int_equal(fake_device_start(d), 0);
    assert_true(fake_device_run(d, 5000, fake_device_is_idle));
    assert_true(power_cut_update_to(p, "B-2"));
    assert_true(fake_device_do(d, "firmware", 3));
    assert_int_equal(d->device.slots.images[0].state, SLOTS_READY);
    fake_device_stop(d);
    d->fresh = *fake_device_flash(d);
    power_cut_sweep(p, &(struct power_cut_plan){.name = "switch to the first slot, cut twice",
                           .pairs = true,
                           .act = install,
                           .least = 1000});
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, power_cut_setup, power_cut_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_switch),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
