// Secrets that files hold.
#include "server/ctl/secret_file.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/file.h"
#include "server/ctl/secret_prompt.h"

#define FILE_MAX 65536

int secret_file_read(const char *path, char *out, size_t size, struct err *err)
{
    uint8_t *bytes;
    size_t bytes_n;
    int rc = file_read(path, FILE_MAX, &bytes, &bytes_n, err);

    if (rc < 0)
        return rc;

    size_t n = strcspn((const char *)bytes, "\r\n");

    if (n < bytes_n && bytes[n] == '\0')
        rc = err_set(err, ERR_INVALID, "%s: there is a NUL in its first line", path);
    else if (n == 0)
        rc = err_set(err, ERR_INVALID, "%s: its first line is empty", path);
    else if (n >= size)
        rc =
            err_set(err, ERR_INVALID, "%s: its first line has more than %zu bytes", path, size - 1);
    if (rc == 0) {
        memcpy(out, bytes, n);
        out[n] = '\0';
    }
    explicit_bzero(bytes, bytes_n);
    free(bytes);
    return rc;
}

int secret_file_take(
    const char *path, const char *question, char *out, size_t size, struct err *err)
{
    int rc;

    if (strcmp(path, "-") != 0)
        return secret_file_read(path, out, size, err);
    rc = secret_prompt_read(question, out, size, err);
    if (rc == 0)
        out[strcspn(out, "\r")] = '\0';
    return rc == 0 && out[0] == '\0'
               ? err_set(err, ERR_INVALID, "the first line of standard input is empty")
               : rc;
}
