// Listening sockets.
#include "server/http/http_listen.h"

#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#define BACKLOG 512
// Of an answer in the kernel. By itself that takes megabytes: for each slow client, and what it has
// taken is in hand no more when the daemon stops.
#define SEND_BUFFER_SIZE (128 * 1024)

static int bind_and_listen(const struct addrinfo *info, int *out)
{
    int on = 1;
    int size = SEND_BUFFER_SIZE;
    int fd = socket(info->ai_family, info->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    if (fd < 0)
        return -1;
    setsockopt(
        fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on); // a restart need not wait for TIME_WAIT
    setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size); // also of what is accepted
    if (bind(fd, info->ai_addr, info->ai_addrlen) < 0 || listen(fd, BACKLOG) < 0) {
        int saved = errno;

        close(fd);
        errno = saved;
        return -1;
    }
    *out = fd;
    return 0;
}

int http_listen_tcp(const char *address, uint16_t port, int *fd, struct err *err)
{
    struct addrinfo hints = {.ai_flags = AI_PASSIVE, .ai_socktype = SOCK_STREAM};
    struct addrinfo *found;
    char service[8];
    int rc;

    snprintf(service, sizeof service, "%u", port);
    rc = getaddrinfo(address, service, &hints, &found);
    if (rc != 0)
        return err_set(err, ERR_INVALID, "listen address %s: %s", address, gai_strerror(rc));
    rc = bind_and_listen(found, fd);
    if (rc < 0)
        rc = err_set(err, ERR_UNAVAILABLE, "cannot listen on %s port %u: %m", address, port);
    freeaddrinfo(found);
    return rc;
}
