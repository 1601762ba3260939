// The signer's socket, and the daemon's side of it.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "server/base/unix_socket.h"
#include "server/pki/certificate_facts.h"
#include "server/signer/signer_client.h"
#include "server/signer/signer_server.h"
#include "test/unit/server/signer/signer_fixture.h"

struct world {
    char *folder;
    char path[SCRATCH_PATH_SIZE];
    struct signer *signer;
    struct signer_server *server;
    int wake;
    pthread_t thread;
};

static void *run(void *ctx)
{
    struct world *world = ctx;

    assert_int_equal(signer_server_run(world->server, world->signer, world->wake, NULL), 0);
    return NULL;
}

static int start(void **state, uid_t client)
{
    struct world *world = calloc(1, sizeof *world);

    assert_int_equal(signer_fixture_make((void **)&world->folder), 0);
    scratch_path(world->folder, "socket", world->path);
    assert_int_equal(signer_open(world->folder, &signer_fixture_policy, &world->signer, NULL), 0);
    assert_int_equal(signer_server_open(world->path, client, &world->server, NULL), 0);
    world->wake = eventfd(0, EFD_CLOEXEC);
    *state = world;
    return pthread_create(&world->thread, NULL, run, world);
}

static int set_up(void **state)
{
    return start(state, geteuid());
}

static int set_up_for_another(void **state)
{
    return start(state, geteuid() + 1);
}

static int tear_down(void **state)
{
    struct world *world = *state;
    uint64_t one = 1;

    assert_int_equal(write(world->wake, &one, sizeof one), sizeof one);
    pthread_join(world->thread, NULL);
    close(world->wake);
    signer_server_close(world->server);
    signer_free(world->signer);
    assert_int_equal(scratch_remove((void **)&world->folder), 0);
    free(world);
    return 0;
}

static int sign(const struct world *world, const char *name, struct err *err)
{
    struct request_fixture fixture = {.common_name = name};
    uint8_t der[REQUEST_FIXTURE_MAX];
    struct signer_client_order order = {
        .csr = der, .note = "enrolment 1 approved by me", .timeout_ms = 20000};
    struct certificate *certificate = NULL;

    order.n = request_fixture_make(&fixture, der);

    int rc = signer_client_sign(world->path, &order, &certificate, err);

    if (rc == 0) {
        struct certificate_facts facts;

        assert_int_equal(certificate_facts_of(certificate, &facts, NULL), 0);
        assert_string_equal(facts.common_name, name);
    }
    certificate_free(certificate);
    return rc;
}

static int connect_to(const struct world *world)
{
    struct sockaddr_un address;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_int_equal(unix_socket_address(world->path, &address, NULL), 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
    return fd;
}

// The code of the answer on a connection, which it then ends.
static int hear(int fd)
{
    uint8_t bytes[SIGNER_MESSAGE_ANSWER_MAX + 1];
    struct signer_message_answer answer;
    size_t n = 0;
    ssize_t got;

    while ((got = recv(fd, bytes + n, sizeof bytes - n, 0)) > 0)
        n += (size_t)got;
    close(fd);
    return signer_message_read_answer(bytes, n, &answer) == 0 ? answer.code : 1;
}

static int say(const struct world *world, const void *p, size_t n)
{
    int fd = connect_to(world);

    assert_int_equal(send(fd, p, n, MSG_NOSIGNAL), n);
    return hear(fd);
}

static void a_certificate_is_signed(void **state)
{
    struct world *world = *state;

    assert_int_equal(scratch_mode(world->path), 0660);
    assert_int_equal(sign(world, SIGNER_FIXTURE_MAC, NULL), 0);
    assert_int_equal(signer_fixture_recorded(world->folder), 1);
}

static void a_refusal_says_why(void **state)
{
    struct err err = {0};

    assert_int_equal(sign(*state, "localhost", &err), ERR_DENIED);
    assert_non_null(strstr(err.message, "'localhost' is not a MAC"));
}

static void another_user_may_not_ask(void **state)
{
    struct world *world = *state;
    struct err err = {0};

    // no word on what is asked for
    assert_int_equal(sign(world, SIGNER_FIXTURE_MAC, &err), ERR_UNAVAILABLE);
    assert_non_null(strstr(err.message, "may not ask the signer"));
    assert_int_equal(signer_fixture_recorded(world->folder), 0);
}

static void garbage_is_answered(void **state)
{
    static const uint8_t garbage[SIGNER_MESSAGE_REQUEST_MAX + 100] = "GET / HTTP/1.1\r\n";
    struct signer_message_written request;

    assert_int_equal(say(*state, garbage, 16), ERR_INVALID);
    assert_int_equal(say(*state, garbage, sizeof garbage), ERR_INVALID);
    signer_fixture_request(
        &(struct request_fixture){.common_name = SIGNER_FIXTURE_MAC}, 0, &request);
    request.bytes[request.n] = 0; // behind the request
    assert_int_equal(say(*state, request.bytes, request.n + 1), ERR_INVALID);
    request.bytes[6] = 0xff; // longer than there is room
    assert_int_equal(say(*state, request.bytes, request.n), ERR_TOO_LARGE);
}

static void bytes_may_come_one_by_one(void **state)
{
    struct world *world = *state;
    struct signer_message_written request;
    int fd = connect_to(world);

    signer_fixture_request(
        &(struct request_fixture){.common_name = SIGNER_FIXTURE_MAC}, 0, &request);
    for (size_t i = 0; i < request.n; i++)
        assert_int_equal(send(fd, request.bytes + i, 1, MSG_NOSIGNAL), 1);
    assert_int_equal(hear(fd), 0);
}

// Each holds half a request; there are more than places.
static void who_is_slow_keeps_nobody_waiting(void **state)
{
    enum { CROWD = SIGNER_SERVER_PLACES + 4 };

    struct world *world = *state;
    int slow[CROWD];

    for (size_t i = 0; i < CROWD; i++) {
        slow[i] = connect_to(world);
        assert_int_equal(send(slow[i], "SES\1\1", 5, MSG_NOSIGNAL), 5);
    }
    assert_int_equal(sign(world, SIGNER_FIXTURE_MAC, NULL), 0);
    assert_int_equal(hear(slow[0]), 1); // ended for others, without an answer
    for (size_t i = 1; i < CROWD - 1; i++)
        close(slow[i]);
    assert_int_equal(hear(slow[CROWD - 1]), ERR_INVALID); // when its time was over
}

// Who is gone before the answer has a certificate that is recorded.
static void what_nobody_takes_is_recorded(void **state)
{
    struct world *world = *state;
    struct signer_message_written request;
    int fd = connect_to(world);

    signer_fixture_request(
        &(struct request_fixture){.common_name = SIGNER_FIXTURE_MAC}, 0, &request);
    assert_int_equal(send(fd, request.bytes, request.n, MSG_NOSIGNAL), request.n);
    close(fd);
    assert_int_equal(sign(world, "84f3eb000002", NULL), 0);
    assert_int_equal(signer_fixture_recorded(world->folder), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
        TEST(a_certificate_is_signed),
        TEST(a_refusal_says_why),
        cmocka_unit_test_setup_teardown(another_user_may_not_ask, set_up_for_another, tear_down),
        TEST(garbage_is_answered),
        TEST(bytes_may_come_one_by_one),
        TEST(who_is_slow_keeps_nobody_waiting),
        TEST(what_nobody_takes_is_recorded),
#undef TEST
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
