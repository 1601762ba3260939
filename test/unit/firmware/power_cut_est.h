#ifndef TEST_UNIT_FIRMWARE_POWER_CUT_EST_H
#define TEST_UNIT_FIRMWARE_POWER_CUT_EST_H

// The sweeps of power cuts for a device that has a server for its enrolment.

#include "test/unit/firmware/power_cut.h"

#include "test/unit/firmware/fake_est.h"

static struct fake_est est;

// That the device has started says that it has a certificate, of its CA, and the key of that.
static inline void power_cut_est_check_start(struct fake_device *d, void *ctx)
{
    struct power_cut *p = ctx;

    (void)d;
    p->starts++;
    p->is_sound = p->is_sound && power_cut_runs_signed(p);
}

static inline int power_cut_est_setup(void **state)
{
    int rc = power_cut_setup(state);
    struct power_cut *p = *state;

    p->device->on_start = power_cut_est_check_start;
    fake_est_init(&est, p->device);
    return rc;
}

static inline int power_cut_est_teardown(void **state)
{
    fake_est_forget(&est);
    return power_cut_teardown(state);
}

static inline bool has_settled(struct fake_device *d)
{
    return fake_est_is_in_use(&est, d) && fake_device_is_idle(d) && !d->device.is_on_trial &&
           !fake_device_has_file(d, FAKE_MAC ".crt.new") &&
           !fake_device_has_file(d, FAKE_MAC ".key.new");
}

static inline bool stays_settled(struct power_cut *p)
{
    struct fake_device *d = p->device;

    return fake_device_start(d) == 0 && fake_device_run(d, FAKE_WAIT_MS, has_settled);
}

#endif
