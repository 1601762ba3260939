// The path of a request, still percent-encoded: which handler gets it, and which file it names.
#include <stdio.h>
#include <string.h>

#include "server/download/download_file.h"
#include "server/http/http_incoming.h"
#include "server/http/http_route.h"
#include "test/fuzz/fuzz.h"

#define MAC "84f3eb012345"

static void handle(const struct http_request *request, struct http_response *response, void *ctx)
{
    (void)request;
    (void)response;
    (void)ctx;
}

static const struct http_route routes[] = {
    {HTTP_GET, "/download/:", handle},
    {HTTP_GET, "/api/v1/images", handle},
    {HTTP_POST, "/api/v1/images", handle},
    {HTTP_POST, "/api/v1/images/:/publish", handle},
    {HTTP_GET, "/two/:/and/:", handle},
    {HTTP_GET, "/:", handle},
    {0, NULL, NULL},
};

// The pattern with what was captured is the path again.
static void check_captured(const struct http_route_match *match, const char *path)
{
    char text[512];
    size_t n = 0;
    size_t captured = 0;

    for (const char *s = match->route->pattern; *s != '\0'; s++) {
        if (*s == ':') {
            const char *segment = match->segments[captured++];

            FUZZ_CHECK(memchr(segment, '\0', HTTP_ROUTE_SEGMENT_SIZE) != NULL);
            FUZZ_CHECK(segment[0] != '\0' && strchr(segment, '/') == NULL);
            n += (size_t)snprintf(text + n, sizeof text - n, "%s", segment);
        } else {
            text[n++] = *s;
        }
    }
    text[n] = '\0';
    FUZZ_CHECK(captured <= HTTP_ROUTE_SEGMENTS_MAX && strcmp(text, path) == 0);
}

static void check_file(const char *name)
{
    struct download_file file = download_file_of(name, MAC);
    bool own = file.kind == DOWNLOAD_CERT || file.kind == DOWNLOAD_KEY;

    FUZZ_CHECK(!file.foreign || own);
    if (file.kind != DOWNLOAD_UNKNOWN)
        FUZZ_CHECK(strpbrk(name, "/\\%") == NULL && strstr(name, "..") == NULL);
    if (own)
        FUZZ_CHECK(file.foreign == (strncmp(name, MAC, strlen(MAC)) != 0));
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    static const enum http_method methods[] = {HTTP_GET, HTTP_HEAD, HTTP_POST, HTTP_OTHER};
    char *path = fuzz_text(p, n);
    struct http_route_match match;

    FUZZ_CHECK(http_incoming_unescape(NULL, NULL, path) == strlen(path));
    for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++) {
        http_route_find(routes, methods[i], path, &match);
        if (match.route == NULL) {
            FUZZ_CHECK((match.allowed & methods[i]) == 0);
            continue;
        }
        FUZZ_CHECK((match.allowed & methods[i]) != 0);
        check_captured(&match, path);
        check_file(match.segments[0]);
    }
    return 0;
}
