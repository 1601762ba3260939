// Listening sockets.
#include "server/http/http_listen.h"

#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
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

// Whether a daemon answers there; if not, the file is a leftover of one that was killed.
static int is_answered(const struct sockaddr_un *address)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int answered = fd >= 0 && connect(fd, (const struct sockaddr *)address, sizeof *address) == 0;

    if (fd >= 0)
        close(fd);
    return answered;
}

// Removes the socket file of a daemon that is gone, and nothing else.
static int remove_stale(const struct sockaddr_un *address, struct err *err)
{
    const char *path = address->sun_path;
    struct stat st;

    if (lstat(path, &st) < 0)
        return errno == ENOENT ? 0 : err_set(err, ERR_IO, "cannot look at %s: %m", path);
    if (!S_ISSOCK(st.st_mode))
        return err_set(
            err, ERR_CONFLICT, "%s exists and is not a socket; choose another path", path);
    if (is_answered(address))
        return err_set(err, ERR_CONFLICT,
            "another process answers on %s; stop it, or choose another socket", path);
    if (unlink(path) < 0)
        return err_set(err, ERR_IO, "cannot replace %s: %m", path);
    return 0;
}

int http_listen_unix(const char *path, mode_t mode, int *fd, struct err *err)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct addrinfo info = {.ai_family = AF_UNIX,
        .ai_socktype = SOCK_STREAM,
        .ai_addr = (struct sockaddr *)&address,
        .ai_addrlen = sizeof address};
    mode_t umask_before;
    int listening = -1;
    int rc;

    if (strlen(path) >= sizeof address.sun_path)
        return err_set(err, ERR_INVALID, "socket path longer than %zu bytes: %s",
            sizeof address.sun_path - 1, path);
    memcpy(address.sun_path, path, strlen(path) + 1);
    rc = remove_stale(&address, err);
    if (rc < 0)
        return rc;
    umask_before = umask(0177); // closed to others until the mode is set
    rc = bind_and_listen(&info, &listening);
    umask(umask_before);
    if (rc == 0 && chmod(path, mode) == 0) {
        *fd = listening;
        return 0;
    }
    rc = err_set(err, ERR_IO, "cannot listen on %s: %m", path);
    if (listening >= 0) {
        unlink(path);
        close(listening);
    }
    return rc;
}
