#ifndef TEST_UNIT_FIRMWARE_EST_DEVICE_FIXTURE_H
#define TEST_UNIT_FIRMWARE_EST_DEVICE_FIXTURE_H

// A fake device for each test that has a server for its enrolment.

#include "test/unit/firmware/device_fixture.h"
#include "test/unit/firmware/fake_est.h"

#define EVENT "/event/" FAKE_MAC
#define CERT FAKE_MAC ".crt"
#define KEY FAKE_MAC ".key"
#define MINUTE 60000
#define HOUR (60 * MINUTE)

static struct fake_est est;

static inline int est_device_set_up(void **state)
{
    struct fake_device *f = fake_device_new();

    fake_est_init(&est, f);
    *state = f;
    return 0;
}

static inline int est_device_tear_down(void **state)
{
    fake_est_forget(&est);
    return teardown(state);
}

static inline bool is_enrolled(struct fake_device *f)
{
    return fake_est_is_in_use(&est, f) && fake_device_is_idle(f);
}

#endif
