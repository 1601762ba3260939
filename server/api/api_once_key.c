// Keys of requests that are done once.
#include "server/api/api_once_key.h"

#include <string.h>

static int refuse(struct err *err)
{
    return err_set(err, ERR_INVALID,
        "Idempotency-Key must be a string of %d to %d characters in double quotes, as a UUID",
        API_ONCE_KEY_MIN, API_ONCE_KEY_SIZE - 1);
}

int api_once_key_read(const char *value, char out[API_ONCE_KEY_SIZE], struct err *err)
{
    char key[API_ONCE_KEY_SIZE];
    size_t n = 0;
    const char *p = value;

    if (*p++ != '"')
        return refuse(err);
    for (; *p != '"' && n + 1 < sizeof key; p++) {
        if (*p == '\\' && *++p != '"' && *p != '\\')
            return refuse(err);
        if (*p < 0x20 || *p > 0x7E)
            return refuse(err);
        key[n++] = *p;
    }
    if (n < API_ONCE_KEY_MIN || strcmp(p, "\"") != 0)
        return refuse(err);
    key[n] = '\0';
    memcpy(out, key, n + 1);
    return 0;
}
