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

// Listens on that IPv4 address.
static int listen_on(uint32_t where, uint16_t *port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(where)};
    socklen_t size = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    int on = 1; // as servers do

    assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on), 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, size), 0);
    assert_int_equal(listen(fd, 5), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &size), 0);
    *port = ntohs(address.sin_port);
    return fd;
}

// On 127.0.0.1 alone.
static int listen_locally(uint16_t *port)
{
    return listen_on(INADDR_LOOPBACK, port);
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
        assert_non_null(strstr(text, "localhost resolves to ::1, where nothing listens on port"));
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

#define MANY                                                                                       \
    "127.0.0.1 two.test\n127.0.100.1 two.test\n127.0.100.2 two.test\n127.0.100.3 two.test\n"       \
    "127.0.100.4 two.test\n127.0.100.5 two.test\n127.0.100.6 two.test\n127.0.100.7 two.test\n"     \
    "127.0.100.8 two.test\n127.0.100.9 two.test\n127.0.101.1 two.test\n127.0.101.2 two.test\n"     \
    "127.0.101.3 two.test\n127.0.101.4 two.test\n127.0.101.5 two.test\n127.0.101.6 two.test\n"     \
    "127.0.101.7 two.test\n127.0.101.8 two.test\n127.0.101.9 two.test\n127.0.102.1 two.test\n"

static const struct {
    const char *label, *hosts, *text; // text NULL: nothing to say
    uint32_t where;                   // it listens; 0: everywhere
} names[] = {
    {"both families", "::1 two.test\n127.0.0.1 two.test\n",
        "two.test resolves to ::1, where nothing listens on port", INADDR_LOOPBACK},
    {"one family", "127.0.0.2 two.test\n127.0.0.1 two.test\n",
        "two.test resolves to 127.0.0.2, where nothing listens on port", INADDR_LOOPBACK},
    {"only where it is", "127.0.0.1 two.test\n", NULL, INADDR_LOOPBACK},
    {"only where it is not", "127.0.0.2 two.test\n127.0.0.3 two.test\n", NULL, INADDR_LOOPBACK},
    {"on all of them", "127.0.0.2 two.test\n127.0.0.1 two.test\n", NULL, 0},
    {"more than anybody has", MANY, "two.test resolves to 127.0.10", INADDR_LOOPBACK},
};

static int check_name(size_t i)
{
    char text[ADDRESS_CHECK_TEXT_SIZE] = "";
    uint16_t port;
    int fd = listen_on(names[i].where, &port);

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

// Where connections ended just now nobody listens for that.
static int check_ended(void)
{
    char text[ADDRESS_CHECK_TEXT_SIZE] = "";
    uint16_t port;
    int listening = listen_locally(&port);
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int client = socket(AF_INET, SOCK_STREAM, 0);
    char byte;

    use_hosts("127.0.0.2 two.test\n127.0.0.1 two.test\n");
    if (connect(client, (struct sockaddr *)&address, sizeof address) < 0)
        return 1;

    int fd = accept(listening, NULL, NULL);

    close(listening);
    close(fd); // first, so that this end's port stays for a while
    if (read(client, &byte, 1) != 0)
        return 1;
    close(client);
    if (address_check_run("two.test", port, text) == 0)
        return 0;
    print_error("%s\n", text);
    return 1;
}

static void test_ended_connections(void **state)
{
    int status = 0;
    pid_t pid = fork();

    (void)state;
    if (pid == 0)
        _exit(check_ended());
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    if (WEXITSTATUS(status) == EXIT_NO_NAMESPACE)
        skip();
    assert_int_equal(WEXITSTATUS(status), 0);
}

// More names than are looked at: the rest is left out.
static void test_many_names(void **state)
{
    struct download_settings settings = {.path = "/download"};
    struct config config = {.mqtt_host = "127.0.0.1", .mqtt_port = 1, .port = 1};
    struct download_config *own;
    struct download *download;

    (void)state;
    config.other_server = "other.example";
    assert_int_equal(download_config_new(&own), 0);
    for (int i = 0; i < 40; i++) {
        char mac[MAC_SIZE];
        char name[16];
        struct download_config_entry entry = {.mac = mac, .member = "mqttserver", .value = name};

        snprintf(mac, sizeof mac, "84f3eb0000%02x", i);
        assert_true(snprintf(name, sizeof name, "127.0.0.%d", i + 1) < (int)sizeof name);
        assert_int_equal(download_config_set(own, &entry, NULL), 0);
    }

    struct download_config_entry common = {.member = "mqttserver", .value = "127.0.0.1"};

    assert_int_equal(download_config_set(own, &common, NULL), 0);
    common = (struct download_config_entry){.member = "downloadserver", .value = "127.0.0.1"};
    assert_int_equal(download_config_set(own, &common, NULL), 0);
    assert_int_equal(download_new(&settings, own, &download, NULL), 0);
    address_check_start(&config, download);
    download_free(download);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_some_answer),
        cmocka_unit_test(test_names_with_two_addresses),
        cmocka_unit_test(test_ended_connections),
        cmocka_unit_test(test_many_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
