#ifndef SSE_H
#define SSE_H

#include <stddef.h>

#include "server/base/err.h"

// Server-sent events as they come (HTML, 9.2.6): lines that end with LF or CRLF; `retry` is passed
// over.
struct sse;

#define SSE_ID_SIZE 20
#define SSE_MESSAGE_MAX ((size_t)256 * 1024) // bytes of one with its names

// One of them. Borrowed for the call.
struct sse_message {
    const char *type; // "": none was named
    const char *data; // lines joined by LF
};

// NULL without memory. sse_free() takes NULL.
struct sse *sse_new(void);
void sse_free(struct sse *sse);

// A new stream: what was begun is forgotten, the id stays.
void sse_restart(struct sse *sse);

// The last id, or "". A message has its own already while it is told.
const char *sse_id(const struct sse *sse);

// Takes the next bytes and calls each() for every message that they complete, until it returns
// non-zero, which is then returned. ERR_TOO_LARGE if a message is larger than SSE_MESSAGE_MAX,
// ERR_NO_MEMORY; after an error only sse_restart() and sse_free() may follow.
ERR_CHECKED int sse_take(struct sse *sse, const char *p, size_t n,
    int (*each)(const struct sse_message *message, void *ctx), void *ctx);

#endif
