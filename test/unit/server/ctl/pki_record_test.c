// `pki record`, to a daemon that a thread plays.
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

#include "server/base/file.h"
#include "server/ctl/pki_record.h"
#include "server/pki/pki_folder.h"
#include "test/unit/server/base/scratch.h"
#include "test/unit/server/ctl/socket_listen.h"

#define CERTIFICATES 65 // one more than are told at once

// Answers so many requests, each in a connection of its own, with one certificate added each, or
// one of another CA.
struct daemon {
    char path[SOCKET_LISTEN_PATH_SIZE];
    int listener;
    int answers;
    int foreign;
    int asked;
    pthread_t thread;
};

// Whether all of a request has come. Its body ends with a certificate's last line.
static bool is_whole(const char *request)
{
    static const char end[] = "-----END CERTIFICATE-----\n";
    const char *length = strstr(request, "Content-Length: ");
    const char *body = strstr(request, "\r\n\r\n");

    return length != NULL && body != NULL &&
           strlen(body + 4) == (size_t)strtoul(length + 16, NULL, 10) &&
           strcmp(body + strlen(body) - strlen(end), end) == 0;
}

static void answer_one(struct daemon *daemon, int fd)
{
    static char request[131072];
    char answer[256];
    size_t n = 0;
    ssize_t r;

    request[0] = '\0';
    while (!is_whole(request) && (r = recv(fd, request + n, sizeof request - 1 - n, 0)) > 0) {
        n += (size_t)r;
        request[n] = '\0';
        if (strstr(request, "Expect: 100-continue\r\n\r\n") != NULL && request[n - 1] == '\n' &&
            strstr(request, "BEGIN") == NULL &&
            send(fd, "HTTP/1.1 100 Continue\r\n\r\n", 25, MSG_NOSIGNAL) < 0)
            break;
    }
    daemon->asked++;
    snprintf(answer, sizeof answer,
        "HTTP/1.1 201 Created\r\nConnection: close\r\nContent-Length: 33\r\n\r\n"
        "{\"added\":%d,\"known\":0,\"foreign\":%d}",
        1 - daemon->foreign, daemon->foreign);
    if (send(fd, answer, strlen(answer), MSG_NOSIGNAL) < 0)
        daemon->asked = -1;
}

static void *serve(void *ctx)
{
    struct daemon *daemon = ctx;

    for (int i = 0; i < daemon->answers; i++) {
        int fd = accept(daemon->listener, NULL, NULL);

        if (fd < 0)
            break;
        answer_one(daemon, fd);
        close(fd);
    }
    shutdown(daemon->listener, SHUT_RDWR); // it is gone
    return NULL;
}

static void start(struct daemon *daemon, const char *folder)
{
    daemon->listener = socket_listen(folder, daemon->path);
    assert_int_equal(pthread_create(&daemon->thread, NULL, serve, daemon), 0);
}

// A record of as many, the same one each; its text, which the caller frees.
static char *make_record(const char *folder, size_t *n)
{
    struct pki_folder_order order = {.folder = folder, .now_ms = INT64_C(1767225600000)};
    struct pki_folder_pair pair;
    char path[SCRATCH_PATH_SIZE];
    uint8_t *one;
    char *text;

    assert_int_equal(pki_folder_init(&order, "test CA", &pair, NULL), 0);
    assert_int_equal(file_read(pair.public_path, 65536, &one, n, NULL), 0);
    text = calloc(CERTIFICATES, *n + 1);
    assert_non_null(text);
    for (size_t i = 0; i < CERTIFICATES; i++)
        memcpy(text + i * *n, one, *n);
    free(one);
    *n *= CERTIFICATES;
    scratch_path(folder, "issued.pem", path);
    assert_int_equal(file_replace(path, (uint8_t *)text, *n, 0600, NULL), 0);
    return text;
}

static int record(const char *folder, struct daemon *daemon, struct err *err)
{
    static const struct option_rule rules[] = {{"json", OPTION_FLAG, NULL, ""}, {0}};
    static const struct option_rule *const tables[] = {rules, NULL};
    char argument[SCRATCH_PATH_SIZE];
    char *arguments[] = {argument};
    struct options options;
    struct client_target target = {.socket = daemon->path};
    struct subcommand_call call = {.options = &options, .target = &target};

    snprintf(argument, sizeof argument, "%s", folder);
    assert_int_equal(options_parse(tables, 1, arguments, &options, NULL), 0);
    start(daemon, folder);

    int rc = pki_record_run(&call, err);

    shutdown(daemon->listener, SHUT_RDWR); // for one that still waits
    pthread_join(daemon->thread, NULL);
    close(daemon->listener);
    options_clear(&options);
    return rc;
}

static void test_parts(void **state)
{
    struct daemon daemon = {.answers = 2};
    struct err err = {0};
    size_t n;
    char *text = make_record(*state, &n);

    assert_int_equal(record(*state, &daemon, &err), SUBCOMMAND_OK);
    assert_int_equal(daemon.asked, 2);
    daemon = (struct daemon){.answers = 1}; // and is gone
    assert_true(record(*state, &daemon, &err) < 0);
    assert_int_equal(daemon.asked, 1);
    assert_non_null(strstr(err.message, "after 1 of 65 certificates of "));
    free(text);
}

// Nothing is told before all of it has been read.
static void test_damage_in_the_last(void **state)
{
    struct daemon daemon = {.answers = 2};
    struct err err = {0};
    char path[SCRATCH_PATH_SIZE];
    size_t n;
    char *text = make_record(*state, &n);

    scratch_path(*state, "issued.pem", path);
    text[n - 100] = '!';
    assert_int_equal(file_replace(path, (uint8_t *)text, n, 0600, NULL), 0);
    assert_int_equal(record(*state, &daemon, &err), ERR_INVALID);
    assert_int_equal(daemon.asked, 0);
    assert_non_null(strstr(err.message, "issued.pem: certificate 65: line "));
    free(text);
}

static void test_another_ca(void **state)
{
    struct daemon daemon = {.answers = 2, .foreign = 1};
    struct err err = {0};
    size_t n;

    free(make_record(*state, &n));
    assert_int_equal(record(*state, &daemon, &err), ERR_CONFLICT);
    assert_non_null(strstr(err.message, "nothing was recorded"));
    assert_non_null(strstr(err.message, "another CA"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_parts, scratch_make, scratch_remove),
        cmocka_unit_test_setup_teardown(test_damage_in_the_last, scratch_make, scratch_remove),
        cmocka_unit_test_setup_teardown(test_another_ca, scratch_make, scratch_remove),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
