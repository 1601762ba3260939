// Tests of an image's download, with the power cut at each write.
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "firmware/core/update.h"
#include "test/unit/firmware/fake_server.h"

#define MAC "84f3eb012345"

// Slot 0 runs B-1, whose successor the server has.
struct fixture {
    struct port_ops ops;
    struct fake_server server;
    struct identity identity;
    struct tls tls;
    struct https https;
    struct settings settings;
    struct slots slots;
    struct update update;
    struct made_key signer;
    uint8_t answer[MAKE_IMAGE_MAX + 512];
    uint8_t image[MAKE_IMAGE_MAX];
    size_t image_size;
    uint8_t scratch[UPDATE_SCRATCH];
    struct failure failure;
};

static void start_device(struct fixture *f)
{
    struct port *port = &f->server.port.port;

    f->https.tls = &f->tls;
    tls_clear(&f->tls);
    assert_int_equal(tls_init(&f->tls, port, &f->identity, &f->failure), 0);
    assert_int_equal(slots_load(&f->slots, port, &f->failure), 0);
    f->slots.images[0].descriptor_offset = 1020;
    snprintf(f->slots.images[0].name, IMAGE_NAME_SIZE, "B-1");
    update_init(&f->update, port, &f->slots, &f->https, f->scratch);
}

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);

    fake_server_init(&f->server, &f->ops);
    fake_identity(&f->server, MAC, &f->identity);
    make_ec_key(&f->server.maker, MBEDTLS_ECP_DP_SECP256R1, &f->signer);
    f->server.port.factory_size =
        make_image(&f->server.maker, "B-1", &f->signer, &f->signer, f->server.port.slots[0]);
    f->image_size = make_image(&f->server.maker, "B-2", &f->signer, &f->signer, f->image);
    snprintf(f->settings.download.hosts[0], SETTINGS_HOST_SIZE, "localhost");
    snprintf(f->settings.download_path, SETTINGS_PATH_SIZE, "esp");
    f->settings.download.ports[0] = 443;
    start_device(f);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    update_stop(&f->update);
    tls_clear(&f->tls);
    identity_clear(&f->identity);
    made_key_clear(&f->signer);
    fake_server_clear(&f->server);
    free(f);
    return 0;
}

// The server answers with that head and n bytes of the image.
static void answer(struct fixture *f, const char *head, size_t n)
{
    size_t size = strlen(head);

    memcpy(f->answer, head, size);
    memcpy(f->answer + size, f->image, n);
    f->server.answer = f->answer;
    f->server.answer_size = size + n;
}

static void answer_image(struct fixture *f)
{
    char head[128];

    snprintf(head, sizeof head, "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n", f->image_size);
    answer(f, head, f->image_size);
}

static int finish(struct fixture *f)
{
    int rc = STEP_AGAIN;

    for (int i = 0; rc == STEP_AGAIN && i < 5000; i++)
        rc = update_step(&f->update, &f->failure);
    return rc;
}

static int download(struct fixture *f)
{
    int rc = update_start_download(&f->update, &f->tls, &f->settings, &f->failure);

    return rc < 0 ? rc : finish(f);
}

static void test_good(void **state)
{
    struct fixture *f = *state;

    answer_image(f);
    assert_int_equal(download(f), STEP_DONE);
    assert_non_null(strstr(f->server.request, "GET /esp/firmware.bin?curimage=B-1 HTTP/1.1\r\n"));
    assert_int_equal(f->slots.images[1].state, SLOTS_READY);
    assert_string_equal(f->slots.images[1].name, "B-2");
    assert_int_equal(f->slots.images[1].size_bytes, f->image_size);
    assert_memory_equal(f->server.port.slots[1], f->image, f->image_size);
    assert_int_equal(update_start_check(&f->update, "", &f->failure), 0);
    assert_int_equal(finish(f), STEP_DONE);
}

static void test_refusals(void **state)
{
    static const struct {
        const char *head;
        int rc;
        const char *detail;
    } rows[] = {
        {"HTTP/1.1 304 Not Modified\r\n\r\n", -RESULT_CURRENT, NULL},
        {"HTTP/1.1 403 No\r\nContent-Length: 17\r\n\r\ndevice is retired", -RESULT_HTTP_STATUS,
            "HTTP 403: device is retired"},
        {"HTTP/1.1 500 No\r\n\r\ntry: later\nsecond line", -RESULT_HTTP_STATUS,
            "HTTP 500: try: later"},
        {"HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n", -RESULT_HTTP_STATUS, "HTTP 404"},
        {"HTTP/1.1 200 OK\r\n\r\nbody", -RESULT_HTTP_MALFORMED, NULL},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", -RESULT_HTTP_MALFORMED, NULL},
        {"HTTP/1.1 200 OK\r\nContent-Length: 16385\r\n\r\n", -RESULT_OVERSIZED, NULL},
        {"HTTP/1.1 200 OK\r\nContent-Length: 4294967295\r\n\r\n", -RESULT_OVERSIZED, NULL},
        {"HTTP/1.1 200 OK\r\nContent-Length: 60\r\n\r\n", -RESULT_TRAILER_INVALID, NULL},
        {"HTTP/1.1 200 OK\r\nContent-Le", -RESULT_TRUNCATED, NULL},
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        f->server.port.power.ops = 0;
        answer(f, rows[i].head, 0);
        assert_int_equal(download(f), rows[i].rc);
        if (rows[i].detail != NULL)
            assert_string_equal(f->failure.detail, rows[i].detail);
        assert_int_equal(f->server.port.power.ops, 0); // the slot is not touched
    }
}

static void test_truncated(void **state)
{
    struct fixture *f = *state;

    answer_image(f);
    for (size_t cut = 60; cut < f->server.answer_size; cut += 1237) {
        f->server.cut_at = cut;
        assert_int_equal(download(f), -RESULT_TRUNCATED);
        assert_int_equal(f->slots.images[1].state, SLOTS_EMPTY);
    }
}

static void test_tampered(void **state)
{
    struct fixture *f = *state;

    f->image[2000] ^= 1;
    answer_image(f);
    assert_int_equal(download(f), -RESULT_SIGNATURE_INVALID);
    assert_int_equal(f->slots.images[1].state, SLOTS_EMPTY);
    assert_int_equal(
        update_start_check(&f->update, "B-2", &f->failure), -RESULT_NOTHING_DOWNLOADED);
}

// A boot loader may fall back to the other slot whatever the record says: an image that is not, or
// not yet, found good has no first bytes there, whenever the power fails.
static void test_not_startable(void **state)
{
    static const uint8_t erased[LEAD_SIZE] = {0xff, 0xff, 0xff, 0xff};
    struct fixture *f = *state;
    const uint8_t *slot = f->server.port.slots[1];
    int rc = 0;

    f->image[2000] ^= 1;
    answer_image(f);
    memset(f->server.port.slots[1], 0xff, sizeof f->server.port.slots[1]);
    for (int cut = 0; rc != -RESULT_SIGNATURE_INVALID; cut++) {
        assert_in_range(cut, 0, 199);
        fake_power_on(&f->server.port);
        start_device(f);
        f->server.port.power.ops_left = cut;
        rc = download(f);
        assert_memory_equal(slot, erased, LEAD_SIZE);
        update_stop(&f->update);
        tls_clear(&f->tls);
    }
    assert_memory_equal(slot + LEAD_SIZE, f->image + LEAD_SIZE, f->image_size - LEAD_SIZE);
    fake_power_on(&f->server.port);
    start_device(f);
}

// What was good when it was downloaded may not be when it is installed.
static void test_decayed(void **state)
{
    struct fixture *f = *state;

    answer_image(f);
    assert_int_equal(download(f), STEP_DONE);
    f->server.port.slots[1][100] ^= 4;
    assert_int_equal(update_start_check(&f->update, "", &f->failure), 0);
    assert_int_equal(finish(f), -RESULT_SIGNATURE_INVALID);
    assert_int_equal(f->slots.images[1].state, SLOTS_EMPTY);
}

// Whenever the power fails, slot 0 still runs, nothing unverified is ready, and the next download
// succeeds.
static void test_power_cuts(void **state)
{
    struct fixture *f = *state;
    int cut = 0;
    int rc = -1;

    answer_image(f);
    for (; rc < 0 && cut < 200; cut++) {
        fake_power_on(&f->server.port);
        memset(f->server.port.files, 0xff, sizeof f->server.port.files);
        start_device(f);
        f->slots.images[1].state = SLOTS_READY; // an older one, which goes first
        assert_int_equal(slots_store(&f->slots, &f->server.port.port, &f->failure), 0);
        f->server.port.power.ops_left = cut;
        rc = download(f);
        update_stop(&f->update);
        tls_clear(&f->tls);
        fake_power_on(&f->server.port);
        start_device(f);
        assert_int_equal(f->slots.active, 0);
        if (f->slots.images[1].state == SLOTS_READY && cut > 3) // the record is erased and written
            assert_int_equal(rc, STEP_DONE);
        assert_int_equal(download(f), STEP_DONE);
        assert_int_equal(f->slots.images[1].state, SLOTS_READY);
        update_stop(&f->update);
        tls_clear(&f->tls);
    }
    assert_int_equal(rc, STEP_DONE);
    assert_true(cut > 5);
    start_device(f);
}

// One operation of flash fails, with the power on: the device says so, goes on with its image, and
// what it remembers of the other slot is what the record says of it; the next try succeeds.
static void check_after_fault(struct fixture *f, const uint8_t before[2 * FAKE_SLOT_SIZE])
{
    struct slots recorded;
    const struct slots_image *image = &f->slots.images[1];

    assert_int_equal(slots_load(&recorded, &f->server.port.port, &f->failure), 0);
    assert_int_equal(recorded.active, 0);
    assert_int_equal(image->state, recorded.images[1].state);
    if (image->state == SLOTS_READY) // then it has not been touched
        assert_memory_equal(f->server.port.slots[1], before, FAKE_SLOT_SIZE);
    assert_memory_equal(f->server.port.slots[0], before + FAKE_SLOT_SIZE, FAKE_SLOT_SIZE);
    assert_int_equal(download(f), STEP_DONE);
    assert_int_equal(f->slots.images[1].state, SLOTS_READY);
    assert_memory_equal(f->server.port.slots[1], f->image, f->image_size);
}

static void test_operations_that_fail(void **state)
{
    static uint8_t before[2 * FAKE_SLOT_SIZE]; // slot 1, then slot 0
    struct fixture *f = *state;
    struct nor_power *power = &f->server.port.power;

    answer_image(f);
    memset(before, 0x5a, FAKE_SLOT_SIZE);
    memcpy(before + FAKE_SLOT_SIZE, f->server.port.slots[0], FAKE_SLOT_SIZE);
    for (int fault = NOR_NOTHING; fault <= NOR_HALF; fault++) {
        int rc = -1;
        int n = 0;

        for (; rc < 0; n++) {
            assert_in_range(n, 0, 199);
            memset(f->server.port.files, 0xff, sizeof f->server.port.files);
            memcpy(f->server.port.slots[1], before, FAKE_SLOT_SIZE);
            start_device(f);
            f->slots.images[1].state = SLOTS_READY; // an older one, which goes first
            assert_int_equal(slots_store(&f->slots, &f->server.port.port, &f->failure), 0);
            power->fault = (enum nor_extent)fault;
            power->fails_in = n;
            rc = download(f);
            if (power->fails_in != NOR_NO_CUT)
                break;
            assert_int_equal(rc, -RESULT_FLASH_FAILED);
            check_after_fault(f, before);
        }
        power->fails_in = NOR_NO_CUT;
        assert_int_equal(rc, STEP_DONE);
        assert_true(n > 10);
    }
}

// Only what was verified since it was downloaded is installed.
static void test_states(void **state)
{
    struct fixture *f = *state;

    answer_image(f);
    assert_int_equal(download(f), STEP_DONE);
    for (int i = 0; i < SLOTS_STATES; i++) {
        f->slots.images[1].state = (enum slots_state)i;
        assert_int_equal(update_start_check(&f->update, "B-2", &f->failure),
            i == SLOTS_READY ? 0 : -RESULT_NOTHING_DOWNLOADED);
        update_stop(&f->update);
    }
}

static void test_stall(void **state)
{
    struct fixture *f = *state;
    int rc = STEP_AGAIN;

    answer(f, "HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n", 100);
    f->server.cut_at = 60;
    assert_int_equal(update_start_download(&f->update, &f->tls, &f->settings, &f->failure), 0);
    f->server.hangs = true;
    for (int i = 0; rc == STEP_AGAIN && i < 200; i++)
        rc = update_step(&f->update, &f->failure);
    assert_int_equal(rc, STEP_AGAIN);
    f->server.port.now_ms += HTTPS_STALL_MS;
    assert_int_equal(finish(f), -RESULT_TIMEOUT);
}

// An image that is not durable is not ready.
static void test_syncs_that_fail(void **state)
{
    struct fixture *f = *state;
    int n = 0;

    answer_image(f);
    for (;; n++) {
        int rc;

        f->server.port.sync_fails_in = n;
        rc = download(f);
        if (f->server.port.sync_fails_in != NOR_NO_CUT)
            break;
        assert_int_equal(rc, -RESULT_FLASH_FAILED);
        assert_int_equal(f->slots.images[1].state, SLOTS_EMPTY);
    }
    assert_int_equal(n, 2); // before it is verified, and when its first bytes are written
    assert_int_equal(f->slots.images[1].state, SLOTS_READY);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_good),
        TEST(test_refusals),
        TEST(test_truncated),
        TEST(test_tampered),
        TEST(test_not_startable),
        TEST(test_decayed),
        TEST(test_power_cuts),
        TEST(test_operations_that_fail),
        TEST(test_states),
        TEST(test_stall),
        TEST(test_syncs_that_fail),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
