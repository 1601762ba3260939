// From method and path to a handler.
#include "server/http/http_route.h"

#include <stdbool.h>
#include <string.h>

static bool capture(const char *segment, size_t n, size_t *count, struct http_route_match *match)
{
    if (n == 0 || n >= HTTP_ROUTE_SEGMENT_SIZE || *count == HTTP_ROUTE_SEGMENTS_MAX)
        return false;
    memcpy(match->segments[*count], segment, n);
    match->segments[(*count)++][n] = '\0';
    return true;
}

static bool fits(const char *pattern, const char *path, struct http_route_match *match)
{
    size_t captured = 0;

    while (*pattern != '\0') {
        if (*pattern == ':') {
            size_t n = strcspn(path, "/");

            if (!capture(path, n, &captured, match))
                return false;
            path += n;
            pattern++;
        } else if (*pattern++ != *path++) {
            return false;
        }
    }
    return *path == '\0';
}

void http_route_find(const struct http_route *routes, enum http_method method, const char *path,
    struct http_route_match *out)
{
    memset(out, 0, sizeof *out);
    for (const struct http_route *route = routes; route->pattern != NULL; route++) {
        unsigned methods = route->methods | (route->methods & HTTP_GET ? HTTP_HEAD : 0u);

        if (!fits(route->pattern, path, out))
            continue;
        out->allowed |= methods;
        if (methods & method) {
            out->route = route;
            return;
        }
    }
}
