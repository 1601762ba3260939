// Stream sockets that are files.
#include "server/base/unix_socket.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define BACKLOG 512

int unix_socket_address(const char *path, struct sockaddr_un *out, struct err *err)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    size_t n = strlen(path);

    if (n >= sizeof address.sun_path)
        return err_set(err, ERR_INVALID, "socket path longer than %zu bytes: %s",
            sizeof address.sun_path - 1, path);
    memcpy(address.sun_path, path, n + 1);
    *out = address;
    return 0;
}

bool unix_socket_is_answered(const char *path)
{
    struct sockaddr_un address;

    if (unix_socket_address(path, &address, NULL) < 0)
        return false;

    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool answers = fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof address) == 0;

    if (fd >= 0)
        close(fd);
    return answers;
}

// Removes the socket file of a process that is gone, and nothing else.
static int remove_stale(const char *path, struct err *err)
{
    struct stat st;

    if (lstat(path, &st) < 0)
        return errno == ENOENT ? 0 : err_set(err, ERR_IO, "cannot look at %s: %m", path);
    if (!S_ISSOCK(st.st_mode))
        return err_set(
            err, ERR_CONFLICT, "%s exists and is not a socket; choose another path", path);
    if (unix_socket_is_answered(path))
        return err_set(err, ERR_CONFLICT,
            "another process answers on %s; stop it, or choose another socket", path);
    if (unlink(path) < 0)
        return err_set(err, ERR_IO, "cannot replace %s: %m", path);
    return 0;
}

// Closed to others until the mode is set.
static bool bind_closed(int fd, const struct sockaddr_un *address)
{
    mode_t umask_before = umask(0177);
    bool done = bind(fd, (const struct sockaddr *)address, sizeof *address) == 0;

    umask(umask_before);
    return done;
}

int unix_socket_listen(const char *path, mode_t mode, int *fd, struct err *err)
{
    struct sockaddr_un address;
    int rc = unix_socket_address(path, &address, err);

    if (rc == 0)
        rc = remove_stale(path, err);
    if (rc < 0)
        return rc;

    int listening = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    bool is_bound = listening >= 0 && bind_closed(listening, &address);

    if (is_bound && listen(listening, BACKLOG) == 0 && chmod(path, mode) == 0) {
        *fd = listening;
        return 0;
    }
    rc = err_set(err, ERR_IO, "cannot listen on %s: %m", path);
    if (is_bound)
        unlink(path);
    if (listening >= 0)
        close(listening);
    return rc;
}
