// Tests of TCP connections that never block, and of the gate before them.
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "firmware/port/host/host_stream.h"
#include "firmware/port/port.h"

#define STREAMS 5
#define HOST "127.0.0.1"

struct fixture {
    int listener;
    uint16_t tcp_port;
    struct host_gate gate;
    struct host_stream streams[STREAMS];
};

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t size = sizeof address;

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    f->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(f->listener, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(f->listener, STREAMS), 0);
    assert_int_equal(getsockname(f->listener, (struct sockaddr *)&address, &size), 0);
    f->tcp_port = ntohs(address.sin_port);
    f->gate.free = 2;
    for (size_t i = 0; i < STREAMS; i++)
        host_stream_init(&f->streams[i], &f->gate);
    *state = f;
    return 0;
}

// However a test ends, all places are free again and nobody waits.
static int teardown(void **state)
{
    struct fixture *f = *state;

    for (size_t i = 0; i < STREAMS; i++)
        host_stream_close(&f->streams[i]);
    assert_int_equal(f->gate.free, 2);
    assert_int_equal(f->gate.waiting, 0);
    close(f->listener);
    free(f);
    return 0;
}

static int wait_for(int fd, short events)
{
    struct pollfd wait = {.fd = fd, .events = events};

    return poll(&wait, 1, 10000) == 1 ? 0 : -1;
}

static int open_stream(struct fixture *f, size_t i)
{
    return host_stream_open(&f->streams[i], HOST, f->tcp_port);
}

// Waits for the socket and says what has become of the connection.
static int finish(struct host_stream *stream)
{
    int rc = host_stream_ready(stream);

    for (int i = 0; rc == PORT_AGAIN && i < 10 && stream->fd >= 0; i++) {
        assert_true(stream->wants_write);
        assert_int_equal(wait_for(stream->fd, POLLOUT), 0);
        rc = host_stream_ready(stream);
    }
    return rc;
}

static void test_connect(void **state)
{
    struct fixture *f = *state;
    struct host_stream *stream = &f->streams[0];
    char ip[16];
    uint8_t bytes[8];
    int peer;

    host_stream_own_ip(stream, ip);
    assert_string_equal(ip, "");
    assert_int_equal(host_stream_ready(stream), PORT_FAILED);
    assert_int_equal(open_stream(f, 0), 0);
    assert_int_equal(finish(stream), 0);
    assert_false(stream->wants_write);
    host_stream_own_ip(stream, ip);
    assert_string_equal(ip, HOST);
    peer = accept(f->listener, NULL, NULL);
    assert_int_equal(host_stream_receive(stream, bytes, sizeof bytes), PORT_AGAIN);
    assert_int_equal(host_stream_send(stream, (const uint8_t *)"ping", 4), 4);
    assert_int_equal(recv(peer, bytes, sizeof bytes, 0), 4);
    assert_int_equal(send(peer, "pong", 4, 0), 4);
    assert_int_equal(wait_for(stream->fd, POLLIN), 0);
    assert_int_equal(host_stream_receive(stream, bytes, sizeof bytes), 4);
    assert_memory_equal(bytes, "pong", 4);
    close(peer);
    assert_int_equal(wait_for(stream->fd, POLLIN), 0);
    assert_int_equal(host_stream_receive(stream, bytes, sizeof bytes), 0);
    host_stream_close(stream);
    assert_int_equal(host_stream_send(stream, bytes, 1), PORT_FAILED);
    assert_int_equal(host_stream_receive(stream, bytes, 1), PORT_FAILED);
}

// A peer that does not read: the stream says to wait until the socket is writable.
static void test_full(void **state)
{
    static const uint8_t bytes[65536] = {0};
    struct fixture *f = *state;
    struct host_stream *stream = &f->streams[0];
    int sent = 1;

    assert_int_equal(open_stream(f, 0), 0);
    assert_int_equal(finish(stream), 0);
    for (int i = 0; sent > 0 && i < 10000; i++)
        sent = host_stream_send(stream, bytes, sizeof bytes);
    assert_int_equal(sent, PORT_AGAIN);
    assert_true(stream->wants_write);
}

static void test_refused(void **state)
{
    struct fixture *f = *state;
    struct host_stream *stream = &f->streams[0];

    close(f->listener);
    f->listener = -1;
    if (open_stream(f, 0) == 0)
        assert_int_equal(finish(stream), PORT_FAILED);
    host_stream_close(stream);
    assert_int_equal(host_stream_open(stream, "no host", 1), PORT_FAILED);
    assert_int_equal(f->gate.waiting, 0);
    assert_int_equal(f->gate.free, 2);
}

static void test_gate(void **state)
{
    struct fixture *f = *state;

    for (size_t i = 0; i < STREAMS; i++)
        assert_int_equal(open_stream(f, i), 0);
    assert_int_equal(f->gate.free, 0);
    assert_int_equal(f->gate.waiting, 3);
    for (size_t i = 0; i < STREAMS; i++)
        assert_int_equal(f->streams[i].fd >= 0, i < 2);
    assert_int_equal(finish(&f->streams[0]), 0);
    assert_int_equal(host_stream_ready(&f->streams[2]), PORT_AGAIN); // still no place
    assert_int_equal(f->streams[2].fd, -1);
    host_stream_settle(&f->streams[0]);
    assert_int_equal(f->gate.free, 1);
    assert_int_equal(finish(&f->streams[2]), 0);
    assert_int_equal(f->gate.free, 0);
    assert_int_equal(f->gate.waiting, 2);
    host_stream_settle(&f->streams[0]); // has none any more
    assert_int_equal(f->gate.free, 0);
    host_stream_close(&f->streams[0]); // nor has this one
    assert_int_equal(f->gate.free, 0);
    host_stream_close(&f->streams[1]); // but this one, on its way
    assert_int_equal(f->gate.free, 1);
    assert_int_equal(finish(&f->streams[4]), 0);
}

// Who gives up waiting leaves no trace, and who opens again waits once.
static void test_close_while_waiting(void **state)
{
    struct fixture *f = *state;

    for (size_t i = 0; i < 3; i++)
        assert_int_equal(open_stream(f, i), 0);
    assert_int_equal(f->gate.waiting, 1);
    assert_int_equal(open_stream(f, 2), 0);
    assert_int_equal(f->gate.waiting, 1);
    host_stream_close(&f->streams[2]);
    host_stream_close(&f->streams[2]);
    assert_int_equal(f->gate.waiting, 0);
    assert_int_equal(f->gate.free, 0);
    assert_int_equal(host_stream_ready(&f->streams[2]), PORT_FAILED);
}

static void test_generation(void **state)
{
    struct fixture *f = *state;
    unsigned before;

    assert_int_equal(open_stream(f, 0), 0);
    before = f->streams[0].generation;
    assert_int_equal(open_stream(f, 0), 0); // perhaps with the same number
    assert_int_not_equal(f->streams[0].generation, before);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_connect),
        TEST(test_full),
        TEST(test_refused),
        TEST(test_gate),
        TEST(test_close_while_waiting),
        TEST(test_generation),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
