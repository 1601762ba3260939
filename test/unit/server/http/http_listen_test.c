// Listening sockets: how much of an answer the system takes for a client that does not read.
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "server/http/http_listen.h"

#define TAKEN_MAX (512 * 1024) // less than an image

static int connect_to(int listening)
{
    struct sockaddr_in address;
    socklen_t n = sizeof address;
    int size = 4096;
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    assert_int_equal(getsockname(listening, (struct sockaddr *)&address, &n), 0);
    assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size), 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
    return fd;
}

static void the_system_takes_little(void **state)
{
    static const char piece[16384];
    struct err err = {0};
    int listening = -1;
    size_t taken = 0;
    ssize_t n;

    (void)state;
    assert_int_equal(http_listen_tcp("127.0.0.1", 0, &listening, &err), 0);

    int client = connect_to(listening);
    struct pollfd ready = {.fd = listening, .events = POLLIN};

    assert_int_equal(poll(&ready, 1, 20000), 1);

    int served = accept(listening, NULL, NULL);

    while (taken <= TAKEN_MAX &&
           (n = send(served, piece, sizeof piece, MSG_DONTWAIT | MSG_NOSIGNAL)) > 0)
        taken += (size_t)n;
    assert_in_range(taken, 1, TAKEN_MAX);
    assert_int_equal(errno, EAGAIN);
    close(served);
    close(client);
    close(listening);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_system_takes_little)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
