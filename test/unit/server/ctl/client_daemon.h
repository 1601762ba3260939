#ifndef TEST_UNIT_SERVER_CTL_CLIENT_DAEMON_H
#define TEST_UNIT_SERVER_CTL_CLIENT_DAEMON_H

// A daemon that a thread plays on a socket in a folder of its own.

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

#include "server/ctl/client.h"
#include "test/unit/server/base/scratch.h"
#include "test/unit/server/ctl/socket_listen.h"

struct daemon {
    char path[SOCKET_LISTEN_PATH_SIZE];
    struct client_target target; // it
    const char *reply;           // sent to whatever comes; NULL: the connection is closed
    char request[4096];
    int listener;
    pthread_t thread;
};

static inline void *serve(void *ctx)
{
    struct daemon *daemon = ctx;
    int fd = accept(daemon->listener, NULL, NULL);
    size_t n = 0;
    const char *end = NULL;

    // The requests of these tests have bodies that end in '}' or none.
    while (end == NULL && n < sizeof daemon->request - 1) {
        ssize_t r = recv(fd, daemon->request + n, sizeof daemon->request - 1 - n, 0);

        if (r <= 0)
            break;
        n += (size_t)r;
        daemon->request[n] = '\0';
        end = strstr(daemon->request, "\r\n\r\n");
        if (end != NULL && strncmp(daemon->request, "POST", 4) == 0 &&
            daemon->request[n - 1] != '}')
            end = NULL;
    }
    if (daemon->reply != NULL && send(fd, daemon->reply, strlen(daemon->reply), MSG_NOSIGNAL) < 0)
        daemon->request[0] = '\0';
    close(fd);
    return NULL;
}

static inline void start_listening(struct daemon *daemon, const char *folder)
{
    memset(daemon, 0, sizeof *daemon);
    daemon->listener = socket_listen(folder, daemon->path);
    daemon->target.socket = daemon->path;
}

static inline void start(struct daemon *daemon, const char *folder, const char *reply)
{
    start_listening(daemon, folder);
    daemon->reply = reply;
    assert_int_equal(pthread_create(&daemon->thread, NULL, serve, daemon), 0);
}

static inline void stop(struct daemon *daemon)
{
    pthread_join(daemon->thread, NULL);
    close(daemon->listener);
}

#endif
