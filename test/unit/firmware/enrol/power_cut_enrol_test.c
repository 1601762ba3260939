// The power is cut at each operation of the flash while a device gets its first certificate.
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "test/unit/firmware/power_cut_est.h"

// Whatever happens it asks with one key, and only once that is durable.
static bool enrol(struct power_cut *p)
{
    struct fake_device *d = p->device;

    fake_est_forget(&est);
    return fake_device_start(d) == 0 && fake_device_run(d, 5 * FAKE_WAIT_MS, has_settled) &&
           stays_settled(p) && est.issued == 1 && est.alarms == 0 && est.too_early == 0;
}

static void test_enrolment(void **state)
{
    struct power_cut *p = *state;

    fake_est_make_new(p->device);
    power_cut_sweep(p, &(struct power_cut_plan){
                           .name = "enrolment", .from_power_on = true, .act = enrol, .least = 60});
}

#define TEST(name)                                                                                 \
    cmocka_unit_test_setup_teardown(name, power_cut_est_setup, power_cut_est_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_enrolment),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
