// Sorted lists of devices that change while they are read, from a daemon that a thread plays.
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "server/ctl/devices_sorted.h"
#include "server/ctl/field.h"
#include "test/unit/server/base/scratch.h"
#include "test/unit/server/ctl/socket_listen.h"

// What is answered, in this order; each request must contain its text.
struct exchange {
    const char *asked, *next, *body;
};

struct daemon {
    char path[SOCKET_LISTEN_PATH_SIZE];
    const struct exchange *exchanges; // ends with one that is all NULL
    size_t done;
    char wrong[1024]; // a request that was not as it should be
    int listener;
    pthread_t thread;
};

static void answer(struct daemon *daemon, int fd)
{
    const struct exchange *exchange = &daemon->exchanges[daemon->done];
    char request[2048] = "";
    char head[512];
    size_t n = 0;
    ssize_t r;

    while (strstr(request, "\r\n\r\n") == NULL && n + 1 < sizeof request &&
           (r = recv(fd, request + n, sizeof request - 1 - n, 0)) > 0)
        n += (size_t)r;
    if (n == 0)
        return;
    if (exchange->asked == NULL || strstr(request, exchange->asked) == NULL) {
        snprintf(daemon->wrong, sizeof daemon->wrong, "%.1000s", request);
        return;
    }
    snprintf(head, sizeof head,
        "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\nConnection: close\r\n%s%s%s\r\n",
        strlen(exchange->body), exchange->next != NULL ? "Link: <" : "",
        exchange->next != NULL ? exchange->next : "",
        exchange->next != NULL ? ">; rel=\"next\"\r\n" : "");
    daemon->done++;
    if (send(fd, head, strlen(head), MSG_NOSIGNAL) < 0 ||
        send(fd, exchange->body, strlen(exchange->body), MSG_NOSIGNAL) < 0)
        snprintf(daemon->wrong, sizeof daemon->wrong, "nobody reads");
}

static void *serve(void *ctx)
{
    struct daemon *daemon = ctx;
    int fd;

    while ((fd = accept(daemon->listener, NULL, NULL)) >= 0) {
        answer(daemon, fd);
        close(fd);
    }
    return NULL;
}

static void start(struct daemon *daemon, const char *folder, const struct exchange *exchanges)
{
    *daemon = (struct daemon){.exchanges = exchanges};
    daemon->listener = socket_listen(folder, daemon->path);
    assert_int_equal(pthread_create(&daemon->thread, NULL, serve, daemon), 0);
}

static void stop(struct daemon *daemon)
{
    shutdown(daemon->listener, SHUT_RDWR);
    pthread_join(daemon->thread, NULL);
    close(daemon->listener);
    assert_string_equal(daemon->wrong, "");
    assert_null(daemon->exchanges[daemon->done].asked);
}

// The last digits of what is shown.
static char shown[64];

static void add(struct table *table, const json_t *row, int64_t now_ms, const void *ctx)
{
    (void)table;
    (void)now_ms;
    (void)ctx;
    snprintf(
        shown + strlen(shown), sizeof shown - strlen(shown), "%s", field_text(row, "mac", "") + 11);
}

static const struct table_column no_columns[1];

static void expect(
    const char *folder, const struct exchange *exchanges, int64_t max, const char *expected)
{
    struct pages_view view = {no_columns, 0, add, NULL, NULL, NULL};
    struct daemon daemon;
    struct url sorted;
    struct url plain;
    struct url count;
    struct err err = {0};

    shown[0] = '\0';
    start(&daemon, folder, exchanges);

    struct client_target target = {.socket = daemon.path};
    struct subcommand_call call = {.target = &target};

    url_init(&sorted, "/sorted?x=1");
    sorted.queried = true;
    url_init(&plain, "/plain");
    url_init(&count, "/count");

    int rc = devices_sorted_show(
        &call, &(struct devices_sorted){&sorted, &plain, &count}, max, &view, &err);

    stop(&daemon);
    url_clear(&sorted);
    url_clear(&plain);
    url_clear(&count);
    if (rc != SUBCOMMAND_OK)
        fail_msg("%s", err.message);
    assert_string_equal(shown, expected);
}

#define ROW(digit) "{\"mac\":\"84f3eb00000" digit "\"}"

static void test_each_is_shown_once(void **state)
{
    static const struct exchange quiet[] = {
        {"/sorted?x=1&limit=1000", "?x=1&cursor=a", "[\n" ROW("2") ",\n" ROW("1") "\n]\n"},
        {"/sorted?x=1&cursor=a", NULL, "[\n" ROW("3") "\n]\n"},
        {"/count", NULL, "{\"count\": 3}"},
        {NULL, NULL, NULL},
    };
    // 2 came behind the place again, 4 came before it.
    static const struct exchange busy[] = {
        {"/sorted?x=1&limit=1000", "?x=1&cursor=a", "[\n" ROW("2") ",\n" ROW("1") "\n]\n"},
        {"/sorted?x=1&cursor=a", NULL, "[\n" ROW("3") ",\n" ROW("2") "\n]\n"},
        {"/count", NULL, "{\"count\": 4}"},
        {"/plain?limit=1000", NULL,
            "[\n" ROW("1") ",\n" ROW("2") ",\n" ROW("3") ",\n" ROW("4") "\n]\n"},
        {NULL, NULL, NULL},
    };

    expect(*state, quiet, 0, "213");
    expect(*state, busy, 0, "2134");
}

// With a limit the first are enough, however many there are.
static void test_a_limit_ends_it(void **state)
{
    static const struct exchange exchanges[] = {
        {"/sorted?x=1&limit=3", "?x=1&cursor=a",
            "[\n" ROW("2") ",\n" ROW("1") ",\n" ROW("2") "\n]\n"},
        {"/sorted?x=1&cursor=a", "?x=1&cursor=b", "[\n" ROW("3") ",\n" ROW("4") "\n]\n"},
        {NULL, NULL, NULL},
    };

    expect(*state, exchanges, 3, "213");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_is_shown_once),
        cmocka_unit_test(test_a_limit_ends_it),
    };

    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
