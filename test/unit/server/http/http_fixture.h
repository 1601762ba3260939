#ifndef TEST_SERVER_HTTP_HTTP_FIXTURE_H
#define TEST_SERVER_HTTP_HTTP_FIXTURE_H

// A server on a Unix socket of its own, and clients for it.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "server/http/http_server.h"

static char fixture_folder[] = "/tmp/secureesp-http-XXXXXX";
static char fixture_path[64];

static inline struct http_server *fixture_start(const struct http_server_settings *settings)
{
    struct http_server *server;
    struct err err = {0};

    if (http_server_start(settings, &server, &err) < 0)
        fail_msg("%s", err.message);
    return server;
}

static inline int fixture_connect(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);

    memcpy(address.sun_path, fixture_path, strlen(fixture_path) + 1);
    assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
    return fd;
}

// Sends a request on a connection and reads until the server closes, which closes this end, too.
static inline void fixture_ask_on(int fd, const char *request, char *answer, size_t size)
{
    size_t n = 0;
    ssize_t r;

    assert_int_equal(write(fd, request, strlen(request)), strlen(request));
    while (n + 1 < size && (r = read(fd, answer + n, size - 1 - n)) > 0)
        n += (size_t)r;
    answer[n] = '\0';
    close(fd);
}

static inline void fixture_ask(const char *request, char *answer, size_t size)
{
    fixture_ask_on(fixture_connect(), request, answer, size);
}

static inline int fixture_make_folder(void **state)
{
    (void)state;
    signal(SIGPIPE, SIG_IGN); // the server may close before all is written
    if (mkdtemp(fixture_folder) == NULL)
        return -1;
    snprintf(fixture_path, sizeof fixture_path, "%s/sock", fixture_folder);
    return 0;
}

static inline int fixture_remove_folder(void **state)
{
    (void)state;
    return rmdir(fixture_folder);
}

static inline void fixture_answer(
    const struct http_request *request, struct http_response *response, void *ctx)
{
    (void)request;
    (void)ctx;
    http_response_set_empty(response, 200);
}

// For servers of which only the connections matter.
static const struct http_route fixture_routes[] = {
    {HTTP_GET, "/", fixture_answer},
    {0, NULL, NULL},
};

#endif
