// Answers that last: they end with their clients and with the server, are bounded, and hold no
// thread.
#include <stdatomic.h>
#include <time.h>

#include "server/base/clock.h"
#include "server/http/http_feed.h"
#include "test/unit/server/http/http_fixture.h"

#define ASK(path) "GET " path " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
#define SOON_MS 3000

static atomic_uint released;
static atomic_int said; // by a quiet feed so far

// Says a word to each that has none, and waits.
struct quiet {
    bool has_spoken;
};

static ssize_t read_quiet(void *ctx, char *buffer, size_t max)
{
    struct quiet *quiet = ctx;

    (void)max;
    if (quiet->has_spoken)
        return HTTP_FEED_LATER;
    quiet->has_spoken = true;
    said++;
    memcpy(buffer, "word", 4);
    return 4;
}

static ssize_t read_endless(void *ctx, char *buffer, size_t max)
{
    (void)ctx;
    memset(buffer, 'x', max);
    return (ssize_t)max;
}

static ssize_t read_broken(void *ctx, char *buffer, size_t max)
{
    (void)ctx;
    (void)buffer;
    (void)max;
    return -1;
}

// Has nothing to say, after a while.
static ssize_t read_late(void *ctx, char *buffer, size_t max)
{
    struct timespec pause = {.tv_nsec = 400 * 1000000L};

    (void)ctx;
    (void)buffer;
    (void)max;
    said++;
    nanosleep(&pause, NULL);
    return HTTP_FEED_LATER;
}

static void release(void *ctx)
{
    free(ctx);
    released++;
}

static void give(const struct http_request *request, struct http_response *response,
    ssize_t (*read_some)(void *ctx, char *buffer, size_t max))
{
    struct http_feed_source source = {read_some, release, calloc(1, sizeof(struct quiet))};
    struct err err = {0};

    if (http_feed_set(request, response, "text/plain", &source, &err) < 0)
        http_response_set_text(response, 503, "%s", err.message);
}

static void give_quiet(const struct http_request *request, struct http_response *response, void *c)
{
    (void)c;
    give(request, response, read_quiet);
}

static void give_endless(
    const struct http_request *request, struct http_response *response, void *c)
{
    (void)c;
    give(request, response, read_endless);
}

static void give_broken(const struct http_request *request, struct http_response *response, void *c)
{
    (void)c;
    give(request, response, read_broken);
}

static void give_late(const struct http_request *request, struct http_response *response, void *c)
{
    (void)c;
    give(request, response, read_late);
}

static const struct http_route routes[] = {
    {HTTP_GET, "/", fixture_answer},
    {HTTP_GET, "/quiet", give_quiet},
    {HTTP_GET, "/endless", give_endless},
    {HTTP_GET, "/broken", give_broken},
    {HTTP_GET, "/late", give_late},
    {0, NULL, NULL},
};

static struct http_server *server;

static int start(void **state)
{
    struct http_server_settings settings = {.routes = routes,
        .max_body_bytes = 1024,
        .threads = 2,
        .name = "test",
        .max_connections = 100,
        .has_feeds = true,
        .makes_room = true,
        .timeout_s = 1,
        .socket_path = fixture_path,
        .socket_mode = 0600};

    (void)state;
    released = 0;
    said = 0;
    server = fixture_start(&settings);
    return 0;
}

static int start_without(void **state)
{
    struct http_server_settings settings = {.routes = routes,
        .max_body_bytes = 1024,
        .threads = 2,
        .name = "test",
        .max_connections = 100,
        .timeout_s = 1,
        .socket_path = fixture_path,
        .socket_mode = 0600};

    (void)state;
    released = 0;
    said = 0;
    server = fixture_start(&settings);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    http_server_free(server, 1000);
    server = NULL;
    return 0;
}

static bool are_released(unsigned count, int64_t within_ms)
{
    int64_t until = clock_monotonic_ms() + within_ms;
    struct timespec pause = {.tv_nsec = 10 * 1000000L};

    while (released < count && clock_monotonic_ms() < until)
        nanosleep(&pause, NULL);
    return released >= count;
}

// Until the words that lead a quiet feed have come.
static int open_feed(const char *request)
{
    int fd = fixture_connect();
    char answer[1024];
    size_t n = 0;
    ssize_t r;

    assert_int_equal(write(fd, request, strlen(request)), strlen(request));
    do {
        r = read(fd, answer + n, sizeof answer - 1 - n);
        assert_true(r > 0);
        n += (size_t)r;
        answer[n] = '\0';
    } while (strstr(answer, "word") == NULL);
    return fd;
}

static void assert_status(const char *request, const char *status)
{
    char answer[1024];

    fixture_ask(request, answer, sizeof answer);
    answer[12] = '\0';
    assert_string_equal(answer + 9, status);
}

static void there_are_so_many_and_others_are_answered(void **state)
{
    int fds[HTTP_FEED_MAX];

    (void)state;
    for (size_t i = 0; i < HTTP_FEED_MAX; i++)
        fds[i] = open_feed(ASK("/quiet"));
    assert_status(ASK("/quiet"), "503");
    assert_int_equal(released, 1); // the one that was refused
    for (size_t i = 0; i < 10; i++)
        assert_status(ASK("/"), "200");
    close(fds[0]);
    assert_true(are_released(2, SOON_MS));
    fds[0] = open_feed(ASK("/quiet"));
    for (size_t i = 0; i < HTTP_FEED_MAX; i++)
        close(fds[i]);
    assert_true(are_released(HTTP_FEED_MAX + 2, SOON_MS));
}

static void one_that_waits_outlasts_the_time_of_a_request(void **state)
{
    struct timespec pause = {.tv_sec = 3};
    int fd = open_feed(ASK("/quiet"));

    (void)state;
    nanosleep(&pause, NULL);
    assert_int_equal(released, 0);
    close(fd);
    assert_true(are_released(1, SOON_MS));
}

static void who_takes_nothing_is_let_go(void **state)
{
    int fd = fixture_connect();

    (void)state;
    assert_int_equal(write(fd, ASK("/endless"), strlen(ASK("/endless"))), strlen(ASK("/endless")));
    assert_true(are_released(1, 2 * SOON_MS));
    close(fd);
}

static void one_that_fails_is_broken_off(void **state)
{
    char answer[1024];

    (void)state;
    fixture_ask(ASK("/broken"), answer, sizeof answer);
    assert_null(strstr(answer, "\r\n0\r\n"));
    assert_true(are_released(1, SOON_MS));
}

static void to_head_there_is_none(void **state)
{
    (void)state;
    assert_status("HEAD /quiet HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", "200");
    assert_true(are_released(1, SOON_MS));
    assert_int_equal(said, 0);
}

static void the_end_of_the_server_ends_them_at_once(void **state)
{
    int fd = open_feed(ASK("/quiet"));
    int64_t begun_ms = clock_monotonic_ms();
    char rest[64];
    ssize_t n;

    (void)state;
    http_server_free(server, 10000);
    server = NULL;
    assert_true(clock_monotonic_ms() - begun_ms < HTTP_FEED_LOOK_MS * 4);
    n = read(fd, rest, sizeof rest);
    assert_true(n >= 5); // the last chunk: it is ended, not broken off
    assert_memory_equal(rest + n - 5, "0\r\n\r\n", 5);
    assert_int_equal(released, 1);
    close(fd);
}

static void they_end_without_grace(void **state)
{
    int fd = open_feed(ASK("/quiet"));

    (void)state;
    http_server_free(server, 0);
    server = NULL;
    assert_int_equal(released, 1);
    close(fd);
}

static void none_waits_beyond_the_end(void **state)
{
    struct timespec pause = {.tv_nsec = 10 * 1000000L};
    int fd = fixture_connect();

    (void)state;
    assert_int_equal(write(fd, ASK("/late"), strlen(ASK("/late"))), strlen(ASK("/late")));
    while (said == 0)
        nanosleep(&pause, NULL);
    http_server_free(server, 0);
    server = NULL;
    assert_int_equal(released, 1);
    close(fd);
}

static void a_server_without_them_refuses(void **state)
{
    (void)state;
    assert_status(ASK("/quiet"), "503");
    assert_int_equal(released, 1);
    assert_int_equal(said, 0);
    assert_status(ASK("/"), "200");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(there_are_so_many_and_others_are_answered, start, stop),
        cmocka_unit_test_setup_teardown(one_that_waits_outlasts_the_time_of_a_request, start, stop),
        cmocka_unit_test_setup_teardown(who_takes_nothing_is_let_go, start, stop),
        cmocka_unit_test_setup_teardown(one_that_fails_is_broken_off, start, stop),
        cmocka_unit_test_setup_teardown(to_head_there_is_none, start, stop),
        cmocka_unit_test_setup_teardown(the_end_of_the_server_ends_them_at_once, start, stop),
        cmocka_unit_test_setup_teardown(they_end_without_grace, start, stop),
        cmocka_unit_test_setup_teardown(none_waits_beyond_the_end, start, stop),
        cmocka_unit_test_setup_teardown(a_server_without_them_refuses, start_without, stop),
    };

    return cmocka_run_group_tests(tests, fixture_make_folder, fixture_remove_folder);
}
