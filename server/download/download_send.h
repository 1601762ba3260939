#ifndef DOWNLOAD_SEND_H
#define DOWNLOAD_SEND_H

#include "server/download/download_range.h"
#include "server/http/http_request.h"
#include "server/http/http_response.h"

// A file to send.
struct download_content {
    const char *type; // static text
    struct http_response_bytes bytes;
    const char *sha256; // hex, the ETag
    const char *md5;    // hex, for Arduino's HTTPUpdate
};

// Answers with the content or the part that was asked for (Range, If-Range): 200, 206 or 416, with
// ETag, Accept-Ranges and, for clients that send x-ESP8266-* headers, x-MD5. Returns what is sent.
struct download_range download_send(const struct http_request *request,
    struct http_response *response, const struct download_content *content);

#endif
