// Tests of the slot record.
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
        .active = 1,
        .trial = SLOTS_TRIAL_RUNNING,
        .trial_boots = 2,
        .has_id = true,
        .id = -5,
        .staged_trial = SLOTS_TRIAL_FAILED,
        .staged_boots = 1,
        .staged_mask = 0xe,
        .owes_wifi = true,
        .wifi_has_id = true,
        .wifi_id = INT64_MIN,
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
    assert_int_equal(out.active, 1);
    assert_int_equal(out.trial, SLOTS_TRIAL_RUNNING);
    assert_int_equal(out.trial_boots, 2);
    assert_true(out.has_id);
    assert_int_equal(out.id, -5);
    assert_int_equal(out.staged_trial, SLOTS_TRIAL_FAILED);
    assert_int_equal(out.staged_mask, 0xe);
    assert_true(out.owes_wifi && out.wifi_has_id);
    assert_int_equal(out.wifi_id, INT64_MIN);
    assert_string_equal(out.reason, "why");
    assert_int_equal(out.images[1].state, SLOTS_READY);
    assert_int_equal(out.images[1].size_bytes, 2000);
    assert_int_equal(out.images[1].descriptor_offset, 32);
    assert_string_equal(out.images[1].name, "B-2");
}

// Each byte of the record that is not free takes its bounds only.
static void test_fields(void **state)
{
    enum {
        TRIAL = 6,
        HAS_ID = 8,
        STAGED_TRIAL = 17,
        REASON = 20,
        IMAGE = REASON + FAILURE_DETAIL_SIZE
    };
    enum { NAME = 9, NEXT = NAME + IMAGE_NAME_SIZE, WIFI = IMAGE + 2 * NEXT + 4 };
    static const struct {
        size_t at;
        uint8_t value;
    } rows[] = {
        {0, 's'}, {3, 'T'}, {4, 2},            // the format
        {5, PORT_SLOTS},                       // which is active
        {TRIAL, SLOTS_TRIALS},                 //
        {STAGED_TRIAL, SLOTS_TRIALS},          //
        {STAGED_TRIAL, SLOTS_TRIAL_SKIPPED},   //
        {REASON + FAILURE_DETAIL_SIZE - 1, 1}, // not ended
        {IMAGE, SLOTS_STATES},                 //
        {IMAGE + NEXT - 1, 1},                 // a name that is not ended
        {IMAGE + NEXT, 0xff},                  //
        {IMAGE + 2 * NEXT - 1, 1},             //
        {HAS_ID, 2},                           // what no program writes
        {WIFI, 0},                             // an id of a command that is not there
        {WIFI, 2},                             //
        {WIFI + 1, 2},                         //
    };
    struct slots slots = sample();
    struct slots out = {.active = 77};
    uint8_t bytes[SLOTS_RECORD_SIZE];

    (void)state;
    slots_encode(&slots, bytes);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint8_t before = bytes[rows[i].at];

        bytes[rows[i].at] = rows[i].value;
        assert_false(slots_decode(bytes, &out));
        assert_int_equal(out.active, 77);
        bytes[rows[i].at] = before;
    }
    assert_true(slots_decode(bytes, &out));
}

// What a wifi command has begun, with an id and without, until its outcome has been said.
static void test_wifi(void **state)
{
    struct slots slots = {0};
    struct slots out;
    uint8_t bytes[SLOTS_RECORD_SIZE];

    (void)state;
    for (int has_id = 0; has_id < 2; has_id++) {
        slots_owe_wifi(&slots, has_id, 9);
        slots_encode(&slots, bytes);
        assert_true(slots_decode(bytes, &out));
        assert_true(out.owes_wifi);
        assert_int_equal(out.wifi_has_id, has_id);
        assert_int_equal(out.wifi_id, has_id ? 9 : 0);
        slots_forget_wifi(&out);
        slots_encode(&out, bytes);
        assert_true(slots_decode(bytes, &out));
        assert_false(out.owes_wifi || out.wifi_has_id);
        assert_int_equal(out.wifi_id, 0);
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

// Whichever operation is cut, the record before it or the one after it is found, never another.
static void test_power_cuts(void **state)
{
    static struct fake_port port;
    const int ops = 4; // of one record
    struct slots slots = {0};
    struct slots loaded;
    struct failure failure;

    (void)state;
    for (int cut = 0; cut < 5 * ops + 2; cut++) {
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
        assert_int_equal(loaded.images[1].size_bytes, cut < 5 * ops ? cut / ops : 5);
        loaded.images[1].size_bytes = 99; // and goes on
        assert_int_equal(slots_store(&loaded, &port.port, &failure), 0);
        assert_int_equal(slots_load(&slots, &port.port, &failure), 0);
        assert_int_equal(slots.images[1].size_bytes, 99);
    }
}

// A record that cannot be written leaves the one before; one that cannot be read is no new
// device's.
static void test_flash_fails(void **state)
{
    static struct fake_port port;
    struct slots slots = sample();
    struct slots loaded;
    struct failure failure;

    (void)state;
    fake_init(&port);
    port.factory_size = 100;
    assert_int_equal(slots_store(&slots, &port.port, &failure), 0);
    slots.active = 0;
    port.power.ops_left = 0;
    assert_int_equal(slots_store(&slots, &port.port, &failure), -RESULT_FLASH_FAILED);
    fake_power_on(&port);
    assert_int_equal(slots_load(&loaded, &port.port, &failure), 0);
    assert_int_equal(loaded.active, 1);
    port.port.files_size = 2 * FAKE_FILES_SIZE; // more than there is
    assert_int_equal(files_remove(&port.port, SLOTS_FILE), 0);
    assert_int_equal(slots_load(&loaded, &port.port, &failure), -RESULT_FLASH_FAILED);
    assert_int_equal(slots_start(&loaded, &port.port, &failure), -RESULT_FLASH_FAILED);
}

// The decision at each start is stored, and only if it is one.
static void test_start(void **state)
{
    static struct fake_port port;
    struct slots slots = sample();
    struct slots loaded;
    struct failure failure;

    (void)state;
    fake_init(&port);
    port.factory_size = 100;
    assert_int_equal(slots_start(&loaded, &port.port, &failure), 0);
    assert_int_equal(port.power.ops, 0);
    slots.trial_boots = SLOTS_BOOTS_MAX - 1;
    assert_int_equal(slots_store(&slots, &port.port, &failure), 0);
    port.last_reset = "exception 20 at 0x40212345";
    assert_int_equal(slots_start(&slots, &port.port, &failure), 0);
    assert_int_equal(slots_load(&loaded, &port.port, &failure), 0);
    assert_int_equal(slots.active, 1);
    assert_int_equal(loaded.trial_boots, SLOTS_BOOTS_MAX);
    port.power.ops_left = 0;
    assert_int_equal(slots_start(&slots, &port.port, &failure), -RESULT_FLASH_FAILED);
    fake_power_on(&port);
    assert_int_equal(slots_start(&slots, &port.port, &failure), 0);
    assert_int_equal(slots_load(&loaded, &port.port, &failure), 0);
    assert_int_equal(loaded.active, 0);
    assert_string_equal(
        loaded.reason, "3 starts without a report, the last ended by: exception 20 at 0x40212345");
}

// A damaged image makes way for one that has run, whether on trial or not; for no other.
static void test_skip(void **state)
{
    struct slots slots = sample();

    (void)state;
    assert_true(slots_skip(&slots, "damaged"));
    assert_int_equal(slots.active, 0);
    assert_int_equal(slots.trial, SLOTS_TRIAL_FAILED);
    assert_int_equal(slots.images[1].state, SLOTS_REJECTED);
    assert_string_equal(slots.reason, "damaged");
    assert_false(slots_skip(&slots, "damaged too"));
    assert_int_equal(slots.active, 0);
    slots.images[1].state = SLOTS_READY; // never ran
    assert_false(slots_skip(&slots, ""));
    slots.images[1].state = SLOTS_INSTALLED;
    slots.trial = SLOTS_TRIAL_NONE;
    assert_true(slots_skip(&slots, "x"));
    assert_int_equal(slots.active, 1);
    assert_int_equal(slots.trial, SLOTS_TRIAL_SKIPPED);
    assert_int_equal(slots.images[0].state, SLOTS_INSTALLED); // should this one be damaged too
    assert_string_equal(slots.reason, "x");
    assert_false(slots_count_boot(&slots, ""));
}

static void test_leave(void **state)
{
    struct slots slots = sample();

    (void)state;
    slots.images[0].state = SLOTS_REJECTED;
    slots_leave(&slots, "damaged");
    assert_int_equal(slots.active, 0);
    assert_int_equal(slots.trial, SLOTS_TRIAL_FAILED);
    assert_int_equal(slots.images[1].state, SLOTS_REJECTED);
    slots_leave(&slots, "damaged too"); // though that is where it came from
    assert_int_equal(slots.active, 1);
    assert_int_equal(slots.trial, SLOTS_TRIAL_SKIPPED);
    assert_string_equal(slots.reason, "damaged too");
}

static void test_trial(void **state)
{
    struct slots slots = sample();

    (void)state;
    slots.active = 0;
    slots.trial = SLOTS_TRIAL_NONE;
    slots.staged_trial = SLOTS_TRIAL_NONE;
    assert_false(slots_count_boot(&slots, ""));
    slots_begin_trial(&slots, true, 8);
    assert_int_equal(slots.active, 1);
    for (int i = 0; i < SLOTS_BOOTS_MAX; i++) {
        assert_true(slots_count_boot(&slots, ""));
        assert_int_equal(slots.active, 1);
    }
    assert_true(slots_count_boot(&slots, "watchdog")); // one too many
    assert_string_equal(slots.reason, "3 starts without a report, the last ended by: watchdog");
    assert_int_equal(slots.active, 0);
    assert_int_equal(slots.trial, SLOTS_TRIAL_FAILED);
    assert_int_equal(slots.images[1].state, SLOTS_REJECTED);
    assert_int_equal(slots.id, 8);
    assert_false(slots_count_boot(&slots, ""));
}

// With both on trial the files lose theirs first.
static void test_staged_trial(void **state)
{
    struct slots slots = sample();

    (void)state;
    slots.staged_trial = SLOTS_TRIAL_RUNNING;
    slots.staged_boots = SLOTS_BOOTS_MAX;
    slots.trial_boots = SLOTS_BOOTS_MAX;
    assert_true(slots_count_boot(&slots, "watchdog"));
    assert_string_equal(slots.reason, "3 starts without a connection, the last ended by: watchdog");
    assert_int_equal(slots.staged_trial, SLOTS_TRIAL_FAILED);
    assert_int_equal(slots.trial, SLOTS_TRIAL_RUNNING);
    assert_true(slots_count_boot(&slots, ""));
    assert_string_equal(slots.reason, "3 starts without a report");
    assert_int_equal(slots.trial, SLOTS_TRIAL_FAILED);
}

// A record that cannot be written is told, and the one before it counts.
static void test_operations_that_fail(void **state)
{
    static struct fake_port port;
    struct slots slots = sample();
    struct slots loaded;
    struct failure failure;
    int n = 0;

    (void)state;
    for (;; n++) {
        fake_init(&port);
        slots.active = 1;
        assert_int_equal(slots_store(&slots, &port.port, &failure), 0);
        slots.active = 0;
        port.power.fails_in = n;
        if (slots_store(&slots, &port.port, &failure) == 0)
            break;
        assert_int_equal(failure.result, RESULT_FLASH_FAILED);
        assert_int_equal(slots_load(&loaded, &port.port, &failure), 0);
        assert_int_equal(loaded.active, 1);
    }
    assert_true(n >= 3);
    assert_int_equal(slots_load(&loaded, &port.port, &failure), 0);
    assert_int_equal(loaded.active, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_fields),
        cmocka_unit_test(test_wifi),
        cmocka_unit_test(test_first_start),
        cmocka_unit_test(test_power_cuts),
        cmocka_unit_test(test_flash_fails),
        cmocka_unit_test(test_start),
        cmocka_unit_test(test_skip),
        cmocka_unit_test(test_leave),
        cmocka_unit_test(test_trial),
        cmocka_unit_test(test_staged_trial),
        cmocka_unit_test(test_operations_that_fail),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
