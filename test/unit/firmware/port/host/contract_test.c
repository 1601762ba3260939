// The host port keeps the contract of the seam.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "firmware/port/host/host_port.h"
#include "test/port/port_contract.h"

#define MAC "84f3eb000001"

struct fixture {
    char folder[32];
    struct host_gate gate;
    struct host_port host;
    struct contract contract;
    pid_t echo;
};

static int listen_anywhere(uint16_t *tcp_port)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t size = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &size), 0);
    *tcp_port = ntohs(address.sin_port);
    return fd;
}

// Sends back what one connection after the other brings; for ever.
static void serve_echo(int listener)
{
    char bytes[4096];
    ssize_t n;

    for (;;) {
        int fd = accept(listener, NULL, NULL);

        while ((n = read(fd, bytes, sizeof bytes)) > 0) {
            for (ssize_t at = 0, part; at < n; at += part) {
                part = write(fd, bytes + at, (size_t)(n - at));
                if (part <= 0)
                    break;
            }
        }
        close(fd);
    }
}

static void turn(void *ctx)
{
    (void)ctx;
    usleep(200);
}

static void say(void *ctx, const char *line)
{
    (void)ctx;
    printf("%s\n", line);
}

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    uint16_t closed_port;
    uint16_t echo_port;
    int listener = listen_anywhere(&echo_port);
    int closed = listen_anywhere(&closed_port); // bound, but nobody listens

    assert_int_equal(listen(listener, 4), 0);
    f->echo = fork();
    assert_true(f->echo >= 0);
    if (f->echo == 0)
        serve_echo(listener);
    close(listener);
    snprintf(f->folder, sizeof f->folder, "/tmp/contract-XXXXXX");
    assert_non_null(mkdtemp(f->folder));
    f->gate.free = 1;
    host_port_init(&f->host, &f->gate, f->folder, MAC, PORT_LOG_ERROR);
    f->contract = (struct contract){
        .port = &f->host.port,
        .turn = turn,
        .say = say,
        .ctx = f,
        .echo_host = "127.0.0.1",
        .echo_port = echo_port,
        .closed_port = closed_port,
    };
    (void)closed; // stays bound until the end
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    char command[64];

    kill(f->echo, SIGKILL);
    waitpid(f->echo, NULL, 0);
    host_port_clear(&f->host);
    snprintf(command, sizeof command, "rm -r %s", f->folder);
    assert_int_equal(system(command), 0); // NOLINT(concurrency-mt-unsafe): no other thread
    free(f);
    return 0;
}

static void test_contract(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(contract_run(&f->contract), 0);
}

static void test_reboot(void **state)
{
    struct fixture *f = *state;

    contract_before_reboot(&f->contract);
    f->host.port.ops->reboot(&f->host.port);
    assert_true(f->host.wants_reboot);
    assert_int_equal(contract_after_reboot(&f->contract), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_contract, setup, teardown),
        cmocka_unit_test_setup_teardown(test_reboot, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
