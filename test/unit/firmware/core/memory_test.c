// Tests of what is said where memory was short: never that a file or a peer is bad.
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "firmware/core/fetch.h"
#include "firmware/core/memory.h"
#include "test/unit/firmware/short_memory.h"
#include "test/unit/firmware/tls_fixture.h"

#define CONFIG "{\"downloadserver\":\"a\",\"mqttserver\":\"b\"}"

static void test_judge(void **state)
{
    static const struct {
        int error;
        int rc;
        int judged;
        const char *before;
        const char *after;
    } rows[] = {
        {0, -RESULT_FILE_INVALID, -RESULT_FILE_INVALID, "ca.crt: bad", "ca.crt: bad"},
        {EAGAIN, -RESULT_TLS_FAILED, -RESULT_TLS_FAILED, "h: bad", "h: bad"},
        {ENOMEM, STEP_DONE, STEP_DONE, "is for: later", "is for: later"},
        {ENOMEM, STEP_AGAIN, STEP_AGAIN, "x", "x"},
        {ENOMEM, -RESULT_FILE_INVALID, -RESULT_OUT_OF_MEMORY, "ca.crt: bad",
            "ca.crt: not enough memory"},
        {ENOMEM, -RESULT_TLS_FAILED, -RESULT_OUT_OF_MEMORY, "a", "a: not enough memory"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct failure failure = {.result = RESULT_OK};

        strcpy(failure.detail, rows[i].before);
        memory_watch();
        assert_false(memory_was_short());
        errno = rows[i].error;
        assert_int_equal(memory_judge(rows[i].rc, &failure), rows[i].judged);
        assert_string_equal(failure.detail, rows[i].after);
        assert_int_equal(failure.result,
            rows[i].judged == -RESULT_OUT_OF_MEMORY ? RESULT_OUT_OF_MEMORY : RESULT_OK);
    }
}

// A line may be as long as it can be.
static void test_judge_long(void **state)
{
    struct failure failure;

    (void)state;
    memset(failure.detail, 'x', sizeof failure.detail);
    failure.detail[sizeof failure.detail - 1] = '\0';
    errno = ENOMEM;
    assert_int_equal(memory_judge(-RESULT_TLS_FAILED, &failure), -RESULT_OUT_OF_MEMORY);
    assert_int_equal(strlen(failure.detail), sizeof failure.detail - 1);
}

static int handshake(void *ctx, struct failure *failure)
{
    struct tls_fixture *f = ctx;
    int rc = tls_fixture_connect(f, "localhost");

    if (rc == STEP_DONE)
        assert_false(f->tls.resuming);
    *failure = f->failure;
    tls_close(&f->tls);
    tls_session_clear(&f->tls.saved[TLS_PEER_BROKER]);
    assert_false(f->tls.no_resume[TLS_PEER_BROKER]);
    return rc;
}

static void test_handshake(void **state)
{
    struct tls_fixture *f = *state;

    short_memory_spare_peer(&f->ops);
    assert_true(short_memory_sweep(handshake, f) >= SHORT_MEMORY_POINTS);
}

// A session is not to blame for want of memory: the next connection may resume it.
static void test_resumption(void **state)
{
    struct tls_fixture *f = *state;

    short_memory_spare_peer(&f->ops);
    for (long n = 1, rc = -1; rc != STEP_DONE; n++) {
        assert_int_equal(tls_fixture_connect(f, "localhost"), STEP_DONE);
        assert_true(f->tls.saved[TLS_PEER_BROKER].id_size > 0);
        tls_close(&f->tls);
        failing_memory_run_out(n);
        rc = tls_fixture_connect(f, "localhost");
        failing_memory_end();
        assert_true(rc == STEP_DONE ? n > 5 : rc == -RESULT_OUT_OF_MEMORY);
        assert_false(f->tls.no_resume[TLS_PEER_BROKER]);
        tls_close(&f->tls);
    }
}

static int init_tls(void *ctx, struct failure *failure)
{
    struct tls_fixture *f = ctx;
    struct tls tls;
    int rc = tls_init(&tls, &f->server.port.port, &f->identity, failure);

    tls_clear(&tls);
    return rc;
}

static void test_tls_init(void **state)
{
    assert_true(short_memory_sweep(init_tls, *state) > 0);
}

struct fetched {
    struct tls_fixture *tls;
    struct https https;
    struct settings settings;
    struct fetch fetch;
    enum staging_file file;
    uint8_t scratch[STAGING_FILE_MAX + 1];
    char answer[4096];
};

static int fetch_file(void *ctx, struct failure *failure)
{
    struct fetched *f = ctx;
    struct port *port = &f->tls->server.port.port;
    char name[STAGING_NAME_SIZE];
    int rc = fetch_start(&f->fetch, f->file, &f->tls->tls, &f->settings, failure);

    if (rc == 0)
        rc = STEP_AGAIN;
    for (int i = 0; rc == STEP_AGAIN && i < 1000; i++)
        rc = fetch_step(&f->fetch, failure);
    tls_session_clear(&f->tls->tls.saved[TLS_PEER_DOWNLOAD]);
    staging_name(f->file, TLS_FIXTURE_MAC, true, name);
    assert_true(fake_has_file(port, name) == (rc == STEP_DONE));
    if (rc == STEP_DONE)
        assert_string_equal(failure->detail, "");
    assert_int_equal(files_remove(port, name), 0);
    return rc;
}

static void test_fetch(void **state)
{
    struct fetched f = {.tls = *state};
    struct fake_server *server = &f.tls->server;
    struct fake_certificate cert;
    char key[FAKE_PEM_SIZE];
    const char *texts[STAGING_WIFI] = {CONFIG, server->ca.pem, cert.pem, key};

    short_memory_spare_peer(&f.tls->ops);
    snprintf(f.settings.download.hosts[0], SETTINGS_HOST_SIZE, "localhost");
    f.settings.download.ports[0] = 443;
    f.fetch = (struct fetch){.port = &server->port.port,
        .mac = TLS_FIXTURE_MAC,
        .identity = &f.tls->identity,
        .https = &f.https,
        .scratch = f.scratch};
    fake_issue(server, &server->ca, TLS_FIXTURE_MAC, &cert, key);
    // The device's own: else there is a remark that it is another's.
    assert_int_equal(identity_read_cert(&f.tls->identity, (uint8_t *)cert.pem, strlen(cert.pem),
                         TLS_FIXTURE_MAC, &f.tls->failure),
        0);
    assert_int_equal(
        identity_read_key(&f.tls->identity, (uint8_t *)key, strlen(key), &f.tls->failure), 0);
    for (unsigned file = 0; file < STAGING_WIFI; file++) {
        f.file = (enum staging_file)file;
        snprintf(f.answer, sizeof f.answer, "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n%s",
            strlen(texts[file]), texts[file]);
        server->answer = (const uint8_t *)f.answer;
        server->answer_size = strlen(f.answer);
        short_memory_reach_json(true);
        assert_true(short_memory_sweep(fetch_file, &f) >= SHORT_MEMORY_POINTS);
        short_memory_reach_json(false);
    }
    fake_certificate_clear(&cert);
}

#define TLS_TEST(name)                                                                             \
    cmocka_unit_test_setup_teardown(name, tls_fixture_setup, tls_fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_judge),
        cmocka_unit_test(test_judge_long),
        TLS_TEST(test_handshake),
        TLS_TEST(test_resumption),
        TLS_TEST(test_tls_init),
        TLS_TEST(test_fetch),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
