#ifndef HTTP_FEED_H
#define HTTP_FEED_H

#include <stdbool.h>
#include <sys/types.h>

#include "server/base/err.h"
#include "server/http/http_request.h"
#include "server/http/http_response.h"

// Answers that last: while there is nothing to send, the connection is suspended and holds no
// thread. A client that takes nothing of one for as long as a request may take is late.

#define HTTP_FEED_MAX 32     // of a server at once
#define HTTP_FEED_LATER (-2) // nothing now
#define HTTP_FEED_LOOK_MS 250

// As http_response_set_stream(), but read() may return HTTP_FEED_LATER: it is called again
// HTTP_FEED_LOOK_MS later, until the client has gone or the server stops. ERR_UNAVAILABLE if there
// are HTTP_FEED_MAX, or the server has none (has_feeds), ERR_NO_MEMORY; release(ctx) is called
// then, too.
struct http_feed_source {
    ssize_t (*read)(void *ctx, char *buffer, size_t max);
    void (*release)(void *ctx);
    void *ctx;
};
ERR_CHECKED int http_feed_set(const struct http_request *request, struct http_response *response,
    const char *type, const struct http_feed_source *source, struct err *err);

// Of a server, for this folder alone.
struct http_feeds;
struct http_server;

ERR_CHECKED int http_feed_start(struct http_server *server, struct http_feeds **out);

// Ends all of them at once; each ends when it is read next, which is now. NULL is allowed.
void http_feed_end(struct http_feeds *feeds);

// After the last connection. NULL is allowed.
void http_feed_stop(struct http_feeds *feeds);

#endif
