// Tests of the slot record, with the power cut at each write.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "firmware/core/slots.h"
#include "test/unit/firmware/fake_port.h"

static struct slots sample(void)
{
    struct slots slots = {
        .sequence = 41,
        .active = 1,
        .trial = SLOTS_TRIAL_RUNNING,
        .trial_boots = 2,
        .has_id = true,
        .id = -5,
        .staged_trial = SLOTS_TRIAL_FAILED,
        .staged_boots = 1,
        .staged_mask = 0xe,
        .reason = "why",
        .images = {{SLOTS_INSTALLED, 1000, 16, "B-1"}, {SLOTS_READY, 2000, 32, "B-2"}},
    };

    return slots;
}

static void test_round_trip(void **state)
{
    struct slots slots = sample();
    struct slots out;
    uint8_t bytes[SLOTS_RECORD_SIZE];

    (void)state;
    slots_encode(&slots, bytes);
    assert_true(slots_decode(bytes, &out));
    assert_int_equal(out.sequence, 41);
    assert_int_equal(out.active, 1);
    assert_int_equal(out.trial, SLOTS_TRIAL_RUNNING);
    assert_int_equal(out.trial_boots, 2);
    assert_true(out.has_id);
    assert_int_equal(out.id, -5);
    assert_int_equal(out.staged_trial, SLOTS_TRIAL_FAILED);
    assert_int_equal(out.staged_mask, 0xe);
    assert_string_equal(out.reason, "why");
    assert_int_equal(out.images[1].state, SLOTS_READY);
    assert_int_equal(out.images[1].size_bytes, 2000);
    assert_int_equal(out.images[1].descriptor_offset, 32);
    assert_string_equal(out.images[1].name, "B-2");
}

static void test_every_bit(void **state)
{
    struct slots slots = sample();
    struct slots out;
    uint8_t bytes[SLOTS_RECORD_SIZE];

    (void)state;
    slots_encode(&slots, bytes);
    for (size_t i = 0; i < sizeof bytes * 8; i++) {
        bytes[i / 8] ^= (uint8_t)(1 << i % 8);
        assert_false(slots_decode(bytes, &out));
        bytes[i / 8] ^= (uint8_t)(1 << i % 8);
    }
}

static void test_first_start(void **state)
{
    static struct fake_port port;
    struct slots slots;
    struct failure failure;

    (void)state;
    fake_init(&port);
    assert_int_equal(slots_load(&slots, &port.port, &failure), -RESULT_FLASH_FAILED);
    port.factory_size = FAKE_SLOT_SIZE + 1;
    assert_int_equal(slots_load(&slots, &port.port, &failure), -RESULT_FLASH_FAILED);
    port.factory_size = 1000;
    assert_int_equal(slots_load(&slots, &port.port, &failure), 0);
    assert_int_equal(slots.active, 0);
    assert_int_equal(slots_idle(&slots), 1);
    assert_int_equal(slots.images[0].state, SLOTS_INSTALLED);
    assert_int_equal(slots.images[0].size_bytes, 1000);
    assert_int_equal(slots.images[1].state, SLOTS_EMPTY);
}

// Whichever write is torn, the record before it or the one after it is found, never another.
static void test_power_cuts(void **state)
{
    (void)state;
    for (int cut = 0; cut < 12; cut++) {
        static struct fake_port port;
        struct slots slots = {0};
        struct slots loaded;
        struct failure failure;

        fake_init(&port);
        port.factory_size = 100;
        assert_int_equal(slots_load(&slots, &port.port, &failure), 0);
        port.power.ops_left = cut;
        for (int i = 0; i < 5; i++) {
            slots.images[1].size_bytes = (uint32_t)i + 1;
            (void)!slots_store(&slots, &port.port, &failure);
        }
        fake_power_on(&port);
        assert_int_equal(slots_load(&loaded, &port.port, &failure), 0);
        assert_int_equal(loaded.images[1].size_bytes, cut < 10 ? cut / 2 : 5);
        assert_int_equal(slots_store(&loaded, &port.port, &failure), 0); // and goes on
        loaded.images[1].size_bytes = 99;
        assert_int_equal(slots_store(&loaded, &port.port, &failure), 0);
        assert_int_equal(slots_load(&slots, &port.port, &failure), 0);
        assert_int_equal(slots.images[1].size_bytes, 99);
    }
}

// A copy that could not be written is the one to write next: the other is the newest good one.
static void test_failed_write(void **state)
{
    static struct fake_port port;
    struct slots slots = {0};
    struct slots loaded;
    struct failure failure;

    (void)state;
    fake_init(&port);
    for (uint32_t i = 1; i <= 2; i++) {
        slots.images[0].size_bytes = i;
        assert_int_equal(slots_store(&slots, &port.port, &failure), 0);
    }
    port.power.ops_left = 0;
    assert_int_equal(slots_store(&slots, &port.port, &failure), -RESULT_FLASH_FAILED);
    fake_power_on(&port); // the medium only hiccuped: the device has run on
    port.power.ops_left = 0;
    assert_int_equal(slots_store(&slots, &port.port, &failure), -RESULT_FLASH_FAILED);
    fake_power_on(&port);
    assert_int_equal(slots_load(&loaded, &port.port, &failure), 0);
    assert_int_equal(loaded.images[0].size_bytes, 2);
}

static void test_sequence_wraps(void **state)
{
    static struct fake_port port;
    struct slots slots = sample();
    struct slots loaded;
    struct failure failure;

    (void)state;
    fake_init(&port);
    slots.sequence = UINT32_MAX - 2;
    for (uint32_t i = 0; i < 5; i++) {
        slots.images[0].size_bytes = i;
        assert_int_equal(slots_store(&slots, &port.port, &failure), 0);
        assert_int_equal(slots_load(&loaded, &port.port, &failure), 0);
        assert_int_equal(loaded.images[0].size_bytes, i);
    }
}

static void test_trial(void **state)
{
    struct slots slots = sample();

    (void)state;
    slots.active = 0;
    slots.trial = SLOTS_TRIAL_NONE;
    slots.staged_trial = SLOTS_TRIAL_NONE;
    assert_false(slots_count_boot(&slots));
    slots_begin_trial(&slots, true, 8);
    assert_int_equal(slots.active, 1);
    for (int i = 0; i < SLOTS_BOOTS_MAX; i++) {
        assert_true(slots_count_boot(&slots));
        assert_int_equal(slots.active, 1);
    }
    assert_true(slots_count_boot(&slots)); // one too many
    assert_int_equal(slots.active, 0);
    assert_int_equal(slots.trial, SLOTS_TRIAL_FAILED);
    assert_int_equal(slots.images[1].state, SLOTS_REJECTED);
    assert_int_equal(slots.id, 8);
    assert_false(slots_count_boot(&slots));
}

// With both on trial the files lose theirs first.
static void test_staged_trial(void **state)
{
    struct slots slots = sample();

    (void)state;
    slots.staged_trial = SLOTS_TRIAL_RUNNING;
    slots.staged_boots = SLOTS_BOOTS_MAX;
    slots.trial_boots = SLOTS_BOOTS_MAX;
    assert_true(slots_count_boot(&slots));
    assert_int_equal(slots.staged_trial, SLOTS_TRIAL_FAILED);
    assert_int_equal(slots.trial, SLOTS_TRIAL_RUNNING);
    assert_true(slots_count_boot(&slots));
    assert_int_equal(slots.trial, SLOTS_TRIAL_FAILED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_every_bit),
        cmocka_unit_test(test_first_start),
        cmocka_unit_test(test_power_cuts),
        cmocka_unit_test(test_failed_write),
        cmocka_unit_test(test_sequence_wraps),
        cmocka_unit_test(test_trial),
        cmocka_unit_test(test_staged_trial),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
