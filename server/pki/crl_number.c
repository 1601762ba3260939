// Numbers of revocation lists, each higher than the one before.
#include "server/pki/crl_number.h"

#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "server/base/file.h"

#define DIGITS_MAX 16

// 0 if there is none yet.
static int read_number(const char *path, uint64_t *out, struct err *err)
{
    uint8_t *text;
    size_t n;
    char *end;
    int rc = file_read(path, 256, &text, &n, err);

    *out = 0;
    if (rc < 0)
        return rc == ERR_NOT_FOUND ? 0 : rc;

    size_t digits = strspn((char *)text, "0123456789abcdefABCDEF");

    *out = strtoull((char *)text, &end, 16);
    if (digits == 0 || digits > DIGITS_MAX || strspn(end, " \t\r\n") != strlen(end) ||
        *out >= INT64_MAX)
        rc = err_set(err, ERR_INVALID, "%s holds no number in hex; restore it, or remove it", path);
    free(text);
    return rc;
}

static int raise_number(const char *path, int64_t now_ms, uint64_t *out, struct err *err)
{
    char text[DIGITS_MAX + 2];
    uint64_t number;
    int rc = read_number(path, &number, err);

    if (rc < 0)
        return rc;
    number = number + 1 > (uint64_t)(now_ms / 1000) ? number + 1 : (uint64_t)(now_ms / 1000);
    snprintf(text, sizeof text, "%016" PRIX64 "\n", number);
    rc = file_replace(path, (const uint8_t *)text, strlen(text), 0600, err);
    if (rc == 0)
        *out = number;
    return rc;
}

int crl_number_take(const char *folder, int64_t now_ms, uint64_t *out, struct err *err)
{
    char path[PATH_MAX];

    if ((size_t)snprintf(path, sizeof path, "%s/crlnumber", folder) >= sizeof path)
        return err_set(err, ERR_INVALID, "path too long: %s/crlnumber", folder);

    file_sweep(path);

    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC); // two at a time take turns
    int rc = fd >= 0 && flock(fd, LOCK_EX) == 0
                 ? raise_number(path, now_ms, out, err)
                 : err_set(err, ERR_IO, "cannot lock %s: %m", folder);

    if (fd >= 0)
        close(fd);
    return rc;
}
