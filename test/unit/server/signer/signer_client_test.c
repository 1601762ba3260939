// Asking a signer that is none, or none that answers.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <pthread.h>
#include <sys/socket.h>

#include "server/base/clock.h"
#include "server/base/unix_socket.h"
#include "server/signer/signer_client.h"
#include "server/signer/signer_message.h"
#include "test/unit/server/base/scratch.h"

struct world {
    char *folder;
    char path[SCRATCH_PATH_SIZE];
    int listening;
    const void *answer; // n bytes
    size_t n;
    bool hears; // all that is asked, before the answer
};

static int set_up(void **state)
{
    struct world *world = calloc(1, sizeof *world);

    assert_int_equal(scratch_make((void **)&world->folder), 0);
    scratch_path(world->folder, "socket", world->path);
    world->listening = -1;
    *state = world;
    return 0;
}

static int tear_down(void **state)
{
    struct world *world = *state;

    if (world->listening >= 0)
        close(world->listening);
    assert_int_equal(scratch_remove((void **)&world->folder), 0);
    free(world);
    return 0;
}

static int ask(const struct world *world, int64_t timeout_ms, struct err *err)
{
    static const uint8_t csr[] = {0x30, 0x00};
    struct signer_client_order order = {.csr = csr, .n = sizeof csr, .timeout_ms = timeout_ms};
    struct certificate *certificate;

    return signer_client_sign(world->path, &order, &certificate, err);
}

static void nobody_listens(void **state)
{
    struct world *world = *state;

    assert_int_equal(ask(world, 1000, NULL), ERR_UNAVAILABLE);
    assert_int_equal(unix_socket_listen(world->path, 0600, &world->listening, NULL), 0);
    close(world->listening);
    world->listening = -1;
    assert_int_equal(ask(world, 1000, NULL), ERR_UNAVAILABLE);
    memset(world->path, 'x', sizeof world->path - 1);
    assert_int_equal(ask(world, 1000, NULL), ERR_UNAVAILABLE);
}

// That is of the configuration, not of what is asked for.
static void who_may_not_connect_tries_again_later(void **state)
{
    struct world *world = *state;
    struct err err = {0};

    assert_int_equal(unix_socket_listen(world->path, 0600, &world->listening, NULL), 0);
    assert_int_equal(chmod(world->path, 0), 0);
    if (geteuid() == 0) { // whom no mode keeps out
        assert_int_equal(chmod(world->folder, 0755), 0);
        assert_int_equal(seteuid(65534), 0);
    }

    int rc = ask(world, 1000, &err);

    if (getuid() == 0)
        assert_int_equal(seteuid(0), 0);
    assert_int_equal(rc, ERR_UNAVAILABLE);
    assert_non_null(strstr(err.message, "must be of the socket's group"));
}

static void nobody_answers_in_time(void **state)
{
    struct world *world = *state;
    int64_t began_ms = clock_monotonic_ms();

    assert_int_equal(unix_socket_listen(world->path, 0600, &world->listening, NULL), 0);
    assert_int_equal(ask(world, 300, NULL), ERR_UNAVAILABLE);
    assert_in_range(clock_monotonic_ms() - began_ms, 299, 20000);
}

static void *answer_once(void *ctx)
{
    struct world *world = ctx;
    uint8_t bytes[SIGNER_MESSAGE_REQUEST_MAX];
    int fd;

    while ((fd = accept(world->listening, NULL, NULL)) < 0)
        usleep(1000);
    if (world->hears)
        assert_int_equal(recv(fd, bytes, sizeof bytes, 0), SIGNER_MESSAGE_HEAD + 4 + 2);
    assert_int_equal(send(fd, world->answer, world->n, MSG_NOSIGNAL), world->n);
    close(fd);
    return NULL;
}

static int ask_for(struct world *world, const void *answer, size_t n, struct err *err)
{
    pthread_t thread;

    if (world->listening < 0)
        assert_int_equal(unix_socket_listen(world->path, 0600, &world->listening, NULL), 0);
    world->answer = answer;
    world->n = n;
    assert_int_equal(pthread_create(&thread, NULL, answer_once, world), 0);

    int rc = ask(world, 20000, err);

    pthread_join(thread, NULL);
    return rc;
}

static void what_answers_is_no_signer(void **state)
{
    static const char http[] = "HTTP/1.1 400 Bad Request\r\n\r\n";
    static const uint8_t garbage[] = {'S', 'E', 'S', 1, 2, 0, 0, 3, 0, 0x30, 0x00};
    static const uint8_t unknown[] = {'S', 'E', 'S', 1, 2, 0, 0, 2, 99, 'x'};
    struct world *world = *state;
    struct err err = {0};

    world->hears = true;
    assert_int_equal(ask_for(world, http, sizeof http - 1, NULL), ERR_IO);
    assert_int_equal(ask_for(world, garbage, sizeof garbage, NULL), ERR_IO);
    assert_int_equal(ask_for(world, unknown, sizeof unknown, &err), ERR_IO);
    assert_non_null(strstr(err.message, "is no signer"));
    for (size_t i = 0; i < sizeof garbage; i++)
        assert_int_equal(ask_for(world, garbage, i, NULL), ERR_UNAVAILABLE);
}

// Also one that did not wait for the question.
static void an_error_is_the_signers(void **state)
{
    static const uint8_t denied[] = {
        'S', 'E', 'S', 1, 2, 0, 0, 8, 4, 'n', 'o', 't', ' ', 'y', 'o', 'u'};
    struct world *world = *state;

    for (int i = 0; i < 20; i++) {
        struct err err = {0};

        world->hears = i % 2 == 0;
        assert_int_equal(ask_for(world, denied, sizeof denied, &err), ERR_DENIED);
        assert_string_equal(err.message, "signer: not you");
    }
}

static void what_cannot_be_asked_is_not(void **state)
{
    static const uint8_t csr[SIGNER_MESSAGE_CSR_MAX + 1];
    const struct signer_client_order orders[] = {
        {.csr = csr, .n = sizeof csr, .timeout_ms = 1000},
        {.csr = csr, .n = 0, .timeout_ms = 1000},
        {.csr = csr, .n = 1, .days = -1, .timeout_ms = 1000},
        {.csr = csr, .n = 1, .note = "two\nlines", .timeout_ms = 1000},
    };
    struct world *world = *state;
    struct certificate *certificate;

    for (size_t i = 0; i < sizeof orders / sizeof orders[0]; i++)
        assert_int_equal(
            signer_client_sign(world->path, &orders[i], &certificate, NULL), ERR_INVALID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
        TEST(nobody_listens),
        TEST(who_may_not_connect_tries_again_later),
        TEST(nobody_answers_in_time),
        TEST(what_answers_is_no_signer),
        TEST(an_error_is_the_signers),
        TEST(what_cannot_be_asked_is_not),
#undef TEST
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
