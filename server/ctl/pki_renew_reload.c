// Services are told of renewed certificates.
#include "server/ctl/pki_renew_reload.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "server/base/file.h"

#define MARK ".renewed"

static int place(char out[PATH_MAX], const char *folder, struct err *err)
{
    if ((size_t)snprintf(out, PATH_MAX, "%s/" MARK, folder) >= PATH_MAX)
        return err_set(err, ERR_INVALID, "path too long: %s", folder);
    return 0;
}

int pki_renew_reload_mark(const char *folder, struct err *err)
{
    char path[PATH_MAX];
    int rc = place(path, folder, err);

    if (rc < 0)
        return rc;

    int fd = open(path, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);

    if (fd < 0)
        return err_set(err, ERR_IO, "cannot create %s: %m", path);
    close(fd);
    return file_sync_folder_of(path, err);
}

// A service that is off has nothing to reload.
static int reload(const char *unit, struct err *err)
{
    char *const argv[] = {"systemctl", "try-reload-or-restart", "--", (char *)unit, NULL};
    pid_t pid;
    int status;
    int failed = posix_spawnp(&pid, argv[0], NULL, NULL, argv, environ);

    if (failed != 0)
        return err_set(err, ERR_IO, "cannot run systemctl: %s", strerrordesc_np(failed));
    while (waitpid(pid, &status, 0) < 0) {
        if (errno != EINTR)
            return err_set(err, ERR_IO, "cannot wait for systemctl: %m");
    }
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        return err_set(err, ERR_IO,
            "%s could not be reloaded, and shows its old certificate until it is", unit);
    return 0;
}

int pki_renew_reload(const char *folder, const struct options *options, bool *done, struct err *err)
{
    char path[PATH_MAX];
    const char *unit;
    size_t cursor = 0;
    int rc = place(path, folder, err);

    *done = false;
    if (rc < 0 || !options_has(options, "reload") || access(path, F_OK) < 0)
        return rc;
    while ((unit = options_next(options, "reload", &cursor)) != NULL) {
        struct err reason = {0};
        int failed = reload(unit, rc < 0 ? &reason : err);

        rc = rc < 0 ? rc : failed;
    }
    if (rc < 0)
        return rc;
    if (unlink(path) < 0)
        return err_set(err, ERR_IO, "cannot remove %s: %m", path);
    *done = true;
    return 0;
}
