// Sends a file or a part of it.
#include "server/download/download_send.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static bool is_arduino_updater(const struct http_request *request)
{
    static const char *const headers[] = {"x-ESP8266-STA-MAC", "x-ESP8266-AP-MAC",
        "x-ESP8266-free-space", "x-ESP8266-sketch-size", "x-ESP8266-sketch-md5",
        "x-ESP8266-chip-size", "x-ESP8266-sdk-version", "x-ESP8266-version", "x-ESP8266-mode"};

    for (size_t i = 0; i < sizeof headers / sizeof headers[0]; i++) {
        if (http_request_header(request, headers[i]) != NULL)
            return true;
    }
    return false;
}

// A range counts only for the version that the client has the beginning of (RFC 9110, 13.1.5).
static struct download_range range_of(
    const struct http_request *request, const struct download_content *content)
{
    const char *if_range = http_request_header(request, "If-Range");
    char etag[80];

    snprintf(etag, sizeof etag, "\"%s\"", content->sha256);
    if (if_range != NULL && strcmp(if_range, etag) != 0)
        return download_range_of(NULL, content->bytes.n);
    return download_range_of(http_request_header(request, "Range"), content->bytes.n);
}

struct download_range download_send(const struct http_request *request,
    struct http_response *response, const struct download_content *content)
{
    struct http_response_bytes part = content->bytes;

    if (part.release == NULL)
        return (struct download_range){
            DOWNLOAD_RANGE_UNSATISFIABLE, 0, 0}; // no memory for them: the server answers 500

    struct download_range range = range_of(request, content);

    if (range.kind == DOWNLOAD_RANGE_UNSATISFIABLE) {
        part.release(part.ctx);
        http_response_set_text(response, 416, "range outside the file's %zu bytes", part.n);
        http_response_add_header(response, "Content-Range", "bytes */%zu", part.n);
        return range;
    }
    part.p = (const uint8_t *)part.p + range.offset;
    part.n = (size_t)range.length; // within the file, which is in memory
    http_response_set_bytes(
        response, range.kind == DOWNLOAD_RANGE_PART ? 206 : 200, content->type, &part);
    http_response_add_header(response, "ETag", "\"%s\"", content->sha256);
    http_response_add_header(response, "Accept-Ranges", "bytes");
    if (range.kind == DOWNLOAD_RANGE_PART)
        http_response_add_header(response, "Content-Range", "bytes %" PRIu64 "-%" PRIu64 "/%zu",
            range.offset, range.offset + range.length - 1, content->bytes.n);
    if (is_arduino_updater(request))
        http_response_add_header(response, "x-MD5", "%s", content->md5);
    return range;
}
