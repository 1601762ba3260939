#ifndef TEST_UNIT_FIRMWARE_DEVICE_FIXTURE_H
#define TEST_UNIT_FIRMWARE_DEVICE_FIXTURE_H

// A fake device for each test of a whole one.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "test/unit/firmware/fake_device.h"

static inline int setup(void **state)
{
    *state = fake_device_new();
    return 0;
}

static inline int teardown(void **state)
{
    fake_device_free(*state);
    return 0;
}

static inline void start_online(struct fake_device *f)
{
    assert_int_equal(fake_device_start(f), 0);
    assert_true(fake_device_run(f, 5000, fake_device_is_idle));
}

#endif
