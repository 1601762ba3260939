#ifndef TEST_UNIT_SERVER_CTL_SOCKET_LISTEN_H
#define TEST_UNIT_SERVER_CTL_SOCKET_LISTEN_H

// A socket on which a thread can play a daemon. In a header, since each test program is one file.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#define SOCKET_LISTEN_PATH_SIZE 100

// Listens on a socket in the folder, whose path is written; the caller closes what is returned.
static inline int socket_listen(const char *folder, char path[SOCKET_LISTEN_PATH_SIZE])
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int listener = socket(AF_UNIX, SOCK_STREAM, 0);

    snprintf(path, SOCKET_LISTEN_PATH_SIZE, "%.80s/s", folder);
    snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    unlink(path);
    assert_int_equal(bind(listener, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(listener, 4), 0);
    return listener;
}

#endif
