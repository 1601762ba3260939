// Names of databases with how they are opened.
#include "server/store/store_uri.h"

#include <stdio.h>
#include <string.h>

int store_uri_write(const char *path, const char *how, char out[STORE_URI_SIZE], struct err *err)
{
    char *end = out + sprintf(out, "file:");

    if (strlen(path) >= STORE_URI_PATH_SIZE)
        return err_set(err, ERR_INVALID, "%.64s...: path too long", path);
    for (const char *p = path; *p != '\0'; p++)
        end += sprintf(end, strchr("%?#", *p) != NULL ? "%%%02x" : "%c", (unsigned char)*p);
    sprintf(end, "?%s", how);
    return 0;
}
