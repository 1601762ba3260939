// Names that lead to addresses where nobody listens.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "server/daemon/address_check.h"

// Listens on 127.0.0.1 alone.
static int listen_locally(uint16_t *port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    assert_int_equal(bind(fd, (struct sockaddr *)&address, size), 0);
    assert_int_equal(listen(fd, 5), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &size), 0);
    *port = ntohs(address.sin_port);
    return fd;
}

static int count_addresses(const char *name)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
    struct addrinfo *found;
    int count = 0;

    if (getaddrinfo(name, "1", &hints, &found) != 0)
        return 0;
    for (const struct addrinfo *i = found; i != NULL; i = i->ai_next)
        count++;
    freeaddrinfo(found);
    return count;
}

static void test_some_answer(void **state)
{
    char text[ADDRESS_CHECK_TEXT_SIZE] = "";
    uint16_t port;
    int fd = listen_locally(&port);

    (void)state;
    assert_int_equal(address_check_run("127.0.0.1", port, text), 0);
    assert_int_equal(address_check_run("::1", port, text), 0); // none answers: others say so
    assert_int_equal(address_check_run("no.such.name.invalid", port, text), 0);
    assert_string_equal(text, "");
    if (count_addresses("localhost") == 2) { // as most systems have it
        assert_int_equal(address_check_run("localhost", port, text), 1);
        assert_non_null(strstr(text, "localhost leads to ::1, where nothing listens on port"));
        assert_non_null(strstr(text, "and to 127.0.0.1, where something does"));
    }
    close(fd);
    assert_int_equal(address_check_run("localhost", port, text), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_some_answer)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
