// Room is made of those first whose clients have not said a word.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "server/http/http_deadline.h"
#include "server/http/http_verdict.h"

#define COUNT 20
#define AT_ONCE 16
#define LONG_MS 600000

struct connection {
    int theirs;
    int ours;
    struct http_deadline *deadline;
};

static void open_all(struct http_deadlines *deadlines, struct connection out[COUNT])
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof address;
    int listening = socket(AF_INET, SOCK_STREAM, 0);

    assert_int_equal(bind(listening, (struct sockaddr *)&address, n), 0);
    assert_int_equal(listen(listening, COUNT), 0);
    assert_int_equal(getsockname(listening, (struct sockaddr *)&address, &n), 0);
    for (size_t i = 0; i < COUNT; i++) {
        out[i].theirs = socket(AF_INET, SOCK_STREAM, 0);
        assert_int_equal(connect(out[i].theirs, (struct sockaddr *)&address, n), 0);
        out[i].ours = accept(listening, NULL, NULL);
        assert_true(out[i].ours >= 0);
        out[i].deadline = http_deadline_add(deadlines, out[i].ours, LONG_MS, 0);
    }
    close(listening);
}

static void close_all(struct http_deadlines *deadlines, struct connection connections[COUNT])
{
    for (size_t i = 0; i < COUNT; i++) {
        http_deadline_drop(deadlines, connections[i].deadline);
        close(connections[i].ours);
        close(connections[i].theirs);
    }
}

static bool has_ended(const struct connection *connection)
{
    char byte;

    return recv(connection->theirs, &byte, 1, MSG_DONTWAIT) == 0;
}

static void who_has_said_nothing_leaves_first(void **state)
{
    struct timespec pause = {.tv_nsec = 150000000};
    struct connection connections[COUNT];
    struct http_deadlines *deadlines;
    struct pollfd said;

    (void)state;
    assert_int_equal(http_deadline_start(0, 0, &deadlines), 0);
    open_all(deadlines, connections);
    // 3 has begun its handshake, 4 is in a request
    assert_int_equal(send(connections[3].theirs, "\x16", 1, MSG_NOSIGNAL), 1);
    http_deadline_set(deadlines, connections[4].deadline, HTTP_DEADLINE_BUSY, LONG_MS);
    said = (struct pollfd){.fd = connections[3].ours, .events = POLLIN};
    assert_int_equal(poll(&said, 1, 10000), 1);
    if (http_verdict_is_heard(connections[0].ours))
        skip(); // an emulator that does not pass TCP_INFO on
    nanosleep(&pause, NULL);
    assert_int_equal(http_deadline_end_unheard(deadlines, AT_ONCE), AT_ONCE);
    assert_int_equal(http_deadline_end_unheard(deadlines, AT_ONCE), COUNT - AT_ONCE - 2);
    assert_int_equal(http_deadline_end_unheard(deadlines, AT_ONCE), 0);
    for (size_t i = 0; i < COUNT; i++)
        assert_int_equal(has_ended(&connections[i]), i != 3 && i != 4);
    close_all(deadlines, connections);
    http_deadline_stop(deadlines);
}

static void who_has_just_come_has_time_to_say_something(void **state)
{
    struct connection connections[COUNT];
    struct http_deadlines *deadlines;
    struct timespec began, now;
    unsigned ended;

    (void)state;
    assert_int_equal(http_deadline_start(0, 0, &deadlines), 0);
    clock_gettime(CLOCK_MONOTONIC, &began);
    open_all(deadlines, connections);
    ended = http_deadline_end_unheard(deadlines, AT_ONCE);
    clock_gettime(CLOCK_MONOTONIC, &now);
    if ((now.tv_sec - began.tv_sec) * 1000 + (now.tv_nsec - began.tv_nsec) / 1000000 < 100)
        assert_int_equal(ended, 0);
    close_all(deadlines, connections);
    http_deadline_stop(deadlines);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_has_said_nothing_leaves_first),
        cmocka_unit_test(who_has_just_come_has_time_to_say_something),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
