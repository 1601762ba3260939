// Tests of what becomes of commands when flash fails, and of those that come at the wrong time.
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "firmware/core/job.h"
#include "test/unit/firmware/device_fixture.h"

#define EVENT "/event/" FAKE_MAC

static bool leaves(struct fake_device *f)
{
    return f->device.state == DEVICE_LEAVE;
}

// What comes while the device takes its leave for a restart is refused, and not forgotten.
static void test_while_leaving(void **state)
{
    static const char *const reasons[] = {"reboot", "flash"};
    struct fake_device *f = *state;

    for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++) {
        fake_device_reset(f);
        start_online(f);
        assert_true(fake_device_do(f, "firmware", 1));
        fake_device_command(f, reasons[i], 2);
        assert_true(fake_device_run(f, 3000, leaves));
        fake_device_command(f, "config", 3);
        fake_device_command(f, "reboot", 4);
        (void)fake_device_run(f, 3000, NULL);
        assert_true(fake_device_run(f, 20000, fake_device_is_idle));
        assert_int_equal(f->reboots, 1);
        assert_int_equal(fake_device_count(f, 0, EVENT, "\"id\":2,\"result\":\"ok\""), 1);
        for (int id = 3; id <= 4; id++) {
            char text[40];

            snprintf(text, sizeof text, "\"id\":%d,\"result\":\"busy\"", id);
            assert_int_equal(fake_device_count(f, 0, EVENT, text), 1);
        }
    }
}

// A record that cannot be written installs nothing: the image that runs stays where it is, and a
// newer one goes beside it.
static void test_record_fails_at_flash(void **state)
{
    static uint8_t image3[MAKE_IMAGE_MAX];
    struct fake_device *f = *state;
    struct fake_port *flash = fake_device_flash(f);
    size_t size = make_image(&f->broker.server.maker, "B-3", &f->signer, &f->signer, image3);
    int n = 0;

    for (;; n++) {
        fake_device_reset(f);
        fake_device_serve(f, "firmware.bin?curimage=B-1", f->image2, f->image_size);
        start_online(f);
        assert_true(fake_device_do(f, "firmware", 1));
        flash->power.fails_in = n;
        fake_device_command(f, "flash", 2);
        (void)fake_device_run(f, 3000, NULL);
        if (f->reboots > 0)
            break;
        assert_true(fake_device_run(f, 20000, fake_device_is_idle));
        assert_int_equal(fake_device_count(f, 0, EVENT, "\"id\":2,\"result\":\"flash-failed\""), 1);
        assert_int_equal(f->device.slots.active, 0);
        assert_memory_equal(flash->slots[0], f->image1, flash->factory_size);
        fake_device_serve(f, "firmware.bin?curimage=B-1", image3, size);
        assert_true(fake_device_do(f, "firmware", 3));
        assert_memory_equal(flash->slots[0], f->image1, flash->factory_size);
        assert_int_equal(f->reboots, 0);
        assert_true(fake_device_do(f, "flash", 4));
        assert_int_equal(f->reboots, 1);
        assert_string_equal(f->device.running.text, "B-3");
    }
    assert_true(n >= 3);
}

// An image that failed its trial is not installed again.
static void test_rejected(void **state)
{
    struct fake_device *f = *state;

    start_online(f);
    assert_true(fake_device_do(f, "firmware", 1));
    f->broker.no_puback = true; // whatever is installed now cannot report
    assert_int_equal(f->device.slots.images[1].state, SLOTS_READY);
    fake_device_command(f, "flash", 2);
    assert_false(fake_device_run(f, 300000, fake_device_is_idle));
    assert_string_equal(f->device.running.text, "B-1");
    assert_int_equal(f->device.slots.images[1].state, SLOTS_REJECTED);
    f->broker.no_puback = false;
    assert_true(fake_device_run(f, 30000, fake_device_is_idle));
    f->reboots = 0;
    assert_true(fake_device_do(f, "flash", 3));
    assert_int_equal(
        fake_device_count(f, 0, EVENT, "\"id\":3,\"result\":\"nothing-downloaded\""), 1);
    assert_int_equal(f->reboots, 0);
}

static size_t count_accepted(struct fake_device *f, int id)
{
    char text[80];

    snprintf(text, sizeof text, "\"id\":%d}", id);
    return fake_device_count(f, 0, EVENT, text);
}

static size_t count_outcomes(struct fake_device *f, int id)
{
    char text[40];

    snprintf(text, sizeof text, "\"id\":%d,\"result\"", id);
    return fake_device_count(f, 0, EVENT, text);
}

// What is taken is said before it is done; what is not taken only in its outcome.
static void test_accepted(void **state)
{
    struct fake_device *f = *state;

    start_online(f);
    assert_true(fake_device_do(f, "firmware", 1));
    assert_int_equal(fake_device_count(
                         f, 0, EVENT, "{\"event\":\"accepted\",\"command\":\"firmware\",\"id\":1}"),
        1);
    assert_int_equal(count_outcomes(f, 1), 1);
    assert_true(fake_device_do(f, "dance", 2));
    assert_int_equal(count_accepted(f, 2), 0);
    assert_int_equal(count_outcomes(f, 2), 1);
}

// The same one again, while it waits, is under way or is done, is taken only once.
static void test_again(void **state)
{
    struct fake_device *f = *state;

    start_online(f);
    for (int i = 0; i < 3; i++) {
        fake_device_command(f, "firmware", 1);
        fake_device_command(f, "config", 2);
    }
    (void)fake_device_run(f, 3000, NULL);
    assert_true(fake_device_run(f, 20000, fake_device_is_idle));
    assert_true(fake_device_do(f, "config", 2));
    assert_int_equal(count_outcomes(f, 1), 1);
    assert_int_equal(count_outcomes(f, 2), 1);
    assert_true(count_accepted(f, 2) >= 2);
    assert_true(fake_device_do(f, "config", 3));
    assert_int_equal(count_outcomes(f, 3), 1);
}

// Nor does what ends with a restart come twice by it.
static void test_again_after_restart(void **state)
{
    static const char *const names[] = {"reboot", "flash"};
    struct fake_device *f = *state;

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        fake_device_reset(f);
        start_online(f);
        assert_true(fake_device_do(f, "firmware", 1));
        assert_true(fake_device_do(f, names[i], 2));
        assert_int_equal(f->reboots, 1);
        assert_true(fake_device_do(f, names[i], 2));
        assert_int_equal(f->reboots, 1);
        assert_int_equal(count_accepted(f, 2), 2);
        assert_int_equal(count_outcomes(f, 2), 1);
        assert_true(fake_device_do(f, "reboot", 3));
        assert_int_equal(f->reboots, 2);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_while_leaving),
        TEST(test_record_fails_at_flash),
        TEST(test_rejected),
        TEST(test_accepted),
        TEST(test_again),
        TEST(test_again_after_restart),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
