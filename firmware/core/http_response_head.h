#ifndef FIRMWARE_CORE_HTTP_RESPONSE_HEAD_H
#define FIRMWARE_CORE_HTTP_RESPONSE_HEAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "firmware/core/failure.h"

#define HTTP_RESPONSE_HEAD_LINE_MAX 511 // bytes of one line
#define HTTP_RESPONSE_HEAD_MAX 8192     // bytes of the whole head

// The head of an HTTP/1.x response (RFC 9112), read as it arrives.
struct http_response_head {
    int status; // 100 to 999 once the first line is read
    bool has_length;
    uint32_t content_length;
    uint32_t retry_after_s; // Retry-After (RFC 9110, 10.2.3); 0: none, or not in seconds
    bool done;
    size_t total;
    size_t used;
    char line[HTTP_RESPONSE_HEAD_LINE_MAX + 1];
};

void http_response_head_init(struct http_response_head *head);

// Takes bytes up to the end of the head. Returns how many of the n were the head's, and sets done
// behind the last. Fails with RESULT_HTTP_MALFORMED: not HTTP/1.x, a transfer coding, contradicting
// or unreadable lengths, a line or a head beyond its limit.
int http_response_head_feed(
    struct http_response_head *head, const uint8_t *p, size_t n, struct failure *failure);

#endif
