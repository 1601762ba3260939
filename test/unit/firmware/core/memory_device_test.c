// Tests of a device that lacks memory: it tries again, and loses nothing.
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "test/unit/firmware/fake_device.h"
#include "test/unit/firmware/short_memory.h"

struct image {
    struct fake_device *f;
    struct slots slots;
    uint8_t scratch[VERIFY_SCRATCH];
    uint32_t took_ms;
};

static int verify(struct image *image, struct failure *failure)
{
    struct fake_port *flash = fake_device_flash(image->f);
    struct slots_image out = {0};
    struct verify verify;
    uint32_t began_ms = flash->now_ms;
    int rc;

    verify_start(&verify, &flash->port, &image->slots, image->f->image_size, image->scratch);
    do {
        rc = verify_step(&verify, &out, failure);
        flash->now_ms += rc == STEP_AGAIN ? timer_left_ms(&verify.pause, flash->now_ms) : 0;
    } while (rc == STEP_AGAIN);
    verify_stop(&verify);
    image->took_ms = flash->now_ms - began_ms;
    assert_int_equal(out.size_bytes, rc == STEP_DONE ? image->f->image_size : 0);
    return rc;
}

static int verify_image(void *ctx, struct failure *failure)
{
    struct image *image = ctx;
    int rc = verify(image, failure);

    assert_int_equal(
        image->took_ms, rc == STEP_DONE ? 0 : (VERIFY_TRIES - 1) * (int)VERIFY_PAUSE_MS);
    return rc;
}

static void put_images(struct image *image, struct made_key *signer)
{
    struct maker *maker = &image->f->broker.server.maker;
    struct fake_port *flash = fake_device_flash(image->f);
    struct slots_image *running = &image->slots.images[0];
    struct image_scan scan;
    struct failure failure;
    int rc;

    running->size_bytes = (uint32_t)make_image(maker, "B-1", signer, signer, flash->slots[0]);
    image->f->image_size = make_image(maker, "B-2", signer, signer, flash->slots[1]);
    image_scan_start(&scan, &flash->port, 0, running->size_bytes);
    do
        rc = image_scan_step(&scan, image->scratch, &failure);
    while (rc == STEP_AGAIN);
    assert_int_equal(rc, STEP_DONE);
    running->descriptor_offset = (uint32_t)scan.descriptor_offset;
}

static void test_signature(void **state)
{
    struct image image = {.f = *state};
    struct made_key rsa;
    struct failure failure;
    uint8_t *body = fake_device_flash(image.f)->slots[1];

    put_images(&image, &image.f->signer);
    assert_true(short_memory_sweep(verify_image, &image) >= SHORT_MEMORY_POINTS);
    failing_memory_start(10); // a shortage that passes
    assert_int_equal(verify(&image, &failure), STEP_DONE);
    assert_true(failing_memory_end());
    assert_int_equal(image.took_ms, VERIFY_PAUSE_MS);
    body[100] ^= 1;
    assert_int_equal(verify(&image, &failure), -RESULT_SIGNATURE_INVALID);
    assert_int_equal(image.took_ms, 0);
    make_rsa_key(&image.f->broker.server.maker, 2048, &rsa);
    put_images(&image, &rsa);
    assert_true(short_memory_sweep(verify_image, &image) > 0);
    made_key_clear(&rsa);
}

static int start(void *ctx, struct failure *failure)
{
    struct fake_device *f = ctx;

    short_memory_reach_json(true);

    int rc = fake_device_start(f);

    short_memory_reach_json(false);
    *failure = f->failure;
    fake_device_stop(f);
    return rc;
}

static void test_start(void **state)
{
    struct fake_device *f = *state;

    assert_true(short_memory_sweep(start, f) >= SHORT_MEMORY_POINTS);
}

// New files that there was no memory to read are not bad, and the next start looks at them again.
static void test_staged(void **state)
{
    struct fake_device *f = *state;
    const char *name = "config.json.new";
    struct failure failure;
    bool told = false;
    bool failed = true;
    long total = short_memory_count(start, f, &failure);

    fake_device_put_file(f, name, FAKE_CONFIG_HEAD "\"mqttserver\":\"localhost\"}");
    short_memory_reach_json(true);
    for (long n = total - 100; failed && !told; n++) { // to the first of cJSON's
        failing_memory_start(n);

        int rc = fake_device_start(f);

        failed = failing_memory_end();
        assert_true(rc == 0 || rc == -RESULT_OUT_OF_MEMORY); // the files in use
        told = rc == 0 && strstr(f->device.events.lines,
                              "\"result\":\"out-of-memory\",\"detail\":\"new files are not "
                              "used: config.json: not enough memory\"") != NULL;
        assert_true(fake_device_has_file(f, name));
    }
    short_memory_reach_json(false);
    assert_true(told);
    assert_int_equal(fake_device_start(f), 0);
    assert_true(fake_device_run(f, 20000, fake_device_is_idle));
    assert_false(fake_device_has_file(f, name)); // in use
}

static bool has_outcome(struct fake_device *f)
{
    return memmem(f->device.events.lines, f->device.events.used, "result", 6) != NULL;
}

// A download stays as it is.
static void test_flash(void **state)
{
    struct fake_device *f = *state;

    short_memory_spare_peer(&f->ops);
    assert_int_equal(fake_device_start(f), 0);
    assert_true(fake_device_run(f, 20000, fake_device_is_idle));
    assert_true(fake_device_do(f, "firmware", 1));
    assert_int_equal(f->device.slots.images[1].state, SLOTS_READY);

    size_t from = f->broker.count;

    fake_device_command(f, "flash", 2);
    failing_memory_run_out(1);
    assert_true(fake_device_run(f, 20000, has_outcome));
    assert_true(failing_memory_end());
    assert_true(fake_device_run(f, 20000, fake_device_is_idle));
    assert_int_equal(
        fake_device_count(f, from, "/event/", "\"id\":2,\"result\":\"out-of-memory\""), 1);
    assert_int_equal(f->device.slots.images[1].state, SLOTS_READY);
    assert_int_equal(f->reboots, 0);
    assert_true(fake_device_do(f, "flash", 3));
    assert_int_equal(f->reboots, 1);
    assert_string_equal(f->device.running.text, "B-2");
}

static int setup_device(void **state)
{
    *state = fake_device_new();
    return 0;
}

static int teardown_device(void **state)
{
    fake_device_free(*state);
    return 0;
}

#define DEVICE_TEST(name) cmocka_unit_test_setup_teardown(name, setup_device, teardown_device)

int main(void)
{
    const struct CMUnitTest tests[] = {
        DEVICE_TEST(test_signature),
        DEVICE_TEST(test_start),
        DEVICE_TEST(test_staged),
        DEVICE_TEST(test_flash),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
