#ifndef HTTP_RESPONSE_H
#define HTTP_RESPONSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

// The answer that a handler fills. Setting a body replaces an earlier one; without any it is a 500.
struct http_response;

struct http_response_bytes {
    const void *p;
    size_t n;
    void (*release)(void *ctx);
    void *ctx;
};

// Bytes from malloc(3), which are wiped and freed when they are released. Without memory they are
// at once, and the answer stays without a body.
struct http_response_bytes http_response_own(void *p, size_t n);

// One line of text/plain; the newline is added.
void http_response_set_text(struct http_response *response, unsigned status, const char *format,
    ...) __attribute__((format(printf, 3, 4)));

// The bytes are borrowed until release(ctx), which is always called, on any thread. type: static
// text.
void http_response_set_bytes(struct http_response *response, unsigned status, const char *type,
    const struct http_response_bytes *bytes);

// A body of unknown length: read() writes at most max bytes to buffer and returns how many, 0 at
// the end, or -1 to break off. Called on a server's thread; release(ctx) is always called at the
// end.
void http_response_set_stream(struct http_response *response, const char *type,
    ssize_t (*read)(void *ctx, char *buffer, size_t max), void *ctx, void (*release)(void *ctx));

// To be told once how the answer ended: whether the client got it all, as far as a server can know,
// and if not how many bytes of its body it may have at most. Any thread.
struct http_response_end {
    void (*told)(bool received, uint64_t bytes, void *ctx);
    void *ctx;
    uint64_t whom; // the client, by any number but 0: a bound is for each (http_receipt.h)
};

// For an answer whose bytes are set, over TLS, to a request that is no HEAD.
void http_response_on_end(struct http_response *response, const struct http_response_end *end);

// No body at all, as for 304.
void http_response_set_empty(struct http_response *response, unsigned status);

// Adds a header; name is static text, value is copied (at most 255 bytes). At most 12.
void http_response_add_header(struct http_response *response, const char *name, const char *format,
    ...) __attribute__((format(printf, 3, 4)));

// Says where the next part of a list is, in a header Link with rel="next" (RFC 8288); the body is
// set already. target: a reference (RFC 3986, 4.1), of any length.
void http_response_set_next(struct http_response *response, const char *target);

// The body, if its bytes were set and not replaced since; NULL: they were not. Valid until then, in
// the handler.
const uint8_t *http_response_bytes_of(const struct http_response *response, size_t *n);

// The status set so far; 0 if none.
unsigned http_response_status(const struct http_response *response);

#endif
