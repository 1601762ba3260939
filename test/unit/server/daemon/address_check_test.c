// Names that lead to addresses where nobody listens.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
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

#define EXIT_NO_NAMESPACE 77

// Lets names lead where `lines` say, for this process alone.
static void use_hosts(const char *lines)
{
    char path[] = "/tmp/secureesp-hosts.XXXXXX";
    int flags = CLONE_NEWNS | (geteuid() != 0 ? CLONE_NEWUSER : 0);
    int fd = mkstemp(path);
    size_t n = strlen(lines);

    if (unshare(flags) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
        write(fd, lines, n) != (ssize_t)n || fchmod(fd, 0644) < 0 ||
        mount(path, "/etc/hosts", NULL, MS_BIND, NULL) < 0) {
        unlink(path);
        _exit(EXIT_NO_NAMESPACE);
    }
    unlink(path);
}

static const struct {
    const char *label, *hosts, *text; // text NULL: nothing to say
} names[] = {
    {"both families", "::1 two.test\n127.0.0.1 two.test\n",
        "two.test leads to ::1, where nothing listens on port"},
    {"one family", "127.0.0.2 two.test\n127.0.0.1 two.test\n",
        "two.test leads to 127.0.0.2, where nothing listens on port"},
    {"only where it is", "127.0.0.1 two.test\n", NULL},
    {"only where it is not", "127.0.0.2 two.test\n127.0.0.3 two.test\n", NULL},
};

static int check_name(size_t i)
{
    char text[ADDRESS_CHECK_TEXT_SIZE] = "";
    uint16_t port;
    int fd = listen_locally(&port);

    use_hosts(names[i].hosts);

    int said = address_check_run("two.test", port, text);
    bool is_right = said == (names[i].text != NULL) &&
                    (said == 0 || (strstr(text, names[i].text) != NULL &&
                                      strstr(text, "and to 127.0.0.1, where something does")));

    if (!is_right)
        print_error("%s: %d %s\n", names[i].label, said, text);
    // Who listens has not noticed.
    if (fcntl(fd, F_SETFL, O_NONBLOCK) < 0 || accept(fd, NULL, NULL) >= 0 || errno != EAGAIN) {
        print_error("%s: it connected\n", names[i].label);
        is_right = false;
    }
    close(fd);
    return is_right ? 0 : 1;
}

static void test_names_with_two_addresses(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        int status = 0;
        pid_t pid = fork();

        if (pid == 0)
            _exit(check_name(i));
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_true(WIFEXITED(status));
        if (WEXITSTATUS(status) == EXIT_NO_NAMESPACE)
            skip();
        assert_int_equal(WEXITSTATUS(status), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_some_answer), cmocka_unit_test(test_names_with_two_addresses)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
