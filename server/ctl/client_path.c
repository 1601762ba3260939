// Names in paths.
#include "server/ctl/client_path.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME_MAX_BYTES ((size_t)127) // HTTP_ROUTE_SEGMENT_SIZE, less a NUL
#define NAME_SHOWN 60

// Decodes the next byte; of what is no escape itself.
static char next(const char **p, const char *end)
{
    char digits[3] = "";
    char *rest;
    long byte;

    if (**p != '%' || end - *p < 3)
        return *(*p)++;
    memcpy(digits, *p + 1, 2);
    byte = strtol(digits, &rest, 16);
    if (*rest != '\0')
        return *(*p)++;
    *p += 3;
    return (char)byte;
}

static int check(const char *part, const char *end, struct err *err)
{
    char shown[NAME_SHOWN + 1] = "";
    bool has_slash = false;
    size_t n = 0;

    if (part == end)
        return err_set(err, ERR_INVALID, "\"\" is no name: it is empty");
    while (part < end) {
        char c = next(&part, end);

        has_slash |= c == '/';
        if (n < NAME_SHOWN)
            shown[n] = c;
        n++;
    }
    if (has_slash)
        return err_set(err, ERR_INVALID, "\"%s%s\" is no name: there is none with a '/'", shown,
            n > NAME_SHOWN ? "..." : "");
    if (n > NAME_MAX_BYTES)
        return err_set(err, ERR_INVALID, "\"%s...\" is no name: it has %zu bytes, of at most %zu",
            shown, n, NAME_MAX_BYTES);
    return 0;
}

int client_path_check(const char *path, struct err *err)
{
    const char *end = path + strcspn(path, "?");
    int rc = 0;

    while (rc == 0 && path < end) {
        const char *part = path + 1; // behind a '/'

        path = part + strcspn(part, "/?");
        rc = check(part, path, err);
    }
    return rc;
}

int client_path_join(const struct client_target *target, const char *path,
    char out[CLIENT_PATH_URL_SIZE], struct err *err)
{
    const char *begin = target->socket != NULL ? "http://localhost" : target->server.url;
    size_t n;

    if (path == NULL)
        return err_set(err, ERR_NO_MEMORY, "no memory for a request");
    n = (size_t)snprintf(out, CLIENT_PATH_URL_SIZE, "%s%s", begin, path);
    if (n >= CLIENT_PATH_URL_SIZE)
        return err_set(err, ERR_INVALID,
            "what is given makes a request line of %zu bytes, of at most %d: give less at a time",
            n, CLIENT_PATH_URL_SIZE - 1);
    return client_path_check(path, err);
}
