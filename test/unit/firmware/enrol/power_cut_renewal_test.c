// The power is cut at each operation of the flash while a device renews its certificate.
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "test/unit/firmware/power_cut_est.h"

#define DAY 86400
#define DUE 3500000000 // of a certificate from 2020 to 2099

// The day after at the latest it has a new one; and meanwhile it works with the old one.
static bool renew(struct power_cut *p)
{
    struct fake_device *d = p->device;

    fake_est_forget(&est);
    d->time = DUE;
    if (fake_device_start(d) != 0)
        return false;
    for (int i = 0; i < 3 && !fake_device_run(d, 3 * FAKE_STATUS_MS, has_settled); i++) {
        if (!fake_device_is_idle(d))
            return false;
        d->time += DAY;
    }
    return has_settled(d) && stays_settled(p) && est.renewals == est.requests && est.issued <= 2;
}

static void test_renewal(void **state)
{
    power_cut_sweep(
        *state, &(struct power_cut_plan){
                    .name = "renewal", .from_power_on = true, .act = renew, .least = 100});
}

#define TEST(name)                                                                                 \
    cmocka_unit_test_setup_teardown(name, power_cut_est_setup, power_cut_est_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_renewal),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
