// The power is cut at each operation of the flash while a device updates itself.
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "test/unit/firmware/power_cut.h"

#define TRIAL_MS 60000

static bool is_online(struct power_cut *p)
{
    return fake_device_start(p->device) == 0 &&
           fake_device_run(p->device, 2 * FAKE_WAIT_MS, fake_device_is_idle);
}

static void test_first_start(void **state)
{
    power_cut_sweep(
        *state, &(struct power_cut_plan){
                    .name = "first start", .from_power_on = true, .act = is_online, .least = 10});
}

static bool update(struct power_cut *p)
{
    return power_cut_update_to(p, "B-2") && power_cut_stays(p, "B-2", "B-1");
}

// From the first byte to the image that is confirmed.
static void test_update(void **state)
{
    power_cut_sweep(*state, &(struct power_cut_plan){.name = "update", .act = update, .least = 60});
}

static bool update_again(struct power_cut *p)
{
    return power_cut_update_to(p, "B-3") && power_cut_stays(p, "B-3", "B-2");
}

// Over the image that ran first.
static void test_update_again(void **state)
{
    struct power_cut *p = *state;
    struct fake_device *d = p->device;

    assert_int_equal(fake_device_start(d), 0);
    assert_true(fake_device_run(d, 5000, fake_device_is_idle));
    assert_true(power_cut_update_to(p, "B-2"));
    fake_device_stop(d);
    d->fresh = *fake_device_flash(d);
    power_cut_sweep(
        p, &(struct power_cut_plan){.name = "second update", .act = update_again, .least = 60});
}

static bool is_back(struct fake_device *d)
{
    return !d->device.is_on_trial && strcmp(d->device.running.text, "B-1") == 0;
}

// B-2 never reaches the backend; when it is sent once more, it does.
static bool go_back(struct power_cut *p)
{
    struct fake_device *d = p->device;

    fake_device_command(d, "flash", 2);
    if (!fake_device_run(d, 3000, power_cut_is_restarted))
        return false;
    d->broker.server.refuses = true;
    bool went_back = fake_device_run(d, 5 * TRIAL_MS, is_back);
    d->broker.server.refuses = false;
    return went_back && fake_device_run(d, 2 * FAKE_WAIT_MS, fake_device_is_idle) &&
           power_cut_update_to(p, "B-2");
}

static void test_go_back(void **state)
{
    struct power_cut *p = *state;
    struct fake_device *d = p->device;

    assert_int_equal(fake_device_start(d), 0);
    assert_true(fake_device_run(d, 5000, fake_device_is_idle));
    assert_true(fake_device_do(d, "firmware", 1));
    fake_device_stop(d);
    d->fresh = *fake_device_flash(d);
    power_cut_sweep(p, &(struct power_cut_plan){.name = "way back", .act = go_back, .least = 60});
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, power_cut_setup, power_cut_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_first_start),
        TEST(test_update),
        TEST(test_update_again),
        TEST(test_go_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
