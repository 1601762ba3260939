// The certificate files that the connection to the broker needs.
#include "server/mqtt/mqtt_files.h"

#include <stdlib.h>
#include <string.h>

#include "server/base/file.h"

#define FILE_MAX 1048576 // bytes

// Looks for the line that begins such a block; the broker's library does the rest.
static int check(const char *path, const char *begin, const char *end, struct err *err)
{
    uint8_t *p;
    size_t n;
    int rc = file_read(path, FILE_MAX, &p, &n, err);

    if (rc < 0)
        return rc;

    const char *found = strstr((const char *)p, begin);

    if (found == NULL || strstr(found, end) == NULL)
        rc = err_set(err, ERR_INVALID, "%s holds no PEM block \"%s\"", path, end);
    explicit_bzero(p, n);
    free(p);
    return rc;
}

int mqtt_files_check(const struct mqtt_settings *settings, struct err *err)
{
    int rc = check(settings->ca_file, "-----BEGIN ", "CERTIFICATE-----", err);

    if (rc == 0)
        rc = check(settings->cert_file, "-----BEGIN ", "CERTIFICATE-----", err);
    if (rc == 0)
        rc = check(settings->key_file, "-----BEGIN ", "PRIVATE KEY-----", err);
    return rc;
}
