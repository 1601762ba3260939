// Tests of keys, requests, sealed messages and enrolment where memory is short.
#include "firmware/enrol/hpke.h"
#include "firmware/enrol/request.h"
#include "test/unit/firmware/enrol_fixture.h"
#include "test/unit/firmware/est_fixture.h"
#include "test/unit/firmware/fake_est.h"
#include "test/unit/firmware/short_memory.h"

static int make_key(void *ctx, struct failure *failure)
{
    struct enrol_fixture *f = ctx;
    char pem[KEY_PEM_SIZE];
    int rc = key_make(&f->port.port, &f->random, pem, failure);

    assert_int_equal(strlen(pem), rc == 0 ? KEY_PEM_SIZE - 1 : 0);
    return rc;
}

static void test_key(void **state)
{
    assert_true(short_memory_sweep(make_key, *state) >= SHORT_MEMORY_POINTS);
}

struct work {
    struct enrol_fixture *f;
    mbedtls_pk_context key;
};

static int make_request(void *ctx, struct failure *failure)
{
    struct work *work = ctx;
    struct request request = {&work->key, &work->f->random, ENROL_FIXTURE_MAC, "code"};
    uint8_t der[REQUEST_MAX];
    int rc = request_write(&request, der, failure);

    return rc > 0 ? STEP_DONE : rc;
}

static int open_message(void *ctx, struct failure *failure)
{
    struct work *work = ctx;
    uint8_t info[32];
    uint8_t aad[32];
    uint8_t text[64];
    uint8_t sealed[128];
    const size_t text_size = hpke_vector_bytes(HPKE_VECTOR_TEXT, text);
    const struct hpke hpke = {
        .key = &work->key,
        .random = &work->f->random,
        .info = {info, hpke_vector_bytes(HPKE_VECTOR_INFO, info)},
        .aad = {aad, hpke_vector_bytes(HPKE_VECTOR_AAD, aad)},
    };
    int rc = hpke_open(&hpke, sealed,
        hpke_vector_bytes(HPKE_VECTOR_ENCAPSULATED HPKE_VECTOR_SEALED, sealed), failure);

    if (rc < 0)
        return rc;
    assert_int_equal(rc, text_size);
    assert_memory_equal(sealed, text, text_size);
    return STEP_DONE;
}

static void test_request_and_message(void **state)
{
    struct work work = {.f = *state};

    enrol_fixture_read_key(HPKE_VECTOR_PRIVATE, HPKE_VECTOR_PUBLIC, &work.key);
    assert_true(short_memory_sweep(make_request, &work) >= SHORT_MEMORY_POINTS);
    assert_true(short_memory_sweep(open_message, &work) >= SHORT_MEMORY_POINTS);
    mbedtls_pk_free(&work.key);
}

// Until the certificate is there: with the peer's memory spared.
static int enrol(void *ctx, struct failure *failure)
{
    struct est_fixture *f = ctx;
    int rc = est_fixture_enrol(f);

    *failure = f->failure;
    assert_int_equal(f->est.phase, EST_IDLE);
    tls_session_clear(&f->tls.saved[TLS_PEER_DOWNLOAD]);
    return rc;
}

static void test_est(void **state)
{
    struct est_fixture *f = *state;

    est_fixture_certify_well(f);
    short_memory_spare_peer(&f->ops);
    assert_true(short_memory_sweep(enrol, f) >= SHORT_MEMORY_POINTS);
}

// A new device that has made its key, and asks for its certificate in a start of its own: until it
// has it, or pauses. What it lacks memory for it must not take for damaged.
static int enrol_device(void *ctx, struct failure *failure)
{
    struct fake_device *f = ctx;
    struct port *port = &fake_device_flash(f)->port;
    int rc = enrol_init(&f->enrol, port, FAKE_MAC, NEED_ENROLMENT, failure);

    for (int i = 0; rc == 0 && f->enrol.state < ENROL_RESTART && f->enrol.attempts == 0; i++) {
        assert_true(i < 3000);
        fake_device_flash(f)->now_ms += enrol_step(&f->enrol) == 100 ? 100 : 0;
    }
    if (rc == 0 && f->enrol.state != ENROL_RESTART) {
        *failure = f->enrol.failure;
        rc = -(int)failure->result;
    }
    enrol_clear(&f->enrol);
    assert_true(fake_file_is(port, FAKE_MAC ".key", f->key_pem));
    return rc;
}

#define KEY_ALLOCATIONS 16 // the first ones that reading a key takes

// One allocation fails while the key is read, and none after it: no other key takes its place.
static void lack_once(struct fake_device *f)
{
    struct port *port = &fake_device_flash(f)->port;
    struct failure failure;

    for (long n = 1; n <= KEY_ALLOCATIONS; n++) {
        assert_int_equal(enrol_init(&f->enrol, port, FAKE_MAC, NEED_ENROLMENT, &failure), 0);
        while (f->enrol.state != ENROL_PAUSE)
            (void)enrol_step(&f->enrol);
        failing_memory_start(n);
        (void)enrol_step(&f->enrol);
        assert_true(failing_memory_end());
        assert_true(fake_file_is(port, FAKE_MAC ".key", f->key_pem));
        enrol_clear(&f->enrol);
    }
}

static void test_device(void **state)
{
    struct fake_device *f = fake_device_new();
    struct fake_est est;

    (void)state;
    fake_est_init(&est, f);
    fake_est_make_new(f);
    fake_device_put_file(f, FAKE_MAC ".key", f->key_pem);
    lack_once(f);
    short_memory_spare_peer(&f->ops);
    assert_true(short_memory_sweep(enrol_device, f) >= SHORT_MEMORY_POINTS);
    assert_int_equal(est.alarms, 0);
    fake_est_forget(&est);
    fake_device_free(f);
}

#define TEST(name)                                                                                 \
    cmocka_unit_test_setup_teardown(name, enrol_fixture_setup, enrol_fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_key),
        TEST(test_request_and_message),
        cmocka_unit_test_setup_teardown(test_est, est_fixture_setup, est_fixture_teardown),
        cmocka_unit_test(test_device),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
