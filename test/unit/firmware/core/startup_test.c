// Tests of starts with damaged flash.
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "firmware/core/startup.h"
#include "test/unit/firmware/device_fixture.h"

#define EVENT "/event/" FAKE_MAC
#define STATUS "/status/" FAKE_MAC
#define DESCRIPTOR 1020 // where make_image() puts it

static bool is_restarted(struct fake_device *f)
{
    return f->reboots > 0;
}

// A device that has B-1 in slot 0 and runs B-2 in slot 1, on trial or not.
static void install(struct fake_device *f, bool on_trial)
{
    assert_int_equal(fake_device_start(f), 0);
    assert_true(fake_device_run(f, 5000, fake_device_is_idle));
    assert_true(fake_device_do(f, "firmware", 1));
    fake_device_command(f, "flash", 2);
    assert_true(fake_device_run(f, 3000, is_restarted));
    if (!on_trial)
        assert_true(fake_device_run(f, 5000, fake_device_is_idle));
    assert_int_equal(f->device.is_on_trial, on_trial);
    assert_string_equal(f->device.running.text, "B-2");
}

static void damage(struct fake_device *f, unsigned slot)
{
    fake_device_flash(f)->slots[slot][DESCRIPTOR + 40] ^= 0x10;
}

// The other image, which ran before, is the way out; and from there the update goes on.
static void test_damaged_image(void **state)
{
    struct fake_device *f = *state;

    install(f, false);
    damage(f, 1);
    assert_int_equal(fake_device_start(f), 0);
    assert_string_equal(f->device.running.text, "B-1");
    assert_true(fake_device_run(f, 5000, fake_device_is_idle));
    assert_int_equal(fake_device_count(f, 0, EVENT, "\"trial\",\"result\":\"trial-failed\""), 0);
    assert_int_equal(fake_device_count(f, 0, EVENT, "\"id\":2,\"result\":\"trial-failed\""), 0);
    assert_int_equal(
        fake_device_count(f, 0, EVENT,
            "{\"event\":\"error\",\"result\":\"flash-failed\",\"detail\":\"skipped B-2: "),
        1);
    assert_int_equal(fake_device_count(f, 0, STATUS, "\"errormessage\":\"skipped B-2: "), 1);
    assert_int_equal(f->device.slots.trial, SLOTS_TRIAL_NONE); // told once
    assert_true(fake_device_do(f, "firmware", 3));
    assert_true(fake_device_do(f, "flash", 4));
    assert_string_equal(f->device.running.text, "B-2");
}

// A boot loader cannot see that: the device restarts, and that from the other image.
static void test_damaged_image_with_boot_loader(void **state)
{
    struct fake_device *f = *state;

    install(f, false);
    damage(f, 1);
    fake_device_flash(f)->port.has_boot_loader = true;
    assert_int_equal(fake_device_start(f), 0);
    assert_int_equal(f->device.state, DEVICE_RESTART);
    assert_true(fake_device_run(f, 5000, fake_device_is_idle));
    assert_string_equal(f->device.running.text, "B-1");
    assert_int_equal(fake_device_count(f, 0, EVENT, "\"detail\":\"skipped B-2: "), 1);
}

static void test_damaged_image_on_trial(void **state)
{
    struct fake_device *f = *state;

    install(f, true);
    damage(f, 1);
    assert_int_equal(fake_device_start(f), 0);
    assert_string_equal(f->device.running.text, "B-1");
    assert_false(f->device.is_on_trial);
    assert_true(fake_device_run(f, 5000, fake_device_is_idle));
    assert_int_equal(
        fake_device_count(f, 0, EVENT,
            "\"command\":\"flash\",\"id\":2,\"result\":\"trial-failed\",\"image\":\"B-2\""),
        1);
}

static void test_both_damaged(void **state)
{
    struct fake_device *f = *state;

    install(f, false);
    damage(f, 0);
    damage(f, 1);
    for (int i = 0; i < 3; i++)
        assert_int_equal(fake_device_start(f), -RESULT_DESCRIPTOR_INVALID);
    damage(f, 0); // which mends it
    assert_int_equal(fake_device_start(f), 0);
    assert_string_equal(f->device.running.text, "B-1");
}

// A download that nobody installed is no way out: it never ran.
static void test_ready_is_no_way_out(void **state)
{
    struct fake_device *f = *state;

    assert_int_equal(fake_device_start(f), 0);
    assert_true(fake_device_run(f, 5000, fake_device_is_idle));
    assert_true(fake_device_do(f, "firmware", 1));
    assert_int_equal(f->device.slots.images[1].state, SLOTS_READY);
    damage(f, 0);
    assert_int_equal(fake_device_start(f), -RESULT_DESCRIPTOR_INVALID);
}

// The record is none: slot 0 holds an image that runs.
static void test_record_damaged(void **state)
{
    static const char *const records[] = {"", "no record", NULL};
    struct fake_device *f = *state;
    struct port *port = &fake_device_flash(f)->port;
    uint8_t record[SLOTS_RECORD_SIZE];

    install(f, false);
    assert_int_equal(files_read(port, SLOTS_FILE, record, sizeof record), sizeof record);
    for (size_t i = 0; i < sizeof records / sizeof records[0]; i++) {
        assert_int_equal(files_write(port, SLOTS_FILE, record, sizeof record), 0);
        assert_int_equal(fake_device_start(f), 0);
        assert_string_equal(f->device.running.text, "B-2");
        if (records[i] == NULL)
            assert_int_equal(files_remove(port, SLOTS_FILE), 0);
        else
            fake_device_put_file(f, SLOTS_FILE, records[i]);
        assert_int_equal(fake_device_start(f), 0);
        assert_string_equal(f->device.running.text, "B-1");
    }
}

// Whether any 16 bytes of the key's file stand in the device's memory.
static bool holds_key(struct fake_device *f)
{
    const char *from = strchr(f->key_pem, '\n') + 1;
    const char *end = strstr(from, "-----END");

    for (; from + 16 <= end; from++) {
        if (memmem(&f->device, sizeof f->device, from, 16) != NULL)
            return true;
    }
    return false;
}

// The private key is where it is used, and nowhere else: not after the start, whatever became of
// it, nor after it was downloaded.
static void test_key_is_wiped(void **state)
{
    struct fake_device *f = *state;

    assert_int_equal(fake_device_start(f), 0);
    assert_false(holds_key(f));
    assert_true(fake_device_run(f, 5000, fake_device_is_idle));
    fake_device_serve(f, FAKE_MAC ".key", f->key_pem, strlen(f->key_pem));
    assert_true(fake_device_do(f, "key", 1));
    assert_int_equal(fake_device_count(f, 0, EVENT, "\"id\":1,\"result\":\"ok\""), 1);
    assert_false(holds_key(f));
    fake_device_reset(f);
    fake_device_put_file(f, "config.json", "{]"); // read after the key
    assert_int_equal(fake_device_start(f), -RESULT_FILE_INVALID);
    assert_false(holds_key(f));
}

// Where a boot loader has counted the start nobody counts it again.
static void test_boot_loader(void **state)
{
    struct fake_device *f = *state;
    struct port *port = &fake_device_flash(f)->port;

    install(f, true);
    port->has_boot_loader = true;
    for (int i = 0; i < 2 * SLOTS_BOOTS_MAX; i++) {
        assert_int_equal(fake_device_start(f), 0);
        assert_int_equal(f->device.slots.trial_boots, 1);
    }
    port->has_boot_loader = false;
    assert_int_equal(fake_device_start(f), 0);
    assert_int_equal(f->device.slots.trial_boots, 2);
}

// A run that ended badly is told of: in an event and in the status.
static void test_last_reset(void **state)
{
    struct fake_device *f = *state;

    fake_device_flash(f)->last_reset = "exception 28 at 0x40212345, 0x00000000";
    assert_int_equal(fake_device_start(f), 0);
    assert_true(fake_device_run(f, 5000, fake_device_is_idle));
    assert_int_equal(fake_device_count(f, 0, EVENT,
                         "{\"event\":\"error\",\"result\":\"crashed\",\"detail\":\"restarted by: "
                         "exception 28 at 0x40212345, 0x00000000\",\"step\":\"run\"}"),
        1);
    assert_int_equal(fake_device_count(f, 0, STATUS, "\"errormessage\":\"restarted by: "), 1);
    fake_device_flash(f)->last_reset = "";
    f->broker.count = 0;
    assert_int_equal(fake_device_start(f), 0);
    assert_true(fake_device_run(f, 5000, fake_device_is_idle));
    assert_int_equal(fake_device_count(f, 0, EVENT, "restarted"), 0);
    assert_int_equal(fake_device_count(f, 0, STATUS, "errormessage"), 0);
}

// Where a trial failed by it, the trial's reason says so, and that once.
static void test_last_reset_of_trial(void **state)
{
    struct fake_device *f = *state;

    install(f, true);
    fake_device_flash(f)->last_reset = "watchdog";
    for (int i = 1; i <= SLOTS_BOOTS_MAX; i++)
        assert_int_equal(fake_device_start(f), 0);
    assert_false(f->device.is_on_trial);
    fake_device_flash(f)->last_reset = "";
    assert_true(fake_device_run(f, 5000, fake_device_is_idle));
    assert_int_equal(fake_device_count(f, 0, EVENT, "the last ended by: watchdog"), 2);
    assert_int_equal(fake_device_count(f, 0, EVENT, "restarted by"), 0);
}

// The descriptor has moved from where the record says it is: it is looked for.
static void test_descriptor_is_found(void **state)
{
    struct fake_device *f = *state;

    assert_int_equal(fake_device_start(f), 0);
    assert_int_equal(f->device.slots.images[0].descriptor_offset, DESCRIPTOR);
    f->device.slots.images[0].descriptor_offset = 64;
    assert_int_equal(slots_store(&f->device.slots, &fake_device_flash(f)->port, &f->failure), 0);
    assert_int_equal(fake_device_start(f), 0);
    assert_int_equal(f->device.slots.images[0].descriptor_offset, DESCRIPTOR);
    assert_string_equal(f->device.running.text, "B-1");
}

// Events that waited are sent after the start, behind the boot event; a damaged file is dropped.
static void test_events_file(void **state)
{
    static const char line[] =
        "{\"event\":\"error\",\"result\":\"timeout\",\"detail\":\"before\"}\n";
    struct fake_device *f = *state;

    fake_device_put_file(f, "events.jsonl", line);
    assert_int_equal(fake_device_start(f), 0);
    assert_true(fake_device_run(f, 5000, fake_device_is_idle));
    assert_int_equal(fake_device_count(f, 0, EVENT, "\"boot\""), 1);
    assert_non_null(strstr(f->broker.messages[0].payload, "\"boot\""));
    assert_int_equal(fake_device_count(f, 1, EVENT, "before"), 1);
    assert_false(fake_device_has_file(f, "events.jsonl"));
    f->broker.count = 0;
    fake_device_put_file(f, "events.jsonl", "\xff\xff\n");
    assert_int_equal(fake_device_start(f), 0);
    assert_true(fake_device_run(f, 5000, fake_device_is_idle));
    assert_int_equal(fake_device_count(f, 0, EVENT, ""), 1);
}

// Files on trial are told of once, too.
static void test_last_reset_of_files(void **state)
{
    struct fake_device *f = *state;

    fake_device_put_file(f, "config.json.new", FAKE_CONFIG_HEAD "\"mqttserver\":\"localhost\"}");
    assert_int_equal(fake_device_start(f), 0);
    assert_int_equal(f->device.slots.staged_trial, SLOTS_TRIAL_RUNNING);
    fake_device_flash(f)->last_reset = "watchdog";
    for (int i = 1; i <= SLOTS_BOOTS_MAX; i++) {
        fake_device_put_file(f, "events.jsonl", "");
        assert_int_equal(fake_device_start(f), 0);
    }
    assert_int_equal(f->device.slots.staged_trial, SLOTS_TRIAL_NONE);
    fake_device_flash(f)->last_reset = "";
    assert_true(fake_device_run(f, 5000, fake_device_is_idle));
    assert_int_equal(fake_device_count(f, 0, EVENT, "the last ended by: watchdog"), 1);
    assert_int_equal(fake_device_count(f, 0, EVENT, "restarted by"), 0);
}

// A trial that ends without its record is told of.
static void test_record_fails_at_the_end_of_a_trial(void **state)
{
    struct fake_device *f = *state;

    install(f, true);
    f->device.trial.length_ms = 0;
    fake_device_flash(f)->power.fails_in = 0;
    (void)device_step(&f->device);
    assert_int_equal(f->device.state, DEVICE_RESTART);
    assert_true(fake_device_run(f, 5000, fake_device_is_idle));
    assert_int_equal(fake_device_count(f, 0, EVENT, "the slot record cannot be written"), 1);
}

// What stood in memory is gone with the device.
static void test_clear_wipes(void **state)
{
    static const uint8_t wiped[DEVICE_SCRATCH];
    struct fake_device *f = *state;

    assert_int_equal(fake_device_start(f), 0);
    memset(f->device.scratch, 0x5a, sizeof f->device.scratch);
    device_clear(&f->device);
    assert_memory_equal(f->device.scratch, wiped, sizeof wiped);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_damaged_image),
        TEST(test_damaged_image_with_boot_loader),
        TEST(test_damaged_image_on_trial),
        TEST(test_both_damaged),
        TEST(test_ready_is_no_way_out),
        TEST(test_record_damaged),
        TEST(test_key_is_wiped),
        TEST(test_boot_loader),
        TEST(test_last_reset),
        TEST(test_last_reset_of_trial),
        TEST(test_descriptor_is_found),
        TEST(test_events_file),
        TEST(test_last_reset_of_files),
        TEST(test_record_fails_at_the_end_of_a_trial),
        TEST(test_clear_wipes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
