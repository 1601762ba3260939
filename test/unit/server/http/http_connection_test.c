// What is counted of connections comes back when they end, however they do.
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <time.h>

#include "server/base/clock.h"
#include "test/unit/server/http/http_fixture.h"

#define WAIT_MS 20000
#define PER_ADDRESS 3
#define KEPT "GET / HTTP/1.1\r\nHost: x\r\n\r\n"

static struct http_server *start(unsigned per_address, unsigned timeout_s)
{
    struct http_server_settings settings = {
        .routes = fixture_routes,
        .threads = 2,
        .name = "test",
        .max_connections = 64,
        .max_connections_per_address = per_address,
        .timeout_s = timeout_s,
        .socket_path = fixture_path,
        .socket_mode = 0600,
    };

    return fixture_start(&settings);
}

static void wait_waiting(struct http_server *server, uint64_t count)
{
    int64_t until = clock_monotonic_ms() + WAIT_MS;
    struct timespec pause = {.tv_nsec = 5000000};
    struct http_server_counters counters;

    for (;;) {
        http_server_read_counters(server, &counters);
        if (counters.waiting == count)
            return;
        if (clock_monotonic_ms() >= until)
            fail_msg("%llu wait, not %llu", (unsigned long long)counters.waiting,
                (unsigned long long)count);
        nanosleep(&pause, NULL);
    }
}

static struct http_server_counters read_counters(struct http_server *server)
{
    struct http_server_counters counters;

    http_server_read_counters(server, &counters);
    return counters;
}

// A connection that has a place, beside so many that have not asked yet. One whose end the server
// has not seen may take its place for a while.
static int connect_placed(struct http_server *server, uint64_t others)
{
    int64_t until = clock_monotonic_ms() + WAIT_MS;
    struct timespec pause = {.tv_nsec = 5000000};
    char byte;

    for (;;) {
        int fd = fixture_connect();

        while (read_counters(server).waiting == others && recv(fd, &byte, 1, MSG_DONTWAIT) < 0)
            nanosleep(&pause, NULL);
        if (read_counters(server).waiting > others)
            return fd;
        close(fd);
        assert_true(clock_monotonic_ms() < until);
    }
}

// All clients of a Unix socket have one address.
static void an_address_gets_its_places_back(void **state)
{
    struct http_server *server = start(PER_ADDRESS, 0);
    char byte;

    (void)state;
    for (int round = 0; round < 3; round++) {
        int idle[PER_ADDRESS];

        for (int i = 0; i < PER_ADDRESS; i++)
            idle[i] = connect_placed(server, (uint64_t)i);

        uint64_t refused = read_counters(server).refused_connections;
        int surplus = fixture_connect();

        assert_int_equal(read(surplus, &byte, 1), 0); // at once, and without an answer
        close(surplus);
        assert_int_equal(read_counters(server).refused_connections, refused + 1);
        for (int i = 0; i < PER_ADDRESS; i++)
            close(idle[i]);
        wait_waiting(server, 0);
    }
    http_server_free(server, 1000);
}

static void who_has_asked_waits_no_more(void **state)
{
    struct http_server *server = start(0, 0);
    char text[13];
    int clients[4];

    (void)state;
    for (int i = 0; i < 4; i++)
        clients[i] = fixture_connect();
    wait_waiting(server, 4);
    for (int i = 0; i < 2; i++) { // on the same connection, twice
        assert_int_equal(write(clients[0], KEPT, strlen(KEPT)), strlen(KEPT));
        assert_int_equal(recv(clients[0], text, sizeof text, MSG_WAITALL), sizeof text);
        assert_memory_equal(text, i == 0 ? "HTTP/1.1 200 " : text, sizeof text);
        wait_waiting(server, 3);
        while (recv(clients[0], text, 1, MSG_DONTWAIT) > 0)
            continue;
    }
    for (int i = 0; i < 4; i++)
        close(clients[i]);
    wait_waiting(server, 0);
    http_server_free(server, 1000);
}

// Longer than a round of the deadlines takes, which is no time for a client.
static void a_connection_is_kept_between_requests(void **state)
{
    struct timespec pause = {.tv_sec = 1, .tv_nsec = 200000000};
    struct http_server *server = start(0, 60);
    int client = fixture_connect();
    char text[13];

    (void)state;
    for (int i = 0; i < 2; i++) {
        nanosleep(&pause, NULL);
        assert_int_equal(write(client, KEPT, strlen(KEPT)), strlen(KEPT));
        assert_int_equal(recv(client, text, sizeof text, MSG_WAITALL), sizeof text);
        assert_memory_equal(text, "HTTP/1.1 200 ", sizeof text);
        wait_waiting(server, 0);
        while (recv(client, text, 1, MSG_DONTWAIT) > 0)
            continue;
    }
    close(client);
    http_server_free(server, 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_address_gets_its_places_back),
        cmocka_unit_test(who_has_asked_waits_no_more),
        cmocka_unit_test(a_connection_is_kept_between_requests),
    };

    return cmocka_run_group_tests(tests, fixture_make_folder, fixture_remove_folder);
}
