// Starting and stopping, with certificates of its own and no broker.
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "server/base/clock.h"
#include "server/base/log.h"
#include "server/daemon/daemon.h"
#include "server/pki/pki_folder.h"
#include "test/unit/server/base/scratch.h"

#define WAIT_MS 10000
#define STATUS "GET /api/v1/status HTTP/1.1\r\nHost: x\r\n\r\n"

// A port that nobody listens on now.
static unsigned free_port(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t n = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, n), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &n), 0);
    close(fd);
    return ntohs(address.sin_port);
}

static void make_certificates(const char *folder)
{
    struct pki_folder_order order = {
        .folder = folder, .kind = PRIVATE_KEY_P256, .now_ms = clock_now_ms()};
    struct issuer_order server = {.common_name = "localhost"};
    struct pki_folder_pair pair;
    struct issuer *issuer = NULL;
    struct err err = {0};

    if (pki_folder_init(&order, "CA", &pair, &err) < 0 ||
        pki_folder_open(folder, &issuer, &err) < 0)
        fail_msg("%s", err.message);
    assert_int_equal(pki_folder_add_server(issuer, &order, &server, &pair, &err), 0);
    issuer_free(issuer);
}

static struct daemon *start(const char *folder)
{
    char path[SCRATCH_PATH_SIZE];
    struct config config;
    struct daemon *daemon = NULL;
    struct err err = {0};

    make_certificates(folder);
    scratch_path(folder, "conf", path);

    FILE *file = fopen(path, "w");

    assert_non_null(file);
    fprintf(file,
        "[daemon]\nstate_dir = %1$s/state\nsocket = %1$s/sock\nlog_level = error\n"
        "[tls]\nca = %1$s/ca.crt\ncertificate = %1$s/servers/localhost.crt\n"
        "key = %1$s/servers/localhost.key\n"
        "[download]\naddress = 127.0.0.1\nport = %2$u\n[mqtt]\nport = %3$u\n"
        "[config.json]\ndownloadserver = localhost\ndownloadport = %2$u\ndownloadpath = /download\n"
        "mqttserver = h\nmqttport = 2\n",
        folder, free_port(), free_port());
    fclose(file);
    if (config_load(path, &config, &err) < 0 || daemon_start(path, &config, &daemon, &err) < 0)
        fail_msg("%s", err.message);
    return daemon;
}

// A connection to the API, or -1.
static int try_connect(const char *folder)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);

    snprintf(address.sun_path, sizeof address.sun_path, "%.90s/sock", folder);
    if (connect(fd, (struct sockaddr *)&address, sizeof address) == 0)
        return fd;
    close(fd);
    return -1;
}

// Sends a request and expects the beginning of a good answer.
static void ask(int fd, const char *request)
{
    char answer[4096] = "";

    assert_int_equal(write(fd, request, strlen(request)), strlen(request));
    assert_true(read(fd, answer, sizeof answer - 1) > 0);
    assert_non_null(strstr(answer, " 200 OK"));
}

static void *stop(void *ctx)
{
    daemon_stop(ctx);
    return NULL;
}

static void the_api_answers_until_its_last_request_is_done(void **state)
{
    // What asks for 100 is told when the request is in hand (RFC 9110, 10.1.1).
    static const char half[] = "POST /api/v1/keys HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n"
                               "Expect: 100-continue\r\n\r\n";
    const struct timespec moment = {.tv_nsec = 10000000};
    const char *folder = *state;
    struct daemon *daemon = start(folder);
    int64_t until_ms = clock_monotonic_ms() + WAIT_MS;
    char rest[1024];
    pthread_t thread;
    int unfinished = try_connect(folder);
    int other = try_connect(folder);
    int fresh;

    assert_true(unfinished >= 0 && other >= 0);
    assert_int_equal(write(unfinished, half, sizeof half - 1), sizeof half - 1);
    assert_true(read(unfinished, rest, sizeof rest) > 0);
    assert_int_equal(write(unfinished, "x", 1), 1);
    ask(other, STATUS);
    assert_int_equal(pthread_create(&thread, NULL, stop, daemon), 0);
    while ((fresh = try_connect(folder)) >= 0 && clock_monotonic_ms() < until_ms) {
        close(fresh);
        nanosleep(&moment, NULL);
    }
    assert_int_equal(fresh, -1);
    ask(other, STATUS);
    assert_int_equal(write(unfinished, "y", 1), 1);
    assert_true(read(unfinished, rest, sizeof rest) > 0);
    close(unfinished);
    close(other);
    assert_int_equal(pthread_join(thread, NULL), 0);
    log_set_level(LOG_INFO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            the_api_answers_until_its_last_request_is_done, scratch_make, scratch_remove),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
