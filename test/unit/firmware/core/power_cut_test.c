// The power is cut before each write to flash in turn: the device must still come up, with an image
// that was verified and files that work, and take updates.
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "test/unit/firmware/fake_device.h"
#include "test/unit/firmware/plain_tls.h"

#define EVENT "/event/" FAKE_MAC
#define TRIAL_MS 60000
#define OPS_MAX 400
#define BAD_CONFIG FAKE_CONFIG_HEAD "\"mqttserver\":\"elsewhere.example\"}"
#define GOOD_CONFIG FAKE_CONFIG_HEAD "\"mqttserver\":\"localhost\",\"ntpserver\":\"ntp.example\"}"

struct fixture {
    struct fake_device *device;
    uint8_t image3[MAKE_IMAGE_MAX]; // B-3
    size_t image3_size;
};

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);

    f->device = fake_device_new();
    f->image3_size = make_image(
        &f->device->broker.server.maker, "B-3", &f->device->signer, &f->device->signer, f->image3);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    fake_device_free(f->device);
    free(f);
    return 0;
}

// What runs is, byte by byte, one of the images that were signed.
static void assert_sound(const struct fixture *f)
{
    struct fake_device *d = f->device;
    unsigned active = d->device.slots.active;
    const uint8_t *slot = fake_device_flash(d)->slots[active];
    const char *name = d->device.running.text;

    if (strcmp(name, "B-1") == 0) {
        assert_int_equal(active, 0);
        assert_memory_equal(slot, d->image1, fake_device_flash(d)->factory_size);
    } else if (strcmp(name, "B-2") == 0) {
        assert_memory_equal(slot, d->image2, d->image_size);
    } else {
        assert_string_equal(name, "B-3");
        assert_memory_equal(slot, f->image3, f->image3_size);
    }
}

static void start(struct fixture *f, int op, int next_cut)
{
    struct fake_device *d = f->device;

    fake_device_reset(d);
    fake_device_serve(d, "firmware.bin?curimage=B-2", NULL, 0);
    assert_int_equal(fake_device_start(d), 0);
    assert_true(fake_device_run(d, 5000, fake_device_is_idle));
    fake_device_flash(d)->power.ops_left = op;
    d->next_cut = next_cut;
}

// Sends commands as a backend does that sees which ones were in vain, until that image runs.
static void update_to(struct fixture *f, const char *name)
{
    struct fake_device *d = f->device;

    for (int i = 0; i < 8 && strcmp(d->device.running.text, name) != 0; i++) {
        const struct slots *slots = &d->device.slots;
        bool is_ready = slots->images[slots_idle(slots)].state == SLOTS_READY;

        assert_true(fake_device_do(d, is_ready ? "flash" : "firmware", i + 1));
        assert_sound(f);
    }
    assert_string_equal(d->device.running.text, name);
    assert_false(d->device.is_on_trial);
    assert_int_equal(d->device.slots.trial, SLOTS_TRIAL_NONE);
}

// Cuts the power half-way through and after every step-th operation of the flash - before it is
// after the one that came first - until that comes too late to matter, and says when that is.
// next_cut: it fails once more, soon after it has come back.
static int sweep(struct fixture *f, int step, int next_cut, void (*act)(struct fixture *f))
{
    static const enum nor_cut cuts[] = {NOR_CUT_HALFWAY, NOR_CUT_AFTER};
    unsigned tried = 0;
    int op = 0;

    for (size_t i = 0; i < sizeof cuts / sizeof cuts[0]; i++) {
        fake_device_flash(f->device)->power.cut = cuts[i];
        for (op = 0;; op += step) {
            assert_true(op < OPS_MAX);
            start(f, op, next_cut < 0 ? NOR_NO_CUT : (op + next_cut) % 7);
            act(f);
            if (f->device->lost_power == 0)
                break;
            tried += f->device->lost_power;
        }
    }
    print_message("%u power cuts tried and ended well\n", tried);
    return op;
}

#define PASSED "\"trial\",\"result\":\"ok\",\"image\":\"B-2\""

// An image that has passed its trial stays.
static void assert_stays(const struct fake_device *d)
{
    size_t passed = 0;

    while (passed < d->broker.count && strstr(d->broker.messages[passed].payload, PASSED) == NULL)
        passed++;
    assert_true(passed < d->broker.count);
    assert_int_equal(
        fake_device_count(d, passed, EVENT, "\"boot\",\"result\":\"ok\",\"image\":\"B-1\""), 0);
    assert_int_equal(fake_device_count(d, 0, EVENT, "trial-failed"), 0);
}

static void update(struct fixture *f)
{
    update_to(f, "B-2");
    assert_stays(f->device);
}

static void update_twice(struct fixture *f)
{
    update(f);
    fake_device_serve(f->device, "firmware.bin?curimage=B-2", f->image3, f->image3_size);
    update_to(f, "B-3"); // over the image that ran first
    assert_stays(f->device);
}

static void test_update(void **state)
{
    assert_true(sweep(*state, 1, NOR_NO_CUT, update) > 15);
}

static void test_update_twice(void **state)
{
    assert_true(sweep(*state, 3, 0, update_twice) > 30);
}

static bool is_restarted(struct fake_device *d)
{
    return d->reboots + d->lost_power > 0;
}

static bool is_back(struct fake_device *d)
{
    return !d->device.is_on_trial && strcmp(d->device.running.text, "B-1") == 0;
}

// B-2 never reaches the backend.
static void go_back(struct fixture *f)
{
    struct fake_device *d = f->device;
    struct fake_port *flash = fake_device_flash(d);
    int cut = flash->power.ops_left;

    flash->power.ops_left = NOR_NO_CUT;
    assert_true(fake_device_do(d, "firmware", 1));
    flash->power.ops_left = cut;
    fake_device_command(d, "flash", 2);
    assert_true(fake_device_run(d, 3000, is_restarted));
    d->broker.server.refuses = true;
    assert_true(fake_device_run(d, 5 * TRIAL_MS, is_back));
    d->broker.server.refuses = false;
    assert_true(fake_device_run(d, 2 * FAKE_WAIT_MS, fake_device_is_idle));
    assert_sound(f);
    update_to(f, "B-2");
}

static void test_go_back(void **state)
{
    assert_true(sweep(*state, 1, 0, go_back) > 5);
}

static void assert_files_sound(struct fixture *f, const char *fresh)
{
    struct fake_port *flash = fake_device_flash(f->device);
    char text[STAGING_FILE_MAX] = "";

    assert_true(files_read(&flash->port, "config.json", (uint8_t *)text, sizeof text - 1) > 0);
    assert_true(strcmp(text, fresh) == 0 ||
                strcmp(text, FAKE_CONFIG_HEAD "\"mqttserver\":\"localhost\"}") == 0);
}

static void change_config(struct fixture *f)
{
    struct fake_device *d = f->device;

    fake_device_serve(d, "config.json", GOOD_CONFIG, strlen(GOOD_CONFIG));
    for (int i = 0; i < 8 && strcmp(d->device.settings.ntp_server, "ntp.example") != 0; i++) {
        bool is_staged = fake_device_has_file(d, "config.json.new");

        assert_true(fake_device_do(d, is_staged ? "reboot" : "config", i + 1));
        assert_files_sound(f, GOOD_CONFIG);
    }
    assert_string_equal(d->device.settings.ntp_server, "ntp.example");
    assert_int_equal(fake_device_start(d), 0); // what is in use now is so after the next start
    assert_true(fake_device_run(d, FAKE_WAIT_MS, fake_device_is_idle));
    assert_string_equal(d->device.settings.ntp_server, "ntp.example");
    assert_false(fake_device_has_file(d, "config.json.new"));
}

static void test_config(void **state)
{
    assert_true(sweep(*state, 1, 1, change_config) > 4);
}

static void refuse_config(struct fixture *f)
{
    struct fake_device *d = f->device;

    fake_device_serve(d, "config.json", BAD_CONFIG, strlen(BAD_CONFIG));
    fake_device_command(d, "config", 1);
    (void)fake_device_run(d, 3000, is_restarted);
    fake_device_command(d, "reboot", 2);
    (void)fake_device_run(d, 5 * TRIAL_MS, is_restarted);
    assert_true(fake_device_run(d, 5 * TRIAL_MS, fake_device_is_idle));
    assert_string_equal(d->device.settings.mqtt_server, "localhost");
    assert_files_sound(f, "");
}

static void test_bad_config(void **state)
{
    assert_true(sweep(*state, 1, NOR_NO_CUT, refuse_config) > 4);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_update),
        TEST(test_update_twice),
        TEST(test_go_back),
        TEST(test_config),
        TEST(test_bad_config),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
